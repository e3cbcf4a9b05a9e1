/* Who must have signed a list: k of n, and how roots hand over to others. */
#include "tests/unit/trust/trust_sample.h"

static int setup(void **state)
{
    *state = trust_sample_new();
    return 0;
}

static int teardown(void **state)
{
    trust_sample_free(*state);
    return 0;
}

/* Signed by roots[i] for each i of `signers` ("01"), read with `roots`. */
static enum rc signed_by(const struct trust_sample *s, const char *signers, const char *typ,
                         const struct root_set *roots)
{
    const struct test_key *keys[COSE_SIGNERS_MAX];
    struct buf payload = { 0 }, b = { 0 };
    const size_t count = strlen(signers);
    for (size_t i = 0; i < count; i++)
        keys[i] = &s->roots[signers[i] - '0'];
    trust_list_payload_put(&payload, &s->list);
    trust_sign_payload(buf_span(&payload), typ, keys, count, &b);
    const enum rc rc = trust_read_rc(buf_span(&b), roots, NULL);
    buf_free(&payload);
    buf_free(&b);
    return rc;
}

static void too_few_signatures_are_refused(void **state)
{
    const struct trust_sample *s = *state;
    assert_int_equal(signed_by(s, "0", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "1", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "1", TYP_TRUST, &s->list.roots), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "01", TYP_TRUST, NULL), RC_OK);
    assert_int_equal(signed_by(s, "10", TYP_TRUST, &s->list.roots), RC_OK);
}

static void one_root_that_signs_twice_counts_as_none(void **state)
{
    const struct trust_sample *s = *state;
    assert_int_equal(signed_by(s, "00", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "11", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "010", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
}

static void a_stranger_who_signs_is_refused(void **state)
{
    const struct trust_sample *s = *state;
    assert_int_equal(signed_by(s, "2", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "02", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "012", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
}

static void another_type_of_object_is_refused(void **state)
{
    const struct trust_sample *s = *state;
    assert_int_equal(signed_by(s, "01", TYP_BUNDLE, NULL), RC_FORMAT);
    assert_int_equal(signed_by(s, "01", TYP_DIRECTORY, NULL), RC_FORMAT);
}

static void a_list_of_other_roots_is_refused(void **state)
{
    const struct trust_sample *s = *state;
    const struct root_set others = { .threshold = 1, .count = 1, .keys = { s->roots[2].numbers } };
    assert_int_equal(signed_by(s, "01", TYP_TRUST, &others), RC_BAD_SIGNATURE);
}

/* The list names roots 0 and 1; the roots known so far are 2 alone. */
static void new_roots_need_the_signature_of_the_old(void **state)
{
    struct trust_sample *s = *state;
    const struct root_set old = { .threshold = 1, .count = 1, .keys = { s->roots[2].numbers } };
    assert_int_equal(root_set_id(&old, s->list.deployment, NULL), RC_OK);
    s->list.sequence = 2;
    assert_int_equal(signed_by(s, "01", TYP_TRUST, &old), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "2", TYP_TRUST, &old), RC_OK);
    assert_int_equal(signed_by(s, "012", TYP_TRUST, &old), RC_OK);
}

static void a_first_look_needs_the_lists_own_roots(void **state)
{
    struct trust_sample *s = *state;
    s->list.sequence = 2;
    assert_int_equal(signed_by(s, "2", TYP_TRUST, NULL), RC_BAD_SIGNATURE);
    assert_int_equal(signed_by(s, "01", TYP_TRUST, NULL), RC_OK);
}

/* --- lists behind a list: roots that were rotated --- */

static void put_list(struct trust_sample *s, uint64_t sequence, const struct root_set *roots,
                     const char *signers, struct buf *to)
{
    const struct test_key *keys[COSE_SIGNERS_MAX];
    struct buf payload = { 0 };
    for (size_t i = 0; i < strlen(signers); i++)
        keys[i] = &s->roots[signers[i] - '0'];
    s->list.sequence = sequence;
    s->list.roots = *roots;
    trust_list_payload_put(&payload, &s->list);
    trust_sign_payload(buf_span(&payload), TYP_TRUST, keys, strlen(signers), to);
    buf_free(&payload);
}

/* Root 0 was stolen and replaced; root 1 stands in both sets, and one is enough. Whoever has root 0
 * shows the first list again, and behind it a list of his own. */
static void an_old_root_does_not_come_back_by_an_old_list(void **state)
{
    struct trust_sample *s = *state;
    const struct root_set first = { .threshold = 1,
                                    .count = 2,
                                    .keys = { s->roots[0].numbers, s->roots[1].numbers } };
    struct root_set second = { .threshold = 1,
                               .count = 2,
                               .keys = { s->roots[1].numbers, s->roots[2].numbers } };
    struct buf forged = { 0 }, honest = { 0 };
    assert_int_equal(root_set_id(&first, s->list.deployment, NULL), RC_OK);
    put_list(s, 9, &first, "0", &forged);
    put_list(s, 1, &first, "1", &forged);
    put_list(s, 9, &second, "2", &honest);
    put_list(s, 2, &second, "1", &honest);
    put_list(s, 1, &first, "1", &honest);

    second.since = 2;
    assert_int_equal(trust_read_rc(buf_span(&honest), &second, NULL), RC_OK);
    second.since = 9;
    assert_int_equal(trust_read_rc(buf_span(&honest), &second, NULL), RC_OK);
    assert_int_equal(trust_read_rc(buf_span(&honest), &first, NULL), RC_OK);
    assert_int_equal(trust_read_rc(buf_span(&honest), NULL, NULL), RC_OK);
    assert_int_equal(trust_read_rc(buf_span(&forged), &second, NULL), RC_BAD_SIGNATURE);
    buf_free(&forged);
    buf_free(&honest);
}

/* A list by which roots change is signed by both sets: who knows the new ones alone, as a device
 * that has seen it, must still be able to read it again. */
static void a_rotating_list_is_read_again_by_its_own_roots(void **state)
{
    struct trust_sample *s = *state;
    const struct root_set first = { .threshold = 1, .count = 1, .keys = { s->roots[0].numbers } };
    struct root_set second = { .threshold = 2,
                               .count = 2,
                               .keys = { s->roots[1].numbers, s->roots[2].numbers } };
    struct buf b = { 0 };
    assert_int_equal(root_set_id(&first, s->list.deployment, NULL), RC_OK);
    put_list(s, 2, &second, "012", &b);
    const size_t newest = b.len;
    put_list(s, 1, &first, "0", &b);
    for (unsigned since = 0; since < 3; since++) {
        second.since = since;
        assert_int_equal(trust_read_rc(buf_span(&b), &second, NULL), RC_OK);
    }
    /* What the old root signed is checked all the same. */
    b.ptr[newest - 2 * (SIGNATURE_LEN + 18) - 10] ^= 1; /* the first of three signers */
    assert_int_not_equal(trust_read_rc(buf_span(&b), &second, NULL), RC_OK);
    buf_free(&b);
}

/* List after list in one file; returns how many it holds behind the last that could be added. */
static size_t pile_up(struct trust_sample *s, const struct root_set *sets, const char *which)
{
    struct buf file = { 0 };
    struct trust_file lists = { .count = 0 };
    assert_int_equal(root_set_id(&sets[0], s->list.deployment, NULL), RC_OK);
    for (size_t i = 0; which[i]; i++) {
        struct buf newest = { 0 }, next = { 0 };
        put_list(s, i + 1, &sets[which[i] - '0'], i == 0 ? "01" : "012", &newest);
        const enum rc rc =
            i == 0 ? RC_OK : trust_file_put(buf_span(&newest), buf_span(&file), &next, NULL);
        if (i == 0)
            buf_put_span(&next, buf_span(&newest));
        buf_free(&newest);
        if (rc != RC_OK) {
            assert_int_equal(rc, RC_LIMIT);
            buf_free(&next);
            break;
        }
        buf_free(&file);
        file = next;
        assert_int_equal(trust_read_rc(buf_span(&file), i == 0 ? NULL : &sets[0], NULL), RC_OK);
    }
    assert_int_equal(trust_file_split(buf_span(&file), &lists, NULL), RC_OK);
    buf_free(&file);
    return lists.count;
}

static void a_file_keeps_the_lists_that_changed_roots(void **state)
{
    struct trust_sample *s = *state;
    const struct root_set sets[2] = {
        { .threshold = 2,
          .count = 3,
          .keys = { s->roots[0].numbers, s->roots[1].numbers, s->roots[2].numbers } },
        { .threshold = 1,
          .count = 3,
          .keys = { s->roots[0].numbers, s->roots[1].numbers, s->roots[2].numbers } },
    };
    assert_int_equal(pile_up(s, sets, "0"), 1);
    assert_int_equal(pile_up(s, sets, "0000"), 1);
    assert_int_equal(pile_up(s, sets, "0001"), 2);
    assert_int_equal(pile_up(s, sets, "000111"), 3);
    assert_int_equal(pile_up(s, sets, "0001110"), 3);
    assert_int_equal(pile_up(s, sets, "00011100"), 4);
    assert_int_equal(pile_up(s, sets, "0101010101010101"), 16);
}

/* Even where the others are enough: nothing in a list may be left unchecked. */
static void a_spare_signature_that_does_not_hold_is_refused(void **state)
{
    struct trust_sample *s = *state;
    const struct test_key *keys[] = { &s->roots[0], &s->roots[1] };
    struct buf payload = { 0 }, b = { 0 };
    s->list.roots.threshold = 1;
    trust_sample_name_deployment(s);
    trust_list_payload_put(&payload, &s->list);
    trust_sign_payload(buf_span(&payload), TYP_TRUST, keys, 2, &b);
    assert_int_equal(trust_read_rc(buf_span(&b), NULL, NULL), RC_OK);
    b.ptr[b.len - 1] ^= 1;
    assert_int_equal(trust_read_rc(buf_span(&b), NULL, NULL), RC_BAD_SIGNATURE);
    buf_free(&payload);
    buf_free(&b);
}

static void an_algorithm_other_than_the_roots_is_refused(void **state)
{
    struct trust_sample *s = *state;
    s->list.roots.threshold = 1;
    s->list.roots.count = 1;
    trust_sample_name_deployment(s);
    s->roots[0].numbers.alg = ALG_SM2; /* signs as before, and says otherwise */
    struct buf payload = { 0 }, b = { 0 };
    const struct test_key *signer = &s->roots[0];
    struct cose_sign m;
    trust_list_payload_put(&payload, &s->list);
    struct buf body = { 0 }, header = { 0 }, tbs = { 0 };
    uint8_t sig[SIGNATURE_LEN];
    cose_sign_body_header_put(&body, TYP_TRUST);
    cose_header_put(&header, ALG_SM2, span_of(signer->kid, KID_LEN), NULL);
    cose_sign_to_be_signed(&tbs, buf_span(&body), buf_span(&header), buf_span(&payload));
    s->roots[0].numbers.alg = ALG_ES256;
    test_sign(signer, buf_span(&tbs), sig);
    const struct cose_signer part = { .header.raw = buf_span(&header),
                                      .signature = span_of(sig, sizeof sig) };
    cose_sign_put(&b, buf_span(&body), buf_span(&payload), &part, 1);
    assert_int_equal(cose_sign_parse(buf_span(&b), &m, NULL), RC_OK);
    assert_int_equal(trust_read_rc(buf_span(&b), NULL, NULL), RC_BAD_SIGNATURE);
    buf_free(&payload);
    buf_free(&body);
    buf_free(&header);
    buf_free(&tbs);
    buf_free(&b);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(too_few_signatures_are_refused),
        CASE(one_root_that_signs_twice_counts_as_none),
        CASE(a_stranger_who_signs_is_refused),
        CASE(another_type_of_object_is_refused),
        CASE(a_list_of_other_roots_is_refused),
        CASE(new_roots_need_the_signature_of_the_old),
        CASE(a_first_look_needs_the_lists_own_roots),
        CASE(an_old_root_does_not_come_back_by_an_old_list),
        CASE(a_rotating_list_is_read_again_by_its_own_roots),
        CASE(a_file_keeps_the_lists_that_changed_roots),
        CASE(a_spare_signature_that_does_not_hold_is_refused),
        CASE(an_algorithm_other_than_the_roots_is_refused),
    };
    return cmocka_run_group_tests_name("trust_signers", tests, NULL, NULL);
}
