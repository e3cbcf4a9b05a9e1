#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cose/cose.h"
#include "core/sys/log.h"
#include "issuer/daemon/front.h"

#define ASK_MS 30000u /* beyond the time that the client wants to wait */
#define BUSY_S 1      /* until there is room among the questions under way */
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

/* What the answer needs of one that core is asked about. */
struct batch_asked {
    char sender[MESSAGE_KEYID_MAX + 1];
    enum record_kind kind;
    uint64_t bytes;
    uint32_t wait_s;
};

static void log_taken(const struct batch_asked *b, const struct answer *a)
{
    struct log_line l =
        log_begin(LEVEL_INFO, a->reply == REPLY_REPLAY ? "batch_again" : "batch_taken");
    log_word(&l, "sender", b->sender);
    log_word(&l, "kind", kind_name(b->kind));
    log_word(&l, "batch", a->batch);
    log_number(&l, "bytes", (int64_t)b->bytes);
    log_end(&l);
}

static void answer_taken(struct http_exchange *x, const struct batch_asked *b, struct said *s)
{
    log_taken(b, &s->answer);
    answer_location(x, s->answer.batch);
    answer_waited(x, b->wait_s);
    if (s->answer.reply == REPLY_RESULTS)
        front_answer_said(x, 200, NDJSON, s);
    else
        front_answer_said(x, 202, JSON, s);
}

/* Filled by read_submission(); bytes that q borrows stand here. */
struct submission {
    struct caller caller;
    struct question q;
    struct buf signer, body;
    uint8_t digest[SHA256_LEN];
    struct batch_asked asked;
};

static void submission_free(struct submission *s)
{
    caller_free(&s->caller);
    buf_free(&s->signer);
    buf_wipe(&s->body);
}

static void fill_question(struct http_exchange *x, struct submission *s)
{
    struct question *const q = &s->q;
    http_body_sha256(x, s->digest);
    cose_key_put(&s->signer, &s->caller.key);
    q->ask = ASK_SUBMIT;
    q->sender = span_text(s->caller.evidence.keyid);
    q->chinese = !http_wants_english(x);
    q->wait_ms = s->asked.wait_s * 1000;
    q->key = span_text(http_header(x, "idempotency-key"));
    q->nonce = span_text(s->caller.evidence.nonce);
    q->created = s->caller.evidence.created;
    q->digest = span_of(s->digest, sizeof s->digest);
    q->base = buf_span(&s->caller.evidence.base);
    q->signature = span_of(s->caller.evidence.signature, sizeof s->caller.evidence.signature);
    q->signer = buf_span(&s->signer);
    q->body_len = http_body_len(x);
    s->asked.kind = q->kind;
    s->asked.bytes = q->body_len;
    memcpy(s->asked.sender, s->caller.evidence.keyid, sizeof s->asked.sender);
}

/* Who sends what, but for a body that is in memory. False: it has been answered. */
static bool read_submission(struct front *f, struct http_exchange *x, struct submission *s)
{
    if (!front_identify(f, x, true, &s->caller))
        return false;
    if (s->caller.is_operator) {
        front_refuse(f, x, DENIAL_RIGHT, NULL);
        return false;
    }
    if (!read_kind(f, x, &s->q.kind) || !read_format(f, x, &s->q.is_csv))
        return false;
    if (http_body_len(x) == 0) {
        const struct denial_more more = { .detail = "empty" };
        front_refuse(f, x, DENIAL_BODY, &more);
        return false;
    }
    s->asked.wait_s = wait_asked(f, x);
    fill_question(x, s);
    return true;
}

/* Large ones, and those whose results are waited for: each holds up a thread and a socket. */
static void submit_slowly(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    ON_EXIT(submission_free) struct submission s = { 0 };
    ON_EXIT(said_free) struct said said = SAID_NOTHING;
    if (!read_submission(f, x, &s) || !read_small(f, x, &s.body))
        return;
    s.q.body = buf_span(&s.body);
    const int fd = s.q.body_len > BODY_INLINE_MAX ? http_body_file(x) : -1;
    if (front_ask(f, x, f->core, &s.q, fd, s.q.wait_ms + ASK_MS, &said))
        answer_taken(x, &s.asked, &said);
}

/* One that the relay has. */
struct on_its_way {
    struct relayed relayed; /* first */
    struct front *front;
    struct http_exchange *x;
    struct batch_asked asked;
};

static void tell_taken(struct relayed *r, enum rc rc, const struct answer *answer,
                       const struct diag *d)
{
    struct on_its_way *const w = (struct on_its_way *)(void *)r;
    struct said said = SAID_NOTHING;
    if (front_judge(w->front, w->x, "core_gone", rc, d, answer)) {
        said.answer = *answer;
        answer_taken(w->x, &w->asked, &said);
    }
    http_answered(w->x);
    free(w);
}

static void submit(struct front *f, struct http_exchange *x, struct submission *s)
{
    struct diag d = DIAG_INIT;
    struct on_its_way *const w = malloc(sizeof *w);
    if (!w)
        return; /* that is answered as our failure */
    *w = (struct on_its_way){ .relayed.told = tell_taken, .front = f, .x = x, .asked = s->asked };
    s->q.body = http_body_bytes(x);
    http_answer_later(x);
    const enum rc rc = relay_ask(f->relay, &s->q, &w->relayed, &d);
    if (rc == RC_BUSY) {
        front_refuse(f, x, DENIAL_QUEUE, &(struct denial_more){ .retry_s = BUSY_S });
        http_answered(x);
        free(w);
    } else if (rc != RC_OK) {
        tell_taken(&w->relayed, rc, NULL, &d);
    }
}

void front_post_batch(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    if (http_body_file(x) >= 0 || wait_asked(f, x) > 0) {
        http_on_thread(x, submit_slowly);
        return;
    }
    ON_EXIT(submission_free) struct submission s = { 0 };
    if (read_submission(f, x, &s))
        submit(f, x, &s);
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
