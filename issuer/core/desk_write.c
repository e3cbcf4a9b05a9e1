/*
 * Writing what was taken into the journal, all that has come meanwhile at once: by the thread that
 * has taken it, which is not woken for that, or by one of the desk's own, for those who wait.
 */
#include <stdlib.h>

#include "issuer/core/desk_internal.h"

#define GROUP_MAX   1024u /* entries that go to disk together */
#define GROUP_BYTES (8u << 20)

/* The first of those that wait, and what of it lies between two looks. */
struct group {
    struct desk *k;
    size_t count;
    struct taking *of[GROUP_MAX];
    struct span records[GROUP_MAX];
    struct journal_place places[GROUP_MAX];
    size_t starts[GROUP_MAX + 1];
    struct buf text;
};

void desk_free_group(struct group *g)
{
    if (!g)
        return;
    buf_free(&g->text);
    free(g);
}

static void take_drafts(struct group *g)
{
    struct desk *const k = g->k;
    size_t bytes = 0;
    g->count = 0;
    while (k->drafts && g->count < GROUP_MAX && bytes < GROUP_BYTES) {
        struct taking *const t = k->drafts;
        k->drafts = t->next;
        bytes += t->entry.body.len + t->entry.base.len;
        g->of[g->count++] = t;
    }
    if (!k->drafts)
        k->drafts_end = &k->drafts;
}

/* Sequences are given out here: what does not come to disk leaves no gap. */
static enum rc write_group(struct group *g, uint64_t sequence)
{
    buf_clear(&g->text);
    for (size_t i = 0; i < g->count; i++) {
        struct entry *const e = &g->of[i]->entry;
        if (e->type == ENTRY_BATCH)
            e->sequence = sequence++;
        g->starts[i] = g->text.len;
        entry_put(&g->text, e);
    }
    g->starts[g->count] = g->text.len;
    if (!buf_ok(&g->text))
        return RC_NOMEM;
    for (size_t i = 0; i < g->count; i++)
        g->records[i] = span_of(g->text.ptr + g->starts[i], g->starts[i + 1] - g->starts[i]);
    return journal_append(g->k->o.journal, g->records, g->count, g->places, NULL);
}

static void settle_group(const struct group *g, enum rc rc)
{
    struct desk *const k = g->k;
    for (size_t i = 0; i < g->count; i++)
        desk_settle(k, g->of[i], rc, g->places[i]);
    k->full_disk = rc == RC_FULL;
    k->journal_failed = k->journal_failed || (rc != RC_OK && rc != RC_FULL && rc != RC_NOMEM);
}

static void tell_group(const struct group *g)
{
    const struct desk_options *const o = &g->k->o;
    for (size_t i = 0; i < g->count; i++)
        g->of[i]->told(g->of[i]);
    if (o->all_told)
        o->all_told(o->arg);
}

/* With the lock, which it lets go meanwhile. */
static void write_drafts(struct desk *k)
{
    struct group *const g = k->group;
    k->writing = true;
    take_drafts(g);
    const uint64_t sequence = k->next_sequence;
    (void)pthread_mutex_unlock(&k->lock);
    const enum rc rc = write_group(g, sequence);
    (void)pthread_mutex_lock(&k->lock);
    settle_group(g, rc);
    (void)pthread_mutex_unlock(&k->lock);
    tell_group(g);
    (void)pthread_mutex_lock(&k->lock);
    k->writing = false;
}

static void *write_for_those_who_wait(void *arg)
{
    struct desk *const k = arg;
    (void)pthread_mutex_lock(&k->lock);
    for (;;) {
        while (k->writing || (!k->drafts && !k->stop))
            (void)pthread_cond_wait(&k->drafted, &k->lock);
        if (!k->drafts)
            break;
        write_drafts(k);
    }
    (void)pthread_mutex_unlock(&k->lock);
    return NULL;
}

enum rc desk_start_writing(struct desk *k, struct diag *d)
{
    k->group = k->group ? k->group : calloc(1, sizeof *k->group);
    if (!k->group)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the desk");
    k->group->k = k;
    k->has_writer = pthread_create(&k->writer, NULL, write_for_those_who_wait, k) == 0;
    return k->has_writer ? RC_OK : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "cannot start a thread");
}

void desk_draft(struct desk *k, struct taking *t)
{
    t->next = NULL;
    *k->drafts_end = t;
    k->drafts_end = &t->next;
}

/* One group: this thread has others to take. */
void desk_write(struct desk *k)
{
    (void)pthread_mutex_lock(&k->lock);
    if (k->drafts && !k->writing)
        write_drafts(k);
    if (!k->writing && (k->drafts || k->stop))
        (void)pthread_cond_signal(&k->drafted);
    (void)pthread_mutex_unlock(&k->lock);
}

void desk_have_written(struct desk *k)
{
    (void)pthread_mutex_lock(&k->lock);
    if (!k->writing)
        (void)pthread_cond_signal(&k->drafted);
    (void)pthread_mutex_unlock(&k->lock);
}
