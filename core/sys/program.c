#include "core/sys/program.h"

#include <assert.h>
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ; /* POSIX: declared by whoever uses it */

enum rc program_beside(const char *name, char ret[PATH_LEN], struct diag *d)
{
    assert(name && ret);

    char own[PATH_LEN];
    const ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    if (n <= 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "/proc/self/exe: %s", strerror(errno));
    own[n] = '\0';
    char *const slash = strrchr(own, '/');
    assert(slash);
    slash[slash == own] = '\0';

    const enum rc rc = path_join(own, name, ret, d);
    if (rc != RC_OK)
        return rc;
    if (access(ret, X_OK) != 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "'%.150s' is not there: %s", ret,
                        strerror(errno));
    return RC_OK;
}

enum rc program_run(const char *const words[], int *ret, struct diag *d)
{
    assert(words && words[0] && ret);

    char path[PATH_LEN];
    const enum rc rc = program_beside(words[0], path, d);
    if (rc != RC_OK)
        return rc;
    union { /* it is not written to */
        const char *const *lent;
        char *const *own;
    } args = { .lent = words };
    pid_t pid;
    int status;
    const int failed = posix_spawn(&pid, path, NULL, NULL, args.own, environ);
    if (failed != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot start '%.150s': %s", path,
                        strerror(failed));
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot wait for '%.150s'", path);
    }
    *ret = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return RC_OK;
}
