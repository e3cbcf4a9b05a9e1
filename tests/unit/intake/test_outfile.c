#include "tests/unit/check.h"

#include <sys/stat.h>

#include "issuer/intake/outfile.h"
#include "tests/unit/sys/scratch.h"

static void open_out(const char *path, uint64_t keep, struct outfile *ret)
{
    assert_int_equal(outfile_open(path, keep, ret, NULL), RC_OK);
}

static void an_unfinished_file_leaves_the_old_one(void **state)
{
    (void)state;
    const char *const path = in_scratch("out");
    assert_int_equal(file_create(path, SPAN_LITERAL("old"), 0600, NULL), RC_OK);
    struct outfile o = { .fd = -1 };
    open_out(path, 0, &o);
    assert_int_equal(outfile_put(&o, SPAN_LITERAL("new"), NULL), RC_OK);
    outfile_close(&o);
    assert_holds(path, "old");
    assert_holds(in_scratch("out.partial"), "new");
}

static void a_finished_file_takes_its_name(void **state)
{
    (void)state;
    const char *const path = in_scratch("out");
    struct outfile o = { .fd = -1 };
    open_out(path, 0, &o);
    assert_int_equal(outfile_put(&o, SPAN_LITERAL("new"), NULL), RC_OK);
    assert_int_equal(outfile_finish(&o, NULL), RC_OK);
    outfile_close(&o);
    assert_holds(path, "new");
    assert_int_equal(scratch_entries(false), 1);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void what_was_kept_goes_on(void **state)
{
    (void)state;
    const char *const path = in_scratch("out");
    struct outfile o = { .fd = -1 };
    open_out(path, 0, &o);
    assert_int_equal(outfile_put(&o, SPAN_LITERAL("one two"), NULL), RC_OK);
    outfile_close(&o);
    open_out(path, 4, &o);
    assert_int_equal(o.len, 4);
    assert_int_equal(outfile_put(&o, SPAN_LITERAL("three"), NULL), RC_OK);
    assert_int_equal(outfile_finish(&o, NULL), RC_OK);
    outfile_close(&o);
    assert_holds(path, "one three");
}

static void what_is_shorter_than_kept_begins_anew(void **state)
{
    (void)state;
    const char *const path = in_scratch("out");
    struct outfile o = { .fd = -1 };
    open_out(path, 0, &o);
    assert_int_equal(outfile_put(&o, SPAN_LITERAL("one"), NULL), RC_OK);
    outfile_close(&o);
    open_out(path, 4, &o);
    assert_int_equal(o.len, 0);
    outfile_close(&o);
    assert_holds(in_scratch("out.partial"), "");
}

static void a_device_stays_what_it_is(void **state)
{
    (void)state;
    struct outfile o = { .fd = -1 };
    open_out("/dev/null", 0, &o);
    assert_int_equal(outfile_put(&o, SPAN_LITERAL("gone"), NULL), RC_OK);
    assert_int_equal(outfile_finish(&o, NULL), RC_OK);
    outfile_close(&o);
    struct stat st;
    assert_int_equal(stat("/dev/null", &st), 0);
    assert_true(S_ISCHR(st.st_mode));
}

static void a_folder_that_is_not_there_is_said(void **state)
{
    (void)state;
    struct outfile o = { .fd = -1 };
    assert_int_equal(outfile_open(in_scratch("none/out"), 0, &o, NULL), RC_NOT_FOUND);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    struct outfile o = { .fd = -1 };
    open_out("/dev/full", 0, &o);
    assert_int_equal(outfile_put(&o, SPAN_LITERAL("x"), NULL), RC_FULL);
    outfile_close(&o);
}

#define WITH_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SCRATCH(an_unfinished_file_leaves_the_old_one),
        WITH_SCRATCH(a_finished_file_takes_its_name),
        WITH_SCRATCH(what_was_kept_goes_on),
        WITH_SCRATCH(what_is_shorter_than_kept_begins_anew),
        WITH_SCRATCH(a_device_stays_what_it_is),
        WITH_SCRATCH(a_folder_that_is_not_there_is_said),
        WITH_SCRATCH(a_full_disk_is_said),
    };
    return cmocka_run_group_tests_name("outfile", tests, NULL, NULL);
}
