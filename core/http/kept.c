#include "core/http/kept.h"

#include <assert.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/http/server_state.h"

/* libmicrohttpd's responses are shared by connections as they are, so the one that says "close" is
 * another. */
struct http_kept {
    atomic_uint holders;
    struct buf body;
    struct MHD_Response *response[2]; /* [1]: closing */
};

static void kept_free(struct http_kept *k)
{
    for (size_t i = 0; i < 2; i++)
        if (k->response[i])
            MHD_destroy_response(k->response[i]);
    /* A connection that still sends the bytes holds k: request_end() puts it. */
    buf_free(&k->body);
    free(k);
}

static bool add_all(struct MHD_Response *r, const char *const *headers)
{
    bool added = true;
    for (const char *const *h = headers; h && *h && added; h += 2)
        added = MHD_add_response_header(r, h[0], h[1]) == MHD_YES;
    return added;
}

static bool dress(const struct http_exchange *x, struct http_kept *k, const char *type,
                  const char *const *headers)
{
    for (size_t i = 0; i < 2; i++) {
        struct MHD_Response *const r = k->response[i];
        if (!r || MHD_add_response_header(r, "Content-Type", type) != MHD_YES ||
            !add_all(r, x->server->options.headers) || !add_all(r, headers))
            return false;
    }
    return MHD_add_response_header(k->response[1], "Connection", "close") == MHD_YES;
}

static struct http_kept *kept_new(void)
{
    struct http_kept *const k = calloc(1, sizeof *k);
    if (k)
        k->holders = 1;
    return k;
}

static struct http_kept *finish(const struct http_exchange *x, struct http_kept *k,
                                const char *type, const char *const *headers)
{
    if (dress(x, k, type, headers))
        return k;
    kept_free(k);
    return NULL;
}

struct http_kept *http_keep(const struct http_exchange *x, const char *type,
                            const char *const *headers, struct buf *body)
{
    assert(x && type && body);

    struct http_kept *const k = buf_ok(body) ? kept_new() : NULL;
    if (!k) {
        buf_free(body);
        return NULL;
    }
    k->body = *body;
    *body = (struct buf){ 0 };
    for (size_t i = 0; i < 2; i++)
        k->response[i] =
            MHD_create_response_from_buffer(k->body.len, k->body.ptr, MHD_RESPMEM_PERSISTENT);
    return finish(x, k, type, headers);
}

struct http_kept *http_keep_file(const struct http_exchange *x, const char *type,
                                 const char *const *headers, int fd, uint64_t len)
{
    assert(x && type && fd >= 0);

    struct http_kept *const k = kept_new();
    const int fds[2] = { fd, k ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1 };
    for (size_t i = 0; i < 2; i++) {
        if (k && fds[i] >= 0)
            k->response[i] = MHD_create_response_from_fd_at_offset64(len, fds[i], 0);
        if ((!k || !k->response[i]) && fds[i] >= 0)
            (void)close(fds[i]);
    }
    return k ? finish(x, k, type, headers) : NULL;
}

struct http_kept *http_kept_share(struct http_kept *k)
{
    k->holders++;
    return k;
}

void http_kept_put(struct http_kept *k)
{
    if (k && --k->holders == 0)
        kept_free(k);
}

void http_answer_kept(struct http_exchange *x, struct http_kept *k)
{
    assert(x->status == 0 && !x->headers && k);

    x->status = 200;
    x->kept = k;
}

struct MHD_Response *kept_response(const struct http_kept *k, bool closing)
{
    return k->response[closing];
}
