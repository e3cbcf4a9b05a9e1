/*
 * Encodings of what people send: UTF-8, or GB18030 as Chinese spreadsheets save it. A decoder takes
 * bytes by any pieces and gives out UTF-8; bytes that are not of its encoding are refused where
 * they stand. Nothing is guessed here: core/text/text.h decides, by the byte order mark or by
 * trying.
 *
 * GB18030 goes through the C library's iconv, UTF-8 passes by uncopied. Threads: one at a time.
 */
#pragma once

#include <iconv.h>

#include "core/base/buf.h"

enum encoding { ENCODING_NONE = 0, ENCODING_UTF8 = 1, ENCODING_GB18030 = 2 };
const char *encoding_name(enum encoding e); /* "UTF-8" */

#define ENCODING_MARK_MAX 4 /* bytes of the longest byte order mark */

/*
 * What the first bytes of an input say (up to ENCODING_MARK_MAX of them, fewer only at its end).
 * ENCODING_NONE and length 0: they hold no mark. RC_FORMAT: that of UTF-16 or UTF-32.
 */
MUST_CHECK enum rc encoding_of_mark(struct span head, enum encoding *ret, size_t *ret_len,
                                    struct diag *d);

struct decoder {
    enum encoding encoding;
    /* of the next byte of the input that has not been given out as text */
    uint64_t offset, line;
    /* UTF-8: bytes still to come of a character, and the range of the next one */
    uint8_t needed, low, high;
    uint64_t begun; /* offset of that character */
    /* GB18030 */
    iconv_t converter;
    bool is_open;
    size_t unused;        /* bytes at the end of raw that wait for the rest of their character */
    struct buf raw, text; /* the last piece, with what waited before it; the same as UTF-8 */
};

/* Begins at this place of an input. The struct must be zeroed. RC_FORMAT: this system has no such
 * converter. */
MUST_CHECK enum rc decoder_open(struct decoder *c, enum encoding encoding, uint64_t offset,
                                uint64_t line, struct diag *d);
void decoder_close(struct decoder *c); /* leaves it zeroed; for ON_EXIT too */

/*
 * ret        UTF-8 of this piece; borrows bytes or the decoder until the next push
 * RC_FORMAT  not of this encoding; d names the line and has the offset of the character
 */
MUST_CHECK enum rc decoder_push(struct decoder *c, struct span bytes, struct span *ret,
                                struct diag *d);
/* RC_FORMAT: the input ends inside a character. */
MUST_CHECK enum rc decoder_finish(const struct decoder *c, struct diag *d);

/* Where in the input the text that was given out last stands at this many bytes; at must not cut a
 * character. */
uint64_t decoder_source(const struct decoder *c, struct span text, size_t at);
