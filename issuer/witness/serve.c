#include "issuer/witness/serve.h"

#include <assert.h>
#include <stdio.h>

#include "core/http/server.h"
#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "core/sys/notify.h"
#include "core/sys/signals.h"
#include "issuer/witness/cosigner.h"

#define GRACE_MS  5000u
#define TYPE_TEXT "text/plain; charset=utf-8"
#define TYPE_SIZE "text/x.tlog.size" /* C2SP tlog-witness */

static const struct reply {
    unsigned status;
    const char *type, *text; /* text NULL: of the answer itself */
    const char *event;
    enum log_level level;
} replies[] = {
    [WITNESS_UNDECIDED] = { 500, TYPE_TEXT, "not decided\n", "not_decided", LEVEL_ERROR },
    [WITNESS_UNKNOWN_LOG] = { 404, TYPE_TEXT, "not a log that is watched here\n", "unknown_log",
                              LEVEL_WARN },
    [WITNESS_FORBIDDEN] = { 403, TYPE_TEXT, "not signed by the log\n", "not_signed", LEVEL_WARN },
    [WITNESS_SHRUNK] = { 400, TYPE_TEXT, "the old size is past the checkpoint's\n", "shrunk",
                         LEVEL_WARN },
    [WITNESS_OTHER_SIZE] = { 409, TYPE_SIZE, NULL, "other_size", LEVEL_INFO },
    [WITNESS_SPLIT] = { 409, TYPE_TEXT, "another root was cosigned at this size\n",
                        "log_shows_two_faces", LEVEL_ERROR },
    [WITNESS_UNPROVEN] = { 422, TYPE_TEXT, "the proof does not hold\n", "not_proven", LEVEL_ERROR },
    [WITNESS_COSIGNS] = { 200, TYPE_TEXT, NULL, "cosigned", LEVEL_INFO },
};

static void answer(struct http_exchange *x, unsigned status, const char *type, const char *text,
                   struct buf *body)
{
    if (text)
        buf_put_text(body, text);
    http_answer_header(x, "Cache-Control", "no-store");
    http_answer(x, status, type, body);
}

static void log_reply(const struct reply *r)
{
    struct log_line l = log_begin(r->level, r->event);
    log_number(&l, "status", r->status);
    log_end(&l);
}

static void add_checkpoint(struct http_exchange *x, void *arg)
{
    struct cosigner *const c = arg;
    struct buf body = { 0 };
    struct diag d = DIAG_INIT;
    enum witness_answer a = WITNESS_UNDECIDED;
    int64_t now = 0;
    enum rc rc = clock_now(cosigner_is_demo(c), &now, &d);
    if (rc == RC_OK)
        rc = cosigner_answer(c, http_body_bytes(x), now, &a, &body, &d);
    if (rc == RC_FORMAT || rc == RC_LIMIT) {
        answer(x, 400, TYPE_TEXT, "not a request of add-checkpoint\n", &body);
        return;
    }
    if (rc != RC_OK) {
        log_failure(LEVEL_ERROR, "not_answered", rc, &d);
        buf_clear(&body);
        a = WITNESS_UNDECIDED;
    }
    log_reply(&replies[a]);
    answer(x, replies[a].status, replies[a].type, replies[a].text, &body);
}

enum rc witness_serve(const char *folder, const char *listen, struct diag *d)
{
    assert(folder && listen);

    static const struct http_route routes[] = {
        { HTTP_POST, "/add-checkpoint", HTTP_BODY_MEMORY, WITNESS_REQUEST_MAX, add_checkpoint,
          false },
        HTTP_ROUTES_END,
    };
    ON_EXIT(cosigner_close_at) struct cosigner *c = NULL;
    ON_EXIT(http_close_at) struct http_server *server = NULL;
    ON_EXIT(fd_close_at) int signals = -1;
    int fd = -1; /* from systemd; then `listen` says nothing */
    enum rc rc = cosigner_open(folder, &c, d);
    if (rc == RC_OK)
        rc = notify_listen_fd(&fd, d);
    if (rc == RC_OK)
        rc = signals_open(TOLD_END, &signals, d);
    if (rc != RC_OK)
        return rc;
    const struct http_options options = {
        .listen = fd >= 0 ? NULL : listen,
        .listen_fd = fd,
        .routes = routes,
        .arg = c,
        .limits = { .connections = 256, .threads = 4, .body_ms = 10000, .answer_ms = 10000 },
    };
    log_open("sitecert-witness", LEVEL_INFO);
    rc = http_open(&options, &server, d);
    if (rc != RC_OK)
        return rc;
    (void)printf("listening %s\n", http_address(server));
    (void)fflush(stdout);
    notify_ready();
    while (!signals_take(signals, TOLD_FOR_EVER))
        ;
    notify_stopping();
    http_stop(server, GRACE_MS);
    return RC_OK;
}
