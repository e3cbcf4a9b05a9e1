/*
 * Root keys sign trust lists, and nothing else. They are kept offline; `init` and the care of
 * keys load them for a moment.
 */
#pragma once

#include "core/base/buf.h"
#include "core/cose/cose.h"
#include "keys/private/keyfile.h"
#include "keys/trust/trust_list.h"

/*
 * Signs a trust list with count root keys and reads it back as every verifier will.
 *
 * roots    1 to TRUST_ROOTS_MAX keys, borrowed
 * signers  the root set that must find its threshold among them: the last list's, of the first
 *          list its own
 * to       gets the whole COSE_Sign, appended on RC_OK alone
 *
 * RC_BAD_SIGNATURE, RC_FORMAT, RC_REFUSED   trust_list_read() would not take the list
 *
 * RFC 9052 section 4.1; docs/formats.md, "Trust list"
 */
MUST_CHECK enum rc trust_list_sign(const struct trust_list *list,
                                   const struct private_key *const *roots, size_t count,
                                   const struct root_set *signers, struct buf *to, struct diag *d);

/*
 * One more signature of what several people sign, each in his own time and place.
 *
 * typ      TYP_TRUST: a root's; TYP_KEYS: an operator's, of the same payload
 * payload  a trust list's
 * so_far   the COSE_Sign with the signatures of others, or empty
 * to       gets the COSE_Sign with this signature behind them, appended on RC_OK alone
 *
 * RC_FORMAT   the payload is no trust list's; so_far is no COSE_Sign
 * RC_REFUSED  so_far is of another type or payload
 * RC_EXISTS   this key has signed already
 * RC_LIMIT    COSE_SIGNERS_MAX have signed already
 */
MUST_CHECK enum rc trust_list_cosign(const struct private_key *key, const char *typ,
                                     struct span payload, struct span so_far, struct buf *to,
                                     struct diag *d);
