/* The claims that our published CWTs have in common: 2 sub, 4 exp, 6 iat (RFC 8392 section 3.1). */
#pragma once

#include "core/cose/cbor.h"

struct cwt_claims {
    struct span uri;
    int64_t exp, iat;
};

/* The three claims, after the head of a map that the caller has written. */
void cwt_claims_put(struct buf *b, const struct cwt_claims *claims);
/* The same, after cbor_map(). iat after exp is a failure. */
MUST_CHECK bool cwt_claims_read(struct cbor_reader *c, struct cbor_map *m, struct cwt_claims *ret);
/* Unix seconds, 0 to CWT_TIME_MAX. */
MUST_CHECK bool cwt_time_read(struct cbor_reader *c, const char *name, int64_t *ret);
