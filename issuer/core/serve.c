#include "issuer/core/serve.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ipc/ipc.h"
#include "core/sys/log.h"
#include "issuer/core/answer_batch.h"
#include "issuer/core/answer_operator.h"
#include "issuer/core/answer_order.h"
#include "issuer/core/serve_many.h"

#define ACCEPT_MS 200   /* between two looks whether we are to end */
#define SEND_MS   30000 /* for an answer */

struct socket_thread {
    struct serve *s;
    int fd; /* −1: this place is free */
    pthread_t thread;
    bool ended; /* to be joined */
    bool lent;  /* it has the register */
};

struct serve {
    struct serve_options o;
    int listening;
    pthread_t acceptor;
    pthread_mutex_t lock; /* of what follows */
    bool stop;
    struct socket_thread sockets[SERVE_SOCKETS_MAX];
};

/* --- one question --- */

static void answer_status(const struct serve *s, struct reply_parts *r)
{
    struct status status;
    worker_status(s->o.worker, &status);
    status_put(&r->body, &status);
    r->answer.reply = REPLY_OK;
}

static void answer_operator(struct socket_thread *t, const struct question *q,
                            struct reply_parts *r)
{
    if (!operator_is_here(t->fd))
        reply_refuse(r, REPLY_SENDER, "");
    else if (q->ask == ASK_PICKUP)
        answer_pickup(&t->s->o, q, r);
    else if (t->lent)
        reply_refuse(r, REPLY_BAD_REQUEST, "the register is lent already");
    else
        answer_lend(&t->s->o, r, &t->lent);
}

static void answer(struct socket_thread *t, const struct question *q, int fd, struct reply_parts *r)
{
    const struct serve *const s = t->s;
    switch (q->ask) {
    case ASK_STATUS:
        answer_status(s, r);
        return;
    case ASK_SUBMIT:
        answer_submit(&s->o, q, fd, r);
        return;
    case ASK_BATCH:
        answer_batch(&s->o, q, r);
        return;
    case ASK_RESULTS:
        answer_results(&s->o, q, r);
        return;
    case ASK_ORDER:
        answer_order(&s->o, q, r);
        return;
    case ASK_COVER:
        answer_cover(&s->o, r);
        return;
    case ASK_PICKUP:
    case ASK_LEND:
        answer_operator(t, q, r);
        return;
    case ASK_NONE:
    case ASK_CERTIFICATE:
    case ASK_TOKEN:
    case ASK_PDF:
    case ASK_CHANGES:
    case ASK_REPORT:
    case ASK_OVERVIEW:
        break;
    }
    reply_refuse(r, REPLY_BAD_REQUEST, "not a question for sitecert-core");
}

static enum rc send_answer(int socket, struct reply_parts *r, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    r->answer.body = buf_span(&r->body);
    answer_put(&message, &r->answer);
    enum rc rc = buf_rc(&r->body, d);
    if (rc == RC_OK)
        rc = buf_rc(&message, d);
    return rc == RC_OK ? ipc_send(socket, buf_span(&message), r->fd, SEND_MS, d) : rc;
}

static enum rc serve_question(struct socket_thread *t, struct buf *message, struct diag *d)
{
    struct question q;
    ON_EXIT(fd_close_at) int fd = -1;
    ON_EXIT(reply_parts_free) struct reply_parts r = REPLY_PARTS_NONE;
    enum rc rc = ipc_receive(t->fd, message, &fd, 0, d);
    if (rc == RC_OK)
        rc = question_read(buf_span(message), &q, d);
    if (rc == RC_OK && q.id != 0)
        return serve_many(&t->s->o, t->fd, buf_span(message), d);
    if (rc != RC_OK)
        return rc;
    answer(t, &q, fd, &r);
    return send_answer(t->fd, &r, d);
}

static void *serve_socket(void *arg)
{
    struct socket_thread *const t = arg;
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    enum rc rc = RC_OK;
    while (rc == RC_OK)
        rc = serve_question(t, &message, &d);
    if (rc != RC_NOT_FOUND)
        log_failure(LEVEL_WARN, "socket_closed", rc, &d);
    if (t->lent)
        worker_give_back(t->s->o.worker);
    (void)pthread_mutex_lock(&t->s->lock);
    (void)close(t->fd);
    t->fd = -1;
    t->ended = true;
    (void)pthread_mutex_unlock(&t->s->lock);
    return NULL;
}

/* --- all of them --- */

/* With the lock. NULL: none is free. */
static struct socket_thread *free_place(struct serve *s)
{
    for (size_t i = 0; i < SERVE_SOCKETS_MAX; i++) {
        struct socket_thread *const t = &s->sockets[i];
        if (t->ended) {
            (void)pthread_join(t->thread, NULL);
            t->ended = false;
        }
        if (t->fd < 0)
            return t;
    }
    return NULL;
}

static void take_socket(struct serve *s, int fd)
{
    (void)pthread_mutex_lock(&s->lock);
    struct socket_thread *const t = s->stop ? NULL : free_place(s);
    if (t) {
        t->fd = fd;
        t->lent = false;
        if (pthread_create(&t->thread, NULL, serve_socket, t) != 0)
            t->fd = -1;
    }
    const bool taken = t && t->fd >= 0;
    (void)pthread_mutex_unlock(&s->lock);
    if (!taken)
        (void)close(fd);
}

static bool is_stopped(struct serve *s)
{
    (void)pthread_mutex_lock(&s->lock);
    const bool stop = s->stop;
    (void)pthread_mutex_unlock(&s->lock);
    return stop;
}

static void *accept_sockets(void *arg)
{
    struct serve *const s = arg;
    while (!is_stopped(s)) {
        struct diag d = DIAG_INIT;
        int fd = -1;
        const enum rc rc = ipc_accept(s->listening, ACCEPT_MS, &fd, &d);
        if (rc == RC_OK)
            take_socket(s, fd);
        else if (rc != RC_BUSY)
            log_failure(LEVEL_ERROR, "not_accepted", rc, &d);
    }
    return NULL;
}

enum rc serve_start(const struct serve_options *o, struct serve **ret, struct diag *d)
{
    assert(o && o->socket && o->desk && o->outlets && o->worker && o->roster && o->vault && ret);

    struct serve *const s = calloc(1, sizeof *s);
    if (!s)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "sockets");
    s->o = *o;
    for (size_t i = 0; i < SERVE_SOCKETS_MAX; i++)
        s->sockets[i] = (struct socket_thread){ .s = s, .fd = -1 };
    (void)pthread_mutex_init(&s->lock, NULL);
    enum rc rc = ipc_listen(o->socket, 0660, &s->listening, d);
    if (rc == RC_OK && pthread_create(&s->acceptor, NULL, accept_sockets, s) != 0) {
        fd_close_at(&s->listening);
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start a thread");
    }
    if (rc != RC_OK) {
        (void)pthread_mutex_destroy(&s->lock);
        free(s);
        return rc;
    }
    *ret = s;
    return RC_OK;
}

void serve_stop(struct serve *s)
{
    if (!s)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    /* Who waits for a question gets none; who works on one still answers it. */
    for (size_t i = 0; i < SERVE_SOCKETS_MAX; i++)
        if (s->sockets[i].fd >= 0)
            (void)shutdown(s->sockets[i].fd, SHUT_RD);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->acceptor, NULL);
    for (size_t i = 0; i < SERVE_SOCKETS_MAX; i++) {
        (void)pthread_mutex_lock(&s->lock);
        const bool join = s->sockets[i].fd >= 0 || s->sockets[i].ended;
        (void)pthread_mutex_unlock(&s->lock);
        if (join)
            (void)pthread_join(s->sockets[i].thread, NULL);
    }
    fd_close_at(&s->listening);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
