#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/cose/cose.h"
#include "core/sys/log.h"
#include "issuer/daemon/front.h"

#define ASK_MS 30000u /* beyond the time that the client wants to wait */
#define NDJSON "application/x-ndjson"
#define JSON   "application/json"

/* --- what a client asks for --- */

/* The word before ';', without spaces. */
static struct span media_type(const char *value)
{
    const size_t len = strcspn(value, ";");
    struct span s = span_of(value, len);
    while (s.len > 0 && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool is_type(const char *value, const char *type)
{
    const struct span s = media_type(value);
    return s.len == strlen(type) && strncasecmp((const char *)s.ptr, type, s.len) == 0;
}

static bool read_format(struct front *f, struct http_exchange *x, bool *ret_csv)
{
    const char *const type = http_header(x, "content-type");
    if (type && (is_type(type, NDJSON) || is_type(type, "application/ndjson"))) {
        *ret_csv = false;
        return true;
    }
    if (type && is_type(type, "text/csv")) {
        *ret_csv = true;
        return true;
    }
    const struct denial_more more = { .detail = NDJSON ", text/csv" };
    front_refuse(f, x, DENIAL_TYPE, &more);
    return false;
}

static bool read_kind(struct front *f, struct http_exchange *x, enum record_kind *ret)
{
    *ret = kind_from_name(http_query(x, "kind", NULL));
    if (*ret != KIND_NONE)
        return true;
    front_refuse_parameter(f, x, "kind",
                           "应为 authority、provider、training、test、education、legacy、photo、"
                           "order 之一",
                           "must be authority, provider, training, test, education, legacy, photo "
                           "or order");
    return false;
}

/* "wait=10" among the preferences (RFC 7240 section 4.3); 0: none that we understand. */
static uint32_t wait_of(const char *prefer)
{
    const char *at = prefer ? prefer : "";
    while (*at) {
        at += strspn(at, " \t,");
        if (strncasecmp(at, "wait=", 5) == 0) {
            uint32_t n = 0;
            for (at += 5; *at >= '0' && *at <= '9' && n < 100000; at++)
                n = n * 10 + (uint32_t)(*at - '0');
            return *at == '\0' || strchr(" \t,;", *at) ? n : 0;
        }
        at += strcspn(at, ",");
    }
    return 0;
}

static uint32_t wait_asked(const struct front *f, const struct http_exchange *x)
{
    const uint32_t most = f->home.settings.issuer.wait_max_s;
    const uint32_t asked = wait_of(http_header(x, "prefer"));
    return asked < most ? asked : most;
}

static void answer_waited(struct http_exchange *x, uint32_t seconds)
{
    char text[24];
    if (seconds == 0)
        return;
    (void)snprintf(text, sizeof text, "wait=%" PRIu32, seconds);
    http_answer_header(x, "Preference-Applied", text);
}

static void answer_location(struct http_exchange *x, const char *batch)
{
    char text[64];
    (void)snprintf(text, sizeof text, "/v1/batches/%s", batch);
    http_answer_header(x, "Location", text);
}

/* --- a batch comes in --- */

_Static_assert(HTTP_BODY_SMALL <= BODY_INLINE_MAX, "what does not go within has a file");

/* A small body goes within the question, a large one as the file that it came into. */
static bool read_small(struct front *f, struct http_exchange *x, struct buf *to)
{
    if (http_body_len(x) > BODY_INLINE_MAX || http_body_read(x, to, NULL) == RC_OK)
        return true;
    front_refuse(f, x, DENIAL_INTERNAL, NULL);
    return false;
}

static void log_taken(const struct caller *c, const struct question *q, const struct answer *a)
{
    struct log_line l =
        log_begin(LEVEL_INFO, a->reply == REPLY_REPLAY ? "batch_again" : "batch_taken");
    log_word(&l, "sender", c->evidence.keyid);
    log_word(&l, "kind", kind_name(q->kind));
    log_word(&l, "batch", a->batch);
    log_number(&l, "bytes", (int64_t)q->body_len);
    log_end(&l);
}

static void submit(struct front *f, struct http_exchange *x, const struct caller *c,
                   struct question *q, uint32_t wait_s)
{
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    ON_EXIT(buf_free_at) struct buf signer = { 0 };
    uint8_t digest[SHA256_LEN];
    http_body_sha256(x, digest);
    cose_key_put(&signer, &c->key);
    if (!read_small(f, x, &body))
        return;

    q->ask = ASK_SUBMIT;
    q->sender = span_text(c->evidence.keyid);
    q->chinese = !http_wants_english(x);
    q->wait_ms = wait_s * 1000;
    q->key = span_text(http_header(x, "idempotency-key"));
    q->nonce = span_text(c->evidence.nonce);
    q->created = c->evidence.created;
    q->digest = span_of(digest, sizeof digest);
    q->base = buf_span(&c->evidence.base);
    q->signature = span_of(c->evidence.signature, sizeof c->evidence.signature);
    q->signer = buf_span(&signer);
    q->body_len = http_body_len(x);
    q->body = buf_span(&body);

    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    const int fd = q->body_len > BODY_INLINE_MAX ? http_body_file(x) : -1;
    if (!front_ask(f, x, f->core, q, fd, q->wait_ms + ASK_MS, &s))
        return;

    log_taken(c, q, &s.answer);
    answer_location(x, s.answer.batch);
    answer_waited(x, wait_s);
    if (s.answer.reply == REPLY_RESULTS)
        front_answer_said(x, 200, NDJSON, &s);
    else
        front_answer_said(x, 202, JSON, &s);
}

void front_post_batch(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    ON_EXIT(caller_free) struct caller c = { 0 };
    struct question q = { 0 };
    if (!front_identify(f, x, true, &c))
        return;
    if (c.is_operator) {
        front_refuse(f, x, DENIAL_RIGHT, NULL);
        return;
    }
    if (!read_kind(f, x, &q.kind) || !read_format(f, x, &q.is_csv))
        return;
    if (http_body_len(x) == 0) {
        const struct denial_more more = { .detail = "empty" };
        front_refuse(f, x, DENIAL_BODY, &more);
        return;
    }
    submit(f, x, &c, &q, wait_asked(f, x));
}

/* --- what became of it --- */

static bool is_batch_id(struct span id)
{
    if (id.len != BATCH_ID_LEN)
        return false;
    for (size_t i = 0; i < id.len; i++) {
        if (!strchr("0123456789abcdef", id.ptr[i]) || id.ptr[i] == '\0')
            return false;
    }
    return true;
}

/* Where the rest of the results will be; none: that was all. */
static void answer_rest(struct http_exchange *x, const struct front *f, const struct question *q,
                        const struct answer *a)
{
    char text[TARGET_BASE_MAX + 128];
    if (!a->more)
        return;
    (void)snprintf(text, sizeof text,
                   "<%s/v1/batches/%.*s/results?after=%" PRIu64 ">; rel=\"next\"", f->base,
                   (int)q->batch.len, (const char *)q->batch.ptr, a->next);
    http_answer_header(x, "Link", text);
}

static void tell_batch(struct front *f, struct http_exchange *x, enum ask ask, const char *type)
{
    ON_EXIT(caller_free) struct caller c = { 0 };
    if (!front_identify(f, x, false, &c))
        return;
    const struct span id = http_segment(x, "id");
    uint64_t after = 0;
    if (ask == ASK_RESULTS && !front_read_number(f, x, "after", INT64_MAX, 0, &after))
        return;
    if (!is_batch_id(id)) {
        front_refuse(f, x, DENIAL_NOT_FOUND, NULL);
        return;
    }

    const uint32_t wait_s = ask == ASK_BATCH ? wait_asked(f, x) : 0;
    const struct question q = {
        .ask = ask,
        .sender = span_text(c.is_operator ? "" : c.evidence.keyid),
        .is_operator = c.is_operator,
        .chinese = !http_wants_english(x),
        .batch = id,
        .after = after,
        .wait_ms = wait_s * 1000,
    };
    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    if (!front_ask(f, x, f->core, &q, -1, q.wait_ms + ASK_MS, &s))
        return;
    answer_waited(x, wait_s);
    answer_rest(x, f, &q, &s.answer);
    front_answer_said(x, 200, type, &s);
}

void front_get_batch(struct http_exchange *x, void *arg)
{
    tell_batch(arg, x, ASK_BATCH, JSON);
}

void front_get_results(struct http_exchange *x, void *arg)
{
    tell_batch(arg, x, ASK_RESULTS, NDJSON);
}
