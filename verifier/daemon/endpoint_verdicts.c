#include <arpa/inet.h>
#include <strings.h>

#include "core/cert/digits.h"
#include "core/json/json.h"
#include "verifier/daemon/endpoint.h"
#include "verifier/daemon/forms.h"

#define RETRY_PICTURES_S 5

/* An address of numbers, or this machine: nobody prints that on a certificate, so it says nothing.
 */
static bool is_own(const char *host)
{
    char name[64];
    size_t len = strcspn(host, ":");
    if (host[0] == '[' || len >= sizeof name)
        return true;
    memcpy(name, host, len);
    name[len] = '\0';
    struct in_addr any;
    return strcmp(name, "localhost") == 0 || len == 0 || inet_pton(AF_INET, name, &any) == 1;
}

static struct span host_of(const struct http_exchange *x)
{
    const char *const host = http_host(x);
    return is_own(host) ? (struct span){ 0 } : span_text(host);
}

const char *endpoint_page_of(const struct checked *c, struct buf *room)
{
    buf_put_text(room, "/V/");
    digits_encode(buf_span(&c->token), room);
    return c->token.len > 0 && buf_ok(room) ? buf_cstr(room) : NULL;
}

/* A token has one spelling in digits: where it was asked for is where it stands. */
static const char *page_here(const struct checked *c, struct span digits, struct buf *room)
{
    (void)buf_reserve(room, strlen("/V/") + digits.len);
    buf_put_text(room, "/V/");
    buf_put_span(room, digits);
    return c->token.len > 0 && buf_ok(room) ? buf_cstr(room) : NULL;
}

void endpoint_get_verdict(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    const struct asked how = endpoint_asked(x);
    struct diag d = DIAG_INIT;
    ON_EXIT(checked_free) struct checked c = { 0 };
    ON_EXIT(buf_free_at) struct buf here = { 0 };
    const struct span digits = http_segment(x, "digits");
    const enum rc rc = check_digits(e->store, digits, host_of(x), &c, &d);
    if (rc == RC_OK)
        endpoint_answer_verdict(e, x, &how, &c, how.json ? NULL : page_here(&c, digits, &here));
    else
        endpoint_fail(e, x, &how, "not_judged", rc, &d);
}

/* --- what is typed or uploaded --- */

static bool begin_picture(struct endpoint *e)
{
    if (atomic_fetch_add(&e->pictures, 1) < PICTURES_MAX)
        return true;
    atomic_fetch_sub(&e->pictures, 1);
    return false;
}

static void check_upload(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                         struct span bytes)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(checked_free) struct checked c = { 0 };
    ON_EXIT(buf_free_at) struct buf here = { 0 };
    if (!begin_picture(e)) {
        endpoint_refuse(e, x, how, REFUSE_PICTURES, RETRY_PICTURES_S);
        return;
    }
    const enum rc rc = check_bytes(e->store, bytes, &c, &d);
    atomic_fetch_sub(&e->pictures, 1);
    if (rc == RC_OK)
        endpoint_answer_verdict(e, x, how, &c,
                                c.v.copy.is_pdf ? NULL : endpoint_page_of(&c, &here));
    else
        endpoint_fail(e, x, how, "not_judged", rc, &d);
}

void endpoint_follow_form(struct asked *how, const struct form *f)
{
    const struct span lang = form_find(f, "lang");
    if (lang.len > 0)
        how->english = span_equal(lang, SPAN_LITERAL("en"));
    how->large = how->large || span_equal(form_find(f, "large"), SPAN_LITERAL("1"));
}

void endpoint_post_home(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    struct asked how = endpoint_asked(x);
    struct diag d = DIAG_INIT;
    struct form form = { 0 };
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    enum rc rc = http_body_read(x, &body, &d);
    if (rc != RC_OK) {
        endpoint_fail(e, x, &how, "upload_not_read", rc, &d);
        return;
    }
    rc = form_multipart_read(span_text(http_header(x, "Content-Type")), buf_span(&body), &form, &d);
    endpoint_follow_form(&how, &form);
    const struct span file = form_find(&form, "file"), text = form_find(&form, "text");
    if (rc != RC_OK)
        endpoint_refuse(e, x, &how, REFUSE_BODY, 0);
    else
        check_upload(e, x, &how, file.len > 0 ? file : text);
}

/* --- the API --- */

/* All three and no other. */
static bool is_lookup(const json_t *root)
{
    return json_object_size(root) == 3 && json_is_string(json_object_get(root, "number")) &&
           json_is_string(json_object_get(root, "name")) &&
           json_is_string(json_object_get(root, "id_number"));
}

static struct span member(const json_t *object, const char *name)
{
    const json_t *const value = json_object_get(object, name);
    return span_of(json_string_value(value), json_string_length(value));
}

static bool is_json(const struct http_exchange *x)
{
    const char *const type = http_header(x, "Content-Type");
    return type && strncasecmp(type, TYPE_JSON, strlen(TYPE_JSON)) == 0 &&
           (type[strlen(TYPE_JSON)] == '\0' || strchr("; \t", type[strlen(TYPE_JSON)]));
}

/* A code, and perhaps a live code beside it. */
static bool is_code(const json_t *root)
{
    const json_t *const staple = json_object_get(root, "staple");
    return json_is_string(json_object_get(root, "token")) && (!staple || json_is_string(staple)) &&
           json_object_size(root) == (staple ? 2 : 1);
}

static void verify_code(struct endpoint *e, struct http_exchange *x, const struct asked *how,
                        const json_t *root)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(checked_free) struct checked c = { 0 };
    const enum rc rc = check_text(e->store, member(root, "token"), member(root, "staple"), &c, &d);
    if (rc == RC_OK)
        endpoint_answer_verdict(e, x, how, &c, NULL);
    else
        endpoint_fail(e, x, how, "not_judged", rc, &d);
}

void endpoint_post_verify(struct http_exchange *x, void *arg)
{
    struct endpoint *const e = arg;
    struct asked how = endpoint_asked(x);
    how.json = true;
    if (!is_json(x)) {
        endpoint_refuse(e, x, &how, REFUSE_TYPE, 0);
        return;
    }
    ON_EXIT(json_decref_at) json_t *root = NULL;
    const enum rc rc = json_read(http_body_bytes(x), &root, NULL);
    if (rc == RC_OK && is_code(root))
        verify_code(e, x, &how, root);
    else if (rc == RC_OK && is_lookup(root))
        endpoint_look_up(e, x, &how, member(root, "number"), member(root, "name"),
                         member(root, "id_number"));
    else
        endpoint_refuse(e, x, &how, REFUSE_BODY, 0);
}
