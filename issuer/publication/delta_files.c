#include "issuer/publication/delta_files.h"

#include <assert.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cert/bundle_update.h"

#define SUFFIX   ".delta"
#define NAME_LEN (20 + sizeof SUFFIX) /* digits of a sequence */

void delta_made_free(struct delta_made *made)
{
    buf_free(&made->message);
}

/* --- making --- */

/* As a device would: nobody else is first to find out that it does not lead there. */
static enum rc try_it(const struct previous *before, struct span message, struct diag *d)
{
    ON_EXIT(bundle_update_free_at) struct bundle_update *u = NULL;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(bundle_free_at) struct bundle *made = NULL;
    enum rc rc = bundle_update_begin(before->bundle, NULL, &u, d);
    if (rc == RC_OK)
        rc = bundle_update_apply(u, message, d);
    return rc == RC_OK ? bundle_update_finish(u, &file, &made, d) : rc;
}

enum rc delta_make(const struct previous *before, const struct bundle *bundle,
                   const struct columns *rows, struct signer *signer, int64_t now_s,
                   struct delta_made *ret, struct diag *d)
{
    assert(before && bundle && rows && signer && ret);

    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(delta_made_free) struct delta_made made = { 0 };
    *ret = (struct delta_made){ 0 };
    if (!before->bundle)
        return RC_OK;
    enum rc rc =
        delta_build(before->bundle, bundle, &before->rows, rows, &payload, &made.rows, NULL);
    if (rc == RC_REFUSED || (rc == RC_OK && payload.len > DELTA_MAX / 2))
        return RC_OK;
    if (rc == RC_OK)
        rc = signer_publication(signer, TYP_DELTA, buf_span(&payload), now_s, &made.message, d);
    if (rc == RC_OK)
        rc = try_it(before, buf_span(&made.message), d);
    if (rc != RC_OK)
        return rc;
    made.from = bundle_times(before->bundle).sequence;
    *ret = made;
    made.message = (struct buf){ 0 };
    return RC_OK;
}

/* --- files --- */

static void close_folder_at(DIR **dir)
{
    if (*dir)
        (void)closedir(*dir);
}

/* Only what we write ourselves is ever removed: digits and the suffix. */
static bool parse_name(const char *name, uint64_t *ret)
{
    char again[NAME_LEN];
    char *end = NULL;
    if (*name < '0' || *name > '9')
        return false;
    *ret = strtoull(name, &end, 10);
    (void)snprintf(again, sizeof again, "%" PRIu64 SUFFIX, *ret);
    return strcmp(again, name) == 0;
}

static int descending(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x < y) - (x > y);
}

static enum rc list_deltas(const char *folder, struct buf *to, struct diag *d)
{
    ON_EXIT(close_folder_at) DIR *dir = opendir(folder);
    if (!dir)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot list '%s'", folder);
    const struct dirent *entry;
    uint64_t from;
    while ((entry = readdir(dir)) != NULL) {
        if (parse_name(entry->d_name, &from))
            buf_put(to, &from, sizeof from);
    }
    return buf_rc(to, d);
}

static enum rc path_of(const char *folder, uint64_t from, char ret[PATH_LEN], struct diag *d)
{
    char name[NAME_LEN];
    (void)snprintf(name, sizeof name, "%" PRIu64 SUFFIX, from);
    return path_join(folder, name, ret, d);
}

/* A file that stays takes room and harms nobody. */
static enum rc prune(const char *folder, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf all = { 0 };
    char path[PATH_LEN];
    enum rc rc = list_deltas(folder, &all, d);
    uint64_t *const from = (uint64_t *)(void *)all.ptr;
    const size_t count = all.len / sizeof *from;
    if (rc == RC_OK && count > DELTAS_KEPT)
        qsort(from, count, sizeof *from, descending);
    for (size_t i = DELTAS_KEPT; rc == RC_OK && i < count; i++) {
        rc = path_of(folder, from[i], path, d);
        if (rc == RC_OK)
            (void)unlink(path);
    }
    return rc;
}

enum rc delta_files_write(const struct delta_made *made, const char *folder, struct diag *d)
{
    assert(made && folder);

    char deltas[PATH_LEN], path[PATH_LEN];
    enum rc rc = path_join(folder, "deltas", deltas, d);
    if (rc == RC_OK)
        rc = folder_make(deltas, 0755, d);
    if (rc != RC_OK || made->message.len == 0)
        return rc;
    rc = path_of(deltas, made->from, path, d);
    if (rc == RC_OK)
        rc = file_replace(path, buf_span(&made->message), 0644, d);
    return rc == RC_OK ? prune(deltas, d) : rc;
}
