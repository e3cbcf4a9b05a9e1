#include "verifier/daemon/lookups.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/lookup/tally.h"
#include "core/sys/clock.h"
#include "core/sys/file.h"
#include "core/sys/log.h"
#include "verifier/daemon/digests_link.h"

struct table {
    unsigned holders; /* under the lock */
    struct mapping file;
    struct lookup_table rows;
};

struct lookups {
    char path[PATH_LEN];
    struct file_identity seen;
    struct digests_link *helper;
    struct digests_line *line; /* of look-ups without a key */
    pthread_mutex_t lock;      /* of what follows */
    struct table *table;       /* NULL: none yet */
    struct tally *addresses, *numbers;
};

enum rc lookups_open(const char *table, const char *socket, struct lookups **ret, struct diag *d)
{
    struct lookups *const l = calloc(1, sizeof *l);
    if (!l)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "look-ups");
    enum rc rc = path_join("", table, l->path, d);
    if (rc == RC_OK)
        rc = digests_link_open(socket, &l->helper, d);
    if (rc == RC_OK)
        rc = line_open(socket, &l->line, d);
    l->addresses = tally_new(MISSES_MAX);
    l->numbers = tally_new(MISSES_MAX);
    (void)pthread_mutex_init(&l->lock, NULL);
    if (rc == RC_OK && (!l->addresses || !l->numbers))
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "look-ups");
    if (rc == RC_OK)
        *ret = l;
    else
        lookups_close(l);
    return rc;
}

/* --- the table --- */

static void table_put(struct lookups *l, struct table *t)
{
    (void)pthread_mutex_lock(&l->lock);
    const bool last = --t->holders == 0;
    (void)pthread_mutex_unlock(&l->lock);
    if (!last)
        return;
    mapping_close(&t->file);
    free(t);
}

static struct table *table_get(struct lookups *l)
{
    (void)pthread_mutex_lock(&l->lock);
    struct table *const t = l->table;
    if (t)
        t->holders++;
    (void)pthread_mutex_unlock(&l->lock);
    return t;
}

bool lookups_ready(struct lookups *l)
{
    (void)pthread_mutex_lock(&l->lock);
    const bool ready = l->table != NULL;
    (void)pthread_mutex_unlock(&l->lock);
    return ready;
}

static enum rc open_table(const struct lookups *l, const uint8_t deployment[SHA256_LEN],
                          struct table *t, struct diag *d)
{
    enum rc rc = file_map(l->path, &t->file, d);
    if (rc == RC_OK)
        rc = lookup_open(t->file.bytes, &t->rows, d);
    if (rc == RC_OK && memcmp(t->rows.deployment, deployment, SHA256_LEN) != 0)
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "it is of another deployment");
    return rc;
}

static void replace(struct lookups *l, struct table *fresh)
{
    (void)pthread_mutex_lock(&l->lock);
    struct table *const old = l->table;
    l->table = fresh;
    (void)pthread_mutex_unlock(&l->lock);
    if (old)
        table_put(l, old);
}

void lookups_refresh(struct lookups *l, const uint8_t deployment[SHA256_LEN])
{
    const struct file_identity there = file_identify(l->path);
    if (!file_is_seen(&there) || file_identity_equal(&there, &l->seen))
        return;
    l->seen = there;

    struct diag d = DIAG_INIT;
    struct table *const fresh = calloc(1, sizeof *fresh);
    const enum rc rc = fresh ? open_table(l, deployment, fresh, &d) : RC_NOMEM;
    if (rc == RC_OK) {
        fresh->holders = 1;
        replace(l, fresh);
        return;
    }
    log_failure(LEVEL_ERROR, "lookup_table_not_taken", rc, &d);
    if (fresh)
        mapping_close(&fresh->file);
    free(fresh);
}

void lookups_wait(struct lookups *l)
{
    digests_link_wait(l->helper);
}

/* --- misses --- */

/* Counts by no clock that somebody may set. */
static int64_t now_s(void)
{
    return (int64_t)clock_elapsed();
}

/* Of IPv6 the network: a customer has all of it. */
static struct span name_of(const char *address, uint8_t room[16])
{
    if (inet_pton(AF_INET6, address, room) != 1)
        return span_text(address);
    memset(room + 8, 0, 8);
    return span_of(room, 16);
}

/* The same question, its number as it is counted. room: LOOKUP_NUMBER_MAX bytes. */
static struct lookup_question plain(const struct lookup_question *q, char *room)
{
    assert(q->number.len <= LOOKUP_NUMBER_MAX);

    struct lookup_question ret = *q;
    ret.number = span_of(room, lookup_number(q->number, room));
    return ret;
}

/* What misses are counted by, besides the address: of a question without number, who asks. */
static struct span subject_of(const struct lookup_question *q)
{
    return q->number.len == 0 && q->key.len > 0 ? q->key : q->number;
}

static uint32_t closed(struct lookups *l, struct span address, const struct lookup_question *q)
{
    (void)pthread_mutex_lock(&l->lock);
    const uint32_t a = q->address ? tally_closed(l->addresses, address, now_s()) : 0;
    const uint32_t b = tally_closed(l->numbers, subject_of(q), now_s());
    (void)pthread_mutex_unlock(&l->lock);
    return a > b ? a : b;
}

static void count_miss(struct lookups *l, struct span address, const struct lookup_question *q)
{
    (void)pthread_mutex_lock(&l->lock);
    if (q->address)
        tally_add(l->addresses, address, now_s());
    tally_add(l->numbers, subject_of(q), now_s());
    (void)pthread_mutex_unlock(&l->lock);
}

/* --- together --- */

static enum rc ask_helper(struct lookups *l, const struct lookup_question *q, enum digests_ask ask,
                          struct buf *message, struct diag *d)
{
    struct digests_question question = { .ask = ask, .number = q->number, .key = q->key };
    ON_EXIT(buf_wipe_at) struct buf asked = { 0 };
    (void)buf_reserve(&asked, 256);
    enum rc rc = lookup_person(q->name, q->id_number, q->today, question.person, d);
    if (rc != RC_OK)
        return rc;
    digests_question_put(&asked, &question);
    explicit_bzero(&question, sizeof question);
    rc = buf_rc(&asked, d);
    return rc == RC_OK ? digests_link_ask(l->helper, buf_span(&asked), message, d) : rc;
}

static enum rc ask_for_keys(struct lookups *l, const struct lookup_question *q,
                            struct digests_answer *ret, struct diag *d)
{
    ON_EXIT(buf_wipe_at) struct buf message = { 0 };
    (void)buf_reserve(&message, 256);
    const enum digests_ask ask = q->watched ? DIGESTS_WATCH : DIGESTS_LOOK_UP;
    const enum rc rc = ask_helper(l, q, ask, &message, d);
    return rc == RC_OK ? digests_answer_read(buf_span(&message), ret, d) : rc;
}

static enum lookup_outcome find(struct lookups *l, const struct digests_answer *a, struct buf *ret,
                                uint32_t *ret_retry_s, struct diag *d)
{
    if (a->reply == DIGESTS_CLOSED) {
        *ret_retry_s = a->retry_s;
        return LOOKUP_BUSY;
    }
    if (a->reply != DIGESTS_GIVEN)
        return LOOKUP_FAILED;
    struct table *const t = table_get(l);
    if (!t)
        return LOOKUP_FAILED;
    const enum rc rc = lookup_find(&t->rows, &a->keys, ret, d);
    table_put(l, t);
    if (rc == RC_OK)
        return LOOKUP_FOUND;
    return rc == RC_NOT_FOUND ? LOOKUP_NO_MATCH : LOOKUP_FAILED;
}

enum lookup_outcome lookups_ask(struct lookups *l, const struct lookup_question *typed,
                                struct buf *ret, uint32_t *ret_retry_s, struct diag *d)
{
    uint8_t room[16];
    char number[LOOKUP_NUMBER_MAX];
    const struct lookup_question counted = plain(typed, number), *const q = &counted;
    struct digests_answer a = { .reply = DIGESTS_NONE };
    const struct span address = q->address ? name_of(q->address, room) : (struct span){ 0 };
    *ret_retry_s = closed(l, address, q);
    if (*ret_retry_s > 0)
        return LOOKUP_CLOSED;
    if (ask_for_keys(l, q, &a, d) != RC_OK)
        return LOOKUP_FAILED;
    const enum lookup_outcome outcome = find(l, &a, ret, ret_retry_s, d);
    explicit_bzero(&a, sizeof a);
    if (outcome == LOOKUP_NO_MATCH)
        count_miss(l, address, q);
    return outcome;
}

/* --- for who cannot wait; on the line's thread --- */

static struct lookup *lookup_of(struct line_question *q)
{
    return (struct lookup *)(void *)q;
}

/* Right before it is asked: what is counted meanwhile are those of one message at most. */
static bool still(struct line_question *q)
{
    struct lookup *const u = lookup_of(q);
    u->retry_s = closed(u->of, u->address, &u->asked);
    return u->retry_s == 0;
}

static enum lookup_outcome conclude(struct lookup *u)
{
    const struct digests_answer *const a = &u->line.answer;
    if (a->reply == DIGESTS_NONE)
        return u->retry_s > 0 ? LOOKUP_CLOSED : LOOKUP_FAILED;
    return find(u->of, a, &u->token, &u->retry_s, NULL);
}

static void answered(struct line_question *q)
{
    struct lookup *const u = lookup_of(q);
    u->outcome = conclude(u);
    explicit_bzero(&q->answer, sizeof q->answer);
    if (u->outcome == LOOKUP_NO_MATCH)
        count_miss(u->of, u->address, &u->asked);
    u->done(u);
}

enum rc lookup_make(struct lookups *l, const struct lookup_question *q, struct lookup *ret,
                    struct diag *d)
{
    assert(q->key.len == 0);

    *ret = (struct lookup){ .of = l, .line = { .still = still, .answered = answered } };
    if (q->address)
        ret->address = name_of(q->address, ret->network);
    ret->asked.address = q->address;
    ret->asked.number = ret->line.ask.number = plain(q, ret->number).number;
    return lookup_person(q->name, q->id_number, q->today, ret->line.ask.person, d);
}

void lookup_begin(struct lookup *u)
{
    assert(u->of && u->done);

    if (!line_ask(u->of->line, &u->line))
        u->done(u); /* LOOKUP_FAILED */
}

void lookup_clear(struct lookup *u)
{
    buf_free(&u->token);
    explicit_bzero(u, sizeof *u);
}

/* --- for a certificate's holder --- */

enum lookup_outcome lookups_who(struct lookups *l, const struct lookup_question *q,
                                struct buf *message, struct digests_told *ret, struct diag *d)
{
    char number[LOOKUP_NUMBER_MAX];
    const struct lookup_question asked = plain(q, number);
    const enum rc rc = ask_helper(l, &asked, DIGESTS_WHO, message, d);
    if (rc != RC_OK || digests_told_read(buf_span(message), ret, d) != RC_OK)
        return LOOKUP_FAILED;
    switch (ret->reply) {
    case DIGESTS_GIVEN:
        return LOOKUP_FOUND;
    case DIGESTS_CLOSED:
        return LOOKUP_BUSY;
    case DIGESTS_FAILED:
    case DIGESTS_NONE:
        break;
    }
    return LOOKUP_FAILED;
}

void lookups_close(struct lookups *l)
{
    if (!l)
        return;
    line_close(l->line);
    digests_link_close(l->helper);
    if (l->table)
        table_put(l, l->table);
    tally_free(l->addresses);
    tally_free(l->numbers);
    (void)pthread_mutex_destroy(&l->lock);
    free(l);
}
