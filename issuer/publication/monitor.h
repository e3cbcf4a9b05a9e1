/*
 * The monitor: what stands in a published folder against what was applied for. It
 * reads the folder as a stranger would (checkpoint, tiles, bundle), and then the
 * register as the one who knows: a published leaf that no record led to is a
 * certificate or an order that somebody signed behind the register's back.
 * What the records themselves lead to is the audit's question (audit.h).
 */
#pragma once

#include "issuer/publication/audit.h"

struct monitored {
    struct audit found; /* findings; log_size and root of the published checkpoint */
    uint64_t seen_size; /* of the checkpoint that was remembered; 0: none */
    uint64_t tiles;     /* that were read */
    bool rows_compared; /* the bundle is of this state of the register, and its rows were */
    struct buf note;    /* the published checkpoint, to be remembered; empty: not to be believed */
};
void monitored_free(struct monitored *m); /* for ON_EXIT too */

/*
 * r     open for reading; moved to its newest state
 * seen  the checkpoint remembered from the last time; empty: none
 * RC_OK  it ran to its end; all agree only if ret->found.finding_count is 0
 */
MUST_CHECK enum rc monitor_run(struct reg *r, const struct home *h, const char *folder,
                               struct span seen, struct monitored *ret, struct diag *d);
