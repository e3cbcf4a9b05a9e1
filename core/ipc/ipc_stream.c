#include "core/ipc/ipc_stream.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "core/sys/clock.h"

#define LENGTH_LEN 4
#define FILL       65536u /* bytes asked for at once */

static enum rc failed_to(const char *what, struct diag *d)
{
    const int error = errno;
    if (error == EPIPE || error == ECONNRESET)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the peer has closed");
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot %s: %s", what, strerror(error));
}

/* --- sending --- */

void ipc_frame_put(struct buf *to, struct span message)
{
    assert(to && message.len <= IPC_MESSAGE_MAX);
    buf_put_be32(to, (uint32_t)message.len);
    buf_put_span(to, message);
}

static void drop_sent(struct buf *from, size_t sent)
{
    from->len -= sent;
    if (sent > 0 && from->len > 0)
        memmove(from->ptr, from->ptr + sent, from->len);
}

/* RC_BUSY: it did not become ready before the deadline, of clock_elapsed_ms(). */
static enum rc wait_for_room(int socket, int64_t deadline, struct diag *d)
{
    const int64_t left = deadline - clock_elapsed_ms();
    struct pollfd p = { .fd = socket, .events = POLLOUT };
    const int n = left > 0 ? poll(&p, 1, (int)left) : 0;
    if (n < 0 && errno != EINTR)
        return failed_to("wait for the peer", d);
    return n != 0 ? RC_OK : diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "the peer took too long");
}

enum rc ipc_flush(int socket, struct buf *from, uint32_t timeout_ms, struct diag *d)
{
    assert(from);

    size_t sent = 0;
    enum rc rc = RC_OK;
    const int64_t deadline = timeout_ms > 0 ? clock_elapsed_ms() + timeout_ms : 0;
    while (rc == RC_OK && sent < from->len) {
        const ssize_t n =
            send(socket, from->ptr + sent, from->len - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0)
            sent += (size_t)n;
        else if (errno == EINTR)
            continue;
        else if (errno != EAGAIN)
            rc = failed_to("send to the peer", d);
        else if (timeout_ms == 0)
            break;
        else
            rc = wait_for_room(socket, deadline, d);
    }
    drop_sent(from, sent);
    return rc;
}

/* --- receiving --- */

void ipc_inbox_wipe(struct ipc_inbox *in)
{
    buf_wipe(&in->bytes);
    in->at = 0;
}

enum rc ipc_fill(struct ipc_inbox *in, int socket, bool wait, struct diag *d)
{
    assert(in);

    drop_sent(&in->bytes, in->at);
    in->at = 0;
    uint8_t *const to = buf_reserve(&in->bytes, FILL);
    if (!to)
        return buf_rc(&in->bytes, d);
    ssize_t n;
    do
        n = recv(socket, to, FILL, wait ? 0 : MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno == EAGAIN ? RC_BUSY : failed_to("receive from the peer", d);
    if (n == 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the peer has closed");
    in->bytes.len += (size_t)n;
    return RC_OK;
}

enum rc ipc_next(struct ipc_inbox *in, struct span *ret, struct diag *d)
{
    assert(in && ret);

    const size_t left = in->bytes.len - in->at;
    if (left < LENGTH_LEN)
        return RC_BUSY;
    const uint8_t *const p = in->bytes.ptr + in->at;
    const uint32_t len =
        (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
    if (len > IPC_MESSAGE_MAX)
        return diag_set(d, RC_FORMAT, 0, "a message said to be of %u bytes", len);
    if (left - LENGTH_LEN < len)
        return RC_BUSY;
    *ret = span_of(p + LENGTH_LEN, len);
    in->at += LENGTH_LEN + len;
    return RC_OK;
}
