/*
 * Makes the nth call that can fail do so, for n = 0, 1, 2, … until a run of home_init() meets no
 * failure. Whatever fails: an error, and nothing is left, not even beside.
 */
#include "tests/unit/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuer/register/home.h"
#include "tests/unit/register/home_scratch.h"

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
static bool armed;
static unsigned calls, fail_at;
static const char *failed_call;

static bool fails_now(const char *name)
{
    if (!armed || calls++ != fail_at)
        return false;
    failed_call = name;
    errno = ENOSPC;
    return true;
}

#define WRAP(type, name, bad, params, args)                                                        \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        return fails_now(#name) ? bad : __real_##name args;                                        \
    }

WRAP(void *, malloc, NULL, (size_t n), (n))
WRAP(void *, calloc, NULL, (size_t n, size_t size), (n, size))
WRAP(void *, realloc, NULL, (void *at, size_t n), (at, n))
WRAP(char *, mkdtemp, NULL, (char *name), (name))
WRAP(int, mkostemp, -1, (char *name, int flags), (name, flags))
WRAP(int, fchmod, -1, (int fd, mode_t mode), (fd, mode))
WRAP(int, chmod, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
WRAP(int, fsync, -1, (int fd), (fd))
WRAP(int, link, -1, (const char *from, const char *to), (from, to))
WRAP(int, rename, -1, (const char *from, const char *to), (from, to))
WRAP(ssize_t, write, -1, (int fd, const void *bytes, size_t n), (fd, bytes, n))
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static enum rc init_with_fault(const char *path, unsigned n)
{
    static const struct home_choices choices = { .demo = true };
    fail_at = n;
    calls = 0;
    failed_call = "nothing";
    armed = true;
    const enum rc rc = home_init(path, &choices, NULL);
    armed = false;
    return rc;
}

static void assert_home(const char *path)
{
    ON_EXIT(home_close) struct home h = { 0 };
    ON_EXIT(signer_free_at) struct signer *s = NULL;
    assert_int_equal(home_open(path, &h, NULL), RC_OK);
    assert_int_equal(home_signer(&h, &s, NULL), RC_OK);
}

/* empty  the folder that must be so again after a failure */
static void nothing_is_left(const char *path, const char *empty)
{
    for (unsigned n = 0; n < 1000; n++) {
        const enum rc rc = init_with_fault(path, n);
        if (calls <= n) { /* nothing was left to fail */
            assert_int_equal(rc, RC_OK);
            assert_true(n >= 50);
            assert_home(path);
            return;
        }
        if (rc == RC_OK || scratch_count(empty) != 0)
            fail_msg("call %u, %s: %s, %u entries left", n, failed_call, rc_name(rc),
                     scratch_count(empty));
    }
    fail_msg("still failing");
}

static void nothing_is_left_beside_when_a_new_home_fails(void **state)
{
    (void)state;
    char folder[PATH_LEN], home[PATH_LEN];
    assert_true(scratch_make(folder));
    assert_int_equal(path_join(folder, "home", home, NULL), RC_OK);
    nothing_is_left(home, folder);
    assert_int_equal(scratch_count(folder), 1);
    scratch_drop(folder);
}

static void nothing_is_left_inside_when_an_empty_folder_fails(void **state)
{
    (void)state;
    char folder[PATH_LEN], home[PATH_LEN];
    assert_true(scratch_make(folder));
    assert_int_equal(path_join(folder, "home", home, NULL), RC_OK);
    assert_int_equal(mkdir(home, 0700), 0);
    nothing_is_left(home, home);
    assert_int_equal(scratch_count(folder), 1);
    scratch_drop(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_left_beside_when_a_new_home_fails),
        cmocka_unit_test(nothing_is_left_inside_when_an_empty_folder_fails),
    };
    return cmocka_run_group_tests_name("home_faults", tests, NULL, NULL);
}
