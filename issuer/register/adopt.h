/*
 * A new memory for the signer of a home that has none, from what its register says was signed: an
 * explicit act (docs/operations.md, "The signer"). No signer and no writer may run meanwhile.
 */
#pragma once

#include "issuer/register/register.h"

/*
 * All of it or nothing: it is made beside and moved into place.
 *
 * r           open for writing; only read
 * ret_leaves  of the log, taken over
 *
 * RC_EXISTS   the home has a memory
 * RC_FORMAT   the log does not hold together: `sitecert audit` says where
 */
MUST_CHECK enum rc adopt_memory(const struct home *h, struct reg *r, uint64_t *ret_leaves,
                                struct diag *d);
