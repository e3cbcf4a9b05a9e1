/*
 * Who may sign requests: the senders of HOME/senders.json, and the operators of the trust list. The
 * file is read again when it has changed. Threads: any.
 */
#pragma once

#include "core/message/message.h"
#include "issuer/settings/home_open.h"

struct who;

/* h: borrowed as long as *ret. RC_FORMAT and others as senders_load(). */
MUST_CHECK enum rc who_open(const struct home *h, struct who **ret, struct diag *d);
void who_close(struct who *w); /* NULL is fine; nobody may be looked up any more */

/* Reads the senders again when the file is another; every judgement does it too. What is wrong with
 * it is logged, and those that were there stay. */
void who_refresh(struct who *w);

/*
 * Judges a request as message_verify() does, with these people's keys.
 *
 * ret_evidence  its key is NULL: a copy stands in ret_key
 * ret_operator  the key is an operator's
 */
MUST_CHECK enum rc who_verify(struct who *w, const struct message_request *request, int64_t now,
                              enum message_verdict *ret, struct message_evidence *ret_evidence,
                              struct public_numbers *ret_key, bool *ret_operator, struct diag *d);

/* Senders registered and not suspended. */
size_t who_count(struct who *w);
