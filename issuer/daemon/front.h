/*
 * The front of the issuer daemon: what its handlers share. It holds no private key and no register:
 * it checks who asks, and asks sitecert-core (writing) and sitecert-reader (reading). Handlers run
 * on the server's threads, several at once.
 */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "core/http/metrics.h"
#include "core/http/server.h"
#include "core/message/target.h"
#include "issuer/daemon/denial.h"
#include "issuer/daemon/link.h"
#include "issuer/daemon/relay.h"
#include "issuer/daemon/who.h"
#include "issuer/settings/home_open.h"

#define FRONT_ROUTES_MAX 24
#define FRONT_HELPERS    3

struct front {
    struct home
        home; /* as it was when the front started; the trust list of now: who_take_trust() */
    char base[TARGET_BASE_MAX];
    struct link *core, *reader;
    struct relay *relay; /* to core too */
    struct who *who;
    struct metrics *metrics;
    struct http_route routes[FRONT_ROUTES_MAX];
    const char
        *route_names[FRONT_ROUTES_MAX]; /* labels; the last one of requests without a route */
    size_t route_count;                 /* without the end */
    struct http_server *_Atomic server; /* NULL: not open yet */
    struct http_server *metrics_server; /* NULL: /metrics stands at server */
    atomic_bool stopping;
    bool has_helpers;
    struct {
        atomic_bool running;
        atomic_uint restarts;
    } helper[FRONT_HELPERS];
};

/* The programs behind the front, in the order of their start: "sitecert-signer" … */
const char *front_helper_name(size_t i);

/* The table of routes, from the settings. own_metrics: /metrics stands elsewhere. */
void front_routes_fill(struct front *f, bool own_metrics);

/* Unix seconds by the deployment's clock. */
MUST_CHECK enum rc front_now(const struct front *f, int64_t *ret, struct diag *d);

/* --- for handlers --- */

/* Counted, and answered. */
void front_refuse(struct front *f, struct http_exchange *x, enum denial r,
                  const struct denial_more *more);
/* With one item: which parameter or header, and what is asked of it. */
void front_refuse_parameter(struct front *f, struct http_exchange *x, const char *name,
                            const char *zh, const char *en);
/* A whole number of the query, `missing` when it is absent. False: it has been answered. */
MUST_CHECK bool front_read_number(struct front *f, struct http_exchange *x, const char *name,
                                  uint64_t most, uint64_t missing, uint64_t *ret);
void front_count_signature(struct front *f, enum message_verdict v);

/*
 * Who signed this request. False: it has been answered.
 *
 * has_body   the request has a body that the signature must cover
 * ret        zeroed; freed with caller_free()
 */
struct caller {
    bool is_operator;
    struct message_evidence evidence;
    struct public_numbers key; /* under which it holds */
};
void caller_free(struct caller *c); /* for ON_EXIT too */
MUST_CHECK bool front_identify(struct front *f, struct http_exchange *x, bool has_body,
                               struct caller *ret);

/* Asks; what did not work, and every reply that is a refusal, is answered. False: it has been. */
MUST_CHECK bool front_ask(struct front *f, struct http_exchange *x, struct link *l,
                          const struct question *q, int fd, uint32_t timeout_ms, struct said *ret);
/* The same for what was asked otherwise: what did not work, and every refusal, is answered. */
MUST_CHECK bool front_judge(struct front *f, struct http_exchange *x, const char *gone, enum rc rc,
                            const struct diag *d, const struct answer *a);
/* Answers with what came: the body, or the file. */
void front_answer_said(struct http_exchange *x, unsigned status, const char *type, struct said *s);
void front_answer_text(struct http_exchange *x, unsigned status, const char *type, struct buf *b);

/* --- the handlers: one of each route --- */

void front_post_batch(struct http_exchange *x, void *arg);
void front_get_batch(struct http_exchange *x, void *arg);
void front_get_results(struct http_exchange *x, void *arg);
void front_post_order(struct http_exchange *x, void *arg);
void front_get_certificate(struct http_exchange *x, void *arg);
void front_get_token(struct http_exchange *x, void *arg);
void front_get_pdf(struct http_exchange *x, void *arg);
void front_get_changes(struct http_exchange *x, void *arg);
void front_get_report(struct http_exchange *x, void *arg);
void front_get_livez(struct http_exchange *x, void *arg);
void front_get_readyz(struct http_exchange *x, void *arg);
void front_get_metrics(struct http_exchange *x, void *arg);
void front_get_overview(struct http_exchange *x, void *arg); /* at the internal listener */
void front_get_version(struct http_exchange *x, void *arg);
void front_get_openapi(struct http_exchange *x, void *arg);

/* --- the state of the parts (front_ready.c) --- */

struct front_part {
    const char *name;
    bool ready;
    char reason[160]; /* "" when ready */
};
#define FRONT_PARTS 6
/* Asks core and reader. True: all are ready. Any of the pointers may be NULL.
 * ret_core has the reader's counts of holders too. */
bool front_parts(struct front *f, struct front_part ret[FRONT_PARTS], struct status *ret_core);
