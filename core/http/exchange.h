/* One request and its answer from the inside. Threads: libmicrohttpd's, but while the handler works
 * only the handler's. */
#pragma once

#include <microhttpd.h>
#include <stdatomic.h>

#include "core/http/body.h"
#include "core/http/head.h"
#include "core/http/listen.h"
#include "core/http/pool.h"
#include "core/http/server.h"
#include "core/http/watchdog.h"

/* Hangs on libmicrohttpd's connection from accept to close. */
struct connection {
    struct watch watch;
    char peer[LISTEN_PEER_LEN];
    struct http_exchange *exchange; /* of its requests, which come one after the other; NULL before
                                       the first */
};

enum exchange_phase {
    EXCHANGE_NEW = 0, /* only the request line is known */
    EXCHANGE_BODY,    /* the body comes, or the end of a request without one */
    EXCHANGE_WHOLE,   /* all is here */
    EXCHANGE_WORKING, /* a handler has it, or who answers later; libmicrohttpd's connection is
                         suspended */
    EXCHANGE_ANSWERED,
};

/* A text that was made for the handler, or a header of the answer. */
struct exchange_text {
    struct exchange_text *next;
    const char *name; /* of a header of the answer */
    char value[];
};

struct http_exchange {
    struct pool_job job; /* first: the pool hands it back */

    /* Kept from one request to the next. */
    struct http_server *server;
    struct connection *connection;
    struct head *head;  /* what was read of it, once the headers are here */
    struct buf targets; /* as sent and with a NUL, then room for what is decoded of it */

    struct MHD_Connection *mhd;
    enum exchange_phase phase;
    struct body body;
    struct exchange_text *made; /* for http_header() */

    void (*handle)(struct http_exchange *x, void *arg); /* the route's, or http_on_thread()'s */
    bool moved;                                         /* by http_on_thread(): to the pool */
    bool later;        /* the answer comes behind the handler's end */
    atomic_uint hands; /* that have it while it is suspended: the last lets it go on */

    unsigned status; /* 0: not answered yet */
    struct MHD_Response *response;
    struct http_kept *kept;        /* instead of a response; held to the request's end */
    struct exchange_text *headers; /* of the answer */
    bool close;                    /* the connection ends with this answer */
    bool unheard;                  /* before the client has sent everything */
    int64_t began_us, took_us;
};

/* For all requests of a connection. NULL: out of memory. */
struct http_exchange *exchange_new(struct http_server *server, struct connection *connection);
void exchange_free(struct http_exchange *x); /* NULL is fine */
/* The next request: its target as sent, which is copied. False: out of memory. */
MUST_CHECK bool exchange_begin(struct http_exchange *x, struct MHD_Connection *mhd,
                               const char *target);
/* It is over, answered or not. */
void exchange_end(struct http_exchange *x);

/* Copies name (if any) and value into one piece. NULL: out of memory. */
struct exchange_text *exchange_text_new(const char *name, struct span value);
