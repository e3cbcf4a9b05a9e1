#include "issuer/daemon/link.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/ipc/ipc.h"

#define CONNECT_MS 2000
#define FREE_MAX   64 /* sockets kept for later */

/* A question under way; stands on the stack of who asks. */
struct errand {
    int socket;
    struct errand *next, **where;
};

struct link {
    pthread_mutex_t lock;
    bool is_cut;
    struct errand *errands;
    size_t free_count;
    int free[FREE_MAX];
    char path[PATH_LEN];
};

enum rc link_new(const char *path, struct link **ret, struct diag *d)
{
    assert(path && ret);

    if (strlen(path) >= PATH_LEN)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);
    struct link *const l = calloc(1, sizeof *l);
    if (!l)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "link");
    if (pthread_mutex_init(&l->lock, NULL) != 0) {
        free(l);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "link");
    }
    memcpy(l->path, path, strlen(path) + 1);
    *ret = l;
    return RC_OK;
}

void link_free(struct link *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->free_count; i++)
        (void)close(l->free[i]);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}

void said_free(struct said *s)
{
    buf_free(&s->message);
    fd_close_at(&s->fd);
    *s = SAID_NOTHING;
}

/* A free socket on which something can be read has been left by its peer: nothing is asked on it.
 */
static bool is_alive(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    return poll(&p, 1, 0) == 0;
}

static int take_free(struct link *l)
{
    int fd = -1;
    (void)pthread_mutex_lock(&l->lock);
    while (fd < 0 && l->free_count > 0) {
        fd = l->free[--l->free_count];
        if (!is_alive(fd)) {
            (void)close(fd);
            fd = -1;
        }
    }
    (void)pthread_mutex_unlock(&l->lock);
    return fd;
}

static void give_back(struct link *l, int fd)
{
    (void)pthread_mutex_lock(&l->lock);
    const bool room = l->free_count < FREE_MAX;
    if (room)
        l->free[l->free_count++] = fd;
    (void)pthread_mutex_unlock(&l->lock);
    if (!room)
        (void)close(fd);
}

static bool begin_errand(struct link *l, struct errand *e)
{
    (void)pthread_mutex_lock(&l->lock);
    const bool go = !l->is_cut;
    if (go) {
        e->next = l->errands;
        e->where = &l->errands;
        if (e->next)
            e->next->where = &e->next;
        l->errands = e;
    }
    (void)pthread_mutex_unlock(&l->lock);
    return go;
}

static void end_errand(struct link *l, struct errand *e)
{
    (void)pthread_mutex_lock(&l->lock);
    *e->where = e->next;
    if (e->next)
        e->next->where = e->where;
    (void)pthread_mutex_unlock(&l->lock);
}

void link_cut(struct link *l)
{
    if (!l)
        return;
    (void)pthread_mutex_lock(&l->lock);
    l->is_cut = true;
    for (const struct errand *e = l->errands; e; e = e->next)
        (void)shutdown(e->socket, SHUT_RDWR);
    (void)pthread_mutex_unlock(&l->lock);
}

static enum rc exchange(int socket, const struct buf *message, int fd, uint32_t timeout_ms,
                        struct said *s, struct diag *d)
{
    enum rc rc = ipc_send(socket, buf_span(message), fd, timeout_ms, d);
    if (rc == RC_OK)
        rc = ipc_receive(socket, &s->message, &s->fd, timeout_ms, d);
    return rc == RC_OK ? answer_read(buf_span(&s->message), &s->answer, d) : rc;
}

enum rc link_ask(struct link *l, const struct question *q, int fd, uint32_t timeout_ms,
                 struct said *ret, struct diag *d)
{
    assert(l && q && ret);

    ON_EXIT(buf_free_at) struct buf message = { 0 };
    question_put(&message, q);
    enum rc rc = buf_rc(&message, d);
    int socket = rc == RC_OK ? take_free(l) : -1;
    if (rc == RC_OK && socket < 0)
        rc = ipc_connect(l->path, CONNECT_MS, &socket, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    struct errand errand = { .socket = socket };
    if (begin_errand(l, &errand)) {
        rc = exchange(socket, &message, fd, timeout_ms, &s, d);
        end_errand(l, &errand);
    } else {
        rc = diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the daemon ends");
    }
    if (rc != RC_OK) {
        (void)close(socket);
        return rc;
    }
    give_back(l, socket);
    *ret = s;
    s = SAID_NOTHING;
    return RC_OK;
}

enum rc link_status(struct link *l, uint32_t timeout_ms, struct status *ret, struct diag *d)
{
    ON_EXIT(said_free) struct said s = SAID_NOTHING;
    const struct question q = { .ask = ASK_STATUS };
    const enum rc rc = link_ask(l, &q, -1, timeout_ms, &s, d);
    return rc == RC_OK ? status_read(s.answer.body, ret, d) : rc;
}
