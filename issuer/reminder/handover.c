#define _GNU_SOURCE /* memfd_create */
#include "issuer/reminder/handover.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/file.h"

#define SHELL   "/bin/sh"
#define TICK_NS 2000000

/* In memory, without a name: a command that reads nothing keeps nobody waiting, and no disk has to
 * have room. */
static enum rc message_file(struct span message, int *ret, struct diag *d)
{
    int fd = memfd_create("message", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, message.ptr, message.len) == (ssize_t)message.len &&
        lseek(fd, 0, SEEK_SET) == 0) {
        *ret = fd;
        return RC_OK;
    }
    fd_close_at(&fd);
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot write a message: %s", strerror(errno));
}

/* In a process group of its own, so that what it starts ends with it. */
__attribute__((noreturn)) static void become(const char *command, int in)
{
    if (setpgid(0, 0) != 0 || dup2(in, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(125);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)execl(SHELL, "sh", "-c", command, (char *)NULL);
    _exit(127);
}

static enum handed judge(int status)
{
    /* Above 128 the shell says that a signal has ended what it ran. */
    if (!WIFEXITED(status) || WEXITSTATUS(status) >= 128)
        return HANDED_UNKNOWN;
    if (WEXITSTATUS(status) == 0)
        return HANDED_TAKEN;
    return WEXITSTATUS(status) >= 126 ? HANDED_NO_COMMAND : HANDED_NOT;
}

static enum handed wait_for(pid_t pid, uint32_t timeout_ms)
{
    const struct timespec tick = { .tv_nsec = TICK_NS };
    int status = 0;
    for (uint64_t waited_ns = 0; waited_ns / 1000000 < timeout_ms; waited_ns += TICK_NS) {
        const pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid)
            return judge(status);
        if (ended < 0 && errno != EINTR)
            return HANDED_UNKNOWN;
        (void)nanosleep(&tick, NULL);
    }
    (void)kill(-pid, SIGKILL);
    (void)waitpid(pid, &status, 0);
    return HANDED_UNKNOWN;
}

enum rc handover_run(const char *command, struct span message, uint32_t timeout_ms,
                     enum handed *ret, struct diag *d)
{
    assert(command && ret);

    ON_EXIT(fd_close_at) int file = -1;
    const enum rc rc = message_file(message, &file, d);
    if (rc != RC_OK)
        return rc;
    const pid_t pid = fork();
    if (pid == 0)
        become(command, file);
    if (pid < 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start '%.100s': %s", command,
                        strerror(errno));
    (void)setpgid(pid, pid); /* whoever of us comes first */
    *ret = wait_for(pid, timeout_ms);
    return RC_OK;
}
