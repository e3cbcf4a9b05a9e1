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
