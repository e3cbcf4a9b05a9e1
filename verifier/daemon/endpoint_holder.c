#include <stdio.h>
#include <strings.h>

#include "core/json/json.h"
#include "verifier/daemon/endpoint.h"

#define RETRY_S       5
#define TYPE_FORM     "application/x-www-form-urlencoded"
#define TYPE_PDF      "application/pdf"
#define TYPE_CALENDAR "text/calendar; charset=utf-8"

/* What was sent: a JSON object, or the page's form. The question borrows it. */
struct request {
    json_t *root;
    struct form form;
    struct buf room;
    struct holder_question q;
    struct span what; /* the form's button */
};

static void request_free(struct request *r)
{
    json_decref_at(&r->root);
    buf_wipe_at(&r->room);
}

static struct span cut(struct span s, size_t max)
{
    return span_of(s.ptr, s.len < max ? s.len : max);
}

static bool is_type(const struct http_exchange *x, const char *type)
{
    const char *const given = http_header(x, "Content-Type");
    const size_t len = strlen(type);
    return given && strncasecmp(given, type, len) == 0 && strchr("; \t", given[len]);
}

static struct span member(const struct request *r, const char *name)
{
    const json_t *const value = json_object_get(r->root, name);
    if (!r->root)
        return form_find(&r->form, name);
    return span_of(json_string_value(value), json_string_length(value));
}

static bool read_body(struct http_exchange *x, struct request *r)
{
    const struct span body = http_body_bytes(x);
    if (is_type(x, TYPE_JSON))
        return json_read(body, &r->root, NULL) == RC_OK && json_is_object(r->root);
    uint8_t *const at = buf_reserve(&r->room, body.len + 1);
    return at && is_type(x, TYPE_FORM) && form_urlencoded_read(body, at, &r->form, NULL) == RC_OK;
}

/* What is longer is nobody's either. False: something is missing. */
static bool read_request(struct http_exchange *x, struct request *r)
{
    if (!read_body(x, r))
        return false;
    r->q.number = cut(member(r, "number"), HOLDER_NUMBER_MAX);
    r->q.name = cut(member(r, "name"), HOLDER_NAME_MAX);
    r->q.id_number = cut(member(r, "id_number"), HOLDER_ID_MAX);
    r->q.pickup = cut(member(r, "pickup"), HOLDER_PICKUP_MAX);
    r->what = member(r, "what");
    return r->q.number.len > 0 && r->q.name.len > 0 && r->q.id_number.len > 0 &&
           r->q.pickup.len > 0;
}

/* --- what did not work --- */

static void refuse(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                   enum holder_outcome outcome, const struct holder_given *g)
{
    switch (outcome) {
    case HOLDER_DENIED:
        endpoint_refuse(e, x, how, REFUSE_NO_HOLDER, 0);
        return;
    case HOLDER_PAUSED:
        endpoint_refuse(e, x, how, REFUSE_MISSES, g->retry_s);
        return;
    case HOLDER_NONE:
        endpoint_refuse(e, x, how, REFUSE_NOT_GIVEN, 0);
        return;
    case HOLDER_LATER:
    case HOLDER_UNREACHED:
    case HOLDER_GIVEN:
        break;
    }
    endpoint_refuse(e, x, how, REFUSE_NO_HOLDERS, g->retry_s > 0 ? g->retry_s : RETRY_S);
}

/* --- what is given --- */

static void answer_file(struct http_exchange *x, const struct holder_given *g, const char *type,
                        const char *name)
{
    char disposition[64];
    struct buf b = { 0 };
    (void)snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", name);
    http_answer_header(x, "Content-Disposition", disposition);
    buf_put_span(&b, g->body);
    endpoint_answer(x, 200, type, &b);
}

/* --- the handlers --- */

enum service {
    SERVICE_NONE = 0,
    SERVICE_PDF,
    SERVICE_CALENDAR,
    SERVICE_HISTORY,
    SERVICE_LIVE,
    SERVICE_ASKED
};

static enum holder_outcome ask(struct endpoint *e, struct http_exchange *x, enum service s,
                               struct request *r, struct holder_given *g, struct diag *d)
{
    static const enum holder_ask asks[] = {
        [SERVICE_PDF] = HOLDER_PDF,         [SERVICE_CALENDAR] = HOLDER_CALENDAR,
        [SERVICE_HISTORY] = HOLDER_HISTORY, [SERVICE_LIVE] = HOLDER_TOKEN,
        [SERVICE_ASKED] = HOLDER_KNOWN,
    };
    const char *const address = endpoint_address_of(e, x);
    r->q.ask = asks[s];
    return s == SERVICE_LIVE ? holders_live(e->holders, &r->q, address, g, d)
                             : holders_ask(e->holders, &r->q, address, g, d);
}

static void give(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                 enum service s, const struct request *r, const struct holder_given *g)
{
    struct buf b = { 0 };
    switch (s) {
    case SERVICE_PDF:
        answer_file(x, g, TYPE_PDF, "certificate.pdf");
        return;
    case SERVICE_CALENDAR:
        answer_file(x, g, TYPE_CALENDAR, "renewal.ics");
        return;
    case SERVICE_HISTORY:
        buf_put_span(&b, g->body);
        endpoint_answer(x, 200, TYPE_JSON, &b);
        return;
    case SERVICE_LIVE:
        endpoint_answer_live(e, x, how, g);
        return;
    case SERVICE_ASKED:
        endpoint_answer_asked(e, x, how, &r->q);
        return;
    case SERVICE_NONE:
        break;
    }
    endpoint_refuse(e, x, how, REFUSE_BODY, 0);
}

static void serve(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                  enum service s, struct request *r)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(holder_given_free) struct holder_given g = { 0 };
    r->q.chinese = !how->english;
    if (!e->holders) {
        endpoint_refuse(e, x, how, REFUSE_NO_HOLDERS, RETRY_S);
        return;
    }
    const enum holder_outcome outcome = ask(e, x, s, r, &g, &d);
    if (outcome == HOLDER_GIVEN)
        give(e, x, how, s, r, &g);
    else
        refuse(e, x, how, outcome, &g);
}

static void serve_api(struct endpoint *e, struct http_exchange *x, enum service s)
{
    struct asked how = endpoint_asked(x);
    ON_EXIT(request_free) struct request r = { 0 };
    how.json = true;
    if (!is_type(x, TYPE_JSON))
        endpoint_refuse(e, x, &how, REFUSE_TYPE, 0);
    else if (!read_request(x, &r))
        endpoint_refuse(e, x, &how, REFUSE_BODY, 0);
    else
        serve(e, x, &how, s, &r);
}

void endpoint_post_holder_pdf(struct http_exchange *x, void *arg)
{
    serve_api(arg, x, SERVICE_PDF);
}

void endpoint_post_holder_calendar(struct http_exchange *x, void *arg)
{
    serve_api(arg, x, SERVICE_CALENDAR);
}

void endpoint_post_holder_history(struct http_exchange *x, void *arg)
{
    serve_api(arg, x, SERVICE_HISTORY);
}

void endpoint_post_holder_staple(struct http_exchange *x, void *arg)
{
    serve_api(arg, x, SERVICE_LIVE);
}

void endpoint_post_holder_asked(struct http_exchange *x, void *arg)
{
    serve_api(arg, x, SERVICE_ASKED);
}

void endpoint_get_holder(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    const struct asked how = endpoint_asked(x);
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    const struct page_view view = endpoint_view(e, p, &how, "/holder");
    struct buf b = { 0 };
    page_holder(&b, &view);
    endpoint_answer(x, 200, TYPE_HTML, &b);
}

static enum service service_of(struct span what)
{
    static const struct {
        const char *name;
        enum service service;
    } buttons[] = {
        { "pdf", SERVICE_PDF },
        { "calendar", SERVICE_CALENDAR },
        { "live", SERVICE_LIVE },
        { "asked", SERVICE_ASKED },
    };
    for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++)
        if (span_equal(what, span_text(buttons[i].name)))
            return buttons[i].service;
    return SERVICE_NONE;
}

void endpoint_post_holder(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    struct asked how = endpoint_asked(x);
    ON_EXIT(request_free) struct request r = { 0 };
    const bool read = is_type(x, TYPE_FORM) && read_request(x, &r);
    endpoint_follow_form(&how, &r.form);
    const enum service s = service_of(r.what);
    if (read && s != SERVICE_NONE)
        serve(e, x, &how, s, &r);
    else
        endpoint_refuse(e, x, &how, REFUSE_BODY, 0);
}
