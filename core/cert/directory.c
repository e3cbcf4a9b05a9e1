#include "core/cert/directory.h"

#include <assert.h>
#include <stdlib.h>

#include "core/cert/cwt_claims.h"

#define CREDIT_CODE_LEN 18

enum { DIR_DEPLOYMENT = 1, DIR_ISSUED = 2, DIR_POSTS = 3, DIR_UNITS = 4, DIR_PROVIDERS = 5 };

void directory_free(struct directory *dir)
{
    if (!dir)
        return;
    free(dir->posts);
    free(dir->units);
    free(dir->providers);
    *dir = (struct directory){ .issued = 0 };
}

static void directory_free_at(struct directory *dir)
{
    directory_free(dir);
}

static void put_post(struct buf *b, const struct directory_post *p)
{
    cbor_put_array(b, 3);
    cbor_put_uint(b, p->code);
    cbor_put_text(b, p->name);
    cbor_put_text(b, p->name_en);
}

static void put_unit(struct buf *b, const struct directory_unit *u)
{
    cbor_put_array(b, 2);
    cbor_put_uint(b, u->id);
    cbor_put_text(b, u->name);
}

static void put_provider(struct buf *b, const struct directory_provider *p)
{
    cbor_put_array(b, 3);
    cbor_put_text(b, p->credit_code);
    cbor_put_text(b, p->name);
    cbor_put_uint(b, p->unit);
}

void directory_payload_put(struct buf *b, const struct directory *dir)
{
    assert(b && dir && dir->issued >= 0);

    cbor_put_map(b, 5);
    cbor_put_uint(b, DIR_DEPLOYMENT);
    cbor_put_bytes(b, span_of(dir->deployment, SHA256_LEN));
    cbor_put_uint(b, DIR_ISSUED);
    cbor_put_uint(b, (uint64_t)dir->issued);
    cbor_put_uint(b, DIR_POSTS);
    cbor_put_array(b, dir->post_count);
    for (size_t i = 0; i < dir->post_count; i++)
        put_post(b, &dir->posts[i]);
    cbor_put_uint(b, DIR_UNITS);
    cbor_put_array(b, dir->unit_count);
    for (size_t i = 0; i < dir->unit_count; i++)
        put_unit(b, &dir->units[i]);
    cbor_put_uint(b, DIR_PROVIDERS);
    cbor_put_array(b, dir->provider_count);
    for (size_t i = 0; i < dir->provider_count; i++)
        put_provider(b, &dir->providers[i]);
}

static bool read_row(struct cbor_reader *c, const char *name, uint64_t cells)
{
    uint64_t count;
    if (!cbor_array(c, name, cells, &count))
        return false;
    return count == cells || cbor_fail(c, "%s of %u cells", name, (unsigned)count);
}

static bool read_code(struct cbor_reader *c, const char *name, uint32_t *ret)
{
    uint64_t v;
    if (!cbor_uint(c, name, DIRECTORY_CODE_MAX, &v))
        return false;

    *ret = (uint32_t)v;
    return true;
}

/*
 * The array's head, and zeroed room for its rows; NULL without a failure of c: out of memory.
 * row_min is what a row has at least in bytes: so that a few bytes cannot make us reserve
 * gigabytes.
 */
static void *read_array(struct cbor_reader *c, const char *name, size_t row_min, size_t row_size,
                        size_t *ret_count)
{
    uint64_t count;
    if (!cbor_array(c, name, reader_left(&c->r) / row_min, &count))
        return NULL;

    void *const rows = calloc(count > 0 ? (size_t)count : 1, row_size);
    if (rows)
        *ret_count = (size_t)count;
    return rows;
}

static bool read_posts(struct cbor_reader *c, struct directory *dir)
{
    dir->posts = read_array(c, "posts", 5, sizeof *dir->posts, &dir->post_count);
    if (!dir->posts)
        return false;

    for (size_t i = 0; i < dir->post_count; i++) {
        struct directory_post *const p = &dir->posts[i];
        if (!read_row(c, "post", 3) || !read_code(c, "post code", &p->code) ||
            !cbor_text(c, "post name", 1, DIRECTORY_NAME_MAX, &p->name) ||
            !cbor_text(c, "post name in English", 0, DIRECTORY_NAME_MAX, &p->name_en))
            return false;
        if (i > 0 && dir->posts[i - 1].code >= p->code)
            return cbor_fail(c, "post codes do not ascend");
    }
    return true;
}

static bool read_units(struct cbor_reader *c, struct directory *dir)
{
    dir->units = read_array(c, "units", 4, sizeof *dir->units, &dir->unit_count);
    if (!dir->units)
        return false;

    for (size_t i = 0; i < dir->unit_count; i++) {
        struct directory_unit *const u = &dir->units[i];
        if (!read_row(c, "unit", 2) || !read_code(c, "unit id", &u->id) ||
            !cbor_text(c, "unit name", 1, DIRECTORY_NAME_MAX, &u->name))
            return false;
        if (i > 0 && dir->units[i - 1].id >= u->id)
            return cbor_fail(c, "unit ids do not ascend");
    }
    return true;
}

static bool read_providers(struct cbor_reader *c, struct directory *dir)
{
    dir->providers = read_array(c, "providers", 5 + CREDIT_CODE_LEN, sizeof *dir->providers,
                                &dir->provider_count);
    if (!dir->providers)
        return false;

    for (size_t i = 0; i < dir->provider_count; i++) {
        struct directory_provider *const p = &dir->providers[i];
        if (!read_row(c, "provider", 3) ||
            !cbor_text(c, "credit code", CREDIT_CODE_LEN, CREDIT_CODE_LEN, &p->credit_code) ||
            !cbor_text(c, "provider name", 1, DIRECTORY_NAME_MAX, &p->name) ||
            !read_code(c, "provider unit", &p->unit))
            return false;
    }
    return true;
}

static bool read_payload(struct cbor_reader *c, struct directory *dir)
{
    struct cbor_map m;
    struct span deployment;
    if (!cbor_map(c, "directory", 5, &m) || !cbor_map_need(c, &m, DIR_DEPLOYMENT, "deployment") ||
        !cbor_bytes(c, "deployment", SHA256_LEN, SHA256_LEN, &deployment) ||
        !cbor_map_need(c, &m, DIR_ISSUED, "issued") || !cwt_time_read(c, "issued", &dir->issued) ||
        !cbor_map_need(c, &m, DIR_POSTS, "posts") || !read_posts(c, dir) ||
        !cbor_map_need(c, &m, DIR_UNITS, "units") || !read_units(c, dir) ||
        !cbor_map_need(c, &m, DIR_PROVIDERS, "providers") || !read_providers(c, dir) ||
        !cbor_map_end(c, &m, "directory") || !cbor_end(c))
        return false;

    memcpy(dir->deployment, deployment.ptr, SHA256_LEN);
    return true;
}

enum rc directory_payload_read(struct span payload, struct directory *ret, struct diag *d)
{
    assert(ret);

    if (payload.len > DIRECTORY_MAX)
        return diag_set(d, RC_LIMIT, DIRECTORY_MAX, "a directory of %zu bytes, over %u",
                        payload.len, DIRECTORY_MAX);

    struct cbor_reader c = cbor_reader_over(payload, d);
    ON_EXIT(directory_free_at) struct directory dir = { .issued = 0 };
    if (!read_payload(&c, &dir))
        return c.failed ? RC_FORMAT : diag_set(d, RC_NOMEM, c.r.pos, "reading a directory");

    *ret = dir;
    dir = (struct directory){ .issued = 0 };
    return RC_OK;
}

static int compare_post(const void *key, const void *row)
{
    const uint32_t a = *(const uint32_t *)key, b = ((const struct directory_post *)row)->code;
    return (a > b) - (a < b);
}

static int compare_unit(const void *key, const void *row)
{
    const uint32_t a = *(const uint32_t *)key, b = ((const struct directory_unit *)row)->id;
    return (a > b) - (a < b);
}

const struct directory_post *directory_find_post(const struct directory *dir, uint32_t code)
{
    if (dir->post_count == 0)
        return NULL;
    return bsearch(&code, dir->posts, dir->post_count, sizeof *dir->posts, compare_post);
}

const struct directory_unit *directory_find_unit(const struct directory *dir, uint32_t id)
{
    if (dir->unit_count == 0)
        return NULL;
    return bsearch(&id, dir->units, dir->unit_count, sizeof *dir->units, compare_unit);
}

const struct directory_provider *directory_find_provider(const struct directory *dir,
                                                         uint32_t index)
{
    return index < dir->provider_count ? &dir->providers[index] : NULL;
}
