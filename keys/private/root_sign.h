/*
 * Root keys sign trust lists, and nothing else. They are kept offline; `init` and the care of
 * keys load them for a moment.
 */
#pragma once

#include "core/base/buf.h"
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
