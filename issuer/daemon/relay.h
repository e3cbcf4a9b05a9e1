/*
 * The front's one socket to sitecert-core for what comes by the thousand, small batches that nobody
 * waits for: a question goes out beside those under way, and the answers come back in any order, as
 * many as there are with one call. Threads: any may ask and is never held up; answers are told on
 * the relay's own.
 */
#pragma once

#include "issuer/daemon/protocol.h"

#define RELAY_MAX 1024u /* questions under way; with small bodies some 20 MiB in either process */

struct relay;

/* path is copied. Nothing is connected yet. */
MUST_CHECK enum rc relay_new(const char *path, struct relay **ret, struct diag *d);
/* Every question under way is told at once that it failed, and every later one fails. */
void relay_cut(struct relay *r);
void relay_free(struct relay *r); /* cut before; NULL is fine */

/* A question under way; the caller's memory until it is told. */
struct relayed {
    /*
     * Called once, on the relay's thread, which must not be held up.
     *
     * rc      RC_OK, or as relay_ask() fails when it is found later: whether core has done what was
     *         asked is not known
     * answer  with RC_OK; borrowed until it returns
     */
    void (*told)(struct relayed *q, enum rc rc, const struct answer *answer, const struct diag *d);

    /* the relay's own */
    int64_t until_ms;
};

/*
 * Asks. On RC_OK told() is called, perhaps before this returns; else it is not.
 *
 * q  ASK_SUBMIT, without wait_ms and file; id apart; borrowed until this returns
 *
 * RC_BUSY       RELAY_MAX are under way
 * RC_NOT_FOUND  core is not there, or the relay is cut
 * RC_IO, RC_NOMEM
 */
MUST_CHECK enum rc relay_ask(struct relay *r, const struct question *q, struct relayed *of,
                             struct diag *d);
