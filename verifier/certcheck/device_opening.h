/* A device being opened: between device.c, which opens, and device_seen.c, which remembers. */
#pragma once

#include "verifier/certcheck/device.h"

struct opening {
    const struct device_choices *choices;
    const struct say *say;
    struct device *dev;
    bool has_state; /* there is a place to remember in, and it can be read */
    char state[PATH_LEN];
    bool borrowed_clock; /* --at or the demonstration's variable: nothing is remembered */
    bool to_pin;
};

/* What was wrong is said, and becomes the device's answer; rc, or RC_BAD_SIGNATURE, is passed on.
 */
MUST_CHECK enum rc opening_broken(struct opening *o, enum problem why, enum rc rc,
                                  const struct diag *d);
MUST_CHECK enum rc opening_unknown_issuer(struct opening *o);
void opening_note(struct opening *o, enum problem p);

/* Where is remembered, and which deployment is pinned there, if any. */
MUST_CHECK enum rc opening_find_state(struct opening *o, bool *ret_known,
                                      uint8_t ret[DEPLOYMENT_LEN]);
/* Compares the bundle that was opened with what is remembered, then remembers it. */
MUST_CHECK enum rc opening_use_memory(struct opening *o);
