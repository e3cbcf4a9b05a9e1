#include "issuer/command/core_ask.h"

#include <string.h>

#include "core/ipc/ipc.h"
#include "issuer/daemon/protocol.h"

#define CONNECT_MS 2000
#define ANSWER_MS  60000

/* RC_NOT_FOUND: no core runs. */
static enum rc reach(const char *home, int *ret, struct diag *d)
{
    char path[PATH_LEN];
    struct diag why = DIAG_INIT;
    enum rc rc = path_join(home, CORE_SOCKET, path, d);
    if (rc != RC_OK)
        return rc;
    rc = ipc_connect(path, CONNECT_MS, ret, &why);
    return rc == RC_OK || rc == RC_NOT_FOUND ? rc : diag_set(d, rc, why.offset, "%s", why.text);
}

static enum rc not_done(const struct answer *a, struct diag *d)
{
    if (a->reply == REPLY_NOT_FOUND)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "no such certificate");
    if (a->reply == REPLY_NOT_READY)
        return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "sitecert-core cannot work now: %.120s",
                        a->detail);
    if (a->reply == REPLY_SENDER)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "sitecert-core is another user's: run this as that user");
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "sitecert-core: %.120s", a->detail);
}

/* message: what ret borrows. */
static enum rc ask(int socket, const struct question *q, struct buf *message, struct answer *ret,
                   struct diag *d)
{
    question_put(message, q);
    enum rc rc = buf_rc(message, d);
    if (rc == RC_OK)
        rc = ipc_send(socket, buf_span(message), -1, ANSWER_MS, d);
    if (rc == RC_OK)
        rc = ipc_receive(socket, message, NULL, ANSWER_MS, d);
    if (rc == RC_NOT_FOUND)
        rc = RC_BUSY; /* it has ended */
    if (rc == RC_OK)
        rc = answer_read(buf_span(message), ret, d);
    return rc == RC_OK && ret->reply != REPLY_OK ? not_done(ret, d) : rc;
}

enum rc core_pickup(const char *home, const char *number, char ret[PICKUP_LEN + 1], bool *ret_asked,
                    struct diag *d)
{
    ON_EXIT(fd_close_at) int socket = -1;
    ON_EXIT(buf_wipe_at) struct buf message = { 0 };
    struct answer a;
    const struct question q = { .ask = ASK_PICKUP,
                                .is_operator = true,
                                .number = span_text(number) };
    enum rc rc = reach(home, &socket, d);
    *ret_asked = rc != RC_NOT_FOUND;
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND ? RC_OK : rc;
    rc = ask(socket, &q, &message, &a, d);
    if (rc == RC_OK && a.body.len != PICKUP_LEN)
        rc = diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "sitecert-core: that is no pick-up code");
    if (rc != RC_OK)
        return rc;
    memcpy(ret, a.body.ptr, PICKUP_LEN);
    ret[PICKUP_LEN] = '\0';
    return RC_OK;
}

enum rc core_borrow(const char *home, int *ret, struct diag *d)
{
    ON_EXIT(fd_close_at) int socket = -1;
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    struct answer a;
    const struct question q = { .ask = ASK_LEND, .is_operator = true };
    enum rc rc = reach(home, &socket, d);
    if (rc == RC_NOT_FOUND)
        return RC_OK;
    if (rc == RC_OK)
        rc = ask(socket, &q, &message, &a, d);
    if (rc != RC_OK)
        return rc;
    *ret = socket;
    socket = -1;
    return RC_OK;
}

void core_return(int *loan)
{
    fd_close_at(loan);
}
