#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "issuer/backup/backup.h"

#define REGISTER_NAME "register/data.mdb"

/* What is of this machine or this moment, or a secret. */
static const struct {
    const char *name;
    bool keys;
} left_out[] = {
    { "keys", true }, { "register", false }, { "signer", false },
    { "run", false }, { "import", false },   { HOME_RESTORED, false },
};

struct backing {
    struct archive *archive;
    const struct home *home;
    const struct backup_options *options;
};

static bool is_left_out(const struct backing *b, const char *name)
{
    for (size_t i = 0; i < sizeof left_out / sizeof left_out[0]; i++) {
        const size_t len = strlen(left_out[i].name);
        if (strncmp(name, left_out[i].name, len) == 0 && (name[len] == '\0' || name[len] == '/'))
            return !(left_out[i].keys && b->options->with_keys);
    }
    const size_t len = strlen(name);
    return len > 0 && name[len - 1] == '~';
}

/* A file that went away meanwhile is one that nothing needs any more. */
static enum rc add_file(struct backing *b, const char *path, const char *name, struct diag *d)
{
    if (archive_has(b->archive, name))
        return RC_OK;
    const enum rc rc = archive_add(b->archive, path, name, d);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc visit(struct backing *b, FTS *tree, FTSENT *e, struct diag *d)
{
    const size_t root = strlen(b->home->path);
    const char *const name = e->fts_path + root + (e->fts_path[root] == '/' ? 1 : 0);
    if (e->fts_level == 0)
        return RC_OK;
    if (is_left_out(b, name)) {
        (void)fts_set(tree, e, FTS_SKIP);
        return RC_OK;
    }
    switch (e->fts_info) {
    case FTS_F:
        return add_file(b, e->fts_path, name, d);
    case FTS_DNR:
    case FTS_ERR:
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot read '%s': %s", e->fts_path,
                        strerror(e->fts_errno));
    default: /* folders as they come; sockets and links are of this machine */
        return RC_OK;
    }
}

static void close_tree_at(FTS **tree)
{
    if (*tree)
        (void)fts_close(*tree);
}

static enum rc add_files(struct backing *b, struct diag *d)
{
    char root[PATH_LEN];
    (void)snprintf(root, sizeof root, "%s", b->home->path);
    for (size_t len = strlen(root); len > 1 && root[len - 1] == '/'; len--)
        root[len - 1] = '\0';
    char *roots[] = { root, NULL };
    ON_EXIT(close_tree_at) FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (!tree)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot list '%s': %s", root, strerror(errno));
    FTSENT *e;
    enum rc rc = RC_OK;
    while (rc == RC_OK && (e = fts_read(tree)) != NULL)
        rc = visit(b, tree, e, d);
    return rc;
}

/* The copy stands beside the backup while it is made: its size must be known first. */
static enum rc add_register(struct backing *b, struct reg *r, const char *file, struct diag *d)
{
    char beside[PATH_LEN];
    const int n = snprintf(beside, sizeof beside, "%s.register~", file);
    if (n < 0 || (size_t)n >= sizeof beside)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path '%.40s…' is too long", file);
    (void)unlink(beside);
    enum rc rc = register_copy(r, beside, d);
    if (rc == RC_OK)
        rc = archive_add(b->archive, beside, REGISTER_NAME, d);
    (void)unlink(beside);
    return rc;
}

/* Files before and after the register: what its batches name was there at one of the two times. */
static enum rc add_all(struct backing *b, struct reg *r, const char *file, struct diag *d)
{
    enum rc rc = add_files(b, d);
    if (rc == RC_OK)
        rc = add_register(b, r, file, d);
    return rc == RC_OK ? add_files(b, d) : rc;
}

static enum rc write_all(struct reg *r, const struct home *h, int fd, const char *file,
                         const struct backup_options *o, struct diag *d)
{
    ON_EXIT(archive_free_at) struct archive *archive = NULL;
    enum rc rc = archive_begin(fd, &archive, d);
    struct backing b = { .archive = archive, .home = h, .options = o };
    if (rc == RC_OK)
        rc = add_all(&b, r, file, d);
    return rc == RC_OK ? archive_end(archive, d) : rc;
}

enum rc backup_write(struct reg *r, const struct home *h, const char *file,
                     const struct backup_options *o, struct backup_made *ret, struct diag *d)
{
    assert(r && h && file && o && ret);

    ON_EXIT(fd_close_at)
    int fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return diag_set(d, errno == EEXIST ? RC_EXISTS : RC_IO, DIAG_NO_OFFSET,
                        "cannot make '%s': %s", file, strerror(errno));
    const enum rc rc = write_all(r, h, fd, file, o, d);
    if (rc != RC_OK) {
        (void)unlink(file);
        return rc;
    }
    const off_t size = lseek(fd, 0, SEEK_END);
    *ret = (struct backup_made){ .totals = { .bytes = (uint64_t)size },
                                 .log_size = register_log_settled(r) };
    return RC_OK;
}
