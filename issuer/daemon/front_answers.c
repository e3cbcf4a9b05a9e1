#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/daemon/front.h"

#define RETRY_S 2 /* when nobody said how long */

enum rc front_now(const struct front *f, int64_t *ret, struct diag *d)
{
    return clock_now(f->home.trust->demo, ret, d);
}

void front_refuse(struct front *f, struct http_exchange *x, enum denial r,
                  const struct denial_more *more)
{
    metrics_refusal(f->metrics, (size_t)r);
    denial_answer(x, r, more);
}

void front_refuse_parameter(struct front *f, struct http_exchange *x, const char *name,
                            const char *zh, const char *en)
{
    const struct http_problem_item item = {
        .pointer = name,
        .code = denial_text(DENIAL_PARAMETER)->code,
        .message = http_wants_english(x) ? en : zh,
    };
    const struct denial_more more = { .items = &item, .item_count = 1 };
    front_refuse(f, x, DENIAL_PARAMETER, &more);
}

bool front_read_number(struct front *f, struct http_exchange *x, const char *name, uint64_t most,
                       uint64_t missing, uint64_t *ret)
{
    bool given;
    const struct span text = http_query(x, name, &given);
    uint64_t v = 0;
    bool good = !given || (text.len > 0 && text.len < 20);
    for (size_t i = 0; good && i < text.len; i++) {
        good = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        v = v * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    if (!given)
        v = missing;
    if (good && v <= most) {
        *ret = v;
        return true;
    }
    char zh[64], en[64];
    (void)snprintf(zh, sizeof zh, "应为至多 %" PRIu64 " 的整数", most);
    (void)snprintf(en, sizeof en, "must be a whole number of at most %" PRIu64, most);
    front_refuse_parameter(f, x, name, zh, en);
    return false;
}

/* Reasons of signatures are counted behind our own; the list has no gaps from 1 on. */
void front_count_signature(struct front *f, enum message_verdict v)
{
    metrics_refusal(f->metrics, DENIAL_COUNT + (size_t)v);
}

/* --- who asks --- */

void caller_free(struct caller *c)
{
    message_evidence_free(&c->evidence);
    c->is_operator = false;
}

static const char *find_header(void *arg, const char *name)
{
    return http_header(arg, name);
}

static void fail(struct front *f, struct http_exchange *x, const char *event, enum rc rc,
                 const struct diag *d)
{
    log_failure(LEVEL_ERROR, event, rc, d);
    front_refuse(f, x, DENIAL_INTERNAL, NULL);
}

static enum rc verify(struct front *f, struct http_exchange *x, bool has_body, struct caller *c,
                      enum message_verdict *ret, struct diag *d)
{
    int64_t now;
    uint8_t digest[SHA256_LEN];
    ON_EXIT(buf_free_at) struct buf uri = { 0 };
    buf_put_text(&uri, f->base);
    buf_put_text(&uri, http_target(x));
    enum rc rc = buf_rc(&uri, d);
    if (rc == RC_OK)
        rc = front_now(f, &now, d);
    if (rc != RC_OK)
        return rc;

    if (has_body)
        http_body_sha256(x, digest);
    const struct message_request request = {
        .method = http_method_of(x) == HTTP_POST ? "POST" : "GET",
        .target_uri = buf_span(&uri),
        .header = find_header,
        .arg = x,
        .body_sha256 = has_body ? digest : NULL,
    };
    return who_verify(f->who, &request, now, ret, &c->evidence, &c->key, &c->is_operator, d);
}

bool front_identify(struct front *f, struct http_exchange *x, bool has_body, struct caller *ret)
{
    struct diag d = DIAG_INIT;
    enum message_verdict v = MESSAGE_UNDECIDED;
    if (!f->server) {
        front_refuse(f, x, DENIAL_NOT_READY,
                     &(struct denial_more){ .detail = "starting", .retry_s = RETRY_S });
        return false;
    }
    const enum rc rc = verify(f, x, has_body, ret, &v, &d);
    if (rc != RC_OK) {
        fail(f, x, "signature_not_judged", rc, &d);
        return false;
    }
    if (v == MESSAGE_GOOD)
        return true;
    assert(v != MESSAGE_UNDECIDED);
    front_count_signature(f, v);
    denial_of_signature(x, v, ret->evidence.detail);
    return false;
}

/* --- asking --- */

/* What each reply is to the client; DENIAL_NONE: the handler's affair. */
static const enum denial denials[REPLY_COUNT] = {
    [REPLY_NOT_FOUND] = DENIAL_NOT_FOUND,
    [REPLY_KEY_REUSED] = DENIAL_KEY_REUSED,
    [REPLY_NONCE_USED] = DENIAL_NONCE,
    [REPLY_QUEUE_FULL] = DENIAL_QUEUE,
    [REPLY_ROWS_PER_DAY] = DENIAL_ROWS_PER_DAY,
    [REPLY_SENDER] = DENIAL_RIGHT,
    [REPLY_KIND] = DENIAL_KIND,
    [REPLY_UNREADABLE] = DENIAL_BODY,
    [REPLY_TOO_LARGE] = DENIAL_TOO_LARGE,
    [REPLY_ORDER] = DENIAL_NONE,
    [REPLY_BAD_REQUEST] = DENIAL_PARAMETER,
    [REPLY_NOT_READY] = DENIAL_NOT_READY,
    [REPLY_FAILED] = DENIAL_INTERNAL,
};

static void refuse_reply(struct front *f, struct http_exchange *x, const struct answer *a)
{
    const enum denial r = denials[a->reply];
    const unsigned status = denial_text(r)->status;
    struct denial_more more = { .detail = a->detail, .retry_s = a->retry_s };
    if (more.retry_s == 0 && (status == 429 || status == 503))
        more.retry_s = RETRY_S;
    if (a->reply == REPLY_FAILED) {
        struct log_line l = log_begin(LEVEL_ERROR, "part_failed");
        log_word(&l, "cause", a->detail);
        log_end(&l);
        more.detail = NULL;
    }
    front_refuse(f, x, r, &more);
}

bool front_judge(struct front *f, struct http_exchange *x, const char *gone, enum rc rc,
                 const struct diag *d, const struct answer *a)
{
    if (rc == RC_NOMEM) {
        fail(f, x, "not_asked", rc, d);
        return false;
    }
    if (rc != RC_OK) {
        log_failure(LEVEL_WARN, gone, rc, d);
        const struct denial_more more = { .detail = gone, .retry_s = RETRY_S };
        front_refuse(f, x, DENIAL_NOT_READY, &more);
        return false;
    }
    if (denials[a->reply] == DENIAL_NONE)
        return true;
    refuse_reply(f, x, a);
    return false;
}

bool front_ask(struct front *f, struct http_exchange *x, struct link *l, const struct question *q,
               int fd, uint32_t timeout_ms, struct said *ret)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = link_ask(l, q, fd, timeout_ms, ret, &d);
    return front_judge(f, x, l == f->core ? "core_gone" : "reader_gone", rc, &d, &ret->answer);
}

/* --- answering --- */

void front_answer_text(struct http_exchange *x, unsigned status, const char *type, struct buf *b)
{
    if (buf_ok(b))
        http_answer(x, status, type, b);
    else
        denial_answer(x, DENIAL_INTERNAL, NULL);
}

void front_answer_said(struct http_exchange *x, unsigned status, const char *type, struct said *s)
{
    if (s->fd >= 0) {
        http_answer_file(x, status, type, s->fd, 0, s->answer.file_len);
        s->fd = -1;
        return;
    }
    struct buf body = { 0 };
    buf_put_span(&body, s->answer.body);
    front_answer_text(x, status, type, &body);
    buf_free(&body);
}
