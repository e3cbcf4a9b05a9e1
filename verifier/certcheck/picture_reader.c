#include "verifier/certcheck/picture_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/sys/clock.h"
#include "core/sys/file.h"

#define READER            "certcheck-picture"
#define READER_NO_PICTURE 8
#define ANSWER_MAX        65536u
#define WAIT_S            30 /* wall clock; the reader bounds its own processor time */
#define CPU_SECONDS       25

static enum rc find_reader(char ret[PATH_LEN], struct diag *d)
{
    char self[PATH_LEN];
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot tell where this program stands");
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    const enum rc rc = path_join(self, READER, ret, d);
    if (rc == RC_OK && access(ret, X_OK) != 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                        "pictures need '%s', which is not installed beside certcheck: give the QR "
                        "code's text instead",
                        READER);
    return rc;
}

struct child {
    pid_t pid; /* 0: none */
    int in, out;
};

/* Whatever happens, no child is left behind. */
static void child_end_at(struct child *c)
{
    fd_close_at(&c->in);
    fd_close_at(&c->out);
    if (c->pid > 0) {
        (void)kill(c->pid, SIGKILL);
        (void)waitpid(c->pid, NULL, 0);
    }
    c->pid = 0;
}

static void become_reader(const char *path, const int in[2], const int out[2])
{
    char *const argv[] = { (char[]){ READER }, (char[]){ "--quiet" }, NULL };
    char *const envp[] = { NULL };
    const struct rlimit cpu = { CPU_SECONDS, CPU_SECONDS }, core = { 0, 0 };
    if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0 &&
        setrlimit(RLIMIT_CPU, &cpu) == 0 && setrlimit(RLIMIT_CORE, &core) == 0)
        (void)execve(path, argv, envp);
    _exit(127);
}

static void close_pair(int fds[2])
{
    fd_close_at(&fds[0]);
    fd_close_at(&fds[1]);
}

static bool stays_here(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

/* Another reader that got hold of a pipe's end would keep it open: ends close on exec, and nobody
 * forks before they do. */
static pid_t fork_with_pipes(int in[2], int out[2])
{
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    (void)pthread_mutex_lock(&one_at_a_time);
    const bool piped = pipe(in) == 0 && pipe(out) == 0 && stays_here(in[0]) && stays_here(in[1]) &&
                       stays_here(out[0]) && stays_here(out[1]);
    const pid_t pid = piped ? fork() : -1;
    if (pid != 0)
        (void)pthread_mutex_unlock(&one_at_a_time);
    return pid;
}

static enum rc start(const char *path, struct child *ret, struct diag *d)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 };
    const pid_t pid = fork_with_pipes(in, out);
    if (pid < 0) {
        const int error = errno;
        close_pair(in);
        close_pair(out);
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot run '%s': %s", READER, strerror(error));
    }
    if (pid == 0) {
        /* Its own pipes' far ends would keep it waiting for itself. */
        (void)close(in[1]);
        (void)close(out[0]);
        become_reader(path, in, out);
    }
    fd_close_at(&in[0]);
    fd_close_at(&out[1]);
    *ret = (struct child){ .pid = pid, .in = in[1], .out = out[0] };
    return RC_OK;
}

static bool never_blocks(int fd)
{
    const int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

/* A reader that has seen enough closes early; that is not our failure. */
static void feed(struct child *c, struct span *left)
{
    const ssize_t n = write(c->in, left->ptr, left->len);
    if (n >= 0)
        *left = span_of(left->ptr + n, left->len - (size_t)n);
    if (left->len == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        fd_close_at(&c->in);
}

/* False: the answer has ended, or can't be taken. */
static bool take(struct child *c, struct buf *to, size_t limit)
{
    uint8_t *const at = buf_reserve(to, 4096);
    const ssize_t n = at ? read(c->out, at, 4096) : 0;
    if (n > 0)
        to->len += (size_t)n;
    return n > 0 ? to->len <= limit : n < 0 && (errno == EAGAIN || errno == EINTR);
}

static enum rc converse(struct child *c, struct span file, struct buf *to, struct diag *d)
{
    const double end_s = clock_elapsed() + WAIT_S;
    const size_t limit = to->len + ANSWER_MAX;
    if (!never_blocks(c->in) || !never_blocks(c->out))
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot talk to '%s'", READER);
    for (;;) {
        struct pollfd fds[2] = { { .fd = c->out, .events = POLLIN },
                                 { .fd = c->in, .events = POLLOUT } };
        const double left_s = end_s - clock_elapsed();
        if (left_s <= 0)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%s' did not answer in %d s", READER,
                            WAIT_S);
        if (poll(fds, 2, (int)(left_s * 1000) + 1) < 0 && errno != EINTR)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot wait for '%s'", READER);
        if (fds[1].revents)
            feed(c, &file);
        if (fds[0].revents && !take(c, to, limit))
            return buf_rc(to, d);
    }
}

static enum rc end_of(struct child *c, struct diag *d)
{
    int status = 0;
    fd_close_at(&c->out);
    if (waitpid(c->pid, &status, 0) != c->pid)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%s' is lost", READER);
    c->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return RC_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == READER_NO_PICTURE)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the picture cannot be decoded");
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "'%s' failed on this picture", READER);
}

enum rc picture_texts(struct span file, struct buf *to, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(child_end_at) struct child child = { .in = -1, .out = -1 };
    (void)signal(SIGPIPE, SIG_IGN);
    enum rc rc = find_reader(path, d);
    if (rc == RC_OK)
        rc = start(path, &child, d);
    if (rc == RC_OK)
        rc = converse(&child, file, to, d);
    return rc == RC_OK ? end_of(&child, d) : rc;
}
