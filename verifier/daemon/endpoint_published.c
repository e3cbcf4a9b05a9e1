#include <fcntl.h>
#include <inttypes.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/sys/file.h"
#include "verifier/daemon/accept.h"
#include "verifier/daemon/conditions.h"
#include "verifier/daemon/endpoint.h"
#include "verifier/daemon/shelf.h"

#define NAME_MAX_LEN 256u /* bytes below the folder */
#define PACKED       ".gz"
_Static_assert(NAME_MAX_LEN + sizeof PACKED <= SHELF_NAME_MAX, "a name, and its packed form");
#define OCTETS "application/octet-stream"

#define FOR_EVER "public, max-age=31536000, immutable"
#define A_WHILE  "public, max-age=60, stale-while-revalidate=600, stale-if-error=604800"

/* The first row whose prefix and ending fit. */
static const struct {
    const char *prefix, *ending, *type, *caching;
    bool packed; /* NAME.gz may stand beside it */
} kinds[] = {
    { "log/tile/", "", OCTETS, FOR_EVER, false },
    { "deadlines/", "", OCTETS, FOR_EVER, false },
    { "log/checkpoint", "", "text/plain; charset=utf-8", A_WHILE, false },
    { "log-", "/checkpoint", "text/plain; charset=utf-8", A_WHILE, false },
    { "log-", "", OCTETS, FOR_EVER, false },
    { "root.cbor", "", "application/cbor", A_WHILE, false },
    { "", ".cbor", "application/cose", A_WHILE, true },
    { "", ".json", "application/json", A_WHILE, true },
    { "status.cwt", "", "application/statuslist+cwt", A_WHILE, false },
    { "deadlines.cwt", "", "application/sitecert-deadlines+cwt", A_WHILE, false },
    { "", "", OCTETS, A_WHILE, false },
};

struct file {
    size_t kind;
    int fd;
    struct stat st;
    uint64_t len;
    bool packed;
    char etag[ETAG_LEN];
};

static void file_close_at(struct file *f)
{
    fd_close_at(&f->fd);
}

static bool is_name_character(uint8_t c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (!first && (c == '-' || c == '_' || c == '.' || c == '/'));
}

/* Names of ours: letters, digits, '-', '_', '.'; none begins with a dot. */
static bool name_fits(struct span name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_name_character(name.ptr[i], i == 0 || name.ptr[i - 1] == '/'))
            return false;
    return name.len > 0 && name.len < NAME_MAX_LEN && name.ptr[name.len - 1] != '/';
}

static size_t kind_of(const char *name)
{
    for (size_t i = 0;; i++) {
        const size_t len = strlen(name), ending = strlen(kinds[i].ending);
        if (strncmp(name, kinds[i].prefix, strlen(kinds[i].prefix)) == 0 && len >= ending &&
            strcmp(name + len - ending, kinds[i].ending) == 0)
            return i;
    }
}

/* Nothing outside the folder, by whatever links stand in it. */
static bool open_file(int folder, const char *name, struct file *f)
{
    const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
                                  .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
                                             RESOLVE_NO_MAGICLINKS };
    f->fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof how);
    if (f->fd < 0 || fstat(f->fd, &f->st) != 0 || !S_ISREG(f->st.st_mode)) {
        fd_close_at(&f->fd);
        return false;
    }
    f->len = (uint64_t)f->st.st_size;
    (void)snprintf(f->etag, sizeof f->etag, "\"%" PRIx64 "-%lx-%" PRIx64 "%s\"",
                   (uint64_t)f->st.st_mtim.tv_sec, f->st.st_mtim.tv_nsec, f->len,
                   f->packed ? "-gz" : "");
    return true;
}

/* --- answers that are ready --- */

#define FILE_HEADERS 12u

static void list_headers(const struct file *f, const char *ret[FILE_HEADERS])
{
    const char *const headers[FILE_HEADERS] = {
        "Cache-Control",
        kinds[f->kind].caching,
        "ETag",
        f->etag,
        "Access-Control-Allow-Origin", /* anybody's page may verify */
        "*",
        f->packed ? "Content-Encoding" : "Accept-Ranges",
        f->packed ? "gzip" : "bytes",
        kinds[f->kind].packed ? "Vary" : NULL,
        "Accept-Encoding",
    };
    memcpy(ret, headers, sizeof headers);
}

/* False: cut off meanwhile, or it cannot be read. */
static bool read_whole(const struct file *f, struct buf *to)
{
    uint8_t *const room = buf_reserve(to, f->len);
    while (room && to->len < f->len) {
        const ssize_t n = pread(f->fd, room + to->len, f->len - to->len, (off_t)to->len);
        if (n <= 0)
            return false;
        to->len += (size_t)n;
    }
    return room;
}

static struct http_kept *make_answer(struct http_exchange *x, struct file *f)
{
    const char *headers[FILE_HEADERS];
    struct buf bytes = { 0 };
    list_headers(f, headers);
    if (f->len > SHELF_SMALL) {
        const int fd = f->fd;
        f->fd = -1;
        return http_keep_file(x, kinds[f->kind].type, headers, fd, f->len);
    }
    if (read_whole(f, &bytes))
        return http_keep(x, kinds[f->kind].type, headers, &bytes);
    buf_free(&bytes);
    return NULL;
}

/* SHELF_UNKNOWN: it is there and cannot be answered. */
static enum shelf_found take(struct endpoint *e, struct http_exchange *x, int folder,
                             const char *name, size_t kind, bool packed, struct shelved *ret)
{
    ON_EXIT(file_close_at) struct file f = { .kind = kind, .fd = -1, .packed = packed };
    const enum shelf_found found = shelf_find(e->shelf, folder, name, ret);
    if (found != SHELF_UNKNOWN)
        return found;
    if (!open_file(folder, name, &f)) {
        if (packed) /* asked for again with whatever might have one */
            shelf_keep(e->shelf, name, NULL, NULL, NULL);
        return SHELF_ABSENT;
    }
    ret->kept = make_answer(x, &f);
    if (!ret->kept)
        return SHELF_UNKNOWN;
    memcpy(ret->etag, f.etag, sizeof ret->etag);
    shelf_keep(e->shelf, name, http_kept_share(ret->kept), &f.st, f.etag);
    return SHELF_FOUND;
}

static enum shelf_found take_packed(struct endpoint *e, struct http_exchange *x, int folder,
                                    const char *name, size_t kind, struct shelved *ret)
{
    char packed[SHELF_NAME_MAX];
    if (!kinds[kind].packed || http_header(x, "Range") ||
        !accept_takes_gzip(span_text(http_header(x, "Accept-Encoding"))))
        return SHELF_ABSENT;
    (void)snprintf(packed, sizeof packed, "%s" PACKED, name);
    return take(e, x, folder, packed, kind, true, ret);
}

static void put_headers(struct http_exchange *x, size_t kind, const char *etag)
{
    http_answer_header(x, "Cache-Control", kinds[kind].caching);
    http_answer_header(x, "ETag", etag);
    http_answer_header(x, "Access-Control-Allow-Origin", "*");
    if (kinds[kind].packed)
        http_answer_header(x, "Vary", "Accept-Encoding");
}

static void answer_whole(struct http_exchange *x, size_t kind, struct shelved *s)
{
    const char *const known = http_header(x, "If-None-Match");
    if (known && condition_none_match(span_text(known), s->etag)) {
        http_kept_put(s->kept);
        put_headers(x, kind, s->etag);
        http_answer(x, 304, NULL, NULL);
        return;
    }
    http_answer_kept(x, s->kept);
}

/* --- parts --- */

static void answer_part(struct http_exchange *x, struct file *f, const struct range *r)
{
    char text[80];
    (void)snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, r->offset,
                   r->offset + r->len - 1, f->len);
    put_headers(x, f->kind, f->etag);
    http_answer_header(x, "Content-Range", text);
    http_answer_file(x, 206, kinds[f->kind].type, f->fd, r->offset, r->len);
    f->fd = -1;
}

static void answer_nowhere(struct endpoint *e, struct http_exchange *x, const struct file *f)
{
    char text[40];
    (void)snprintf(text, sizeof text, "bytes */%" PRIu64, f->len);
    http_answer_header(x, "Content-Range", text);
    endpoint_refuse_file(e, x, REFUSE_RANGE);
}

/* True: answered. A condition comes before a range (RFC 9110 section 13.2.2). */
static bool answer_range(struct endpoint *e, struct http_exchange *x, int folder, const char *name,
                         size_t kind)
{
    struct range r;
    const char *const known = http_header(x, "If-None-Match");
    const struct span range = span_text(http_header(x, "Range"));
    ON_EXIT(file_close_at) struct file f = { .kind = kind, .fd = -1 };
    if (range.len == 0 || !open_file(folder, name, &f) ||
        (known && condition_none_match(span_text(known), f.etag)))
        return false;
    switch (range_read(range, span_text(http_header(x, "If-Range")), f.etag, f.len, &r)) {
    case RANGE_WHOLE:
        return false;
    case RANGE_PART:
        answer_part(x, &f, &r);
        return true;
    case RANGE_NOWHERE:
        answer_nowhere(e, x, &f);
        return true;
    }
    return false;
}

/* --- together --- */

static void answer(struct endpoint *e, struct http_exchange *x, int folder, const char *name)
{
    struct shelved s = { 0 };
    const size_t kind = kind_of(name);
    enum shelf_found found = take_packed(e, x, folder, name, kind, &s);
    if (found == SHELF_ABSENT && answer_range(e, x, folder, name, kind))
        return;
    if (found == SHELF_ABSENT)
        found = take(e, x, folder, name, kind, false, &s);
    switch (found) {
    case SHELF_FOUND:
        answer_whole(x, kind, &s);
        return;
    case SHELF_ABSENT:
        endpoint_refuse_file(e, x, REFUSE_NOT_FOUND);
        return;
    case SHELF_UNKNOWN:
        break;
    }
    endpoint_refuse_file(e, x, REFUSE_INTERNAL);
}

void endpoint_get_published(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    const struct span path = http_segment(x, "path");
    char name[NAME_MAX_LEN];
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    if (!name_fits(path)) {
        endpoint_refuse_file(e, x, REFUSE_NOT_FOUND);
        return;
    }
    memcpy(name, path.ptr, path.len);
    name[path.len] = '\0';
    answer(e, x, publication_folder(p), name);
}
