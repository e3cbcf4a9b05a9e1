#include "issuer/reader/attempts.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/hash.h"

#define SECRET_LEN 16

struct tried {
    uint64_t mark; /* of the number; 0: free */
    int64_t last_s;
    uint8_t count;
    bool known;
};

struct attempts {
    unsigned most;
    uint32_t closed_s;
    uint8_t secret[SECRET_LEN]; /* nobody else can choose numbers that push another out */
    pthread_mutex_t lock;
    struct tried sets[ATTEMPTS_SETS][ATTEMPTS_WAYS];
};

enum rc attempts_new(unsigned most, uint32_t closed_s, struct attempts **ret, struct diag *d)
{
    assert(most > 0 && most <= UINT8_MAX && closed_s > 0 && ret);

    struct attempts *const a = calloc(1, sizeof *a);
    if (!a || pthread_mutex_init(&a->lock, NULL) != 0) {
        free(a);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "attempts");
    }
    a->most = most;
    a->closed_s = closed_s;
    random_bytes(a->secret, sizeof a->secret);
    *ret = a;
    return RC_OK;
}

void attempts_free(struct attempts *a)
{
    if (!a)
        return;
    (void)pthread_mutex_destroy(&a->lock);
    free(a);
}

static uint64_t mark_of(const struct attempts *a, struct span number)
{
    uint8_t digest[SHA256_LEN];
    uint64_t mark;
    sha256_2(span_of(a->secret, sizeof a->secret), number, digest);
    memcpy(&mark, digest, sizeof mark);
    return mark != 0 ? mark : 1;
}

static struct tried *find(struct attempts *a, uint64_t mark)
{
    struct tried *const set = a->sets[mark % ATTEMPTS_SETS];
    for (size_t i = 0; i < ATTEMPTS_WAYS; i++)
        if (set[i].mark == mark)
            return &set[i];
    return NULL;
}

/* Which of two goes first. */
static bool is_lesser(const struct tried *a, const struct tried *b)
{
    if ((a->mark == 0) != (b->mark == 0))
        return a->mark == 0;
    if (a->known != b->known)
        return !a->known;
    return a->last_s < b->last_s;
}

static struct tried *make_room(struct attempts *a, uint64_t mark)
{
    struct tried *const set = a->sets[mark % ATTEMPTS_SETS];
    struct tried *least = &set[0];
    for (size_t i = 1; i < ATTEMPTS_WAYS; i++)
        if (is_lesser(&set[i], least))
            least = &set[i];
    *least = (struct tried){ .mark = mark };
    return least;
}

bool attempts_begin(struct attempts *a, struct span number, int64_t now_s, uint32_t *ret_retry_s)
{
    assert(a && ret_retry_s);

    const uint64_t mark = mark_of(a, number);
    (void)pthread_mutex_lock(&a->lock);
    struct tried *t = find(a, mark);
    if (!t)
        t = make_room(a, mark);
    if (now_s - t->last_s >= a->closed_s)
        t->count = 0;
    const bool open = t->count < a->most;
    if (open) {
        t->count++;
        t->last_s = now_s;
    }
    *ret_retry_s = open ? 0 : (uint32_t)(t->last_s + a->closed_s - now_s);
    (void)pthread_mutex_unlock(&a->lock);
    return open;
}

void attempts_right(struct attempts *a, struct span number)
{
    const uint64_t mark = mark_of(a, number);
    (void)pthread_mutex_lock(&a->lock);
    struct tried *const t = find(a, mark);
    if (t)
        *t = (struct tried){ 0 };
    (void)pthread_mutex_unlock(&a->lock);
}

void attempts_unjudged(struct attempts *a, struct span number)
{
    const uint64_t mark = mark_of(a, number);
    (void)pthread_mutex_lock(&a->lock);
    struct tried *const t = find(a, mark);
    if (t && t->count > 0)
        t->count--;
    (void)pthread_mutex_unlock(&a->lock);
}

void attempts_known(struct attempts *a, struct span number)
{
    const uint64_t mark = mark_of(a, number);
    (void)pthread_mutex_lock(&a->lock);
    struct tried *const t = find(a, mark);
    if (t)
        t->known = true;
    (void)pthread_mutex_unlock(&a->lock);
}
