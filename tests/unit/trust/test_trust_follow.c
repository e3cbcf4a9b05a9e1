/* What a list may make of the one before it, whoever signs. */
#include "tests/unit/trust/trust_sample.h"

#include "keys/trust/trust_follow.h"

/* The sample's list as the old one, and a copy of it as the next. */
struct pair {
    struct trust_sample *s;
    struct trust_list *old, *new;
};

static struct trust_list *copy_of(const struct trust_list *list)
{
    struct buf b = { 0 };
    struct trust_list *read = NULL;
    struct diag d = DIAG_INIT;
    trust_list_payload_put(&b, list);
    if (trust_list_payload_read(buf_span(&b), &read, &d) != RC_OK)
        fail_msg("%s", d.text);
    buf_free(&b);
    return read;
}

static int setup(void **state)
{
    struct pair *p = calloc(1, sizeof *p);
    assert_non_null(p);
    p->s = trust_sample_new();
    p->old = copy_of(&p->s->list);
    p->new = copy_of(&p->s->list);
    p->new->sequence = 2;
    p->new->issued += 10;
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    struct pair *p = *state;
    trust_list_free(p->old);
    trust_list_free(p->new);
    trust_sample_free(p->s);
    free(p);
    return 0;
}

static void is_refused(const struct pair *p, const char *why)
{
    struct diag d = DIAG_INIT;
    assert_int_equal(trust_list_follows(p->old, p->new, &d), RC_REFUSED);
    if (!strstr(d.text, why))
        fail_msg("'%s' is not about '%s'", d.text, why);
}

static void the_same_keys_follow(void **state)
{
    const struct pair *p = *state;
    assert_int_equal(trust_list_follows(p->old, p->new, NULL), RC_OK);
    p->new->issued = p->old->issued;
    assert_int_equal(trust_list_follows(p->old, p->new, NULL), RC_OK);
    p->new->issued--;
    is_refused(p, "before the last one");
}

static void a_sequence_that_is_not_the_next_is_refused(void **state)
{
    const struct pair *p = *state;
    p->new->sequence = 1;
    is_refused(p, "does not follow");
    p->new->sequence = 3;
    is_refused(p, "does not follow");
}

static void another_deployment_or_log_is_refused(void **state)
{
    const struct pair *p = *state;
    p->new->deployment[0] ^= 1;
    is_refused(p, "another deployment");
    p->new->deployment[0] ^= 1;
    p->new->demo = !p->new->demo;
    is_refused(p, "another deployment");
    p->new->demo = !p->new->demo;
    p->new->log_origin[0] ^= 1;
    is_refused(p, "another log");
}

/* The log ends at 500, a new one begins with a key of its own: what follows must not be signed by
 * a key of before. */
static void close_log(const struct pair *p)
{
    struct trust_list *const new = p->new;
    (void)strcpy(new->closed[0].origin, new->log_origin);
    (void)strcpy(new->log_origin, "cert.example/log/2");
    new->closed[0].size = 500;
    new->closed_count = 1;
    new->keys[0].last = 500;
    new->keys[1].cut_off = (struct cut_off){ .given = true, .index = 500 };
    new->keys[3].not_after = new->issued;
}

static void a_log_is_closed_as_a_whole(void **state)
{
    const struct pair *p = *state;
    struct trust_list *const new = p->new;
    close_log(p);
    assert_int_equal(trust_list_follows(p->old, new, NULL), RC_OK);
    new->keys[0].last = 501;
    is_refused(p, "behind the end of the log");
    new->keys[0].last = 500;
    new->keys[1].cut_off.given = false;
    is_refused(p, "behind the end of the log");
    new->keys[1].cut_off.given = true;
    new->keys[3].not_after++;
    is_refused(p, "goes on signing");
    new->keys[3].not_after--;
    new->closed[0].origin[0] ^= 1;
    is_refused(p, "another log");
    new->closed[0].origin[0] ^= 1;
    new->closed_count = 0;
    is_refused(p, "another log");
    new->closed_count = 2;
    is_refused(p, "another log");
}

static void a_closed_log_stays_closed(void **state)
{
    const struct pair *p = *state;
    struct trust_list *const old = p->old, *const new = p->new;
    close_log(p);
    old->closed[0] = new->closed[0];
    old->closed_count = 1;
    (void)strcpy(old->log_origin, new->log_origin);
    old->keys[0].last = 500;
    old->keys[1].cut_off = new->keys[1].cut_off;
    assert_int_equal(trust_list_follows(old, new, NULL), RC_OK);
    new->closed[0].size--;
    is_refused(p, "another log");
    new->closed[0].size++;
    new->closed[0].root[31] ^= 1;
    is_refused(p, "another log");
    new->closed[0].root[31] ^= 1;
    new->closed_count = 0;
    is_refused(p, "another log");
}

static void no_key_vanishes_or_gains(void **state)
{
    const struct pair *p = *state;
    struct trusted_key *const k = &p->new->keys[0];
    k->not_after++;
    is_refused(p, "ends later");
    k->not_after -= 2;
    assert_int_equal(trust_list_follows(p->old, p->new, NULL), RC_OK);
    k->not_before--;
    is_refused(p, "another time");
    k->not_before++;
    k->unit_count = 0;
    is_refused(p, "scope");
    k->unit_count = 2;
    k->use = USE_PUBLISH;
    is_refused(p, "another use");
    k->use = USE_TOKEN;
    p->new->key_count--;
    is_refused(p, "is gone");
    p->new->key_count++;
}

static void a_cut_off_stays_as_it_is(void **state)
{
    const struct pair *p = *state;
    struct cut_off *const old = &p->old->keys[0].cut_off, *const new = &p->new->keys[0].cut_off;
    *new = (struct cut_off){ .given = true, .index = 7 };
    assert_int_equal(trust_list_follows(p->old, p->new, NULL), RC_OK);
    *old = *new;
    assert_int_equal(trust_list_follows(p->old, p->new, NULL), RC_OK);
    new->index = 8;
    is_refused(p, "cut off as it was");
    new->index = 7;
    new->survivors[31] ^= 1;
    is_refused(p, "cut off as it was");
    *new = (struct cut_off){ 0 };
    is_refused(p, "cut off as it was");
}

/* The last key of the new list is one that the old list did not have. */
static void a_new_key_begins_after_its_list(void **state)
{
    const struct pair *p = *state;
    struct trusted_key *const k = &p->new->keys[p->new->key_count - 1];
    p->old->key_count--;
    k->not_before = p->new->issued;
    is_refused(p, "before the list that announces it");
    k->not_before = p->new->issued + 1;
    assert_int_equal(trust_list_follows(p->old, p->new, NULL), RC_OK);
    p->old->key_count++;
}

static enum rc keeps(const struct pair *p, uint64_t size)
{
    return trust_list_keeps_signed(p->old, p->new, size, NULL);
}

/* The sample's token keys have [0, 1000000) and [1000000, 2000000). */
static void what_was_signed_stays_with_its_key(void **state)
{
    const struct pair *p = *state;
    struct trusted_key *const k = &p->new->keys[0];
    k->last = 500;
    assert_int_equal(keeps(p, 500), RC_OK);
    assert_int_equal(keeps(p, 501), RC_REFUSED);
    k->last = 1000000;
    k->first = 1;
    assert_int_equal(keeps(p, 0), RC_OK);
    assert_int_equal(keeps(p, 1), RC_REFUSED);
    k->first = 0;
    p->new->keys[1].first = 600;
    assert_int_equal(keeps(p, 1000000), RC_OK);
    assert_int_equal(keeps(p, 1000001), RC_REFUSED);
}

static void a_cut_off_is_inside_the_log(void **state)
{
    const struct pair *p = *state;
    p->new->keys[0].cut_off = (struct cut_off){ .given = true, .index = 500 };
    assert_int_equal(keeps(p, 500), RC_OK);
    assert_int_equal(keeps(p, 499), RC_REFUSED);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_same_keys_follow),
        CASE(a_sequence_that_is_not_the_next_is_refused),
        CASE(another_deployment_or_log_is_refused),
        CASE(a_log_is_closed_as_a_whole),
        CASE(a_closed_log_stays_closed),
        CASE(no_key_vanishes_or_gains),
        CASE(a_cut_off_stays_as_it_is),
        CASE(a_new_key_begins_after_its_list),
        CASE(what_was_signed_stays_with_its_key),
        CASE(a_cut_off_is_inside_the_log),
    };
    return cmocka_run_group_tests_name("trust_follow", tests, NULL, NULL);
}
