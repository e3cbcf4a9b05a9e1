#include "keys/staple/mint.h"

#include "core/holder/live.h"
#include "core/sys/log.h"
#include "keys/private/staple_sign.h"
#include "verifier/daemon/checks.h"

/* What a staple tells of a verdict; STATE_UNKNOWN: nothing. Due and lapsed follow from the
 * deadline.
 */
static enum state told_state(const struct verdict *v)
{
    switch (v->state) {
    case STATE_VALID:
    case STATE_DUE:
    case STATE_LAPSED:
        return STATE_VALID;
    case STATE_SUSPENDED:
        return STATE_SUSPENDED;
    case STATE_REVOKED:
    case STATE_WITHDRAWN:
    case STATE_CANCELLED:
        return STATE_REVOKED;
    case STATE_UNKNOWN:
        break;
    }
    return STATE_UNKNOWN;
}

static enum rc sign(const struct mint *m, const struct checked *c, struct buf *to, struct diag *d)
{
    struct evidence e;
    const enum rc rc = publication_evidence(c->of, &e, d);
    if (rc != RC_OK)
        return rc;
    struct staple s = { .state = told_state(&c->v), .deadline = c->v.deadline, .iat = c->v.now };
    staple_leaf(buf_span(&c->token), s.leaf);
    return staple_sign(m->key, e.trust, buf_span(&c->token), &s, to, d);
}

static enum live_reply make(const struct mint *m, struct span token, struct buf *to, struct diag *d)
{
    ON_EXIT(checked_free) struct checked c = { 0 };
    if (check_token(m->store, token, &c, d) != RC_OK)
        return LIVE_FAILED;
    if (c.v.authentic != AUTH_TRUE)
        return LIVE_NOT_AUTHENTIC;
    if (c.v.in_force == TRI_UNKNOWN || told_state(&c.v) == STATE_UNKNOWN)
        return LIVE_UNDECIDED;
    return sign(m, &c, to, d) == RC_OK ? LIVE_OK : LIVE_FAILED;
}

bool mint_answer(void *arg, struct span question, struct buf *to, int *ret_fd)
{
    const struct mint *const m = arg;
    struct span token;
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf staple = { 0 };
    (void)ret_fd;
    if (live_question_read(question, &token, NULL) != RC_OK)
        return false;
    struct live_answer a = { .reply = make(m, token, &staple, &d) };
    if (a.reply == LIVE_FAILED)
        log_failure(LEVEL_ERROR, "not_made", d.code, &d);
    if (a.reply == LIVE_OK)
        a.body = buf_span(&staple);
    live_answer_put(to, &a);
    return true;
}
