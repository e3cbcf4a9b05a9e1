#include "tests/unit/check.h"

#include <pthread.h>

#include "core/crypto/hash.h"

#define MILLION 1000000

static void is_digest(const uint8_t digest[SHA256_LEN], const char *expected)
{
    char hex[2 * SHA256_LEN + 1];
    hex_encode(digest, SHA256_LEN, hex);
    assert_string_equal(hex, expected);
}

/* FIPS 180-4 examples, as published by NIST. */
static void sha256_gives_the_published_digests(void **state)
{
    (void)state;
    uint8_t digest[SHA256_LEN];
    sha256(span_of(NULL, 0), digest);
    is_digest(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256(SPAN_LITERAL("abc"), digest);
    is_digest(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256(SPAN_LITERAL("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"), digest);
    is_digest(digest, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void two_parts_hash_as_one(void **state)
{
    (void)state;
    uint8_t digest[SHA256_LEN];
    sha256_2(SPAN_LITERAL("a"), SPAN_LITERAL("bc"), digest);
    is_digest(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void a_stream_of_a_million_a_s_hashes_as_published(void **state)
{
    (void)state;
    uint8_t digest[SHA256_LEN];
    struct sha256_stream *s = sha256_new();
    assert_non_null(s);
    for (int i = 0; i < MILLION / 100; i++)
        sha256_add(s, SPAN_LITERAL("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    sha256_end(s, digest);
    is_digest(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    sha256_free(s);
}

static void a_copied_stream_goes_on_by_itself(void **state)
{
    (void)state;
    uint8_t whole[SHA256_LEN], of_copy[SHA256_LEN], of_first[SHA256_LEN];
    sha256(SPAN_LITERAL("abcdef"), whole);
    struct sha256_stream *const first = sha256_new();
    assert_non_null(first);
    sha256_add(first, SPAN_LITERAL("abc"));
    struct sha256_stream *const copy = sha256_copy(first);
    assert_non_null(copy);
    sha256_add(copy, SPAN_LITERAL("def"));
    sha256_end(copy, of_copy);
    assert_memory_equal(of_copy, whole, SHA256_LEN);
    sha256_end(first, of_first);
    sha256(SPAN_LITERAL("abc"), whole);
    assert_memory_equal(of_first, whole, SHA256_LEN);
    sha256_free(copy);
    sha256_free(first);
}

static void a_stream_that_has_ended_starts_anew(void **state)
{
    (void)state;
    uint8_t digest[SHA256_LEN];
    struct sha256_stream *s = sha256_new();
    sha256_add(s, SPAN_LITERAL("something else"));
    sha256_end(s, digest);
    sha256_add(s, SPAN_LITERAL("abc"));
    sha256_end(s, digest);
    is_digest(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    sha256_free(s);
}

static void *hash_often(void *ret)
{
    for (int i = 0; i < 1000; i++)
        sha256(SPAN_LITERAL("abc"), ret);
    return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    uint8_t digests[THREADS][SHA256_LEN];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hash_often, digests[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        is_digest(digests[i], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

static void equal_and_unequal_secrets_are_told_apart(void **state)
{
    (void)state;
    assert_false(bytes_equal_secret("abcd", "abce", 4));
    assert_false(bytes_equal_secret("abcd", "Abcd", 4));
    assert_true(bytes_equal_secret("abcd", "abcd", 4));
}

static void random_bytes_do_not_repeat(void **state)
{
    (void)state;
    uint8_t a[5000] = { 0 }, b[5000] = { 0 };
    random_bytes(a, sizeof a);
    random_bytes(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
    assert_memory_not_equal(a + sizeof a - 32, b + sizeof b - 32, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_and_unequal_secrets_are_told_apart),
        cmocka_unit_test(random_bytes_do_not_repeat),
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(two_parts_hash_as_one),
        cmocka_unit_test(a_stream_of_a_million_a_s_hashes_as_published),
        cmocka_unit_test(a_stream_that_has_ended_starts_anew),
        cmocka_unit_test(a_copied_stream_goes_on_by_itself),
        cmocka_unit_test(threads_do_not_disturb_each_other),
    };
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
