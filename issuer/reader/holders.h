/*
 * Where the public endpoint's questions for holders are answered (core/holder/holder.h). Whatever
 * does not match has one answer, after the same time; a number that was tried too often is closed
 * for a while. Threads: any.
 */
#pragma once

#include "core/holder/holder.h"
#include "issuer/reader/stock.h"
#include "issuer/reader/views.h"

/* A wrong answer leaves at a multiple of this after its question came. */
#define HOLDERS_PACE_MS 60u

struct holders;

struct holders_counts {
    uint64_t answered, no_match, closed; /* since the start */
};

/* Both borrowed. */
MUST_CHECK enum rc holders_open(struct stock *stock, struct views *views, struct holders **ret,
                                struct diag *d);
void holders_close(struct holders *h); /* NULL is fine */

/* For ipc_server_options.answer; arg is the holders. */
bool holders_answer(void *arg, struct span question, struct buf *to, int *ret_fd);
struct holders_counts holders_count(struct holders *h);
