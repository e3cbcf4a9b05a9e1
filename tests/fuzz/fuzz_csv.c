/* Any bytes in, the first one saying the size of pieces: rows, places and the error are the same as
 * for the whole. The first row is read as a header too. */
#include <inttypes.h>
#include <stdlib.h>

#include "issuer/intake/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As a header: each column is one of the kind's, and stands once. */
static void read_header(const struct csv_row *row)
{
    for (enum record_kind kind = KIND_AUTHORITY; kind < KIND_COUNT; kind++) {
        struct header h;
        struct diag d = DIAG_INIT;
        if (header_read(kind, row, &h, &d) != RC_OK)
            continue;
        if (h.count != row->count)
            abort();
        for (size_t i = 0; i < h.count; i++)
            if (!header_column(kind, h.columns[i]))
                abort();
    }
}

static void put_row(struct buf *to, const struct csv_row *row)
{
    if (row->count == 0 || row->count > CSV_CELLS_MAX)
        abort();
    if (row->offset == 0)
        read_header(row);
    buf_printf(to, "%" PRIu64 " %" PRIu64, row->line, row->offset);
    for (size_t i = 0; i < row->count; i++) {
        if (row->cells[i].len > CSV_CELL_MAX)
            abort();
        buf_printf(to, "[%zu:", row->cells[i].len);
        buf_put_span(to, row->cells[i]);
    }
}

static enum rc tell_piece(struct csv *c, struct span piece, struct buf *to, struct diag *d)
{
    enum rc rc = RC_OK;
    while (piece.len > 0 && rc == RC_OK) {
        struct csv_row row;
        bool whole = false;
        size_t used = 0;
        rc = csv_push(c, piece, &used, &row, &whole, d);
        if (rc == RC_OK && (used == 0 || used > piece.len))
            abort();
        if (rc == RC_OK && whole)
            put_row(to, &row);
        piece = span_of(piece.ptr + used, piece.len - used);
    }
    return rc;
}

static void tell(struct span in, size_t step, struct buf *to)
{
    ON_EXIT(csv_free_at) struct csv c = { 0 };
    struct diag d = DIAG_INIT;
    csv_begin(&c, 0, 1);
    enum rc rc = RC_OK;
    for (size_t i = 0; i < in.len && rc == RC_OK; i += step)
        rc = tell_piece(&c, span_of(in.ptr + i, in.len - i < step ? in.len - i : step), to, &d);
    struct csv_row row;
    bool whole = false;
    if (rc == RC_OK)
        rc = csv_finish(&c, &row, &whole, &d);
    if (whole)
        put_row(to, &row);
    if (rc == RC_OK ? c.offset != in.len : d.offset > in.len)
        abort();
    buf_printf(to, "%s %zu %s", rc_name(rc), d.offset, d.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    ON_EXIT(buf_free_at) struct buf whole = { 0 };
    ON_EXIT(buf_free_at) struct buf pieces = { 0 };
    const struct span in = span_of(data + 1, size - 1);
    tell(in, in.len + 1, &whole);
    tell(in, (size_t)data[0] % 16 + 1, &pieces);
    if (!span_equal(buf_span(&whole), buf_span(&pieces)))
        abort();
    return 0;
}
