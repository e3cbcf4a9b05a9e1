/* Any bytes as a request to a witness: what is read is written again as the same bytes. */
#include <stdlib.h>

#include "core/cert/witness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct witness_request q;
    if (witness_request_parse(span_of(data, size), &q, NULL) != RC_OK)
        return 0;

    ON_EXIT(buf_free_at) struct buf again = { 0 };
    witness_request_put(&again, q.old, q.proof, q.count, q.checkpoint);
    if (!span_equal(buf_span(&again), span_of(data, size)))
        abort();
    return 0;
}
