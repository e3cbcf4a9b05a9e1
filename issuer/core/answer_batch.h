/* What the front is answered about batches. Threads: any. */
#pragma once

#include "issuer/core/serve.h"

/* An answer with what it borrows; zeroed, fd −1 before. */
struct reply_parts {
    struct answer answer;
    struct buf body;
    int fd; /* a file that goes with it; −1: none */
};
#define REPLY_PARTS_NONE ((struct reply_parts){ .fd = -1 })
void reply_parts_free(struct reply_parts *r); /* for ON_EXIT too */

void reply_refuse(struct reply_parts *r, enum reply reply, const char *detail);

/* fd: the file that came with the question, or −1. */
/*
 * The two halves of answer_submit(), for whoever does not wait in between: desk_take() stands
 * there.
 *
 * sealed  empty; what t borrows of it until it is told
 * t       its q is set
 *
 * answer_prepare() is false when it is refused, with its answer in *r.
 */
MUST_CHECK bool answer_prepare(const struct serve_options *o, int fd, struct buf *sealed,
                               struct taking *t, struct reply_parts *r);
void answer_told(const struct serve_options *o, const struct taking *t, struct reply_parts *ret);
void answer_submit(const struct serve_options *o, const struct question *q, int fd,
                   struct reply_parts *ret);
void answer_batch(const struct serve_options *o, const struct question *q, struct reply_parts *ret);
void answer_results(const struct serve_options *o, const struct question *q,
                    struct reply_parts *ret);
