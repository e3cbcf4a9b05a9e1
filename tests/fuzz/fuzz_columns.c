/* Any bytes as a coded block: exactly its rows or nothing; what is decoded survives coding again.
 */
#include <stdlib.h>

#include "core/cert/column_layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first three bytes choose set and rows. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3)
        return 0;
    const enum column_set set = data[0] % 2 ? COLUMN_DEADLINES : COLUMN_STATUS;
    const uint32_t rows = ((uint32_t)data[1] << 8 | data[2]) + 1;

    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf coded = { 0 };
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    const enum rc rc = column_block_decode(span_of(data + 3, size - 3), rows, set, &plain, NULL);
    if (plain.len != (rc == RC_OK ? column_plain_len(set, rows) : 0))
        abort();
    if (rc != RC_OK)
        return 0;
    if (column_block_code(buf_span(&plain), rows, set, &coded, NULL) != RC_OK ||
        column_block_decode(buf_span(&coded), rows, set, &again, NULL) != RC_OK ||
        !span_equal(buf_span(&plain), buf_span(&again)))
        abort();

    struct column_row row = { 0 };
    column_block_row(buf_span(&plain), rows, set, rows - 1, &row);
    if (row.status > STATUS_SUSPENDED || row.deadline < 0)
        abort();
    return 0;
}
