#include "issuer/publication/block_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/file.h"

#define HEX_LEN  ((size_t)2 * SHA256_LEN)
#define NAME_LEN (HEX_LEN + sizeof ".hashes")
#define HASHES_MAX                                                                                 \
    ((size_t)(COLUMN_ROWS_MAX / COLUMN_BLOCK) * SHA256_LEN) /* bytes of a .hashes file */

struct block_name {
    char text[NAME_LEN];
};

static void name_by(const uint8_t hash[SHA256_LEN], const char *suffix, struct block_name *ret)
{
    hex_encode(hash, SHA256_LEN, ret->text);
    memcpy(ret->text + HEX_LEN, suffix, strlen(suffix) + 1);
}

static enum rc write_named(const char *folder, const uint8_t hash[SHA256_LEN], const char *suffix,
                           struct span bytes, struct diag *d)
{
    struct block_name name;
    char path[PATH_LEN];
    name_by(hash, suffix, &name);
    const enum rc rc = path_join(folder, name.text, path, d);
    if (rc != RC_OK || access(path, F_OK) == 0) /* named by content: what is there is the same */
        return rc;
    return file_replace(path, bytes, 0644, d);
}

/* Named by content: what is there is the same, and need not be coded again. */
static enum rc is_written(const char *folder, const uint8_t hash[SHA256_LEN], bool *ret,
                          struct diag *d)
{
    struct block_name name;
    char path[PATH_LEN];
    name_by(hash, ".block", &name);
    const enum rc rc = path_join(folder, name.text, path, d);
    *ret = rc == RC_OK && access(path, F_OK) == 0;
    return rc;
}

static enum rc write_block(const struct columns *c, const char *folder, uint32_t block,
                           uint8_t ret_hash[SHA256_LEN], struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    ON_EXIT(buf_free_at) struct buf coded = { 0 };
    bool there = false;
    column_block_plain(c, block, COLUMN_DEADLINES, &plain);
    enum rc rc = buf_rc(&plain, d);
    if (rc != RC_OK)
        return rc;
    sha256(buf_span(&plain), ret_hash);
    rc = is_written(folder, ret_hash, &there, d);
    if (rc != RC_OK || there)
        return rc;
    rc = column_block_code(buf_span(&plain), columns_block_rows(c->count, block), COLUMN_DEADLINES,
                           &coded, d);
    return rc == RC_OK ? write_named(folder, ret_hash, ".block", buf_span(&coded), d) : rc;
}

static enum rc open_folder(const char *folder, char ret[PATH_LEN], struct diag *d)
{
    const enum rc rc = path_join(folder, "deadlines", ret, d);
    return rc == RC_OK ? folder_make(ret, 0755, d) : rc;
}

enum rc block_files_write(const struct columns *c, const char *folder, uint8_t ret_root[SHA256_LEN],
                          struct diag *d)
{
    char blocks_folder[PATH_LEN];
    enum rc rc = open_folder(folder, blocks_folder, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(buf_free_at) struct buf hashes = { 0 };
    for (uint32_t b = 0; b < columns_block_count(c->count); b++) {
        uint8_t hash[SHA256_LEN];
        rc = write_block(c, blocks_folder, b, hash, d);
        if (rc != RC_OK)
            return rc;
        buf_put(&hashes, hash, sizeof hash);
    }
    rc = buf_rc(&hashes, d);
    if (rc != RC_OK)
        return rc;
    sha256(buf_span(&hashes), ret_root);
    return write_named(blocks_folder, ret_root, ".hashes", buf_span(&hashes), d);
}

/* --- pruning --- */

/* The hashes that lists name which may still be in force, side by side. */
struct named {
    struct buf hashes;
    bool sorted;
};

static int by_hash(const void *a, const void *b)
{
    return memcmp(a, b, SHA256_LEN);
}

static bool is_named(struct named *n, const uint8_t hash[SHA256_LEN])
{
    const size_t count = n->hashes.len / SHA256_LEN;
    if (!n->sorted && count > 0)
        qsort(n->hashes.ptr, count, SHA256_LEN, by_hash);
    n->sorted = true;
    return count > 0 && bsearch(hash, n->hashes.ptr, count, SHA256_LEN, by_hash) != NULL;
}

enum file_kind { FILE_OTHERS = 0, FILE_BLOCK, FILE_HASHES };

static enum file_kind kind_of(const char *name, uint8_t ret_hash[SHA256_LEN])
{
    const char *const dot = strrchr(name, '.');
    if (!dot || !hex_decode(span_of(name, (size_t)(dot - name)), ret_hash, SHA256_LEN))
        return FILE_OTHERS;
    if (strcmp(dot, ".block") == 0)
        return FILE_BLOCK;
    return strcmp(dot, ".hashes") == 0 ? FILE_HASHES : FILE_OTHERS;
}

struct pruning {
    const char *folder;
    int64_t before; /* lists that were last current before this moment are of the past */
    struct named named;
};

static void pruning_free(struct pruning *p)
{
    buf_free(&p->named.hashes);
}

/* A file that stays takes room and harms nobody. */
static void drop(const char *path)
{
    (void)unlink(path);
}

/* A list of hashes goes when it is of the past; else what it names stays. */
static enum rc look_at_hashes(struct pruning *p, enum file_kind kind, const uint8_t *hash,
                              const char *path, struct diag *d)
{
    struct stat st;
    (void)hash;
    if (kind != FILE_HASHES || stat(path, &st) != 0)
        return RC_OK;
    if (st.st_mtime < p->before) {
        drop(path);
        return RC_OK;
    }
    p->named.sorted = false;
    return file_read(path, HASHES_MAX, &p->named.hashes, d);
}

static enum rc look_at_block(struct pruning *p, enum file_kind kind, const uint8_t *hash,
                             const char *path, struct diag *d)
{
    (void)d;
    if (kind == FILE_BLOCK && !is_named(&p->named, hash))
        drop(path);
    return RC_OK;
}

static void close_folder_at(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

static enum rc for_each_file(struct pruning *p,
                             enum rc (*look)(struct pruning *p, enum file_kind kind,
                                             const uint8_t *hash, const char *path, struct diag *d),
                             struct diag *d)
{
    ON_EXIT(close_folder_at) DIR *dir = opendir(p->folder);
    if (!dir)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot list '%s'", p->folder);
    const struct dirent *entry;
    enum rc rc = RC_OK;
    while (rc == RC_OK && (entry = readdir(dir)) != NULL) {
        uint8_t hash[SHA256_LEN];
        char path[PATH_LEN];
        const enum file_kind kind = kind_of(entry->d_name, hash);
        if (kind == FILE_OTHERS)
            continue;
        rc = path_join(p->folder, entry->d_name, path, d);
        if (rc == RC_OK)
            rc = look(p, kind, hash, path, d);
    }
    return rc;
}

/* The time of a list of hashes says when it was last the current one. */
static enum rc date_current(const char *folder, const uint8_t root[SHA256_LEN], int64_t now_s,
                            struct diag *d)
{
    struct block_name name;
    char path[PATH_LEN];
    const struct timespec times[2] = { { .tv_sec = now_s }, { .tv_sec = now_s } };
    name_by(root, ".hashes", &name);
    const enum rc rc = path_join(folder, name.text, path, d);
    if (rc != RC_OK)
        return rc;
    return utimensat(AT_FDCWD, path, times, 0) == 0
               ? RC_OK
               : diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot set the time of '%s'", path);
}

enum rc block_files_prune(const uint8_t root[SHA256_LEN], const char *folder, int64_t now_s,
                          int64_t keep_s, struct diag *d)
{
    char blocks_folder[PATH_LEN];
    ON_EXIT(pruning_free)
    struct pruning p = { .folder = blocks_folder, .before = now_s - keep_s };
    enum rc rc = open_folder(folder, blocks_folder, d);
    if (rc == RC_OK)
        rc = date_current(blocks_folder, root, now_s, d);
    if (rc == RC_OK)
        rc = for_each_file(&p, look_at_hashes, d);
    return rc == RC_OK ? for_each_file(&p, look_at_block, d) : rc;
}
