#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issuer/backup/backup.h"

/* --- the home --- */

static enum rc check_place(const char *home, struct diag *d)
{
    if (rmdir(home) == 0 || errno == ENOENT)
        return RC_OK;
    return diag_set(d, RC_EXISTS, DIAG_NO_OFFSET,
                    "'%s' is there already: restore into a new folder, or an empty one", home);
}

/* What was begun and cannot be finished. */
static void drop_tree(char *folder)
{
    char *roots[] = { folder, NULL };
    FTS *const tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    const FTSENT *e;
    while (tree && (e = fts_read(tree)) != NULL) {
        if (e->fts_info == FTS_DP)
            (void)rmdir(e->fts_path);
        else if (e->fts_info != FTS_D)
            (void)unlink(e->fts_path);
    }
    if (tree)
        (void)fts_close(tree);
}

static enum rc check_parts(const char *folder, struct diag *d)
{
    static const char *const needed[] = { "sitecert.ini", "policy.json", "root.cbor", "trust.cbor",
                                          "register/data.mdb" };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        char path[PATH_LEN];
        const enum rc rc = path_join(folder, needed[i], path, d);
        if (rc != RC_OK)
            return rc;
        if (access(path, R_OK) != 0)
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the backup has no '%s': it is no home's",
                            needed[i]);
    }
    return RC_OK;
}

static enum rc finish(const char *building, const char *home, struct diag *d)
{
    char mark[PATH_LEN], keys[PATH_LEN];
    enum rc rc = check_parts(building, d);
    if (rc == RC_OK)
        rc = path_join(building, "keys", keys, d);
    if (rc == RC_OK)
        rc = folder_make(keys, 0700, d);
    if (rc == RC_OK)
        rc = path_join(building, HOME_RESTORED, mark, d);
    if (rc == RC_OK)
        rc = file_create(mark, SPAN_LITERAL("restored from a backup\n"), 0600, d);
    if (rc == RC_OK)
        rc = file_settle(building, d);
    if (rc == RC_OK && rename(building, home) != 0)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot rename '%s' to '%s': %s", building, home,
                      strerror(errno));
    return rc;
}

enum rc backup_restore(const char *file, const char *home, struct archive_totals *ret,
                       struct diag *d)
{
    assert(file && home && ret);

    char building[PATH_LEN];
    const int n = snprintf(building, sizeof building, "%s.restoring~", home);
    if (n < 0 || (size_t)n >= sizeof building)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path '%.40s…' is too long", home);
    ON_EXIT(fd_close_at) int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return diag_set(d, errno == ENOENT ? RC_NOT_FOUND : RC_IO, DIAG_NO_OFFSET,
                        "cannot open '%s': %s", file, strerror(errno));
    enum rc rc = check_place(home, d);
    if (rc != RC_OK)
        return rc;
    if (mkdir(building, 0700) != 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot make '%s': %s", building,
                        strerror(errno));
    rc = archive_extract(fd, building, ret, d);
    if (rc == RC_OK)
        rc = finish(building, home, d);
    if (rc != RC_OK)
        drop_tree(building);
    return rc;
}
