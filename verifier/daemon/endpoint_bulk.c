#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/crypto/pubkey_pem.h"
#include "core/ipc/ipc.h"
#include "core/json/json_out.h"
#include "core/sys/log.h"
#include "verifier/daemon/accept.h"
#include "verifier/daemon/bulk.h"
#include "verifier/pages/page_report.h"

#define TYPE_CSV "text/csv; charset=utf-8; header=present"
#define SCHEME   "Bearer "
#define RETRY_S  5
#define SIGN_MS  2000

static void bulk_free(struct bulk *b)
{
    bulk_list_free(&b->list);
    buf_wipe_at(&b->form_body);
    free(b->lines);
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

/* --- the answer --- */

static struct span sent_number(const struct bulk *b, const struct bulk_result *line)
{
    return bulk_cell(&b->list, line->row, BULK_NUMBER);
}

static void put_csv(const struct bulk *b, struct buf *to)
{
    bulk_csv_head(to);
    for (size_t i = 0; i < b->line_count; i++)
        bulk_csv_row(to, sent_number(b, &b->lines[i]), &b->lines[i]);
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
    for (size_t i = 0; i < b->line_count; i++)
        bulk_json_row(&o, sent_number(b, &b->lines[i]), &b->lines[i]);
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

enum answer_form { AS_JSON, AS_CSV, AS_PAGE };

/* What changed on a list that is watched is for programs. */
static enum answer_form form_of(const struct http_exchange *x, const struct asked *how,
                                const struct bulk *b)
{
    const struct span accept = span_text(http_header(x, "Accept"));
    if (b->list.watched)
        return AS_JSON;
    if (!how->json || accept_prefers_html(accept))
        return AS_PAGE;
    return accept_prefers_csv(accept, !is_type(x, TYPE_JSON)) ? AS_CSV : AS_JSON;
}

static enum rc put_answer(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                          const struct bulk *b, enum answer_form form, struct buf *to,
                          struct diag *d)
{
    switch (form) {
    case AS_CSV:
        put_csv(b, to);
        return put_summary_header(x, b, d);
    case AS_PAGE:
        return bulk_page_put(e, how, b, to, d);
    case AS_JSON:
        break;
    }
    put_json(b, to);
    return RC_OK;
}

static enum rc answer(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                      struct bulk *b, struct diag *d)
{
    static const char *const types[] = { TYPE_JSON, TYPE_CSV, TYPE_HTML };
    ON_EXIT(buf_free_at) struct buf csv = { 0 };
    ON_EXIT(buf_free_at) struct buf to = { 0 };
    const enum answer_form form = form_of(x, how, b);
    put_csv(b, &csv);
    enum rc rc = buf_rc(&csv, d);
    if (rc != RC_OK)
        return rc;
    sha256(buf_span(&csv), b->summary.rows_sha256);
    sign_summary(e, b);
    rc = put_answer(e, x, how, b, form, &to, d);
    if (rc == RC_OK)
        rc = buf_rc(&to, d);
    if (rc != RC_OK)
        return rc;
    endpoint_answer(x, 200, types[form], &to);
    return RC_OK;
}

/* --- the request --- */

/* Who may not ask without number is not asked for: those rows are not checked. */
static uint32_t people_asked(const struct bulk *b)
{
    return b->employer.people_per_day > 0 ? bulk_people(&b->list) : 0;
}

/* rc, d: of reading the list. */
static void run(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                struct bulk *b, enum rc rc, struct diag *d)
{
    if (rc == RC_LIMIT || rc == RC_FORMAT) {
        endpoint_refuse(e, x, how, rc == RC_LIMIT ? REFUSE_ROWS : REFUSE_BODY, 0);
        return;
    }
    const uint32_t retry_s = rc == RC_OK ? roll_take(e->employers, &b->employer,
                                                     (uint32_t)b->list.count, people_asked(b))
                                         : 0;
    if (retry_s > 0) {
        endpoint_refuse(e, x, how, REFUSE_DAY, retry_s);
        return;
    }
    const bool read = rc == RC_OK;
    if (read)
        rc = bulk_check(e, b, d);
    if (read && rc == RC_IO) {
        endpoint_refuse(e, x, how, REFUSE_NO_LOOKUP, RETRY_S);
        return;
    }
    if (rc == RC_OK)
        rc = answer(e, x, how, b, d);
    if (rc != RC_OK)
        endpoint_fail(e, x, how, "list_not_checked", rc, d);
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
    struct diag d = DIAG_INIT;
    const enum rc rc = read_list(x, &b.list, &d);
    run(e, x, &how, &b, rc, &d);
    atomic_fetch_sub(&e->lists, 1);
}

/* --- the page's form --- */

void endpoint_get_list(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    const struct asked how = endpoint_asked(x);
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    const struct page_view view = endpoint_view(e, p, &how, "/list");
    struct buf b = { 0 };
    page_list(&b, &view);
    endpoint_answer(x, 200, TYPE_HTML, &b);
}

static enum rc read_form(struct http_exchange *x, struct bulk *b, struct form *ret, struct diag *d)
{
    const enum rc rc = http_body_read(x, &b->form_body, d);
    return rc == RC_OK ? form_multipart_read(span_text(http_header(x, "Content-Type")),
                                             buf_span(&b->form_body), ret, d)
                       : rc;
}

/* The key stands in the form, so that anybody's is read: no more of them at once than of lists. */
static void check_form(struct endpoint *e, struct http_exchange *x, struct asked how)
{
    struct form form = { 0 };
    struct diag d = DIAG_INIT;
    ON_EXIT(bulk_free) struct bulk b = { 0 };
    enum rc rc = read_form(x, &b, &form, &d);
    endpoint_follow_form(&how, &form);
    how.json = false;
    b.key = form_find(&form, "key");
    if (rc == RC_OK && !roll_find(e->employers, b.key, &b.employer)) {
        http_answer_header(x, "WWW-Authenticate", "Bearer");
        endpoint_refuse(e, x, &how, REFUSE_KEY, 0);
        return;
    }
    if (rc == RC_OK)
        rc = bulk_list_csv(form_find(&form, "file"), &b.list, &d);
    run(e, x, &how, &b, rc, &d);
}

void endpoint_post_list(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    struct asked how = endpoint_asked(x);
    how.json = false;
    if (!begin_list(e)) {
        endpoint_refuse(e, x, &how, REFUSE_LISTS, RETRY_S);
        return;
    }
    check_form(e, x, how);
    atomic_fetch_sub(&e->lists, 1);
}
