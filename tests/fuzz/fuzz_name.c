/* Any bytes as a person's name: what is taken is in its stored form for good, and equal to itself.
 */
#include <stdlib.h>

#include "core/unicode/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span name = span_of(data, size);
    ON_EXIT(buf_free_at) struct buf once = { 0 }, twice = { 0 }, folded = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = name_normalise(name, &once, &d);
    if (rc != d.code || rc == RC_NOMEM)
        abort();
    if (rc != RC_OK)
        return 0;
    if (!utf8_valid(name) || !utf8_valid(buf_span(&once)) ||
        name_normalise(buf_span(&once), &twice, NULL) != RC_OK ||
        !span_equal(buf_span(&once), buf_span(&twice)))
        abort();
    if (name_fold(buf_span(&once), &folded, NULL) != RC_OK || !utf8_valid(buf_span(&folded)) ||
        !name_same(buf_span(&once), buf_span(&twice)))
        abort();
    return 0;
}
