#include "issuer/push/attempt.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONNECT_TIMEOUT_S 10L
#define STALL_S           30L /* beside the time that was asked for */
#define STALL_BYTES       1L  /* a second */

DEFINE_ON_EXIT(struct curl_slist, curl_slist_free_all)

bool attempt_prepare(CURL *curl, const struct address *address, const char *ca_path)
{
    if (address->socket[0] &&
        curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, address->socket) != CURLE_OK)
        return false;
    if (ca_path && curl_easy_setopt(curl, CURLOPT_CAINFO, ca_path) != CURLE_OK)
        return false;
    return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES) == CURLE_OK;
}

struct taking {
    struct client_answer *answer;
    bool too_long;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct taking *const t = arg;
    const size_t len = size * count; /* the library promises that size is 1 */
    if (len > CLIENT_ANSWER_MAX - t->answer->body.len) {
        t->too_long = true;
        return CURL_WRITEFUNC_ERROR;
    }
    buf_put(&t->answer->body, bytes, len);
    return buf_ok(&t->answer->body) ? len : CURL_WRITEFUNC_ERROR;
}

/* The value behind "name:", without blanks and the line's end; empty: another header. */
static struct span value_of(struct span line, const char *name)
{
    const size_t len = strlen(name);
    if (line.len <= len || line.ptr[len] != ':' ||
        strncasecmp((const char *)line.ptr, name, len) != 0)
        return span_of(NULL, 0);
    struct span value = span_of(line.ptr + len + 1, line.len - len - 1);
    while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
        value = span_of(value.ptr + 1, value.len - 1);
    while (value.len > 0 && value.ptr[value.len - 1] <= ' ')
        value.len--;
    return value;
}

/* RFC 9110 section 10.2.3; its other form, a date, is passed over. */
static uint32_t seconds_of(struct span value)
{
    uint32_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] < '0' || value.ptr[i] > '9' || n > 1000000)
            return 0;
        n = n * 10 + (uint32_t)(value.ptr[i] - '0');
    }
    return n;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct taking *const t = arg;
    const struct span line = span_of(bytes, size * count);
    const struct span location = value_of(line, "Location"), retry = value_of(line, "Retry-After");
    if (location.len > 0 && location.len < sizeof t->answer->location) {
        memcpy(t->answer->location, location.ptr, location.len);
        t->answer->location[location.len] = '\0';
    }
    if (retry.len > 0)
        t->answer->retry_after_s = seconds_of(retry);
    return line.len;
}

static bool add_headers(struct curl_slist **list, const struct attempt_headers *headers)
{
    *list = curl_slist_append(NULL, "Expect:"); /* it would wait a second for 100 Continue */
    if (!*list)
        return false;
    for (size_t i = 0; i < headers->count; i++) {
        struct curl_slist *const longer = curl_slist_append(*list, headers->at[i]);
        if (!longer)
            return false;
        *list = longer;
    }
    return true;
}

static bool set_up(CURL *curl, const struct attempt_order *order, struct curl_slist *headers,
                   struct taking *taking)
{
    const struct client_request *const request = order->request;
    const long stall_s = STALL_S + (long)request->wait_s;
    const bool posted =
        request->type
            ? curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.ptr) == CURLE_OK &&
                  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                                   (curl_off_t)request->body.len) == CURLE_OK
            : curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    return posted && curl_easy_setopt(curl, CURLOPT_URL, order->url) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, stall_s) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_WRITEDATA, taking) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(curl, CURLOPT_HEADERDATA, taking) == CURLE_OK;
}

/* What no other attempt would mend. */
static bool is_final(CURLcode code)
{
    static const CURLcode finals[] = {
        CURLE_UNSUPPORTED_PROTOCOL,     CURLE_URL_MALFORMAT,         CURLE_OUT_OF_MEMORY,
        CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,    CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_ISSUER_ERROR,         CURLE_SSL_INVALIDCERTSTATUS, CURLE_NOT_BUILT_IN,
    };
    for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++)
        if (finals[i] == code)
            return true;
    return false;
}

static enum rc cause_of(CURLcode code, const struct taking *t)
{
    if (t->too_long)
        return RC_LIMIT;
    if (!buf_ok(&t->answer->body) || code == CURLE_OUT_OF_MEMORY)
        return RC_NOMEM;
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_ISSUER_ERROR ? RC_REFUSED
                                                                                    : RC_IO;
}

enum attempt attempt_make(CURL *curl, const struct attempt_order *order, struct client_answer *ret,
                          enum rc *ret_rc, struct diag *d)
{
    ON_EXIT(curl_slist_free_all_at) struct curl_slist *list = NULL;
    struct taking taking = { .answer = ret };
    client_answer_free(ret);
    if (!add_headers(&list, order->headers) || !set_up(curl, order, list, &taking)) {
        *ret_rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot set up a request");
        return ATTEMPT_FAILED;
    }
    const CURLcode code = curl_easy_perform(curl);
    if (code == CURLE_OK) {
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &ret->status);
        return ATTEMPT_ANSWERED;
    }
    const enum rc rc = cause_of(code, &taking);
    *ret_rc = diag_set(d, rc, DIAG_NO_OFFSET, "%s",
                       rc == RC_LIMIT ? "the answer is too long" : curl_easy_strerror(code));
    return rc == RC_LIMIT || is_final(code) ? ATTEMPT_FAILED : ATTEMPT_AGAIN;
}
