/* Any bytes in: a summary that is read has no other encoding, and counts that can be. */
#include <stdlib.h>

#include "core/cert/list_summary.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = span_of(data, size);
    struct list_summary s;
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    const enum rc rc = list_summary_parse(bytes, &s, &d);
    if (rc != d.code || (rc != RC_OK && d.offset > size))
        abort();
    if (rc != RC_OK)
        return 0;
    list_summary_put(&again, &s);
    if (!span_equal(buf_span(&again), bytes) || s.rows > LIST_ROWS_MAX ||
        s.found + s.no_match + s.not_checked > s.rows || s.in_force > s.found)
        abort();
    return 0;
}
