#include "verifier/digests/serve.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "core/base/dates.h"
#include "core/ipc/ipc_server.h"
#include "core/lookup/digests_many.h"
#include "core/lookup/tally.h"
#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "core/sys/signals.h"

#define CONNECTIONS_MAX 128u
#define UNKNOWN_KEY_S   60u
#define SETTLE_MS       1000 /* what was written down is on disk after so long */

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
static uint32_t admit_employer(struct server *s, const struct digests_question *q,
                               struct employer *ret)
{
    (void)pthread_mutex_lock(&s->refresh);
    struct diag d = DIAG_INIT;
    const enum rc rc = roll_refresh(s->limits.employers, &d);
    (void)pthread_mutex_unlock(&s->refresh);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "employers_not_taken", rc, &d);
    if (!roll_find(s->limits.employers, q->key, ret))
        return UNKNOWN_KEY_S;
    const bool person = is_of_person(q);
    return roll_take(s->limits.employers, ret, person ? 0 : 1, person ? 1 : 0);
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
static uint32_t admit(struct server *s, const struct digests_question *q, struct employer *ret)
{
    if (q->key.len > 0) {
        const uint32_t employer_wait = admit_employer(s, q, ret);
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

/* --- which employers ask --- */

static enum rc today_of(const struct server *s, int32_t *ret, struct diag *d)
{
    int64_t now = 0;
    const enum rc rc = clock_now(s->limits.demo, &now, d);
    if (rc == RC_OK)
        *ret = date_of_time(now);
    return rc;
}

/* Before it is answered. */
static enum rc write_down(const struct server *s, const struct digests_question *q,
                          const struct employer *e, const struct lookup_keys *keys, struct diag *d)
{
    int32_t today = 0;
    if (!s->limits.asked)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "there is no folder for what is asked");
    const enum rc rc = today_of(s, &today, d);
    return rc == RC_OK
               ? askers_add(s->limits.asked, today, e, q->ask == DIGESTS_WATCH, keys->digest, d)
               : rc;
}

static enum rc find_askers(const struct server *s, const struct digests_question *q,
                           struct askers_found *ret, struct diag *d)
{
    int32_t today = 0;
    struct lookup_keys keys;
    enum rc rc = today_of(s, &today, d);
    if (rc != RC_OK)
        return rc;
    if (!s->limits.asked)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "there is no folder for what is asked");
    lookup_keys_make(s->secret, q->number, q->person, &keys);
    rc = askers_find(s->limits.asked, today, keys.digest, ret, d);
    explicit_bzero(&keys, sizeof keys);
    return rc;
}

/* --- one question --- */

static void answer_who(struct server *s, const struct digests_question *q, struct buf *to)
{
    struct employer nobody = { .rows_per_day = 0 };
    struct diag d = DIAG_INIT;
    ON_EXIT(askers_found_free) struct askers_found found = { .told.count = 0 };
    const uint32_t retry_s = admit(s, q, &nobody);
    const enum rc rc = retry_s == 0 ? find_askers(s, q, &found, &d) : RC_OK;
    if (rc != RC_OK) {
        log_failure(LEVEL_ERROR, "askers_not_told", rc, &d);
        found.told.count = 0;
    }
    found.told.retry_s = retry_s;
    found.told.reply = retry_s > 0 ? DIGESTS_CLOSED : rc == RC_OK ? DIGESTS_GIVEN : DIGESTS_FAILED;
    digests_told_put(to, &found.told);
}

static void answer_keys(struct server *s, const struct digests_question *q, struct buf *to)
{
    struct employer e = { .rows_per_day = 0 };
    struct diag d = DIAG_INIT;
    struct digests_answer a = { .reply = DIGESTS_CLOSED, .retry_s = admit(s, q, &e) };
    if (a.retry_s == 0) {
        make_keys(s, q, &a.keys);
        const enum rc rc = q->key.len > 0 ? write_down(s, q, &e, &a.keys, &d) : RC_OK;
        a.reply = rc == RC_OK ? DIGESTS_GIVEN : DIGESTS_FAILED;
        if (rc != RC_OK)
            log_failure(LEVEL_ERROR, "list_not_written_down", rc, &d);
    }
    digests_answer_put(to, &a);
    explicit_bzero(&a, sizeof a);
}

static bool no_question(enum rc rc, const struct diag *d)
{
    log_failure(LEVEL_WARN, "no_question", rc, d);
    return false;
}

/* Look-ups of nobody with a key: what waits for a disk is asked alone. */
static bool answer_many(struct server *s, struct span message, struct buf *to)
{
    struct digests_many m = { .count = 0 };
    struct digests_question q;
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_wipe_at) struct buf one = { 0 };
    enum rc rc = digests_many_read(message, &m, &d);
    if (rc != RC_OK)
        return no_question(rc, &d);
    digests_many_begin(to, m.count);
    for (size_t i = 0; i < m.count; i++) {
        rc = digests_question_read(m.at[i], &q, &d);
        if (rc == RC_OK && (q.ask != DIGESTS_LOOK_UP || q.key.len > 0))
            rc = diag_set(&d, RC_FORMAT, DIAG_NO_OFFSET, "not to be asked with others");
        if (rc != RC_OK)
            return no_question(rc, &d);
        buf_clear(&one);
        answer_keys(s, &q, &one);
        digests_many_add(to, buf_span(&one));
    }
    return buf_ok(&one) && buf_ok(to);
}

static bool answer(void *arg, struct span message, struct buf *to, int *ret_fd)
{
    struct server *const s = arg;
    struct digests_question q;
    struct diag d = DIAG_INIT;
    (void)ret_fd;
    if (digests_is_many(message))
        return answer_many(s, message, to);
    const enum rc rc = digests_question_read(message, &q, &d);
    if (rc != RC_OK)
        return no_question(rc, &d);
    if (q.ask == DIGESTS_WHO)
        answer_who(s, &q, to);
    else
        answer_keys(s, &q, to);
    return buf_ok(to);
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

static void settle(const struct server *s)
{
    struct diag d = DIAG_INIT;
    int32_t today = 0;
    if (!s->limits.asked)
        return;
    enum rc rc = today_of(s, &today, &d);
    if (rc == RC_OK)
        rc = askers_settle(s->limits.asked, today, &d);
    if (rc != RC_OK)
        log_failure(LEVEL_ERROR, "asked_not_settled", rc, &d);
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
    while (!signals_take(stop_fd, SETTLE_MS))
        settle(s);
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
