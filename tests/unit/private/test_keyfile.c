#include "tests/unit/private/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[PATH_LEN], file[PATH_LEN], other[PATH_LEN];
};

static int setup(void **state)
{
    static struct place p;
    struct private_key *key = NULL;
    scratch_make(p.folder);
    scratch_path(p.folder, "key.pem", p.file);
    scratch_path(p.folder, "other.pem", p.other);
    assert_int_equal(private_key_generate(ALG_ES256, &key, NULL), RC_OK);
    assert_int_equal(private_key_save(key, p.file, NULL), RC_OK);
    private_key_free(key);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(chmod(p->folder, 0700), 0);
    scratch_drop(p->folder);
    return 0;
}

static void refused_with(const char *path, const char *text)
{
    struct private_key *key = NULL;
    struct diag d = DIAG_INIT;
    assert_int_equal(private_key_load(path, &key, &d), RC_REFUSED);
    assert_null(key);
    assert_non_null(strstr(d.text, path));
    if (!strstr(d.text, text))
        fail_msg("'%s' does not say '%s'", d.text, text);
}

static void write_text(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, span_text(text), 0600, NULL), RC_OK);
}

static enum rc load_code(const char *path, struct diag *d)
{
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    return private_key_load(path, &key, d);
}

static void a_mode_that_others_can_use_is_refused(void **state)
{
    const struct place *const p = *state;
    static const mode_t modes[] = { 0640, 0604, 0620, 0602, 0660, 0644, 0700, 0610, 04600 };
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(p->file, modes[i]), 0);
        refused_with(p->file, "run: chmod 600 '");
    }
}

static void a_stricter_mode_is_taken(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(chmod(p->file, 0400), 0);
    assert_int_equal(load_code(p->file, NULL), RC_OK);
}

static void a_symbolic_link_is_refused(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(symlink(p->file, p->other), 0);
    refused_with(p->other, "is a symbolic link");
}

static void a_second_name_is_refused(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(link(p->file, p->other), 0);
    refused_with(p->file, "has 2 names");
    refused_with(p->other, "has 2 names");
}

static void a_folder_that_others_can_write_is_refused(void **state)
{
    const struct place *const p = *state;
    static const mode_t modes[] = { 0720, 0702, 0777, 01777 };
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        struct diag d = DIAG_INIT;
        assert_int_equal(chmod(p->folder, modes[i]), 0);
        assert_int_equal(load_code(p->file, &d), RC_REFUSED);
        assert_non_null(strstr(d.text, "run: chmod go-w '"));
        assert_non_null(strstr(d.text, p->folder));
    }
}

static void a_file_of_another_user_is_refused(void **state)
{
    const struct place *const p = *state;
    if (geteuid() != 0)
        skip(); /* only root can give a file away */
    assert_int_equal(chown(p->file, 65534, (gid_t)-1), 0);
    refused_with(p->file, "belongs to user 65534; run: chown 0 '");
}

static void a_folder_of_another_user_is_refused(void **state)
{
    const struct place *const p = *state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(p->folder, 65534, (gid_t)-1), 0);
    struct diag d = DIAG_INIT;
    assert_int_equal(load_code(p->file, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "belongs to user 65534"));
    assert_int_equal(chown(p->folder, 0, (gid_t)-1), 0);
}

static void a_pipe_is_refused_and_does_not_block(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(mkfifo(p->other, 0600), 0);
    refused_with(p->other, "is not a plain file");
}

static void a_missing_file_is_not_found(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(load_code(p->other, NULL), RC_NOT_FOUND);
}

static void what_is_not_pkcs8_says_what_to_do(void **state)
{
    const struct place *const p = *state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "", "no PEM block" },
        { "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "is not PKCS#8" },
        { "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
          "openssl pkcs8 -topk8" },
        { "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
          "it is encrypted" },
        { "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "a public key" },
        { "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate" },
        { "-----BEGIN THING-----\nAAAA\n-----END THING-----\n", "another kind" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct diag d = DIAG_INIT;
        write_text(p->other, cases[i].text);
        assert_int_equal(load_code(p->other, &d), RC_FORMAT);
        if (!strstr(d.text, cases[i].says))
            fail_msg("'%s' does not say '%s'", d.text, cases[i].says);
    }
}

/* Made for this test and used nowhere: P-384, X25519, and a P-256 key with another's public
 * half. */
static const char p384_key[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDA+9th/i0cdhdyX1U1Q\n"
                               "YBZhfwXtau8L/jsyrsRntNBqqOjdKOMpNGS+FTiA4vmt6XGhZANiAAQTuLHqxVYZ\n"
                               "0UoUb6Q8i+ppQcHmTtkPLtrCj8qp+136xESxu/di0Dv33S1kuuXtctwUCGpWSEU4\n"
                               "fEVPR21RUA4fLGzEEfU8o+s2M9C7MnPp7HEEU4SLPXMqMSZDpI55yxE=\n"
                               "-----END PRIVATE KEY-----\n";
static const char x25519_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VuBCIEIFC9uU0pjbuM5ZGhQQvwF2QVnwBDCgiEAmWMl6uEQyF+\n"
    "-----END PRIVATE KEY-----\n";
static const char mismatched_key[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDp4mARNSU9qom8rE\n"
    "bbdps+mEGHu9IBlGCCCAm343jbmhRANCAARId5gCePhVp3dOjZYcKtqE1bAUc751\n"
    "/PYDMMlIHgv50yCzhW30KWnFtHSCh5OPH9SGPTF3F0ODGwvIvD0CX1Cl\n"
    "-----END PRIVATE KEY-----\n";
static const char good_key[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgDp4mARNSU9qom8rE\n"
                               "bbdps+mEGHu9IBlGCCCAm343jbmhRANCAAQCAH/hk8m+8ihf8U1z10vfMlsRGEs4\n"
                               "TDoSOkvL67F29L58RYRbksGArbfWtzVb6dlz/mqlqHXmDMCnGFE5A9iF\n"
                               "-----END PRIVATE KEY-----\n";

static void keys_that_we_do_not_use_are_refused(void **state)
{
    const struct place *const p = *state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        { p384_key, "neither P-256 nor Ed25519" },
        { x25519_key, "neither P-256 nor Ed25519" },
        { mismatched_key, "do not belong together" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct diag d = DIAG_INIT;
        write_text(p->other, cases[i].text);
        assert_int_equal(load_code(p->other, &d), RC_FORMAT);
        if (!strstr(d.text, cases[i].says))
            fail_msg("'%s' does not say '%s'", d.text, cases[i].says);
    }
    write_text(p->other, good_key);
    assert_int_equal(load_code(p->other, NULL), RC_OK);
}

static void no_cut_key_file_is_taken(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(buf_free_at) struct buf whole = { 0 };
    assert_int_equal(file_read(p->file, 8192, &whole, NULL), RC_OK);
    /* The last line is the end mark: without it there is no block. */
    for (size_t len = 0; len + 10 < whole.len; len++) {
        assert_int_equal(file_replace(p->other, span_of(whole.ptr, len), 0600, NULL), RC_OK);
        assert_int_equal(load_code(p->other, NULL), RC_FORMAT);
    }
}

static void a_file_over_the_limit_is_refused(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    uint8_t *const at = buf_reserve(&b, 9000);
    assert_non_null(at);
    memset(at, ' ', 9000);
    b.len = 9000;
    assert_int_equal(file_replace(p->other, buf_span(&b), 0600, NULL), RC_OK);
    assert_int_equal(load_code(p->other, NULL), RC_LIMIT);
}

static void saving_never_replaces_a_file(void **state)
{
    const struct place *const p = *state;
    struct private_key *key = NULL;
    assert_int_equal(private_key_generate(ALG_EDDSA, &key, NULL), RC_OK);
    assert_int_equal(private_key_save(key, p->file, NULL), RC_EXISTS);
    private_key_free(key);
    assert_int_equal(load_code(p->file, NULL), RC_OK);
}

static void a_saved_key_is_0600_whatever_the_umask(void **state)
{
    const struct place *const p = *state;
    struct private_key *key = NULL;
    struct stat st;
    assert_int_equal(private_key_generate(ALG_ES256, &key, NULL), RC_OK);
    const mode_t before = umask(0);
    assert_int_equal(private_key_save(key, p->other, NULL), RC_OK);
    (void)umask(before);
    private_key_free(key);
    assert_int_equal(stat(p->other, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(st.st_nlink, 1);
}

static const char sm2_key[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQg972qbTYS4ceCl3Kt\n"
                              "XuIb9ijtiC9VmY1E4TThdSoUp5ihRANCAASg0I7NUUftwMRMiO4diMCCi72KVVHS\n"
                              "lgiyx/2Mt6Jd09XtJTxAso3Vup+Uppqd1xzeQaarYvGm7iapwITgEa3h\n"
                              "-----END PRIVATE KEY-----\n";

/* As "openssl genpkey -algorithm SM2" writes it: the curve's name alone tells it from P-256. */
static void an_sm2_key_file_of_openssl_is_an_sm2_key(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    write_text(p->other, sm2_key);
    assert_int_equal(private_key_load(p->other, &key, NULL), RC_OK);
    assert_int_equal(private_key_public(key)->alg, ALG_SM2);
}

static enum check check_with(const struct private_key *key, struct span msg, const uint8_t *sig)
{
    ON_EXIT(pubkey_free_at) struct pubkey *pub = NULL;
    enum check c = CHECK_BAD;
    assert_int_equal(pubkey_new(private_key_public(key), &pub, NULL), RC_OK);
    assert_int_equal(pubkey_check(pub, msg, span_of(sig, SIGNATURE_LEN), &c, NULL), RC_OK);
    return c;
}

static void a_key_signs_after_saving_and_loading(const struct place *p, enum cose_alg alg)
{
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    ON_EXIT(private_key_free_at) struct private_key *again = NULL;
    uint8_t sig[SIGNATURE_LEN];
    assert_int_equal(private_key_generate(alg, &key, NULL), RC_OK);
    assert_int_equal(private_key_save(key, p->other, NULL), RC_OK);
    assert_int_equal(private_key_load(p->other, &again, NULL), RC_OK);
    assert_int_equal(private_key_public(again)->alg, alg);
    assert_memory_equal(private_key_public(again), private_key_public(key),
                        sizeof(struct public_numbers));
    assert_int_equal(private_key_sign(again, SPAN_LITERAL("text"), sig, NULL), RC_OK);
    assert_int_equal(check_with(key, SPAN_LITERAL("text"), sig), CHECK_GOOD);
    assert_int_equal(check_with(key, SPAN_LITERAL("Text"), sig), CHECK_BAD);
}

static void a_p256_key_signs_after_saving_and_loading(void **state)
{
    a_key_signs_after_saving_and_loading(*state, ALG_ES256);
}

static void an_ed25519_key_signs_after_saving_and_loading(void **state)
{
    a_key_signs_after_saving_and_loading(*state, ALG_EDDSA);
}

static void an_sm2_key_signs_after_saving_and_loading(void **state)
{
    a_key_signs_after_saving_and_loading(*state, ALG_SM2);
}

/* pubkey_check() refuses a high s, which half of all raw signatures would have. */
static void every_s_is_low(void **state)
{
    (void)state;
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    assert_int_equal(private_key_generate(ALG_ES256, &key, NULL), RC_OK);
    for (uint32_t i = 0; i < 64; i++) {
        uint8_t sig[SIGNATURE_LEN];
        const struct span msg = span_of(&i, sizeof i);
        assert_int_equal(private_key_sign(key, msg, sig, NULL), RC_OK);
        assert_true(sig[32] < 0x80);
        assert_int_equal(check_with(key, msg, sig), CHECK_GOOD);
    }
}

static void a_secret_of_another_length_is_refused(void **state)
{
    const struct place *const p = *state;
    uint8_t bytes[33];
    assert_int_equal(secret_create(p->other, 32, NULL), RC_OK);
    assert_int_equal(secret_load(p->other, bytes, 33, NULL), RC_FORMAT);
    assert_int_equal(secret_load(p->other, bytes, 31, NULL), RC_FORMAT);
    assert_int_equal(secret_load(p->other, bytes, 32, NULL), RC_OK);
}

static void a_secret_gets_the_same_care(void **state)
{
    const struct place *const p = *state;
    uint8_t bytes[32];
    assert_int_equal(secret_create(p->other, 32, NULL), RC_OK);
    assert_int_equal(secret_create(p->other, 32, NULL), RC_EXISTS);
    assert_int_equal(chmod(p->other, 0640), 0);
    assert_int_equal(secret_load(p->other, bytes, 32, NULL), RC_REFUSED);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_mode_that_others_can_use_is_refused),
        CASE(a_symbolic_link_is_refused),
        CASE(a_second_name_is_refused),
        CASE(a_folder_that_others_can_write_is_refused),
        CASE(a_file_of_another_user_is_refused),
        CASE(a_folder_of_another_user_is_refused),
        CASE(a_pipe_is_refused_and_does_not_block),
        CASE(a_missing_file_is_not_found),
        CASE(what_is_not_pkcs8_says_what_to_do),
        CASE(keys_that_we_do_not_use_are_refused),
        CASE(no_cut_key_file_is_taken),
        CASE(a_file_over_the_limit_is_refused),
        CASE(saving_never_replaces_a_file),
        CASE(an_sm2_key_file_of_openssl_is_an_sm2_key),
        CASE(an_sm2_key_signs_after_saving_and_loading),
        CASE(a_secret_of_another_length_is_refused),
        CASE(a_secret_gets_the_same_care),
        CASE(a_stricter_mode_is_taken),
        CASE(a_saved_key_is_0600_whatever_the_umask),
        CASE(a_p256_key_signs_after_saving_and_loading),
        CASE(an_ed25519_key_signs_after_saving_and_loading),
        CASE(every_s_is_low),
    };
    return cmocka_run_group_tests_name("keyfile", tests, NULL, NULL);
}
