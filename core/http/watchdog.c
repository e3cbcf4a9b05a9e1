#include "core/http/watchdog.h"

#include <assert.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/clock.h"

#define TICK_MS    100 /* how late a connection may be cut */
#define LINGER_MS  2000
#define LINGER_MAX 64u
#define DRAIN_MAX  16u /* reads of one held socket in a tick */

struct lingering {
    int fd;
    int64_t until_ms;
};

struct watchdog {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t thread;
    uint32_t ms[WATCH_KINDS];
    struct watch end; /* of the ring of those that are watched */
    size_t watched;
    struct lingering lingering[LINGER_MAX];
    size_t lingering_count;
    uint64_t timed_out;
    bool closed;
};

/* To a tick of the kernel, a few milliseconds. */
static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the ring; called locked --- */

static void cut(struct watchdog *dog, struct watch *w)
{
    (void)shutdown(w->fd, SHUT_RDWR);
    watch_for(dog, w, WATCH_NOTHING);
}

static void cut_late(struct watchdog *dog, int64_t now)
{
    for (struct watch *w = dog->end.after; w != &dog->end; w = w->after) {
        if (w->until_ms > now)
            continue;
        cut(dog, w);
        dog->timed_out++;
    }
}

/* --- held sockets; called locked --- */

/* True: the client has closed, or it cannot be read. */
static bool drain(int fd)
{
    uint8_t waste[4096];
    for (unsigned i = 0; i < DRAIN_MAX; i++) {
        const ssize_t n = recv(fd, waste, sizeof waste, MSG_DONTWAIT);
        if (n == 0)
            return true;
        if (n < 0)
            return false;
    }
    return false;
}

static void drain_lingering(struct watchdog *dog, int64_t now)
{
    size_t kept = 0;
    for (size_t i = 0; i < dog->lingering_count; i++) {
        const struct lingering l = dog->lingering[i];
        if (drain(l.fd) || l.until_ms <= now)
            (void)close(l.fd);
        else
            dog->lingering[kept++] = l;
    }
    dog->lingering_count = kept;
}

void watchdog_linger(struct watchdog *dog, int fd)
{
    (void)pthread_mutex_lock(&dog->mutex);
    if (!dog->closed && dog->lingering_count < LINGER_MAX) {
        const int held = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        if (held >= 0)
            dog->lingering[dog->lingering_count++] =
                (struct lingering){ .fd = held, .until_ms = now_ms() + LINGER_MS };
        (void)pthread_cond_signal(&dog->wake);
    }
    (void)pthread_mutex_unlock(&dog->mutex);
}

/* --- its thread --- */

static void wait_a_tick(struct watchdog *dog)
{
    const struct timespec until = clock_in_ms(TICK_MS);
    (void)pthread_cond_timedwait(&dog->wake, &dog->mutex, &until);
}

static void *run(void *arg)
{
    struct watchdog *const dog = arg;
    (void)pthread_mutex_lock(&dog->mutex);
    while (!dog->closed) {
        if (dog->watched == 0 && dog->lingering_count == 0)
            (void)pthread_cond_wait(&dog->wake, &dog->mutex);
        else
            wait_a_tick(dog);
        const int64_t now = now_ms();
        cut_late(dog, now);
        drain_lingering(dog, now);
    }
    (void)pthread_mutex_unlock(&dog->mutex);
    return NULL;
}

static bool start(struct watchdog *dog)
{
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&dog->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    (void)pthread_mutex_init(&dog->mutex, NULL);

    sigset_t all;
    sigset_t before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool started = pthread_create(&dog->thread, NULL, run, dog) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

enum rc watchdog_new(const uint32_t ms[WATCH_KINDS], struct watchdog **ret, struct diag *d)
{
    struct watchdog *const dog = calloc(1, sizeof *dog);
    if (!dog)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for the watchdog");
    memcpy(dog->ms, ms, sizeof dog->ms);
    dog->end.before = dog->end.after = &dog->end;
    if (!start(dog)) {
        free(dog);
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot start the watchdog's thread");
    }
    *ret = dog;
    return RC_OK;
}

void watchdog_free(struct watchdog *dog)
{
    if (!dog)
        return;
    (void)pthread_mutex_lock(&dog->mutex);
    assert(dog->watched == 0);
    dog->closed = true;
    (void)pthread_cond_signal(&dog->wake);
    (void)pthread_mutex_unlock(&dog->mutex);
    (void)pthread_join(dog->thread, NULL);

    for (size_t i = 0; i < dog->lingering_count; i++)
        (void)close(dog->lingering[i].fd);
    (void)pthread_cond_destroy(&dog->wake);
    (void)pthread_mutex_destroy(&dog->mutex);
    free(dog);
}

/* --- connections --- */

void watch_begin(struct watchdog *dog, struct watch *w, int fd)
{
    w->fd = fd;
    watch_for(dog, w, WATCH_HEAD);
    (void)pthread_mutex_lock(&dog->mutex);
    w->before = dog->end.before;
    w->after = &dog->end;
    w->before->after = w->after->before = w;
    if (dog->watched++ == 0)
        (void)pthread_cond_signal(&dog->wake);
    (void)pthread_mutex_unlock(&dog->mutex);
}

void watch_for(struct watchdog *dog, struct watch *w, enum watch_for what)
{
    const int64_t until = what == WATCH_NOTHING ? INT64_MAX : now_ms() + dog->ms[what];
    atomic_store_explicit(&w->what, what, memory_order_relaxed);
    atomic_store_explicit(&w->until_ms, until, memory_order_relaxed);
}

void watch_end(struct watchdog *dog, struct watch *w)
{
    (void)pthread_mutex_lock(&dog->mutex);
    w->before->after = w->after;
    w->after->before = w->before;
    dog->watched--;
    (void)pthread_mutex_unlock(&dog->mutex);
}

void watchdog_cut(struct watchdog *dog, bool all)
{
    (void)pthread_mutex_lock(&dog->mutex);
    for (struct watch *w = dog->end.after; w != &dog->end; w = w->after)
        if (all || w->what == WATCH_HEAD || w->what == WATCH_NEXT)
            (void)shutdown(w->fd, SHUT_RDWR);
    (void)pthread_mutex_unlock(&dog->mutex);
}

uint64_t watchdog_timed_out(struct watchdog *dog)
{
    (void)pthread_mutex_lock(&dog->mutex);
    const uint64_t n = dog->timed_out;
    (void)pthread_mutex_unlock(&dog->mutex);
    return n;
}
