#include "keys/pkcs11/pkcs11_calls.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/sys/clock.h"
#include "keys/pkcs11/pkcs11.h"

struct calls {
    struct pkcs11 *token; /* borrowed */
    uint32_t limit_ms;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t asked, answered;
    struct call *first, *last; /* those that wait for a thread */
    unsigned waiting, idle, missed;
    int64_t missed_since_ms;
    bool ending;
    size_t thread_count;
    pthread_t threads[CALL_THREADS_MAX];
};

void call_free(struct call *c)
{
    if (!c)
        return;
    buf_wipe(&c->what);
    free(c);
}

/* --- the queue; the lock is held --- */

static void append(struct calls *k, struct call *c)
{
    *(k->first ? &k->last->next : &k->first) = c;
    k->last = c;
    k->waiting++;
}

static struct call *take_first(struct calls *k)
{
    struct call *const c = k->first;
    k->first = c->next;
    k->waiting--;
    c->state = CALL_RUNS;
    return c;
}

static void take_back(struct calls *k, const struct call *c)
{
    struct call **at = &k->first, *before = NULL;
    while (*at != c) {
        before = *at;
        at = &before->next;
    }
    *at = c->next;
    if (k->last == c)
        k->last = before;
    k->waiting--;
}

/* --- a thread --- */

/* The lock is held. Who has left it gets nothing of it any more. */
static void come_back(struct calls *k, struct call *c)
{
    if (c->state == CALL_LEFT) {
        k->missed--;
        call_free(c);
        return;
    }
    c->state = CALL_DONE;
    (void)pthread_cond_broadcast(&k->answered);
}

static void *serve(void *arg)
{
    struct calls *const k = arg;
    (void)pthread_mutex_lock(&k->lock);
    for (;;) {
        k->idle++;
        while (!k->first && !k->ending)
            (void)pthread_cond_wait(&k->asked, &k->lock);
        k->idle--;
        if (!k->first)
            break;
        struct call *const c = take_first(k);
        (void)pthread_mutex_unlock(&k->lock);
        c->rc = c->run(k->token, c, &c->why);
        (void)pthread_mutex_lock(&k->lock);
        come_back(k, c);
    }
    (void)pthread_mutex_unlock(&k->lock);
    return NULL;
}

/* The lock is held. Without another thread it waits for one of those that are there. */
static void call_a_thread(struct calls *k)
{
    if (k->idle < k->waiting && k->thread_count < CALL_THREADS_MAX &&
        pthread_create(&k->threads[k->thread_count], NULL, serve, k) == 0)
        k->thread_count++;
    (void)pthread_cond_signal(&k->asked);
}

/* --- who asks --- */

static enum rc no_answer(struct calls *k, struct diag *d)
{
    return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, PKCS11_WORDS " does not answer: %u s have passed",
                    (k->limit_ms + 999) / 1000);
}

/* The lock is held. */
static void leave(struct calls *k, struct call **c)
{
    if ((*c)->state == CALL_WAITS) {
        take_back(k, *c);
        return;
    }
    if (k->missed++ == 0)
        k->missed_since_ms = clock_elapsed_ms() - k->limit_ms;
    (*c)->state = CALL_LEFT;
    *c = NULL;
}

enum rc calls_run(struct calls *k, struct call **c, struct diag *d)
{
    assert(k && c && *c && (*c)->run);

    const struct timespec until = clock_in_ms(k->limit_ms);
    enum rc rc = RC_OK;
    (void)pthread_mutex_lock(&k->lock);
    if (k->missed > 0) {
        rc = no_answer(k, d);
    } else {
        append(k, *c);
        call_a_thread(k);
        int late = 0;
        while ((*c)->state != CALL_DONE && late == 0)
            late = pthread_cond_timedwait(&k->answered, &k->lock, &until);
        if ((*c)->state != CALL_DONE) {
            leave(k, c);
            rc = no_answer(k, d);
        }
    }
    (void)pthread_mutex_unlock(&k->lock);
    if (rc == RC_OK && (*c)->rc != RC_OK)
        return diag_set(d, (*c)->rc, (*c)->why.offset, "%s", (*c)->why.text);
    return rc;
}

int64_t calls_missed_ms(struct calls *k)
{
    (void)pthread_mutex_lock(&k->lock);
    const int64_t ms = k->missed > 0 ? clock_elapsed_ms() - k->missed_since_ms : 0;
    (void)pthread_mutex_unlock(&k->lock);
    return ms;
}

/* --- beginning and end --- */

enum rc calls_open(struct pkcs11 *p, uint32_t limit_ms, struct calls **ret, struct diag *d)
{
    assert(p && limit_ms > 0 && ret);

    struct calls *const k = calloc(1, sizeof *k);
    if (!k)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a PKCS#11 token");
    pthread_condattr_t monotonic;
    k->token = p;
    k->limit_ms = limit_ms;
    (void)pthread_mutex_init(&k->lock, NULL);
    (void)pthread_cond_init(&k->asked, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&k->answered, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    *ret = k;
    return RC_OK;
}

bool calls_close(struct calls *k)
{
    if (!k)
        return true;
    (void)pthread_mutex_lock(&k->lock);
    k->ending = true;
    const bool all = k->missed == 0;
    (void)pthread_cond_broadcast(&k->asked);
    (void)pthread_mutex_unlock(&k->lock);
    if (!all)
        return false;
    for (size_t i = 0; i < k->thread_count; i++)
        (void)pthread_join(k->threads[i], NULL);
    (void)pthread_cond_destroy(&k->answered);
    (void)pthread_cond_destroy(&k->asked);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
    return true;
}
