/* A nonce counts once, as long as its signature could be believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "issuer/core/nonces.h"

#define NOW 1000

static struct span text_of(unsigned n, char to[16])
{
    return span_of(to, (size_t)snprintf(to, 16, "nonce-%u", n));
}

static void a_nonce_is_known_until_its_time_is_over_and_for_its_sender_alone(void **state)
{
    (void)state;
    struct nonces *const n = nonces_new();
    const struct span nonce = SPAN_LITERAL("abc"), a = SPAN_LITERAL("a"), b = SPAN_LITERAL("b");
    assert_non_null(n);
    assert_int_equal(nonces_look(n, a, nonce, NOW), NONCE_NEW);
    assert_int_equal(nonces_add(n, a, nonce, NOW + 300, NOW, NULL), RC_OK);
    assert_int_equal(nonces_look(n, a, nonce, NOW), NONCE_SEEN);
    assert_int_equal(nonces_look(n, a, nonce, NOW + 300), NONCE_SEEN);
    assert_int_equal(nonces_look(n, a, nonce, NOW + 301), NONCE_NEW);
    assert_int_equal(nonces_look(n, b, nonce, NOW), NONCE_NEW);
    /* "a" with "bc" is not "ab" with "c". */
    assert_int_equal(nonces_add(n, a, SPAN_LITERAL("bc"), NOW + 300, NOW, NULL), RC_OK);
    assert_int_equal(nonces_look(n, SPAN_LITERAL("ab"), SPAN_LITERAL("c"), NOW), NONCE_NEW);
    nonces_free(n);
}

static void many_are_known_and_those_that_are_over_make_room(void **state)
{
    (void)state;
    struct nonces *const n = nonces_new();
    const struct span sender = SPAN_LITERAL("s");
    char text[16];
    assert_non_null(n);
    for (unsigned i = 0; i < 20000; i++)
        assert_int_equal(nonces_add(n, sender, text_of(i, text), NOW + 300, NOW, NULL), RC_OK);
    for (unsigned i = 0; i < 20000; i++)
        assert_int_equal(nonces_look(n, sender, text_of(i, text), NOW), NONCE_SEEN);
    assert_int_equal(nonces_count(n), 20000);
    for (unsigned i = 20000; i < 80000; i++)
        assert_int_equal(nonces_add(n, sender, text_of(i, text), NOW + 900, NOW + 400, NULL),
                         RC_OK);
    assert_true(nonces_count(n) <= 60000);
    assert_int_equal(nonces_look(n, sender, text_of(79999, text), NOW + 400), NONCE_SEEN);
    assert_int_equal(nonces_look(n, sender, text_of(5, text), NOW + 400), NONCE_NEW);
    nonces_free(n);
}

static void there_is_room_for_so_many_and_no_more(void **state)
{
    (void)state;
    struct nonces *const n = nonces_new();
    const struct span sender = SPAN_LITERAL("s");
    char text[16];
    assert_non_null(n);
    for (unsigned i = 0; i < NONCES_MAX; i++)
        if (nonces_add(n, sender, text_of(i, text), NOW + 300, NOW, NULL) != RC_OK)
            fail_msg("the %uth", i);
    assert_int_equal(nonces_look(n, sender, SPAN_LITERAL("one more"), NOW), NONCE_NO_ROOM);
    assert_int_equal(nonces_add(n, sender, SPAN_LITERAL("one more"), NOW + 300, NOW, NULL),
                     RC_LIMIT);
    assert_int_equal(nonces_look(n, sender, text_of(7, text), NOW), NONCE_SEEN);
    /* When they are over there is room again. */
    assert_int_equal(nonces_look(n, sender, SPAN_LITERAL("one more"), NOW + 301), NONCE_NEW);
    nonces_free(n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nonce_is_known_until_its_time_is_over_and_for_its_sender_alone),
        cmocka_unit_test(many_are_known_and_those_that_are_over_make_room),
        cmocka_unit_test(there_is_room_for_so_many_and_no_more),
    };
    return cmocka_run_group_tests_name("nonces", tests, NULL, NULL);
}
