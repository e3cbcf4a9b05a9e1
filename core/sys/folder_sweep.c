#include <assert.h>
#include <errno.h>
#include <fts.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/file.h"

/* The process that has NAME.<process>-<n>~ in hand; 0: not a name of stage_open()'s. */
static pid_t staged_by(const char *name)
{
    const char *const dot = strrchr(name, '.');
    char *end = NULL;
    if (!dot || dot[1] < '1' || dot[1] > '9')
        return 0;
    errno = 0;
    const long pid = strtol(dot + 1, &end, 10);
    if (errno != 0 || *end != '-' || pid > INT32_MAX)
        return 0;
    const size_t digits = strspn(end + 1, "0123456789");
    return digits > 0 && strcmp(end + 1 + digits, "~") == 0 ? (pid_t)pid : 0;
}

/* Numbers of processes come again, in containers always the same one: our own has nothing in hand
 * yet. */
static bool is_left_behind(const char *name)
{
    const pid_t pid = staged_by(name);
    return pid > 0 && (pid == getpid() || (kill(pid, 0) != 0 && errno == ESRCH));
}

void folder_sweep(const char *folder)
{
    assert(folder);

    char path[PATH_LEN];
    char *roots[] = { path, NULL };
    if (strlen(folder) >= sizeof path)
        return;
    memcpy(path, folder, strlen(folder) + 1);
    FTS *const walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT, NULL);
    if (!walk)
        return;
    for (const FTSENT *at; (at = fts_read(walk)) != NULL;)
        if (at->fts_info != FTS_D && at->fts_info != FTS_DP && is_left_behind(at->fts_name))
            (void)unlink(at->fts_accpath);
    (void)fts_close(walk);
}
