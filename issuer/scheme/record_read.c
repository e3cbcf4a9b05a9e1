#include "issuer/scheme/record.h"

#include <assert.h>

#include "issuer/scheme/record_fields.h"

#define EDUCATION_HOURS_MAX 6400u /* of one record; hundredths */

/* Which fields were read, by their place in the kind's table. */
struct read_fields {
    const struct field *fields;
    size_t count;
    bool known[FIELDS_MAX];
};

static bool is_known(const struct read_fields *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->fields[i].column.name, name) == 0)
            return row->known[i];
    return false;
}

static bool is_field(const struct read_fields *row, struct span column)
{
    for (size_t i = 0; i < row->count; i++)
        if (span_equal(column, span_text(row->fields[i].column.name)))
            return true;
    return false;
}

/* Only a name like ours is repeated: a file without its header has data in this place. */
static int shown_length(struct span column)
{
    const int shown_max = 32;
    for (size_t i = 0; i < column.len; i++)
        if (column.ptr[i] != '_' && (column.ptr[i] < 'a' || column.ptr[i] > 'z'))
            return 0;
    return column.len > (size_t)shown_max ? 0 : (int)column.len;
}

static void refuse_unknown_columns(const struct read_fields *row, const struct cell *cells,
                                   size_t count, struct reasons *reasons)
{
    for (size_t i = 0; i < count; i++)
        if (!is_field(row, cells[i].column))
            reasons_add_detail(reasons, REASON_UNKNOWN_COLUMN, NULL, "column %zu %.*s", i + 1,
                               shown_length(cells[i].column), (const char *)cells[i].column.ptr);
}

/* The value of a column: empty when there is none. */
static struct span find_cell(const struct field *f, const struct cell *cells, size_t count,
                             struct reasons *reasons)
{
    struct span value = { 0 };
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (!span_equal(cells[i].column, span_text(f->column.name)))
            continue;
        if (found)
            reasons_add_detail(reasons, REASON_FIELD_INVALID, f->column.name, "given twice");
        else
            value = cells[i].value;
        found = true;
    }
    return value;
}

static void clear_date(struct record *r, const struct field *f)
{
    const int32_t none = NO_DATE;
    if (f->type == FIELD_DATE || f->type == FIELD_PAST_DATE)
        memcpy((char *)r + f->offset, &none, sizeof none);
}

static void check_test(const struct read_fields *row, const struct record *r,
                       struct reasons *reasons)
{
    const uint32_t score = r->as.test.score, full = r->as.test.full_score;
    if (is_known(row, "score") && is_known(row, "full_score") && score > full)
        reasons_add_detail(reasons, REASON_FIELD_INVALID, "score", "over full_score");
}

/* Each on its own, then both together: what is known must satisfy 0 < post <= total <= 64. */
static void check_hours(const struct read_fields *row, const struct record *r,
                        struct reasons *reasons)
{
    const uint32_t total = r->as.education.hours, post = r->as.education.post_hours;
    const bool has_total = is_known(row, "hours"), has_post = is_known(row, "post_hours");
    if (has_total && (total == 0 || total > EDUCATION_HOURS_MAX))
        reasons_add(reasons, REASON_HOURS_INVALID, "hours");
    else if (has_post && (post == 0 || post > EDUCATION_HOURS_MAX || (has_total && post > total)))
        reasons_add(reasons, REASON_HOURS_INVALID, "post_hours");
}

void record_read(enum record_kind kind, const struct cell *cells, size_t count, int32_t today,
                 struct record *ret, struct reasons *reasons)
{
    assert(kind != KIND_NONE && (cells || count == 0) && ret && reasons);

    memset(ret, 0, sizeof *ret);
    ret->kind = kind;
    reasons->count = 0;

    struct read_fields row = { 0 };
    row.fields = record_fields(kind, &row.count);
    const struct reading reading = { .record = ret, .reasons = reasons, .today = today };
    for (size_t i = 0; i < row.count; i++) {
        const struct field *const f = &row.fields[i];
        const struct span value = find_cell(f, cells, count, reasons);
        clear_date(ret, f);
        if (value.len > 0)
            row.known[i] = record_cell_read(&reading, f, value);
        else if (f->column.required)
            reasons_add(reasons, REASON_FIELD_MISSING, f->column.name);
    }
    refuse_unknown_columns(&row, cells, count, reasons);

    if (kind == KIND_TEST)
        check_test(&row, ret, reasons);
    if (kind == KIND_EDUCATION)
        check_hours(&row, ret, reasons);
}
