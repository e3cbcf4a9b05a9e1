#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "core/http/exchange.h"
#include "core/http/server_state.h"
#include "core/http/stream.h"

void http_answer_header(struct http_exchange *x, const char *name, const char *value)
{
    assert(!x->response && field_is_token(span_text(name)) && field_is_clean(span_text(value)));

    struct exchange_text *const t = exchange_text_new(name, span_text(value));
    if (!t)
        return;
    t->next = x->headers;
    x->headers = t;
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static bool add_headers(const struct http_exchange *x, struct MHD_Response *response,
                        const char *type)
{
    bool added = true;
    if (type)
        added = add_header(response, "Content-Type", type);
    for (const char *const *h = x->server->options.headers; h && *h && added; h += 2)
        added = add_header(response, h[0], h[1]);
    for (const struct exchange_text *t = x->headers; t && added; t = t->next)
        added = add_header(response, t->name, t->value);
    return added;
}

/* response NULL: out of memory; then the exchange has no answer, which the server makes a 500. */
static void take_answer(struct http_exchange *x, unsigned status, const char *type,
                        struct MHD_Response *response)
{
    assert(status >= 200 && status <= 599);

    if (!response)
        return;
    if (!add_headers(x, response, type)) {
        MHD_destroy_response(response);
        return;
    }
    x->status = status;
    x->response = response;
}

void http_answer(struct http_exchange *x, unsigned status, const char *type, struct buf *body)
{
    assert(!x->response);

    const bool whole = !body || buf_ok(body);
    struct MHD_Response *response = NULL;
    if (whole && body && body->len > 0) {
        response = MHD_create_response_from_buffer(body->len, body->ptr, MHD_RESPMEM_MUST_FREE);
        if (response)
            *body = (struct buf){ 0 };
    } else if (whole) {
        response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    }
    if (body)
        buf_free(body);
    take_answer(x, status, type, response);
}

void http_answer_file(struct http_exchange *x, unsigned status, const char *type, int fd,
                      uint64_t offset, uint64_t len)
{
    assert(!x->response && fd >= 0);

    struct MHD_Response *const response = MHD_create_response_from_fd_at_offset64(len, fd, offset);
    if (!response)
        (void)close(fd);
    take_answer(x, status, type, response);
}

void http_answer_stream(struct http_exchange *x, unsigned status, const char *type,
                        const struct http_stream *stream)
{
    assert(!x->response && stream && stream->next);

    take_answer(x, status, type, stream_response(x, stream));
}
