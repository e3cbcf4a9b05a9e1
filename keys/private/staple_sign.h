/* A staple, signed: for sitecert-staple, which holds this one key. */
#pragma once

#include "core/cert/staple.h"
#include "keys/private/keyfile.h"

/*
 * Signs what s says (cose stays unread) and, before a byte is handed out, checks it as every
 * verifier will.
 *
 * token  the token's bytes, whose leaf s names
 * to     gets the whole COSE_Sign1, appended on RC_OK alone
 *
 * RC_REFUSED  no verifier would believe it: the key is none of the list's for live codes at s->iat,
 *             or s is of another token
 */
MUST_CHECK enum rc staple_sign(const struct private_key *key, const struct trust_list *trust,
                               struct span token, const struct staple *s, struct buf *to,
                               struct diag *d);
