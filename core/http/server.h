/*
 * A plain HTTP/1.1 server over libmicrohttpd for what stands behind a proxy: one table of routes is
 * the whole surface. It refuses what two readers could understand differently (two lengths, length
 * with transfer coding, two Hosts, "%00"), bounds every size and every time, and never logs a path
 * or a body. Handlers run on the server's threads, several at once; they may block.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/rc.h"

struct http_server;
struct http_exchange; /* one request and its answer; borrowed by the handler */

/* --- the surface --- */

enum http_method { HTTP_GET = 1, HTTP_POST = 2 }; /* GET routes answer HEAD too */

enum http_body {
    HTTP_BODY_NONE = 0, /* a body is refused: 413 */
    HTTP_BODY_MEMORY,   /* whole in memory, at most body_max bytes */
    HTTP_BODY_FILE,     /* at most body_max: up to HTTP_BODY_SMALL in memory, a larger one in an
                           unlinked file of the server's spool folder */
};
/* A file costs more than all else that is done for a small body. With what a body grows by, 1,024
 * connections hold 32 MiB at most. */
#define HTTP_BODY_SMALL 16384u

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): in the order of a table's columns */
struct http_route {
    enum http_method method;
    const char *path; /* "/v1/batches/{id}/results": {name} is one whole segment, not empty;
                         {name*}, at the end alone: all that is left, as sent */
    enum http_body body;
    uint64_t body_max; /* bytes */
    /*
     * Answers by http_answer*() exactly once before it returns, or says that it does not by
     * http_answer_later(); what is not answered is 500. arg: of the server
     */
    void (*handle)(struct http_exchange *x, void *arg);
    bool quick; /* handle never blocks: it runs at once, beside no thread of the pool */
};
#define HTTP_ROUTES_END                                                                            \
    {                                                                                              \
        .path = NULL                                                                               \
    }

#define HTTP_IO_THREADS_MAX 16u

/* Bounds; zero takes the default in brackets. */
struct http_limits {
    uint32_t connections;  /* at once (10,240); more: closed at once */
    uint32_t per_address;  /* of one address (0: no bound; a proxy is one address); for each of
                              io_threads */
    uint32_t header_bytes; /* request line and headers (16,384): 431 */
    uint32_t target_bytes; /* of the request target (4,096): 414 */
    uint32_t idle_ms;      /* without a byte (10,000), to the second: closed */
    uint32_t head_ms;      /* for request line and headers (10,000): closed */
    uint32_t body_ms;      /* for the body (600,000): closed */
    uint32_t answer_ms;    /* for the client to take the answer (600,000): closed */
    uint32_t io_threads;   /* that read and write, and run quick handlers (1); connections are
                              dealt to them in turn; at most HTTP_IO_THREADS_MAX */
    uint32_t threads;      /* that run handlers (64), started as they are needed */
    uint32_t waiting;      /* requests that wait for a thread (1,024): 503 */
};

struct http_options {
    const char *listen; /* "ADDR:PORT", "[V6]:PORT", "unix:PATH"; port 0 picks one */
    int listen_fd;      /* with listen NULL: a socket that listens already (socket activation) */
    const struct http_route *routes; /* ends with HTTP_ROUTES_END; borrowed for the server's life */
    void *arg;                       /* for the handlers */
    struct http_limits limits;
    const char *spool;          /* folder for HTTP_BODY_FILE; NULL when no route needs it */
    const char *const *headers; /* "Name", "value", … NULL: in every answer; may be NULL */
    /* Told of every answer, on the server's threads; route NULL: none matched. For metrics and for
     * logs without paths. May be NULL. */
    void (*answered)(void *arg, const struct http_route *route, unsigned status, uint64_t micros);
    /* What the server refuses by itself, before any handler: true when it was answered otherwise
     * than as a problem. On the server's threads, may not block; of x the headers alone. May be
     * NULL. */
    bool (*refuse)(void *arg, struct http_exchange *x, unsigned status, const char *title);
};

/* RC_USAGE: listen is none of the forms; RC_BUSY: the address is in use; RC_IO. */
MUST_CHECK enum rc http_open(const struct http_options *o, struct http_server **ret,
                             struct diag *d);
/* "127.0.0.1:8123", "unix:/run/x": what it listens on; lives as long as the server. */
const char *http_address(const struct http_server *s);
/* Takes no new connections; requests under way get at most grace_ms, then are cut off. */
void http_stop(struct http_server *s, uint32_t grace_ms);
/* After http_stop, or without grace. Waits for handlers that still run. NULL is fine. */
void http_close(struct http_server *s);
DEFINE_ON_EXIT(struct http_server, http_close)

struct http_counts {
    uint64_t connections;       /* since the start */
    uint64_t open;              /* now */
    uint64_t refused_malformed; /* requests that are no clean HTTP */
    uint64_t refused_limit;     /* requests over a size; connections over their number */
    uint64_t timed_out;         /* cut by head_ms, body_ms or answer_ms; not by idle_ms */
};
void http_count(const struct http_server *s, struct http_counts *ret);

/* --- what a handler reads; spans live as long as the exchange --- */

enum http_method http_method_of(const struct http_exchange *x);
/* Path and query as sent, never decoded; of a target in absolute form what stands behind its host.
 */
const char *http_target(const struct http_exchange *x);
const char *http_host(const struct http_exchange *x); /* the one Host; "" in HTTP/1.0 */
/* The value of {name*}: as sent, between its slashes; no NUL behind it. Else the value of {name},
 * percent-decoded; well-formed UTF-8 without control characters and slashes, a
 * NUL behind it. */
struct span http_segment(const struct http_exchange *x, const char *name);
/* One query parameter, decoded likewise; empty when absent. A target with one name twice is refused
 * before the handler, and '+' is a space. ret_given may be NULL. */
struct span http_query(const struct http_exchange *x, const char *name, bool *ret_given);
/* A header, trimmed; NULL when absent. Several of one name are joined by ", " (RFC 9110 section
 * 5.3); Host, Content-Length, Content-Type, Authorization and Idempotency-Key may be sent once. */
const char *http_header(const struct http_exchange *x, const char *name);
struct span http_body_bytes(const struct http_exchange *x); /* empty when it is in a file */
int http_body_file(const struct http_exchange *x);          /* over HTTP_BODY_SMALL: at offset 0;
                                                               stays the exchange's; else -1 */
/* Appends all of it, from wherever it is. RC_IO RC_NOMEM */
MUST_CHECK enum rc http_body_read(const struct http_exchange *x, struct buf *to, struct diag *d);
uint64_t http_body_len(const struct http_exchange *x);
/* The body as JSON-free digest: SHA-256 of what was received, ready at no cost. */
void http_body_sha256(const struct http_exchange *x, uint8_t ret[32]);
/* "127.0.0.1", "::1", "unix": who is connected. */
const char *http_peer(const struct http_exchange *x);

/* --- who goes on with it --- */

/*
 * Says that the answer comes when the handler has returned. Whoever has x then, on any thread,
 * answers it and calls http_answered(), which is the last that may be done with it. All of them
 * have before http_close(). Of quick handlers only those of routes with a body.
 */
void http_answer_later(struct http_exchange *x);
void http_answered(struct http_exchange *x);
/* By a quick handler that does not answer: this one does, on a thread of the pool, where it may
 * block. Likewise of routes with a body. */
void http_on_thread(struct http_exchange *x, void (*handle)(struct http_exchange *x, void *arg));

/* --- what it answers --- */

/* A header of the answer; before http_answer*(), and of no kept one. Values are copied; control
 * characters in them are a programmer's error. */
void http_answer_header(struct http_exchange *x, const char *name, const char *value);
/* Takes the bytes of body over: *body is empty afterwards. type NULL: no body. */
void http_answer(struct http_exchange *x, unsigned status, const char *type, struct buf *body);
/* From a file, with sendfile where it can; takes fd over. */
void http_answer_file(struct http_exchange *x, unsigned status, const char *type, int fd,
                      uint64_t offset, uint64_t len);
/*
 * In pieces, for what is too large for memory. next appends some bytes to *to (RC_OK; none: the
 * end) or fails, which cuts the connection. Called on the server's threads until done is called.
 */
struct http_stream {
    enum rc (*next)(void *arg, struct buf *to);
    void (*done)(void *arg);
    void *arg;
};
void http_answer_stream(struct http_exchange *x, unsigned status, const char *type,
                        const struct http_stream *stream);

/* --- an answer that is made once and given any number of times --- */

/* Status 200, type, headers and content, none of which changes. Threads: any. */
struct http_kept;
/*
 * headers  "Name", "value", … NULL: beside the server's own; copied
 * body     taken over as by http_answer()
 * NULL: out of memory. The caller is one holder of what is made
 */
struct http_kept *http_keep(const struct http_exchange *x, const char *type,
                            const char *const *headers, struct buf *body);
/* The same of a whole file; takes fd over. */
struct http_kept *http_keep_file(const struct http_exchange *x, const char *type,
                                 const char *const *headers, int fd, uint64_t len);
struct http_kept *http_kept_share(struct http_kept *k); /* for one more holder */
void http_kept_put(struct http_kept *k);                /* NULL is fine */
/* Takes over what the caller holds of it. */
void http_answer_kept(struct http_exchange *x, struct http_kept *k);

/* --- problems (RFC 9457) --- */

struct http_problem_item {
    const char *pointer; /* JSON pointer, or the name of a header or parameter; "": all of it */
    const char *code;    /* "field_missing" */
    const char *message;
};
struct http_problem {
    unsigned status;
    const char *code;   /* "type" is "urn:sitecert:problem:<code>" */
    const char *title;  /* one sentence, Chinese or English as Accept-Language asks */
    const char *detail; /* may be NULL; never a person's data */
    const struct http_problem_item *items;
    size_t item_count; /* 0: one is written, of this code, for the whole request */
};
void http_answer_problem(struct http_exchange *x, const struct http_problem *p);
/* True: the client asks for English before Chinese (Accept-Language). zh is the default. */
bool http_wants_english(const struct http_exchange *x);
