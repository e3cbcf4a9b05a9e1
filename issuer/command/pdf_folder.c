#include "issuer/command/pdf_folder.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cert/pdf_copy.h"
#include "core/cert/tlog_cache.h"

#define SHEETS_AHEAD (2 * PRESS_JOBS_MAX) /* for each thread */

/* Sheets wait in a ring; a slot's memory is used again. */
struct shop {
    const struct press *press;
    struct signer *signer;
    const struct pdf_folder_options *o;
    pthread_mutex_t lock;
    pthread_cond_t filled;     /* for those who draw: a sheet waits, or nothing more will come */
    pthread_cond_t emptied;    /* for the one who gathers: there is room, or the work has ended */
    struct tlog_cache *proofs; /* of the gathering thread */
    struct sheet_source from;
    struct sheet *slots;
    size_t size, first, waiting;
    bool closed; /* nothing more will come */
    enum rc rc;  /* not RC_OK: all stop */
    struct diag why;
    struct pdf_folder_counts counts;
};

/* What ends the whole work: the next one would fare no better. */
static bool is_general(enum rc rc)
{
    return rc == RC_IO || rc == RC_FULL || rc == RC_NOMEM || rc == RC_CRYPTO;
}

/* --- the threads that draw --- */

/* Takes the oldest sheets, as many as are waiting and fit on the press, their memory against that
 * of mine. 0: there is no more. */
static size_t take_sheets(struct shop *s, struct sheet mine[PRESS_JOBS_MAX])
{
    size_t count = 0;
    (void)pthread_mutex_lock(&s->lock);
    while (s->waiting == 0 && !s->closed)
        (void)pthread_cond_wait(&s->filled, &s->lock);
    for (; s->rc == RC_OK && s->waiting > 0 && count < PRESS_JOBS_MAX; count++) {
        const struct sheet spare = mine[count];
        mine[count] = s->slots[s->first];
        s->slots[s->first] = spare;
        s->first = (s->first + 1) % s->size;
        s->waiting--;
    }
    (void)pthread_cond_signal(&s->emptied);
    (void)pthread_mutex_unlock(&s->lock);
    return count;
}

static void tell(struct shop *s, const char *number, enum rc rc, const struct diag *why)
{
    s->counts.failed++;
    if (s->o->failed)
        s->o->failed(s->o->arg, number, rc, why);
}

static void account(struct shop *s, const struct sheet *sheet, size_t len, enum rc rc,
                    const struct diag *why)
{
    (void)pthread_mutex_lock(&s->lock);
    if (rc == RC_OK) {
        s->counts.made++;
        s->counts.bytes += len;
    } else if (!is_general(rc)) {
        tell(s, sheet->number, rc, why);
    } else if (s->rc == RC_OK) {
        s->rc = rc;
        s->why = *why;
        (void)pthread_cond_signal(&s->emptied);
    }
    (void)pthread_mutex_unlock(&s->lock);
}

static enum rc copy_path(const struct shop *s, const char *number, char ret[PATH_LEN],
                         struct diag *d)
{
    char name[NUMBER_MAX + sizeof ".pdf"];
    (void)snprintf(name, sizeof name, "%s.pdf", number);
    return path_join(s->o->folder, name, ret, d);
}

static enum rc store_copy(const struct shop *s, const struct press_job *job, struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = job->rc;
    if (rc == RC_OK)
        rc = copy_path(s, job->sheet->number, path, d);
    return rc == RC_OK ? file_replace_later(path, buf_span(&job->pdf), 0644, d) : rc;
}

/* A thread's own: sheets and files that are used again. */
struct bench {
    struct sheet sheets[PRESS_JOBS_MAX];
    struct press_job jobs[PRESS_JOBS_MAX];
    uint64_t drawn;
};

static void bench_free_at(struct bench **b)
{
    for (size_t i = 0; *b && i < PRESS_JOBS_MAX; i++) {
        sheet_free(&(*b)->sheets[i]);
        buf_free(&(*b)->jobs[i].pdf);
    }
    free(*b);
}

static void make_copies(struct shop *s, struct bench *b, size_t count)
{
    for (size_t i = 0; i < count; i++, b->drawn++) {
        const bool checked = s->o->check_all || b->drawn % PDF_CHECK_EVERY == 0;
        b->jobs[i].sheet = &b->sheets[i];
        b->jobs[i].care = checked ? PRESS_CHECKED : PRESS_UNCHECKED;
    }
    press_print_many(s->press, s->signer, b->jobs, count);
    for (size_t i = 0; i < count; i++) {
        struct press_job *const job = &b->jobs[i];
        const enum rc rc = store_copy(s, job, &job->diag);
        account(s, job->sheet, job->pdf.len, rc, &job->diag);
    }
}

static void fail_all(struct shop *s, enum rc rc)
{
    const struct sheet none = { 0 };
    struct diag why = DIAG_INIT;
    (void)diag_set(&why, rc, DIAG_NO_OFFSET, "a thread that draws");
    account(s, &none, 0, rc, &why);
}

static void *draw_sheets(void *arg)
{
    struct shop *const s = arg;
    ON_EXIT(bench_free_at) struct bench *b = calloc(1, sizeof *b);
    if (!b) {
        fail_all(s, RC_NOMEM);
        return NULL;
    }
    for (size_t count = take_sheets(s, b->sheets); count > 0; count = take_sheets(s, b->sheets))
        make_copies(s, b, count);
    return NULL;
}

/* --- the thread that gathers --- */

static bool asked_to_stop(const struct shop *s)
{
    return s->o->stop && *s->o->stop;
}

/* Waits for room. NULL: the work has ended. */
static struct sheet *free_slot(struct shop *s)
{
    (void)pthread_mutex_lock(&s->lock);
    while (s->waiting == s->size && s->rc == RC_OK)
        (void)pthread_cond_wait(&s->emptied, &s->lock);
    struct sheet *const slot = s->rc == RC_OK ? &s->slots[(s->first + s->waiting) % s->size] : NULL;
    (void)pthread_mutex_unlock(&s->lock);
    return slot;
}

static void hand_over(struct shop *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->waiting++;
    (void)pthread_cond_signal(&s->filled);
    (void)pthread_mutex_unlock(&s->lock);
}

/* Whether a copy of this version is there that is still good today. */
static bool is_there(const struct shop *s, const struct home *home, const struct reg_cert *cert)
{
    char path[PATH_LEN];
    struct token t;
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    if (copy_path(s, cert->number, path, NULL) != RC_OK ||
        file_read(path, PDF_COPY_MAX, &file, NULL) != RC_OK ||
        pdf_copy_read(buf_span(&file), &copy, NULL) != RC_OK ||
        token_parse(copy.token, &t, NULL) != RC_OK)
        return false;
    return copy.before.len > 0 && span_equal(t.number, span_text(cert->number)) &&
           t.version == cert->version &&
           press_copy_until(home, &t, date_of_time(copy.made_s)) >= date_of_time(home->now);
}

static void count_apart(struct shop *s, uint64_t *which)
{
    (void)pthread_mutex_lock(&s->lock);
    (*which)++;
    (void)pthread_mutex_unlock(&s->lock);
}

static enum rc gather(struct shop *s, const struct reg_cert *cert, struct diag *d)
{
    struct sheet *const slot = free_slot(s);
    if (!slot)
        return RC_OK;
    struct diag why = DIAG_INIT;
    const enum rc rc = sheet_gather(&s->from, cert, 0, slot, &why);
    if (rc != RC_OK && is_general(rc))
        return diag_set(d, rc, why.offset, "%s", why.text);
    if (rc != RC_OK)
        account(s, slot, 0, rc, &why);
    else if (!sheet_may_be_copied(slot->state))
        count_apart(s, &s->counts.not_given);
    else
        hand_over(s);
    return RC_OK;
}

static enum rc gather_all(struct shop *s, struct reading *from, struct diag *d)
{
    struct reg_cert cert;
    const uint32_t count = register_cert_count(from->reg);
    for (uint32_t id = 0; id < count && !asked_to_stop(s); id++) {
        enum rc rc = register_cert(from->reg, id, &cert, d);
        if (rc != RC_OK)
            return rc;
        if ((s->o->unit != 0 && cert.unit != s->o->unit) ||
            (s->o->post != 0 && cert.post != s->o->post))
            continue;
        if (s->o->resume && is_there(s, &from->home, &cert))
            count_apart(s, &s->counts.kept);
        else
            rc = gather(s, &cert, d);
        if (rc != RC_OK || s->rc != RC_OK)
            return rc;
        if (s->o->step)
            s->o->step(s->o->arg, id + 1);
    }
    return RC_OK;
}

/* --- both --- */

static void close_shop(struct shop *s)
{
    (void)pthread_mutex_lock(&s->lock);
    s->closed = true;
    (void)pthread_cond_broadcast(&s->filled);
    (void)pthread_mutex_unlock(&s->lock);
}

static enum rc work(struct shop *s, struct reading *from, struct diag *d)
{
    pthread_t threads[PDF_JOBS_MAX];
    unsigned started = 0;
    while (started < s->o->jobs && pthread_create(&threads[started], NULL, draw_sheets, s) == 0)
        started++;
    enum rc rc =
        started > 0 ? gather_all(s, from, d) : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a thread");
    close_shop(s);
    for (unsigned i = 0; i < started; i++)
        (void)pthread_join(threads[i], NULL);
    if (rc == RC_OK && s->rc != RC_OK)
        rc = diag_set(d, s->rc, s->why.offset, "%s", s->why.text);
    return rc == RC_OK ? file_settle(s->o->folder, d) : rc;
}

static void drop_shop(struct shop *s)
{
    for (size_t i = 0; s->slots && i < s->size; i++)
        sheet_free(&s->slots[i]);
    free(s->slots);
    free(s->proofs);
}

enum rc pdf_folder_fill(struct reading *from, const struct press *press, struct signer *signer,
                        const struct pdf_folder_options *o, struct pdf_folder_counts *ret,
                        struct diag *d)
{
    assert(from && press && signer && o->jobs >= 1 && o->jobs <= PDF_JOBS_MAX && ret);

    struct shop s = { .press = press,
                      .signer = signer,
                      .o = o,
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .filled = PTHREAD_COND_INITIALIZER,
                      .emptied = PTHREAD_COND_INITIALIZER,
                      .size = (size_t)SHEETS_AHEAD * o->jobs };
    *ret = s.counts;
    enum rc rc = folder_make(o->folder, 0755, d);
    if (rc != RC_OK)
        return rc;
    folder_sweep(o->folder);
    s.proofs = malloc(sizeof *s.proofs);
    s.slots = calloc(s.size, sizeof *s.slots);
    if (s.proofs && s.slots) {
        tlog_cache_begin(s.proofs, register_log_source(from->reg));
        s.from = (struct sheet_source){ from->reg, &from->home, tlog_cache_source(s.proofs) };
        rc = work(&s, from, d);
    } else {
        rc = diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a folder of copies");
    }
    drop_shop(&s);
    *ret = s.counts;
    return rc;
}
