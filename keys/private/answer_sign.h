/* The summary of a list, signed: for sitecert-answer, which holds this one key. */
#pragma once

#include "core/cert/list_summary.h"
#include "keys/private/keyfile.h"

/*
 * Signs and, before a byte is handed out, checks as everybody will.
 *
 * payload  of list_summary_put()
 * now      Unix seconds
 * to       gets the whole COSE_Sign1, appended on RC_OK alone
 *
 * RC_FORMAT   no such payload
 * RC_REFUSED  not of now, by LIST_AHEAD_S, or the list has no such key for answers now
 */
MUST_CHECK enum rc answer_sign(const struct private_key *key, const struct trust_list *trust,
                               struct span payload, int64_t now, struct buf *to, struct diag *d);
