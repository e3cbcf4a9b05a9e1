/* A holder's live code: as JSON, or as a page that renews it by itself until its handle ends. */
#include <stdio.h>

#include "core/base/dates.h"
#include "core/cert/digits.h"
#include "core/cert/staple.h"
#include "core/json/json_out.h"
#include "core/qr/qr.h"
#include "core/sys/clock.h"
#include "verifier/daemon/endpoint.h"

#define PATH        "/holder/live/"
#define RENEW_S     (STAPLE_GOOD_S - 60) /* the page fetches the next code before this one ends */
#define RETRY_S     15u                  /* and tries again so soon when there is none */
#define ADDRESS_MAX (sizeof PATH + LIVE_HANDLE_LEN + sizeof "?lang=zh&large=1")

static int64_t now_s(void)
{
    return (int64_t)clock_elapsed();
}

static void put_digits(struct buf *to, const struct holder_given *g)
{
    digits_encode(buf_span(&g->staple), to);
}

static int64_t good_until(const struct holder_given *g)
{
    struct staple s;
    return staple_parse(buf_span(&g->staple), &s, NULL) == RC_OK ? s.iat + STAPLE_GOOD_S : 0;
}

static void answer_json(struct http_exchange *x, const struct holder_given *g)
{
    char until[TIME_TEXT_LEN + 1];
    struct buf b = { 0 };
    ON_EXIT(buf_free_at) struct buf digits = { 0 };
    struct json_out o = json_out_to(&b, 0, 0);
    put_digits(&digits, g);
    time_format(good_until(g), until);
    json_out_open(&o, NULL, '{');
    json_out_text(&o, "text", g->body);
    json_out_text(&o, "staple", buf_span(&digits));
    json_out_text(&o, "good_until", span_text(until));
    json_out_close(&o, '}');
    buf_put_u8(&b, '\n');
    endpoint_answer(x, 200, TYPE_JSON, &b);
}

static bool put_code(struct buf *to, struct span text)
{
    struct qr qr;
    if (qr_encode(text, &qr, NULL) != RC_OK)
        return false;
    qr_svg_put(to, &qr);
    return true;
}

/* In a header: a browser does it without a script, and a meta element would be taken for one that
 * hurries the reader. */
static void renew_after(struct http_exchange *x, unsigned seconds, const struct asked *how,
                        const char *handle)
{
    char refresh[ADDRESS_MAX + 32];
    (void)snprintf(refresh, sizeof refresh, "%u; url=" PATH "%s?lang=%s%s", seconds, handle,
                   how->english ? "en" : "zh", how->large ? "&large=1" : "");
    http_answer_header(x, "Refresh", refresh);
}

static void answer_page(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                        const struct holder_given *g, const char *handle)
{
    char path[sizeof PATH + LIVE_HANDLE_LEN];
    struct buf b = { 0 };
    ON_EXIT(buf_free_at) struct buf digits = { 0 };
    ON_EXIT(buf_free_at) struct buf code = { 0 };
    ON_EXIT(buf_free_at) struct buf live = { 0 };
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    const struct page_view view = endpoint_view(e, p, how, NULL);
    put_digits(&digits, g);
    if (!put_code(&code, g->body) || !put_code(&live, buf_span(&digits))) {
        endpoint_refuse(e, x, how, REFUSE_INTERNAL, 0);
        return;
    }
    (void)snprintf(path, sizeof path, PATH "%s", handle);
    page_live(&b, &view, buf_span(&code), buf_span(&live), good_until(g), path);
    renew_after(x, RENEW_S, how, handle);
    endpoint_answer(x, 200, TYPE_HTML, &b);
}

void endpoint_answer_live(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                          const struct holder_given *g)
{
    char handle[LIVE_HANDLE_LEN + 1];
    if (how->json)
        answer_json(x, g);
    else if (live_pages_add(e->live, g->body, now_s(), handle))
        answer_page(e, x, how, g, handle);
    else
        endpoint_refuse(e, x, how, REFUSE_INTERNAL, 0);
}

/* --- the page, renewed --- */

/* No code is shown that is not new: the page says so, and asks again. */
static void refuse(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                   const char *handle)
{
    renew_after(x, RETRY_S, how, handle);
    endpoint_refuse(e, x, how, REFUSE_NO_LIVE, RETRY_S);
}

void endpoint_get_live(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    const struct asked how = endpoint_asked(x);
    char handle[LIVE_HANDLE_LEN + 1] = "";
    struct diag d = DIAG_INIT;
    const struct span given = http_segment(x, "handle");
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    ON_EXIT(holder_given_free) struct holder_given g = { 0 };
    if (!e->holders || !live_pages_find(e->live, given, now_s(), &text)) {
        endpoint_refuse(e, x, &how, REFUSE_LIVE_ENDED, 0);
        return;
    }
    memcpy(handle, given.ptr, LIVE_HANDLE_LEN);
    if (holders_renew(e->holders, buf_span(&text), &g, &d) != HOLDER_GIVEN)
        refuse(e, x, &how, handle);
    else if (how.json)
        answer_json(x, &g);
    else
        answer_page(e, x, &how, &g, handle);
}
