/* Answers questions of core/lookup/digests.h on one socket; a thread for each who is connected. */
#pragma once

#include "core/employers/roll.h"
#include "core/lookup/digests.h"
#include "verifier/digests/askers.h"

struct serve_options {
    uint32_t per_number;    /* answers for one certificate number in an hour */
    uint32_t per_second;    /* answers in all, without an API key */
    struct roll *employers; /* whose keys have a bound of their own; borrowed */
    struct askers *asked;   /* what they ask is written down here; borrowed. NULL: no lists */
    bool demo;              /* the time may be borrowed */
};

/* listening: owned on RC_OK alone. stop_fd: of signals_open(); returns when it tells. */
MUST_CHECK enum rc serve(int listening, int stop_fd, const uint8_t secret[LOOKUP_KEY_LEN],
                         const struct serve_options *o, struct diag *d);
