/*
 * Strict DER (X.690 section 10), the subset that our PDF signature has: one-byte
 * tags, definite lengths in the fewest bytes. The reader borrows its input and
 * knows no types: its callers say which tag must come next.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/reader.h"

enum der_tag {
    DER_INTEGER = 0x02,
    DER_OCTETS = 0x04,
    DER_OID = 0x06,
    DER_SEQUENCE = 0x30,
    DER_SET = 0x31,
    DER_CONTEXT_0 = 0xa0, /* constructed */
    DER_CONTEXT_1 = 0xa1,
};
#define DER_LEN_MAX 65535u /* bytes of one value */

/* Each false, and nothing is consumed or written, when what comes next is not that. */

/* One value with this tag: its content. */
MUST_CHECK bool der_take(struct reader *r, uint8_t tag, struct span *ret);
/* The same, head and content together. */
MUST_CHECK bool der_take_whole(struct reader *r, uint8_t tag, struct span *ret);
/* Exactly these bytes: a whole encoding that has only one form here. */
MUST_CHECK bool der_take_exact(struct reader *r, struct span bytes);
/*
 * A number from 1 to 2^(8 · len) − 1 into len bytes, big endian. X.690 section 8.3: in the fewest
 * bytes.
 */
MUST_CHECK bool der_take_number(struct reader *r, uint8_t *ret, size_t len);
bool der_at_end(const struct reader *r);

/* Bytes that a head in front of len bytes of content has. */
size_t der_head_len(size_t len);
void der_put_head(struct buf *to, uint8_t tag, size_t len);
void der_put(struct buf *to, uint8_t tag, struct span content);
