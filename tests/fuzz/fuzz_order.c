/* Any bytes in: what reads as an order is written again as the same bytes, and no other. */
#include <stdlib.h>
#include <string.h>

#include "keys/private/order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* An exact-size heap copy lets the sanitizer see a one-byte over-read. */
    uint8_t *const copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    if (size)
        memcpy(copy, data, size);

    struct order_text o;
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    const enum rc rc = order_payload_read(span_of(copy, size), &o, &d);
    if (d.code != rc)
        abort();
    if (rc == RC_OK) {
        order_payload_put(&again, &o);
        if (!span_equal(buf_span(&again), span_of(copy, size)))
            abort();
    }
    free(copy);
    return 0;
}
