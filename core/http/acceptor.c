#define _GNU_SOURCE /* accept4() */
#include "core/http/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/file.h"

#define ROUND    64 /* connections before it looks whether it is to end */
#define PAUSE_MS 10 /* when there is no descriptor left, or whatever else is wrong */

struct acceptor {
    struct acceptor_options options;
    pthread_t thread;
    int end; /* an eventfd */
};

/* False: nobody waits any more, or nobody can be taken in now. */
static bool accept_one(const struct acceptor *a)
{
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    struct sockaddr *const address = (struct sockaddr *)&from;
    const int fd = accept4(a->options.listening, address, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        a->options.take(a->options.arg, fd, address, len);
        return true;
    }
    const int error = errno;
    if (error == ECONNABORTED || error == EINTR)
        return true;
    if (error != EAGAIN)
        (void)poll(NULL, 0, PAUSE_MS);
    return false;
}

static void *run(void *arg)
{
    const struct acceptor *const a = arg;
    struct pollfd p[] = { { .fd = a->options.listening, .events = POLLIN },
                          { .fd = a->end, .events = POLLIN } };
    while (p[1].revents == 0) {
        if (poll(p, 2, -1) < 0)
            continue;
        for (unsigned i = 0; i < ROUND && p[0].revents != 0 && accept_one(a); i++)
            ;
    }
    return NULL;
}

/* Signals are for the program's own thread. */
static bool start(struct acceptor *a)
{
    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&a->thread, NULL, run, a) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

enum rc acceptor_open(const struct acceptor_options *o, struct acceptor **ret, struct diag *d)
{
    struct acceptor *const a = calloc(1, sizeof *a);
    if (!a)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory to take connections");
    a->options = *o;
    a->end = eventfd(0, EFD_CLOEXEC);
    if (a->end >= 0 && start(a)) {
        *ret = a;
        return RC_OK;
    }
    fd_close_at(&a->end);
    free(a);
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot start the thread that takes connections");
}

void acceptor_close(struct acceptor *a)
{
    if (!a)
        return;
    (void)eventfd_write(a->end, 1);
    (void)pthread_join(a->thread, NULL);
    fd_close_at(&a->end);
    free(a);
}
