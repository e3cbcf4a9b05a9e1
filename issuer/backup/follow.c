#include <assert.h>
#include <errno.h>
#include <fts.h>
#include <string.h>
#include <unistd.h>

#include "issuer/backup/backup.h"

#define BATCHES "batches"

static void close_tree_at(FTS **tree)
{
    if (*tree)
        (void)fts_close(*tree);
}

/* What the home has longer is what the backup has, and the mirror had only later. */
static enum rc follow_file(const char *from, const char *to, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = file_catch_up(from, to, &why);
    if (rc == RC_OK || rc == RC_EXISTS)
        return RC_OK;
    return diag_set(d, rc == RC_FORMAT ? RC_REFUSED : rc, why.offset, "the mirror: %s", why.text);
}

static enum rc visit(const FTSENT *e, size_t root, const char *home, uint64_t *files,
                     struct diag *d)
{
    char to[PATH_LEN];
    enum rc rc = path_join(home, e->fts_path + root + 1, to, d);
    if (rc != RC_OK)
        return rc;
    switch (e->fts_info) {
    case FTS_D:
        return folder_make(to, 0700, d);
    case FTS_F:
        (*files)++;
        return follow_file(e->fts_path, to, d);
    case FTS_DNR:
    case FTS_ERR:
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the mirror: cannot read '%s': %s", e->fts_path,
                        strerror(e->fts_errno));
    default:
        return RC_OK;
    }
}

static enum rc follow_batches(const struct home *h, const char *mirror, uint64_t *files,
                              struct diag *d)
{
    char from[PATH_LEN];
    enum rc rc = path_join(mirror, BATCHES, from, d);
    if (rc != RC_OK || access(from, F_OK) != 0)
        return rc; /* nothing was ever sent over the network */
    char *roots[] = { from, NULL };
    ON_EXIT(close_tree_at) FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "the mirror: cannot list '%s': %s", from,
                        strerror(errno));
    const FTSENT *e;
    while (rc == RC_OK && (e = fts_read(tree)) != NULL)
        rc = visit(e, strlen(mirror), h->path, files, d);
    return rc == RC_OK ? file_settle(h->path, d) : rc;
}

enum rc backup_follow(const struct home *h, const char *mirror, struct followed *ret,
                      struct diag *d)
{
    assert(h && mirror && ret);

    char mark[PATH_LEN];
    struct followed done = { 0 };
    enum rc rc = home_path(h, HOME_RESTORED, mark, d);
    if (rc == RC_OK && access(mark, F_OK) != 0)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                      "this home was not made of a backup, or was compared already");
    /* What was sent first: a register that knows a batch which the journal lacks does not start. */
    if (rc == RC_OK)
        rc = follow_batches(h, mirror, &done.files, d);
    if (rc == RC_OK)
        rc = register_mirror_follow(h, mirror, &done.commits, d);
    if (rc == RC_OK)
        *ret = done;
    return rc;
}
