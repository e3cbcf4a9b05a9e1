/* One request, one answer: libcurl. Used by client.c alone. */
#pragma once

#include <curl/curl.h>

#include "issuer/push/client.h"

enum attempt {
    ATTEMPT_FAILED = 0, /* and another one would too */
    ATTEMPT_AGAIN,      /* nothing came, or not all of it */
    ATTEMPT_ANSWERED,
};

struct attempt_headers {
    const char *at[8]; /* "Name: value"; borrowed */
    size_t count;
};

struct attempt_order {
    const char *url;
    const struct client_request *request;
    const struct attempt_headers *headers;
};

/* Sets what all requests have. False: libcurl lacks an option that we need. */
MUST_CHECK bool attempt_prepare(CURL *curl, const struct address *address, const char *ca_path);

/*
 * ret_rc  with ATTEMPT_FAILED: RC_REFUSED, RC_LIMIT, RC_NOMEM, RC_IO
 * d       why, also of ATTEMPT_AGAIN
 */
MUST_CHECK enum attempt attempt_make(CURL *curl, const struct attempt_order *order,
                                     struct client_answer *ret, enum rc *ret_rc, struct diag *d);
