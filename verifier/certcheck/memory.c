#include "verifier/certcheck/memory.h"

#include <time.h>

#include "core/cose/cbor.h"
#include "core/sys/clock.h"

#define SEEN_FORM  2
#define SEEN_MAX   8192 /* bytes of a file */
#define SEEN_CELLS 6
#define HEX_LEN    ((size_t)2 * DEPLOYMENT_LEN)
#define FILE_MODE  0600

static enum rc folder_of(const char *state, const uint8_t deployment[DEPLOYMENT_LEN],
                         char ret[PATH_LEN], struct diag *d)
{
    char hex[HEX_LEN + 1];
    hex_encode(deployment, DEPLOYMENT_LEN, hex);
    return path_join(state, hex, ret, d);
}

static bool take_time(struct cbor_reader *c, const char *name, int64_t *ret)
{
    uint64_t v;
    if (!cbor_uint(c, name, INT64_MAX, &v))
        return false;
    *ret = (int64_t)v;
    return true;
}

static bool parse_seen(struct span bytes, struct seen *ret, struct diag *d)
{
    struct cbor_reader c = cbor_reader_over(bytes, d);
    struct span roots;
    uint64_t cells, form;
    return cbor_array(&c, "seen", SEEN_CELLS, &cells) && cells == SEEN_CELLS &&
           cbor_uint(&c, "form", SEEN_FORM, &form) && form == SEEN_FORM &&
           cbor_skip(&c, "roots", &roots) && root_set_parse(roots, &ret->roots, d) == RC_OK &&
           cbor_uint(&c, "sequence", SEQUENCE_MAX, &ret->sequence) &&
           cbor_uint(&c, "trust sequence", SEQUENCE_MAX, &ret->trust_sequence) &&
           take_time(&c, "signed time", &ret->signed_s) &&
           take_time(&c, "own clock", &ret->clock_s) && cbor_end(&c);
}

enum rc seen_read(const char *state, const uint8_t deployment[DEPLOYMENT_LEN], struct seen *ret,
                  struct diag *d)
{
    char folder[PATH_LEN], path[PATH_LEN];
    enum rc rc = folder_of(state, deployment, folder, d);
    if (rc == RC_OK)
        rc = path_join(folder, "seen", path, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct diag why = DIAG_INIT;
    rc = file_read(path, SEEN_MAX, &file, &why);
    if (rc == RC_NOT_FOUND) {
        *ret = (struct seen){ 0 };
        return RC_OK;
    }
    if (rc != RC_OK && rc != RC_LIMIT)
        return diag_set(d, rc, why.offset, "%s", why.text);

    struct seen seen = { .known = true };
    if (rc == RC_LIMIT || !parse_seen(buf_span(&file), &seen, NULL))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "what is remembered in '%s' is damaged",
                        path);
    seen.roots.since = seen.trust_sequence;
    *ret = seen;
    return RC_OK;
}

enum rc seen_write(const char *state, const uint8_t deployment[DEPLOYMENT_LEN],
                   const struct seen *seen, struct diag *d)
{
    char folder[PATH_LEN], path[PATH_LEN];
    enum rc rc = folder_of(state, deployment, folder, d);
    if (rc == RC_OK)
        rc = path_join(folder, "seen", path, d);
    if (rc == RC_OK)
        rc = folders_make(folder, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(buf_free_at) struct buf file = { 0 };
    cbor_put_array(&file, SEEN_CELLS);
    cbor_put_uint(&file, SEEN_FORM);
    root_set_put(&file, &seen->roots);
    cbor_put_uint(&file, seen->sequence);
    cbor_put_uint(&file, seen->trust_sequence);
    cbor_put_uint(&file, (uint64_t)seen->signed_s);
    cbor_put_uint(&file, (uint64_t)seen->clock_s);
    rc = buf_rc(&file, d);
    return rc == RC_OK ? file_replace(path, buf_span(&file), FILE_MODE, d) : rc;
}

enum rc memory_lock(const char *state, int *ret_fd, struct diag *d)
{
    static const struct timespec pause = { .tv_nsec = 5000000 };
    const double end_s = clock_elapsed() + MEMORY_WAIT_S;
    char path[PATH_LEN];
    enum rc rc = path_join(state, "lock", path, d);
    if (rc == RC_OK)
        rc = folders_make(state, d);
    if (rc != RC_OK)
        return rc;

    for (;;) {
        struct diag why = DIAG_INIT;
        rc = lock_take(path, ret_fd, &why);
        if (rc == RC_OK)
            return RC_OK;
        if (rc != RC_BUSY || clock_elapsed() >= end_s)
            return diag_set(d, rc, why.offset, "%s", why.text);
        (void)nanosleep(&pause, NULL);
    }
}

enum rc pinned_read(const char *state, bool *ret_known, uint8_t ret[DEPLOYMENT_LEN], struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = path_join(state, "pinned", path, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct diag why = DIAG_INIT;
    rc = file_read(path, HEX_LEN + 1, &file, &why);
    if (rc == RC_NOT_FOUND) {
        *ret_known = false;
        return RC_OK;
    }
    if (rc != RC_OK && rc != RC_LIMIT)
        return diag_set(d, rc, why.offset, "%s", why.text);

    if (rc == RC_LIMIT || file.len != HEX_LEN + 1 || file.ptr[HEX_LEN] != '\n' ||
        !hex_decode(span_of(file.ptr, HEX_LEN), ret, DEPLOYMENT_LEN))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "what is remembered in '%s' is damaged",
                        path);
    *ret_known = true;
    return RC_OK;
}

enum rc pinned_write(const char *state, const uint8_t deployment[DEPLOYMENT_LEN], struct diag *d)
{
    char path[PATH_LEN], line[HEX_LEN + 2];
    const enum rc rc = path_join(state, "pinned", path, d);
    if (rc != RC_OK)
        return rc;
    hex_encode(deployment, DEPLOYMENT_LEN, line);
    line[HEX_LEN] = '\n';
    return file_create(path, span_of(line, HEX_LEN + 1), FILE_MODE, d);
}
