#include "core/http/pool.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define STACK_LEN ((size_t)1 << 20) /* bytes */

struct pool {
    pthread_mutex_t mutex;
    pthread_cond_t work;
    struct pool_job *first, *last;
    uint32_t waiting, waiting_max;
    uint32_t threads, threads_max, idle;
    bool closed;
    pthread_t *thread;
};

enum rc pool_new(uint32_t threads, uint32_t waiting, struct pool **ret, struct diag *d)
{
    assert(threads > 0 && ret);

    struct pool *const p = calloc(1, sizeof *p);
    pthread_t *const thread = calloc(threads, sizeof *thread);
    if (!p || !thread) {
        free(p);
        free(thread);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for %u threads", threads);
    }
    p->thread = thread;
    p->threads_max = threads;
    p->waiting_max = waiting;
    (void)pthread_mutex_init(&p->mutex, NULL);
    (void)pthread_cond_init(&p->work, NULL);
    *ret = p;
    return RC_OK;
}

/* Called locked. */
static struct pool_job *take(struct pool *p)
{
    struct pool_job *const job = p->first;
    if (!job)
        return NULL;
    p->first = job->next;
    if (!p->first)
        p->last = NULL;
    p->waiting--;
    return job;
}

static void *work(void *arg)
{
    struct pool *const p = arg;
    (void)pthread_mutex_lock(&p->mutex);
    for (;;) {
        struct pool_job *const job = take(p);
        if (job) {
            const bool cut = p->closed;
            (void)pthread_mutex_unlock(&p->mutex);
            job->run(job, cut);
            (void)pthread_mutex_lock(&p->mutex);
            continue;
        }
        if (p->closed)
            break;
        p->idle++;
        (void)pthread_cond_wait(&p->work, &p->mutex);
        p->idle--;
    }
    (void)pthread_mutex_unlock(&p->mutex);
    return NULL;
}

/* Signals are for the program's own thread. */
static bool start_thread(struct pool *p)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0)
        return false;
    (void)pthread_attr_setstacksize(&attributes, STACK_LEN);

    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&p->thread[p->threads], &attributes, work, p) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    if (started)
        p->threads++;
    return started;
}

static bool give(struct pool *p, struct pool_job *job)
{
    if (p->closed)
        return false;
    /* A thread that was woken but has not run yet still counts as idle: compare with what waits. */
    if (p->idle <= p->waiting && p->threads < p->threads_max)
        (void)start_thread(p);
    if (p->threads == 0 || p->waiting >= p->waiting_max)
        return false;

    job->next = NULL;
    if (p->last)
        p->last->next = job;
    else
        p->first = job;
    p->last = job;
    p->waiting++;
    (void)pthread_cond_signal(&p->work);
    return true;
}

bool pool_give(struct pool *p, struct pool_job *job)
{
    (void)pthread_mutex_lock(&p->mutex);
    const bool given = give(p, job);
    (void)pthread_mutex_unlock(&p->mutex);
    return given;
}

void pool_close(struct pool *p)
{
    (void)pthread_mutex_lock(&p->mutex);
    p->closed = true;
    (void)pthread_cond_broadcast(&p->work);
    const uint32_t threads = p->threads;
    (void)pthread_mutex_unlock(&p->mutex);

    for (uint32_t i = 0; i < threads; i++)
        (void)pthread_join(p->thread[i], NULL);
    p->threads = 0;
}

void pool_free(struct pool *p)
{
    if (!p)
        return;
    pool_close(p);
    (void)pthread_cond_destroy(&p->work);
    (void)pthread_mutex_destroy(&p->mutex);
    free(p->thread);
    free(p);
}
