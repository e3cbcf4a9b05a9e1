#include "tests/unit/sys/scratch.h"

#include <stdio.h>
#include <unistd.h>

#define NOBODY 999999999L /* over the kernel's largest process number */

struct name {
    const char *before, *behind; /* the number of a process */
};
static const struct name plain = { "f.", "-0~" };

static const char *path_of(struct name n, long pid)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s%ld%s", n.before, pid, n.behind);
    return in_scratch(name);
}

static void leave(struct name n, long pid)
{
    assert_int_equal(file_replace(path_of(n, pid), SPAN_LITERAL("x"), 0600, NULL), RC_OK);
}

static bool is_there(struct name n, long pid)
{
    return access(path_of(n, pid), F_OK) == 0;
}

static void what_the_dead_left_goes_and_all_else_stays(void **state)
{
    (void)state;
    static const struct name gone[] = { { "bundle.scb.", "-0~" }, { "d/e/x.y.", "-12~" } };
    static const struct name kept[] = { { "a.", "-0" },   { "a.", "-~" },   { "a.", "~" },
                                        { "a-", "-0~" },  { "a.0", "-0~" }, { "a.-", "-0~" },
                                        { "a.", "-0x~" }, { "", "~" } };
    assert_int_equal(folder_make(in_scratch("d"), 0755, NULL), RC_OK);
    assert_int_equal(folder_make(in_scratch("d/e"), 0755, NULL), RC_OK);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        leave(gone[i], NOBODY);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        leave(kept[i], NOBODY);

    folder_sweep(scratch);
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        assert_false(is_there(gone[i], NOBODY));
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_true(is_there(kept[i], NOBODY));
    assert_int_equal(rmdir(in_scratch("d/e")), 0);
}

static void what_the_living_have_in_hand_stays(void **state)
{
    (void)state;
    leave(plain, (long)getppid());
    leave(plain, (long)getpid()); /* of an earlier process with our number */
    folder_sweep(scratch);
    assert_true(is_there(plain, (long)getppid()));
    assert_false(is_there(plain, (long)getpid()));
}

static void only_folders_are_walked_not_links(void **state)
{
    (void)state;
    static const struct name away = { "away/f.", "-0~" };
    char target[PATH_LEN];
    assert_int_equal(folder_make(in_scratch("away"), 0755, NULL), RC_OK);
    assert_int_equal(folder_make(in_scratch("here"), 0755, NULL), RC_OK);
    leave(away, NOBODY);
    (void)snprintf(target, sizeof target, "%s", in_scratch("away"));
    assert_int_equal(symlink(target, in_scratch("here/link")), 0);
    folder_sweep(in_scratch("here"));
    assert_true(is_there(away, NOBODY));
    folder_sweep(in_scratch("none"));
    assert_int_equal(unlink(in_scratch("here/link")), 0);
    folder_sweep(scratch);
    assert_false(is_there(away, NOBODY));
}

#define IN_SCRATCH(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(what_the_dead_left_goes_and_all_else_stays),
        IN_SCRATCH(what_the_living_have_in_hand_stays),
        IN_SCRATCH(only_folders_are_walked_not_links),
    };
    return cmocka_run_group_tests_name("folder_sweep", tests, NULL, NULL);
}
