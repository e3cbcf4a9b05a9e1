#include "issuer/daemon/relay.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/ipc/ipc_stream.h"
#include "core/sys/file.h"

#define CONNECT_MS 100   /* core accepts at once, or is in trouble */
#define ANSWER_MS  30000 /* a question that has no answer by then: core is in trouble */
#define LOOK_MS    1000  /* between two looks for such ones */

struct relay {
    char path[PATH_LEN];
    pthread_t thread;
    struct ipc_inbox in; /* the thread's, as is the next */
    int64_t looked_ms;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t connected;
    bool is_cut;
    int socket; /* −1: none. Opened by whoever asks, closed by the thread */
    struct buf out, message;
    struct relayed *of[RELAY_MAX]; /* the question with this id, less one; NULL: none */
    uint32_t free[RELAY_MAX], free_count;
};

static int64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- asking; all with the lock --- */

static enum rc connect_core(struct relay *r, struct diag *d)
{
    if (r->is_cut)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "the daemon ends");
    if (r->socket >= 0)
        return RC_OK;
    const enum rc rc = ipc_connect(r->path, CONNECT_MS, &r->socket, d);
    if (rc == RC_OK)
        (void)pthread_cond_signal(&r->connected);
    return rc == RC_BUSY ? RC_IO : rc;
}

/* What the socket does not take at once goes when the next answer comes. */
static enum rc send_question(struct relay *r, const struct question *q, uint32_t id, struct diag *d)
{
    struct question with_id = *q;
    with_id.id = id;
    buf_clear(&r->message);
    question_put(&r->message, &with_id);
    enum rc rc = buf_rc(&r->message, d);
    if (rc != RC_OK)
        return rc;
    ipc_frame_put(&r->out, buf_span(&r->message));
    rc = buf_rc(&r->out, d);
    if (rc == RC_OK)
        rc = ipc_flush(r->socket, &r->out, 0, d);
    /* Half a question may be on its way: this socket is of no further use. */
    if (rc != RC_OK)
        (void)shutdown(r->socket, SHUT_RDWR);
    return rc;
}

static enum rc ask(struct relay *r, const struct question *q, struct relayed *of, struct diag *d)
{
    enum rc rc = connect_core(r, d);
    if (rc != RC_OK)
        return rc;
    if (r->free_count == 0)
        return diag_set(d, RC_BUSY, RELAY_MAX, "too many questions under way");
    const uint32_t id = r->free[--r->free_count];
    rc = send_question(r, q, id, d);
    if (rc != RC_OK) {
        r->free[r->free_count++] = id;
        return rc;
    }
    of->until_ms = now_ms() + ANSWER_MS;
    r->of[id - 1] = of;
    return RC_OK;
}

enum rc relay_ask(struct relay *r, const struct question *q, struct relayed *of, struct diag *d)
{
    assert(r && q && q->ask == ASK_SUBMIT && q->wait_ms == 0 && of && of->told);

    (void)pthread_mutex_lock(&r->lock);
    const enum rc rc = ask(r, q, of, d);
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

/* --- what comes back: the thread --- */

/* NULL: there is no such question. */
static struct relayed *take(struct relay *r, uint32_t id)
{
    if (id == 0 || id > RELAY_MAX)
        return NULL;
    (void)pthread_mutex_lock(&r->lock);
    struct relayed *const of = r->of[id - 1];
    r->of[id - 1] = NULL;
    if (of)
        r->free[r->free_count++] = id;
    (void)pthread_mutex_unlock(&r->lock);
    return of;
}

static enum rc tell_one(struct relay *r, struct span message, struct diag *d)
{
    struct answer a;
    const enum rc rc = answer_read(message, &a, d);
    struct relayed *const of = rc == RC_OK ? take(r, a.id) : NULL;
    if (!of)
        return rc != RC_OK ? rc : diag_set(d, RC_FORMAT, 0, "an answer that nobody waits for");
    of->told(of, RC_OK, &a, NULL);
    return RC_OK;
}

static enum rc tell_those_here(struct relay *r, struct diag *d)
{
    struct span message;
    enum rc rc = ipc_fill(&r->in, r->socket, false, d);
    while (rc == RC_OK) {
        rc = ipc_next(&r->in, &message, d);
        if (rc == RC_OK)
            rc = tell_one(r, message, d);
    }
    return rc == RC_BUSY ? RC_OK : rc;
}

/* With the lock. */
static enum rc look_for_late(struct relay *r, struct diag *d)
{
    const int64_t now = now_ms();
    if (now - r->looked_ms < LOOK_MS)
        return RC_OK;
    r->looked_ms = now;
    for (size_t i = 0; i < RELAY_MAX; i++)
        if (r->of[i] && r->of[i]->until_ms < now)
            return diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "the peer took too long");
    return RC_OK;
}

/* Sends on what stayed. ret_more: something stays. */
static enum rc look_after(struct relay *r, bool *ret_more, struct diag *d)
{
    (void)pthread_mutex_lock(&r->lock);
    enum rc rc = r->out.len > 0 ? ipc_flush(r->socket, &r->out, 0, d) : RC_OK;
    if (rc == RC_OK)
        rc = look_for_late(r, d);
    *ret_more = r->out.len > 0;
    (void)pthread_mutex_unlock(&r->lock);
    return rc;
}

/* Until something is wrong with it. */
static enum rc serve_socket(struct relay *r, struct diag *d)
{
    bool more = false;
    for (;;) {
        struct pollfd p = { .fd = r->socket, .events = (short)(more ? POLLIN | POLLOUT : POLLIN) };
        if (poll(&p, 1, LOOK_MS) < 0 && errno != EINTR)
            return diag_set(d, RC_IO, DIAG_NO_OFFSET, "cannot wait: %s", strerror(errno));
        enum rc rc = (p.revents & (POLLIN | POLLHUP | POLLERR)) ? tell_those_here(r, d) : RC_OK;
        if (rc == RC_OK)
            rc = look_after(r, &more, d);
        if (rc != RC_OK)
            return rc;
    }
}

/* What was asked on it has no answer any more; the next question connects again. */
static void leave_socket(struct relay *r, enum rc rc, const struct diag *d)
{
    struct relayed *of[RELAY_MAX];
    (void)pthread_mutex_lock(&r->lock);
    fd_close_at(&r->socket);
    buf_wipe(&r->out);
    memcpy(of, r->of, sizeof of);
    for (uint32_t i = 0; i < RELAY_MAX; i++)
        if (r->of[i]) {
            r->of[i] = NULL;
            r->free[r->free_count++] = i + 1;
        }
    (void)pthread_mutex_unlock(&r->lock);
    ipc_inbox_wipe(&r->in);
    for (size_t i = 0; i < RELAY_MAX; i++)
        if (of[i])
            of[i]->told(of[i], rc, NULL, d);
}

/* False: cut, and nothing is connected. */
static bool wait_for_socket(struct relay *r)
{
    (void)pthread_mutex_lock(&r->lock);
    while (r->socket < 0 && !r->is_cut)
        (void)pthread_cond_wait(&r->connected, &r->lock);
    const bool there = r->socket >= 0;
    (void)pthread_mutex_unlock(&r->lock);
    return there;
}

static void *tell_answers(void *arg)
{
    struct relay *const r = arg;
    while (wait_for_socket(r)) {
        struct diag d = DIAG_INIT;
        const enum rc rc = serve_socket(r, &d);
        leave_socket(r, rc, &d);
    }
    return NULL;
}

/* --- all of it --- */

enum rc relay_new(const char *path, struct relay **ret, struct diag *d)
{
    assert(path && ret);

    if (strlen(path) >= PATH_LEN)
        return diag_set(d, RC_LIMIT, PATH_LEN, "the path '%.40s…' is too long", path);
    struct relay *const r = calloc(1, sizeof *r);
    if (!r)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "relay");
    memcpy(r->path, path, strlen(path) + 1);
    r->socket = -1;
    while (r->free_count < RELAY_MAX) {
        r->free[r->free_count] = RELAY_MAX - r->free_count;
        r->free_count++;
    }
    (void)pthread_mutex_init(&r->lock, NULL);
    (void)pthread_cond_init(&r->connected, NULL);
    if (pthread_create(&r->thread, NULL, tell_answers, r) != 0) {
        (void)pthread_cond_destroy(&r->connected);
        (void)pthread_mutex_destroy(&r->lock);
        free(r);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start a thread");
    }
    *ret = r;
    return RC_OK;
}

void relay_cut(struct relay *r)
{
    if (!r)
        return;
    (void)pthread_mutex_lock(&r->lock);
    r->is_cut = true;
    if (r->socket >= 0)
        (void)shutdown(r->socket, SHUT_RDWR);
    (void)pthread_cond_signal(&r->connected);
    (void)pthread_mutex_unlock(&r->lock);
}

void relay_free(struct relay *r)
{
    if (!r)
        return;
    (void)pthread_join(r->thread, NULL);
    buf_wipe(&r->out);
    buf_wipe(&r->message);
    (void)pthread_cond_destroy(&r->connected);
    (void)pthread_mutex_destroy(&r->lock);
    free(r);
}
