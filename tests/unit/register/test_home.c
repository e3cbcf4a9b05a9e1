#include "tests/unit/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/dates.h"
#include "core/cert/token.h"
#include "core/sys/clock.h"
#include "issuer/register/home.h"
#include "tests/unit/register/home_scratch.h"

struct place {
    char folder[PATH_LEN], home[PATH_LEN], other[PATH_LEN];
};

static const struct home_choices real = { .demo = false };
static const struct home_choices demo = { .demo = true };

static int setup(void **state)
{
    static struct place p;
    assert_int_equal(unsetenv(CLOCK_VARIABLE), 0);
    assert_true(scratch_make(p.folder));
    assert_int_equal(path_join(p.folder, "home", p.home, NULL), RC_OK);
    assert_int_equal(path_join(p.folder, "other", p.other, NULL), RC_OK);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(unsetenv(CLOCK_VARIABLE), 0);
    scratch_drop(p->folder);
    return 0;
}

static void in_home(const char *home, const char *name, char ret[PATH_LEN])
{
    assert_int_equal(path_join(home, name, ret, NULL), RC_OK);
}

static void make(const char *path, const struct home_choices *choices)
{
    struct diag d = DIAG_INIT;
    if (home_init(path, choices, &d) != RC_OK)
        fail_msg("%s", d.text);
}

static enum rc open_code(const char *path, struct diag *d)
{
    ON_EXIT(home_close) struct home h = { 0 };
    return home_open(path, &h, d);
}

static void put(const char *home, const char *name, struct span bytes)
{
    char path[PATH_LEN];
    in_home(home, name, path);
    assert_int_equal(file_replace(path, bytes, 0600, NULL), RC_OK);
}

static void copy(const char *from, const char *to, const char *name)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    in_home(from, name, path);
    assert_int_equal(file_read(path, 1u << 20, &b, NULL), RC_OK);
    put(to, name, buf_span(&b));
}

static void says(const struct diag *d, const char *text)
{
    if (!strstr(d->text, text))
        fail_msg("'%s' does not say '%s'", d->text, text);
}

static void a_host_that_fits_no_qr_text_is_refused(void **state)
{
    const struct place *const p = *state;
    static const char *const hosts[] = {
        "",       "cert.example",          "CERT EXAMPLE", "CERT/V",
        "CERT_1", "ABCDEFGHIJKLMNOPQRSTU", "证书.EXAMPLE"
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        const struct home_choices c = { .host = hosts[i] };
        assert_int_equal(home_init(p->home, &c, NULL), RC_FORMAT);
    }
    assert_int_equal(scratch_count(p->folder), 0);
}

static void every_key_of_an_sm2_deployment_but_log_and_document_is_sm2(void **state)
{
    const struct place *const p = *state;
    const struct home_choices c = { .alg = HOME_SM2 };
    ON_EXIT(home_close) struct home h = { 0 };
    assert_int_equal(home_init(p->home, &c, NULL), RC_OK);
    assert_int_equal(home_open(p->home, &h, NULL), RC_OK);
    assert_int_equal(h.trust->roots.keys[0].alg, ALG_SM2);
    assert_int_equal(h.trust->key_count, 9);
    for (size_t i = 0; i < h.trust->key_count; i++) {
        const enum key_use use = h.trust->keys[i].use;
        const enum cose_alg want = use == USE_LOG        ? ALG_EDDSA
                                   : use == USE_DOCUMENT ? ALG_ES256
                                                         : ALG_SM2;
        assert_int_equal(pubkey_numbers(h.trust->keys[i].key)->alg, want);
    }
}

static void a_borrowed_clock_makes_and_opens_no_real_home(void **state)
{
    const struct place *const p = *state;
    make(p->home, &real);
    assert_int_equal(setenv(CLOCK_VARIABLE, "2023-03-09T23:59:59+08:00", 1), 0);
    assert_int_equal(home_init(p->other, &real, NULL), RC_REFUSED);
    assert_int_equal(open_code(p->home, NULL), RC_REFUSED);
    assert_int_equal(scratch_count(p->folder), 1);
}

static void a_home_is_never_made_over_another(void **state)
{
    const struct place *const p = *state;
    struct diag d = DIAG_INIT;
    make(p->home, &real);
    assert_int_equal(home_init(p->home, &real, &d), RC_EXISTS);
    says(&d, "a home is there already");
    assert_int_equal(open_code(p->home, NULL), RC_OK);
}

static void a_folder_with_anything_in_it_is_refused(void **state)
{
    const struct place *const p = *state;
    assert_int_equal(mkdir(p->home, 0700), 0);
    put(p->home, ".hidden", SPAN_LITERAL("x"));
    assert_int_equal(home_init(p->home, &real, NULL), RC_EXISTS);
    assert_int_equal(scratch_count(p->home), 1);
    assert_int_equal(scratch_count(p->folder), 1);
}

static void a_file_in_the_way_is_refused(void **state)
{
    const struct place *const p = *state;
    put(p->folder, "home", SPAN_LITERAL("x"));
    assert_int_equal(home_init(p->home, &real, NULL), RC_EXISTS);
    assert_int_equal(scratch_count(p->folder), 1);
}

static void a_parent_that_is_not_there_is_named(void **state)
{
    const struct place *const p = *state;
    char path[PATH_LEN];
    struct diag d = DIAG_INIT;
    in_home(p->home, "deeper", path);
    assert_int_equal(home_init(path, &real, &d), RC_NOT_FOUND);
    says(&d, path);
}

static void no_home_says_how_to_make_one(void **state)
{
    const struct place *const p = *state;
    struct diag d = DIAG_INIT;
    assert_int_equal(open_code(p->home, &d), RC_NOT_FOUND);
    says(&d, "sitecert init");
}

static void a_trust_list_of_other_roots_is_refused(void **state)
{
    const struct place *const p = *state;
    make(p->home, &real);
    make(p->other, &real);
    copy(p->other, p->home, "trust.cbor");
    assert_int_equal(open_code(p->home, NULL), RC_BAD_SIGNATURE);
}

static void a_root_set_of_another_deployment_is_refused(void **state)
{
    const struct place *const p = *state;
    make(p->home, &real);
    make(p->other, &real);
    copy(p->other, p->home, "root.cbor");
    assert_int_equal(open_code(p->home, NULL), RC_BAD_SIGNATURE);
}

static void no_byte_of_the_trust_list_can_change(void **state)
{
    const struct place *const p = *state;
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    make(p->home, &real);
    in_home(p->home, "trust.cbor", path);
    assert_int_equal(file_read(path, 1u << 20, &b, NULL), RC_OK);
    for (size_t i = 0; i < b.len; i += 7) {
        b.ptr[i] ^= 1;
        put(p->home, "trust.cbor", buf_span(&b));
        assert_int_not_equal(open_code(p->home, NULL), RC_OK);
        b.ptr[i] ^= 1;
    }
}

static void a_host_that_the_trust_list_does_not_hold_is_refused(void **state)
{
    const struct place *const p = *state;
    struct diag d = DIAG_INIT;
    make(p->home, &real);
    put(p->home, "sitecert.ini", SPAN_LITERAL("[deployment]\nhost = OTHER.EXAMPLE\n"));
    assert_int_equal(open_code(p->home, &d), RC_REFUSED);
    says(&d, "OTHER.EXAMPLE");
}

static void an_unknown_setting_names_file_and_line(void **state)
{
    const struct place *const p = *state;
    struct diag d = DIAG_INIT;
    make(p->home, &real);
    put(p->home, "sitecert.ini", SPAN_LITERAL("[register]\ngroup_rows = 1\ngroop_rows = 1\n"));
    assert_int_equal(open_code(p->home, &d), RC_FORMAT);
    says(&d, "sitecert.ini: line 3");
    says(&d, "groop_rows");
}

static void settings_out_of_range_are_refused(void **state)
{
    const struct place *const p = *state;
    static const char *const texts[] = {
        "[register]\ngroup_rows = 0\n",        "[register]\ngroup_rows = 65537\n",
        "[register]\nmap_bytes = 1\n",         "[signing]\nthreads = 65\n",
        "[deployment]\nhost = cert.example\n", "[deployment]\nhost =\n",
        "[orders]\noperator_key =\n",          "[documents]\ntsa = ftp://tsa.example\n",
    };
    make(p->home, &real);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        put(p->home, "sitecert.ini", span_text(texts[i]));
        assert_int_equal(open_code(p->home, NULL), RC_FORMAT);
    }
}

static void a_damaged_policy_is_named(void **state)
{
    const struct place *const p = *state;
    struct diag d = DIAG_INIT;
    make(p->home, &real);
    put(p->home, "policy.json", SPAN_LITERAL("{"));
    assert_int_equal(open_code(p->home, &d), RC_FORMAT);
    says(&d, "policy.json: ");
}

static const struct {
    const char *name;
    mode_t mode;
} layout[] = {
    { "", 0700 },
    { "sitecert.ini", 0600 },
    { "policy.json", 0644 },
    { "root.cbor", 0644 },
    { "trust.cbor", 0644 },
    { "keys", 0700 },
    { "keys/root-1.pem", 0600 },
    { "keys/token-1.pem", 0600 },
    { "keys/token-2.pem", 0600 },
    { "keys/publish-1.pem", 0600 },
    { "keys/log-1.pem", 0600 },
    { "keys/document-1.pem", 0600 },
    { "keys/document-1.crt", 0644 },
    { "keys/document-ca.pem", 0600 },
    { "document-ca.crt", 0644 },
    { "keys/staple-1.pem", 0600 },
    { "keys/answer-1.pem", 0600 },
    { "keys/operator-1.pem", 0600 },
    { "keys/operator-2.pem", 0600 },
    { "keys/register.key", 0600 },
    { "register", 0700 },
    { "layouts", 0700 },
    { "signer", 0700 },
    { "signer/state", 0600 },
};

static void assert_layout(const char *home)
{
    for (size_t i = 0; i < sizeof layout / sizeof layout[0]; i++) {
        char path[PATH_LEN];
        struct stat st;
        in_home(home, layout[i].name, path);
        assert_int_equal(stat(path, &st), 0);
        if ((st.st_mode & 07777) != layout[i].mode)
            fail_msg("'%s' has mode %o", layout[i].name, (unsigned)st.st_mode & 07777u);
    }
    char keys[PATH_LEN];
    in_home(home, "keys", keys);
    assert_int_equal(scratch_count(home), 9);
    assert_int_equal(scratch_count(keys), 13);
}

static void modes_do_not_depend_on_the_umask(void **state)
{
    const struct place *const p = *state;
    const mode_t before = umask(0);
    make(p->home, &real);
    (void)umask(0077);
    make(p->other, &real);
    (void)umask(before);
    assert_layout(p->home);
    assert_layout(p->other);
}

static void an_empty_folder_becomes_a_home_and_stays_the_same_folder(void **state)
{
    const struct place *const p = *state;
    struct stat before, after;
    assert_int_equal(mkdir(p->other, 0755), 0);
    assert_int_equal(stat(p->other, &before), 0);
    assert_int_equal(symlink(p->other, p->home), 0);
    make(p->home, &real);
    assert_int_equal(stat(p->other, &after), 0);
    assert_true(before.st_ino == after.st_ino);
    assert_layout(p->other);
    assert_int_equal(open_code(p->home, NULL), RC_OK);
    assert_int_equal(unlink(p->home), 0);
}

static void a_final_slash_is_fine(void **state)
{
    const struct place *const p = *state;
    char path[PATH_LEN + 2];
    (void)snprintf(path, sizeof path, "%s//", p->home);
    make(path, &real);
    assert_layout(p->home);
    assert_int_equal(open_code(path, NULL), RC_OK);
}

static void the_settings_that_init_writes_are_the_defaults(void **state)
{
    const struct place *const p = *state;
    struct home_settings defaults;
    ON_EXIT(home_close) struct home h = { 0 };
    make(p->home, &real);
    assert_int_equal(home_open(p->home, &h, NULL), RC_OK);
    assert_int_equal(home_settings_read(span_text(""), &defaults, NULL), RC_OK);
    assert_memory_equal(&h.settings, &defaults, sizeof defaults);
    assert_string_equal(h.settings.host, "SITECERT.EXAMPLE");
    assert_string_equal(h.settings.operator_key, "keys/operator-1.pem");
    assert_string_equal(h.settings.second_operator_key, "");
    assert_true(h.settings.register_map_bytes == UINT64_C(64) << 30);
    assert_int_equal(h.settings.group_rows, 8192);
    assert_true(h.settings.sign_threads >= 1);
}

static void a_chosen_host_is_in_settings_and_trust_list(void **state)
{
    const struct place *const p = *state;
    const struct home_choices c = { .host = "CERT.TEST:8443" };
    ON_EXIT(home_close) struct home h = { 0 };
    char prefix[] = "cert.test:8443/log/";
    make(p->home, &c);
    assert_int_equal(home_open(p->home, &h, NULL), RC_OK);
    assert_string_equal(h.settings.host, "CERT.TEST:8443");
    assert_int_equal(h.trust->host_count, 1);
    assert_string_equal(h.trust->hosts[0], "CERT.TEST:8443");
    assert_string_equal(h.trust->status_uri, "https://cert.test:8443/publish/status.cwt");
    assert_int_equal(strncmp(h.trust->log_origin, prefix, sizeof prefix - 1), 0);
    assert_int_equal(strlen(h.trust->log_origin), sizeof prefix - 1 + 16);
}

static void every_init_makes_another_deployment(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(home_close) struct home a = { 0 };
    ON_EXIT(home_close) struct home b = { 0 };
    make(p->home, &real);
    make(p->other, &real);
    assert_int_equal(home_open(p->home, &a, NULL), RC_OK);
    assert_int_equal(home_open(p->other, &b, NULL), RC_OK);
    assert_memory_not_equal(a.trust->deployment, b.trust->deployment, DEPLOYMENT_LEN);
    assert_string_not_equal(a.trust->log_origin, b.trust->log_origin);
}

static void a_real_deployment_s_dates_begin_now(void **state)
{
    const struct place *const p = *state;
    int64_t before = 0;
    ON_EXIT(home_close) struct home h = { 0 };
    assert_int_equal(clock_now(false, &before, NULL), RC_OK);
    make(p->home, &real);
    assert_int_equal(home_open(p->home, &h, NULL), RC_OK);
    assert_false(h.trust->demo);
    assert_int_equal(h.trust->sequence, 1);
    assert_true(h.trust->issued >= before && h.trust->issued <= h.now);
    assert_int_equal(h.trust->next_update, h.trust->issued + INT64_C(90) * 86400);
    assert_int_equal(h.trust->key_count, 9);
    for (size_t i = 0; i < h.trust->key_count; i++) {
        assert_int_equal(h.trust->keys[i].not_before, h.trust->issued);
        assert_int_equal(h.trust->keys[i].not_after, h.trust->issued + INT64_C(730) * 86400);
    }
}

static void a_demonstration_s_clock_may_stand_anywhere(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(home_close) struct home h = { 0 };
    int64_t first = 0;
    assert_true(time_parse(span_text("2018-12-13T00:00:00+08:00"), &first));
    make(p->home, &demo);
    assert_int_equal(setenv(CLOCK_VARIABLE, "2019-02-03T04:05:06+08:00", 1), 0);
    assert_int_equal(home_open(p->home, &h, NULL), RC_OK);
    assert_true(h.trust->demo);
    assert_int_equal(h.now, first + INT64_C(52) * 86400 + INT64_C(14706));
    assert_int_equal(h.trust->issued, first);
    assert_true(h.trust->next_update > h.now + INT64_C(20) * 365 * 86400);
    for (size_t i = 0; i < h.trust->key_count; i++) {
        assert_int_equal(h.trust->keys[i].not_before, first);
        assert_int_equal(h.trust->keys[i].not_after, h.trust->next_update);
    }
}

static enum rc sign_at(struct signer *s, int64_t iat, uint64_t log_index)
{
    const struct token t = {
        .number = SPAN_LITERAL("03301202300000017"),
        .iat = iat,
        .name = SPAN_LITERAL("张示例"),
        .id_type = 111,
        .id_tail = SPAN_LITERAL("123X"),
        .post = 1,
        .unit = 33,
        .issued = 19675,
        .deadline = 20770,
        .version = 1,
        .log_index = log_index,
    };
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    token_payload_put(&payload, &t);
    return signer_token(s, buf_span(&payload), &out, NULL);
}

static void two_token_keys_sign_two_million_indexes_and_no_more(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(home_close) struct home h = { 0 };
    ON_EXIT(signer_free_at) struct signer *s = NULL;
    make(p->home, &real);
    assert_int_equal(home_open(p->home, &h, NULL), RC_OK);
    assert_int_equal(home_signer(&h, &s, NULL), RC_OK);
    static const uint64_t good[] = { 0, 999999, 1000000, 1999999 };
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(sign_at(s, h.now, good[i]), RC_OK);
    assert_int_equal(sign_at(s, h.now, 2000000), RC_REFUSED);
    assert_int_equal(sign_at(s, h.trust->issued - 1, 0), RC_REFUSED);
}

static void a_new_home_has_a_vault_and_two_operators(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(home_close) struct home h = { 0 };
    ON_EXIT(vault_free_at) struct vault *v = NULL;
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    char path[PATH_LEN];
    make(p->home, &real);
    assert_int_equal(home_open(p->home, &h, NULL), RC_OK);
    assert_int_equal(home_vault(&h, &v, NULL), RC_OK);
    assert_int_equal(home_path(&h, h.settings.operator_key, path, NULL), RC_OK);
    assert_int_equal(private_key_load(path, &key, NULL), RC_OK);
    unsigned operators = 0;
    for (size_t i = 0; i < h.trust->key_count; i++)
        operators += h.trust->keys[i].use == USE_OPERATOR && h.trust->keys[i].name[0];
    assert_int_equal(operators, 2);
}

static void an_absolute_path_leaves_the_home(void **state)
{
    (void)state;
    const struct home h = { .path = "/some/home" };
    char path[PATH_LEN];
    assert_int_equal(home_path(&h, "/etc/key.pem", path, NULL), RC_OK);
    assert_string_equal(path, "/etc/key.pem");
    assert_int_equal(home_path(&h, "keys/key.pem", path, NULL), RC_OK);
    assert_string_equal(path, "/some/home/keys/key.pem");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_host_that_fits_no_qr_text_is_refused),
        CASE(every_key_of_an_sm2_deployment_but_log_and_document_is_sm2),
        CASE(a_borrowed_clock_makes_and_opens_no_real_home),
        CASE(a_home_is_never_made_over_another),
        CASE(a_folder_with_anything_in_it_is_refused),
        CASE(a_file_in_the_way_is_refused),
        CASE(a_parent_that_is_not_there_is_named),
        CASE(no_home_says_how_to_make_one),
        CASE(a_trust_list_of_other_roots_is_refused),
        CASE(a_root_set_of_another_deployment_is_refused),
        CASE(no_byte_of_the_trust_list_can_change),
        CASE(a_host_that_the_trust_list_does_not_hold_is_refused),
        CASE(an_unknown_setting_names_file_and_line),
        CASE(settings_out_of_range_are_refused),
        CASE(a_damaged_policy_is_named),
        CASE(modes_do_not_depend_on_the_umask),
        CASE(an_empty_folder_becomes_a_home_and_stays_the_same_folder),
        CASE(a_final_slash_is_fine),
        CASE(the_settings_that_init_writes_are_the_defaults),
        CASE(a_chosen_host_is_in_settings_and_trust_list),
        CASE(every_init_makes_another_deployment),
        CASE(a_real_deployment_s_dates_begin_now),
        CASE(a_demonstration_s_clock_may_stand_anywhere),
        CASE(two_token_keys_sign_two_million_indexes_and_no_more),
        CASE(a_new_home_has_a_vault_and_two_operators),
        CASE(an_absolute_path_leaves_the_home),
    };
    return cmocka_run_group_tests_name("home", tests, NULL, NULL);
}
