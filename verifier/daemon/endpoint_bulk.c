#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/dates.h"
#include "core/crypto/pubkey_pem.h"
#include "core/ipc/ipc.h"
#include "core/json/json_out.h"
#include "core/sys/log.h"
#include "verifier/daemon/accept.h"
#include "verifier/daemon/bulk_answer.h"
#include "verifier/daemon/bulk_list.h"
#include "verifier/daemon/bulk_watch.h"
#include "verifier/daemon/endpoint.h"

#define TYPE_CSV "text/csv; charset=utf-8; header=present"
#define SCHEME   "Bearer "
#define RETRY_S  5
#define SIGN_MS  2000

/* One list under way. */
struct bulk {
    struct employer employer;
    struct span key; /* as sent; borrows the exchange */
    struct bulk_list list;
    struct bulk_result *results;
    struct bulk_summary summary;
    struct buf marks; /* of a list that is watched: what its next cursor holds */
    int32_t today;
};

static void bulk_free(struct bulk *b)
{
    bulk_list_free(&b->list);
    free(b->results);
    buf_free(&b->summary.signature);
    buf_free(&b->marks);
}

static bool is_type(const struct http_exchange *x, const char *type)
{
    const char *const given = http_header(x, "Content-Type");
    const size_t len = strlen(type);
    return given && strncasecmp(given, type, len) == 0 && strchr("; \t", given[len]);
}

/* --- who asks, and what --- */

static bool read_key(struct endpoint *e, const struct http_exchange *x, struct bulk *b)
{
    const char *const given = http_header(x, "Authorization");
    if (!given || strncasecmp(given, SCHEME, strlen(SCHEME)) != 0)
        return false;
    b->key = span_text(given + strlen(SCHEME));
    return roll_find(e->employers, b->key, &b->employer);
}

static enum rc read_list(const struct http_exchange *x, struct bulk_list *to, struct diag *d)
{
    ON_EXIT(buf_wipe_at) struct buf body = { 0 };
    const enum rc rc = http_body_read(x, &body, d);
    if (rc != RC_OK)
        return rc;
    return is_type(x, TYPE_JSON) ? bulk_list_json(buf_span(&body), to, d)
                                 : bulk_list_csv(buf_span(&body), to, d);
}

/* --- one row --- */

static struct span cut(struct span s, size_t max)
{
    return span_of(s.ptr, s.len < max ? s.len : max);
}

static enum rc judge_row(struct endpoint *e, struct span token, struct bulk_result *ret,
                         struct diag *d)
{
    ON_EXIT(checked_free) struct checked c = { 0 };
    const enum rc rc = check_token(e->store, token, &c, d);
    if (rc != RC_OK)
        return rc;
    ret->found = c.v.authentic == AUTH_TRUE ? BULK_FOUND : BULK_NOT_AUTHENTIC;
    ret->state = c.v.state;
    ret->in_force = c.v.in_force;
    ret->deadline = c.v.deadline;
    ret->days_left = c.v.days_left;
    return RC_OK;
}

/* A number that was asked about too often is left out; the rest of the list goes on. */
static enum rc check_row(struct endpoint *e, const struct bulk *b, size_t i,
                         struct bulk_result *ret, struct diag *d)
{
    uint32_t retry_s = 0;
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    const struct lookup_question q = {
        .number = cut(bulk_cell(&b->list, i, BULK_NUMBER), LOOKUP_NUMBER_MAX),
        .name = cut(bulk_cell(&b->list, i, BULK_NAME), LOOKUP_NAME_MAX),
        .id_number = cut(bulk_cell(&b->list, i, BULK_ID_NUMBER), LOOKUP_ID_MAX),
        .key = b->key,
        .today = b->today,
    };
    switch (lookups_ask(e->lookups, &q, &token, &retry_s, d)) {
    case LOOKUP_FOUND:
        return judge_row(e, buf_span(&token), ret, d);
    case LOOKUP_NO_MATCH:
        ret->found = BULK_NO_MATCH;
        return RC_OK;
    case LOOKUP_CLOSED:
    case LOOKUP_BUSY:
        ret->found = BULK_NOT_CHECKED;
        return RC_OK;
    case LOOKUP_FAILED:
        break;
    }
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "look-ups cannot be done");
}

static enum rc begin(struct endpoint *e, struct bulk *b, struct diag *d)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    struct evidence evidence;
    const enum rc rc = publication_evidence(p, &evidence, d);
    if (rc != RC_OK)
        return rc;
    b->today = date_of_time(evidence.now);
    b->summary.at = evidence.now;
    b->summary.employer = &b->employer;
    b->results = calloc(b->list.count, sizeof *b->results);
    return b->results ? RC_OK : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a list");
}

static enum rc check_all(struct endpoint *e, struct bulk *b, struct diag *d)
{
    enum rc rc = begin(e, b, d);
    for (size_t i = 0; rc == RC_OK && i < b->list.count; i++) {
        rc = check_row(e, b, i, &b->results[i], d);
        bulk_count(&b->summary, &b->results[i]);
        if (b->list.watched)
            watch_mark(&b->list, i, &b->results[i], &b->marks);
    }
    return rc == RC_OK ? buf_rc(&b->marks, d) : rc;
}

/* --- the answer --- */

/* Of a list that is watched, what has changed; else all. */
static bool is_told(const struct bulk *b, size_t i)
{
    return !b->list.watched || watch_tells(&b->list, i, &b->results[i], buf_span(&b->marks));
}

static void put_csv(const struct bulk *b, struct buf *to)
{
    bulk_csv_head(to);
    for (size_t i = 0; i < b->list.count; i++)
        if (is_told(b, i))
            bulk_csv_row(to, i + 1, bulk_cell(&b->list, i, BULK_NUMBER), &b->results[i]);
}

static void put_cursor(const struct bulk *b, struct json_out *o)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    base64url_encode(buf_span(&b->marks), &text);
    json_out_text(o, "cursor", buf_span(&text));
}

static void put_json(const struct bulk *b, struct buf *to)
{
    struct json_out o = json_out_to(to, 0, 0);
    json_out_open(&o, NULL, '{');
    bulk_json_summary(&o, "summary", &b->summary);
    json_out_open(&o, "rows", '[');
    for (size_t i = 0; i < b->list.count; i++)
        if (is_told(b, i))
            bulk_json_row(&o, i + 1, bulk_cell(&b->list, i, BULK_NUMBER), &b->results[i]);
    json_out_close(&o, ']');
    if (b->list.watched)
        put_cursor(b, &o);
    json_out_close(&o, '}');
    buf_put_u8(to, '\n');
}

/* Beside CSV, which has no place for it: base64url of the same object. */
static enum rc put_summary_header(struct http_exchange *x, const struct bulk *b, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    ON_EXIT(buf_free_at) struct buf coded = { 0 };
    struct json_out o = json_out_to(&text, 0, 0);
    bulk_json_summary(&o, NULL, &b->summary);
    enum rc rc = buf_rc(&text, d);
    if (rc != RC_OK)
        return rc;
    base64url_encode(buf_span(&text), &coded);
    rc = buf_rc(&coded, d);
    if (rc == RC_OK)
        http_answer_header(x, "Sitecert-Summary", buf_cstr(&coded));
    return rc;
}

/* Without a signer the summary says that it is not signed. */
static void sign_summary(const struct endpoint *e, struct bulk *b)
{
    struct diag d = DIAG_INIT;
    struct buf *const message = &b->summary.signature;
    bulk_summary_put(message, &b->summary);
    enum rc rc = buf_rc(message, &d);
    if (rc == RC_OK)
        rc = ipc_call(e->answer, SIGN_MS, message, &d);
    if (rc == RC_OK)
        return;
    buf_free(message);
    log_failure(LEVEL_WARN, "summary_not_signed", rc, &d);
}

static enum rc answer(const struct endpoint *e, struct http_exchange *x, struct bulk *b,
                      struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf csv = { 0 };
    ON_EXIT(buf_free_at) struct buf json = { 0 };
    const bool as_csv = !b->list.watched && accept_prefers_csv(span_text(http_header(x, "Accept")));
    put_csv(b, &csv);
    enum rc rc = buf_rc(&csv, d);
    if (rc != RC_OK)
        return rc;
    sha256(buf_span(&csv), b->summary.rows_sha256);
    sign_summary(e, b);
    if (as_csv)
        rc = put_summary_header(x, b, d);
    else
        put_json(b, &json);
    if (rc == RC_OK && !as_csv)
        rc = buf_rc(&json, d);
    if (rc != RC_OK)
        return rc;
    http_answer_header(x, "Vary", "Accept, Accept-Language");
    endpoint_answer(x, 200, as_csv ? TYPE_CSV : TYPE_JSON, as_csv ? &csv : &json);
    return RC_OK;
}

/* --- the request --- */

static void run(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                struct bulk *b)
{
    struct diag d = DIAG_INIT;
    enum rc rc = read_list(x, &b->list, &d);
    if (rc == RC_LIMIT || rc == RC_FORMAT) {
        endpoint_refuse(e, x, how, rc == RC_LIMIT ? REFUSE_ROWS : REFUSE_BODY, 0);
        return;
    }
    const uint32_t retry_s =
        rc == RC_OK ? roll_take(e->employers, &b->employer, (uint32_t)b->list.count) : 0;
    if (retry_s > 0) {
        endpoint_refuse(e, x, how, REFUSE_DAY, retry_s);
        return;
    }
    const bool read = rc == RC_OK;
    if (read)
        rc = check_all(e, b, &d);
    if (read && rc == RC_IO) {
        endpoint_refuse(e, x, how, REFUSE_NO_LOOKUP, RETRY_S);
        return;
    }
    if (rc == RC_OK)
        rc = answer(e, x, b, &d);
    if (rc != RC_OK)
        endpoint_fail(e, x, how, "list_not_checked", rc, &d);
}

/* Each list keeps a thread and the helper for seconds. */
static bool begin_list(struct endpoint *e)
{
    if (atomic_fetch_add(&e->lists, 1) < LISTS_MAX)
        return true;
    atomic_fetch_sub(&e->lists, 1);
    return false;
}

void endpoint_post_bulk(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    struct asked how = endpoint_asked(x);
    ON_EXIT(bulk_free) struct bulk b = { 0 };
    how.json = true;
    if (!read_key(e, x, &b)) {
        http_answer_header(x, "WWW-Authenticate", "Bearer");
        endpoint_refuse(e, x, &how, REFUSE_KEY, 0);
        return;
    }
    if (!is_type(x, TYPE_JSON) && !is_type(x, "text/csv")) {
        endpoint_refuse(e, x, &how, REFUSE_TYPE, 0);
        return;
    }
    if (!begin_list(e)) {
        endpoint_refuse(e, x, &how, REFUSE_LISTS, RETRY_S);
        return;
    }
    run(e, x, &how, &b);
    atomic_fetch_sub(&e->lists, 1);
}
