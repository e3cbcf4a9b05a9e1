#include "issuer/intake/header.h"

#include <assert.h>
#include <inttypes.h>

#include "core/base/utf8.h"

#define NAME_SHOWN 40 /* bytes of a stranger's column name in a message */

const char *header_column(enum record_kind kind, struct span name)
{
    const struct record_column *column;
    for (size_t i = 0; (column = record_column_at(kind, i)) != NULL; i++)
        if (span_equal(span_text(column->name), name))
            return column->name;
    return NULL;
}

static struct span trim(struct span s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = span_of(s.ptr + 1, s.len - 1);
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool holds(const struct header *h, const char *name)
{
    for (size_t i = 0; i < h->count; i++)
        if (span_equal(h->columns[i], span_text(name)))
            return true;
    return false;
}

static bool is_plain(struct span name)
{
    bool plain = name.len > 0 && name.len <= NAME_SHOWN;
    for (size_t i = 0; i < name.len && plain; i++)
        plain = (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') || name.ptr[i] == '_';
    return plain;
}

/* A file without a header shows its first row here, and that may be somebody's data. */
static enum rc refuse_unknown(enum record_kind kind, const struct csv_row *row, size_t i,
                              struct diag *d)
{
    const struct span name = trim(row->cells[i]);
    if (is_plain(name))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "line %" PRIu64 ": unknown_column: %s has no column '%.*s'", row->line,
                        kind_name(kind), (int)name.len, (const char *)name.ptr);
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                    "line %" PRIu64 ": unknown_column: cell %zu is no column of %s: this line "
                    "names the columns, as '%s', with commas between them",
                    row->line, i + 1, kind_name(kind), record_column_at(kind, 0)->name);
}

static enum rc check_required(enum record_kind kind, const struct header *h, uint64_t line,
                              struct diag *d)
{
    const struct record_column *column;
    for (size_t i = 0; (column = record_column_at(kind, i)) != NULL; i++)
        if (column->required && !holds(h, column->name))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                            "line %" PRIu64 ": the column '%s' of %s is missing", line,
                            column->name, kind_name(kind));
    return RC_OK;
}

enum rc header_read(enum record_kind kind, const struct csv_row *row, struct header *ret,
                    struct diag *d)
{
    assert(row && ret);

    struct header h = { 0 };
    for (size_t i = 0; i < row->count; i++) {
        const struct span name = trim(row->cells[i]);
        const char *const column = header_column(kind, name);
        if (!column)
            return refuse_unknown(kind, row, i, d);
        if (holds(&h, column))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                            "line %" PRIu64 ": the column '%s' stands twice", row->line, column);
        h.columns[h.count++] = span_text(column);
    }
    const enum rc rc = check_required(kind, &h, row->line, d);
    if (rc == RC_OK)
        *ret = h;
    return rc;
}
