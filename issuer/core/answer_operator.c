#include "issuer/core/answer_operator.h"

#include <unistd.h>

#include "core/ipc/ipc.h"

bool operator_is_here(int socket)
{
    uid_t uid;
    return ipc_peer(socket, NULL, &uid, NULL, NULL) == RC_OK && (uid == 0 || uid == geteuid());
}

static void not_now(const struct serve_options *o, struct reply_parts *r)
{
    char reason[40];
    worker_reason(o->worker, reason);
    reply_refuse(r, REPLY_NOT_READY, reason[0] ? reason : "starting");
}

void answer_pickup(const struct serve_options *o, const struct question *q, struct reply_parts *ret)
{
    char code[PICKUP_LEN + 1];
    struct diag d = DIAG_INIT;
    const enum rc rc = worker_pickup(o->worker, q->number, code, &d);
    if (rc == RC_NOT_FOUND) {
        reply_refuse(ret, REPLY_NOT_FOUND, "");
    } else if (rc == RC_BUSY) {
        not_now(o, ret);
    } else if (rc != RC_OK) {
        reply_refuse(ret, REPLY_FAILED, d.text);
    } else {
        buf_put_text(&ret->body, code);
        ret->answer = (struct answer){ .reply = REPLY_OK };
    }
    explicit_bzero(code, sizeof code);
}

void answer_cover(const struct serve_options *o, struct reply_parts *ret)
{
    if (worker_cover(o->worker, NULL) == RC_OK)
        ret->answer = (struct answer){ .reply = REPLY_OK };
    else
        not_now(o, ret);
}

void answer_lend(const struct serve_options *o, struct reply_parts *ret, bool *ret_lent)
{
    *ret_lent = worker_borrow(o->worker, NULL) == RC_OK;
    if (*ret_lent)
        ret->answer = (struct answer){ .reply = REPLY_OK };
    else
        not_now(o, ret);
}
