#include "issuer/witness/collect.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

#include "core/cert/cosignature.h"
#include "core/cert/witness.h"

#define CONNECT_TIMEOUT_S 5L
#define ANSWER_MAX        4096u /* bytes */
#define URL_MAX           512u
#define TRIES             3 /* another publication may come between */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable;

DEFINE_ON_EXIT(CURL, curl_easy_cleanup)
DEFINE_ON_EXIT(struct curl_slist, curl_slist_free_all)

static void start_library(void)
{
    usable = curl_global_init(CURL_GLOBAL_DEFAULT) == 0;
}

/* --- one request --- */

struct reply {
    long status;
    bool has_size; /* of type text/x.tlog.size */
    struct buf body;
};

static size_t take_part(char *bytes, size_t size, size_t count, void *arg)
{
    struct buf *const to = arg;
    const size_t len = size * count; /* the library promises that size is 1 */
    if (len > ANSWER_MAX - to->len)
        return CURL_WRITEFUNC_ERROR;
    buf_put(to, bytes, len);
    return buf_ok(to) ? len : CURL_WRITEFUNC_ERROR;
}

static bool set_up(CURL *curl, const char *url, struct span request, struct curl_slist *headers,
                   struct buf *to)
{
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)COLLECT_TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request.len) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.ptr) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_part) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, to) == CURLE_OK;
}

static enum rc perform(CURL *curl, struct reply *r, struct diag *d)
{
    const char *type = NULL;
    const CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "no answer: %s", curl_easy_strerror(code));
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &r->status);
    (void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    r->has_size = type && strcasecmp(type, "text/x.tlog.size") == 0;
    return RC_OK;
}

static enum rc ask(const char *url, struct span request, struct reply *r, struct diag *d)
{
    char address[URL_MAX];
    const int len = snprintf(address, sizeof address, "%s/add-checkpoint", url);
    if (len < 0 || (size_t)len >= sizeof address)
        return diag_set(d, RC_USAGE, DIAG_NO_OFFSET, "an address of over %u bytes", URL_MAX);
    if (pthread_once(&once, start_library) != 0 || !usable)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start libcurl");
    ON_EXIT(curl_easy_cleanup_at) CURL *curl = curl_easy_init();
    ON_EXIT(curl_slist_free_all_at)
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: text/plain");
    buf_clear(&r->body);
    if (!curl || !headers || !set_up(curl, address, request, headers, &r->body))
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot make a request");
    return perform(curl, r, d);
}

/* Whoever is away for a moment, or busy, is asked again, each time later. */
static bool may_answer_later(enum rc rc, const struct reply *r)
{
    return rc == RC_IO || (rc == RC_OK && (r->status == 429 || r->status >= 500));
}

static enum rc ask_patiently(const char *url, struct span request, struct reply *r, struct diag *d)
{
    static const unsigned pauses_s[] = { 1, 4 };
    for (size_t i = 0;; i++) {
        struct diag why = DIAG_INIT;
        const enum rc rc = ask(url, request, r, &why);
        if (i < sizeof pauses_s / sizeof pauses_s[0] && may_answer_later(rc, r)) {
            (void)sleep(pauses_s[i]);
            continue;
        }
        return rc == RC_OK ? rc : diag_set(d, rc, why.offset, "%s", why.text);
    }
}

/* --- one witness --- */

struct asking {
    const struct collector *c;
    const struct tlog_source *log;
    struct span note;
    uint64_t size;
};

static enum rc put_request(const struct asking *a, uint64_t old, struct buf *to, struct diag *d)
{
    struct tlog_hash proof[TLOG_PROOF_MAX];
    size_t count = 0;
    if (old > a->size)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "it has seen %" PRIu64 " entries, this log has %" PRIu64, old, a->size);
    const enum rc rc = tlog_prove_consistency(a->log, old, a->size, proof, &count, d);
    if (rc != RC_OK)
        return rc;
    if (count > WITNESS_PROOF_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a proof of %zu hashes", count);
    witness_request_put(to, old, proof, count, a->note);
    return buf_rc(to, d);
}

/* The first question also finds out what it saw last. */
static enum rc ask_until_known(const struct asking *a, const char *url, struct reply *r,
                               struct diag *d)
{
    uint64_t old = 0;
    for (int tries = 0; tries < TRIES; tries++) {
        ON_EXIT(buf_free_at) struct buf request = { 0 };
        enum rc rc = put_request(a, old, &request, d);
        if (rc == RC_OK)
            rc = ask_patiently(url, buf_span(&request), r, d);
        if (rc != RC_OK || r->status != 409 || !r->has_size)
            return rc;
        if (!witness_size_read(buf_span(&r->body), &old))
            return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "it answers 409 without a size");
    }
    return RC_OK;
}

/* Lines are added only if with them more of the named witnesses have cosigned. */
static enum rc take_lines(const struct asking *a, struct span lines, struct buf *checkpoint,
                          struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf with = { 0 };
    struct checkpoint was, is;
    unsigned before = 0, after = 0;
    buf_put_span(&with, buf_span(checkpoint));
    buf_put_span(&with, lines);
    enum rc rc = buf_rc(&with, d);
    if (rc == RC_OK)
        rc = checkpoint_parse(buf_span(&with), &is, d);
    if (rc == RC_OK)
        rc = checkpoint_parse(buf_span(checkpoint), &was, d);
    if (rc == RC_OK)
        rc = cosignatures_count(buf_span(checkpoint), &was, a->c->trust, &before, d);
    if (rc == RC_OK)
        rc = cosignatures_count(buf_span(&with), &is, a->c->trust, &after, d);
    if (rc != RC_OK)
        return rc;
    if (after <= before)
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                        "its cosignature is by none of the witnesses of the trust list");
    buf_put_span(checkpoint, lines);
    return buf_rc(checkpoint, d);
}

static enum rc ask_witness(const struct asking *a, const char *url, struct buf *checkpoint,
                           struct diag *d)
{
    struct reply r = { .status = 0 };
    enum rc rc = ask_until_known(a, url, &r, d);
    if (rc == RC_OK && r.status != 200)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "it answers with HTTP status %ld", r.status);
    if (rc == RC_OK)
        rc = take_lines(a, buf_span(&r.body), checkpoint, d);
    buf_free(&r.body);
    return rc;
}

enum rc collect_cosignatures(const struct collector *c, const struct tlog_source *log,
                             struct buf *checkpoint, struct diag *d)
{
    assert(c && c->trust && log && checkpoint);

    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct checkpoint of;
    buf_put_span(&note, buf_span(checkpoint));
    enum rc rc = buf_rc(&note, d);
    if (rc == RC_OK)
        rc = checkpoint_parse(buf_span(&note), &of, d);
    if (rc != RC_OK)
        return rc;
    const struct asking a = { c, log, buf_span(&note), of.size };
    for (size_t i = 0; i < c->url_count; i++) {
        struct diag why = DIAG_INIT;
        rc = ask_witness(&a, c->urls[i], checkpoint, &why);
        if (rc == RC_NOMEM)
            return diag_set(d, rc, DIAG_NO_OFFSET, "%s", why.text);
        if (rc != RC_OK && c->failed)
            c->failed(c->arg, c->urls[i], &why);
    }
    return RC_OK;
}
