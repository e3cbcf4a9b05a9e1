/* The published cases of tests/vectors/staple, made by a program that shares no code with this one.
 */
#include "tests/unit/vectors.h"

#include <stdlib.h>

#include "core/cert/staple.h"

#define KEYS 3

static struct pubkey *keys[KEYS];

static bool holds(const struct staple *s)
{
    for (size_t i = 0; i < KEYS; i++) {
        enum check good = CHECK_BAD;
        assert_int_equal(cose_sign1_check(&s->cose, keys[i], &good, NULL), RC_OK);
        if (good == CHECK_GOOD)
            return true;
    }
    return false;
}

static void describe(struct span input, struct buf *to)
{
    char hex[2 * STAPLE_LEAF_LEN + 1];
    struct diag d = DIAG_INIT;
    struct staple s;
    if (staple_parse(input, &s, &d) != RC_OK) {
        buf_printf(to, "verdict: malformed\noffset: %zu\nreason: %s\n", d.offset, d.text);
        return;
    }
    if (!holds(&s)) {
        buf_put_text(to, "verdict: bad signature\n");
        return;
    }
    hex_encode(s.leaf, sizeof s.leaf, hex);
    buf_printf(to, "verdict: good\nleaf: %s\nstate: %s\ndeadline: %d\niat: %lld\n", hex,
               state_word(s.state), s.deadline, (long long)s.iat);
}

static void invalid_staples_are_refused_as_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/staple/invalid", 21, describe);
}

static void valid_staples_say_what_is_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/staple/valid", 7, describe);
}

static int setup(void **state)
{
    (void)state;
    vector_keys(VECTORS "/staple", keys, KEYS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYS; i++)
        pubkey_free(keys[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_staples_are_refused_as_published),
        cmocka_unit_test(valid_staples_say_what_is_published),
    };
    return cmocka_run_group_tests_name("staple_vectors", tests, setup, teardown);
}
