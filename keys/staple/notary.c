#include "keys/staple/notary.h"

#include "core/sys/log.h"
#include "keys/private/answer_sign.h"
#include "keys/staple/mint.h"

static enum rc sign(const struct mint *m, struct span payload, struct buf *to, struct diag *d)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(m->store);
    struct evidence e;
    const enum rc rc = publication_evidence(p, &e, d);
    return rc == RC_OK ? answer_sign(m->key, e.trust, payload, e.now, to, d) : rc;
}

bool notary_answer(void *arg, struct span question, struct buf *to, int *ret_fd)
{
    struct diag d = DIAG_INIT;
    (void)ret_fd;
    const enum rc rc = sign(arg, question, to, &d);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "not_signed", rc, &d);
    return rc == RC_OK;
}
