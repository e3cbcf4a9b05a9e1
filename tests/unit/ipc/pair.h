/* Two ends of one socket. */
#pragma once

#include <sys/socket.h>

#include "core/sys/file.h"
#include "tests/unit/check.h"

struct pair {
    int a, b;
};

static inline struct pair pair_new(void)
{
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    return (struct pair){ fds[0], fds[1] };
}

static inline void pair_close(struct pair *p)
{
    fd_close_at(&p->a);
    fd_close_at(&p->b);
}
