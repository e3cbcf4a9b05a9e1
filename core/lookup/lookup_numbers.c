#include <assert.h>

#include "core/cose/cbor.h"
#include "core/lookup/lookup.h"

void lookup_numbers_put(struct buf *to, const struct lookup_numbers *n)
{
    assert(n->count >= 1 && n->count <= LOOKUP_NUMBERS_MAX);

    cbor_put_array(to, n->count);
    for (size_t i = 0; i < n->count; i++)
        cbor_put_text(to, n->at[i]);
}

enum rc lookup_numbers_read(struct span bytes, struct lookup_numbers *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(bytes, d);
    uint64_t count;
    bool good = cbor_array(&c, "numbers", LOOKUP_NUMBERS_MAX, &count) && count > 0;
    for (uint64_t i = 0; good && i < count; i++)
        good = cbor_text(&c, "number", 1, LOOKUP_NUMBER_MAX, &ret->at[i]);
    if (!good || !cbor_end(&c))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not a person's numbers");
    ret->count = (size_t)count;
    return RC_OK;
}
