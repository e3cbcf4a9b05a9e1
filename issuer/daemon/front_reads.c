#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/daemon/front.h"

#define ASK_MS        60000u
#define JSON          "application/json"
#define CHANGES_LIMIT 100u
#define CHANGES_MOST  1000u
#define NUMBER_LONG   64u

/* What every question of a reader has. */
static struct question question_of(const struct http_exchange *x, const struct caller *c,
                                   enum ask ask)
{
    return (struct question){
        .ask = ask,
        .sender = span_text(c->is_operator ? "" : c->evidence.keyid),
        .is_operator = c->is_operator,
        .chinese = !http_wants_english(x),
    };
}

/* A copy is of what a checkpoint covers, and of what is signed. */
static bool is_uncovered(const struct said *s)
{
    return s->answer.reply == REPLY_NOT_READY && (strcmp(s->answer.detail, "not_published") == 0 ||
                                                  strcmp(s->answer.detail, "signing") == 0);
}

/* Asks the reader. What waits for a checkpoint alone has the core make it, and is asked once more;
 * what cannot be had then is told as it was. */
static bool ask_covered(struct front *f, struct http_exchange *x, const struct question *q,
                        struct said *ret)
{
    const struct question cover = { .ask = ASK_COVER };
    struct diag d = DIAG_INIT;
    enum rc rc = link_ask(f->reader, q, -1, ASK_MS, ret, &d);
    if (rc == RC_OK && is_uncovered(ret)) {
        ON_EXIT(said_free) struct said covered = SAID_NOTHING;
        if (link_ask(f->core, &cover, -1, ASK_MS, &covered, NULL) == RC_OK &&
            covered.answer.reply == REPLY_OK) {
            said_free(ret);
            *ret = SAID_NOTHING;
            rc = link_ask(f->reader, q, -1, ASK_MS, ret, &d);
        }
    }
    return front_judge(f, x, "reader_gone", rc, &d, &ret->answer);
}

static void tell_certificate(struct front *f, struct http_exchange *x, enum ask ask, bool raw,
                             const char *type)
{
    ON_EXIT(caller_free) struct caller c = { 0 };
    if (!front_identify(f, x, false, &c))
        return;
    struct question q = question_of(x, &c, ask);
    q.raw = raw;
    q.number = http_segment(x, "number");
    if (q.number.len > NUMBER_LONG) {
        front_refuse(f, x, DENIAL_NOT_FOUND, NULL);
        return;
    }

    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    if (ask == ASK_PDF ? !ask_covered(f, x, &q, &s)
                       : !front_ask(f, x, f->reader, &q, -1, ASK_MS, &s))
        return;
    http_answer_header(x, "Cache-Control", "no-store");
    front_answer_said(x, 200, type, &s);
}

void front_get_certificate(struct http_exchange *x, void *arg)
{
    tell_certificate(arg, x, ASK_CERTIFICATE, false, JSON);
}

void front_get_token(struct http_exchange *x, void *arg)
{
    const char *const accept = http_header(x, "accept");
    const bool raw = accept && strstr(accept, "application/cose");
    tell_certificate(arg, x, ASK_TOKEN, raw,
                     raw ? "application/cose" : "text/plain; charset=utf-8");
}

void front_get_pdf(struct http_exchange *x, void *arg)
{
    tell_certificate(arg, x, ASK_PDF, false, "application/pdf");
}

/* --- the list of changes --- */

static void answer_next(struct http_exchange *x, const struct front *f, uint64_t next,
                        uint64_t limit)
{
    char text[TARGET_BASE_MAX + 128];
    (void)snprintf(text, sizeof text,
                   "<%s/v1/changes?after=%" PRIu64 "&limit=%" PRIu64 ">; rel=\"next\"", f->base,
                   next, limit);
    http_answer_header(x, "Link", text);
}

void front_get_changes(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    ON_EXIT(caller_free) struct caller c = { 0 };
    if (!front_identify(f, x, false, &c))
        return;
    struct question q = question_of(x, &c, ASK_CHANGES);
    if (!front_read_number(f, x, "after", INT64_MAX, 0, &q.after) ||
        !front_read_number(f, x, "limit", CHANGES_MOST, CHANGES_LIMIT, &q.limit))
        return;
    if (q.limit == 0) {
        front_refuse_parameter(f, x, "limit", "应为 1 以上的整数",
                               "must be a whole number of at least 1");
        return;
    }

    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    if (!front_ask(f, x, f->reader, &q, -1, ASK_MS, &s))
        return;
    if (s.answer.next > 0)
        answer_next(x, f, s.answer.next, q.limit);
    http_answer_header(x, "Cache-Control", "no-store");
    front_answer_said(x, 200, JSON, &s);
}

/* --- the report --- */

void front_get_report(struct http_exchange *x, void *arg)
{
    struct front *const f = arg;
    ON_EXIT(caller_free) struct caller c = { 0 };
    bool given;
    if (!front_identify(f, x, false, &c))
        return;
    struct question q = question_of(x, &c, ASK_REPORT);
    const struct span as_of = http_query(x, "as_of", &given);
    q.as_of = NO_DATE;
    if (given && !date_parse(as_of, &q.as_of)) {
        front_refuse_parameter(f, x, "as_of", "应为 YYYY-MM-DD", "must be YYYY-MM-DD");
        return;
    }

    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    if (front_ask(f, x, f->reader, &q, -1, ASK_MS, &s))
        front_answer_said(x, 200, JSON, &s);
}
