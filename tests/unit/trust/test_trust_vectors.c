/* The published cases of tests/vectors/trust, made by a program that shares no code with this one.
 */
#include "tests/unit/vectors.h"

#include "keys/trust/trust_list.h"

#define INVALID_CASES 74
#define VALID_CASES   15

static void put_scope(struct buf *to, const char *name, const uint16_t *scope, size_t count)
{
    if (count > 0)
        buf_printf(to, " %s", name);
    for (size_t i = 0; i < count; i++)
        buf_printf(to, " %u", scope[i]);
}

static void put_key(struct buf *to, const struct trusted_key *key)
{
    char kid[2 * KID_LEN + 1];
    hex_encode(key->kid, KID_LEN, kid);
    buf_printf(to, "key: %s %s", kid, key_use_name(key->use));
    if (key->use == USE_TOKEN)
        buf_printf(to, " %llu-%llu", (unsigned long long)key->first, (unsigned long long)key->last);
    put_scope(to, "units", key->units, key->unit_count);
    put_scope(to, "posts", key->posts, key->post_count);
    buf_printf(to, "%s%s", key->name[0] ? " " : "", key->name);
    if (key->cut_off.given && key->use == USE_TOKEN)
        buf_printf(to, " cut off at %llu, ends at %llu", (unsigned long long)key->cut_off.index,
                   (unsigned long long)trusted_key_end(key));
    else if (key->cut_off.given)
        buf_printf(to, " cut off at time %lld", (long long)key->cut_off.time_s);
    buf_put_text(to, "\n");
}

static const char *verdict_of(enum rc rc)
{
    if (rc == RC_BAD_SIGNATURE)
        return "bad signature";
    return rc == RC_REFUSED ? "refused" : "malformed";
}

static void describe(struct span input, struct buf *to)
{
    struct diag d = DIAG_INIT;
    struct trust_list *list = NULL;
    const enum rc rc = trust_list_read(input, NULL, &list, &d);
    if (rc != RC_OK) {
        buf_printf(to, "verdict: %s\nreason: %s\n", verdict_of(rc), d.text);
        return;
    }
    buf_printf(to, "verdict: good\nsequence: %llu\ndemo: %s\nhosts:",
               (unsigned long long)list->sequence, list->demo ? "yes" : "no");
    for (size_t i = 0; i < list->host_count; i++)
        buf_printf(to, " %s", list->hosts[i]);
    buf_printf(to, "\nroots: %u of %zu\n", list->roots.threshold, list->roots.count);
    for (size_t i = 0; i < list->key_count; i++)
        put_key(to, &list->keys[i]);
    for (size_t i = 0; i < list->witness_count; i++)
        buf_printf(to, "witness: %s, %u of %zu\n", list->witnesses[i].name, list->witness_quorum,
                   list->witness_count);
    for (size_t i = 0; i < list->closed_count; i++)
        buf_printf(to, "closed: %s at %llu\n", list->closed[i].origin,
                   (unsigned long long)list->closed[i].size);
    trust_list_free(list);
}

static void invalid_lists_are_refused_as_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/trust/invalid", INVALID_CASES, describe);
}

static void valid_lists_say_what_is_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/trust/valid", VALID_CASES, describe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_lists_are_refused_as_published),
        cmocka_unit_test(valid_lists_say_what_is_published),
    };
    return cmocka_run_group_tests_name("trust_vectors", tests, NULL, NULL);
}
