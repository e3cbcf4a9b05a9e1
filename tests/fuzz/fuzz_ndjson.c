/* Any bytes in, the first one saying the size of pieces: lines and their cells are the same as for
 * the whole. */
#include <inttypes.h>
#include <stdlib.h>

#include "tests/unit/intake/ndjson_pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_line(struct buf *to, const struct ndjson *n, struct span line)
{
    ON_EXIT(ndjson_row_free) struct ndjson_row row = { 0 };
    const enum rc rc = ndjson_read(line, &row, NULL);
    if (row.count > NDJSON_MEMBERS_MAX || (rc != RC_OK && row.count != 0))
        abort();
    buf_printf(to, "%" PRIu64 " %" PRIu64 " %s", n->row_line, n->row_offset, rc_name(rc));
    for (size_t i = 0; i < row.count; i++) {
        buf_put_span(to, row.cells[i].column);
        buf_printf(to, "=%zu:", row.cells[i].value.len);
        buf_put_span(to, row.cells[i].value);
    }
}

static void tell(struct span in, size_t step, struct buf *to)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = ndjson_in_pieces(in, step, put_line, to, &d);
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
