/*
 * Who may sign requests: the senders of HOME/senders.json, and the operators of the trust list.
 * Both files are read again when they are other ones. Threads: any.
 */
#pragma once

#include "core/message/message.h"
#include "issuer/settings/home_open.h"

struct who;

/* home: a folder; copied. RC_FORMAT and others as home_open() and senders_load(). */
MUST_CHECK enum rc who_open(const char *home, struct who **ret, struct diag *d);
void who_close(struct who *w); /* NULL is fine; nobody may be looked up any more */
DEFINE_ON_EXIT(struct who, who_close)

/* Reads again what is another file; every judgement does it too. What is wrong with it is logged
 * once, and what was there stays: also when a trust list is another deployment's, or older. Such a
 * list is tried again every TRUST_RETRY_MS. */
void who_refresh(struct who *w);
/* The same at once, also of a trust list that was refused. */
void who_reload(struct who *w);

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

/* The trust list of now, which stays until it is given back: at once, and by the same thread. */
const struct trust_list *who_take_trust(struct who *w);
void who_give_trust(struct who *w);
