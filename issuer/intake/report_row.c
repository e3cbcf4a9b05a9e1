#include "issuer/intake/report_row.h"

#include <assert.h>
#include <inttypes.h>

#define CELL_SHOWN 200 /* bytes of a cell in the errors file */

void reason_put(struct buf *to, const struct reason *r, bool chinese)
{
    buf_put_text(to, reason_sentence(r->code, chinese));
    if (r->detail[0])
        buf_printf(to, "%s%s", chinese ? "：" : ": ", r->detail);
}

/* RFC 8259 section 7; text is UTF-8. */
static void put_json_text(struct buf *to, struct span text)
{
    buf_put_u8(to, '"');
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        if (c < 0x20)
            buf_printf(to, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            buf_put(to, (const uint8_t[]){ '\\', c }, 2);
        else
            buf_put_u8(to, c);
    }
    buf_put_u8(to, '"');
}

static void put_member(struct buf *to, const char *name, struct span value)
{
    buf_printf(to, "\"%s\":", name);
    if (value.ptr)
        put_json_text(to, value);
    else
        buf_put_text(to, "null");
}

static void put_reasons(struct buf *to, const struct row_report *r)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    buf_put_text(to, "\"reasons\":[");
    for (size_t i = 0; i < r->outcome->reasons.count; i++) {
        const struct reason *const reason = &r->outcome->reasons.items[i];
        buf_clear(&text);
        reason_put(&text, reason, r->chinese);
        buf_put_text(to, i > 0 ? ",{" : "{");
        put_member(to, "code", span_text(reason_code_text(reason->code)));
        buf_put_u8(to, ',');
        put_member(to, "field", span_text(reason->field));
        buf_put_u8(to, ',');
        put_member(to, "text", buf_span(&text));
        buf_put_u8(to, '}');
    }
    buf_put_text(to, "]");
}

void result_put(struct buf *to, const struct row_report *r)
{
    const struct outcome *const o = r->outcome;
    const struct span id = r->row->record.record_id;

    buf_printf(to, "{\"row\":%" PRIu64 ",", r->row->number);
    if (r->file) {
        put_member(to, "file", span_text(r->file));
        buf_put_u8(to, ',');
    }
    put_member(to, "record_id", id.len > 0 ? id : span_of(NULL, 0));
    buf_put_u8(to, ',');
    put_member(to, "outcome", span_text(outcome_name(o->outcome)));
    buf_put_u8(to, ',');
    put_member(to, "number", span_text(o->number[0] ? o->number : NULL));
    if (o->version > 0)
        buf_printf(to, ",\"version\":%" PRIu32 ",", o->version);
    else
        buf_put_text(to, ",\"version\":null,");
    if (o->pickup[0]) {
        put_member(to, "pickup", span_text(o->pickup));
        buf_put_u8(to, ',');
    }
    put_reasons(to, r);
    buf_put_text(to, "}\n");
}

/* What a spreadsheet may take for the beginning of a formula: OWASP, CSV injection; and the
 * full-width forms. */
static bool begins_formula(struct span s)
{
    static const char *const starts[] = { "=",  "+",  "-",  "@",  "\t", "\r",
                                          "\n", "＝", "＋", "－", "＠" };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        const struct span start = span_text(starts[i]);
        if (s.len >= start.len && memcmp(s.ptr, start.ptr, start.len) == 0)
            return true;
    }
    return false;
}

static bool needs_quotes(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '"' || s.ptr[i] == ',' || s.ptr[i] == '\r' || s.ptr[i] == '\n')
            return true;
    return false;
}

static void put_cell(struct buf *to, struct span s)
{
    const char *const quote = needs_quotes(s) ? "\"" : "";
    buf_printf(to, "%s%s", quote, begins_formula(s) ? "'" : "");
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"')
            buf_put_u8(to, '"');
        buf_put_u8(to, s.ptr[i]);
    }
    buf_put_text(to, quote);
}

/* Whole characters of UTF-8 only. */
static struct span shorten(struct span s)
{
    if (s.len <= CELL_SHOWN)
        return s;
    s.len = CELL_SHOWN;
    while (s.len > 0 && (s.ptr[s.len] & 0xc0) == 0x80)
        s.len--;
    return s;
}

static bool is_personal(enum record_kind kind, const char *column)
{
    if (strcmp(column, "id_number") == 0)
        return true;
    return kind != KIND_AUTHORITY && kind != KIND_PROVIDER && strcmp(column, "name") == 0;
}

/* 15 digits in a row, as every resident number has, in whatever column; credit codes are public. */
static bool holds_identity_number(struct span cell)
{
    size_t run = 0;
    for (size_t i = 0; i < cell.len; i++) {
        run = cell.ptr[i] >= '0' && cell.ptr[i] <= '9' ? run + 1 : 0;
        if (run == 15)
            return !credit_code_valid(cell);
    }
    return false;
}

static struct span cell_as_shown(struct span cell)
{
    return holds_identity_number(cell) ? span_of("", 0) : shorten(cell);
}

/* A shifted row has people's data in any column; only what stands in its own place is shown again.
 */
static struct span cell_to_show(const struct batch_row *row, const char *column)
{
    if (!column || row->misshapen || is_personal(row->record.kind, column))
        return span_of("", 0);
    for (size_t i = 0; i < row->count; i++)
        if (span_equal(row->cells[i].column, span_text(column)))
            return cell_as_shown(row->cells[i].value);
    return span_of("", 0);
}

void errors_put_header(struct buf *to, bool with_file)
{
    buf_printf(to, "row,record_id,column,code,explanation,cell%s\n", with_file ? ",file" : "");
}

struct error_line {
    const char *column, *code;
    struct span explanation;
};

static void put_line(struct buf *to, const struct row_report *r, const struct error_line *line)
{
    buf_printf(to, "%" PRIu64 ",", r->row->number);
    put_cell(to,
             shorten(r->row->record.record_id)); /* never an identity number: it would be unread */
    buf_printf(to, ",%s,%s,", line->column ? line->column : "", line->code);
    put_cell(to, line->explanation);
    buf_put_u8(to, ',');
    put_cell(to, cell_to_show(r->row, line->column));
    if (r->file) {
        buf_put_u8(to, ',');
        put_cell(to, span_text(r->file));
    }
    buf_put_u8(to, '\n');
}

void errors_put_told(struct buf *to, const struct row_report *r, const char *column,
                     const char *code, struct span explanation)
{
    assert(to && r && code);

    put_line(to, r, &(struct error_line){ column, code, explanation });
}

void errors_put(struct buf *to, const struct row_report *r)
{
    assert(to && r);

    if (r->outcome->outcome == OUTCOME_CONFLICT) {
        const char *const why = r->chinese ? "同一记录编号已登记过不同的内容"
                                           : "another content is recorded under this record id";
        put_line(to, r, &(struct error_line){ "record_id", "conflict", span_text(why) });
    }
    if (r->outcome->outcome != OUTCOME_REFUSED)
        return;

    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (size_t i = 0; i < r->outcome->reasons.count; i++) {
        const struct reason *const reason = &r->outcome->reasons.items[i];
        buf_clear(&text);
        reason_put(&text, reason, r->chinese);
        put_line(
            to, r,
            &(struct error_line){ reason->field, reason_code_text(reason->code), buf_span(&text) });
    }
}
