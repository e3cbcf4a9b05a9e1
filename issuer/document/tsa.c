#include "issuer/document/tsa.h"

#include <assert.h>
#include <pthread.h>
#include <strings.h>

#include <curl/curl.h>

#include "keys/private/timestamp.h"

#define CONNECT_TIMEOUT_S 5L
#define ANCHORS_FILE_MAX  (1u << 18) /* bytes */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool usable;

DEFINE_ON_EXIT(CURL, curl_easy_cleanup)
DEFINE_ON_EXIT(struct curl_slist, curl_slist_free_all)

static void start_library(void)
{
    usable = curl_global_init(CURL_GLOBAL_DEFAULT) == 0;
}

struct answer {
    struct buf *to;
    size_t len;
    bool too_long;
};

static size_t take_part(char *bytes, size_t size, size_t count, void *arg)
{
    struct answer *const a = arg;
    const size_t len = size * count; /* the library promises that size is 1 */
    if (len > TIMESTAMP_RESPONSE_MAX - a->len) {
        a->too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buf_put(a->to, bytes, len);
    a->len += len;
    return buf_ok(a->to) ? len : CURL_WRITEFUNC_ERROR;
}

/* Every option is needed: one that the library does not know is a refusal, not a weaker request. */
static bool set_up(CURL *curl, const char *url, struct span request, struct curl_slist *headers,
                   struct answer *answer)
{
    return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TSA_TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)request.len) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.ptr) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_part) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer) == CURLE_OK;
}

static enum rc check_answer(CURL *curl, const char *url, struct diag *d)
{
    long status = 0;
    const char *type = NULL;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
    if (status != 200)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET,
                        "the time-stamp authority '%.100s' answers with HTTP status %ld", url,
                        status);
    if (!type || strcasecmp(type, "application/timestamp-reply") != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "the time-stamp authority '%.100s' answers with '%.40s', not "
                        "application/timestamp-reply",
                        url, type ? type : "");
    return RC_OK;
}

static enum rc perform(CURL *curl, const char *url, const struct answer *answer, struct diag *d)
{
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK)
        return check_answer(curl, url, d);
    if (answer->too_long)
        return diag_set(d, RC_LIMIT, TIMESTAMP_RESPONSE_MAX,
                        "the time-stamp authority '%.100s' answers with over %u bytes", url,
                        TIMESTAMP_RESPONSE_MAX);
    if (!buf_ok(answer->to))
        return buf_rc(answer->to, d);
    return diag_set(d, RC_IO, DIAG_NO_OFFSET,
                    "the time-stamp authority '%.100s' gives no answer: %s", url,
                    curl_easy_strerror(code));
}

enum rc tsa_ask(const char *url, struct span request, struct buf *to, struct diag *d)
{
    assert(url && to);

    if (pthread_once(&once, start_library) != 0 || !usable)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start libcurl");
    ON_EXIT(buf_free_at) struct buf body = { 0 };
    struct answer answer = { .to = &body };
    ON_EXIT(curl_easy_cleanup_at) CURL *curl = curl_easy_init();
    ON_EXIT(curl_slist_free_all_at)
    struct curl_slist *headers =
        curl_slist_append(NULL, "Content-Type: application/timestamp-query");
    if (!curl || !headers || !set_up(curl, url, request, headers, &answer))
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot ask the time-stamp authority '%.100s'",
                        url);
    const enum rc rc = perform(curl, url, &answer, d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&body));
    return buf_rc(to, d);
}

bool tsa_wanted(const struct home *home)
{
    return home->settings.tsa[0] != '\0';
}

static enum rc read_anchors(const struct home *home, struct buf *to, struct diag *d)
{
    char path[PATH_LEN];
    if (home->settings.tsa_ca[0] == '\0')
        return RC_OK;
    const enum rc rc = home_path(home, home->settings.tsa_ca, path, d);
    if (rc != RC_OK)
        return rc;
    const enum rc read = file_read(path, ANCHORS_FILE_MAX, to, d);
    if (read == RC_OK && to->len == 0) /* which would mean that anyone is believed */
        return diag_set(d, RC_FORMAT, 0, "'%.120s' is empty", path);
    return read;
}

enum rc tsa_stamp(const struct home *home, struct span contents, struct buf *to, struct diag *d)
{
    assert(home && to && tsa_wanted(home));

    ON_EXIT(buf_free_at) struct buf anchors = { 0 };
    ON_EXIT(buf_free_at) struct buf request = { 0 };
    ON_EXIT(buf_free_at) struct buf response = { 0 };
    enum rc rc = read_anchors(home, &anchors, d);
    if (rc == RC_OK)
        rc = timestamp_request_put(contents, &request, d);
    if (rc == RC_OK)
        rc = tsa_ask(home->settings.tsa, buf_span(&request), &response, d);
    if (rc == RC_OK)
        rc = timestamp_embed(contents, buf_span(&request), buf_span(&response), buf_span(&anchors),
                             to, d);
    return rc;
}
