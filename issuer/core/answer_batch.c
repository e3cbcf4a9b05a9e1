#include "issuer/core/answer_batch.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "issuer/core/bodies.h"
#include "issuer/core/memory_file.h"
#include "issuer/core/results.h"
#include "issuer/core/state_text.h"
#include "issuer/intake/rows.h"

#define INLINE_MAX (256u << 10) /* bytes of results within an answer; more go as a file */
#define RETRY_S    2u

void reply_parts_free(struct reply_parts *r)
{
    buf_free(&r->body);
    fd_close_at(&r->fd);
    *r = REPLY_PARTS_NONE;
}

void reply_refuse(struct reply_parts *r, enum reply reply, const char *detail)
{
    r->answer = (struct answer){ .reply = reply };
    (void)snprintf(r->answer.detail, sizeof r->answer.detail, "%s", detail);
    if (reply == REPLY_NOT_READY)
        r->answer.retry_s = RETRY_S;
}

static void fail(struct reply_parts *r, enum rc rc, const struct diag *d)
{
    if (rc == RC_FULL)
        reply_refuse(r, REPLY_NOT_READY, "disk_full");
    else if (rc == RC_BUSY)
        reply_refuse(r, REPLY_NOT_READY, "starting");
    else
        reply_refuse(r, REPLY_FAILED, d->text[0] ? d->text : rc_text(rc));
}

/* --- what a batch is --- */

/* This sender's, or any for an operator. False: answered. */
static bool find_batch(const struct serve_options *o, const struct question *q, struct span id,
                       struct reg_batch *ret, bool *ret_done, struct reply_parts *r)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = desk_find(o->desk, id, ret, ret_done, &d);
    if (rc == RC_NOT_FOUND ||
        (rc == RC_OK && !q->is_operator && !span_equal(q->sender, span_text(ret->sender)))) {
        reply_refuse(r, REPLY_NOT_FOUND, "");
        return false;
    }
    if (rc != RC_OK)
        fail(r, rc, &d);
    return rc == RC_OK;
}

static void put_state(const struct reg_batch *b, bool done, enum reply reply, struct reply_parts *r)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = state_text_put(&r->body, b, done, &d);
    if (rc != RC_OK) {
        fail(r, rc, &d);
        return;
    }
    r->answer = (struct answer){ .reply = reply };
    hex_encode(b->id, sizeof b->id, r->answer.batch);
}

/* Results over INLINE_MAX travel as a file. */
static enum rc as_file(struct reply_parts *r, struct diag *d)
{
    enum rc rc = memory_file_new(&r->fd, d);
    if (rc == RC_OK)
        rc = memory_file_set(r->fd, buf_span(&r->body), d);
    r->answer.file_len = r->body.len;
    buf_clear(&r->body);
    return rc;
}

static void put_results(const struct serve_options *o, const struct question *q,
                        const struct reg_batch *b, bool done, struct reply_parts *r)
{
    struct diag d = DIAG_INIT;
    enum rc rc = desk_results(o->desk, b, q->chinese, q->after, &r->body, &d);
    r->answer = (struct answer){ .reply = REPLY_RESULTS, .more = !done, .next = b->done };
    hex_encode(b->id, sizeof b->id, r->answer.batch);
    if (rc == RC_OK && r->body.len > INLINE_MAX)
        rc = as_file(r, &d);
    if (rc != RC_OK)
        fail(r, rc, &d);
}

/* --- taking one --- */

/* Whom it is from, and whether that may be. */
static bool may_send(const struct serve_options *o, const struct question *q, struct sender *ret,
                     struct reply_parts *r)
{
    if (!roster_find(o->roster, q->sender, ret) || ret->suspended) {
        reply_refuse(r, REPLY_SENDER, "");
        return false;
    }
    if (q->kind == KIND_NONE || !sender_may(ret, q->kind)) {
        reply_refuse(r, REPLY_KIND, kind_name(q->kind));
        return false;
    }
    return true;
}

static bool is_whole(const struct question *q)
{
    return q->sender.len > 0 && q->key.len > 0 && q->nonce.len > 0 && q->body_len > 0 &&
           q->digest.len == SHA256_LEN;
}

static void refuse_body(enum rc rc, const struct diag *d, struct reply_parts *r)
{
    if (rc == RC_FORMAT)
        reply_refuse(r, REPLY_UNREADABLE, d->text);
    else if (rc == RC_LIMIT)
        reply_refuse(r, REPLY_TOO_LARGE, d->text);
    else
        fail(r, rc, d);
}

/* Reads a whole body, so that what cannot be read as such is refused before it is taken. */
static bool look_through(const struct serve_options *o, const struct question *q, int fd,
                         uint64_t *ret_rows, struct reply_parts *r)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(rows_close_at) struct rows *rows = NULL;
    const enum rows_format format = q->is_csv ? FORMAT_CSV : FORMAT_NDJSON;
    const enum rc rc =
        fd < 0 ? rows_open_bytes(q->body, "the content", q->kind, format, &o->limits, &rows, &d)
               : rows_open_fd(fd, "the content", q->kind, format, &o->limits, &rows, &d);
    if (rc != RC_OK) {
        refuse_body(rc, &d, r);
        return false;
    }
    *ret_rows = rows_count(rows);
    return true;
}

/* Checks the body; a large one is kept, a small one sealed for the journal. */
static bool read_body(const struct serve_options *o, const struct question *q, int fd,
                      struct buf *ret_sealed, uint64_t *ret_rows, struct reply_parts *r)
{
    struct diag d = DIAG_INIT;
    if (q->body_len > o->body_max_bytes) {
        reply_refuse(r, REPLY_TOO_LARGE, "body_max_bytes");
        return false;
    }
    if (fd < 0 ? q->body.len != q->body_len : q->body.len != 0) {
        reply_refuse(r, REPLY_BAD_REQUEST, "the body's length is not as told");
        return false;
    }
    enum rc rc = fd < 0 ? body_seal(o->vault, q->digest.ptr, q->body, ret_sealed, &d)
                        : bodies_keep(o->bodies, o->vault, fd, q->body_len, q->digest.ptr, &d);
    if (rc == RC_OK && fd >= 0 && *o->copy)
        rc = batch_copy_body(*o->copy, q->digest.ptr, &d);
    if (rc != RC_OK) {
        refuse_body(rc, &d, r);
        return false;
    }
    return look_through(o, q, fd, ret_rows, r);
}

/* The answer to one that was taken: its state, or its results when they are to be waited for. */
static void tell_taken(const struct serve_options *o, const struct question *q,
                       const struct taking *t, struct reply_parts *r)
{
    struct reg_batch b;
    bool done = false;
    if (q->wait_ms == 0 && t->answer.reply == REPLY_ACCEPTED) {
        put_state(&t->batch, false, REPLY_ACCEPTED, r);
        return;
    }
    if (q->wait_ms > 0)
        (void)desk_wait(o->desk, t->batch.sequence, q->wait_ms);
    if (!find_batch(o, q, span_text(t->answer.batch), &b, &done, r))
        return;
    if (q->wait_ms > 0 && done && b.state == BATCH_DONE)
        put_results(o, q, &b, true, r);
    else
        put_state(&b, done, t->answer.reply, r);
}

bool answer_prepare(const struct serve_options *o, int fd, struct buf *sealed, struct taking *t,
                    struct reply_parts *r)
{
    struct sender sender;
    char reason[40];
    struct diag d = DIAG_INIT;
    worker_reason(o->worker, reason);
    if (reason[0]) {
        reply_refuse(r, REPLY_NOT_READY, reason);
        return false;
    }
    if (!is_whole(t->q)) {
        reply_refuse(r, REPLY_BAD_REQUEST, "not a whole question");
        return false;
    }
    if (!may_send(o, t->q, &sender, r))
        return false;
    t->unit = sender.unit;
    t->rows_per_day = sender.rows_per_day;
    const enum rc rc = worker_now(o->worker, &t->now, &d);
    if (rc != RC_OK) {
        fail(r, rc, &d);
        return false;
    }
    if (!desk_knows_key(o->desk, t->q) && !read_body(o, t->q, fd, sealed, &t->rows, r))
        return false;
    t->sealed = buf_span(sealed);
    return true;
}

void answer_told(const struct serve_options *o, const struct taking *t, struct reply_parts *ret)
{
    ret->answer = t->answer;
    if (t->answer.reply == REPLY_ACCEPTED || t->answer.reply == REPLY_REPLAY)
        tell_taken(o, t->q, t, ret);
}

void answer_submit(const struct serve_options *o, const struct question *q, int fd,
                   struct reply_parts *ret)
{
    ON_EXIT(buf_free_at) struct buf sealed = { 0 };
    struct taking t = { .q = q };
    if (!answer_prepare(o, fd, &sealed, &t, ret))
        return;
    desk_submit(o->desk, &t);
    answer_told(o, &t, ret);
}

/* --- asking for one --- */

void answer_batch(const struct serve_options *o, const struct question *q, struct reply_parts *ret)
{
    struct reg_batch b;
    bool done = false;
    if (!find_batch(o, q, q->batch, &b, &done, ret))
        return;
    if (!done && q->wait_ms > 0) {
        (void)desk_wait(o->desk, b.sequence, q->wait_ms);
        if (!find_batch(o, q, q->batch, &b, &done, ret))
            return;
    }
    put_state(&b, done, REPLY_OK, ret);
}

void answer_results(const struct serve_options *o, const struct question *q,
                    struct reply_parts *ret)
{
    struct reg_batch b;
    bool done = false;
    if (!find_batch(o, q, q->batch, &b, &done, ret))
        return;
    if (q->after > b.done)
        reply_refuse(ret, REPLY_BAD_REQUEST, "after");
    else
        put_results(o, q, &b, done, ret);
}
