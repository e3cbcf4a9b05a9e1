#include "core/http/exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/crypto/hash.h"

struct http_exchange *exchange_new(struct http_server *server, struct connection *connection)
{
    struct http_exchange *const x = calloc(1, sizeof *x);
    struct head *const head = calloc(1, sizeof *head);
    if (!x || !head) {
        free(x);
        free(head);
        return NULL;
    }
    x->server = server;
    x->connection = connection;
    x->head = head;
    x->body = BODY_NOTHING;
    return x;
}

bool exchange_begin(struct http_exchange *x, struct MHD_Connection *mhd, const char *target)
{
    const size_t len = strlen(target) + 1;
    uint8_t *const to = buf_reserve(&x->targets, len + TARGET_ROOM(len));
    if (!to)
        return false;
    memcpy(to, target, len);
    x->targets.len = len;
    x->mhd = mhd;
    return true;
}

static void free_texts(struct exchange_text *t)
{
    while (t) {
        struct exchange_text *const next = t->next;
        free(t);
        t = next;
    }
}

void exchange_end(struct http_exchange *x)
{
    if (x->response)
        MHD_destroy_response(x->response);
    http_kept_put(x->kept);
    free_texts(x->made);
    free_texts(x->headers);
    body_free(&x->body);
    buf_clear(&x->targets);
    *x = (struct http_exchange){ .server = x->server,
                                 .connection = x->connection,
                                 .head = x->head,
                                 .targets = x->targets,
                                 .body = BODY_NOTHING };
}

void exchange_free(struct http_exchange *x)
{
    if (!x)
        return;
    exchange_end(x);
    buf_free(&x->targets);
    free(x->head);
    free(x);
}

struct exchange_text *exchange_text_new(const char *name, struct span value)
{
    const size_t name_len = name ? strlen(name) + 1 : 0;
    struct exchange_text *const t = malloc(sizeof *t + value.len + 1 + name_len);
    if (!t)
        return NULL;
    if (value.len > 0)
        memcpy(t->value, value.ptr, value.len);
    t->value[value.len] = '\0';
    if (name)
        memcpy(t->value + value.len + 1, name, name_len);
    t->name = name ? t->value + value.len + 1 : NULL;
    t->next = NULL;
    return t;
}

/* --- what a handler reads --- */

enum http_method http_method_of(const struct http_exchange *x)
{
    return x->head->method;
}

const char *http_target(const struct http_exchange *x)
{
    return x->head->origin;
}

const char *http_host(const struct http_exchange *x)
{
    const char *const host = http_header(x, "Host");
    return host ? host : "";
}

struct span http_segment(const struct http_exchange *x, const char *name)
{
    const struct route_match *const m = &x->head->match;
    size_t i = 0;
    while (i < m->name_count && !span_equal(m->names[i], span_text(name)))
        i++;
    assert(i < m->name_count); /* the route's path has that name */
    return m->values[i];
}

struct span http_query(const struct http_exchange *x, const char *name, bool *ret_given)
{
    const struct target *const t = &x->head->target;
    for (size_t i = 0; i < t->field_count; i++) {
        if (span_equal(t->fields[i].name, span_text(name))) {
            if (ret_given)
                *ret_given = true;
            return t->fields[i].value;
        }
    }
    if (ret_given)
        *ret_given = false;
    return (struct span){ 0 };
}

static bool is_named(const struct field *f, const char *name)
{
    return strcasecmp(f->name, name) == 0;
}

static void join(const struct head *h, const char *name, struct buf *to)
{
    for (size_t i = 0; i < h->field_count; i++) {
        if (!is_named(&h->fields[i], name))
            continue;
        if (to->len > 0)
            buf_put_text(to, ", ");
        buf_put_span(to, h->fields[i].value);
    }
}

/* Keeps a text for the exchange's life. The handler is the only one who has x. */
static const char *keep(const struct http_exchange *x, struct span text)
{
    struct exchange_text *const t = exchange_text_new(NULL, text);
    if (!t)
        return NULL;
    struct exchange_text **const made = (struct exchange_text **)(uintptr_t)&x->made;
    t->next = *made;
    *made = t;
    return t->value;
}

const char *http_header(const struct http_exchange *x, const char *name)
{
    const struct head *const h = x->head;
    const struct field *const first = field_find(h->fields, h->field_count, name);
    if (!first)
        return NULL;

    const size_t behind = (size_t)(first - h->fields) + 1;
    const bool alone = !field_find(h->fields + behind, h->field_count - behind, name);
    if (alone && first->value.ptr[first->value.len] == '\0')
        return (const char *)first->value.ptr;

    ON_EXIT(buf_free_at) struct buf joined = { 0 };
    join(h, name, &joined);
    return buf_ok(&joined) ? keep(x, buf_span(&joined)) : NULL;
}

struct span http_body_bytes(const struct http_exchange *x)
{
    return buf_span(&x->body.bytes);
}

int http_body_file(const struct http_exchange *x)
{
    return x->body.fd;
}

enum rc http_body_read(const struct http_exchange *x, struct buf *to, struct diag *d)
{
    return body_read(&x->body, to, d);
}

uint64_t http_body_len(const struct http_exchange *x)
{
    return x->body.len;
}

void http_body_sha256(const struct http_exchange *x, uint8_t ret[32])
{
    if (x->body.hash)
        memcpy(ret, x->body.sha256, sizeof x->body.sha256);
    else
        sha256((struct span){ 0 }, ret);
}

const char *http_peer(const struct http_exchange *x)
{
    return x->connection->peer;
}

bool http_wants_english(const struct http_exchange *x)
{
    return field_prefers_english(span_text(http_header(x, "Accept-Language")));
}
