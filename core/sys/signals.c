#include "core/sys/signals.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const struct {
    int number;
    enum told told;
} signals[] = {
    { SIGTERM, TOLD_END },   { SIGINT, TOLD_END },   { SIGHUP, TOLD_RELOAD },
    { SIGCHLD, TOLD_CHILD }, { SIGUSR1, TOLD_SELF },
};
#define SIGNALS (sizeof signals / sizeof signals[0])

enum rc signals_open(unsigned wanted, int *ret_fd, struct diag *d)
{
    assert(ret_fd);

    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < SIGNALS; i++) {
        if (signals[i].told & wanted)
            (void)sigaddset(&set, signals[i].number);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "signals cannot be blocked");
    *ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *ret_fd >= 0 ? RC_OK : diag_set(d, RC_IO, DIAG_NO_OFFSET, "signals cannot be read");
}

static unsigned told_by(int number)
{
    for (size_t i = 0; i < SIGNALS; i++) {
        if (signals[i].number == number)
            return signals[i].told;
    }
    return 0;
}

unsigned signals_take(int fd, int timeout_ms)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    struct signalfd_siginfo info;
    unsigned told = 0;
    if (timeout_ms != 0)
        (void)poll(&p, 1, timeout_ms);
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info)
        told |= told_by((int)info.ssi_signo);
    return told;
}

void signals_tell_self(void)
{
    (void)kill(getpid(), SIGUSR1);
}
