/*
 * Any bytes on a socket between two processes: what is received is what its length promises, frame
 * by frame, the end of them is told, and each goes on as it came.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ipc/ipc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX  65536u /* what a socket takes at once */
#define TIMEOUT_MS 1000u

/* The bytes, and then the end; returns the other side. */
static int send_all(const uint8_t *data, size_t size)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        (size > 0 && write(pair[0], data, size) != (ssize_t)size))
        abort();
    (void)close(pair[0]);
    return pair[1];
}

/* What was received goes on to another process as it is, with a descriptor or without. */
static void pass_on(struct span message, bool with_fd)
{
    int pair[2], fd = -1;
    ON_EXIT(buf_free_at) struct buf got = { 0 };
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        ipc_send(pair[0], message, with_fd ? pair[0] : -1, TIMEOUT_MS, NULL) != RC_OK ||
        ipc_receive(pair[1], &got, &fd, TIMEOUT_MS, NULL) != RC_OK ||
        !span_equal(buf_span(&got), message) || (fd >= 0) != with_fd)
        abort();
    if (with_fd)
        (void)close(fd);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > INPUT_MAX)
        return 0;
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    const int from = send_all(data, size);
    size_t at = 0;
    enum rc rc = RC_OK;
    while (rc == RC_OK) {
        int fd = -1;
        rc = ipc_receive(from, &message, &fd, TIMEOUT_MS, NULL);
        if (fd != -1 || rc == RC_BUSY)
            abort();
        if (rc != RC_OK)
            break;
        at += 4;
        if (at + message.len > size ||
            (message.len > 0 && memcmp(message.ptr, data + at, message.len) != 0))
            abort();
        at += message.len;
        pass_on(buf_span(&message), message.len % 2 == 1);
    }
    if (rc != RC_NOT_FOUND && (rc != RC_FORMAT || at == size))
        abort();
    (void)close(from);
    return 0;
}
