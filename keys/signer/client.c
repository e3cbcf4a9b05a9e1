#include "keys/signer/client.h"

#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cose/cose.h"

enum rc signer_open(const char *home, const struct trust_list *trust, struct signer **ret,
                    struct diag *d)
{
    assert(home && trust && ret);

    struct signer *const fresh = calloc(1, sizeof *fresh);
    if (!fresh || pthread_mutex_init(&fresh->lock, NULL) != 0) {
        free(fresh);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the signer");
    }
    ON_EXIT(signer_free_at) struct signer *s = fresh;
    s->trust = trust;
    s->socket = -1;
    const int n = snprintf(s->home, sizeof s->home, "%s", home);
    if (n < 0 || (size_t)n >= sizeof s->home)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", home);
    const enum rc rc = client_reach(s, 0, d);
    if (rc != RC_OK)
        return rc;
    *ret = TAKE(s);
    return RC_OK;
}

void signer_free(struct signer *s)
{
    if (!s)
        return;
    fd_close_at(&s->socket);
    client_end_child(s);
    buf_free(&s->question);
    buf_free(&s->answer);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}

/* Asks, and appends the answer's body. */
static enum rc ask_for_body(struct signer *s, const struct signer_question *q, struct buf *to,
                            struct diag *d)
{
    struct signer_answer a;
    (void)pthread_mutex_lock(&s->lock);
    enum rc rc = client_ask(s, q, &a, d);
    if (rc == RC_OK) {
        buf_put_span(to, a.body);
        rc = buf_rc(to, d);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

/* Asks, and keeps what of the answer borrows nothing. */
static enum rc ask_for_numbers(struct signer *s, const struct signer_question *q,
                               struct signer_answer *ret, struct diag *d)
{
    (void)pthread_mutex_lock(&s->lock);
    const enum rc rc = client_ask(s, q, ret, d);
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

/* --- tokens --- */

/* What comes back must be what was asked for. */
static void compare_payload(struct token_job *job)
{
    struct cose_sign1 m;
    if (job->rc != RC_OK)
        return;
    job->rc = cose_sign1_parse(buf_span(&job->cose), &m, &job->diag);
    if (job->rc == RC_OK && !span_equal(m.payload, job->payload))
        job->rc = diag_set(&job->diag, RC_FORMAT, DIAG_NO_OFFSET,
                           "the signer has signed another payload");
}

static void clear_jobs(struct token_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        jobs[i].cose = (struct buf){ 0 };
        jobs[i].diag = DIAG_INIT;
        jobs[i].rc = RC_OK;
    }
}

static void fail_jobs(struct token_job *jobs, size_t count, enum rc rc, const struct diag *why)
{
    for (size_t i = 0; i < count; i++) {
        buf_free(&jobs[i].cose);
        jobs[i].rc = rc;
        jobs[i].diag = *why;
    }
}

static void sign_some(struct signer *s, struct token_job *jobs, size_t count)
{
    struct diag why = DIAG_INIT;
    struct signer_answer a;
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    clear_jobs(jobs, count);
    signer_payloads_put(&items, jobs, count);
    enum rc rc = buf_rc(&items, &why);
    const struct signer_question q = { .ask = SIGNER_ASK_TOKENS, .items = buf_span(&items) };

    (void)pthread_mutex_lock(&s->lock);
    if (rc == RC_OK)
        rc = client_ask(s, &q, &a, &why);
    if (rc == RC_OK)
        rc = signer_tokens_read(a.items, jobs, count, &why);
    (void)pthread_mutex_unlock(&s->lock);
    if (rc != RC_OK)
        fail_jobs(jobs, count, rc, &why);
    for (size_t i = 0; i < count; i++) {
        compare_payload(&jobs[i]);
        if (jobs[i].rc != RC_OK)
            buf_free(&jobs[i].cose);
    }
}

/* The threads are the signer's own. */
void signer_tokens(struct signer *s, struct token_job *jobs, size_t count, unsigned threads)
{
    assert(s && (jobs || count == 0));
    (void)threads;

    for (size_t at = 0; at < count; at += SIGNER_TOKENS_MAX) {
        const size_t left = count - at;
        sign_some(s, jobs + at, left < SIGNER_TOKENS_MAX ? left : SIGNER_TOKENS_MAX);
    }
}

enum rc signer_token(struct signer *s, struct span payload, struct buf *to, struct diag *d)
{
    assert(s && to);

    struct token_job job = { .payload = payload };
    sign_some(s, &job, 1);
    ON_EXIT(buf_free_at) struct buf cose = job.cose;
    if (job.rc != RC_OK)
        return diag_set(d, job.rc, job.diag.offset, "%s", job.diag.text);
    buf_put_span(to, buf_span(&cose));
    return buf_rc(to, d);
}

/* --- the rest --- */

enum rc signer_publication(struct signer *s, const char *typ, struct span payload, int64_t now_s,
                           struct buf *to, struct diag *d)
{
    assert(s && typ && to);
    const struct signer_question q = {
        .ask = SIGNER_ASK_PUBLICATION, .typ = span_text(typ), .payload = payload, .now_s = now_s
    };
    return ask_for_body(s, &q, to, d);
}

enum rc signer_checkpoint(struct signer *s, uint64_t size, const uint8_t root[SHA256_LEN],
                          int64_t now_s, struct buf *to, struct diag *d)
{
    assert(s && root && to);
    const struct signer_question q = { .ask = SIGNER_ASK_CHECKPOINT,
                                       .number = size,
                                       .hash = span_of(root, SHA256_LEN),
                                       .now_s = now_s };
    return ask_for_body(s, &q, to, d);
}

enum rc signer_void(struct signer *s, uint64_t log_index, const char *reason, int64_t now_s,
                    struct buf *to, struct diag *d)
{
    assert(s && reason && to);
    const struct signer_question q = {
        .ask = SIGNER_ASK_VOID, .number = log_index, .text = span_text(reason), .now_s = now_s
    };
    return ask_for_body(s, &q, to, d);
}

enum rc signer_document_room(struct signer *s, bool timed, int64_t now_s, size_t *ret,
                             struct diag *d)
{
    assert(s && ret);
    struct signer_answer a;
    const struct signer_question q = { .ask = SIGNER_ASK_ROOM, .flag = timed, .now_s = now_s };
    const enum rc rc = ask_for_numbers(s, &q, &a, d);
    if (rc == RC_OK)
        *ret = (size_t)a.number;
    return rc;
}

static void ask_for_documents(struct signer *s, struct document_job *jobs, size_t count,
                              int64_t now_s)
{
    struct diag why = DIAG_INIT;
    struct signer_answer a;
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    for (size_t i = 0; i < count; i++) {
        jobs[i].contents = (struct buf){ 0 };
        jobs[i].diag = DIAG_INIT;
        jobs[i].rc = RC_OK;
    }
    signer_requests_put(&items, jobs, count);
    enum rc rc = buf_rc(&items, &why);
    const struct signer_question q = { .ask = SIGNER_ASK_DOCUMENTS,
                                       .items = buf_span(&items),
                                       .now_s = now_s };
    (void)pthread_mutex_lock(&s->lock);
    if (rc == RC_OK)
        rc = client_ask(s, &q, &a, &why);
    if (rc == RC_OK)
        rc = signer_contents_read(a.items, jobs, count, &why);
    (void)pthread_mutex_unlock(&s->lock);
    for (size_t i = 0; i < count; i++) {
        if (rc != RC_OK)
            jobs[i].rc = diag_set(&jobs[i].diag, rc, why.offset, "%s", why.text);
        if (jobs[i].rc != RC_OK)
            buf_free(&jobs[i].contents);
    }
}

void signer_documents(struct signer *s, struct document_job *jobs, size_t count, int64_t now_s)
{
    assert(s && (jobs || count == 0));

    for (size_t at = 0; at < count; at += SIGNER_DOCUMENTS_MAX) {
        const size_t left = count - at;
        ask_for_documents(s, jobs + at, left < SIGNER_DOCUMENTS_MAX ? left : SIGNER_DOCUMENTS_MAX,
                          now_s);
    }
}

enum rc signer_document(struct signer *s, const struct document_request *r, int64_t now_s,
                        struct buf *to, struct diag *d)
{
    assert(s && r && to);

    struct document_job job = { .request = *r };
    ask_for_documents(s, &job, 1, now_s);
    ON_EXIT(buf_free_at) struct buf contents = job.contents;
    if (job.rc != RC_OK)
        return diag_set(d, job.rc, job.diag.offset, "%s", job.diag.text);
    buf_put_span(to, buf_span(&contents));
    return buf_rc(to, d);
}

enum rc signer_order_alone(struct signer *s, struct span kid, uint32_t action, int64_t now_s,
                           bool *ret, struct diag *d)
{
    assert(s && kid.len == KID_LEN && ret);
    struct signer_answer a;
    const struct signer_question q = {
        .ask = SIGNER_ASK_ORDER_ALONE, .kid = kid, .action = action, .now_s = now_s
    };
    const enum rc rc = ask_for_numbers(s, &q, &a, d);
    if (rc == RC_OK)
        *ret = a.flag;
    return rc;
}

enum rc signer_order(struct signer *s, struct span first, struct span second, int64_t now_s,
                     struct diag *d)
{
    assert(s);
    struct signer_answer a;
    const struct signer_question q = {
        .ask = SIGNER_ASK_ORDER, .payload = first, .second = second, .now_s = now_s
    };
    return ask_for_numbers(s, &q, &a, d);
}

enum rc signer_place(struct signer *s, const struct placed_order *orders, size_t count,
                     struct diag *d)
{
    assert(s && (orders || count == 0));
    enum rc rc = RC_OK;
    for (size_t at = 0; rc == RC_OK && at < count; at += SIGNER_PLACES_MAX) {
        ON_EXIT(buf_free_at) struct buf items = { 0 };
        struct signer_answer a;
        const size_t left = count - at;
        signer_places_put(&items, orders + at, left < SIGNER_PLACES_MAX ? left : SIGNER_PLACES_MAX);
        const struct signer_question q = { .ask = SIGNER_ASK_PLACE, .items = buf_span(&items) };
        rc = buf_rc(&items, d);
        if (rc == RC_OK)
            rc = ask_for_numbers(s, &q, &a, d);
    }
    return rc;
}

enum rc signer_status(struct signer *s, struct signer_status *ret, struct diag *d)
{
    assert(s && ret);
    struct signer_answer a;
    const struct signer_question q = { .ask = SIGNER_ASK_STATUS };
    (void)pthread_mutex_lock(&s->lock);
    enum rc rc = client_ask(s, &q, &a, d);
    if (rc == RC_OK && a.deployment.len != DEPLOYMENT_LEN)
        rc = diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a status without its deployment");
    if (rc == RC_OK) {
        *ret = (struct signer_status){ .trust_sequence = a.trust_sequence,
                                       .checkpoint_size = a.checkpoint_size,
                                       .last_iat = a.last_iat };
        memcpy(ret->deployment, a.deployment.ptr, DEPLOYMENT_LEN);
        memcpy(ret->hsm, a.hsm, sizeof ret->hsm);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

enum rc signer_keys(struct signer *s, struct signer_held ret[SIGNER_KEYS_MAX], size_t *ret_count,
                    struct diag *d)
{
    assert(s && ret && ret_count);
    struct signer_answer a;
    const struct signer_question q = { .ask = SIGNER_ASK_KEYS };
    (void)pthread_mutex_lock(&s->lock);
    enum rc rc = client_ask(s, &q, &a, d);
    if (rc == RC_OK)
        rc = signer_keys_read(a.items, ret, ret_count, d);
    (void)pthread_mutex_unlock(&s->lock);
    return rc;
}

bool signer_is_there(struct signer *s)
{
    assert(s);
    if (pthread_mutex_trylock(&s->lock) != 0)
        return true; /* it is being asked */
    struct pollfd p = { .fd = s->socket, .events = POLLIN };
    /* Between two answers nothing can be read but its end. */
    const bool there = s->socket >= 0 && poll(&p, 1, 0) == 0;
    (void)pthread_mutex_unlock(&s->lock);
    return there;
}
