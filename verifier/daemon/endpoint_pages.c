#include "verifier/daemon/endpoint.h"

void endpoint_get_home(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    const struct asked how = endpoint_asked(x);
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    const struct page_view view = endpoint_view(e, p, &how, "/");
    struct buf b = { 0 };
    page_home(&b, &view);
    http_answer_header(x, "Vary", "Accept-Language");
    http_answer_header(x, "Cache-Control", "no-cache");
    http_answer(x, 200, TYPE_HTML, &b);
}

/* --- files of our own --- */

static const struct {
    const char *path, *type, *text;
} assets[] = {
    { "/robots.txt", "text/plain; charset=utf-8", "User-agent: *\nDisallow: /V/\n" },
};

void endpoint_get_asset(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    const char *const target = http_target(x);
    const size_t len = strcspn(target, "?");
    for (size_t i = 0; i < sizeof assets / sizeof assets[0]; i++) {
        if (strlen(assets[i].path) != len || strncmp(assets[i].path, target, len) != 0)
            continue;
        struct buf b = { 0 };
        buf_put_text(&b, assets[i].text);
        http_answer_header(x, "Cache-Control", "public, max-age=3600");
        http_answer(x, 200, assets[i].type, &b);
        return;
    }
    endpoint_refuse_file(e, x, REFUSE_NOT_FOUND);
}
