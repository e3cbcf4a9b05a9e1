/* What was appended is read back, whatever stands behind it on disk. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "issuer/core/journal.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/sitecert-journal-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct journal *open_it(void)
{
    struct journal *j = NULL;
    struct diag d = DIAG_INIT;
    if (journal_open(folder, &j, &d) != RC_OK)
        fail_msg("%s", d.text);
    return j;
}

static struct journal_place append(struct journal *j, const char *text)
{
    struct journal_place at;
    const struct span record = span_text(text);
    assert_int_equal(journal_append(j, &record, 1, &at, NULL), RC_OK);
    return at;
}

static void expect(struct journal *j, struct journal_place *at, const char *text)
{
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    struct journal_place next;
    struct diag d = DIAG_INIT;
    if (journal_read(j, *at, &got, &next, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_string_equal(buf_cstr(&got), text);
    *at = next;
}

static void expect_end(struct journal *j, struct journal_place at)
{
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    struct journal_place next;
    assert_int_equal(journal_read(j, at, &got, &next, NULL), RC_NOT_FOUND);
}

static void path_of_first(char ret[96])
{
    (void)snprintf(ret, 96, "%s/journal-00000001", folder);
}

static void what_was_appended_is_read_in_order_and_after_another_start(void **state)
{
    (void)state;
    struct journal *j = open_it();
    struct journal_place at[2], from = journal_start(j);
    expect_end(j, from);
    const struct span both[] = { SPAN_LITERAL("one"), SPAN_LITERAL("two") };
    assert_int_equal(journal_append(j, both, 2, at, NULL), RC_OK);
    (void)append(j, "three");
    journal_close(j);

    j = open_it();
    assert_int_equal(journal_torn(j), 0);
    expect(j, &from, "one");
    assert_int_equal(from.offset, at[1].offset);
    expect(j, &from, "two");
    expect(j, &from, "three");
    expect_end(j, from);
    (void)append(j, "four");
    expect(j, &from, "four");
    journal_close(j);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
static unsigned reads, bad_read; /* the nth fails, from 1; 0: none */

ssize_t __real_pread(int fd, void *to, size_t len, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t len, off_t at);
ssize_t __wrap_pread(int fd, void *to, size_t len, off_t at)
{
    if (++reads != bad_read)
        return __real_pread(fd, to, len, at);
    errno = EIO;
    return -1;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* Found by letting one call after the other fail: one bad read set the whole journal aside. */
static void what_cannot_be_read_is_not_cut_off(void **state)
{
    (void)state;
    struct journal *j = open_it();
    (void)append(j, "one");
    (void)append(j, "two");
    journal_close(j);
    reads = bad_read = 0;
    j = open_it();
    journal_close(j);
    const unsigned all = reads;
    assert_true(all >= 4);
    for (unsigned n = 1; n <= all; n++) {
        reads = 0;
        bad_read = n;
        assert_int_equal(journal_open(folder, &j, NULL), RC_IO);
        bad_read = 0;
        j = open_it();
        assert_int_equal(journal_torn(j), 0);
        struct journal_place from = journal_start(j);
        expect(j, &from, "one");
        expect(j, &from, "two");
        journal_close(j);
    }
}

static uint64_t until_zeros(const char *path, uint64_t from, uint64_t len)
{
    uint8_t bytes[64];
    const int fd = open(path, O_RDONLY);
    assert_int_equal(pread(fd, bytes, (size_t)len, 0), len);
    (void)close(fd);
    while (len > from && bytes[len - 1] == 0)
        len--;
    return len;
}

/* Every length to which a power cut may have shortened the last record. */
static void half_a_record_at_the_end_is_set_aside(void **state)
{
    (void)state;
    char path[96];
    path_of_first(path);
    struct journal *j = open_it();
    (void)append(j, "kept");
    const struct journal_place torn = append(j, "torn");
    const uint64_t end = journal_end(j).offset;
    journal_close(j);
    for (uint64_t len = torn.offset + 1; len < end; len++) {
        assert_int_equal(truncate(path, (off_t)len), 0);
        const uint64_t torn_until = until_zeros(path, torn.offset, len);
        j = open_it();
        /* Zeros, as a length begins with, say nothing and are dropped: here those at the end. */
        assert_int_equal(journal_torn(j), torn_until - torn.offset);
        struct journal_place at = journal_start(j);
        expect(j, &at, "kept");
        expect_end(j, at);
        const struct journal_place again = append(j, "torn");
        assert_int_equal(again.offset, torn.offset);
        journal_close(j);
    }
    char aside[128];
    struct stat st;
    (void)snprintf(aside, sizeof aside, "%s.torn-%llu", path, (unsigned long long)torn.offset);
    assert_int_equal(stat(aside, &st), 0);
}

static uint64_t size_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return (uint64_t)st.st_size;
}

static void zeros_stand_ahead_of_what_is_written_next(void **state)
{
    (void)state;
    char path[96], text[10000] = "";
    path_of_first(path);
    memset(text, 'x', sizeof text - 1);
    struct journal *j = open_it();
    (void)append(j, "one");
    const uint64_t size = size_of(path);
    assert_true(size > journal_end(j).offset + 2 * sizeof text);
    while (journal_end(j).offset + sizeof text + 12 < size) {
        (void)append(j, text);
        assert_int_equal(size_of(path), size);
    }
    (void)append(j, text);
    assert_true(size_of(path) > size);
    const uint64_t end = journal_end(j).offset;
    journal_close(j);
    assert_int_equal(size_of(path), end);
}

/* The process is gone, and the zeros are there; `damage`: its last byte was not written. */
static void leave_open(const char *path, bool damage)
{
    ON_EXIT(buf_free_at) struct buf left = { 0 };
    struct journal *j = open_it();
    (void)append(j, "one");
    (void)append(j, "two");
    const uint64_t end = journal_end(j).offset;
    assert_int_equal(file_read(path, SIZE_MAX, &left, NULL), RC_OK);
    journal_close(j);
    assert_true(left.len > end);
    left.ptr[end - 1] = damage ? 0 : left.ptr[end - 1];
    assert_int_equal(file_replace(path, buf_span(&left), 0600, NULL), RC_OK);
}

static void zeros_that_a_killed_process_left_say_nothing(void **state)
{
    (void)state;
    char path[96];
    path_of_first(path);
    leave_open(path, false);
    struct journal *j = open_it();
    assert_int_equal(journal_torn(j), 0);
    assert_int_equal(size_of(path), journal_end(j).offset);
    struct journal_place at = journal_start(j);
    expect(j, &at, "one");
    expect(j, &at, "two");
    expect_end(j, at);
    journal_close(j);
}

static void of_half_a_record_before_zeros_it_alone_is_set_aside(void **state)
{
    (void)state;
    char path[96];
    path_of_first(path);
    leave_open(path, true);
    struct journal *j = open_it();
    assert_int_equal(journal_torn(j), 4 + 8 + strlen("two") - 1);
    struct journal_place at = journal_start(j);
    expect(j, &at, "one");
    expect_end(j, at);
    journal_close(j);
}

/* Closing after a start that failed shortened the file all the same. */
static void what_cannot_be_set_aside_stays_where_it_is(void **state)
{
    (void)state;
    char path[96], aside[128];
    path_of_first(path);
    leave_open(path, true);
    const uint64_t size = size_of(path), torn = 4 + 8 + strlen("one");
    (void)snprintf(aside, sizeof aside, "%s.torn-%llu", path, (unsigned long long)torn);
    assert_int_equal(mkdir(aside, 0700), 0); /* no file takes its place */
    struct journal *j = NULL;
    assert_int_not_equal(journal_open(folder, &j, NULL), RC_OK);
    assert_int_equal(size_of(path), size);
    assert_int_equal(rmdir(aside), 0);
    j = open_it();
    assert_int_equal(journal_torn(j), 4 + 8 + strlen("two") - 1);
    journal_close(j);
}

static void no_flipped_bit_is_read(void **state)
{
    (void)state;
    char path[96];
    path_of_first(path);
    struct journal *j = open_it();
    const struct journal_place at = append(j, "a record");
    const uint64_t end = journal_end(j).offset;
    const int fd = open(path, O_RDWR);
    for (uint64_t i = at.offset; i < end; i++) {
        ON_EXIT(buf_free_at) struct buf got = { 0 };
        struct journal_place next;
        uint8_t byte, other;
        assert_int_equal(pread(fd, &byte, 1, (off_t)i), 1);
        other = byte ^ 0x10;
        assert_int_equal(pwrite(fd, &other, 1, (off_t)i), 1);
        assert_int_equal(journal_read(j, at, &got, &next, NULL), RC_FORMAT);
        assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
    }
    (void)close(fd);
    journal_close(j);
}

static void a_record_has_its_largest_size(void **state)
{
    (void)state;
    struct journal *j = open_it();
    char *const big = calloc(JOURNAL_RECORD_MAX + 1, 1);
    assert_non_null(big);
    struct journal_place at, next;
    struct span record = span_of(big, JOURNAL_RECORD_MAX + 1);
    assert_int_equal(journal_append(j, &record, 1, &at, NULL), RC_LIMIT);
    record.len = 0;
    assert_int_equal(journal_append(j, &record, 1, &at, NULL), RC_LIMIT);
    record.len = JOURNAL_RECORD_MAX;
    assert_int_equal(journal_append(j, &record, 1, &at, NULL), RC_OK);
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    assert_int_equal(journal_read(j, at, &got, &next, NULL), RC_OK);
    assert_int_equal(got.len, JOURNAL_RECORD_MAX);
    free(big);
    journal_close(j);
}

static void a_full_segment_is_followed_by_another(void **state)
{
    (void)state;
    struct journal *j = open_it();
    char *const big = calloc(JOURNAL_RECORD_MAX, 1);
    const struct span record = span_of(big, JOURNAL_RECORD_MAX);
    struct journal_place at;
    assert_non_null(big);
    while (journal_end(j).offset < JOURNAL_SEGMENT_MAX)
        assert_int_equal(journal_append(j, &record, 1, &at, NULL), RC_OK);
    free(big);
    struct journal_place behind = journal_end(j);
    assert_int_equal(behind.segment, 1);
    const struct journal_place second = append(j, "in another");
    assert_int_equal(second.segment, 2);
    assert_int_equal(second.offset, 0);
    char path[96];
    path_of_first(path);
    assert_int_equal(size_of(path), behind.offset);
    expect(j, &behind, "in another");
    journal_close(j);
    j = open_it();
    struct journal_place from = second;
    expect(j, &from, "in another");
    journal_close(j);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_folder, drop_folder)
    const struct CMUnitTest tests[] = {
        CASE(what_was_appended_is_read_in_order_and_after_another_start),
        CASE(what_cannot_be_read_is_not_cut_off),
        CASE(half_a_record_at_the_end_is_set_aside),
        CASE(zeros_stand_ahead_of_what_is_written_next),
        CASE(zeros_that_a_killed_process_left_say_nothing),
        CASE(of_half_a_record_before_zeros_it_alone_is_set_aside),
        CASE(what_cannot_be_set_aside_stays_where_it_is),
        CASE(no_flipped_bit_is_read),
        CASE(a_record_has_its_largest_size),
        CASE(a_full_segment_is_followed_by_another),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
