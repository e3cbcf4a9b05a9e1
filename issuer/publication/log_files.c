#include "issuer/publication/log_files.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/log_note.h"

/* --- tiles --- */

static enum rc make_folders(const char *folder, const char *relative, struct diag *d)
{
    char path[PATH_LEN];
    for (const char *slash = strchr(relative, '/'); slash; slash = strchr(slash + 1, '/')) {
        const int n =
            snprintf(path, sizeof path, "%s/%.*s", folder, (int)(slash - relative), relative);
        if (n < 0 || (size_t)n >= sizeof path)
            return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "the path of '%s' is too long", relative);
        const enum rc rc = folder_make(path, 0755, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

static enum rc read_tile(const struct tlog_source *source, unsigned tile_level, uint64_t n,
                         unsigned width, struct buf *to, struct diag *d)
{
    for (unsigned i = 0; i < width; i++) {
        struct tlog_hash hash;
        const enum rc rc =
            source->hash(source->ctx, tile_level * 8, n * TLOG_TILE_WIDTH + i, &hash, d);
        if (rc != RC_OK)
            return rc;
        buf_put(to, hash.bytes, sizeof hash.bytes);
    }
    return buf_rc(to, d);
}

/* What is there with the same bytes stays as it is: caches and copies go by its time. */
static enum rc write_when_new(const char *path, struct span bytes, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf there = { 0 };
    if (file_read(path, bytes.len, &there, NULL) == RC_OK && span_equal(buf_span(&there), bytes))
        return RC_OK;
    return file_replace(path, bytes, 0644, d);
}

static enum rc write_tile(const struct tlog_source *source, const char *folder, unsigned tile_level,
                          uint64_t n, unsigned width, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf hashes = { 0 };
    char relative[TLOG_PATH_MAX], path[PATH_LEN];
    tlog_tile_path(tile_level, n, width, relative);
    enum rc rc = read_tile(source, tile_level, n, width, &hashes, d);
    if (rc == RC_OK)
        rc = make_folders(folder, relative, d);
    if (rc == RC_OK)
        rc = path_join(folder, relative, path, d);
    return rc == RC_OK ? write_when_new(path, buf_span(&hashes), d) : rc;
}

/* Every tile of one level that is not already there in full at the old size. */
static enum rc write_level(const struct tlog_source *source, const char *folder,
                           unsigned tile_level, uint64_t old_size, uint64_t size, struct diag *d)
{
    const uint64_t old_hashes = old_size >> (8 * tile_level);
    const uint64_t hashes = size >> (8 * tile_level);

    for (uint64_t n = old_hashes / TLOG_TILE_WIDTH; n * TLOG_TILE_WIDTH < hashes; n++) {
        const uint64_t left = hashes - n * TLOG_TILE_WIDTH;
        const unsigned width = left < TLOG_TILE_WIDTH ? (unsigned)left : TLOG_TILE_WIDTH;
        const enum rc rc = write_tile(source, folder, tile_level, n, width, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* What this folder has published so far; it must be a prefix of our log. */
static enum rc read_published(struct reg *r, const struct home *h, const char *path,
                              const struct checkpoint *ours, uint64_t *ret_size, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct diag quiet = DIAG_INIT;
    enum rc rc = file_read(path, CHECKPOINT_MAX, &note, &quiet);
    if (rc == RC_NOT_FOUND) {
        *ret_size = 0;
        return RC_OK;
    }
    if (rc != RC_OK && rc != RC_LIMIT)
        return diag_set(d, rc, quiet.offset, "%s", quiet.text);

    struct checkpoint theirs;
    rc = checkpoint_parse(buf_span(&note), &theirs, &quiet);
    if (rc != RC_OK || !span_equal(theirs.origin, span_text(h->trust->log_origin)))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "'%s' is not a checkpoint of this log",
                        path);
    if (theirs.size > ours->size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'%s' covers %llu entries, this register has %llu: is it an old backup?",
                        path, (unsigned long long)theirs.size, (unsigned long long)ours->size);

    const struct tlog_source source = register_log_source(r);
    struct tlog_hash root;
    rc = tlog_root(&source, theirs.size, &root, d);
    if (rc != RC_OK)
        return rc;
    if (memcmp(root.bytes, theirs.root.bytes, sizeof root.bytes) != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "'%s' is of another history than this register", path);
    *ret_size = theirs.size;
    return RC_OK;
}

enum rc log_publish(struct reg *r, const struct home *h, struct span checkpoint, const char *folder,
                    struct diag *d)
{
    assert(r && h && folder);

    char log[PATH_LEN], path[PATH_LEN], name[LOG_FOLDER_LEN];
    struct checkpoint ours;
    log_folder_now(h->trust, name);
    enum rc rc = checkpoint_parse(checkpoint, &ours, d);
    if (rc == RC_OK)
        rc = path_join(folder, name, log, d);
    if (rc == RC_OK)
        rc = folder_make(log, 0755, d);
    if (rc == RC_OK)
        rc = path_join(log, "checkpoint", path, d);
    uint64_t old_size = 0;
    if (rc == RC_OK)
        rc = read_published(r, h, path, &ours, &old_size, d);

    const struct tlog_source source = register_log_source(r);
    for (unsigned level = 0; rc == RC_OK && level < 8 && ours.size >> (8 * level) > 0; level++)
        rc = write_level(&source, log, level, old_size, ours.size, d);
    return rc == RC_OK ? write_when_new(path, checkpoint, d) : rc;
}
