#include <stdlib.h>
#include <strings.h>

#include "core/base/dates.h"
#include "verifier/daemon/endpoint.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define RETRY_S   5

/* The last address that the proxy has put there: whoever stands before it may have written others.
 */
const char *endpoint_address_of(const struct endpoint *e, const struct http_exchange *x)
{
    const char *const named = e->address_header ? http_header(x, e->address_header) : NULL;
    const char *const comma = named ? strrchr(named, ',') : NULL;
    if (!named)
        return http_peer(x);
    return comma ? comma + 1 + strspn(comma + 1, " \t") : named;
}

static struct span cut(struct span s, size_t max)
{
    return span_of(s.ptr, s.len < max ? s.len : max);
}

enum rc endpoint_today(struct endpoint *e, int32_t *ret, struct diag *d)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    struct evidence evidence;
    const enum rc rc = publication_evidence(p, &evidence, d);
    if (rc == RC_OK)
        *ret = date_of_time(evidence.now);
    return rc;
}

/* One that waits for the helper; its exchange waits as long. */
struct waiting {
    struct lookup lookup; /* first */
    struct endpoint *endpoint;
    struct http_exchange *exchange;
    struct asked how;
};

/* A verdict on the token that was found, or that there is none. */
static void answer_checked(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                           struct span token)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(checked_free) struct checked c = { 0 };
    ON_EXIT(buf_free_at) struct buf here = { 0 };
    const enum rc rc =
        token.len > 0 ? check_token(e->store, token, &c, &d) : check_no_match(e->store, &c, &d);
    if (rc == RC_OK)
        endpoint_answer_verdict(e, x, how, &c, endpoint_page_of(&c, &here));
    else
        endpoint_fail(e, x, how, "not_judged", rc, &d);
}

static void answer(const struct waiting *w)
{
    struct endpoint *const e = w->endpoint;
    struct http_exchange *const x = w->exchange;
    switch (w->lookup.outcome) {
    case LOOKUP_FOUND:
    case LOOKUP_NO_MATCH:
        answer_checked(e, x, &w->how, buf_span(&w->lookup.token));
        return;
    case LOOKUP_CLOSED:
        endpoint_refuse(e, x, &w->how, REFUSE_MISSES, w->lookup.retry_s);
        return;
    case LOOKUP_BUSY:
        endpoint_refuse(e, x, &w->how, REFUSE_LOOKUPS, w->lookup.retry_s);
        return;
    case LOOKUP_FAILED:
        break;
    }
    endpoint_refuse(e, x, &w->how, REFUSE_NO_LOOKUP, RETRY_S);
}

static void free_waiting(struct waiting *w)
{
    lookup_clear(&w->lookup);
    free(w);
}

static void end(struct lookup *u)
{
    struct waiting *const w = (struct waiting *)(void *)u;
    struct http_exchange *const x = w->exchange;
    answer(w);
    free_waiting(w);
    http_answered(x);
}

static enum rc prepare(struct endpoint *e, const struct lookup_question *q, struct waiting **ret,
                       struct diag *d)
{
    struct waiting *const w = calloc(1, sizeof *w);
    if (!w)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a look-up");
    const enum rc rc = lookup_make(e->lookups, q, &w->lookup, d);
    if (rc == RC_OK)
        *ret = w;
    else
        free_waiting(w);
    return rc;
}

void endpoint_look_up(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                      struct span number, struct span name, struct span id_number)
{
    /* What is longer is nobody's either, and takes no other way. */
    struct lookup_question q = { .number = cut(number, LOOKUP_NUMBER_MAX),
                                 .name = cut(name, LOOKUP_NAME_MAX),
                                 .id_number = cut(id_number, LOOKUP_ID_MAX),
                                 .address = endpoint_address_of(e, x) };
    struct diag d = DIAG_INIT;
    struct waiting *w = NULL;
    if (!e->lookups || endpoint_today(e, &q.today, &d) != RC_OK ||
        prepare(e, &q, &w, &d) != RC_OK) {
        endpoint_refuse(e, x, how, REFUSE_NO_LOOKUP, RETRY_S);
        return;
    }
    w->endpoint = e;
    w->exchange = x;
    w->how = *how;
    w->lookup.done = end;
    http_answer_later(x);
    lookup_begin(&w->lookup);
}

static bool is_form(const struct http_exchange *x)
{
    const char *const type = http_header(x, "Content-Type");
    return type && strncasecmp(type, FORM_TYPE, strlen(FORM_TYPE)) == 0 &&
           strchr("; \t", type[strlen(FORM_TYPE)]);
}

void endpoint_post_lookup(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    struct asked how = endpoint_asked(x);
    struct form form = { 0 };
    ON_EXIT(buf_wipe_at) struct buf room = { 0 };
    const struct span body = http_body_bytes(x);
    uint8_t *const at = buf_reserve(&room, body.len + 1);
    const enum rc rc = at && is_form(x) ? form_urlencoded_read(body, at, &form, NULL) : RC_FORMAT;
    endpoint_follow_form(&how, &form);
    if (rc == RC_OK)
        endpoint_look_up(e, x, &how, form_find(&form, "number"), form_find(&form, "name"),
                         form_find(&form, "id_number"));
    else
        endpoint_refuse(e, x, &how, REFUSE_BODY, 0);
}
