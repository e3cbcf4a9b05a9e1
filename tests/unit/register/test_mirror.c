/* The mirror's file: what stands in it after any cut, and what it refuses. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuer/register/mirror.h"
#include "tests/unit/check.h"

#define COMMITS 5

static const uint8_t deployment[SHA256_LEN] = { 7 };

static int set_up(void **state)
{
    static char folder[] = "/tmp/mirror-XXXXXX";
    memcpy(folder + sizeof folder - 7, "XXXXXX", 6);
    *state = mkdtemp(folder);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[PATH_LEN];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", (const char *)*state);
    return system(command);
}

static struct mirror *opened(const char *folder)
{
    struct mirror *m = NULL;
    struct diag d = DIAG_INIT;
    if (mirror_open(folder, deployment, true, &m, &d) != RC_OK)
        fail_msg("%s", d.text);
    return m;
}

static struct span change(unsigned i, char text[32])
{
    (void)snprintf(text, 32, "change %u", i);
    return span_text(text);
}

/* A disk that cannot say that it has something. */
static bool disk_fails;

int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

int __wrap_fdatasync(int fd)
{
    if (!disk_fails)
        return __real_fdatasync(fd);
    errno = EIO;
    return -1;
}

/* Begun at commit 3, with some behind it. */
static void fill(const char *folder)
{
    const struct mirror_point start = { .number = 3, .chain = { 1, 2, 3 } };
    struct mirror *const m = opened(folder);
    char text[32];
    assert_true(mirror_is_empty(m));
    assert_int_equal(mirror_begin(m, &start, NULL), RC_OK);
    assert_false(mirror_has_commits(m));
    for (unsigned i = 0; i < COMMITS; i++)
        assert_int_equal(mirror_append(m, change(i, text), NULL), RC_OK);
    mirror_close(m);
}

static void the_path(const char *folder, char ret[PATH_LEN])
{
    assert_int_equal(path_join(folder, "register-0000000000000004", ret, NULL), RC_OK);
}

static unsigned count_from(struct mirror *m, struct mirror_point at)
{
    struct buf got = { 0 };
    char text[32];
    unsigned n = 0;
    enum rc rc;
    while ((rc = mirror_read(m, &at, &got, &at, NULL)) == RC_OK) {
        const struct span want = change((unsigned)at.number - 4, text);
        assert_true(span_equal(buf_span(&got), want));
        n++;
    }
    assert_int_equal(rc, RC_NOT_FOUND);
    buf_free(&got);
    return n;
}

static void what_was_appended_is_read_in_order(void **state)
{
    fill(*state);
    struct mirror *const m = opened(*state);
    assert_int_equal(mirror_end(m).number, 3 + COMMITS);
    assert_int_equal(count_from(m, mirror_start(m)), COMMITS);
    assert_int_equal(count_from(m, mirror_end(m)), 0);
    mirror_close(m);
}

static void a_cut_anywhere_leaves_whole_commits(void **state)
{
    char path[PATH_LEN];
    struct stat st;
    fill(*state);
    the_path(*state, path);
    assert_int_equal(stat(path, &st), 0);
    unsigned last = COMMITS;
    for (off_t len = st.st_size - 1; len >= 80; len--) {
        assert_int_equal(truncate(path, len), 0);
        struct mirror *const m = opened(*state);
        const unsigned left = (unsigned)(mirror_end(m).number - 3);
        assert_true(left <= last);
        assert_int_equal(count_from(m, mirror_start(m)), left);
        last = left;
        mirror_close(m);
    }
    assert_int_equal(last, 0);
}

static void what_is_behind_a_torn_end_is_written_over(void **state)
{
    char path[PATH_LEN], text[32];
    struct stat st;
    fill(*state);
    the_path(*state, path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(truncate(path, st.st_size - 1), 0);
    struct mirror *const m = opened(*state);
    const off_t torn = st.st_size;
    assert_int_equal(stat(path, &st), 0); /* what was torn is gone */
    assert_true(st.st_size < torn - 1);
    assert_int_equal(mirror_append(m, change(COMMITS - 1, text), NULL), RC_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, torn);
    assert_int_equal(count_from(m, mirror_start(m)), COMMITS);
    mirror_close(m);
}

/* What the disk has of it is unknown: only opening tells. */
static void after_a_failure_nothing_is_appended_before_it_is_opened_again(void **state)
{
    char text[32];
    fill(*state);
    struct mirror *m = opened(*state);
    disk_fails = true;
    assert_int_equal(mirror_append(m, change(COMMITS, text), NULL), RC_IO);
    disk_fails = false;
    assert_int_equal(mirror_append(m, change(COMMITS, text), NULL), RC_IO);
    mirror_close(m);
    m = opened(*state);
    const unsigned there = count_from(m, mirror_start(m));
    assert_in_range(there, COMMITS, COMMITS + 1);
    assert_int_equal(mirror_append(m, change(there, text), NULL), RC_OK);
    assert_int_equal(count_from(m, mirror_start(m)), there + 1);
    mirror_close(m);
}

/* In the last commits it looks like a torn end; the register then says that more was there. */
static void no_bit_flip_gives_other_changes(void **state)
{
    char path[PATH_LEN];
    struct buf whole = { 0 };
    fill(*state);
    the_path(*state, path);
    assert_int_equal(file_read(path, 1u << 20, &whole, NULL), RC_OK);
    for (size_t i = 0; i < whole.len * 8; i++) {
        struct mirror *m = NULL;
        whole.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(file_replace_later(path, buf_span(&whole), 0600, NULL), RC_OK);
        if (mirror_open(*state, deployment, false, &m, NULL) == RC_OK) {
            if (i / 8 >= 80)
                assert_true(mirror_end(m).number < 3 + COMMITS);
            (void)count_from(m, mirror_start(m));
        }
        mirror_close(m);
        whole.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    buf_free(&whole);
}

static void a_point_of_another_history_is_refused(void **state)
{
    struct buf got = { 0 };
    struct mirror_point next;
    fill(*state);
    struct mirror *const m = opened(*state);
    struct mirror_point at = mirror_start(m);
    at.chain[0] ^= 1;
    assert_int_equal(mirror_read(m, &at, &got, &next, NULL), RC_REFUSED);
    at = mirror_start(m);
    at.number--;
    assert_int_equal(mirror_read(m, &at, &got, &next, NULL), RC_REFUSED);
    at = mirror_end(m);
    at.number++;
    assert_int_equal(mirror_read(m, &at, &got, &next, NULL), RC_REFUSED);
    buf_free(&got);
    mirror_close(m);
}

static void another_deployment_and_a_second_process_are_refused(void **state)
{
    const uint8_t other[SHA256_LEN] = { 8 };
    struct mirror *m = NULL;
    fill(*state);
    assert_int_equal(mirror_open(*state, other, false, &m, NULL), RC_REFUSED);
    struct mirror *const held = opened(*state);
    assert_int_equal(mirror_open(*state, deployment, true, &m, NULL), RC_BUSY);
    mirror_close(held);
}

static void it_goes_on_over_files(void **state)
{
    const struct mirror_point start = { .number = 0 };
    struct buf big = { 0 }, got = { 0 };
    struct mirror *m = opened(*state);
    uint8_t *const at = buf_reserve(&big, MIRROR_SEGMENT_MAX / 2);
    assert_non_null(at);
    memset(at, 9, MIRROR_SEGMENT_MAX / 2);
    big.len = MIRROR_SEGMENT_MAX / 2;
    assert_int_equal(mirror_begin(m, &start, NULL), RC_OK);
    for (unsigned i = 0; i < COMMITS; i++)
        assert_int_equal(mirror_append(m, buf_span(&big), NULL), RC_OK);
    mirror_close(m);
    m = opened(*state);
    struct mirror_point p = mirror_start(m);
    unsigned n = 0;
    while (mirror_read(m, &p, &got, &p, NULL) == RC_OK)
        n++;
    assert_int_equal(n, COMMITS);
    assert_int_equal(mirror_end(m).number, COMMITS);
    mirror_close(m);
    buf_free(&big);
    buf_free(&got);
}

/* The chain that a file begins with is that of the one before it. */
static void a_file_of_another_history_is_not_read_on(void **state)
{
    const struct mirror_point start = { .number = 0 };
    char path[PATH_LEN];
    struct buf big = { 0 }, got = { 0 };
    struct mirror *m = opened(*state);
    uint8_t *const at = buf_reserve(&big, MIRROR_SEGMENT_MAX);
    assert_non_null(at);
    memset(at, 9, MIRROR_SEGMENT_MAX);
    big.len = MIRROR_SEGMENT_MAX;
    assert_int_equal(mirror_begin(m, &start, NULL), RC_OK);
    assert_int_equal(mirror_append(m, buf_span(&big), NULL), RC_OK);
    assert_int_equal(mirror_append(m, SPAN_LITERAL("x"), NULL), RC_OK);
    mirror_close(m);

    /* A file that holds in itself, behind another point: its one commit is made anew. */
    assert_int_equal(path_join(*state, "register-0000000000000002", path, NULL), RC_OK);
    struct buf file = { 0 };
    assert_int_equal(file_read(path, 1u << 20, &file, NULL), RC_OK);
    struct mirror_point other = { .number = 1 };
    file.ptr[48] ^= 1;
    memcpy(other.chain, file.ptr + 48, SHA256_LEN);
    const struct mirror_point next = mirror_next(&other, SPAN_LITERAL("x"));
    memcpy(file.ptr + file.len - SHA256_LEN, next.chain, SHA256_LEN);
    assert_int_equal(file_replace(path, buf_span(&file), 0600, NULL), RC_OK);

    m = opened(*state);
    struct mirror_point p = mirror_start(m);
    assert_int_equal(mirror_end(m).number, 2);
    assert_int_equal(mirror_read(m, &p, &got, &p, NULL), RC_OK);
    assert_int_equal(mirror_read(m, &p, &got, &p, NULL), RC_FORMAT);
    mirror_close(m);
    buf_free(&file);
    buf_free(&big);
    buf_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(what_was_appended_is_read_in_order),
        T(a_cut_anywhere_leaves_whole_commits),
        T(what_is_behind_a_torn_end_is_written_over),
        T(after_a_failure_nothing_is_appended_before_it_is_opened_again),
        T(no_bit_flip_gives_other_changes),
        T(a_point_of_another_history_is_refused),
        T(another_deployment_and_a_second_process_are_refused),
        T(it_goes_on_over_files),
        T(a_file_of_another_history_is_not_read_on),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
