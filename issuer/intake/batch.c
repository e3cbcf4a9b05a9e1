#include "issuer/intake/batch.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "issuer/intake/header.h"
#include "issuer/intake/photo.h"

/* The most that one row borrows: its text, as much again for names of columns, its cells and
 * reasons. */
#define ROW_MEMORY                                                                                 \
    (2 * (size_t)NDJSON_LINE_MAX + NDJSON_MEMBERS_MAX * sizeof(struct cell) +                      \
     sizeof(struct reasons) + PHOTO_MAX + 4096)
#define MEMORY (2 * ROW_MEMORY)

_Static_assert((size_t)CSV_ROW_MAX <= NDJSON_LINE_MAX && CSV_CELLS_MAX <= NDJSON_MEMBERS_MAX,
               "the room of one row fits either format");

static const struct reasons no_reasons;

enum rc batch_open(size_t max, struct batch *ret, struct diag *d)
{
    assert(max > 0 && ret);

    ret->rows = calloc(max, sizeof *ret->rows);
    ret->memory = malloc(MEMORY);
    ret->max = max;
    if (ret->rows && ret->memory)
        return RC_OK;
    batch_close(ret);
    return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while reading rows");
}

void batch_close(struct batch *b)
{
    free(b->rows);
    free(b->memory);
    *b = (struct batch){ 0 };
}

static void *take_memory(struct batch *b, size_t len)
{
    const size_t step = alignof(max_align_t);
    uint8_t *const at = b->memory + b->used;
    b->used += (len + step - 1) / step * step;
    assert(b->used <= MEMORY);
    return at;
}

/* A photo's picture may come as "data" or as "file": the record knows but one. */
static bool is_data(enum record_kind kind, const struct row *from, size_t i)
{
    return kind == KIND_PHOTO && span_equal(from->cells[i].column, SPAN_LITERAL("data"));
}

static struct span copy_text(uint8_t **at, struct span text)
{
    const struct span copy = span_of(*at, text.len);
    if (text.len > 0)
        memcpy(*at, text.ptr, text.len);
    *at += text.len;
    return copy;
}

static struct span copy_column(uint8_t **at, enum record_kind kind, const struct row *from,
                               size_t i)
{
    const struct span column = from->cells[i].column;
    if (from->lasting_columns)
        return column;
    const char *const known =
        header_column(kind, is_data(kind, from, i) ? SPAN_LITERAL("file") : column);
    return known ? span_text(known) : copy_text(at, column);
}

static void copy_cells(struct batch *b, enum record_kind kind, const struct row *from,
                       struct batch_row *to)
{
    size_t len = 0;
    for (size_t i = 0; i < from->count; i++)
        len += from->cells[i].value.len + from->cells[i].column.len;

    struct cell *const cells = take_memory(b, from->count * sizeof *cells);
    uint8_t *at = take_memory(b, len);
    for (size_t i = 0; i < from->count; i++) {
        cells[i].column = copy_column(&at, kind, from, i);
        cells[i].value = copy_text(&at, from->cells[i].value);
    }
    to->cells = cells;
    to->count = from->count;
}

static enum rc load_photo(struct batch *b, const char *folder, bool as_data, struct batch_row *to,
                          struct reasons *reasons, struct diag *d)
{
    struct span *const file = &to->record.as.photo.file;
    if (file->len == 0)
        return RC_OK;

    uint8_t *const at = take_memory(b, PHOTO_MAX);
    size_t len = 0;
    enum rc rc = as_data ? photo_decode(*file, at, &len, reasons, d)
                         : photo_load(folder, *file, at, &len, reasons, d);
    if (rc == RC_OK)
        rc = photo_settle(at, &len, reasons, d);
    *file = span_of(at, len);
    return rc;
}

static void keep_reasons(struct batch *b, const struct reasons *reasons, struct batch_row *to)
{
    to->early = &no_reasons;
    if (reasons->count == 0)
        return;

    struct reasons *const kept = take_memory(b, sizeof *kept);
    kept->count = reasons->count;
    memcpy(kept->items, reasons->items, reasons->count * sizeof reasons->items[0]);
    to->early = kept;
}

/* Only its record id is looked at, and kept when it may be one: it is shown again. */
static void read_misshapen(enum record_kind kind, int32_t today, struct batch_row *to)
{
    struct reasons unused;
    struct cell id = { 0 };
    for (size_t i = 0; i < to->count; i++)
        if (span_equal(to->cells[i].column, SPAN_LITERAL("record_id")))
            id = to->cells[i];
    record_read(kind, &id, id.column.len > 0, today, &to->record, &unused);
}

static bool names_field(const struct reasons *reasons, const char *field)
{
    for (size_t i = 0; field && i < reasons->count; i++)
        if (reasons->items[i].field && strcmp(reasons->items[i].field, field) == 0)
            return true;
    return false;
}

/* A cell that holds none is not empty on top of that. */
static void join_reasons(const struct reasons *early, struct reasons *found)
{
    struct reasons all = *early;
    for (size_t i = 0; i < found->count; i++) {
        const struct reason *const r = &found->items[i];
        if (!names_field(early, r->field))
            reasons_add_detail(&all, r->code, r->field, "%s", r->detail);
    }
    *found = all;
}

static enum rc digest(struct record *r, struct buf *scratch, struct diag *d)
{
    buf_clear(scratch);
    record_canonical_put(scratch, r);
    sha256(buf_span(scratch), r->content);
    return buf_rc(scratch, d);
}

struct filling {
    const char *folder;
    enum record_kind kind;
    int32_t today;
    struct buf scratch;
};

static enum rc add_row(struct batch *b, struct filling *f, const struct row *from, struct diag *d)
{
    struct batch_row *const to = &b->rows[b->count];
    to->number = from->number;
    to->line = from->line;
    to->misshapen = from->misshapen;
    copy_cells(b, f->kind, from, to);
    if (to->misshapen) {
        read_misshapen(f->kind, f->today, to);
        to->record.row = from->number;
        keep_reasons(b, from->early, to);
        return RC_OK;
    }

    struct reasons reasons;
    bool as_data = false;
    for (size_t i = 0; i < from->count; i++)
        as_data = as_data || is_data(f->kind, from, i);
    record_read(f->kind, to->cells, to->count, f->today, &to->record, &reasons);
    if (from->early->count > 0)
        join_reasons(from->early, &reasons);
    to->record.row = from->number;
    enum rc rc = f->kind == KIND_PHOTO ? load_photo(b, f->folder, as_data, to, &reasons, d) : RC_OK;
    if (rc == RC_OK)
        rc = digest(&to->record, &f->scratch, d);
    keep_reasons(b, &reasons, to);
    return rc;
}

void batch_fill(struct batch *b, struct rows *from, const char *folder, int32_t today)
{
    assert(b && from && folder);

    struct filling f = { .folder = folder, .kind = rows_kind(from), .today = today };
    b->count = b->used = 0;
    b->last = false;
    b->why = DIAG_INIT;
    b->rc = RC_OK;
    while (b->rc == RC_OK && !b->last && b->count < b->max && MEMORY - b->used >= ROW_MEMORY) {
        struct row row;
        b->rc = rows_next(from, &row, &b->last, &b->why);
        if (b->rc == RC_OK && !b->last)
            b->rc = add_row(b, &f, &row, &b->why);
        b->count += b->rc == RC_OK && !b->last;
    }
    if (b->rc == RC_OK)
        b->rc = rows_place(from, &b->next, &b->why);
    b->last = b->last || b->rc != RC_OK;
    buf_free(&f.scratch);
}
