/* The log by itself: every signature, the tree from the leaves up, every checkpoint. */
#include "issuer/publication/audit_internal.h"

#include "core/cert/log_note.h"

#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Signatures cost most of an audit: entries are read in batches and checked on every core. */
#define BATCH         4096u
#define THREADS_MAX   64u
#define NO_CHECKPOINT UINT64_MAX

enum answer { ANSWER_NONE = 0, ANSWER_BAD, ANSWER_GOOD = 90 };

struct leaf {
    uint64_t index;
    enum log_kind kind;
    size_t offset, len; /* in the walk's bytes */
    enum answer answer;
    struct diag why;
};

struct slice {
    struct log_walk *walk;
    unsigned first;
};

/* Roots of complete subtrees, largest first: one per set bit of the size so far (RFC 6962
 * section 2.1). */
struct frontier {
    struct tlog_hash hashes[64];
    size_t count;
    uint64_t size;
};

struct log_walk {
    struct audit_run *run;
    uint64_t settled; /* where the walk ends */
    struct frontier frontier;
    uint64_t next_size; /* of the next checkpoint, or NO_CHECKPOINT */
    struct span next_note;
    struct buf bytes; /* of the batch's leaves */
    size_t count;
    struct leaf leaves[BATCH];
    unsigned threads, running;
    pthread_t thread[THREADS_MAX];
    struct slice slices[THREADS_MAX];
};

static bool same_hash(const struct tlog_hash *a, const struct tlog_hash *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static void name_leaf(char ret[32], uint64_t index)
{
    (void)snprintf(ret, 32, "log %llu", (unsigned long long)index);
}

/* --- threads --- */

static void *check_slice(void *arg)
{
    const struct slice *const s = arg;
    struct log_walk *const w = s->walk;
    for (size_t i = s->first; i < w->count; i += w->threads) {
        struct leaf *const l = &w->leaves[i];
        const struct span bytes = span_of(w->bytes.ptr + l->offset, l->len);
        l->why = DIAG_INIT;
        l->answer = audit_leaf_check(w->run->home->trust, l->kind, bytes, &l->why) == RC_OK
                        ? ANSWER_GOOD
                        : ANSWER_BAD;
    }
    return NULL;
}

static void wait_for_threads(struct log_walk *w)
{
    for (unsigned i = 0; i < w->running; i++)
        (void)pthread_join(w->thread[i], NULL);
    w->running = 0;
}

/* Where the system gives no thread, this one does the work. */
static void start_threads(struct log_walk *w)
{
    assert(w->running == 0);

    unsigned i = 0;
    for (; i < w->threads; i++) {
        w->slices[i] = (struct slice){ w, i };
        if (pthread_create(&w->thread[i], NULL, check_slice, &w->slices[i]) != 0)
            break;
    }
    w->running = i;
    for (; i < w->threads; i++) {
        w->slices[i] = (struct slice){ w, i };
        (void)check_slice(&w->slices[i]);
    }
}

/* --- the tree, from the leaves up --- */

static struct tlog_hash frontier_root(const struct frontier *f)
{
    if (f->count == 0)
        return tlog_empty();
    struct tlog_hash root = f->hashes[f->count - 1];
    for (size_t i = f->count - 1; i > 0; i--)
        root = tlog_node(&f->hashes[i - 1], &root);
    return root;
}

/* Every eighth level is kept by the register and published in tiles, so each of its hashes must
 * be what the leaves give, whether the root hangs on it or not. */
static enum rc compare_kept(struct log_walk *w, unsigned level, const struct tlog_hash *hash,
                            struct diag *d)
{
    const struct tlog_source source = register_log_source(w->run->reg);
    const uint64_t n = w->frontier.size >> level;
    struct tlog_hash kept;
    struct diag why = DIAG_INIT;
    char subject[48];
    (void)snprintf(subject, sizeof subject, "tree hash %u/%llu", level, (unsigned long long)n);

    const enum rc rc = source.hash(source.ctx, level, n, &kept, &why);
    if (rc != RC_OK)
        return audit_absorb(w->run->result, subject, rc, &why, d);
    if (!same_hash(hash, &kept))
        audit_note(w->run->result, subject, "it is not what the leaves give");
    return RC_OK;
}

static enum rc add_to_tree(struct log_walk *w, struct span leaf, struct diag *d)
{
    struct frontier *const f = &w->frontier;
    struct tlog_hash hash = tlog_leaf(leaf);
    unsigned level = 0;
    enum rc rc = RC_OK;
    for (uint64_t bit = f->size; bit & 1; bit >>= 1) {
        hash = tlog_node(&f->hashes[--f->count], &hash);
        level++;
        if (level % 8 == 0 && rc == RC_OK)
            rc = compare_kept(w, level, &hash, d);
    }
    f->hashes[f->count++] = hash;
    f->size++;
    return rc;
}

/* --- checkpoints --- */

/* Of the log, or of one that was closed and no longer than that. */
static bool note_verifies(const struct trust_list *trust, struct span note, struct checkpoint *ret)
{
    uint64_t end = 0;
    return log_note_check(note, trust, ret, &end, NULL) == RC_OK && ret->size <= end;
}

/* The note of exactly as many leaves as the tree has now. */
static void check_note(struct log_walk *w)
{
    struct audit *const result = w->run->result;
    const struct tlog_hash root = frontier_root(&w->frontier);
    struct checkpoint c;
    char subject[40];
    (void)snprintf(subject, sizeof subject, "checkpoint %llu", (unsigned long long)w->next_size);

    result->checkpoints++;
    if (!note_verifies(w->run->home->trust, w->next_note, &c))
        audit_note(result, subject, "its signature does not hold");
    else if (c.size != w->next_size)
        audit_note(result, subject, "it says size %llu", (unsigned long long)c.size);
    else if (!same_hash(&root, &c.root))
        audit_note(result, subject, "its root is not the log's at that size");
}

/* The first checkpoint of at least `from` leaves. */
static enum rc find_checkpoint(struct log_walk *w, uint64_t from, struct diag *d)
{
    struct diag why = DIAG_INIT;
    /* Covering an index is having a size above it; before the first index there is none. */
    const enum rc rc =
        register_checkpoint_covering(w->run->reg, from - 1, &w->next_size, &w->next_note, &why);
    if (rc != RC_OK)
        w->next_size = NO_CHECKPOINT;
    return rc == RC_OK || rc == RC_NOT_FOUND
               ? RC_OK
               : audit_absorb(w->run->result, "checkpoint", rc, &why, d);
}

static enum rc check_checkpoint_here(struct log_walk *w, struct diag *d)
{
    if (w->next_size != w->frontier.size)
        return RC_OK;
    check_note(w);
    return find_checkpoint(w, w->next_size + 1, d);
}

/* --- the walk --- */

enum rc log_walk_open(struct audit_run *run, struct log_walk **ret, struct diag *d)
{
    ON_EXIT(log_walk_free_at) struct log_walk *w = calloc(1, sizeof *w);
    if (!w)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a batch of leaves");
    w->run = run;
    w->settled = register_log_settled(run->reg);
    w->threads = run->threads < THREADS_MAX ? run->threads : THREADS_MAX;

    const uint64_t size = register_log_size(run->reg);
    run->result->log_size = size;
    if (w->settled != size)
        audit_note(run->result, "log",
                   "%llu entries are not signed yet: run any writing command, then audit again",
                   (unsigned long long)(size - w->settled));
    enum rc rc = find_checkpoint(w, 0, d);
    if (rc == RC_OK)
        rc = check_checkpoint_here(w, d);
    if (rc == RC_OK)
        *ret = TAKE(w);
    return rc;
}

void log_walk_free(struct log_walk *w)
{
    if (!w)
        return;
    wait_for_threads(w);
    buf_free(&w->bytes);
    free(w);
}

uint64_t log_walk_batches(const struct log_walk *w)
{
    return (w->settled - w->frontier.size + BATCH - 1) / BATCH;
}

static enum rc read_leaf(struct log_walk *w, struct diag *d)
{
    const uint64_t index = w->frontier.size;
    struct reg_log_entry e = { 0 };
    struct diag why = DIAG_INIT;
    char subject[32];
    name_leaf(subject, index);

    enum rc rc = register_log_entry(w->run->reg, index, &e, &why);
    if (rc != RC_OK) {
        rc = audit_absorb(w->run->result, subject, rc, &why, d);
    } else {
        w->leaves[w->count++] = (struct leaf){
            .index = index,
            .kind = e.kind,
            .offset = w->bytes.len,
            .len = e.data.len,
        };
        buf_put_span(&w->bytes, e.data);
        rc = buf_rc(&w->bytes, d);
    }
    if (rc == RC_OK)
        rc = add_to_tree(w, e.data, d);
    return rc == RC_OK ? check_checkpoint_here(w, d) : rc;
}

enum rc log_walk_begin(struct log_walk *w, struct diag *d)
{
    enum rc rc = RC_OK;
    w->count = 0;
    buf_clear(&w->bytes);
    for (size_t i = 0; rc == RC_OK && i < BATCH && w->frontier.size < w->settled; i++)
        rc = read_leaf(w, d);
    if (rc == RC_OK)
        start_threads(w);
    return rc;
}

static void conclude_leaf(struct log_walk *w, const struct leaf *l)
{
    struct audit *const result = w->run->result;
    char subject[32];
    name_leaf(subject, l->index);

    if (l->answer != ANSWER_GOOD)
        audit_note(result, subject, "%s",
                   l->why.text[0] ? l->why.text : "the signature does not hold");
    result->versions += l->kind == LOG_TOKEN;
    result->orders += l->kind == LOG_ORDER;
    result->voids += l->kind == LOG_VOID;
    audit_step(w->run);
}

void log_walk_end(struct log_walk *w)
{
    wait_for_threads(w);
    for (size_t i = 0; i < w->count; i++)
        conclude_leaf(w, &w->leaves[i]);
}

void log_walk_finish(struct log_walk *w)
{
    assert(w->frontier.size == w->settled && w->running == 0);

    const struct tlog_hash root = frontier_root(&w->frontier);
    hex_encode(root.bytes, sizeof root.bytes, w->run->result->root);
    /* More was signed than the log has: history was taken back. */
    if (w->next_size != NO_CHECKPOINT)
        audit_note(w->run->result, "checkpoint", "one of %llu entries was signed, the log has %llu",
                   (unsigned long long)w->next_size, (unsigned long long)w->settled);
}
