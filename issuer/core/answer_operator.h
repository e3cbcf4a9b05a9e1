/* What is asked of a running core beside batches and orders: by operators at this machine, and by
 * the front for a copy. Threads: any. */
#pragma once

#include "issuer/core/answer_batch.h"

/* Whether whoever is at the other end is our own user, or root. */
bool operator_is_here(int socket);

void answer_pickup(const struct serve_options *o, const struct question *q,
                   struct reply_parts *ret);
/* ret_lent: the register is the asker's until worker_give_back(). */
void answer_lend(const struct serve_options *o, struct reply_parts *ret, bool *ret_lent);
/* For whoever waits for a copy. */
void answer_cover(const struct serve_options *o, struct reply_parts *ret);
