#include "core/ipc/ipc_server.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/sys/file.h"

#define SEND_MS   30000u /* a peer that does not fetch its answer is given up */
#define ACCEPT_MS 200u   /* between looks at whether it is time to end */

/* A connection with its thread, which puts it among those that are over as its last act. */
struct line {
    struct ipc_server *server;
    int socket;
    pthread_t thread;
    struct line *next, **where;
};

struct ipc_server {
    struct ipc_server_options options;
    char path[PATH_LEN];
    int listening;
    pthread_t acceptor;
    pthread_mutex_t lock;
    pthread_cond_t left; /* a line has ended */
    bool ending;
    unsigned count;
    struct line *lines;
    struct line *over; /* whose threads are to be joined */
};

/* --- one connection --- */

static bool answer_one(struct line *l, struct buf *question, struct buf *answer)
{
    ON_EXIT(fd_close_at) int fd = -1;
    const struct ipc_server_options *const o = &l->server->options;
    if (ipc_receive(l->socket, question, NULL, 0, NULL) != RC_OK)
        return false;
    buf_clear(answer);
    return o->answer(o->arg, buf_span(question), answer, &fd) && buf_ok(answer) &&
           ipc_send(l->socket, buf_span(answer), fd, SEND_MS, NULL) == RC_OK;
}

/* Called locked. */
static void take_out(struct line *l)
{
    *l->where = l->next;
    if (l->next)
        l->next->where = l->where;
    (void)close(l->socket);
    l->server->count--;
}

static void leave(struct line *l)
{
    struct ipc_server *const s = l->server;
    (void)pthread_mutex_lock(&s->lock);
    take_out(l);
    l->next = s->over;
    s->over = l;
    (void)pthread_cond_signal(&s->left);
    (void)pthread_mutex_unlock(&s->lock);
}

static void *serve(void *arg)
{
    ON_EXIT(buf_wipe_at) struct buf question = { 0 };
    ON_EXIT(buf_wipe_at) struct buf answer = { 0 };
    struct line *const l = arg;
    while (answer_one(l, &question, &answer))
        ;
    leave(l);
    return NULL;
}

/* --- accepting --- */

/* One that left may still be in the last steps of its thread, and use what its libraries keep for
 * it. */
static void join_over(struct ipc_server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    struct line *l = s->over;
    s->over = NULL;
    (void)pthread_mutex_unlock(&s->lock);
    while (l) {
        struct line *const next = l->next;
        (void)pthread_join(l->thread, NULL);
        free(l);
        l = next;
    }
}

static struct line *enter(struct ipc_server *s, int socket)
{
    struct line *const l = malloc(sizeof *l);
    if (!l)
        return NULL;
    *l = (struct line){ .server = s, .socket = socket, .next = s->lines, .where = &s->lines };
    if (l->next)
        l->next->where = &l->next;
    s->lines = l;
    s->count++;
    return l;
}

/* False: it is to be closed. */
static bool take_in(struct ipc_server *s, int socket)
{
    struct line *l = NULL;
    (void)pthread_mutex_lock(&s->lock);
    if (!s->ending && s->count < s->options.connections_max)
        l = enter(s, socket);
    (void)pthread_mutex_unlock(&s->lock);
    if (!l)
        return false;
    if (pthread_create(&l->thread, NULL, serve, l) == 0)
        return true;
    (void)pthread_mutex_lock(&s->lock);
    take_out(l);
    (void)pthread_mutex_unlock(&s->lock);
    free(l);
    return true;
}

static bool is_ending(struct ipc_server *s)
{
    (void)pthread_mutex_lock(&s->lock);
    const bool ending = s->ending;
    (void)pthread_mutex_unlock(&s->lock);
    return ending;
}

static void *accept_all(void *arg)
{
    struct ipc_server *const s = arg;
    while (!is_ending(s)) {
        int socket = -1;
        join_over(s);
        if (ipc_accept(s->listening, ACCEPT_MS, &socket, NULL) == RC_OK && !take_in(s, socket))
            (void)close(socket);
    }
    return NULL;
}

/* --- opening and closing --- */

static enum rc set_up(struct ipc_server *s, struct diag *d)
{
    if (pthread_mutex_init(&s->lock, NULL) != 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a lock");
    if (pthread_cond_init(&s->left, NULL) != 0) {
        (void)pthread_mutex_destroy(&s->lock);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a lock");
    }
    enum rc rc = RC_OK;
    if (s->path[0])
        rc = ipc_listen(s->path, s->options.mode, &s->listening, d);
    else
        s->listening = s->options.listening;
    if (rc == RC_OK && pthread_create(&s->acceptor, NULL, accept_all, s) == 0)
        return RC_OK;
    if (rc == RC_OK && s->path[0])
        (void)unlink(s->path);
    if (s->path[0])
        fd_close_at(&s->listening);
    (void)pthread_cond_destroy(&s->left);
    (void)pthread_mutex_destroy(&s->lock);
    return rc != RC_OK ? rc : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a thread");
}

enum rc ipc_server_open(const struct ipc_server_options *o, struct ipc_server **ret, struct diag *d)
{
    assert(o && o->answer && o->connections_max > 0 && ret);

    struct ipc_server *const s = calloc(1, sizeof *s);
    if (!s)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a server");
    s->options = *o;
    s->listening = -1;
    if (o->path && strlen(o->path) >= sizeof s->path) {
        free(s);
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", o->path);
    }
    if (o->path)
        memcpy(s->path, o->path, strlen(o->path) + 1);
    const enum rc rc = set_up(s, d);
    if (rc != RC_OK) {
        free(s);
        return rc;
    }
    *ret = s;
    return RC_OK;
}

void ipc_server_close(struct ipc_server *s)
{
    if (!s)
        return;
    (void)pthread_mutex_lock(&s->lock);
    s->ending = true;
    /* Whoever waits for a question finds the end; an answer can still be sent. */
    for (struct line *l = s->lines; l; l = l->next)
        (void)shutdown(l->socket, SHUT_RD);
    (void)pthread_mutex_unlock(&s->lock);
    (void)pthread_join(s->acceptor, NULL);

    (void)pthread_mutex_lock(&s->lock);
    while (s->count > 0)
        (void)pthread_cond_wait(&s->left, &s->lock);
    (void)pthread_mutex_unlock(&s->lock);
    join_over(s);
    if (s->path[0])
        (void)unlink(s->path);
    fd_close_at(&s->listening);
    (void)pthread_cond_destroy(&s->left);
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
}
