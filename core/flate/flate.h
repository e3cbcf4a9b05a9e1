/* zlib, included from here alone: deflate, and inflate that never makes more than it was allowed.
 * Both take at most 1 GiB, and leave *to as long as before after an error. */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"

enum flate_form { FLATE_RAW = 0, FLATE_ZLIB = 1, FLATE_GZIP = 2 }; /* RFC 1951; 1950; 1952 */

/* Best compression; appends to *to. */
MUST_CHECK enum rc flate_deflate(enum flate_form form, struct span plain, struct buf *to,
                                 struct diag *d);
/*
 * Raw form, by Huffman codes and runs of one byte alone: some forty times quicker, and smaller
 * where bytes repeat but sequences of them do not, as in columns of numbers.
 */
MUST_CHECK enum rc flate_deflate_runs(struct span plain, struct buf *to, struct diag *d);

/*
 * Appends the inflated bytes.
 * RC_FORMAT  not a whole stream of this form, or bytes behind it
 * RC_LIMIT   more than max bytes come out
 */
MUST_CHECK enum rc flate_inflate(enum flate_form form, struct span packed, size_t max,
                                 struct buf *to, struct diag *d);
