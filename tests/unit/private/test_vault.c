#include "tests/unit/private/fixture.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/private/vault.h"

#define NUMBER SPAN_LITERAL("110101199001010015")

struct fix {
    char folder[PATH_LEN], master[PATH_LEN], second[PATH_LEN];
    struct vault *v;
};

static int setup(void **state)
{
    static struct fix fx;
    scratch_make(fx.folder);
    scratch_path(fx.folder, "register.key", fx.master);
    scratch_path(fx.folder, "register.key.2", fx.second);
    assert_int_equal(secret_create(fx.master, VAULT_MASTER_LEN, NULL), RC_OK);
    assert_int_equal(vault_open(fx.master, &fx.v, NULL), RC_OK);
    *state = &fx;
    return 0;
}

static int teardown(void **state)
{
    struct fix *const fx = *state;
    vault_free_at(&fx->v);
    scratch_drop(fx->folder);
    return 0;
}

static void seal(const struct vault *v, struct span plain, struct buf *to)
{
    assert_int_equal(vault_seal(v, "persons", 7, plain, to, NULL), RC_OK);
}

static enum rc unseal_code(const struct vault *v, const char *table, uint64_t record,
                           struct span sealed)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    const enum rc rc = vault_unseal(v, table, record, sealed, &out, NULL);
    if (rc != RC_OK)
        assert_int_equal(out.len, 0);
    return rc;
}

static void another_table_or_record_is_refused(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    seal(fx->v, NUMBER, &b);
    assert_int_equal(unseal_code(fx->v, "persons", 8, buf_span(&b)), RC_CRYPTO);
    assert_int_equal(unseal_code(fx->v, "persons", 7 + (UINT64_C(1) << 56), buf_span(&b)),
                     RC_CRYPTO);
    assert_int_equal(unseal_code(fx->v, "person", 7, buf_span(&b)), RC_CRYPTO);
    assert_int_equal(unseal_code(fx->v, "photos", 7, buf_span(&b)), RC_CRYPTO);
    assert_int_equal(unseal_code(fx->v, "persons", 7, buf_span(&b)), RC_OK);
}

static void no_single_bit_flip_opens(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    seal(fx->v, NUMBER, &b);
    for (size_t i = 0; i < b.len * 8; i++) {
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(unseal_code(fx->v, "persons", 7, buf_span(&b)), RC_CRYPTO);
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void no_prefix_and_no_byte_more_opens(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    seal(fx->v, NUMBER, &b);
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(unseal_code(fx->v, "persons", 7, span_of(b.ptr, len)), RC_CRYPTO);
    buf_put_u8(&b, 0);
    assert_int_equal(unseal_code(fx->v, "persons", 7, buf_span(&b)), RC_CRYPTO);
}

static void another_master_opens_nothing(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    ON_EXIT(vault_free_at) struct vault *other = NULL;
    char path[PATH_LEN];
    scratch_path(fx->folder, "other.key", path);
    assert_int_equal(secret_create(path, VAULT_MASTER_LEN, NULL), RC_OK);
    assert_int_equal(vault_open(path, &other, NULL), RC_OK);
    seal(fx->v, NUMBER, &b);
    assert_int_equal(unseal_code(other, "persons", 7, buf_span(&b)), RC_CRYPTO);

    uint8_t a_key[VAULT_FIND_LEN], b_key[VAULT_FIND_LEN];
    vault_find_key(fx->v, 111, NUMBER, a_key);
    vault_find_key(other, 111, NUMBER, b_key);
    assert_memory_not_equal(a_key, b_key, VAULT_FIND_LEN);
}

static void an_empty_or_huge_value_is_not_sealed(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    static const uint8_t huge[65537];
    assert_int_equal(vault_seal(fx->v, "persons", 7, span_of("", 0), &b, NULL), RC_LIMIT);
    assert_int_equal(vault_seal(fx->v, "persons", 7, span_of(huge, sizeof huge), &b, NULL),
                     RC_LIMIT);
    assert_int_equal(b.len, 0);
}

static void a_master_of_the_wrong_length_or_mode_opens_nothing(void **state)
{
    const struct fix *const fx = *state;
    struct vault *v = NULL;
    char path[PATH_LEN];
    scratch_path(fx->folder, "short.key", path);
    assert_int_equal(secret_create(path, VAULT_MASTER_LEN - 1, NULL), RC_OK);
    assert_int_equal(vault_open(path, &v, NULL), RC_FORMAT);
    assert_int_equal(chmod(fx->master, 0644), 0);
    assert_int_equal(vault_open(fx->master, &v, NULL), RC_REFUSED);
    assert_null(v);
}

static void what_was_sealed_comes_back(void **state)
{
    const struct fix *const fx = *state;
    for (size_t len = 1; len < 100; len++) {
        uint8_t plain[100];
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        ON_EXIT(buf_free_at) struct buf out = { 0 };
        memset(plain, (int)len, sizeof plain);
        seal(fx->v, span_of(plain, len), &b);
        assert_int_equal(b.len, len + VAULT_OVERHEAD);
        assert_int_equal(b.ptr[0], 1);
        assert_int_equal(vault_unseal(fx->v, "persons", 7, buf_span(&b), &out, NULL), RC_OK);
        assert_true(span_equal(buf_span(&out), span_of(plain, len)));
    }
}

static void the_plain_text_is_not_in_the_sealed_bytes(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    seal(fx->v, NUMBER, &b);
    for (size_t i = 0; i + 4 <= b.len; i++)
        assert_memory_not_equal(b.ptr + i, "1101", 4);
}

static void find_keys_are_stable_and_tell_documents_apart(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(vault_free_at) struct vault *again = NULL;
    uint8_t a[VAULT_FIND_LEN], b[VAULT_FIND_LEN];
    assert_int_equal(vault_open(fx->master, &again, NULL), RC_OK);
    vault_find_key(fx->v, 111, NUMBER, a);
    vault_find_key(again, 111, NUMBER, b);
    assert_memory_equal(a, b, VAULT_FIND_LEN);
    vault_find_key(fx->v, 414, NUMBER, b);
    assert_memory_not_equal(a, b, VAULT_FIND_LEN);
    vault_find_key(fx->v, 111, SPAN_LITERAL("110101199001010016"), b);
    assert_memory_not_equal(a, b, VAULT_FIND_LEN);
}

static void derived_secrets_are_stable_and_differ_by_label(void **state)
{
    const struct fix *const fx = *state;
    uint8_t a[64], b[64];
    vault_derive(fx->v, "status-permutation", a);
    vault_derive(fx->v, "status-permutation", b);
    assert_memory_equal(a, b, 64);
    vault_derive(fx->v, "pickup-code", b);
    assert_memory_not_equal(a, b, 64);
}

/* Python: HKDF and HMAC of RFC 5869 and RFC 2104 by hand, over a master of 0, 1, 2, …, 31. */
static void keys_are_hkdf_and_hmac_as_the_header_says(void **state)
{
    const struct fix *const fx = *state;
    static const uint8_t find[VAULT_FIND_LEN] = { 0x26, 0x91, 0x21, 0x57, 0xb3, 0x71, 0x0f, 0x33,
                                                  0x41, 0x81, 0xbb, 0x79, 0xf8, 0xa2, 0x67, 0x5e };
    static const uint8_t derived[16] = { 0x50, 0x52, 0xb6, 0x80, 0x3c, 0xe7, 0x85, 0xac,
                                         0xa7, 0xa0, 0xed, 0x32, 0xad, 0xd3, 0xf4, 0xf3 };
    uint8_t master[VAULT_MASTER_LEN], got[VAULT_FIND_LEN], secret[64];
    char path[PATH_LEN];
    for (size_t i = 0; i < sizeof master; i++)
        master[i] = (uint8_t)i;
    scratch_path(fx->folder, "known.key", path);
    assert_int_equal(file_create(path, span_of(master, sizeof master), 0600, NULL), RC_OK);
    ON_EXIT(vault_free_at) struct vault *v = NULL;
    assert_int_equal(vault_open(path, &v, NULL), RC_OK);
    vault_find_key(v, 111, NUMBER, got);
    assert_memory_equal(got, find, sizeof find);
    vault_derive(v, "status-permutation", secret);
    assert_memory_equal(secret, derived, sizeof derived);
}

static void after_rotation_old_values_open_and_new_ones_have_the_new_key(void **state)
{
    const struct fix *const fx = *state;
    ON_EXIT(buf_free_at) struct buf old = { 0 };
    ON_EXIT(buf_free_at) struct buf fresh = { 0 };
    ON_EXIT(vault_free_at) struct vault *rotated = NULL;
    uint8_t a[VAULT_FIND_LEN], b[VAULT_FIND_LEN];
    seal(fx->v, NUMBER, &old);
    assert_int_equal(secret_create(fx->second, VAULT_MASTER_LEN, NULL), RC_OK);
    assert_int_equal(vault_open(fx->master, &rotated, NULL), RC_OK);

    seal(rotated, NUMBER, &fresh);
    assert_int_equal(fresh.ptr[0], 2);
    assert_int_equal(unseal_code(rotated, "persons", 7, buf_span(&old)), RC_OK);
    assert_int_equal(unseal_code(rotated, "persons", 7, buf_span(&fresh)), RC_OK);
    assert_int_equal(unseal_code(fx->v, "persons", 7, buf_span(&fresh)), RC_CRYPTO);
    vault_find_key(fx->v, 111, NUMBER, a);
    vault_find_key(rotated, 111, NUMBER, b);
    assert_memory_equal(a, b, VAULT_FIND_LEN);
}

static void an_unsafe_later_master_opens_nothing(void **state)
{
    const struct fix *const fx = *state;
    struct vault *v = NULL;
    assert_int_equal(secret_create(fx->second, VAULT_MASTER_LEN, NULL), RC_OK);
    assert_int_equal(chmod(fx->second, 0644), 0);
    assert_int_equal(vault_open(fx->master, &v, NULL), RC_REFUSED);
    assert_null(v);
}

static void *seal_and_open(void *arg)
{
    const struct vault *const v = arg;
    for (uint64_t i = 0; i < 300; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        ON_EXIT(buf_free_at) struct buf out = { 0 };
        if (vault_seal(v, "persons", i, NUMBER, &b, NULL) != RC_OK ||
            vault_unseal(v, "persons", i, buf_span(&b), &out, NULL) != RC_OK ||
            !span_equal(buf_span(&out), NUMBER))
            return arg;
    }
    return NULL;
}

static void threads_share_a_vault(void **state)
{
    const struct fix *const fx = *state;
    pthread_t threads[4];
    void *failed = NULL;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, seal_and_open, fx->v), 0);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(another_table_or_record_is_refused),
        CASE(no_single_bit_flip_opens),
        CASE(no_prefix_and_no_byte_more_opens),
        CASE(another_master_opens_nothing),
        CASE(an_empty_or_huge_value_is_not_sealed),
        CASE(a_master_of_the_wrong_length_or_mode_opens_nothing),
        CASE(an_unsafe_later_master_opens_nothing),
        CASE(what_was_sealed_comes_back),
        CASE(the_plain_text_is_not_in_the_sealed_bytes),
        CASE(find_keys_are_stable_and_tell_documents_apart),
        CASE(derived_secrets_are_stable_and_differ_by_label),
        CASE(keys_are_hkdf_and_hmac_as_the_header_says),
        CASE(after_rotation_old_values_open_and_new_ones_have_the_new_key),
        CASE(threads_share_a_vault),
    };
    return cmocka_run_group_tests_name("vault", tests, NULL, NULL);
}
