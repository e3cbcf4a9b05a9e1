/* Any bytes as a bundle: what opens finds its rows and no other, and checking it all is bounded. */
#include <stdlib.h>

#include "core/cert/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void no_more_than(void *ctx, uint32_t done, uint32_t of)
{
    (void)ctx;
    if (done == 0 || done > of)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ON_EXIT(bundle_free_at) struct bundle *b = NULL;
    if (bundle_open(span_of(data, size), NULL, &b, NULL) != RC_OK)
        return 0;

    struct column_row row;
    const uint32_t rows = bundle_times(b).rows;
    ON_EXIT(bundle_free_at) struct bundle *other = NULL;
    if (!bundle_trust(b) || !bundle_directory(b) || !bundle_policy(b) || !bundle_checkpoint(b) ||
        bundle_section(b, SECTION_POLICY).len == 0 || bundle_share(b, &other, NULL) != RC_OK)
        abort();
    if (bundle_section(other, SECTION_SURVIVORS).len > size)
        abort();
    if (bundle_find(b, rows, &row, NULL) != RC_NOT_FOUND)
        abort();
    if (bundle_check_all(b, no_more_than, NULL, NULL) == RC_OK && rows > 0 &&
        (bundle_find(b, 0, &row, NULL) != RC_OK || bundle_find(b, rows - 1, &row, NULL) != RC_OK))
        abort();
    return 0;
}
