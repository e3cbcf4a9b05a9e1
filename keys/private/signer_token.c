#include "keys/private/signing.h"

#include <assert.h>
#include <stdatomic.h>

#include "core/cert/token.h"

#define THREADS_MAX 64u
#define JOBS_A_TURN 16u /* few enough that no thread ends much later than the others */

static bool in_scope(const uint16_t *list, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == value)
            return true;
    }
    return count == 0;
}

static enum rc check_rules(const struct trusted_key *k, const struct token *t, struct diag *d)
{
    if (t->iat < k->not_before || t->iat > k->not_after)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the token key of log index %llu is not good at the time of signing, %lld",
                        (unsigned long long)t->log_index, (long long)t->iat);
    if (!in_scope(k->units, k->unit_count, t->unit))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "unit %u is outside the token key's scope",
                        t->unit);
    if (!in_scope(k->posts, k->post_count, t->post))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "post %u is outside the token key's scope",
                        t->post);
    return RC_OK;
}

/* Ranges never overlap, so at most one key may sign an index. NULL: none that is here. */
static const struct signing_key *find_token_key(const struct signer *s, uint64_t log_index)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct trusted_key *const k = s->keys[i].trusted;
        /* One that was stolen signs no more, wherever its cut-off lies. */
        if (k->use == USE_TOKEN && !k->cut_off.given && log_index >= k->first &&
            log_index < k->last)
            return &s->keys[i];
    }
    return NULL;
}

enum rc signer_token(struct signer *s, struct span payload, struct buf *to, struct diag *d)
{
    assert(s && to);

    struct token t;
    enum rc rc = token_payload_parse(payload, &t, d);
    if (rc != RC_OK)
        return rc;

    const struct signing_key *const k = find_token_key(s, t.log_index);
    if (!k)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "no token key here may sign log index %llu",
                        (unsigned long long)t.log_index);
    rc = check_rules(k->trusted, &t, d);
    if (rc != RC_OK)
        return rc;

    const struct statement st = { .typ = NULL, .payload = payload, .time_s = t.iat };
    ON_EXIT(buf_free_at) struct buf message = { 0 };
    rc = statement_sign(&st, k->key, k->trusted, s->trust, &message, d);
    if (rc != RC_OK)
        return rc;

    /* A payload within its limits can still make a message over a token's. */
    rc = token_parse(buf_span(&message), &t, d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&message));
    return buf_rc(to, d);
}

/* One batch, shared by its threads. */
struct batch {
    struct signer *signer;
    struct token_job *jobs;
    size_t count;
    atomic_size_t next;
};

static void sign_job(struct signer *s, struct token_job *job)
{
    job->cose = (struct buf){ 0 };
    job->diag = DIAG_INIT;
    job->rc = signer_token(s, job->payload, &job->cose, &job->diag);
    if (job->rc != RC_OK)
        buf_free(&job->cose);
}

static void *sign_jobs(void *arg)
{
    struct batch *const b = arg;
    for (;;) {
        const size_t from = atomic_fetch_add(&b->next, JOBS_A_TURN);
        if (from >= b->count)
            return NULL;
        for (size_t i = from; i < b->count && i < from + JOBS_A_TURN; i++)
            sign_job(b->signer, &b->jobs[i]);
    }
}

void signer_tokens(struct signer *s, struct token_job *jobs, size_t count, unsigned threads)
{
    assert(s && (jobs || count == 0));

    struct batch b = { .signer = s, .jobs = jobs, .count = count };
    atomic_init(&b.next, 0);
    const size_t turns = (count + JOBS_A_TURN - 1) / JOBS_A_TURN;
    const unsigned most = turns < THREADS_MAX ? (unsigned)turns : THREADS_MAX;
    pthread_t others[THREADS_MAX];
    unsigned started = 0;

    /* Where the system gives no thread, those that there are do the work. */
    while (started + 1 < threads && started + 1 < most &&
           pthread_create(&others[started], NULL, sign_jobs, &b) == 0)
        started++;
    (void)sign_jobs(&b);
    while (started > 0)
        (void)pthread_join(others[--started], NULL);
}
