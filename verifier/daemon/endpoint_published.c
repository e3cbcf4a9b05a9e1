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

#define NAME_MAX_LEN 256u /* bytes below the folder */
#define ETAG_LEN     64u
#define OCTETS       "application/octet-stream"

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
    uint64_t len;
    bool packed;
    char etag[ETAG_LEN];
};

static void file_close_at(struct file *f)
{
    fd_close_at(&f->fd);
}

/* Names of ours: letters, digits, '-', '_', '.'; none begins with a dot. */
static bool name_fits(struct span name)
{
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.ptr[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool begins = i == 0 || name.ptr[i - 1] == '/';
        if (begins ? !letter && !(c >= '0' && c <= '9')
                   : !letter && !(c >= '0' && c <= '9') && !strchr("-_./", c))
            return false;
    }
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
    struct stat st;
    f->fd = (int)syscall(SYS_openat2, folder, name, &how, sizeof how);
    if (f->fd < 0 || fstat(f->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        fd_close_at(&f->fd);
        return false;
    }
    f->len = (uint64_t)st.st_size;
    (void)snprintf(f->etag, sizeof f->etag, "\"%" PRIx64 "-%lx-%" PRIx64 "\"",
                   (uint64_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, f->len);
    return true;
}

static bool find_file(const struct http_exchange *x, int folder, struct span path, struct file *f)
{
    char name[NAME_MAX_LEN + sizeof ".gz"];
    if (!name_fits(path))
        return false;
    (void)snprintf(name, sizeof name, "%.*s", (int)path.len, (const char *)path.ptr);
    f->kind = kind_of(name);
    if (kinds[f->kind].packed && accept_takes_gzip(span_text(http_header(x, "Accept-Encoding")))) {
        (void)strcat(name, ".gz");
        f->packed = open_file(folder, name, f);
        name[path.len] = '\0';
    }
    return f->packed || open_file(folder, name, f);
}

static void put_headers(struct http_exchange *x, const struct file *f)
{
    http_answer_header(x, "Cache-Control", kinds[f->kind].caching);
    http_answer_header(x, "ETag", f->etag);
    http_answer_header(x, "Access-Control-Allow-Origin", "*"); /* anybody's page may verify */
    if (kinds[f->kind].packed)
        http_answer_header(x, "Vary", "Accept-Encoding");
}

static void answer_part(struct http_exchange *x, struct file *f, const struct range *r)
{
    char text[80];
    (void)snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, r->offset,
                   r->offset + r->len - 1, f->len);
    put_headers(x, f);
    http_answer_header(x, "Content-Range", text);
    http_answer_file(x, 206, kinds[f->kind].type, f->fd, r->offset, r->len);
    f->fd = -1;
}

static void answer_nowhere(struct endpoint *e, struct http_exchange *x, const struct file *f)
{
    char text[40];
    (void)snprintf(text, sizeof text, "bytes */%" PRIu64, f->len);
    http_answer_header(x, "Content-Range", text);
    endpoint_refuse(e, x, &(struct asked){ .json = true }, REFUSE_RANGE, 0);
}

static void answer_whole(struct http_exchange *x, struct file *f)
{
    put_headers(x, f);
    if (f->packed)
        http_answer_header(x, "Content-Encoding", "gzip");
    else
        http_answer_header(x, "Accept-Ranges", "bytes");
    http_answer_file(x, 200, kinds[f->kind].type, f->fd, 0, f->len);
    f->fd = -1;
}

static void answer_file(struct endpoint *e, struct http_exchange *x, struct file *f)
{
    struct range r;
    const char *const known = http_header(x, "If-None-Match");
    if (known && condition_none_match(span_text(known), f->etag)) {
        put_headers(x, f);
        http_answer(x, 304, NULL, NULL);
        return;
    }
    const struct span range = f->packed ? (struct span){ 0 } : span_text(http_header(x, "Range"));
    switch (range_read(range, span_text(http_header(x, "If-Range")), f->etag, f->len, &r)) {
    case RANGE_WHOLE:
        answer_whole(x, f);
        return;
    case RANGE_PART:
        answer_part(x, f, &r);
        return;
    case RANGE_NOWHERE:
        answer_nowhere(e, x, f);
        return;
    }
}

void endpoint_get_published(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    ON_EXIT(file_close_at) struct file f = { .fd = -1 };
    if (find_file(x, publication_folder(p), http_segment(x, "path"), &f))
        answer_file(e, x, &f);
    else
        endpoint_refuse(e, x, &(struct asked){ .json = true }, REFUSE_NOT_FOUND, 0);
}
