#include "tests/unit/check.h"

#include "issuer/intake/report_row.h"

/* A literal for a static table, which SPAN_LITERAL is not. */
#define TEXT(text)                                                                                 \
    {                                                                                              \
        (const uint8_t *)(text), sizeof(text) - 1                                                  \
    }
#define CELL(column, value)                                                                        \
    {                                                                                              \
        TEXT(column), TEXT(value)                                                                  \
    }
static const struct cell cells[] = {
    CELL("record_id", "=1+1"),
    CELL("name", "张示例"),
    CELL("id_number", "110101199001010010"),
    CELL("hours", "-5"),
    CELL("class_id", "＝a,\"b\""),
};

static struct batch_row make_row(void)
{
    struct batch_row row = { .number = 7, .cells = cells, .count = sizeof cells / sizeof cells[0] };
    row.record.kind = KIND_TRAINING;
    row.record.record_id = cells[0].value;
    return row;
}

static void put_errors(struct buf *to, const struct batch_row *row, const struct outcome *o,
                       const char *file)
{
    errors_put(to, &(struct row_report){ .row = row, .outcome = o, .file = file });
}

static void names_and_identity_numbers_are_never_shown(void **state)
{
    (void)state;
    const struct batch_row row = make_row();
    struct outcome o = { .outcome = OUTCOME_REFUSED };
    reasons_add(&o.reasons, REASON_ID_NUMBER_INVALID, "id_number");
    reasons_add(&o.reasons, REASON_NAME_INVALID, "name");
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_errors(&text, &row, &o, NULL);
    assert_null(strstr(buf_cstr(&text), "1101"));
    assert_null(strstr(buf_cstr(&text), "张示例"));
}

static void a_misshapen_row_shows_no_cell(void **state)
{
    (void)state;
    struct batch_row row = make_row();
    row.misshapen = true;
    struct outcome o = { .outcome = OUTCOME_REFUSED };
    reasons_add(&o.reasons, REASON_FIELD_INVALID, "hours");
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_errors(&text, &row, &o, NULL);
    assert_string_equal(buf_cstr(&text),
                        "7,'=1+1,hours,field_invalid,the value is not one that this "
                        "field takes,\n");
}

static void no_cell_begins_a_formula(void **state)
{
    (void)state;
    const struct batch_row row = make_row();
    struct outcome o = { .outcome = OUTCOME_REFUSED };
    reasons_add_detail(&o.reasons, REASON_HOURS_INVALID, "hours", "0");
    reasons_add(&o.reasons, REASON_FIELD_INVALID, "class_id");
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_errors(&text, &row, &o, "=a.csv");
    assert_string_equal(
        buf_cstr(&text),
        "7,'=1+1,hours,hours_invalid,hours must satisfy 0 < post-specific <= total <= 64: "
        "0,'-5,'=a.csv\n"
        "7,'=1+1,class_id,field_invalid,the value is not one that this field "
        "takes,\"'＝a,\"\"b\"\"\","
        "'=a.csv\n");
}

static void a_conflict_is_one_line_and_others_none(void **state)
{
    (void)state;
    const struct batch_row row = make_row();
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (int i = OUTCOME_RECORDED; i <= OUTCOME_CONFLICT; i++) {
        const struct outcome o = { .outcome = (enum row_outcome)i };
        buf_clear(&text);
        put_errors(&text, &row, &o, NULL);
        assert_int_equal(text.len > 0, i == OUTCOME_CONFLICT);
    }
}

static void a_result_is_one_line_of_json(void **state)
{
    (void)state;
    struct batch_row row = make_row();
    row.record.record_id = SPAN_LITERAL("a\"\\\n");
    struct outcome o = { .outcome = OUTCOME_ISSUED, .number = "03301202000000018", .version = 1 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    result_put(&text, &(struct row_report){ .row = &row, .outcome = &o });
    assert_string_equal(buf_cstr(&text),
                        "{\"row\":7,\"record_id\":\"a\\\"\\\\\\u000a\",\"outcome\":\"issued\","
                        "\"number\":\"03301202000000018\",\"version\":1,\"reasons\":[]}\n");
}

static void what_a_result_has_not_is_null(void **state)
{
    (void)state;
    struct batch_row row = make_row();
    row.record.record_id = (struct span){ 0 };
    struct outcome o = { .outcome = OUTCOME_REFUSED };
    reasons_add_detail(&o.reasons, REASON_FIELD_INVALID, NULL, "12 cells, header has 11");
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    result_put(&text, &(struct row_report){ .row = &row, .outcome = &o, .chinese = true });
    assert_string_equal(buf_cstr(&text),
                        "{\"row\":7,\"record_id\":null,\"outcome\":\"refused\",\"number\":null,"
                        "\"version\":null,\"reasons\":[{\"code\":\"field_invalid\",\"field\":null,"
                        "\"text\":\"填写的值不符合要求：12 cells, header has 11\"}]}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_identity_numbers_are_never_shown),
        cmocka_unit_test(a_misshapen_row_shows_no_cell),
        cmocka_unit_test(no_cell_begins_a_formula),
        cmocka_unit_test(a_conflict_is_one_line_and_others_none),
        cmocka_unit_test(a_result_is_one_line_of_json),
        cmocka_unit_test(what_a_result_has_not_is_null),
    };
    return cmocka_run_group_tests_name("report_row", tests, NULL, NULL);
}
