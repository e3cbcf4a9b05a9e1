#include "issuer/push/client.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/json/json.h"
#include "core/message/sign.h"
#include "core/sys/clock.h"
#include "issuer/push/attempt.h"
#include "keys/private/keyfile.h"

#define NONCE_BYTES  16
#define PAUSE_MIN_MS 500u
#define PAUSE_MAX_MS 60000u

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable;

struct client {
    struct client_options o;
    struct private_key *key;
    CURL *curl;
};

static void start_library(void)
{
    usable = curl_global_init(CURL_GLOBAL_DEFAULT) == 0;
}

void client_answer_free(struct client_answer *a)
{
    buf_free(&a->body);
    *a = (struct client_answer){ 0 };
}

void client_close(struct client *c)
{
    if (!c)
        return;
    private_key_free(c->key);
    curl_easy_cleanup(c->curl);
    free(c);
}

static enum rc load_key(struct client *c, struct diag *d)
{
    const enum rc rc = private_key_load(c->o.key_path, &c->key, d);
    if (rc != RC_OK)
        return rc;
    return message_alg_name(private_key_public(c->key)->alg)
               ? RC_OK
               : diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                          "'%.120s' is neither an Ed25519 nor a P-256 key", c->o.key_path);
}

enum rc client_open(const struct client_options *o, struct client **ret, struct diag *d)
{
    assert(o && o->address && o->id && o->key_path && ret);

    if (pthread_once(&once, start_library) != 0 || !usable)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start libcurl");
    ON_EXIT(client_close_at) struct client *c = calloc(1, sizeof *c);
    if (!c)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a connection");
    c->o = *o;
    const enum rc rc = load_key(c, d);
    if (rc != RC_OK)
        return rc;
    c->curl = curl_easy_init();
    if (!c->curl || !attempt_prepare(c->curl, o->address, o->ca_path))
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot set libcurl up");
    *ret = TAKE(c);
    return RC_OK;
}

/* --- one signed attempt --- */

#define LINES_MAX 8

struct signed_headers {
    struct buf digest, input, signature; /* values */
    struct buf lines[LINES_MAX];         /* "Name: value" */
    struct attempt_headers list;
};

static void signed_headers_free(struct signed_headers *h)
{
    buf_free(&h->digest);
    buf_free(&h->input);
    buf_free(&h->signature);
    for (size_t i = 0; i < LINES_MAX; i++)
        buf_free(&h->lines[i]);
}

static enum rc clock_of(const struct client *c, int64_t *ret, struct diag *d)
{
    if (c->o.fixed_now == 0)
        return clock_now(false, ret, d);
    *ret = c->o.fixed_now;
    return RC_OK;
}

static enum rc make_draft(const struct client *c, const struct client_request *request,
                          struct span target, char nonce[2 * NONCE_BYTES + 1],
                          struct message_draft *ret, struct diag *d)
{
    uint8_t random[NONCE_BYTES];
    random_bytes(random, sizeof random);
    hex_encode(random, sizeof random, nonce);
    *ret = (struct message_draft){
        .method = request->type ? "POST" : "GET",
        .target_uri = target,
        .body_sha256 = request->type ? request->body_sha256 : NULL,
        .content_type = request->type,
        .idempotency_key = request->idempotency_key,
        .keyid = c->o.id,
        .nonce = nonce,
        .alg = private_key_public(c->key)->alg,
    };
    return clock_of(c, &ret->created, d);
}

static enum rc sign(const struct client *c, const struct client_request *request,
                    struct signed_headers *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf target = { 0 };
    ON_EXIT(buf_free_at) struct buf base = { 0 };
    char nonce[2 * NONCE_BYTES + 1];
    uint8_t signature[SIGNATURE_LEN];
    struct message_draft draft;

    buf_put_text(&target, c->o.address->base);
    buf_put_text(&target, request->path);
    enum rc rc = buf_rc(&target, d);
    if (rc == RC_OK)
        rc = make_draft(c, request, buf_span(&target), nonce, &draft, d);
    if (rc == RC_OK)
        rc = message_draft_put(&draft, &ret->digest, &ret->input, &base, d);
    if (rc == RC_OK)
        rc = private_key_sign(c->key, buf_span(&base), signature, d);
    if (rc == RC_OK)
        message_signature_put(&ret->signature, span_of(signature, sizeof signature));
    return rc;
}

static void add(struct signed_headers *h, const char *name, const char *value)
{
    assert(h->list.count < LINES_MAX);
    struct buf *const line = &h->lines[h->list.count];
    buf_printf(line, "%s: %s", name, value);
    h->list.at[h->list.count++] = buf_cstr(line);
}

static enum rc list_headers(const struct client *c, const struct client_request *request,
                            struct signed_headers *h, struct diag *d)
{
    add(h, "Accept-Language", c->o.chinese ? "zh" : "en");
    add(h, "Signature-Input", buf_cstr(&h->input));
    add(h, "Signature", buf_cstr(&h->signature));
    if (request->type) {
        add(h, "Content-Digest", buf_cstr(&h->digest));
        add(h, "Content-Type", request->type);
        add(h, "Idempotency-Key", request->idempotency_key);
    }
    if (request->wait_s > 0) {
        char wait[24];
        (void)snprintf(wait, sizeof wait, "wait=%u", request->wait_s);
        add(h, "Prefer", wait);
    }
    bool good = buf_ok(&h->input) && buf_ok(&h->signature) && buf_ok(&h->digest);
    for (size_t i = 0; i < h->list.count; i++)
        good = good && buf_ok(&h->lines[i]);
    return good ? RC_OK : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for headers");
}

static enum attempt attempt_once(struct client *c, const struct client_request *request,
                                 struct client_answer *ret, enum rc *ret_rc, struct diag *d)
{
    ON_EXIT(signed_headers_free) struct signed_headers h = { 0 };
    ON_EXIT(buf_free_at) struct buf url = { 0 };
    buf_put_text(&url, c->o.address->connect);
    buf_put_text(&url, request->path);
    *ret_rc = sign(c, request, &h, d);
    if (*ret_rc == RC_OK)
        *ret_rc = list_headers(c, request, &h, d);
    if (*ret_rc == RC_OK)
        *ret_rc = buf_rc(&url, d);
    if (*ret_rc != RC_OK)
        return ATTEMPT_FAILED;
    const struct attempt_order order = { buf_cstr(&url), request, &h.list };
    return attempt_make(c->curl, &order, ret, ret_rc, d);
}

/* --- again and again --- */

static bool is_passing(long status)
{
    return status == 429 || status >= 500;
}

static void pause_ms(unsigned ms)
{
    struct timespec left = { .tv_sec = (time_t)(ms / 1000),
                             .tv_nsec = (long)(ms % 1000) * 1000000 };
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

/* Twice as long each time, and never all clients at once. */
static unsigned pause_for(unsigned tries, const struct client_answer *a)
{
    uint8_t dice;
    random_bytes(&dice, 1);
    if (a->retry_after_s > 0)
        return a->retry_after_s < 86400 ? a->retry_after_s * 1000 + 2u * dice : 86400000u;
    const unsigned doubled = tries < 8 ? PAUSE_MIN_MS << tries : PAUSE_MAX_MS;
    const unsigned ms = doubled < PAUSE_MAX_MS ? doubled : PAUSE_MAX_MS;
    return ms - ms / 4 + ms / 4 * dice / 255;
}

/* RFC 9457: "urn:…:CODE", title and detail; false: the answer is no problem. */
static bool read_problem(const struct client_answer *a, struct buf *to)
{
    ON_EXIT(json_decref_at) json_t *problem = NULL;
    if (json_read(buf_span(&a->body), &problem, NULL) != RC_OK || !json_is_object(problem))
        return false;
    const char *const type = json_string_value(json_object_get(problem, "type"));
    const char *const title = json_string_value(json_object_get(problem, "title"));
    const char *const detail = json_string_value(json_object_get(problem, "detail"));
    const char *const code = type && strrchr(type, ':') ? strrchr(type, ':') + 1 : type;
    buf_printf(to, "HTTP %ld, %s: %s%s%s", a->status, code ? code : "", title ? title : "",
               detail && title ? ": " : "", detail ? detail : "");
    return true;
}

/* Whole characters, as many as a diag holds. */
static void shorten(struct buf *text)
{
    size_t len = sizeof((struct diag *)0)->text - 1;
    if (text->len <= len)
        return;
    while (len > 0 && (text->ptr[len] & 0xc0) == 0x80)
        len--;
    text->len = len;
}

static void describe(const struct client_answer *a, enum rc rc, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    if (!read_problem(a, &text))
        buf_printf(&text, "the server answers with HTTP status %ld", a->status);
    shorten(&text);
    (void)diag_set(d, rc, DIAG_NO_OFFSET, "%s", buf_cstr(&text));
}

enum rc client_refusal(const struct client_answer *a, struct diag *d)
{
    describe(a, RC_REFUSED, d);
    return RC_REFUSED;
}

static void tell_waiting(const struct client *c, const struct diag *why, unsigned ms)
{
    if (c->o.waiting)
        c->o.waiting(c->o.arg, why->text, (ms + 999) / 1000);
}

static const char *place_of(const struct client *c)
{
    return c->o.address->socket[0] ? c->o.address->socket : c->o.address->connect;
}

enum rc client_send(struct client *c, const struct client_request *request,
                    struct client_answer *ret, struct diag *d)
{
    assert(c && request && request->path && ret);

    const double began = clock_elapsed();
    for (unsigned tries = 0;; tries++) {
        struct diag why = DIAG_INIT;
        enum rc rc = RC_OK;
        const enum attempt made = attempt_once(c, request, ret, &rc, &why);
        if (made == ATTEMPT_ANSWERED && !is_passing(ret->status))
            return RC_OK;
        if (made == ATTEMPT_ANSWERED)
            describe(ret, RC_IO, &why);
        const unsigned ms = pause_for(tries, ret);
        if (made == ATTEMPT_FAILED)
            return diag_set(d, rc, why.offset, "'%.100s': %.130s", place_of(c), why.text);
        if (clock_elapsed() - began + ms / 1000.0 > (double)c->o.patience_s)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "gave up: '%.100s': %.120s", place_of(c),
                            why.text);
        tell_waiting(c, &why, ms);
        pause_ms(ms);
    }
}
