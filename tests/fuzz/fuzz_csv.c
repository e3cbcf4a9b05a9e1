/* Any bytes in, the first one saying the size of pieces: rows, places and the error are the same as
 * for the whole. The first row is read as a header too. */
#include <inttypes.h>
#include <stdlib.h>

#include "issuer/intake/header.h"
#include "tests/unit/intake/csv_pieces.h"

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

static void tell(struct span in, size_t step, struct buf *to)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = csv_in_pieces(in, step, put_row, to, &d);
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
