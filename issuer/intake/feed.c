#include "issuer/intake/feed.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct feed {
    struct rows *rows;
    const char *folder;
    int32_t today;
    struct batch batches[FEED_BATCHES];

    pthread_t reader;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* under the lock: batches filled, and those that the caller is done with; number n is batches[n
     * % FEED_BATCHES] */
    uint64_t filled, done;
    bool stop;
    /* the caller's alone */
    uint64_t given;
};

/* False: to stop. */
static bool wait_for_room(struct feed *f)
{
    (void)pthread_mutex_lock(&f->lock);
    while (!f->stop && f->filled - f->done == FEED_BATCHES)
        (void)pthread_cond_wait(&f->changed, &f->lock);
    const bool go = !f->stop;
    (void)pthread_mutex_unlock(&f->lock);
    return go;
}

static void count_up(struct feed *f, uint64_t *counter)
{
    (void)pthread_mutex_lock(&f->lock);
    ++*counter;
    (void)pthread_cond_signal(&f->changed);
    (void)pthread_mutex_unlock(&f->lock);
}

static void *read_rows(void *arg)
{
    struct feed *const f = arg;
    bool last = false;
    for (uint64_t n = 0; !last && wait_for_room(f); n++) {
        struct batch *const b = &f->batches[n % FEED_BATCHES];
        batch_fill(b, f->rows, f->folder, f->today);
        last = b->last;
        count_up(f, &f->filled);
    }
    return NULL;
}

static enum rc start(struct feed *f, struct diag *d)
{
    const int error = pthread_create(&f->reader, NULL, read_rows, f);
    if (error != 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start a thread: %s", strerror(error));
    f->started = true;
    return RC_OK;
}

enum rc feed_open(struct rows *rows, const char *folder, int32_t today, size_t batch_rows,
                  struct feed **ret, struct diag *d)
{
    assert(rows && folder && batch_rows > 0 && ret);

    ON_EXIT(feed_close_at) struct feed *f = calloc(1, sizeof *f);
    if (!f)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while reading rows");
    f->rows = rows;
    f->folder = folder;
    f->today = today;
    (void)pthread_mutex_init(&f->lock, NULL);
    (void)pthread_cond_init(&f->changed, NULL);

    enum rc rc = RC_OK;
    for (size_t i = 0; i < FEED_BATCHES && rc == RC_OK; i++)
        rc = batch_open(batch_rows, &f->batches[i], d);
    /* jansson wants its seed before there are threads. */
    json_object_seed(0);
    if (rc == RC_OK)
        rc = start(f, d);
    if (rc == RC_OK)
        *ret = TAKE(f);
    return rc;
}

const struct batch *feed_next(struct feed *f)
{
    assert(f && (f->given == 0 || !f->batches[(f->given - 1) % FEED_BATCHES].last));

    if (f->given > 0)
        count_up(f, &f->done);
    (void)pthread_mutex_lock(&f->lock);
    while (f->filled == f->given)
        (void)pthread_cond_wait(&f->changed, &f->lock);
    (void)pthread_mutex_unlock(&f->lock);
    return &f->batches[f->given++ % FEED_BATCHES];
}

static void stop_reader(struct feed *f)
{
    (void)pthread_mutex_lock(&f->lock);
    f->stop = true;
    (void)pthread_cond_signal(&f->changed);
    (void)pthread_mutex_unlock(&f->lock);
    (void)pthread_join(f->reader, NULL);
}

void feed_close(struct feed *f)
{
    if (!f)
        return;
    if (f->started)
        stop_reader(f);
    for (size_t i = 0; i < FEED_BATCHES; i++)
        batch_close(&f->batches[i]);
    (void)pthread_cond_destroy(&f->changed);
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}
