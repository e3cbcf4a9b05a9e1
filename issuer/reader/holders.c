#include "issuer/reader/holders.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/cert/digits.h"
#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/reader/attempts.h"
#include "issuer/reader/calendar.h"
#include "issuer/reader/certificate.h"
#include "issuer/reader/copies.h"
#include "issuer/reader/match.h"
#include "issuer/scheme/posts.h"

#define WAIT_MS      10000u /* for a view */
#define BUSY_RETRY_S 5u

struct holders {
    struct stock *stock;
    struct views *views;
    struct attempts *attempts;
    atomic_uint_fast64_t answered, no_match, closed;
};

/* One question being answered. */
struct serving {
    struct holders *holders;
    const struct holder_question *question;
    char number[HOLDER_NUMBER_MAX + 1];
    struct edition *edition;
    struct home home; /* the edition's, as of now */
    struct reg *reg;
    struct reg_cert cert;
    struct holder_answer *answer;
    struct buf body;
};

/* --- what a holder is given --- */

static enum rc give_pdf(struct serving *s, struct diag *d)
{
    return copy_pdf(s->holders->stock, &s->edition, &s->home, s->reg, &s->cert, &s->body, d);
}

static enum rc give_calendar(struct serving *s, struct diag *d)
{
    enum state state = STATE_UNKNOWN;
    const int32_t today = date_of_time(s->home.now);
    const struct post *const post = post_find(s->cert.post);
    const enum rc rc = register_state(s->reg, &s->cert, today,
                                      policy_at(s->home.policy, s->cert.unit, today), &state, d);
    if (rc != RC_OK)
        return rc;
    if (state != STATE_VALID && state != STATE_DUE && state != STATE_SUSPENDED)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "%s", state_word(state));
    const struct calendar_event event = {
        .number = s->cert.number,
        .host = s->home.settings.host,
        .version = s->cert.version,
        .deadline = s->cert.deadline,
        .made_s = s->home.now,
        .post = post ? post->name : "",
        .chinese = s->question->chinese,
    };
    calendar_put(&s->body, &event);
    return buf_rc(&s->body, d);
}

static enum rc give_history(struct serving *s, struct diag *d)
{
    ON_EXIT(json_decref_at)
    json_t *o = certificate_json(s->reg, &s->home, &s->cert, s->question->chinese, d);
    return o ? json_write(o, 0, &s->body, d)
             : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a certificate as JSON");
}

static enum rc give_token(struct serving *s, struct diag *d)
{
    struct span token;
    const enum rc rc = copy_token(s->reg, &s->cert, &token, d);
    if (rc != RC_OK)
        return rc;
    qr_text_put(&s->body, s->home.settings.host, token);
    return buf_rc(&s->body, d);
}

static enum rc give_nothing(struct serving *s, struct diag *d)
{
    (void)s;
    (void)d;
    return RC_OK;
}

static const struct service {
    enum lane lane;
    enum rc (*give)(struct serving *s, struct diag *d);
} services[] = {
    [HOLDER_ASK_NONE] = { LANE_HOLDER, NULL },
    [HOLDER_PDF] = { LANE_PRINT, give_pdf },
    [HOLDER_CALENDAR] = { LANE_HOLDER, give_calendar },
    [HOLDER_HISTORY] = { LANE_HOLDER, give_history },
    [HOLDER_TOKEN] = { LANE_HOLDER, give_token },
    [HOLDER_KNOWN] = { LANE_HOLDER, give_nothing },
};

/* --- who asks --- */

static enum rc find_holder(struct serving *s, struct match *ret, struct diag *d)
{
    struct views *const views = s->holders->views;
    enum rc rc = clock_now(s->edition->home.trust->demo, &s->home.now, d);
    if (rc == RC_OK)
        rc = views_take(views, LANE_HOLDER, WAIT_MS, &s->reg, d);
    if (rc != RC_OK)
        return rc;
    rc = match_holder(s->reg, s->number, s->question, date_of_time(s->home.now), ret, d);
    views_give(views, LANE_HOLDER, s->reg, views_works(rc));
    s->cert = ret->cert;
    return rc;
}

/* A view of its own: drawing has places of its own, and the certificate is looked up anew. */
static enum rc give(struct serving *s, struct diag *d)
{
    const struct service *const service = &services[s->question->ask];
    struct views *const views = s->holders->views;
    const uint32_t id = s->cert.id;
    enum rc rc = views_take(views, service->lane, WAIT_MS, &s->reg, d);
    if (rc != RC_OK)
        return rc;
    rc = register_cert(s->reg, id, &s->cert, d);
    if (rc == RC_OK)
        rc = service->give(s, d);
    views_give(views, service->lane, s->reg, views_works(rc));
    return rc;
}

/* --- one question --- */

static void say_closed(void)
{
    struct log_line l = log_begin(LEVEL_WARN, "holder_number_closed");
    log_number(&l, "attempts", HOLDER_ATTEMPTS);
    log_number(&l, "for_s", HOLDER_CLOSED_S);
    log_end(&l);
}

static void conclude(struct holder_answer *a, enum rc rc, const struct diag *d)
{
    if (rc == RC_OK) {
        a->reply = HOLDER_OK;
        return;
    }
    if (rc != RC_NOT_FOUND && rc != RC_BUSY) {
        log_unnumbered("holder_not_answered", rc, d);
        a->reply = HOLDER_FAILED;
        return;
    }
    a->reply = rc == RC_NOT_FOUND ? HOLDER_NOT_GIVEN : HOLDER_NOT_READY;
    a->retry_s = rc == RC_BUSY ? BUSY_RETRY_S : 0;
    (void)snprintf(a->detail, sizeof a->detail, "%.39s", d->text);
}

static void serve(struct serving *s)
{
    struct diag d = DIAG_INIT;
    struct match m = { 0 };
    struct holders *const h = s->holders;
    const struct span number = span_text(s->number);
    enum rc rc = find_holder(s, &m, &d);
    if (rc != RC_OK)
        attempts_unjudged(h->attempts, number);
    else if (m.known)
        attempts_known(h->attempts, number);
    if (rc == RC_OK && !m.holder) {
        atomic_fetch_add(&h->no_match, 1);
        s->answer->reply = HOLDER_NO_MATCH;
        return;
    }
    if (rc == RC_OK) {
        attempts_right(h->attempts, number);
        atomic_fetch_add(&h->answered, 1);
        rc = give(s, &d);
    }
    conclude(s->answer, rc, &d);
    if (rc == RC_OK)
        s->answer->body = buf_span(&s->body);
}

static void answer_one(struct holders *h, const struct holder_question *q, struct holder_answer *a,
                       struct buf *body)
{
    struct serving s = { .holders = h, .question = q, .answer = a };
    match_number(q->number, s.number);
    if (!attempts_begin(h->attempts, span_text(s.number), (int64_t)clock_elapsed(), &a->retry_s)) {
        if (atomic_fetch_add(&h->closed, 1) % 100 == 0)
            say_closed();
        a->reply = HOLDER_CLOSED;
        return;
    }
    s.edition = stock_take(h->stock);
    s.home = s.edition->home;
    serve(&s);
    stock_give(h->stock, s.edition);
    *body = s.body;
}

/* --- one time for every answer that is none --- */

static struct timespec moment(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t;
}

static void wait_for_pace(struct timespec began)
{
    const int64_t pace = (int64_t)HOLDERS_PACE_MS * 1000000;
    const struct timespec now = moment();
    const int64_t passed =
        (int64_t)(now.tv_sec - began.tv_sec) * 1000000000 + (now.tv_nsec - began.tv_nsec);
    const int64_t until = (passed / pace + 1) * pace + began.tv_nsec;
    const struct timespec end = { .tv_sec = began.tv_sec + (time_t)(until / 1000000000),
                                  .tv_nsec = (long)(until % 1000000000) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
        ;
}

bool holders_answer(void *arg, struct span question, struct buf *to, int *ret_fd)
{
    const struct timespec began = moment();
    struct holder_question q;
    struct diag d = DIAG_INIT;
    struct holder_answer a = { 0 };
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    (void)ret_fd; /* everything that is given fits a message */
    const enum rc rc = holder_question_read(question, &q, &d);
    if (rc != RC_OK) {
        log_failure(LEVEL_ERROR, "holder_question_not_read", rc, &d);
        return false;
    }
    answer_one(arg, &q, &a, &body);
    if (a.reply == HOLDER_NO_MATCH)
        wait_for_pace(began);
    holder_answer_put(to, &a);
    return buf_ok(to);
}

/* --- opening --- */

enum rc holders_open(struct stock *stock, struct views *views, struct holders **ret, struct diag *d)
{
    assert(stock && views && ret);

    struct holders *const h = calloc(1, sizeof *h);
    if (!h)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "holders");
    h->stock = stock;
    h->views = views;
    const enum rc rc = attempts_new(HOLDER_ATTEMPTS, HOLDER_CLOSED_S, &h->attempts, d);
    if (rc != RC_OK) {
        free(h);
        return rc;
    }
    *ret = h;
    return RC_OK;
}

void holders_close(struct holders *h)
{
    if (!h)
        return;
    attempts_free(h->attempts);
    free(h);
}

struct holders_counts holders_count(struct holders *h)
{
    return (struct holders_counts){ .answered = atomic_load(&h->answered),
                                    .no_match = atomic_load(&h->no_match),
                                    .closed = atomic_load(&h->closed) };
}
