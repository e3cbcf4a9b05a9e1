/* One COSE_Sign1 by one private key, checked before it is handed out. For keys/private alone. */
#pragma once

#include "core/base/buf.h"
#include "keys/private/keyfile.h"
#include "keys/trust/trust_list.h"

/* The trust list's entry for this public key; NULL: it holds none. */
const struct trusted_key *trusted_entry(const struct trust_list *trust,
                                        const struct public_numbers *numbers);

/* What is put into one COSE_Sign1 of our own making. */
struct statement {
    const char *typ; /* NULL: a token */
    struct span payload;
    int64_t time_s; /* at which the key's dates must hold */
};

/*
 * Signs and, before a byte is handed out, checks the message as every verifier will.
 * to  appended to on RC_OK alone
 * RC_REFUSED, RC_BAD_SIGNATURE  the verifier's code would not take it
 */
MUST_CHECK enum rc statement_sign(const struct statement *st, const struct private_key *key,
                                  const struct trusted_key *trusted, const struct trust_list *trust,
                                  struct buf *to, struct diag *d);
