/* Any bytes as a status list's payload: bounded, and no index past what it holds has a status. */
#include <stdlib.h>

#include "core/cert/status_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct status_list list = { 0 };
    enum status_bits bits;
    if (status_list_payload_read(span_of(data, size), &list, NULL) != RC_OK)
        return 0;

    const uint64_t rows = (uint64_t)list.bits.len * 4;
    if (list.bits.len > STATUS_LIST_MAX || list.iat > list.exp || list.ttl == 0 ||
        status_list_find(&list, rows, &bits, NULL) != RC_NOT_FOUND)
        abort();
    for (uint64_t i = 0; i < rows && i < 1000; i++) {
        const enum rc rc = status_list_find(&list, i, &bits, NULL);
        if (rc != RC_OK && rc != RC_FORMAT)
            abort();
    }
    status_list_free(&list);
    return 0;
}
