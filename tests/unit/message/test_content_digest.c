#include "tests/unit/check.h"

#include <string.h>

#include "core/message/parts.h"

static enum message_verdict verdict_of(const char *value, struct span body)
{
    uint8_t digest[SHA256_LEN];
    enum message_verdict v = MESSAGE_UNDECIDED;
    sha256(body, digest);
    assert_int_equal(content_digest_check(span_text(value), digest, &v, NULL), RC_OK);
    return v;
}

/* RFC 9530 appendix B.1: the object and a line feed. */
static const struct span hello = { (const uint8_t *)"{\"hello\": \"world\"}\n", 19 };
#define HELLO_256 "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
#define HELLO_512                                                                                  \
    "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/"          \
    "WkppmM44T3qg==:"

static void a_digest_of_another_body_is_a_mismatch(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(HELLO_256, SPAN_LITERAL("{\"hello\": \"world\"}")),
                     MESSAGE_DIGEST_MISMATCH);
}

static void without_sha_256_there_is_none(void **state)
{
    (void)state;
    assert_int_equal(verdict_of("", hello), MESSAGE_CONTENT_DIGEST_MISSING);
    assert_int_equal(verdict_of(HELLO_512, hello), MESSAGE_CONTENT_DIGEST_MISSING);
    assert_int_equal(verdict_of("SHA-256=:AA==:", hello), MESSAGE_CONTENT_DIGEST_MALFORMED);
}

static void what_is_no_digest_is_malformed(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "sha-256",
        "sha-256=x",
        "sha-256=\"RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=\"",
        "sha-256=RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=",
        "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg:",
        "sha-256=:AAAA:",
        "sha-256=()",
        HELLO_256 ", sha-512=5",
        HELLO_256 ", " HELLO_256,
        "44aff4ab2d7c3250525675a08f0cfa9591168cffe51791c5f5bbc417c15a6c38",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (verdict_of(bad[i], hello) != MESSAGE_CONTENT_DIGEST_MALFORMED)
            fail_msg("%s: %d", bad[i], (int)verdict_of(bad[i], hello));
}

static void the_rfcs_digest_is_good_and_others_beside_it_are_passed_over(void **state)
{
    (void)state;
    assert_int_equal(verdict_of(HELLO_256, hello), MESSAGE_GOOD);
    assert_int_equal(verdict_of(HELLO_512 ", " HELLO_256, hello), MESSAGE_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_digest_of_another_body_is_a_mismatch),
        cmocka_unit_test(without_sha_256_there_is_none),
        cmocka_unit_test(what_is_no_digest_is_malformed),
        cmocka_unit_test(the_rfcs_digest_is_good_and_others_beside_it_are_passed_over),
    };
    return cmocka_run_group_tests_name("content_digest", tests, NULL, NULL);
}
