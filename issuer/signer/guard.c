#include "issuer/signer/guard_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/token.h"

enum rc guard_open(const char *home, const uint8_t deployment[DEPLOYMENT_LEN], struct guard **ret,
                   struct diag *d)
{
    assert(home && deployment && ret);

    struct guard *const g = calloc(1, sizeof *g);
    if (!g || pthread_mutex_init(&g->lock, NULL) != 0) {
        free(g);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the signer's guard");
    }
    const enum rc rc = memory_open(home, deployment, &g->memory, d);
    if (rc != RC_OK) {
        guard_close(g);
        return rc;
    }
    *ret = g;
    return RC_OK;
}

void guard_close(struct guard *g)
{
    if (!g)
        return;
    memory_close(g->memory);
    (void)pthread_mutex_destroy(&g->lock);
    free(g);
}

/* The lock is held. */
static enum rc check_sequence(const struct guard *g, uint64_t sequence, struct diag *d)
{
    const uint64_t seen = memory_trust_sequence(g->memory);
    return sequence >= seen ? RC_OK
                            : diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                                       "trust list %llu is older than %llu, which was used before",
                                       (unsigned long long)sequence, (unsigned long long)seen);
}

enum rc guard_trust_holds(struct guard *g, uint64_t sequence, struct diag *d)
{
    (void)pthread_mutex_lock(&g->lock);
    const enum rc rc = check_sequence(g, sequence, d);
    (void)pthread_mutex_unlock(&g->lock);
    return rc;
}

enum rc guard_trust(struct guard *g, uint64_t sequence, struct diag *d)
{
    (void)pthread_mutex_lock(&g->lock);
    enum rc rc = check_sequence(g, sequence, d);
    if (rc == RC_OK && sequence > memory_trust_sequence(g->memory)) {
        memory_note_trust(g->memory, sequence);
        rc = memory_settle(g->memory, d);
    }
    (void)pthread_mutex_unlock(&g->lock);
    return rc;
}

enum rc guard_time(int64_t given_s, int64_t now_s, struct diag *d)
{
    if (given_s > now_s + GUARD_AHEAD_MAX_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the time given, %lld, is ahead of the signer's clock, %lld",
                        (long long)given_s, (long long)now_s);
    if (given_s < now_s - GUARD_AGE_MAX_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the time given, %lld, is long before the signer's clock, %lld",
                        (long long)given_s, (long long)now_s);
    return RC_OK;
}

enum rc guard_index(const struct trust_list *trust, uint64_t index, struct diag *d)
{
    uint64_t end = 0;
    for (size_t i = 0; i < trust->key_count; i++) {
        const struct trusted_key *const k = &trust->keys[i];
        if (k->use == USE_TOKEN && k->last > end)
            end = k->last;
    }
    if (index < end + TOKEN_KEY_INDEXES && index < MEMORY_INDEX_MAX)
        return RC_OK;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "log index %llu is beyond every token key's",
                    (unsigned long long)index);
}

void guard_status(struct guard *g, struct signer_status *ret)
{
    (void)pthread_mutex_lock(&g->lock);
    ret->trust_sequence = memory_trust_sequence(g->memory);
    ret->checkpoint_size = memory_tree(g->memory).size;
    ret->last_iat = memory_last_iat(g->memory);
    (void)pthread_mutex_unlock(&g->lock);
}

bool guard_is_broken(struct guard *g)
{
    (void)pthread_mutex_lock(&g->lock);
    const bool broken = memory_is_broken(g->memory);
    (void)pthread_mutex_unlock(&g->lock);
    return broken;
}

/* --- tokens --- */

/* One request: jobs that may be signed, and what is noted of them. */
struct round {
    const struct guarded *w;
    size_t count; /* of allowed */
    struct token_job *allowed;
    struct token_job **of; /* whose each is */
    uint64_t *index;
    bool *noted; /* a leaf below the checkpoint stays what it is */
    int64_t *iat;
    int64_t last_index; /* of the request so far; -1: none */
};

static void round_free_at(struct round *r)
{
    for (size_t i = 0; i < r->count; i++)
        buf_free(&r->allowed[i].cose);
    free(r->allowed);
    free(r->of);
    free(r->index);
    free(r->noted);
    free(r->iat);
}

static enum rc check_times(const struct guarded *w, const struct token *t, struct diag *d)
{
    const int64_t last = memory_last_iat(w->guard->memory);
    if (t->iat > w->now_s + GUARD_AHEAD_MAX_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the issue time %lld is ahead of the signer's clock, %lld",
                        (long long)t->iat, (long long)w->now_s);
    if (t->iat < last)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the issue time %lld is before the last that was signed, %lld",
                        (long long)t->iat, (long long)last);
    return RC_OK;
}

static enum rc check_memory(const struct guarded *w, const struct token *t, struct span payload,
                            bool *ret_again, struct diag *d)
{
    struct memory_leaf known;
    uint8_t hash[SHA256_LEN];
    const enum rc rc = memory_leaf(w->guard->memory, t->log_index, &known, d);
    *ret_again = rc == RC_OK;
    if (rc == RC_NOT_FOUND)
        return check_times(w, t, d);
    if (rc != RC_OK)
        return rc;
    sha256(payload, hash);
    if (memcmp(hash, known.payload, SHA256_LEN) == 0)
        return RC_OK;
    return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "log index %llu was signed with another payload",
                    (unsigned long long)t->log_index);
}

static enum rc check_job(struct round *r, const struct token_job *job, struct token *t,
                         bool *ret_again, struct diag *d)
{
    enum rc rc = token_payload_parse(job->payload, t, d);
    if (rc == RC_OK)
        rc = guard_index(r->w->trust, t->log_index, d);
    if (rc != RC_OK)
        return rc;
    if ((int64_t)t->log_index <= r->last_index)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the log indexes of a request must ascend");
    r->last_index = (int64_t)t->log_index;
    return check_memory(r->w, t, job->payload, ret_again, d);
}

static void choose(struct round *r, struct token_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct token t;
        bool again = false;
        jobs[i].cose = (struct buf){ 0 };
        jobs[i].diag = DIAG_INIT;
        jobs[i].rc = check_job(r, &jobs[i], &t, &again, &jobs[i].diag);
        if (jobs[i].rc != RC_OK)
            continue;
        r->allowed[r->count] = (struct token_job){ .payload = jobs[i].payload };
        r->of[r->count] = &jobs[i];
        r->index[r->count] = t.log_index;
        r->iat[r->count] = t.iat;
        r->noted[r->count] = !again || t.log_index >= memory_tree(r->w->guard->memory).size;
        r->count++;
    }
}

static void note_all(struct round *r)
{
    struct memory *const m = r->w->guard->memory;
    int64_t last = memory_last_iat(m);
    for (size_t i = 0; i < r->count; i++) {
        struct memory_leaf leaf;
        if (r->allowed[i].rc != RC_OK || !r->noted[i])
            continue;
        const struct tlog_hash hash = tlog_leaf(buf_span(&r->allowed[i].cose));
        sha256(r->allowed[i].payload, leaf.payload);
        memcpy(leaf.leaf, hash.bytes, SHA256_LEN);
        memory_note_leaf(m, r->index[i], &leaf);
        if (r->iat[i] > last)
            last = r->iat[i];
    }
    if (last > memory_last_iat(m))
        memory_note_iat(m, last);
}

static void hand_out(struct round *r, enum rc rc, const struct diag *why)
{
    for (size_t i = 0; i < r->count; i++) {
        struct token_job *const job = r->of[i];
        job->rc = rc != RC_OK ? rc : r->allowed[i].rc;
        job->diag = rc != RC_OK ? *why : r->allowed[i].diag;
        if (job->rc != RC_OK)
            continue;
        job->cose = r->allowed[i].cose;
        r->allowed[i].cose = (struct buf){ 0 };
    }
}

static bool make_room(struct round *r, size_t count)
{
    r->allowed = calloc(count, sizeof *r->allowed);
    r->of = calloc(count, sizeof *r->of);
    r->index = calloc(count, sizeof *r->index);
    r->noted = calloc(count, sizeof *r->noted);
    r->iat = calloc(count, sizeof *r->iat);
    return r->allowed && r->of && r->index && r->noted && r->iat;
}

void guard_tokens(const struct guarded *w, struct token_job *jobs, size_t count)
{
    assert(w && jobs && count > 0);

    struct diag why = DIAG_INIT;
    ON_EXIT(round_free_at) struct round r = { .w = w, .last_index = -1 };
    if (!make_room(&r, count)) {
        for (size_t i = 0; i < count; i++)
            jobs[i].rc = diag_set(&jobs[i].diag, RC_NOMEM, DIAG_NO_OFFSET, "%zu tokens", count);
        return;
    }
    (void)pthread_mutex_lock(&w->guard->lock);
    choose(&r, jobs, count);
    signer_tokens(w->signer, r.allowed, r.count, w->threads);
    note_all(&r);
    const enum rc rc = memory_settle(w->guard->memory, &why);
    (void)pthread_mutex_unlock(&w->guard->lock);
    hand_out(&r, rc, &why);
}
