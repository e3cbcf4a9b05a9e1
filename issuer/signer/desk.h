/*
 * One question to the signer, answered: keys, trust list, policy and guard of one home, as they
 * stand now. A new trust list is taken up before the next question. Threads: any.
 */
#pragma once

#include "core/base/buf.h"
#include "core/base/rc.h"
#include "issuer/settings/home_open.h"

struct desk;
struct pkcs11;

/*
 * Opens the home, its keys and the signer's memory.
 * home  a folder; copied
 * RC_*  as home_open(), signer_load(), memory_open(), guard_trust()
 */
MUST_CHECK enum rc desk_open(const char *home, struct desk **ret, struct diag *d);
void desk_close(struct desk *k); /* NULL is fine; no question may be under way */
DEFINE_ON_EXIT(struct desk, desk_close)

/* What sitecert.ini says of an HSM, opened. *ret NULL: nothing. RC_* as pkcs11_open() */
MUST_CHECK enum rc desk_open_hsm(const struct home *home, struct pkcs11 **ret, struct diag *d);
/*
 * Whether desk_open() could, and the HSM is there, without a note in the memory.
 * ret_in_use  a signer that runs has the memory, and has found it good
 * RC_*        as desk_open() and pkcs11_ready()
 */
MUST_CHECK enum rc desk_check(const char *home, bool *ret_in_use, struct diag *d);

/*
 * Answers one message (keys/signer/protocol.h).
 * to   gets exactly one answer, whatever the message is
 * RC_NOMEM     nothing could be answered
 * RC_FORMAT    it was no question: the answer says so, and its sender deserves no other
 */
MUST_CHECK enum rc desk_answer(struct desk *k, struct span message, struct buf *to, struct diag *d);
/* An answer that refuses. */
void desk_refuse(struct buf *to, enum rc rc, const struct diag *why);

/* Takes up trust list, policy and settings again; what is wrong with them is logged, and those from
 * before stay. */
void desk_reload(struct desk *k);
/* A call of the HSM hangs for so long that nobody waits for it any more; what was asked meanwhile
 * was refused. A process begun anew is the way on. */
bool desk_hsm_is_lost(struct desk *k);
/* It cannot remember any more, and has to be opened anew. */
bool desk_is_broken(struct desk *k);
