#include "core/lookup/digests_many.h"

#include <assert.h>

#include "core/cose/cbor.h"

#define BYTES 2 /* the major type */

void digests_many_begin(struct buf *to, size_t count)
{
    assert(count > 0 && count <= DIGESTS_TOGETHER);
    cbor_put_array(to, count);
}

void digests_many_add(struct buf *to, struct span one)
{
    assert(one.len <= DIGESTS_ONE_MAX);
    cbor_put_bytes(to, one);
}

bool digests_is_many(struct span message)
{
    struct cbor_reader c = cbor_reader_over(message, NULL);
    uint64_t count;
    return cbor_array(&c, "questions", DIGESTS_TOGETHER, &count) && cbor_peek(&c) == BYTES;
}

enum rc digests_many_read(struct span message, struct digests_many *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(message, d);
    uint64_t count = 0;
    bool fine = cbor_array(&c, "messages", DIGESTS_TOGETHER, &count) && count > 0;
    for (size_t i = 0; fine && i < count; i++)
        fine = cbor_bytes(&c, "message", 1, DIGESTS_ONE_MAX, &ret->at[i]);
    if (!fine || !cbor_end(&c))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not several messages");
    ret->count = (size_t)count;
    return RC_OK;
}
