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

/* --- whether it may sign --- */

static enum rc check_note(const struct home *h, struct span note, struct checkpoint *ret,
                          struct diag *d)
{
    enum rc rc = RC_NOT_FOUND;
    for (size_t i = 0; rc != RC_OK && i < h->trust->key_count; i++) {
        const struct trusted_key *const k = &h->trust->keys[i];
        if (k->use == USE_LOG)
            rc = checkpoint_check(note, h->trust->log_origin, k->key, ret, NULL);
    }
    return rc == RC_OK ? RC_OK
                       : diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                                  "the published checkpoint is not of this deployment's log");
}

static enum rc read_published(const struct home *h, const char *folder, struct buf *note,
                              struct checkpoint *ret, struct diag *d)
{
    char log[PATH_LEN], path[PATH_LEN];
    enum rc rc = path_join(folder, "log", log, d);
    if (rc == RC_OK)
        rc = path_join(log, "checkpoint", path, d);
    if (rc == RC_OK)
        rc = file_read(path, CHECKPOINT_MAX, note, d);
    return rc == RC_OK ? check_note(h, buf_span(note), ret, d) : rc;
}

static enum rc compare(struct reg *r, const struct checkpoint *published, struct diag *d)
{
    const uint64_t size = register_log_settled(r);
    if (published->size > size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "this register is behind: it has %llu entries of the log, %llu were "
                        "published; restore a later backup, for whoever signs from here forks the "
                        "log",
                        (unsigned long long)size, (unsigned long long)published->size);
    const struct tlog_source source = register_log_source(r);
    struct tlog_hash root;
    const enum rc rc = tlog_root(&source, published->size, &root, d);
    if (rc != RC_OK)
        return rc;
    if (memcmp(root.bytes, published->root.bytes, sizeof root.bytes) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "what was published is of another history than this register");
    return RC_OK;
}

enum rc backup_resume(struct reg *r, const struct home *h, const char *published,
                      struct resumed *ret, struct diag *d)
{
    assert(r && h && published && ret);

    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct checkpoint c;
    char mark[PATH_LEN];
    enum rc rc = read_published(h, published, &note, &c, d);
    if (rc == RC_OK)
        rc = compare(r, &c, d);
    if (rc == RC_OK)
        rc = home_path(h, HOME_RESTORED, mark, d);
    if (rc == RC_OK && unlink(mark) != 0 && errno != ENOENT)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot remove '%s': %s", mark, strerror(errno));
    if (rc == RC_OK)
        *ret = (struct resumed){ .log_size = register_log_settled(r), .published = c.size };
    return rc;
}
