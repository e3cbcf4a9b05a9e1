/* Lines of the log's texts: shared by checkpoint.c and tlog_proof.c, of no use elsewhere. */
#pragma once

#include "core/base/reader.h"
#include "core/cert/tlog.h"

/* Each false on failure; *ret borrows r's text. */
MUST_CHECK bool text_take_line(struct reader *r,
                               struct span *ret); /* without its newline, which must be there */
/* ASCII digits, no leading zero, at most TLOG_SIZE_MAX. */
MUST_CHECK bool text_decimal(struct span text, uint64_t *ret);
MUST_CHECK bool text_hash(struct span base64, struct tlog_hash *ret);
void text_put_hash(struct buf *b, const struct tlog_hash *hash); /* base64 and a newline */

/* --- signature lines of a signed note (C2SP) --- */

#define NOTE_ID_LEN 4

struct note_line {
    struct span name;
    struct span base64;
};

/* "— name base64". Whether the base64 is any is known when it is decoded. */
bool note_line_split(struct span line, struct note_line *ret);
/* Key id and signature of a line, appended; at least one byte of signature. */
bool note_line_decode(const struct note_line *line, struct buf *ret);
void note_line_put(struct buf *b, const char *name, const uint8_t id[NOTE_ID_LEN],
                   struct span signature);
/* The key id of an Ed25519 key for signatures of this type. */
void note_typed_id(const char *name, uint8_t type, const uint8_t pub[ED25519_PUB_LEN],
                   uint8_t ret[NOTE_ID_LEN]);
