#include "issuer/reader/desk.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/digits.h"
#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/daemon/protocol.h"
#include "issuer/publication/changes.h"
#include "issuer/publication/report.h"
#include "issuer/reader/certificate.h"
#include "issuer/reader/copies.h"
#include "issuer/reader/overview.h"
#include "issuer/senders/senders.h"

#define WAIT_MS      20000u /* for a view: the front asks for a minute */
#define BUSY_RETRY_S 5u

struct desk {
    struct desk_options options;
    pthread_mutex_t lock;
    struct senders *senders;
    struct overviews *overviews;
};

/* One question being answered. */
struct telling {
    struct desk *desk;
    const struct question *question;
    uint32_t unit; /* whose affairs the asker may know; 0: all */
    struct edition *edition;
    struct home home; /* the edition's, as of now */
    struct reg *reg;
    struct answer *answer;
    struct buf body;
};

/* --- who asks --- */

static enum rc refresh_senders(struct desk *desk, struct diag *d)
{
    struct senders *fresh = NULL;
    if (desk->senders && !senders_changed(desk->senders))
        return RC_OK;
    const enum rc rc = senders_load(desk->options.home, &fresh, d);
    if (rc != RC_OK)
        return rc;
    senders_free(desk->senders);
    desk->senders = fresh;
    return RC_OK;
}

/* REPLY_OK, or what is said instead. */
static enum reply find_unit(struct desk *desk, const struct question *q, uint32_t *ret)
{
    struct diag d = DIAG_INIT;
    *ret = 0;
    if (q->is_operator)
        return REPLY_OK;
    (void)pthread_mutex_lock(&desk->lock);
    const enum rc rc = refresh_senders(desk, &d);
    const struct sender *const s = rc == RC_OK ? senders_find(desk->senders, q->sender) : NULL;
    const bool known = s && !s->suspended;
    if (known)
        *ret = s->unit;
    (void)pthread_mutex_unlock(&desk->lock);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "senders_not_read", rc, &d);
    return rc != RC_OK ? REPLY_NOT_READY : known ? REPLY_OK : REPLY_SENDER;
}

/* --- what is told --- */

/* The body is the value's text; the value is given away. */
static enum rc put_json(struct telling *t, json_t *value, struct diag *d)
{
    ON_EXIT(json_decref_at) json_t *o = value;
    return json_write(o, 0, &t->body, d);
}

/* A certificate of another unit is not there. */
static enum rc find(struct telling *t, struct reg_cert *ret, struct diag *d)
{
    const enum rc rc = register_cert_find(t->reg, t->question->number, ret, d);
    return rc == RC_OK && t->unit != 0 && ret->unit != t->unit ? RC_NOT_FOUND : rc;
}

static enum rc tell_status(struct telling *t, struct diag *d)
{
    const struct holders_counts c = holders_count(t->desk->options.holders);
    const struct status s = { .ready = true,
                              .holder_answered = c.answered,
                              .holder_no_match = c.no_match,
                              .holder_closed = c.closed };
    status_put(&t->body, &s);
    return buf_rc(&t->body, d);
}

static enum rc tell_certificate(struct telling *t, struct diag *d)
{
    struct reg_cert c;
    const enum rc rc = find(t, &c, d);
    if (rc != RC_OK)
        return rc;
    json_t *const o = certificate_json(t->reg, &t->home, &c, t->question->chinese, d);
    return o ? put_json(t, o, d) : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a certificate as JSON");
}

static enum rc tell_token(struct telling *t, struct diag *d)
{
    struct reg_cert c;
    struct span token;
    enum rc rc = find(t, &c, d);
    if (rc == RC_OK)
        rc = copy_token(t->reg, &c, &token, d);
    if (rc != RC_OK)
        return rc;
    if (t->question->raw)
        buf_put_span(&t->body, token);
    else
        qr_text_put(&t->body, t->home.settings.host, token);
    return buf_rc(&t->body, d);
}

static enum rc tell_pdf(struct telling *t, struct diag *d)
{
    struct reg_cert c;
    const enum rc rc = find(t, &c, d);
    return rc == RC_OK
               ? copy_pdf(t->desk->options.stock, &t->edition, &t->home, t->reg, &c, &t->body, d)
               : rc;
}

static enum rc tell_changes(struct telling *t, struct diag *d)
{
    const struct question *const q = t->question;
    struct changes_page page;
    json_t *o = NULL;
    const enum rc rc = changes_json(t->reg, q->after, q->limit, t->unit, &o, &page, d);
    if (rc != RC_OK)
        return rc;
    t->answer->next = page.more ? page.upto : 0;
    return put_json(t, o, d);
}

static enum rc tell_report(struct telling *t, struct diag *d)
{
    ON_EXIT(report_free) struct report rep = { 0 };
    const int32_t as_of =
        t->question->as_of == NO_DATE ? date_of_time(t->home.now) : t->question->as_of;
    const enum rc rc = report_make(t->reg, t->home.policy, as_of, &rep, d);
    if (rc != RC_OK)
        return rc;
    json_t *const o = report_json(&rep);
    return o ? put_json(t, o, d) : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a report as JSON");
}

static enum rc tell_overview(struct telling *t, struct diag *d)
{
    return overviews_tell(t->desk->overviews, t->reg, &t->home, !t->question->chinese, &t->body, d);
}

static const struct subject {
    enum ask ask;
    enum lane lane;
    enum rc (*tell)(struct telling *t, struct diag *d);
} subjects[] = {
    { ASK_STATUS, LANE_LOOK, tell_status },       { ASK_CERTIFICATE, LANE_LOOK, tell_certificate },
    { ASK_TOKEN, LANE_LOOK, tell_token },         { ASK_PDF, LANE_PRINT, tell_pdf },
    { ASK_CHANGES, LANE_LOOK, tell_changes },     { ASK_REPORT, LANE_REPORT, tell_report },
    { ASK_OVERVIEW, LANE_REPORT, tell_overview },
};

static const struct subject *find_subject(enum ask ask)
{
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++)
        if (subjects[i].ask == ask)
            return &subjects[i];
    return NULL;
}

/* --- one question --- */

static void refuse(struct answer *a, enum reply reply, const char *detail)
{
    a->reply = reply;
    (void)snprintf(a->detail, sizeof a->detail, "%s", detail);
    if (reply == REPLY_NOT_READY)
        a->retry_s = BUSY_RETRY_S;
}

/* d holds words of ours: "signing", a state, a cause without a person's data. */
static void conclude(struct answer *a, enum rc rc, const struct diag *d)
{
    static const struct rc_reply {
        enum rc rc;
        enum reply reply;
    } replies[] = { { RC_NOT_FOUND, REPLY_NOT_FOUND },
                    { RC_BUSY, REPLY_NOT_READY },
                    { RC_LIMIT, REPLY_BAD_REQUEST } };
    if (rc == RC_OK) {
        a->reply = REPLY_OK;
        return;
    }
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        if (replies[i].rc == rc) {
            refuse(a, replies[i].reply, d->text);
            return;
        }
    }
    log_unnumbered("not_answered", rc, d);
    refuse(a, REPLY_FAILED, rc_text(rc));
}

static enum rc tell(struct telling *t, const struct subject *subject, struct diag *d)
{
    struct views *const views = t->desk->options.views;
    enum rc rc = clock_now(t->edition->home.trust->demo, &t->home.now, d);
    if (rc == RC_OK)
        rc = views_take(views, subject->lane, WAIT_MS, &t->reg, d);
    if (rc != RC_OK)
        return rc;
    rc = subject->tell(t, d);
    views_give(views, subject->lane, t->reg, views_works(rc));
    return rc;
}

static void answer_one(struct desk *desk, const struct question *q, struct answer *a,
                       struct buf *body)
{
    struct diag d = DIAG_INIT;
    struct telling t = { .desk = desk, .question = q, .answer = a };
    const struct subject *const subject = find_subject(q->ask);
    const enum reply who = q->ask == ASK_STATUS ? REPLY_OK : find_unit(desk, q, &t.unit);
    if (!subject || who != REPLY_OK) {
        refuse(a, subject ? who : REPLY_BAD_REQUEST, "");
        return;
    }
    t.edition = stock_take(desk->options.stock);
    t.home = t.edition->home;
    const enum rc rc = tell(&t, subject, &d);
    stock_give(desk->options.stock, t.edition);
    conclude(a, rc, &d);
    *body = t.body;
    if (rc != RC_OK)
        buf_clear(body);
    a->body = buf_span(body);
}

bool desk_answer(void *arg, struct span question, struct buf *to, int *ret_fd)
{
    struct question q;
    struct diag d = DIAG_INIT;
    struct answer a = { 0 };
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    (void)ret_fd; /* everything that is told fits a message */
    const enum rc rc = question_read(question, &q, &d);
    if (rc != RC_OK) {
        log_failure(LEVEL_ERROR, "question_not_read", rc, &d);
        return false;
    }
    answer_one(arg, &q, &a, &body);
    answer_put(to, &a);
    return buf_ok(to);
}

/* --- opening --- */

enum rc desk_open(const struct desk_options *o, struct desk **ret, struct diag *d)
{
    assert(o && o->home && o->stock && o->views && ret);

    struct desk *const desk = calloc(1, sizeof *desk);
    if (!desk || pthread_mutex_init(&desk->lock, NULL) != 0) {
        free(desk);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the desk");
    }
    desk->options = *o;
    const enum rc rc = overviews_open(&desk->overviews, d);
    if (rc != RC_OK) {
        desk_close(desk);
        return rc;
    }
    *ret = desk;
    return RC_OK;
}

void desk_close(struct desk *desk)
{
    if (!desk)
        return;
    senders_free(desk->senders);
    overviews_close(desk->overviews);
    (void)pthread_mutex_destroy(&desk->lock);
    free(desk);
}
