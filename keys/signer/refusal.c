#include "keys/signer/refusal.h"

#include <assert.h>

#define CBOR_ARRAY 4 /* major type */

void refusal_put(struct buf *to, enum rc rc, const struct diag *why)
{
    assert(to && rc != RC_OK && why);
    cbor_put_array(to, 2);
    cbor_put_uint(to, (uint64_t)rc);
    cbor_put_cstr(to, why->text);
}

bool refusal_follows(const struct cbor_reader *c)
{
    return cbor_peek(c) == CBOR_ARRAY;
}

bool refusal_read(struct cbor_reader *c, enum rc *ret, struct diag *why)
{
    uint64_t parts = 0, rc = 0;
    struct span text;
    if (!cbor_array(c, "refusal", 2, &parts) || !cbor_uint(c, "rc", RC_BAD_SIGNATURE, &rc) ||
        !cbor_text(c, "text", 0, sizeof why->text - 1, &text))
        return false;
    if (parts != 2 || rc == RC_OK)
        return cbor_fail(c, "a refusal without a reason");
    *ret = diag_set(why, (enum rc)rc, DIAG_NO_OFFSET, "%.*s", (int)text.len,
                    text.len > 0 ? (const char *)text.ptr : "");
    return true;
}
