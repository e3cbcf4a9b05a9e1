/*
 * Signing beside the writer. A group's payloads are stored pending by its commit; then a thread of
 * its own signs them while the next group is applied; the results are stored with that group's
 * commit.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "issuer/register/engine_internal.h"

#define LEFTOVERS_A_TURN 4096u

static void group_clear(struct sign_group *g)
{
    buf_clear(&g->payloads);
    g->count = 0;
}

static void group_free(struct sign_group *g)
{
    buf_free(&g->payloads);
    free(g->items);
    *g = (struct sign_group){ 0 };
}

static enum rc group_add(struct sign_group *g, uint64_t index, struct span payload, struct diag *d)
{
    if (g->count == g->cap) {
        const size_t cap = g->cap > 0 ? g->cap * 2 : 1024;
        struct sign_item *const grown = realloc(g->items, cap * sizeof *grown);
        if (!grown)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "%zu payloads to sign", cap);
        g->items = grown;
        g->cap = cap;
    }
    g->items[g->count++] = (struct sign_item){ index, g->payloads.len, payload.len };
    buf_put_span(&g->payloads, payload);
    return buf_rc(&g->payloads, d);
}

enum rc engine_pend(struct engine *e, uint64_t index, struct span payload, struct diag *d)
{
    return e->options.dry_run ? RC_OK : group_add(&e->group, index, payload, d);
}

/* --- the thread --- */

static void *sign_group(void *arg)
{
    struct signing *const s = arg;
    signer_tokens(s->signer, s->jobs, s->group.count, s->threads);
    return NULL;
}

static enum rc make_jobs(struct signing *s, struct diag *d)
{
    s->jobs = calloc(s->group.count, sizeof *s->jobs);
    if (!s->jobs)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "%zu tokens to sign", s->group.count);
    for (size_t i = 0; i < s->group.count; i++)
        s->jobs[i].payload =
            span_of(s->group.payloads.ptr + s->group.items[i].at, s->group.items[i].len);
    return RC_OK;
}

static void drop_jobs(struct signing *s)
{
    for (size_t i = 0; s->jobs && i < s->group.count; i++)
        buf_free(&s->jobs[i].cose);
    free(s->jobs);
    s->jobs = NULL;
    group_clear(&s->group);
}

/* Hands the group that has just been committed to the thread. */
enum rc engine_start_group(struct engine *e, struct diag *d)
{
    struct signing *const s = &e->signing;
    assert(!s->running && !s->jobs);
    if (e->group.count == 0)
        return RC_OK;

    const struct sign_group empty = s->group;
    s->group = e->group;
    e->group = empty;
    s->signer = e->signer;
    s->threads = e->home->settings.sign_threads > 0 ? e->home->settings.sign_threads : 1;
    const enum rc rc = make_jobs(s, d);
    if (rc != RC_OK)
        return rc;
    s->running = pthread_create(&s->thread, NULL, sign_group, s) == 0;
    /* Where the system gives no thread, this one does the work. */
    if (!s->running)
        (void)sign_group(s);
    return RC_OK;
}

static void join(struct signing *s)
{
    if (s->running)
        (void)pthread_join(s->thread, NULL);
    s->running = false;
}

enum rc engine_settle_group(struct engine *e, struct diag *d)
{
    struct signing *const s = &e->signing;
    join(s);
    enum rc rc = RC_OK;
    for (size_t i = 0; s->jobs && rc == RC_OK && i < s->group.count; i++) {
        const struct token_job *const job = &s->jobs[i];
        rc = job->rc == RC_OK ? register_log_settle(e->reg, s->group.items[i].index, LOG_TOKEN,
                                                    buf_span(&job->cose), d)
                              : diag_set(d, job->rc, job->diag.offset, "%s", job->diag.text);
    }
    drop_jobs(s);
    return rc;
}

void engine_stop_signing(struct engine *e)
{
    join(&e->signing);
    drop_jobs(&e->signing);
    group_free(&e->signing.group);
    group_free(&e->group);
}

/* --- what a crash left: payloads that a commit holds, without their signatures --- */

/* The pending entries from `from` on, one turn of them. */
static enum rc gather_leftovers(struct engine *e, uint64_t from, struct diag *d)
{
    group_clear(&e->signing.group);
    const uint64_t size = register_log_size(e->reg);
    for (uint64_t i = from; i < size && e->signing.group.count < LEFTOVERS_A_TURN; i++) {
        struct reg_log_entry entry;
        enum rc rc = register_log_entry(e->reg, i, &entry, d);
        if (rc == RC_OK && entry.pending)
            rc = group_add(&e->signing.group, i, entry.data, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* The version that was to stand at a void index, at the log's end. */
static enum rc log_again(struct engine *e, const struct reg_log_entry *entry, struct diag *d)
{
    struct reg_cert cert;
    struct reg_person holder;
    struct reg_version version;
    enum rc rc = register_cert(e->reg, entry->cert, &cert, d);
    if (rc == RC_OK)
        rc = register_person(e->reg, cert.person, &holder, d);
    if (rc == RC_OK)
        rc = register_version(e->reg, entry->cert, entry->part, &version, d);
    if (rc != RC_OK)
        return rc == RC_NOT_FOUND
                   ? diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "log index %llu is of no certificate",
                              (unsigned long long)entry->index)
                   : rc;
    return engine_log_as(e, &cert, &version, &holder, d);
}

/* No key may sign this index any more: a signed void leaf takes it. */
static enum rc give_up_index(struct engine *e, uint64_t index, const struct diag *why,
                             struct diag *d)
{
    struct reg_log_entry entry;
    enum rc rc = register_log_entry(e->reg, index, &entry, d);
    if (rc != RC_OK)
        return rc;
    buf_clear(&e->leaf);
    rc = signer_void(e->signer, index, why->text, e->home->now, &e->leaf, d);
    if (rc == RC_OK)
        rc = register_log_settle(e->reg, index, LOG_VOID, buf_span(&e->leaf), d);
    return rc == RC_OK ? log_again(e, &entry, d) : rc;
}

static enum rc settle_leftover(struct engine *e, const struct token_job *job, uint64_t index,
                               uint64_t end, struct diag *d)
{
    if (job->rc == RC_OK)
        return register_log_settle(e->reg, index, LOG_TOKEN, buf_span(&job->cose), d);
    /* What was logged again and is refused again would be so for ever. */
    if (job->rc == RC_REFUSED && index < end)
        return give_up_index(e, index, &job->diag, d);
    if (job->rc == RC_REFUSED)
        return diag_set(d, job->rc, job->diag.offset, ENGINE_SIGNER_REFUSES ": %s", job->diag.text);
    return diag_set(d, job->rc, job->diag.offset, "%s", job->diag.text);
}

static enum rc settle_turn(struct engine *e, uint64_t end, struct diag *d)
{
    struct signing *const s = &e->signing;
    s->signer = e->signer;
    s->threads = e->home->settings.sign_threads > 0 ? e->home->settings.sign_threads : 1;
    enum rc rc = make_jobs(s, d);
    if (rc != RC_OK)
        return rc;
    (void)sign_group(s);
    for (size_t i = 0; rc == RC_OK && i < s->group.count; i++)
        rc = settle_leftover(e, &s->jobs[i], s->group.items[i].index, end, d);
    drop_jobs(s);
    return rc == RC_OK ? engine_store(e, d) : rc;
}

enum rc engine_settle_leftovers(struct engine *e, struct diag *d)
{
    const uint64_t end = register_log_size(e->reg);
    while (register_log_settled(e->reg) < register_log_size(e->reg)) {
        enum rc rc = gather_leftovers(e, register_log_settled(e->reg), d);
        if (rc == RC_OK)
            rc = settle_turn(e, end, d);
        if (rc != RC_OK)
            return rc;
        /* What was logged again is pending in the register: the next turn finds it there. */
        group_clear(&e->group);
    }
    return RC_OK;
}
