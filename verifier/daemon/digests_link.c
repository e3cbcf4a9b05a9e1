#include "verifier/daemon/digests_link.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/ipc/ipc.h"
#include "core/sys/clock.h"
#include "core/sys/file.h"

#define ASK_MS   2000
#define WAIT_S   5.0
#define IDLE_MAX 64u /* sockets that are kept */

struct digests_link {
    char socket[PATH_LEN];
    pthread_mutex_t lock; /* of what follows */
    int idle[IDLE_MAX];
    size_t idle_count;
};

enum rc digests_link_open(const char *socket, struct digests_link **ret, struct diag *d)
{
    struct digests_link *const k = calloc(1, sizeof *k);
    if (!k)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "look-ups");
    const enum rc rc = path_join("", socket, k->socket, d);
    (void)pthread_mutex_init(&k->lock, NULL);
    if (rc == RC_OK)
        *ret = k;
    else
        digests_link_close(k);
    return rc;
}

void digests_link_close(struct digests_link *k)
{
    if (!k)
        return;
    while (k->idle_count > 0)
        fd_close_at(&k->idle[--k->idle_count]);
    (void)pthread_mutex_destroy(&k->lock);
    free(k);
}

static int take_idle(struct digests_link *k)
{
    (void)pthread_mutex_lock(&k->lock);
    const int fd = k->idle_count > 0 ? k->idle[--k->idle_count] : -1;
    (void)pthread_mutex_unlock(&k->lock);
    return fd;
}

static void keep_idle(struct digests_link *k, int fd)
{
    (void)pthread_mutex_lock(&k->lock);
    const bool room = k->idle_count < IDLE_MAX;
    if (room)
        k->idle[k->idle_count++] = fd;
    (void)pthread_mutex_unlock(&k->lock);
    if (!room)
        fd_close_at(&fd);
}

static enum rc talk(int fd, struct span question, struct buf *ret, struct diag *d)
{
    const enum rc rc = ipc_send(fd, question, -1, ASK_MS, d);
    return rc == RC_OK ? ipc_receive(fd, ret, NULL, ASK_MS, d) : rc;
}

/* A socket that was kept may have died meanwhile: then once more with a new one. What took too long
 * may be answered yet, and counted: it is not asked twice. */
enum rc digests_link_ask(struct digests_link *k, struct span question, struct buf *ret,
                         struct diag *d)
{
    int fd = take_idle(k);
    enum rc rc = fd >= 0 ? talk(fd, question, ret, d) : RC_NOT_FOUND;
    if (rc != RC_OK && rc != RC_BUSY) {
        fd_close_at(&fd);
        rc = ipc_connect(k->socket, ASK_MS, &fd, d);
        if (rc == RC_OK)
            rc = talk(fd, question, ret, d);
    }
    if (rc == RC_OK)
        keep_idle(k, fd);
    else
        fd_close_at(&fd);
    return rc;
}

void digests_link_wait(struct digests_link *k)
{
    const struct timespec tick = { .tv_nsec = 10000000 };
    const double end = clock_elapsed() + WAIT_S;
    int fd = -1;
    while (ipc_connect(k->socket, ASK_MS, &fd, NULL) != RC_OK && clock_elapsed() < end)
        (void)nanosleep(&tick, NULL);
    if (fd >= 0)
        keep_idle(k, fd);
}
