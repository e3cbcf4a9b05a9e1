/* A backup's file: written and taken apart, and every way in which it may not be whole. */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuer/backup/archive.h"
#include "tests/unit/register/home_scratch.h"

#define HEADER 512u
#define STRIDE 5u /* each try waits for the disk */

static char place[PATH_LEN];
static struct buf whole;

static void path_of(const char *name, char ret[PATH_LEN])
{
    assert_int_equal(path_join(place, name, ret, NULL), RC_OK);
}

static int setup(void **state)
{
    (void)state;
    char from[PATH_LEN], to[PATH_LEN];
    struct archive *a = NULL;
    assert_true(scratch_make(place));
    path_of("a-file", from);
    path_of("whole.tar", to);
    assert_int_equal(file_replace(from, SPAN_LITERAL("what it holds"), 0640, NULL), RC_OK);
    const int fd = open(to, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_int_equal(archive_begin(fd, &a, NULL), RC_OK);
    assert_int_equal(archive_add(a, from, "folder/deep/a", NULL), RC_OK);
    assert_int_equal(archive_add_bytes(a, SPAN_LITERAL(""), "empty", NULL), RC_OK);
    assert_true(archive_has(a, "empty"));
    assert_false(archive_has(a, "folder/deep"));
    assert_int_equal(archive_add(a, "/nowhere/at/all", "gone", NULL), RC_NOT_FOUND);
    assert_int_equal(archive_end(a, NULL), RC_OK);
    archive_free(a);
    (void)close(fd);
    assert_int_equal(file_read(to, 1u << 20, &whole, NULL), RC_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    buf_free(&whole);
    scratch_drop(place);
    return 0;
}

/* Takes bytes apart into a folder of their own; *ret_left says how many things stand in it then. */
static enum rc extract(struct span bytes, char into[PATH_LEN])
{
    char path[PATH_LEN];
    struct archive_totals totals = { 0 };
    path_of("try.tar", path);
    path_of("try", into);
    scratch_drop(into);
    assert_int_equal(folder_make(into, 0700, NULL), RC_OK);
    assert_int_equal(file_replace_later(path, bytes, 0600, NULL), RC_OK);
    const int fd = open(path, O_RDONLY);
    const enum rc rc = archive_extract(fd, into, &totals, NULL);
    (void)close(fd);
    if (rc == RC_OK)
        assert_int_equal(totals.files, 2);
    return rc;
}

static void what_was_put_in_comes_out(void **state)
{
    (void)state;
    char into[PATH_LEN], path[PATH_LEN];
    struct buf file = { 0 };
    struct stat st;
    assert_int_equal(extract(buf_span(&whole), into), RC_OK);
    assert_int_equal(path_join(into, "folder/deep/a", path, NULL), RC_OK);
    assert_int_equal(file_read(path, 100, &file, NULL), RC_OK);
    assert_true(span_equal(buf_span(&file), SPAN_LITERAL("what it holds")));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    buf_free(&file);
}

static void no_changed_byte_is_restored(void **state)
{
    (void)state;
    char into[PATH_LEN];
    for (size_t i = 0; i < whole.len; i += STRIDE) {
        whole.ptr[i] ^= 1;
        if (extract(buf_span(&whole), into) == RC_OK)
            fail_msg("byte %zu of %zu", i, whole.len);
        whole.ptr[i] ^= 1;
    }
}

static void no_prefix_and_no_byte_more_is_restored(void **state)
{
    (void)state;
    char into[PATH_LEN];
    for (size_t len = 0; len < whole.len; len += 97)
        assert_int_equal(extract(span_of(whole.ptr, len), into), RC_FORMAT);
    assert_int_equal(extract(span_of(whole.ptr, whole.len - 1), into), RC_FORMAT);
    buf_put_u8(&whole, 0);
    assert_int_equal(extract(buf_span(&whole), into), RC_FORMAT);
    whole.len--;
}

static void names_that_lead_elsewhere_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = { "",       "/etc/passwd", "../up",      "a/../../up",
                                         "a//b",   "a/.",         "a b",        "tab\t",
                                         "quote'", "line\n",      "back\\slash" };
    struct archive *a = NULL;
    char to[PATH_LEN];
    path_of("names.tar", to);
    const int fd = open(to, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_int_equal(archive_begin(fd, &a, NULL), RC_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(archive_add_bytes(a, SPAN_LITERAL("x"), names[i], NULL), RC_FORMAT);
    assert_int_equal(archive_add_bytes(a, SPAN_LITERAL("x"), "once", NULL), RC_OK);
    assert_int_equal(archive_add_bytes(a, SPAN_LITERAL("x"), "once", NULL), RC_FORMAT);
    archive_free(a);
    (void)close(fd);
}

/* The name is written over by one as long, and its header's own sum made right again. */
static void a_name_that_was_changed_to_lead_elsewhere_is_refused(void **state)
{
    (void)state;
    char into[PATH_LEN];
    struct buf turned = { 0 };
    buf_put_span(&turned, buf_span(&whole));
    unsigned sum = 0;
    memcpy(turned.ptr, "../../../up/x", 13);
    for (unsigned i = 0; i < HEADER; i++)
        sum += i >= 148 && i < 156 ? ' ' : turned.ptr[i];
    char text[8];
    (void)snprintf(text, sizeof text, "%06o", sum);
    memcpy(turned.ptr + 148, text, 7);
    assert_int_equal(extract(buf_span(&turned), into), RC_FORMAT);
    assert_int_equal(scratch_count(into), 0);
    buf_free(&turned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_in_comes_out),
        cmocka_unit_test(no_changed_byte_is_restored),
        cmocka_unit_test(no_prefix_and_no_byte_more_is_restored),
        cmocka_unit_test(names_that_lead_elsewhere_are_refused),
        cmocka_unit_test(a_name_that_was_changed_to_lead_elsewhere_is_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
