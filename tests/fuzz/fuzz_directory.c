/* Any bytes as a directory's payload: what is read encodes to the same bytes, and is found. */
#include <stdlib.h>

#include "core/cert/directory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct directory dir = { 0 };
    if (directory_payload_read(span_of(data, size), &dir, NULL) != RC_OK)
        return 0;

    ON_EXIT(buf_free_at) struct buf again = { 0 };
    directory_payload_put(&again, &dir);
    if (!span_equal(buf_span(&again), span_of(data, size)))
        abort();
    for (size_t i = 0; i < dir.post_count; i++) {
        if (directory_find_post(&dir, dir.posts[i].code) != &dir.posts[i])
            abort();
    }
    for (size_t i = 0; i < dir.unit_count; i++) {
        if (directory_find_unit(&dir, dir.units[i].id) != &dir.units[i])
            abort();
    }
    for (uint32_t i = 0; i < dir.provider_count; i++) {
        if (directory_find_provider(&dir, i) != &dir.providers[i])
            abort();
    }
    if (directory_find_provider(&dir, (uint32_t)dir.provider_count) ||
        directory_find_post(&dir, UINT32_MAX) || directory_find_unit(&dir, UINT32_MAX))
        abort();
    directory_free(&dir);
    return 0;
}
