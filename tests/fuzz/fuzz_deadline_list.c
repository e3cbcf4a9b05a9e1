/* Any bytes as a deadline statement's payload: what is read encodes to the same bytes. */
#include <stdlib.h>

#include "core/cert/deadline_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct deadline_statement s;
    if (deadline_statement_read(span_of(data, size), &s, NULL) != RC_OK)
        return 0;

    ON_EXIT(buf_free_at) struct buf again = { 0 };
    deadline_statement_put(&again, &s);
    if (!span_equal(buf_span(&again), span_of(data, size)))
        abort();
    return 0;
}
