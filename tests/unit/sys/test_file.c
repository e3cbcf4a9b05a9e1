#include "tests/unit/sys/scratch.h"

#include <stdio.h>
#include <sys/stat.h>

static unsigned mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void what_is_not_there_is_not_found(void **state)
{
    (void)state;
    const char *const path = in_scratch("none");
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct mapping m = { 0 };
    struct diag d = DIAG_INIT;

    assert_int_equal(file_read(path, 10, &b, &d), RC_NOT_FOUND);
    assert_non_null(strstr(d.text, path));
    assert_int_equal(file_map(path, &m, NULL), RC_NOT_FOUND);
    assert_int_equal(file_replace(in_scratch("none/f"), SPAN_LITERAL("x"), 0644, NULL),
                     RC_NOT_FOUND);
    assert_int_equal(folder_make(in_scratch("none/f"), 0755, NULL), RC_NOT_FOUND);
    assert_int_equal(b.len, 0);
    assert_null(m.bytes.ptr);
}

static void a_folder_is_not_a_file(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct mapping m = { 0 };
    assert_int_equal(file_read(scratch, 10, &b, NULL), RC_IO);
    assert_int_equal(file_map(scratch, &m, NULL), RC_IO);
    assert_int_equal(folder_make(in_scratch("d"), 0755, NULL), RC_OK);
    assert_int_equal(file_replace(in_scratch("d"), SPAN_LITERAL("x"), 0644, NULL), RC_IO);
    assert_int_equal(scratch_entries(false), 1);
}

static void one_byte_over_the_limit_is_refused_and_the_limit_is_not(void **state)
{
    (void)state;
    const char *const path = in_scratch("f");
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    buf_put_text(&b, "> ");

    assert_int_equal(file_replace(path, SPAN_LITERAL("12345"), 0600, NULL), RC_OK);
    assert_int_equal(file_read(path, 4, &b, NULL), RC_LIMIT);
    assert_string_equal(buf_cstr(&b), "> ");
    assert_int_equal(file_read(path, 5, &b, NULL), RC_OK);
    assert_string_equal(buf_cstr(&b), "> 12345");
    assert_int_equal(file_read(path, SIZE_MAX, &b, NULL), RC_OK);
    assert_string_equal(buf_cstr(&b), "> 1234512345");
}

static void a_file_of_many_chunks_is_read_whole(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf written = { 0 };
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    for (unsigned i = 0; i < 50000; i++)
        buf_printf(&written, "%u ", i);

    assert_int_equal(file_replace(in_scratch("f"), buf_span(&written), 0600, NULL), RC_OK);
    assert_int_equal(file_read(in_scratch("f"), written.len - 1, &got, NULL), RC_LIMIT);
    assert_int_equal(file_read(in_scratch("f"), written.len, &got, NULL), RC_OK);
    assert_true(span_equal(buf_span(&written), buf_span(&got)));
}

static void create_leaves_an_existing_file_alone(void **state)
{
    (void)state;
    const char *const path = in_scratch("f");
    assert_int_equal(file_create(path, SPAN_LITERAL("old"), 0600, NULL), RC_OK);
    assert_int_equal(file_create(path, SPAN_LITERAL("new"), 0600, NULL), RC_EXISTS);
    assert_holds(path, "old");
    assert_int_equal(scratch_entries(false), 1);
}

static void the_mode_is_the_callers_whatever_the_umask(void **state)
{
    (void)state;
    const mode_t before = umask(077);
    const enum rc opened = file_replace(in_scratch("open"), SPAN_LITERAL("x"), 0644, NULL);
    const enum rc made = folder_make(in_scratch("d"), 0755, NULL);
    (void)umask(0);
    const enum rc closed = file_create(in_scratch("closed"), SPAN_LITERAL("x"), 0600, NULL);
    (void)umask(before);

    assert_int_equal(opened, RC_OK);
    assert_int_equal(made, RC_OK);
    assert_int_equal(closed, RC_OK);
    assert_int_equal(mode_of(in_scratch("open")), 0644);
    assert_int_equal(mode_of(in_scratch("d")), 0755);
    assert_int_equal(mode_of(in_scratch("closed")), 0600);
}

static void whoever_reads_the_old_file_keeps_it(void **state)
{
    (void)state;
    const char *const path = in_scratch("f");
    struct mapping m = { 0 };
    assert_int_equal(file_replace(path, SPAN_LITERAL("old"), 0600, NULL), RC_OK);
    assert_int_equal(file_map(path, &m, NULL), RC_OK);
    assert_int_equal(file_replace(path, SPAN_LITERAL("newer"), 0600, NULL), RC_OK);

    assert_true(span_equal(m.bytes, SPAN_LITERAL("old")));
    assert_holds(path, "newer");
    assert_int_equal(scratch_entries(false), 1);
    mapping_close(&m);
    assert_null(m.bytes.ptr);
    mapping_close(&m);
}

static void an_empty_file_is_mapped_as_no_bytes(void **state)
{
    (void)state;
    struct mapping m = { { NULL, 7 } };
    assert_int_equal(file_replace(in_scratch("f"), (struct span){ 0 }, 0600, NULL), RC_OK);
    assert_int_equal(file_map(in_scratch("f"), &m, NULL), RC_OK);
    assert_int_equal(m.bytes.len, 0);
    assert_non_null(m.bytes.ptr);
    mapping_close(&m);
}

static void what_a_crash_left_behind_does_not_stop_a_replacement(void **state)
{
    (void)state;
    char left[PATH_LEN];
    (void)snprintf(left, sizeof left, "%s.%ld-0~", in_scratch("f"), (long)getpid());
    assert_int_equal(file_create(left, SPAN_LITERAL("half a f"), 0600, NULL), RC_OK);
    assert_int_equal(file_replace(in_scratch("f"), SPAN_LITERAL("whole"), 0600, NULL), RC_OK);
    assert_holds(in_scratch("f"), "whole");
    assert_holds(left, "half a f");
}

/* As root, a rename would make a plain file of /dev/null. */
static void a_pipe_is_written_to_and_stays_one(void **state)
{
    (void)state;
    struct stat st;
    char got[8] = "";
    const char *const pipe = in_scratch("p");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    const int fd = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(file_replace(pipe, SPAN_LITERAL("bytes"), 0600, NULL), RC_OK);
    assert_int_equal(read(fd, got, sizeof got), 5);
    assert_string_equal(got, "bytes");
    assert_int_equal(close(fd), 0);
    assert_int_equal(stat(pipe, &st), 0);
    assert_true(S_ISFIFO(st.st_mode));
    assert_int_equal(unlink(pipe), 0);
}

static void a_relative_name_is_replaced_in_the_working_folder(void **state)
{
    (void)state;
    char back[PATH_LEN];
    assert_non_null(getcwd(back, sizeof back));
    assert_int_equal(chdir(scratch), 0);
    const enum rc rc = file_replace("f", SPAN_LITERAL("here"), 0600, NULL);
    assert_int_equal(chdir(back), 0);
    assert_int_equal(rc, RC_OK);
    assert_holds(in_scratch("f"), "here");
}

static void making_a_folder_twice_is_fine_and_over_a_file_is_not(void **state)
{
    (void)state;
    assert_int_equal(folder_make(in_scratch("d"), 0700, NULL), RC_OK);
    assert_int_equal(folder_make(in_scratch("d"), 0755, NULL), RC_OK);
    assert_int_equal(mode_of(in_scratch("d")), 0700);
    assert_int_equal(file_create(in_scratch("f"), SPAN_LITERAL("x"), 0600, NULL), RC_OK);
    assert_int_equal(folder_make(in_scratch("f"), 0755, NULL), RC_EXISTS);
}

static void a_path_that_is_too_long_is_refused_whole(void **state)
{
    (void)state;
    char name[PATH_LEN + 10], ret[PATH_LEN] = "kept";
    memset(name, 'n', sizeof name);
    name[PATH_LEN - 3] = '\0';
    assert_int_equal(path_join("a", name, ret, NULL), RC_OK);
    assert_int_equal(strlen(ret), PATH_LEN - 1);

    (void)snprintf(ret, sizeof ret, "kept");
    name[PATH_LEN - 3] = 'n';
    name[PATH_LEN - 2] = '\0';
    assert_int_equal(path_join("a", name, ret, NULL), RC_LIMIT);
    assert_string_equal(ret, "kept");
    assert_int_equal(file_replace(name, SPAN_LITERAL("x"), 0600, NULL), RC_LIMIT);
    assert_int_equal(file_create(name, SPAN_LITERAL("x"), 0600, NULL), RC_LIMIT);
    name[PATH_LEN - 2] = 'n';
    name[PATH_LEN + 9] = '\0';
    assert_int_equal(folder_make(name, 0755, NULL), RC_LIMIT);
}

static void joining_never_makes_a_second_or_a_first_slash(void **state)
{
    (void)state;
    char ret[PATH_LEN];
    assert_int_equal(path_join("a/b", "c", ret, NULL), RC_OK);
    assert_string_equal(ret, "a/b/c");
    assert_int_equal(path_join("a/", "c", ret, NULL), RC_OK);
    assert_string_equal(ret, "a/c");
    assert_int_equal(path_join("/", "c", ret, NULL), RC_OK);
    assert_string_equal(ret, "/c");
    assert_int_equal(path_join("", "c", ret, NULL), RC_OK);
    assert_string_equal(ret, "c");
}

static void expect_caught_up(struct span from, struct span to, enum rc rc)
{
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    const char *const source = in_scratch("from"), *const target = in_scratch("to");
    assert_int_equal(file_replace(source, from, 0600, NULL), RC_OK);
    assert_int_equal(file_replace(target, to, 0600, NULL), RC_OK);
    assert_int_equal(file_catch_up(source, target, NULL), rc);
    assert_int_equal(file_read(target, SIZE_MAX, &got, NULL), RC_OK);
    assert_true(span_equal(buf_span(&got), rc == RC_OK ? from : to));
}

static void what_is_missing_is_appended_and_what_differs_is_left_alone(void **state)
{
    (void)state;
    expect_caught_up(SPAN_LITERAL("one two"), SPAN_LITERAL(""), RC_OK);
    expect_caught_up(SPAN_LITERAL("one two"), SPAN_LITERAL("one"), RC_OK);
    expect_caught_up(SPAN_LITERAL("one two"), SPAN_LITERAL("one two"), RC_OK);
    expect_caught_up(SPAN_LITERAL("one two"), SPAN_LITERAL("one two three"), RC_EXISTS);
    expect_caught_up(SPAN_LITERAL("one two"), SPAN_LITERAL("one\0two"), RC_FORMAT);
}

static void zeros_at_its_end_are_as_good_as_missing(void **state)
{
    (void)state;
    static const uint8_t many[200000] = "one";
    expect_caught_up(SPAN_LITERAL("one two"), SPAN_LITERAL("one\0\0"), RC_OK);
    expect_caught_up(SPAN_LITERAL("one two"), span_of(many, sizeof many), RC_OK);
    expect_caught_up(span_of(many, 100000), span_of(many, sizeof many), RC_OK);
    expect_caught_up(SPAN_LITERAL("one two"), SPAN_LITERAL("one\0two\0"), RC_FORMAT);
}

static void a_held_lock_is_busy_until_it_is_closed(void **state)
{
    (void)state;
    int first = -1, second = -1;
    assert_int_equal(lock_take(in_scratch("lock"), &first, NULL), RC_OK);
    assert_int_equal(lock_take(in_scratch("lock"), &second, NULL), RC_BUSY);
    assert_int_equal(second, -1);
    assert_int_equal(mode_of(in_scratch("lock")), 0600);

    fd_close_at(&first);
    assert_int_equal(lock_take(in_scratch("lock"), &second, NULL), RC_OK);
    fd_close_at(&second);
}

static void a_link_in_place_of_a_lock_is_not_followed(void **state)
{
    (void)state;
    int fd = -1;
    assert_int_equal(symlink(in_scratch("elsewhere"), in_scratch("lock")), 0);
    assert_int_equal(lock_take(in_scratch("lock"), &fd, NULL), RC_IO);
    assert_int_equal(access(in_scratch("elsewhere"), F_OK), -1);
}

static void another_file_is_told_from_the_one_before(void **state)
{
    (void)state;
    const char *const path = in_scratch("f");
    const struct file_identity none = file_identify(path);
    assert_false(file_is_seen(&none));
    assert_int_equal(file_replace(path, SPAN_LITERAL("one"), 0600, NULL), RC_OK);
    const struct file_identity one = file_identify(path), again = file_identify(path);
    assert_true(file_is_seen(&one));
    assert_false(file_identity_equal(&none, &one));
    assert_true(file_identity_equal(&one, &again));

    /* Of the same length, and as old: it is another node. */
    const struct timespec times[] = { one.changed, one.changed };
    assert_int_equal(file_replace(path, SPAN_LITERAL("two"), 0600, NULL), RC_OK);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    const struct file_identity two = file_identify(path);
    assert_false(file_identity_equal(&one, &two));

    static const struct file_identity base = { 1, 2, 3, { 4, 5 } };
    static const struct file_identity others[] = { { 9, 2, 3, { 4, 5 } },
                                                   { 1, 9, 3, { 4, 5 } },
                                                   { 1, 2, 9, { 4, 5 } },
                                                   { 1, 2, 3, { 9, 5 } },
                                                   { 1, 2, 3, { 4, 9 } } };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(file_identity_equal(&base, &others[i]));
}

static void standard_streams_are_never_closed(void **state)
{
    (void)state;
    int fd = STDERR_FILENO;
    fd_close_at(&fd);
    assert_true(fcntl(STDERR_FILENO, F_GETFD) >= 0);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_is_not_there_is_not_found),
        IN_SCRATCH(a_folder_is_not_a_file),
        IN_SCRATCH(one_byte_over_the_limit_is_refused_and_the_limit_is_not),
        IN_SCRATCH(a_file_of_many_chunks_is_read_whole),
        IN_SCRATCH(create_leaves_an_existing_file_alone),
        IN_SCRATCH(the_mode_is_the_callers_whatever_the_umask),
        IN_SCRATCH(whoever_reads_the_old_file_keeps_it),
        IN_SCRATCH(an_empty_file_is_mapped_as_no_bytes),
        IN_SCRATCH(what_a_crash_left_behind_does_not_stop_a_replacement),
        IN_SCRATCH(a_pipe_is_written_to_and_stays_one),
        IN_SCRATCH(a_relative_name_is_replaced_in_the_working_folder),
        IN_SCRATCH(making_a_folder_twice_is_fine_and_over_a_file_is_not),
        IN_SCRATCH(a_path_that_is_too_long_is_refused_whole),
        IN_SCRATCH(joining_never_makes_a_second_or_a_first_slash),
        IN_SCRATCH(what_is_missing_is_appended_and_what_differs_is_left_alone),
        IN_SCRATCH(zeros_at_its_end_are_as_good_as_missing),
        IN_SCRATCH(a_held_lock_is_busy_until_it_is_closed),
        IN_SCRATCH(a_link_in_place_of_a_lock_is_not_followed),
        IN_SCRATCH(another_file_is_told_from_the_one_before),
        IN_SCRATCH(standard_streams_are_never_closed),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
