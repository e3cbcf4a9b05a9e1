/* Whether a restored home may sign: its log against the published one. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/cert/log_note.h"
#include "issuer/backup/backup.h"
#include "keys/memory/memory.h"

static enum rc log_path(const char *folder, size_t n, const char *name, char ret[PATH_LEN],
                        struct diag *d)
{
    char log[PATH_LEN], of[LOG_FOLDER_LEN];
    log_folder_name(n, of);
    const enum rc rc = path_join(folder, of, log, d);
    return rc == RC_OK ? path_join(log, name, ret, d) : rc;
}

/* What was published of the log. */
struct published {
    uint64_t size;
    struct tlog_hash root;
    bool closed; /* and the roots have closed that log since */
};

/* Of the current log; nothing of it is published yet when the one before was just closed. */
static enum rc read_checkpoint(const struct home *h, const char *folder, struct buf *note,
                               struct diag *d)
{
    char path[PATH_LEN];
    const size_t now = h->trust->closed_count + 1;
    enum rc rc = log_path(folder, now, "checkpoint", path, d);
    if (rc == RC_OK)
        rc = file_read(path, CHECKPOINT_MAX, note, now > 1 ? NULL : d);
    if (rc != RC_NOT_FOUND || now == 1)
        return rc;
    rc = log_path(folder, now - 1, "checkpoint", path, d);
    return rc == RC_OK ? file_read(path, CHECKPOINT_MAX, note, d) : rc;
}

static enum rc read_published(const struct home *h, const char *folder, struct published *ret,
                              struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct checkpoint c;
    uint64_t end = 0;
    const enum rc rc = read_checkpoint(h, folder, &note, d);
    if (rc != RC_OK)
        return rc;
    if (log_note_check(buf_span(&note), h->trust, &c, &end, NULL) != RC_OK)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the published checkpoint is not of this deployment's log");
    *ret = (struct published){ c.size, c.root, end != UINT64_MAX };
    return RC_OK;
}

static enum rc other_history(struct diag *d)
{
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                    "what was published is of another history than this register");
}

static enum rc compare_root(struct reg *r, uint64_t size, const uint8_t root[SHA256_LEN],
                            struct diag *d)
{
    const struct tlog_source source = register_log_source(r);
    struct tlog_hash ours = tlog_empty();
    const enum rc rc = size > 0 ? tlog_root(&source, size, &ours, d) : RC_OK;
    if (rc != RC_OK)
        return rc;
    return memcmp(ours.bytes, root, SHA256_LEN) == 0 ? RC_OK : other_history(d);
}

static enum rc compare(struct reg *r, const struct published *published, struct diag *d)
{
    const uint64_t size = register_log_settled(r);
    if (published->size > size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "this register is behind: it has %llu entries of the log, %llu were "
                        "published; restore a later backup or the mirror. When there is none: "
                        "sitecert restore --published DIR --new-log",
                        (unsigned long long)size, (unsigned long long)published->size);
    return compare_root(r, published->size, published->root.bytes, d);
}

/* The roots have closed the log that was published: this register must be where they did. */
static enum rc compare_closed(struct reg *r, const struct home *h, struct diag *d)
{
    const struct closed_log *const last = &h->trust->closed[h->trust->closed_count - 1];
    if (register_log_settled(r) != last->size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the log was closed at %llu entries, this register has %llu",
                        (unsigned long long)last->size,
                        (unsigned long long)register_log_settled(r));
    return compare_root(r, last->size, last->root, d);
}

/* What it remembers is of places that the new log gives again: it must not come back. */
static enum rc set_memory_aside(const struct home *h, struct diag *d)
{
    char from[PATH_LEN], to[PATH_LEN], name[64];
    (void)snprintf(name, sizeof name, MEMORY_FOLDER ".closed-%zu", h->trust->closed_count);
    enum rc rc = home_path(h, MEMORY_FOLDER, from, d);
    if (rc == RC_OK)
        rc = home_path(h, name, to, d);
    if (rc == RC_OK && rename(from, to) != 0 && errno != ENOENT)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot move '%.150s' aside: %s", from,
                      strerror(errno));
    return rc;
}

enum rc backup_resume(struct reg *r, const struct home *h, const char *published,
                      struct resumed *ret, struct diag *d)
{
    assert(r && h && published && ret);

    struct published p;
    char mark[PATH_LEN];
    enum rc rc = home_path(h, HOME_RESTORED, mark, d);
    if (rc == RC_OK)
        rc = read_published(h, published, &p, d);
    if (rc != RC_OK)
        return rc;
    rc = p.closed ? compare_closed(r, h, d) : compare(r, &p, d);
    if (rc == RC_OK && p.closed && access(mark, F_OK) == 0)
        rc = set_memory_aside(h, d);
    if (rc == RC_OK && unlink(mark) != 0 && errno != ENOENT)
        rc = diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot remove '%s': %s", mark, strerror(errno));
    if (rc == RC_OK)
        *ret = (struct resumed){ .log_size = register_log_settled(r),
                                 .published = p.size,
                                 .new_log = p.closed };
    return rc;
}

/* --- what was published begins as this register's log does --- */

#define TILE_LEN ((size_t)TLOG_TILE_WIDTH * SHA256_LEN)

static enum rc compare_tile(struct reg *r, const struct home *h, const char *folder, uint64_t n,
                            uint64_t size, uint64_t published, struct diag *d)
{
    char relative[TLOG_PATH_MAX], path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf tile = { 0 };
    const struct tlog_source source = register_log_source(r);
    const uint64_t first = n * TLOG_TILE_WIDTH, there = published - first;
    const unsigned width = there < TLOG_TILE_WIDTH ? (unsigned)there : TLOG_TILE_WIDTH;
    tlog_tile_path(0, n, width, relative);
    enum rc rc = log_path(folder, h->trust->closed_count + 1, relative, path, d);
    if (rc == RC_OK)
        rc = file_read(path, TILE_LEN, &tile, d);
    if (rc == RC_OK && tile.len != (size_t)width * SHA256_LEN)
        rc = diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.150s' has another length", path);
    for (uint64_t i = 0; rc == RC_OK && i < width && first + i < size; i++) {
        struct tlog_hash leaf;
        rc = source.hash(source.ctx, 0, first + i, &leaf, d);
        if (rc == RC_OK && memcmp(leaf.bytes, tile.ptr + i * SHA256_LEN, SHA256_LEN) != 0)
            rc = other_history(d);
    }
    return rc;
}

/* The list that closes the log follows the newest one. */
static enum rc check_newest_list(const struct home *h, const char *folder, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    ON_EXIT(trust_list_free_at) struct trust_list *list = NULL;
    enum rc rc = path_join(folder, "trust.cbor", path, d);
    if (rc == RC_OK)
        rc = file_read(path, TRUST_FILE_MAX, &bytes, d);
    if (rc == RC_OK)
        rc = trust_list_read(buf_span(&bytes), &h->trust->roots, &list, d);
    if (rc == RC_OK && list->sequence > h->trust->sequence)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                      "the home's trust list is older than the published one: copy '%.120s' into "
                      "it, and its keys",
                      path);
    return rc;
}

enum rc backup_is_beginning(struct reg *r, const struct home *h, const char *published,
                            struct resumed *ret, struct diag *d)
{
    assert(r && h && published && ret);

    struct published p;
    char mark[PATH_LEN];
    enum rc rc = home_path(h, HOME_RESTORED, mark, d);
    if (rc == RC_OK && access(mark, F_OK) != 0)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                      "this home was not made of a backup, or was compared already");
    if (rc == RC_OK)
        rc = check_newest_list(h, published, d);
    if (rc == RC_OK)
        rc = read_published(h, published, &p, d);
    if (rc != RC_OK)
        return rc;
    const uint64_t size = register_log_settled(r);
    if (p.closed || p.size <= size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "this register is not behind: its log goes on as it is");
    for (uint64_t n = 0; rc == RC_OK && n * TLOG_TILE_WIDTH < size; n++)
        rc = compare_tile(r, h, published, n, size, p.size, d);
    if (rc == RC_OK)
        *ret = (struct resumed){ .log_size = size, .published = p.size };
    return rc;
}
