/*
 * Makes the nth call of the system fail, for n = 0, 1, 2, ... until a run meets no failure.
 * Whatever fails: the file is wholly old or wholly NEW, nothing is left beside it, and the answer
 * is an error.
 */
#include "tests/unit/sys/scratch.h"

#include <errno.h>
#include <stdarg.h>

static bool armed;
static unsigned calls, fail_at;
static int fail_errno;
static int failed_call; /* which kind failed: a letter, or 0 */

static bool fails_now(int kind)
{
    if (!armed || calls++ != fail_at)
        return false;
    failed_call = kind;
    errno = fail_errno;
    return true;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
void *__real_realloc(void *ptr, size_t n);
void *__wrap_realloc(void *ptr, size_t n);
void *__wrap_realloc(void *ptr, size_t n)
{
    return fails_now('m') ? NULL : __real_realloc(ptr, n);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    unsigned mode = 0;
    if (flags & O_CREAT) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, unsigned);
        va_end(args);
    }
    return fails_now('o') ? -1 : __real_open(path, flags, mode);
}

ssize_t __real_read(int fd, void *to, size_t n);
ssize_t __wrap_read(int fd, void *to, size_t n);
ssize_t __wrap_read(int fd, void *to, size_t n)
{
    return fails_now('r') ? -1 : __real_read(fd, to, n);
}

/* Never more than three bytes at once, so that the caller has to go on. */
ssize_t __real_write(int fd, const void *from, size_t n);
ssize_t __wrap_write(int fd, const void *from, size_t n);
ssize_t __wrap_write(int fd, const void *from, size_t n)
{
    return fails_now('w') ? -1 : __real_write(fd, from, armed && n > 3 ? 3 : n);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
    return fails_now('s') ? -1 : __real_fsync(fd);
}

/* As the system does: closed, and an error of what went before. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    const int closed = __real_close(fd);
    return fails_now('c') ? -1 : closed;
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
    return fails_now('f') ? -1 : __real_fchmod(fd, mode);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
    return fails_now('n') ? -1 : __real_rename(from, to);
}

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to)
{
    return fails_now('l') ? -1 : __real_link(from, to);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void arm(unsigned nth, int error)
{
    fail_at = nth;
    fail_errno = error;
    failed_call = 0;
    calls = 0;
    armed = true;
}

static bool nothing_was_left_to_fail(void)
{
    return calls <= fail_at;
}

static bool holds(const char *path, struct span want)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    return file_read(path, 100, &b, NULL) == RC_OK && span_equal(buf_span(&b), want);
}

#define OLD SPAN_LITERAL("the old one")
#define NEW SPAN_LITERAL("the new file")

/* One run with the nth call failing; false when no call was left to fail. */
static bool replace_with_nth_failing(unsigned nth, int error, enum rc want)
{
    const char *const path = in_scratch("f");
    struct diag d = DIAG_INIT;
    assert_int_equal(file_replace(path, OLD, 0600, NULL), RC_OK);

    arm(nth, error);
    const enum rc rc = file_replace(path, NEW, 0600, &d);
    armed = false;

    assert_int_equal(scratch_entries(false), 1);
    if (nothing_was_left_to_fail()) {
        assert_int_equal(rc, RC_OK);
        assert_true(holds(path, NEW));
        return false;
    }
    /* The folder's own close says nothing about the file. */
    if (rc == RC_OK) {
        assert_int_equal(failed_call, 'c');
        assert_true(holds(path, NEW));
        return true;
    }
    assert_int_equal(rc, want);
    assert_int_equal(d.code, want);
    assert_true(holds(path, OLD) || holds(path, NEW));
    if (failed_call == 'w' || failed_call == 'f' || failed_call == 'n')
        assert_true(holds(path, OLD));
    return true;
}

static void a_full_disk_leaves_the_old_file_and_nothing_beside_it(void **state)
{
    (void)state;
    static const int full[] = { ENOSPC, EDQUOT };
    for (size_t i = 0; i < sizeof full / sizeof full[0]; i++) {
        unsigned nth = 0;
        while (replace_with_nth_failing(nth, full[i], RC_FULL))
            nth++;
        /* open, fchmod, 4 writes, fsync, close, rename, open, fsync, close */
        assert_int_equal(nth, 12);
    }
}

static void a_disk_error_leaves_the_old_file_and_nothing_beside_it(void **state)
{
    (void)state;
    unsigned nth = 0;
    while (replace_with_nth_failing(nth, EIO, RC_IO))
        nth++;
    assert_int_equal(nth, 12);
}

static void a_creation_that_fails_leaves_nothing_half_done(void **state)
{
    (void)state;
    for (unsigned nth = 0; nth < 100; nth++) {
        arm(nth, ENOSPC);
        const enum rc rc = file_create(in_scratch("f"), NEW, 0600, NULL);
        armed = false;

        const unsigned left = scratch_entries(false);
        assert_true(left == 0 || (left == 1 && holds(in_scratch("f"), NEW)));
        if (failed_call == 'w' || failed_call == 'l')
            assert_int_equal(left, 0);
        (void)scratch_entries(true);
        if (nothing_was_left_to_fail()) {
            assert_int_equal(rc, RC_OK);
            assert_true(nth >= 10);
            return;
        }
        assert_true(rc == RC_FULL || failed_call == 'c');
    }
    fail_msg("it never came to an end");
}

static void a_read_that_fails_gives_no_bytes(void **state)
{
    (void)state;
    assert_int_equal(file_replace(in_scratch("f"), OLD, 0600, NULL), RC_OK);
    for (unsigned nth = 0; nth < 100; nth++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        arm(nth, EIO);
        const enum rc rc = file_read(in_scratch("f"), 100, &b, NULL);
        armed = false;

        if (nothing_was_left_to_fail()) {
            assert_int_equal(rc, RC_OK);
            assert_true(nth >= 3);
            return;
        }
        if (failed_call == 'c')
            continue;
        assert_int_equal(rc, failed_call == 'm' ? RC_NOMEM : RC_IO);
        assert_int_equal(b.len, 0);
    }
    fail_msg("it never came to an end");
}

static void an_interrupted_call_is_made_again(void **state)
{
    (void)state;
    const char *const path = in_scratch("f");
    arm(2, EINTR); /* the first write */
    const enum rc written = file_replace(path, NEW, 0600, NULL);
    armed = false;
    assert_int_equal(failed_call, 'w');
    assert_int_equal(written, RC_OK);

    /* Longer than what is read in one call. */
    static uint8_t long_file[5000];
    assert_int_equal(file_replace(path, span_of(long_file, sizeof long_file), 0600, NULL), RC_OK);
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    arm(3, EINTR); /* open, realloc, realloc, read */
    const enum rc read_back = file_read(path, sizeof long_file, &b, NULL);
    armed = false;
    assert_int_equal(failed_call, 'r');
    assert_int_equal(read_back, RC_OK);
    assert_int_equal(b.len, sizeof long_file);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(a_full_disk_leaves_the_old_file_and_nothing_beside_it),
        IN_SCRATCH(a_disk_error_leaves_the_old_file_and_nothing_beside_it),
        IN_SCRATCH(a_creation_that_fails_leaves_nothing_half_done),
        IN_SCRATCH(a_read_that_fails_gives_no_bytes),
        IN_SCRATCH(an_interrupted_call_is_made_again),
    };
    return cmocka_run_group_tests_name("file faults", tests, NULL, NULL);
}
