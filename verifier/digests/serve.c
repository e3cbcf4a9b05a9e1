#include "verifier/digests/serve.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/ipc/ipc.h"
#include "core/lookup/tally.h"
#include "core/sys/file.h"
#include "core/sys/log.h"

#define CONNECTIONS_MAX 128u
#define SEND_MS         5000
#define UNKNOWN_KEY_S   60u

struct server {
    uint8_t secret[LOOKUP_KEY_LEN];
    struct serve_options limits;
    pthread_mutex_t lock; /* of what follows */
    struct tally *numbers;
    int64_t second; /* in which `given` were given */
    uint32_t given;
    atomic_uint connections;
    pthread_mutex_t refresh; /* of the employers */
};

struct talk {
    struct server *server;
    int fd;
};

static int64_t now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* Of the key's own day; who has no key that holds gets nothing by it. */
static uint32_t admit_employer(struct server *s, struct span key)
{
    struct employer e;
    (void)pthread_mutex_lock(&s->refresh);
    struct diag d = DIAG_INIT;
    const enum rc rc = roll_refresh(s->limits.employers, &d);
    (void)pthread_mutex_unlock(&s->refresh);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "employers_not_taken", rc, &d);
    return roll_find(s->limits.employers, key, &e) ? roll_take(s->limits.employers, &e, 1)
                                                   : UNKNOWN_KEY_S;
}

/* For one number, whoever asks: the bound that stands between a key and guesses. */
static uint32_t admit_number(struct server *s, struct span number)
{
    const int64_t now = now_s();
    (void)pthread_mutex_lock(&s->lock);
    const uint32_t wait = tally_closed(s->numbers, number, now);
    if (wait == 0)
        tally_add(s->numbers, number, now);
    (void)pthread_mutex_unlock(&s->lock);
    return wait;
}

/* Seconds to wait; 0: it is counted and may be answered. */
static uint32_t admit(struct server *s, const struct digests_question *q)
{
    if (q->key.len > 0) {
        const uint32_t employer_wait = admit_employer(s, q->key);
        return employer_wait > 0 ? employer_wait : admit_number(s, q->number);
    }
    const int64_t now = now_s();
    (void)pthread_mutex_lock(&s->lock);
    uint32_t wait = tally_closed(s->numbers, q->number, now);
    if (now != s->second) {
        s->second = now;
        s->given = 0;
    }
    if (wait == 0 && s->given >= s->limits.per_second)
        wait = 1;
    if (wait == 0) {
        s->given++;
        tally_add(s->numbers, q->number, now);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return wait;
}

static enum rc answer(struct server *s, struct span message, struct buf *to, struct diag *d)
{
    struct digests_question q;
    const enum rc rc = digests_question_read(message, &q, d);
    if (rc != RC_OK)
        return rc;
    struct digests_answer a = { .reply = DIGESTS_CLOSED, .retry_s = admit(s, &q) };
    if (a.retry_s == 0) {
        a.reply = DIGESTS_GIVEN;
        lookup_keys_make(s->secret, q.number, q.person, &a.keys);
    }
    buf_clear(to);
    digests_answer_put(to, &a);
    explicit_bzero(&a, sizeof a);
    return buf_rc(to, d);
}

static void *talk_on(void *arg)
{
    struct talk *const t = arg;
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_wipe_at) struct buf in = { 0 };
    ON_EXIT(buf_wipe_at) struct buf out = { 0 };
    enum rc rc = RC_OK;
    while (rc == RC_OK) {
        rc = ipc_receive(t->fd, &in, NULL, 0, &d);
        if (rc == RC_OK)
            rc = answer(t->server, buf_span(&in), &out, &d);
        if (rc == RC_OK)
            rc = ipc_send(t->fd, buf_span(&out), -1, SEND_MS, &d);
    }
    if (rc != RC_NOT_FOUND)
        log_failure(LEVEL_WARN, "talk_ended", rc, &d);
    fd_close_at(&t->fd);
    t->server->connections--;
    free(t);
    return NULL;
}

static void begin_talk(struct server *s, int fd)
{
    pthread_t thread;
    struct talk *const t = malloc(sizeof *t);
    if (t && s->connections < CONNECTIONS_MAX) {
        *t = (struct talk){ s, fd };
        s->connections++;
        if (pthread_create(&thread, NULL, talk_on, t) == 0) {
            (void)pthread_detach(thread);
            return;
        }
        s->connections--;
    }
    free(t);
    fd_close_at(&fd);
}

static enum rc accept_on(struct server *s, int listening, int stop_fd, struct diag *d)
{
    struct pollfd p[] = { { .fd = stop_fd, .events = POLLIN },
                          { .fd = listening, .events = POLLIN } };
    for (;;) {
        int fd = -1;
        (void)poll(p, 2, -1);
        if (p[0].revents)
            return RC_OK;
        const enum rc rc = ipc_accept(listening, 1000, &fd, d);
        if (rc == RC_OK)
            begin_talk(s, fd);
        else if (rc != RC_BUSY)
            return rc;
    }
}

enum rc serve(int listening, int stop_fd, const uint8_t secret[LOOKUP_KEY_LEN],
              const struct serve_options *o, struct diag *d)
{
    /* Those who talk may outlive the call: the process ends behind it. */
    static struct server s;
    s.limits = *o;
    memcpy(s.secret, secret, sizeof s.secret);
    s.numbers = tally_new(o->per_number);
    if (!s.numbers || pthread_mutex_init(&s.lock, NULL) != 0 ||
        pthread_mutex_init(&s.refresh, NULL) != 0)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "counts");
    return accept_on(&s, listening, stop_fd, d);
}
