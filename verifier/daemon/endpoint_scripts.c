/* The page's scripts, embedded by the build, and the service worker that keeps them. */
#include "verifier/daemon/accept.h"
#include "verifier/daemon/conditions.h"
#include "verifier/daemon/endpoint.h"
#include "verifier/web/web_files.h"

#define TYPE_SCRIPT "text/javascript; charset=utf-8"

static void put_headers(struct http_exchange *x, const struct web_file *f)
{
    http_answer_header(x, "Cache-Control", "no-cache"); /* a page and its scripts belong together */
    http_answer_header(x, "ETag", f->etag);
    http_answer_header(x, "Vary", "Accept-Encoding");
}

static void answer_script(struct endpoint *e, struct http_exchange *x, const struct web_file *f)
{
    if (!f) {
        endpoint_refuse_file(e, x, REFUSE_NOT_FOUND);
        return;
    }
    put_headers(x, f);
    const char *const known = http_header(x, "If-None-Match");
    if (known && condition_none_match(span_text(known), f->etag)) {
        http_answer(x, 304, NULL, NULL);
        return;
    }
    struct buf b = { 0 };
    if (accept_takes_gzip(span_text(http_header(x, "Accept-Encoding")))) {
        http_answer_header(x, "Content-Encoding", "gzip");
        buf_put_span(&b, f->packed);
    } else {
        buf_put_span(&b, f->bytes);
    }
    http_answer(x, 200, TYPE_SCRIPT, &b);
}

void endpoint_get_script(struct http_exchange *x, void *arg)
{
    answer_script(arg, x, web_file_find(http_segment(x, "name")));
}

/* At the root, since a worker rules no page above itself. */
void endpoint_get_worker(struct http_exchange *x, void *arg)
{
    answer_script(arg, x, web_file_find(SPAN_LITERAL(WEB_WORKER)));
}
