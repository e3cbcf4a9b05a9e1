#include "verifier/digests/serve.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "core/ipc/ipc_server.h"
#include "core/lookup/tally.h"
#include "core/sys/log.h"
#include "core/sys/signals.h"

#define CONNECTIONS_MAX 128u
#define UNKNOWN_KEY_S   60u

struct server {
    uint8_t secret[LOOKUP_KEY_LEN];
    struct serve_options limits;
    pthread_mutex_t lock; /* of what follows */
    struct tally *numbers;
    int64_t second; /* in which `given` were given */
    uint32_t given;
    pthread_mutex_t refresh; /* of the employers */
};

static int64_t now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* Without number, of somebody's key: which certificates has this person? */
static bool is_of_person(const struct digests_question *q)
{
    return q->key.len > 0 && q->number.len == 0;
}

/* Of the key's own day; who has no key that holds gets nothing by it. */
static uint32_t admit_employer(struct server *s, const struct digests_question *q)
{
    struct employer e;
    (void)pthread_mutex_lock(&s->refresh);
    struct diag d = DIAG_INIT;
    const enum rc rc = roll_refresh(s->limits.employers, &d);
    (void)pthread_mutex_unlock(&s->refresh);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "employers_not_taken", rc, &d);
    if (!roll_find(s->limits.employers, q->key, &e))
        return UNKNOWN_KEY_S;
    const bool person = is_of_person(q);
    return roll_take(s->limits.employers, &e, person ? 0 : 1, person ? 1 : 0);
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
        const uint32_t employer_wait = admit_employer(s, q);
        return employer_wait > 0 || is_of_person(q) ? employer_wait : admit_number(s, q->number);
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

static void make_keys(const struct server *s, const struct digests_question *q,
                      struct lookup_keys *ret)
{
    if (is_of_person(q))
        lookup_person_keys_make(s->secret, q->person, ret);
    else
        lookup_keys_make(s->secret, q->number, q->person, ret);
}

static bool answer(void *arg, struct span message, struct buf *to, int *ret_fd)
{
    struct server *const s = arg;
    struct digests_question q;
    struct diag d = DIAG_INIT;
    (void)ret_fd;
    const enum rc rc = digests_question_read(message, &q, &d);
    if (rc != RC_OK) {
        log_failure(LEVEL_WARN, "no_question", rc, &d);
        return false;
    }
    struct digests_answer a = { .reply = DIGESTS_CLOSED, .retry_s = admit(s, &q) };
    if (a.retry_s == 0) {
        a.reply = DIGESTS_GIVEN;
        make_keys(s, &q, &a.keys);
    }
    digests_answer_put(to, &a);
    explicit_bzero(&a, sizeof a);
    return true;
}

static enum rc set_up(struct server *s, const struct serve_options *o, struct diag *d)
{
    s->limits = *o;
    s->numbers = tally_new(o->per_number);
    if (!s->numbers)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "counts");
    (void)pthread_mutex_init(&s->lock, NULL);
    (void)pthread_mutex_init(&s->refresh, NULL);
    return RC_OK;
}

static void take_down(struct server *s)
{
    tally_free(s->numbers);
    (void)pthread_mutex_destroy(&s->lock);
    (void)pthread_mutex_destroy(&s->refresh);
    explicit_bzero(s->secret, sizeof s->secret);
}

static enum rc serve_until(struct server *s, int listening, int stop_fd, struct diag *d)
{
    struct ipc_server *server = NULL;
    const struct ipc_server_options o = {
        .listening = listening,
        .connections_max = CONNECTIONS_MAX,
        .arg = s,
        .answer = answer,
    };
    const enum rc rc = ipc_server_open(&o, &server, d);
    if (rc != RC_OK)
        return rc;
    while (!signals_take(stop_fd, TOLD_FOR_EVER))
        ;
    ipc_server_close(server);
    return RC_OK;
}

enum rc serve(int listening, int stop_fd, const uint8_t secret[LOOKUP_KEY_LEN],
              const struct serve_options *o, struct diag *d)
{
    struct server s = { .second = 0 };
    enum rc rc = set_up(&s, o, d);
    if (rc != RC_OK)
        return rc;
    memcpy(s.secret, secret, sizeof s.secret);
    rc = serve_until(&s, listening, stop_fd, d);
    take_down(&s);
    return rc;
}
