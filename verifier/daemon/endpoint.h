/*
 * The public endpoint: what its handlers share. It holds no key and no register; what it believes
 * is what is published. Handlers run on the server's threads, several at once.
 */
#pragma once

#include <stdatomic.h>

#include "core/employers/roll.h"
#include "core/http/metrics.h"
#include "core/http/server.h"
#include "core/sys/file.h"
#include "verifier/daemon/checks.h"
#include "verifier/daemon/forms.h"
#include "verifier/daemon/holders.h"
#include "verifier/daemon/live_pages.h"
#include "verifier/daemon/lookups.h"
#include "verifier/daemon/publication.h"
#include "verifier/daemon/refusals.h"
#include "verifier/pages/page.h"

#define ENDPOINT_ROUTES_MAX 32
#define ENDPOINT_POLICY_LEN 512 /* bytes of the Content-Security-Policy */
#define UPLOAD_MAX_MB       12u
#define LISTS_MAX           4u /* of employers are checked at once */
#define PICTURES_MAX        3u /* are read at once: each may take a processor for seconds */

struct endpoint {
    struct store *store;
    struct shelf *shelf;        /* of published files */
    struct lookups *lookups;    /* NULL: not offered */
    struct holders *holders;    /* NULL: not offered */
    struct live_pages *live;    /* that renew their code */
    struct roll *employers;     /* who may check lists */
    char answer[PATH_LEN];      /* socket of sitecert-answer */
    const char *address_header; /* of the proxy, that names who asks; NULL: who is connected */
    struct metrics *metrics;
    struct http_route routes[ENDPOINT_ROUTES_MAX];
    /* labels; the last one of requests without a route */
    const char *route_names[ENDPOINT_ROUTES_MAX];
    size_t route_count;                 /* without the end */
    struct http_server *_Atomic server; /* NULL: not open yet */
    struct http_server *metrics_server; /* NULL: nobody asked for it */
    char policy[ENDPOINT_POLICY_LEN];
    const char *headers[16];           /* of every answer: names and values, NULL at the end */
    atomic_uint pictures;              /* being read */
    atomic_uint lists;                 /* being checked */
    atomic_uint_fast64_t publications; /* taken since the start */
    atomic_bool stopping;
};

/* Fills the table of routes and what never changes. */
void endpoint_fill(struct endpoint *e);

/* --- for handlers --- */

/* How the client wants to read: query (of a GET), then Accept-Language. JSON by Accept. */
struct asked {
    bool json, english, large;
};
struct asked endpoint_asked(const struct http_exchange *x);
/* The forms say how they were shown. */
void endpoint_follow_form(struct asked *how, const struct form *f);
/* Where the page of a token stands; NULL: nowhere. Borrows room. */
const char *endpoint_page_of(const struct checked *c, struct buf *room);

/* Counted, and answered: as a problem, or as a page where a page was asked for. retry_s: 0: none.
 */
void endpoint_refuse(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                     enum refuse r, uint32_t retry_s);
/* The same for what is a program's rather than a reader's: a page only where one is named. */
void endpoint_refuse_file(struct endpoint *e, struct http_exchange *x, enum refuse r);
/* For http_options.refuse; arg is the endpoint. */
bool endpoint_refused(void *arg, struct http_exchange *x, unsigned status, const char *title);
/* A failure of ours: logged, and answered 500. */
void endpoint_fail(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                   const char *event, enum rc rc, const struct diag *d);
/* Who asks: the proxy's word, where one stands before us. */
const char *endpoint_address_of(const struct endpoint *e, const struct http_exchange *x);
/* The day of the endpoint's clock. */
MUST_CHECK enum rc endpoint_today(struct endpoint *e, int32_t *ret, struct diag *d);
/* here: where the same page can be had again; NULL: nowhere. */
void endpoint_answer_verdict(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                             const struct checked *c, const char *here);
/* number, name, id_number: as typed, of any length. Answered, now or when the helper has. */
void endpoint_look_up(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                      struct span number, struct span name, struct span id_number);
/* A live code that was given: as a page that renews it, or as JSON. */
void endpoint_answer_live(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                          const struct holder_given *g);
/* Which employers have asked: h is the holder's, as it was believed. Answered, as above. */
void endpoint_answer_asked(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                           const struct holder_question *h);
/* Takes *b over. Never stored by anybody, so what it varies with need not be said. */
void endpoint_answer(struct http_exchange *x, unsigned status, const char *type, struct buf *b);

#define TYPE_JSON "application/json"
#define TYPE_HTML "text/html; charset=utf-8"

/* The view of a page: whose it is. p outlives it. */
struct page_view endpoint_view(const struct endpoint *e, const struct publication *p,
                               const struct asked *how, const char *here);

/* --- the handlers: one of each route --- */

void endpoint_get_home(struct http_exchange *x, void *arg);
void endpoint_post_home(struct http_exchange *x, void *arg);
void endpoint_get_verdict(struct http_exchange *x, void *arg);
void endpoint_post_verify(struct http_exchange *x, void *arg);
void endpoint_post_lookup(struct http_exchange *x, void *arg);
void endpoint_post_bulk(struct http_exchange *x, void *arg);
void endpoint_get_list(struct http_exchange *x, void *arg);
void endpoint_post_list(struct http_exchange *x, void *arg);
void endpoint_get_live(struct http_exchange *x, void *arg);
void endpoint_get_holder(struct http_exchange *x, void *arg);
void endpoint_post_holder(struct http_exchange *x, void *arg);
void endpoint_post_holder_pdf(struct http_exchange *x, void *arg);
void endpoint_post_holder_calendar(struct http_exchange *x, void *arg);
void endpoint_post_holder_history(struct http_exchange *x, void *arg);
void endpoint_post_holder_asked(struct http_exchange *x, void *arg);
void endpoint_post_holder_staple(struct http_exchange *x, void *arg);
void endpoint_get_published(struct http_exchange *x, void *arg);
void endpoint_get_livez(struct http_exchange *x, void *arg);
void endpoint_get_readyz(struct http_exchange *x, void *arg);
void endpoint_get_version(struct http_exchange *x, void *arg);
void endpoint_get_openapi(struct http_exchange *x, void *arg);
void endpoint_get_script(struct http_exchange *x, void *arg);
void endpoint_get_worker(struct http_exchange *x, void *arg);
void endpoint_get_asset(struct http_exchange *x, void *arg);
void endpoint_get_metrics(struct http_exchange *x, void *arg);
