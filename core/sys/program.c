#include "core/sys/program.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

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
