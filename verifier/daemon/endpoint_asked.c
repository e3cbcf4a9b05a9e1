/* Which employers have asked about a certificate: told to its holder, whom the caller knows. */
#include <stdlib.h>

#include "core/base/dates.h"
#include "core/json/json_out.h"
#include "verifier/daemon/endpoint.h"

#define RETRY_S 5

/* Too large for a stack. */
struct told {
    struct digests_told told;
    struct page_asker askers[DIGESTS_ASKERS_MAX];
    struct buf message; /* told borrows it */
};

static void told_free(struct told **t)
{
    if (*t)
        buf_free(&(*t)->message);
    free(*t);
}

static void put_json(struct buf *to, const struct digests_told *t)
{
    char day[DATE_TEXT_LEN + 1];
    struct json_out o = json_out_to(to, 0, 0);
    date_format(t->since, day);
    json_out_open(&o, NULL, '{');
    json_out_text(&o, "since", span_text(day));
    json_out_bool(&o, "more", t->more);
    json_out_open(&o, "asked", '[');
    for (size_t i = 0; i < t->count; i++) {
        date_format(t->at[i].day, day);
        json_out_open(&o, NULL, '{');
        json_out_text(&o, "day", span_text(day));
        json_out_text(&o, "employer", t->at[i].employer);
        json_out_text(&o, "purpose", t->at[i].purpose);
        json_out_text(&o, "how", span_text(t->at[i].watched ? "watch" : "list"));
        json_out_close(&o, '}');
    }
    json_out_close(&o, ']');
    json_out_close(&o, '}');
    buf_put_u8(to, '\n');
}

static void put_page(struct endpoint *e, const struct asked *how, struct told *t, struct buf *to)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    const struct page_view view = endpoint_view(e, p, how, NULL);
    for (size_t i = 0; i < t->told.count; i++) {
        const struct digests_asker *const a = &t->told.at[i];
        t->askers[i] = (struct page_asker){ a->day, a->watched, a->employer, a->purpose };
    }
    page_asked(to, &view, t->askers, t->told.count, t->told.since, t->told.more);
}

static void tell(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                 struct told *t)
{
    struct buf b = { 0 };
    if (how->json)
        put_json(&b, &t->told);
    else
        put_page(e, how, t, &b);
    endpoint_answer(x, 200, how->json ? TYPE_JSON : TYPE_HTML, &b);
}

void endpoint_answer_asked(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                           const struct holder_question *h)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(told_free) struct told *t = calloc(1, sizeof *t);
    struct lookup_question q = { .number = h->number, .name = h->name, .id_number = h->id_number };
    enum lookup_outcome outcome = LOOKUP_FAILED;
    if (t && e->lookups && endpoint_today(e, &q.today, &d) == RC_OK)
        outcome = lookups_who(e->lookups, &q, &t->message, &t->told, &d);
    if (outcome == LOOKUP_FOUND)
        tell(e, x, how, t);
    else if (outcome == LOOKUP_BUSY)
        endpoint_refuse(e, x, how, REFUSE_LOOKUPS, t->told.retry_s);
    else
        endpoint_refuse(e, x, how, REFUSE_NO_HOLDERS, RETRY_S);
}
