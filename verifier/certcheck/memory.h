/*
 * What this device has seen, so that nobody can show it an older world
 * (docs/formats.md, "Bundle"; docs/verification.md, "What is remembered"):
 *
 *   <state>/pinned              the deployment first used here, lower-case hex and a newline
 *   <state>/<deployment>/seen   CBOR [2, root set, sequence, sequence of the trust list,
 *                               latest signed time, latest own clock]
 *   <state>/lock                empty; whoever writes the others holds it, so that what is written
 *                               was compared with what is there
 *
 * The only files that the offline tool writes.
 */
#pragma once

#include "keys/trust/trust_list.h"
#include "verifier/certcheck/places.h"

struct seen {
    bool known; /* false: nothing is remembered of this deployment */
    struct root_set roots;
    uint64_t sequence;       /* highest of a bundle */
    uint64_t trust_sequence; /* highest of a trust list: a key that it dropped stays dropped */
    int64_t signed_s;        /* latest signed time of a bundle or trust list */
    int64_t clock_s;         /* latest own clock */
};

/*
 * RC_OK with known false when there is no such file.
 * RC_FORMAT  a file is not as above: d names it
 * RC_IO      it cannot be read
 */
MUST_CHECK enum rc seen_read(const char *state, const uint8_t deployment[DEPLOYMENT_LEN],
                             struct seen *ret, struct diag *d);
/* Makes the folders that are missing (mode 0700) and replaces the file in one step. */
MUST_CHECK enum rc seen_write(const char *state, const uint8_t deployment[DEPLOYMENT_LEN],
                              const struct seen *seen, struct diag *d);

/*
 * Waits, up to MEMORY_WAIT_S, until nobody else writes here; makes the folder. Held until *ret_fd
 * is closed. RC_BUSY  somebody else held it all the time
 */
#define MEMORY_WAIT_S 5
MUST_CHECK enum rc memory_lock(const char *state, int *ret_fd, struct diag *d);

MUST_CHECK enum rc pinned_read(const char *state, bool *ret_known, uint8_t ret[DEPLOYMENT_LEN],
                               struct diag *d);
/* Never over a pin that is there: RC_EXISTS. */
MUST_CHECK enum rc pinned_write(const char *state, const uint8_t deployment[DEPLOYMENT_LEN],
                                struct diag *d);
