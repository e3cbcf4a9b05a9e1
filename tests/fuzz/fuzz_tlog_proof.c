/* Any bytes as a tlog-proof: without extra data, what is read is written again as the same text. */
#include <stdlib.h>

#include "core/cert/tlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tlog_proof p;
    if (tlog_proof_parse(span_of(data, size), &p, NULL) != RC_OK)
        return 0;

    ON_EXIT(buf_free_at) struct buf again = { 0 };
    tlog_proof_put(&again, p.index, p.hashes, p.count, p.checkpoint);
    const bool extra = again.len < size;
    if (again.len > size || (!extra && !span_equal(buf_span(&again), span_of(data, size))))
        abort();

    const struct tlog_hash leaf = tlog_leaf(span_of(data, size));
    struct checkpoint c;
    if (checkpoint_parse(p.checkpoint, &c, NULL) != RC_OK ||
        tlog_check_inclusion(&leaf, p.index, c.size, p.hashes, p.count, &c.root))
        abort();
    return 0;
}
