/* The parts that COSE_Sign1 and COSE_Sign share, for the files of this folder alone. */
#pragma once

#include "core/cose/cose.h"

/* Labels of header parameters: RFC 9052 section 3.1, RFC 9596. */
#define HEADER_ALG 1
#define HEADER_KID 4
#define HEADER_TYP 16
#define TYP_MAX    100 /* bytes */

enum header_rule { HEADER_ABSENT, HEADER_OPTIONAL, HEADER_NEEDED };

struct header_rules {
    enum header_rule alg, kid, typ;
};

/* Takes the byte string that wraps a protected header, then the empty unprotected map. */
MUST_CHECK bool cose_headers_read(struct cbor_reader *c, const char *name,
                                  const struct header_rules *rules, struct cose_header *ret);
