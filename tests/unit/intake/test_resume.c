#include "tests/unit/intake/files.h"

#include "issuer/intake/resume.h"

static struct resume open_mark(const char *sender)
{
    struct resume r;
    ON_EXIT(rows_close_at) struct rows *rows = open_rows("photo.csv", KIND_NONE, PHOTO_HEADER);
    assert_int_equal(resume_open(scratch, rows, sender, &r, NULL), RC_OK);
    return r;
}

static const struct resume_mark mark = {
    .place = { .offset = 12345678901, .line = 77, .row = 70 },
    .register_rows = 65,
    .errors_len = 3,
    .results_len = 4000,
};

static void a_mark_is_read_as_written(void **state)
{
    (void)state;
    const struct resume r = open_mark("local");
    struct resume_mark got = { 0 };
    assert_false(resume_read(&r, &got));
    assert_int_equal(resume_write(&r, &mark, NULL), RC_OK);
    assert_true(resume_read(&r, &got));
    assert_memory_equal(&got, &mark, sizeof mark);
    resume_forget(&r);
    assert_false(resume_read(&r, &got));
}

static void another_sender_has_another_mark(void **state)
{
    (void)state;
    struct rows *const rows = open_rows("photo.csv", KIND_NONE, PHOTO_HEADER);
    struct resume a, b;
    assert_int_equal(resume_open(scratch, rows, "a", &a, NULL), RC_OK);
    assert_int_equal(resume_open(scratch, rows, "b", &b, NULL), RC_OK);
    rows_close(rows);
    assert_string_not_equal(a.path, b.path);
}

static void a_damaged_mark_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"offset\":1,\"line\":1,\"row\":1,\"register_rows\":1,\"errors_len\":0}",
        "{\"offset\":-1,\"line\":1,\"row\":1,\"register_rows\":1,\"errors_len\":0,\"results_len\":"
        "0}",
        "{\"offset\":1,\"line\":0,\"row\":1,\"register_rows\":1,\"errors_len\":0,\"results_len\":"
        "0}",
    };
    const struct resume r = open_mark("local");
    assert_int_equal(resume_write(&r, &mark, NULL), RC_OK);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct resume_mark got;
        assert_int_equal(file_replace(r.path, span_text(texts[i]), 0600, NULL), RC_OK);
        assert_false(resume_read(&r, &got));
    }
    resume_forget(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mark_is_read_as_written),
        cmocka_unit_test(another_sender_has_another_mark),
        cmocka_unit_test(a_damaged_mark_is_none),
    };
    return cmocka_run_group_tests_name("resume", tests, scratch_make, scratch_remove);
}
