#include "tests/unit/intake/cases.h"

#include <inttypes.h>

#include "tests/unit/intake/ndjson_pieces.h"

static void put_line(struct buf *to, const struct ndjson *n, struct span line)
{
    ON_EXIT(ndjson_row_free) struct ndjson_row row = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = ndjson_read(line, &row, &d);
    buf_printf(to, "line %" PRIu64 " byte %" PRIu64, n->row_line, n->row_offset);
    if (rc != RC_OK)
        buf_printf(to, " %s", rc_name(rc));
    for (size_t i = 0; i < row.count; i++) {
        buf_put_u8(to, ' ');
        buf_put_span(to, row.cells[i].column);
        buf_put_u8(to, '=');
        put_shown(to, row.misfit[i] ? SPAN_LITERAL("(misfit)") : row.cells[i].value);
    }
    buf_put_u8(to, '\n');
}

static void tell_in_pieces(struct span in, size_t step, struct buf *to)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = ndjson_in_pieces(in, step, put_line, to, &d);
    if (rc != RC_OK)
        put_refusal(to, rc, &d);
}

static void tell_whole(const char *path, struct span in, struct buf *to)
{
    (void)path;
    tell_in_pieces(in, in.len + 1, to);
}

static void tell_by_bytes(const char *path, struct span in, struct buf *to)
{
    (void)path;
    tell_in_pieces(in, 1, to);
}

static void every_case_reads_as_written(void **state)
{
    (void)state;
    each_case("ndjson", tell_whole);
}

static void pieces_make_no_difference(void **state)
{
    (void)state;
    each_case("ndjson", tell_by_bytes);
}

static enum rc push_line(size_t len)
{
    ON_EXIT(buf_free_at) struct buf in = { 0 };
    ON_EXIT(ndjson_free_at) struct ndjson n = { 0 };
    for (size_t i = 0; i < len; i++)
        buf_put_u8(&in, 'x');
    buf_put_u8(&in, '\n');
    ndjson_begin(&n, 0, 1);
    struct span line;
    bool whole;
    size_t used;
    return ndjson_push(&n, buf_span(&in), &used, &line, &whole, NULL);
}

static void a_line_one_byte_too_long_is_refused(void **state)
{
    (void)state;
    assert_int_equal(push_line(NDJSON_LINE_MAX + 1), RC_LIMIT);
    assert_int_equal(push_line(NDJSON_LINE_MAX), RC_OK);
}

static enum rc read_members(unsigned count)
{
    ON_EXIT(buf_free_at) struct buf line = { 0 };
    ON_EXIT(ndjson_row_free) struct ndjson_row row = { 0 };
    for (unsigned i = 0; i < count; i++)
        buf_printf(&line, "%s\"m%u\":0.%u", i == 0 ? "{" : ",", i, i % 100);
    buf_put_u8(&line, '}');
    return ndjson_read(buf_span(&line), &row, NULL);
}

static void one_member_too_many_is_refused(void **state)
{
    (void)state;
    assert_int_equal(read_members(NDJSON_MEMBERS_MAX + 1), RC_LIMIT);
    assert_int_equal(read_members(NDJSON_MEMBERS_MAX), RC_OK);
}

static void what_a_wrong_line_holds_is_not_repeated(void **state)
{
    (void)state;
    ON_EXIT(ndjson_row_free) struct ndjson_row row = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(ndjson_read(SPAN_LITERAL("{\"id_number\": 11010119900101001X}"), &row, &d),
                     RC_FORMAT);
    assert_null(strstr(d.text, "1101"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_reads_as_written),
        cmocka_unit_test(pieces_make_no_difference),
        cmocka_unit_test(a_line_one_byte_too_long_is_refused),
        cmocka_unit_test(one_member_too_many_is_refused),
        cmocka_unit_test(what_a_wrong_line_holds_is_not_repeated),
    };
    return cmocka_run_group_tests_name("ndjson", tests, NULL, NULL);
}
