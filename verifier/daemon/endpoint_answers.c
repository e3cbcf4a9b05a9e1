#include <stdio.h>

#include "core/cert/verdict_json.h"
#include "core/sys/log.h"
#include "verifier/daemon/accept.h"
#include "verifier/daemon/endpoint.h"

/* What a verdict takes, nearly always: growing copies it. Bytes. */
#define ROOM_JSON 2048
#define ROOM_PAGE 16384

/* --- how it is wanted --- */

struct asked endpoint_asked(const struct http_exchange *x)
{
    bool given;
    const struct span lang = http_query(x, "lang", &given);
    return (struct asked){
        .json = accept_prefers_json(span_text(http_header(x, "Accept"))),
        .english = given ? span_equal(lang, SPAN_LITERAL("en")) : http_wants_english(x),
        .large = span_equal(http_query(x, "large", NULL), SPAN_LITERAL("1")),
    };
}

struct page_view endpoint_view(const struct endpoint *e, const struct publication *p,
                               const struct asked *how, const char *here)
{
    const struct trust_list *const trust = bundle_trust(publication_bundle(p));
    return (struct page_view){
        .english = how->english,
        .large = how->large,
        .here = here,
        .host = trust->host_count > 0 ? trust->hosts[0] : NULL,
        .deployment = trust->deployment,
        .demo = trust->demo,
        .upload_max_mb = UPLOAD_MAX_MB,
        .has_holder = e->holders != NULL,
        .has_lookup = e->lookups && lookups_ready(e->lookups),
    };
}

/* --- answers --- */

void endpoint_answer(struct http_exchange *x, unsigned status, const char *type, struct buf *b)
{
    http_answer_header(x, "Cache-Control", "no-store");
    http_answer(x, status, type, b);
}

static void refuse_by_page(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                           unsigned status, const char *title)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    const struct page_view view = endpoint_view(e, p, how, NULL);
    struct buf b = { 0 };
    page_problem(&b, &view, title);
    endpoint_answer(x, status, TYPE_HTML, &b);
}

void endpoint_refuse(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                     enum refuse r, uint32_t retry_s)
{
    const struct refuse_text *const t = refuse_text(r);
    metrics_refusal(e->metrics, (size_t)r);
    if (retry_s > 0) {
        char seconds[12];
        (void)snprintf(seconds, sizeof seconds, "%u", retry_s);
        http_answer_header(x, "Retry-After", seconds);
    }
    const char *const title = how->english ? t->en : t->zh;
    if (how->json)
        http_answer_problem(
            x, &(struct http_problem){ .status = t->status, .code = t->code, .title = title });
    else
        refuse_by_page(e, x, how, t->status, title);
}

/* Of addresses that are for programs first: a page for whoever names it. */
static struct asked asked_by_browser(const struct http_exchange *x)
{
    struct asked how = endpoint_asked(x);
    how.json = !accept_prefers_html(span_text(http_header(x, "Accept")));
    return how;
}

void endpoint_refuse_file(struct endpoint *e, struct http_exchange *x, enum refuse r)
{
    const struct asked how = asked_by_browser(x);
    endpoint_refuse(e, x, &how, r, 0);
}

bool endpoint_refused(void *arg, struct http_exchange *x, unsigned status, const char *title)
{
    const struct asked how = asked_by_browser(x);
    if (how.json)
        return false;
    refuse_by_page(arg, x, &how, status, title);
    return true;
}

void endpoint_fail(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                   const char *event, enum rc rc, const struct diag *d)
{
    log_failure(LEVEL_ERROR, event, rc, d);
    endpoint_refuse(e, x, how, REFUSE_INTERNAL, 0);
}

void endpoint_answer_verdict(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                             const struct checked *c, const char *here)
{
    struct buf b = { 0 };
    (void)buf_reserve(&b, how->json ? ROOM_JSON : ROOM_PAGE);
    if (how->json) {
        verdict_json(&b, &c->v, !how->english, 0, 0);
        buf_put_u8(&b, '\n');
    } else {
        const struct page_view view = endpoint_view(e, c->of, how, here);
        page_verdict(&b, &view, &c->v);
    }
    endpoint_answer(x, 200, how->json ? TYPE_JSON : TYPE_HTML, &b);
}
