/* A signer of our own, for as long as a command runs. */
#define _GNU_SOURCE /* close_range() */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/program.h"
#include "keys/signer/client.h"

#define NAME       "sitecert-signer"
#define FIRST_FILE 3 /* behind the standard streams */

/* Between fork and exec: calls that are safe after fork in a process with threads, no others. */
__attribute__((noreturn)) static void become(const char *path, const char *home, int socket,
                                             const char *number)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);

    const int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0 ||
        fcntl(socket, F_SETFD, 0) != 0)
        _exit(127);

    const char *const argv[] = { NAME, "--home", home, "--serve", number, NULL };
    union {
        const char *const *in;
        char *const *out;
    } args = { .in = argv };
    (void)execv(path, args.out);
    _exit(127);
}

enum rc client_start_child(struct signer *s, struct diag *d)
{
    char path[PATH_LEN], number[16];
    int ends[2];
    const enum rc rc = program_beside(NAME, path, d);
    if (rc != RC_OK)
        return rc;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot make a pair of sockets: %s",
                        strerror(errno));
    ON_EXIT(fd_close_at) int theirs = ends[1];
    s->socket = ends[0];
    (void)snprintf(number, sizeof number, "%d", theirs);
    const pid_t pid = fork();
    if (pid == 0)
        become(path, s->home, theirs, number);
    if (pid < 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot start the signer: %s", strerror(errno));
    s->child = pid;
    return RC_OK;
}

/* One that still serves somebody else stays, and is nobody's child when we end. */
void client_end_child(struct signer *s)
{
    const struct timespec tick = { .tv_nsec = 1000000 };
    for (int waited = 0; s->child > 0 && waited < SIGNER_END_MS; waited++) {
        if (waitpid(s->child, NULL, WNOHANG) != 0)
            s->child = 0;
        else
            (void)nanosleep(&tick, NULL);
    }
    s->child = 0;
}
