/* Keys in a token of softhsm2, which is made anew for each test. */
#include "tests/unit/check.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/file.h"
#include "keys/pkcs11/pkcs11.h"
#include "keys/pkcs11/pkcs11_calls.h"
#include "tests/unit/register/home_scratch.h"

#define PIN     "2718-28"
#define LABEL   "a token"
#define THREADS 8
#define ROUNDS  50

struct place {
    char folder[PATH_LEN], tokens[PATH_LEN], away[PATH_LEN], pin[PATH_LEN];
};

static void in_folder(const struct place *p, const char *name, char ret[PATH_LEN])
{
    assert_int_equal(path_join(p->folder, name, ret, NULL), RC_OK);
}

static void put(const char *path, const char *text)
{
    assert_int_equal(file_replace(path, span_text(text), 0600, NULL), RC_OK);
}

static int setup(void **state)
{
    static struct place p;
    char conf[PATH_LEN], text[2 * PATH_LEN];
    assert_true(scratch_make(p.folder));
    in_folder(&p, "tokens", p.tokens);
    in_folder(&p, "away", p.away);
    in_folder(&p, "pin", p.pin);
    in_folder(&p, "conf", conf);
    assert_int_equal(mkdir(p.tokens, 0700), 0);
    (void)snprintf(text, sizeof text, "directories.tokendir = %s\nobjectstore.backend = file\n",
                   p.tokens);
    put(conf, text);
    put(p.pin, PIN "\n");
    assert_int_equal(setenv("SOFTHSM2_CONF", conf, 1), 0);
    assert_int_equal(system("softhsm2-util --module " SOFTHSM2_MODULE
                            " --init-token --free --label '" LABEL "' --so-pin 12345678 --pin " PIN
                            " >/dev/null"),
                     0);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    const struct place *const p = *state;
    scratch_drop(p->folder);
    return 0;
}

static struct pkcs11 *opened_by(const char *module, uint32_t limit_ms, const struct place *p)
{
    struct pkcs11 *hsm = NULL;
    const struct pkcs11_options o = {
        .module = module, .token = LABEL, .limit_ms = limit_ms, .pin_file = p->pin
    };
    assert_int_equal(pkcs11_open(&o, &hsm, NULL), RC_OK);
    return hsm;
}

static struct pkcs11 *opened(const struct place *p)
{
    return opened_by(SOFTHSM2_MODULE, 30000, p);
}

static struct private_key *made(struct pkcs11 *hsm, enum cose_alg alg, const char *label)
{
    struct public_numbers numbers;
    struct private_key *key = NULL;
    struct diag d = DIAG_INIT;
    if (pkcs11_make(hsm, alg, label, &numbers, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_int_equal(private_key_kept(&numbers, pkcs11_keeper(hsm), &key, NULL), RC_OK);
    return key;
}

static bool is_good(const struct private_key *key, struct span msg, const uint8_t *signature)
{
    ON_EXIT(pubkey_free_at) struct pubkey *public = NULL;
    enum check check = CHECK_BAD;
    assert_int_equal(pubkey_new(private_key_public(key), &public, NULL), RC_OK);
    assert_int_equal(pubkey_check(public, msg, span_of(signature, SIGNATURE_LEN), &check, NULL),
                     RC_OK);
    return check == CHECK_GOOD;
}

static void sign_and_check(const struct private_key *key, const char *text)
{
    uint8_t signature[SIGNATURE_LEN];
    struct diag d = DIAG_INIT;
    if (private_key_sign(key, span_text(text), signature, &d) != RC_OK)
        fail_msg("%s", d.text);
    /* Both halves of low s come up in so many. */
    assert_true(is_good(key, span_text(text), signature));
    signature[5] ^= 1;
    assert_false(is_good(key, span_text(text), signature));
}

static void pause_ms(long ms)
{
    const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    (void)nanosleep(&t, NULL);
}

/* --- what it does --- */

static void what_it_signs_verifies(void **state)
{
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(*state);
    ON_EXIT(private_key_free_at) struct private_key *p256 = made(hsm, ALG_ES256, "one");
    ON_EXIT(private_key_free_at) struct private_key *edwards = made(hsm, ALG_EDDSA, "two");
    for (unsigned i = 0; i < 20; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "message %u", i);
        sign_and_check(p256, text);
        sign_and_check(edwards, text);
    }
    assert_true(pkcs11_keeper(hsm)->has(pkcs11_keeper(hsm)->at, private_key_public(p256)));
    assert_string_equal(private_key_keeper(p256)->name, "hsm:" LABEL);
}

static void keys_are_found_again(void **state)
{
    struct pkcs11 *hsm = opened(*state);
    struct private_key *key = made(hsm, ALG_ES256, "one");
    const struct public_numbers numbers = *private_key_public(key);
    private_key_free(key);
    pkcs11_close(hsm);

    hsm = opened(*state);
    assert_int_equal(private_key_kept(&numbers, pkcs11_keeper(hsm), &key, NULL), RC_OK);
    sign_and_check(key, "later");
    private_key_free(key);
    pkcs11_close(hsm);
}

static void a_label_is_given_once(void **state)
{
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(*state);
    struct public_numbers numbers;
    assert_int_equal(pkcs11_make(hsm, ALG_ES256, "one", &numbers, NULL), RC_OK);
    assert_int_equal(pkcs11_make(hsm, ALG_EDDSA, "one", &numbers, NULL), RC_EXISTS);
}

static void algorithms_that_it_lacks_are_refused(void **state)
{
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(*state);
    struct public_numbers numbers = { .alg = ALG_SM2 };
    struct private_key *key = NULL;
    assert_int_equal(pkcs11_make(hsm, ALG_SM2, "one", &numbers, NULL), RC_REFUSED);
    assert_int_equal(private_key_kept(&numbers, pkcs11_keeper(hsm), &key, NULL), RC_REFUSED);
    numbers.alg = ALG_RS256;
    assert_int_equal(private_key_kept(&numbers, pkcs11_keeper(hsm), &key, NULL), RC_REFUSED);
}

static void a_key_that_it_has_not_is_not_found(void **state)
{
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(*state);
    ON_EXIT(private_key_free_at) struct private_key *other = NULL;
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    uint8_t signature[SIGNATURE_LEN];
    assert_int_equal(private_key_generate(ALG_ES256, &other, NULL), RC_OK);
    assert_int_equal(private_key_kept(private_key_public(other), pkcs11_keeper(hsm), &key, NULL),
                     RC_OK);
    assert_int_equal(private_key_sign(key, span_text("text"), signature, NULL), RC_NOT_FOUND);
}

/* --- threads --- */

static void *sign_many(void *arg)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint8_t signature[SIGNATURE_LEN];
        if (private_key_sign(arg, span_text("many"), signature, NULL) != RC_OK ||
            !is_good(arg, span_text("many"), signature))
            return arg;
    }
    return NULL;
}

static void many_threads_sign_at_once(void **state)
{
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(*state);
    ON_EXIT(private_key_free_at) struct private_key *key = made(hsm, ALG_ES256, "one");
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_many, key), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}

/* --- gone, and back --- */

static void gone_it_says_so_and_back_it_signs(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(p);
    ON_EXIT(private_key_free_at) struct private_key *key = made(hsm, ALG_ES256, "one");
    uint8_t signature[SIGNATURE_LEN];
    struct diag d = DIAG_INIT;
    assert_int_equal(rename(p->tokens, p->away), 0);
    assert_int_equal(private_key_sign(key, span_text("text"), signature, &d), RC_BUSY);
    assert_memory_equal(d.text, PKCS11_WORDS, strlen(PKCS11_WORDS));
    assert_int_not_equal(pkcs11_ready(hsm, NULL), RC_OK);
    assert_false(pkcs11_keeper(hsm)->has(pkcs11_keeper(hsm)->at, private_key_public(key)));

    assert_int_equal(rename(p->away, p->tokens), 0);
    pause_ms(1100);
    sign_and_check(key, "back");
    assert_int_equal(pkcs11_ready(hsm, NULL), RC_OK);
}

static void not_there_at_first_it_is_taken_up_later(void **state)
{
    const struct place *const p = *state;
    struct public_numbers numbers;
    assert_int_equal(rename(p->tokens, p->away), 0);
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(p);
    assert_int_not_equal(pkcs11_ready(hsm, NULL), RC_OK);
    assert_int_equal(rename(p->away, p->tokens), 0);
    pause_ms(1100);
    assert_int_equal(pkcs11_ready(hsm, NULL), RC_OK);
    assert_int_equal(pkcs11_make(hsm, ALG_ES256, "one", &numbers, NULL), RC_OK);
}

/* --- hanging --- */

#define LIMIT_MS 300
#define SLACK_MS 5000 /* on a machine that has other work */

/* As long as the file stands, that function of the module does not return. */
static void begin_hanging(const struct place *p, const char *name)
{
    char path[PATH_LEN];
    in_folder(p, name, path);
    put(path, "");
    assert_int_equal(setenv("SLOW_HSM", p->folder, 1), 0);
}

static void end_hanging(const struct place *p, const char *name)
{
    char path[PATH_LEN];
    in_folder(p, name, path);
    assert_int_equal(unlink(path), 0);
}

static void wait_until_ready(struct pkcs11 *hsm)
{
    for (unsigned i = 0; i < 1000 && pkcs11_ready(hsm, NULL) != RC_OK; i++)
        pause_ms(10);
    assert_int_equal(pkcs11_ready(hsm, NULL), RC_OK);
}

static void what_hangs_is_refused_in_time_and_so_is_all_else(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened_by(SLOW_MODULE, LIMIT_MS, p);
    ON_EXIT(private_key_free_at) struct private_key *key = made(hsm, ALG_ES256, "one");
    uint8_t signature[SIGNATURE_LEN] = { 0 };
    static const uint8_t none[SIGNATURE_LEN];
    struct diag d = DIAG_INIT;
    sign_and_check(key, "before");
    assert_int_equal(pkcs11_hangs_ms(hsm), 0);

    begin_hanging(p, "sign");
    const int64_t began = clock_elapsed_ms();
    assert_int_equal(private_key_sign(key, span_text("text"), signature, &d), RC_BUSY);
    const int64_t took = clock_elapsed_ms() - began;
    assert_in_range(took, LIMIT_MS, LIMIT_MS + SLACK_MS);
    assert_memory_equal(d.text, PKCS11_WORDS, strlen(PKCS11_WORDS));
    assert_non_null(strstr(d.text, "does not answer"));
    assert_memory_equal(signature, none, sizeof none);
    for (unsigned i = 0; i < 100; i++) { /* a hundred limits would be half a minute */
        assert_int_equal(pkcs11_ready(hsm, NULL), RC_BUSY);
        assert_int_equal(private_key_sign(key, span_text("text"), signature, NULL), RC_BUSY);
    }
    assert_in_range(clock_elapsed_ms() - began, took, 2 * LIMIT_MS + SLACK_MS);
    assert_false(pkcs11_keeper(hsm)->has(pkcs11_keeper(hsm)->at, private_key_public(key)));
    assert_true(pkcs11_hangs_ms(hsm) >= LIMIT_MS);

    end_hanging(p, "sign");
    wait_until_ready(hsm);
    assert_int_equal(pkcs11_hangs_ms(hsm), 0);
    sign_and_check(key, "after");
}

static void *sign_once(void *arg)
{
    uint8_t signature[SIGNATURE_LEN];
    return private_key_sign(arg, span_text("text"), signature, NULL) == RC_BUSY ? NULL : arg;
}

static void many_that_hang_are_refused_together(void **state)
{
    const struct place *const p = *state;
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened_by(SLOW_MODULE, LIMIT_MS, p);
    ON_EXIT(private_key_free_at) struct private_key *key = made(hsm, ALG_EDDSA, "one");
    pthread_t threads[2 * CALL_THREADS_MAX];
    begin_hanging(p, "sign");
    const int64_t began = clock_elapsed_ms();
    for (size_t i = 0; i < 2 * CALL_THREADS_MAX; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_once, key), 0);
    for (size_t i = 0; i < 2 * CALL_THREADS_MAX; i++) {
        void *failed = NULL;
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_in_range(clock_elapsed_ms() - began, LIMIT_MS, 2 * LIMIT_MS + SLACK_MS);
    end_hanging(p, "sign");
    wait_until_ready(hsm);
    sign_and_check(key, "after");
}

static void hanging_at_first_it_is_taken_up_later(void **state)
{
    const struct place *const p = *state;
    begin_hanging(p, "initialize");
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened_by(SLOW_MODULE, LIMIT_MS, p);
    struct diag d = DIAG_INIT;
    assert_int_equal(pkcs11_ready(hsm, &d), RC_BUSY);
    assert_non_null(strstr(d.text, "does not answer"));
    end_hanging(p, "initialize");
    wait_until_ready(hsm);
    private_key_free(made(hsm, ALG_ES256, "one"));
}

/* In a child, whose thread stays in the module. 0: it was closed, and left. */
static int close_while_it_hangs(const struct place *p)
{
    struct pkcs11 *const hsm = opened_by(SLOW_MODULE, LIMIT_MS, p);
    begin_hanging(p, "look");
    const bool hung = pkcs11_ready(hsm, NULL) == RC_BUSY && !pkcs11_left_hanging();
    pkcs11_close(hsm);
    return hung && pkcs11_left_hanging() ? 0 : 1;
}

static void while_it_hangs_it_can_be_closed(void **state)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0)
        _exit(close_while_it_hangs(*state));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    end_hanging(*state, "look");
    assert_false(pkcs11_left_hanging());
}

/* --- the PIN --- */

static void a_refused_pin_waits_for_another(void **state)
{
    const struct place *const p = *state;
    struct diag d = DIAG_INIT;
    put(p->pin, "0000000");
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(p);
    assert_int_equal(pkcs11_ready(hsm, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "refused the PIN"));
    assert_null(strstr(d.text, "0000000"));
    pause_ms(1100);
    d = DIAG_INIT;
    assert_int_equal(pkcs11_ready(hsm, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "correct")); /* not tried again */
    put(p->pin, PIN);
    pause_ms(1100);
    assert_int_equal(pkcs11_ready(hsm, NULL), RC_OK);
}

static void a_pin_file_is_kept_as_a_key(void **state)
{
    const struct place *const p = *state;
    struct diag d = DIAG_INIT;
    assert_int_equal(chmod(p->pin, 0644), 0);
    ON_EXIT(pkcs11_close_at) struct pkcs11 *hsm = opened(p);
    assert_int_equal(pkcs11_ready(hsm, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "too open"));
    assert_int_equal(chmod(p->pin, 0600), 0);
    pause_ms(1100);
    assert_int_equal(pkcs11_ready(hsm, NULL), RC_OK);
}

static void a_module_that_is_none_is_told(void **state)
{
    const struct place *const p = *state;
    struct pkcs11 *hsm = NULL;
    struct pkcs11_options o = {
        .module = "/no/such.so", .token = LABEL, .limit_ms = 1000, .pin_file = p->pin
    };
    assert_int_equal(pkcs11_open(&o, &hsm, NULL), RC_NOT_FOUND);
    o.module = p->pin;
    assert_int_equal(pkcs11_open(&o, &hsm, NULL), RC_IO);
    o.token = "a label that is longer than a token's";
    assert_int_equal(pkcs11_open(&o, &hsm, NULL), RC_LIMIT);
    assert_null(hsm);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_it_signs_verifies),
        TEST(keys_are_found_again),
        TEST(a_label_is_given_once),
        TEST(algorithms_that_it_lacks_are_refused),
        TEST(a_key_that_it_has_not_is_not_found),
        TEST(many_threads_sign_at_once),
        TEST(gone_it_says_so_and_back_it_signs),
        TEST(not_there_at_first_it_is_taken_up_later),
        TEST(what_hangs_is_refused_in_time_and_so_is_all_else),
        TEST(many_that_hang_are_refused_together),
        TEST(hanging_at_first_it_is_taken_up_later),
        TEST(while_it_hangs_it_can_be_closed),
        TEST(a_refused_pin_waits_for_another),
        TEST(a_pin_file_is_kept_as_a_key),
        TEST(a_module_that_is_none_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
