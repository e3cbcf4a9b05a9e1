#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/statvfs.h>

#include "issuer/daemon/front.h"

#define DAY_S 86400.0

/* Ours, then those of signatures: the places that front_refuse() counts. */
static const char *const reasons[] = { [DENIAL_NONE] = NULL,
#define X(name, status, code, zh, en) [name] = code,
                                       DENIAL_LIST(X)
#undef X
                                           [DENIAL_COUNT + MESSAGE_UNDECIDED] = NULL,
#define X(name, code, status, zh, en) [DENIAL_COUNT + name] = code,
                                       MESSAGE_PROBLEM_LIST(X)
#undef X
};
#define REASONS (sizeof reasons / sizeof reasons[0])
_Static_assert(REASONS <= METRICS_REASONS, "every reason has a place");

/* --- the core's figures --- */

static void put_core(struct buf *to, const struct status *s)
{
    prom_head(to, "sitecert_batches", "gauge",
              "Batches by state; done and failed since the start.");
    prom_count(to, "sitecert_batches", "state=\"queued\"", s->queued);
    prom_count(to, "sitecert_batches", "state=\"working\"", s->working);
    prom_count(to, "sitecert_batches", "state=\"done\"", s->done);
    prom_count(to, "sitecert_batches", "state=\"failed\"", s->failed);

    prom_head(to, "sitecert_rows_total", "counter", "Rows by outcome since the core's start.");
    prom_count(to, "sitecert_rows_total", "outcome=\"recorded\"", s->recorded);
    prom_count(to, "sitecert_rows_total", "outcome=\"issued\"", s->issued);
    prom_count(to, "sitecert_rows_total", "outcome=\"renewed\"", s->renewed);
    prom_count(to, "sitecert_rows_total", "outcome=\"exchanged\"", s->exchanged);
    prom_count(to, "sitecert_rows_total", "outcome=\"duplicate\"", s->duplicate);
    prom_count(to, "sitecert_rows_total", "outcome=\"refused\"", s->refused);
    prom_count(to, "sitecert_rows_total", "outcome=\"conflict\"", s->conflict);

    prom_gauge(to, "sitecert_queue_depth", "Batches taken and not yet done.",
               (double)(s->queued + s->working));
    prom_gauge(to, "sitecert_last_commit_timestamp_seconds",
               "When rows were last made durable; 0: not since the start.",
               (double)s->last_commit_s);
    prom_gauge(to, "sitecert_last_signing_timestamp_seconds",
               "When a token was last signed; 0: not since the start.", (double)s->last_signing_s);
    prom_gauge(to, "sitecert_register_bytes", "Bytes of the register in use.",
               (double)s->register_bytes);
    prom_gauge(to, "sitecert_register_max_bytes", "Bytes that the register may have (map_bytes).",
               (double)s->register_max_bytes);
}

static void put_holders(struct buf *to, const struct status *s)
{
    prom_head(to, "sitecert_holder_questions_total", "counter",
              "Questions for holders since the reader's start, by what they were answered.");
    prom_count(to, "sitecert_holder_questions_total", "answer=\"given\"", s->holder_answered);
    prom_count(to, "sitecert_holder_questions_total", "answer=\"no_match\"", s->holder_no_match);
    prom_count(to, "sitecert_holder_questions_total", "answer=\"closed\"", s->holder_closed);
}

static void put_parts(struct buf *to, const struct front_part parts[FRONT_PARTS])
{
    prom_head(to, "sitecert_part_ready", "gauge", "1: the part can work (/readyz says why not).");
    for (size_t i = 0; i < FRONT_PARTS; i++) {
        char labels[64];
        (void)snprintf(labels, sizeof labels, "part=\"%s\"", parts[i].name);
        prom_count(to, "sitecert_part_ready", labels, parts[i].ready);
    }
}

/* --- the front's own --- */

static void put_helpers(struct buf *to, const struct front *f)
{
    if (!f->has_helpers)
        return;
    prom_head(to, "sitecert_helper_restarts_total", "counter",
              "How often a helper process had to be started again.");
    for (size_t i = 0; i < FRONT_HELPERS; i++) {
        char labels[64];
        (void)snprintf(labels, sizeof labels, "helper=\"%s\"", front_helper_name(i));
        prom_count(to, "sitecert_helper_restarts_total", labels, f->helper[i].restarts);
    }
}

static void put_keys(struct buf *to, const struct trust_list *list, int64_t now)
{
    prom_head(to, "sitecert_key_expiry_days", "gauge",
              "Days until a key of the trust list is no longer good.");
    for (size_t i = 0; i < list->key_count; i++) {
        const struct trusted_key *const key = &list->keys[i];
        char kid[2 * KID_LEN + 1], labels[96];
        hex_encode(key->kid, KID_LEN, kid);
        (void)snprintf(labels, sizeof labels, "kid=\"%s\",use=\"%s\"", kid, key_use_name(key->use));
        prom_value(to, "sitecert_key_expiry_days", labels, (double)(key->not_after - now) / DAY_S);
    }
    prom_gauge(to, "sitecert_trust_list_expiry_days",
               "Days until the trust list wants a successor.",
               (double)(list->next_update - now) / DAY_S);
}

static void put_disk(struct buf *to, const struct front *f)
{
    struct statvfs v;
    if (statvfs(f->home.path, &v) != 0)
        return;
    prom_gauge(to, "sitecert_disk_free_bytes", "Bytes free on the home's disk.",
               (double)v.f_bavail * (double)v.f_frsize);
    prom_gauge(to, "sitecert_disk_bytes", "Bytes of the home's disk.",
               (double)v.f_blocks * (double)v.f_frsize);
}

void front_get_metrics(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    struct front_part parts[FRONT_PARTS];
    struct status core;
    int64_t now = f->home.now;
    const bool ready = front_parts(f, parts, &core) && !f->stopping;
    if (front_now(f, &now, NULL) != RC_OK)
        now = f->home.now;

    struct buf b = { 0 };
    prom_head(&b, "sitecert_build_info", "gauge", "The version that runs.");
    prom_count(&b, "sitecert_build_info", "version=\"" SITECERT_VERSION "\"", 1);
    prom_gauge(&b, "sitecert_ready", "1: every part can work and we are not ending.", ready);
    put_parts(&b, parts);
    metrics_put(&b, f->metrics, reasons, REASONS);
    metrics_put_connections(&b, f->server);
    put_helpers(&b, f);
    if (parts[0].ready || core.register_max_bytes > 0)
        put_core(&b, &core);
    put_holders(&b, &core);
    put_keys(&b, who_take_trust(f->who), now);
    who_give_trust(f->who);
    put_disk(&b, f);
    prom_gauge(&b, "sitecert_senders", "Senders that may push records.", (double)who_count(f->who));
    http_answer_header(x, "Cache-Control", "no-store");
    front_answer_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", &b);
    buf_free(&b);
}
