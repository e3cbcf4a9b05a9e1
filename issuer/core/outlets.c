#include "issuer/core/outlets.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/ipc/ipc_stream.h"
#include "core/sys/log.h"

#define SEND_MS 5000u /* the front reads at once, or is in trouble */

struct outlet {
    struct outlets *all;
    int socket;
    unsigned under_way;
    bool broken; /* the peer has gone, or does not read */
    struct buf out;
    struct outlet *next;
};

struct outlets {
    pthread_mutex_t lock; /* of all that follows, and of every outlet */
    pthread_cond_t put;
    struct buf message;
    struct outlet *first;
};

enum rc outlets_new(struct outlets **ret, struct diag *d)
{
    assert(ret);

    struct outlets *const all = calloc(1, sizeof *all);
    if (!all)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "answers");
    (void)pthread_mutex_init(&all->lock, NULL);
    (void)pthread_cond_init(&all->put, NULL);
    *ret = all;
    return RC_OK;
}

void outlets_free(struct outlets *all)
{
    if (!all)
        return;
    assert(!all->first);
    buf_free(&all->message);
    (void)pthread_cond_destroy(&all->put);
    (void)pthread_mutex_destroy(&all->lock);
    free(all);
}

/* With the lock. What cannot be sent is known to nobody: the front, which learns it at once, asks
 * again, and hears the same. */
static void give_up(struct outlet *o, enum rc rc, const struct diag *d)
{
    o->broken = true;
    buf_free(&o->out);
    (void)shutdown(o->socket, SHUT_RDWR);
    if (rc != RC_NOT_FOUND)
        log_failure(LEVEL_WARN, "answers_not_sent", rc, d);
}

/* With the lock. */
static void flush(struct outlet *o)
{
    struct diag d = DIAG_INIT;
    if (o->out.len == 0 || o->broken)
        return;
    enum rc rc = buf_rc(&o->out, &d);
    if (rc == RC_OK)
        rc = ipc_flush(o->socket, &o->out, SEND_MS, &d);
    if (rc == RC_OK)
        return;
    give_up(o, rc, &d);
}

void outlets_flush(void *arg)
{
    struct outlets *const all = arg;
    (void)pthread_mutex_lock(&all->lock);
    for (struct outlet *o = all->first; o; o = o->next)
        flush(o);
    (void)pthread_mutex_unlock(&all->lock);
}

struct outlet *outlet_open(struct outlets *all, int socket)
{
    struct outlet *const o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->all = all;
    o->socket = socket;
    (void)pthread_mutex_lock(&all->lock);
    o->next = all->first;
    all->first = o;
    (void)pthread_mutex_unlock(&all->lock);
    return o;
}

void outlet_close(struct outlet *o)
{
    struct outlets *const all = o->all;
    (void)pthread_mutex_lock(&all->lock);
    while (o->under_way > 0)
        (void)pthread_cond_wait(&all->put, &all->lock);
    flush(o);
    struct outlet **at = &all->first;
    while (*at != o)
        at = &(*at)->next;
    *at = o->next;
    (void)pthread_mutex_unlock(&all->lock);
    buf_free(&o->out);
    free(o);
}

void outlet_begin(struct outlet *o)
{
    (void)pthread_mutex_lock(&o->all->lock);
    while (o->under_way >= OUTLET_MAX)
        (void)pthread_cond_wait(&o->all->put, &o->all->lock);
    o->under_way++;
    (void)pthread_mutex_unlock(&o->all->lock);
}

/* With the lock. */
static void put(struct outlet *o, const struct answer *a)
{
    struct diag d = DIAG_INIT;
    struct buf *const message = &o->all->message;
    buf_clear(message);
    answer_put(message, a);
    enum rc rc = buf_rc(message, &d);
    if (rc == RC_OK) {
        ipc_frame_put(&o->out, buf_span(message));
        rc = buf_rc(&o->out, &d);
    }
    if (rc != RC_OK)
        give_up(o, rc, &d);
}

void outlet_put(struct outlet *o, const struct answer *a)
{
    struct outlets *const all = o->all;
    (void)pthread_mutex_lock(&all->lock);
    if (!o->broken)
        put(o, a);
    if (o->under_way-- == OUTLET_MAX || o->under_way == 0)
        (void)pthread_cond_broadcast(&all->put);
    (void)pthread_mutex_unlock(&all->lock);
}
