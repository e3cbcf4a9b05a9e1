#include "issuer/push/push_results.h"

#include <inttypes.h>
#include <string.h>

#include "issuer/intake/report_row.h"
#include "issuer/push/told.h"

void reports_close(struct reports *r)
{
    outfile_close(&r->errors);
    outfile_close(&r->results);
    buf_free(&r->errors_text);
    buf_free(&r->results_text);
    rows_close(r->rows);
    r->rows = NULL;
}

static enum rc put_out(struct outfile *to, struct buf *text, struct diag *d)
{
    enum rc rc = buf_rc(text, d);
    if (rc == RC_OK && text->len > 0)
        rc = outfile_put(to, buf_span(text), d);
    buf_clear(text);
    return rc;
}

enum rc reports_open(const struct push_options *o, uint64_t errors_len, uint64_t results_len,
                     struct reports *ret, struct diag *d)
{
    ret->o = o;
    enum rc rc = o->errors_path ? outfile_open(o->errors_path, errors_len, &ret->errors, d) : RC_OK;
    if (rc == RC_OK && o->errors_path && ret->errors.len == 0) {
        errors_put_header(&ret->errors_text, o->file_count > 1);
        rc = put_out(&ret->errors, &ret->errors_text, d);
    }
    if (rc == RC_OK && o->results_path)
        rc = outfile_open(o->results_path, results_len, &ret->results, d);
    return rc;
}

enum rc reports_finish(struct reports *r, struct diag *d)
{
    const enum rc rc = outfile_finish(&r->errors, d);
    return rc == RC_OK ? outfile_finish(&r->results, d) : rc;
}

/* --- refused rows --- */

static const char *text_at(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The row as the file has it; rows are asked for in order. */
static enum rc find_row(struct reports *r, const char *path, uint64_t number, struct row *ret,
                        struct diag *d)
{
    if (r->rows_path != path) {
        rows_close(r->rows);
        r->rows = NULL;
        r->rows_path = path;
        r->rows_read = 0;
        const enum rc rc = rows_open(path, r->o->kind, &r->rows, d);
        if (rc != RC_OK)
            return rc;
    }
    bool end = false;
    while (r->rows_read < number) {
        const enum rc rc = rows_next(r->rows, ret, &end, d);
        if (rc != RC_OK)
            return rc;
        if (end)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.160s' has changed meanwhile", path);
        r->rows_read++;
    }
    return RC_OK;
}

static void put_reason(struct reports *r, const struct row_report *report, const char *path,
                       const json_t *reason)
{
    const char *const column = text_at(reason, "field"), *const code = text_at(reason, "code"),
                      *const text = text_at(reason, "text");
    if (r->o->errors_path && code)
        errors_put_told(&r->errors_text, report, column, code, span_text(text));
    if (r->o->watch.refused)
        r->o->watch.refused(r->o->watch.arg, path, report->row->number, column, code ? code : "",
                            text ? text : "");
}

static void put_reasons(struct reports *r, const struct row_report *report, const char *path,
                        const struct told_result *told)
{
    if (told->outcome == OUTCOME_CONFLICT) {
        const char *const why = r->o->client.chinese
                                    ? "同一记录编号已登记过不同的内容"
                                    : "another content is recorded under this record id";
        ON_EXIT(json_decref_at)
        json_t *reason =
            json_pack("{s:s, s:s, s:s}", "code", "conflict", "field", "record_id", "text", why);
        put_reason(r, report, path, reason);
        return;
    }
    const json_t *const list = json_object_get(told->object, "reasons");
    for (size_t i = 0; i < json_array_size(list); i++)
        put_reason(r, report, path, json_array_get(list, i));
}

static enum rc put_refused(struct reports *r, const char *path, const struct told_result *told,
                           struct diag *d)
{
    struct row row = { 0 };
    const enum rc rc = find_row(r, path, told->row, &row, d);
    if (rc != RC_OK)
        return rc;
    const struct batch_row shown = {
        .number = told->row,
        .line = row.line,
        .cells = row.cells,
        .count = row.count,
        .misshapen = row.misshapen,
        .record = { .kind = rows_kind(r->rows),
                    .record_id = span_text(text_at(told->object, "record_id")) },
    };
    const struct row_report report = { .row = &shown,
                                       .file = r->o->file_count > 1 ? path : NULL,
                                       .chinese = r->o->client.chinese };
    put_reasons(r, &report, path, told);
    return RC_OK;
}

/* --- all rows of a part --- */

static enum rc put_result(struct reports *r, const char *path, uint64_t before,
                          struct told_result *told, struct diag *d)
{
    enum rc rc = told_result_place(told, before + told->row, r->o->file_count > 1 ? path : NULL, d);
    if (rc == RC_OK && r->o->results_path) {
        rc = json_write(told->object, 0, &r->results_text, d);
        buf_put_u8(&r->results_text, '\n');
    }
    const bool refused = told->outcome == OUTCOME_REFUSED || told->outcome == OUTCOME_CONFLICT;
    if (rc == RC_OK && refused && (r->o->errors_path || r->o->watch.refused))
        rc = put_refused(r, path, told, d);
    return rc;
}

static struct span take_line(struct span *rest)
{
    const uint8_t *const end = rest->len > 0 ? memchr(rest->ptr, '\n', rest->len) : NULL;
    const size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    const struct span line = span_of(rest->ptr, len);
    *rest = span_of(rest->ptr + len + (end != NULL), rest->len - len - (end != NULL));
    return line;
}

static enum rc not_of_this_part(uint64_t rows, struct diag *d)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                    "the server's results are not those of %" PRIu64 " rows", rows);
}

enum rc reports_put(struct reports *r, const struct told_part *part, struct import_counts *counts,
                    struct diag *d)
{
    struct span rest = part->answer;
    for (uint64_t i = 1; i <= part->rows; i++) {
        ON_EXIT(told_result_free) struct told_result told = { 0 };
        if (rest.len == 0)
            return not_of_this_part(part->rows, d);
        enum rc rc = told_result_read(take_line(&rest), &told, d);
        if (rc == RC_OK && told.row != i)
            rc = not_of_this_part(part->rows, d);
        if (rc == RC_OK)
            rc = put_result(r, part->path, part->before, &told, d);
        if (rc != RC_OK)
            return rc;
        import_count(counts, told.outcome);
    }
    if (rest.len > 0)
        return not_of_this_part(part->rows, d);
    const enum rc rc = put_out(&r->errors, &r->errors_text, d);
    return rc == RC_OK ? put_out(&r->results, &r->results_text, d) : rc;
}
