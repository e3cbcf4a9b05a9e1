#include "issuer/push/push.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "issuer/intake/resume.h"
#include "issuer/push/cut.h"
#include "issuer/push/push_results.h"
#include "issuer/push/told.h"

#define WINDOW         8u  /* parts that are sent and not yet told of */
#define WAIT_S         20u /* of one question for a batch's state */
#define BATCH_PATH_LEN 256

struct source {
    struct cutter *cutter;
    struct resume resume;
    uint64_t skip; /* rows that were told of last time */
};

struct sent {
    size_t source;
    uint64_t before, rows;
    char path[BATCH_PATH_LEN]; /* "/v1/batches/…" */
};

struct push {
    const struct push_options *o;
    struct push_result *result;
    struct client *client;
    struct source sources[IMPORT_FILES_MAX];
    struct resume_mark mark; /* of the file that was under way last time */
    struct reports reports;
    struct sent sent[WINDOW]; /* a ring */
    size_t first, count;
    uint64_t done, of; /* rows, for the watch */
};

static void push_close_at(struct push **at)
{
    struct push *const p = *at;
    if (!p)
        return;
    for (size_t i = 0; i < p->o->file_count; i++)
        cutter_close(p->sources[i].cutter);
    reports_close(&p->reports);
    client_close(p->client);
    free(p);
}

static void step(struct push *p, uint64_t rows)
{
    p->done += rows;
    if (p->o->watch.step)
        p->o->watch.step(p->o->watch.arg, p->done, p->of);
}

/* --- what becomes of what was sent --- */

static enum rc mark_place(struct push *p, const struct sent *s, struct diag *d)
{
    const struct resume_mark mark = {
        .place = { .line = 1, .row = s->before + s->rows },
        .errors_len = p->reports.errors.len,
        .results_len = p->reports.results.len,
    };
    return resume_write(&p->sources[s->source].resume, &mark, d);
}

/* Asks until it is done. */
static enum rc await(struct push *p, const struct sent *s, struct diag *d)
{
    const struct client_request request = { .path = s->path, .wait_s = WAIT_S };
    struct told_batch told = { .done = false };
    while (!told.done) {
        ON_EXIT(client_answer_free) struct client_answer a = { 0 };
        enum rc rc = client_send(p->client, &request, &a, d);
        if (rc == RC_OK && a.status != 200)
            rc = client_refusal(&a, d);
        if (rc == RC_OK)
            rc = told_batch_read(buf_span(&a.body), &told, d);
        if (rc != RC_OK)
            return rc;
        if (told.failed)
            return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "%s", told.error);
    }
    return RC_OK;
}

static enum rc fetch(struct push *p, const struct sent *s, struct diag *d)
{
    char path[BATCH_PATH_LEN + 16];
    (void)snprintf(path, sizeof path, "%s/results", s->path);
    const struct client_request request = { .path = path };
    ON_EXIT(client_answer_free) struct client_answer a = { 0 };
    enum rc rc = client_send(p->client, &request, &a, d);
    if (rc == RC_OK && a.status != 200)
        rc = client_refusal(&a, d);
    if (rc != RC_OK)
        return rc;
    const struct told_part part = { p->o->files[s->source], s->before, s->rows, buf_span(&a.body) };
    return reports_put(&p->reports, &part, &p->result->counts, d);
}

static enum rc settle_oldest(struct push *p, struct diag *d)
{
    const struct sent s = p->sent[p->first];
    (void)snprintf(p->result->file, sizeof p->result->file, "%s", p->o->files[s.source]);
    enum rc rc = RC_OK;
    if (p->o->hand_over) {
        p->result->counts.rows += s.rows;
    } else {
        rc = await(p, &s, d);
        if (rc == RC_OK)
            rc = fetch(p, &s, d);
    }
    if (rc == RC_OK)
        rc = mark_place(p, &s, d);
    if (rc != RC_OK)
        return rc;
    p->first = (p->first + 1) % WINDOW;
    p->count--;
    step(p, s.rows);
    return RC_OK;
}

static enum rc settle_all(struct push *p, struct diag *d)
{
    enum rc rc = RC_OK;
    while (rc == RC_OK && p->count > 0)
        rc = settle_oldest(p, d);
    return rc;
}

/* --- sending --- */

static enum rc keep_sent(struct push *p, size_t source, const struct part *part,
                         const struct client_answer *a, struct diag *d)
{
    static const char prefix[] = "/v1/batches/";
    if (strncmp(a->location, prefix, sizeof prefix - 1) != 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the server does not name the batch");
    struct sent *const s = &p->sent[(p->first + p->count++) % WINDOW];
    *s = (struct sent){ .source = source, .before = part->before, .rows = part->rows };
    (void)snprintf(s->path, sizeof s->path, "%s", a->location);
    return RC_OK;
}

static enum rc send_part(struct push *p, size_t source, const struct part *part, struct diag *d)
{
    char path[64];
    const struct rows *const rows = cutter_rows(p->sources[source].cutter);
    (void)snprintf(path, sizeof path, "/v1/batches?kind=%s", kind_name(rows_kind(rows)));
    const struct client_request request = {
        .path = path,
        .type = part->type,
        .body = part->body,
        .body_sha256 = part->sha256,
        .idempotency_key = part->key,
    };
    ON_EXIT(client_answer_free) struct client_answer a = { 0 };
    enum rc rc = client_send(p->client, &request, &a, d);
    if (rc == RC_OK && a.status != 202 && a.status != 200)
        rc = client_refusal(&a, d);
    return rc == RC_OK ? keep_sent(p, source, part, &a, d) : rc;
}

static enum rc push_source(struct push *p, size_t i, struct diag *d)
{
    struct source *const s = &p->sources[i];
    for (;;) {
        struct part part;
        bool end = false;
        enum rc rc = p->count == WINDOW ? settle_oldest(p, d) : RC_OK;
        (void)snprintf(p->result->file, sizeof p->result->file, "%s", p->o->files[i]);
        if (rc == RC_OK)
            rc = cutter_next(s->cutter, &part, &end, d);
        if (rc != RC_OK || end)
            return rc;
        if (part.before + part.rows <= s->skip) {
            p->result->counts.passed_over += part.rows;
            step(p, part.rows);
            continue;
        }
        rc = send_part(p, i, &part, d);
        if (rc != RC_OK)
            return rc;
    }
}

/* --- before the first, and after the last --- */

static enum rc open_source(struct push *p, size_t i, struct diag *d)
{
    struct source *const s = &p->sources[i];
    (void)snprintf(p->result->file, sizeof p->result->file, "%s", p->o->files[i]);
    enum rc rc = cutter_open(p->o->files[i], p->o->kind, p->o->part_rows, &s->cutter, d);
    if (rc != RC_OK)
        return rc;
    p->of += rows_count(cutter_rows(s->cutter));

    /* To whom it was sent is part of what a mark is for. */
    ON_EXIT(buf_free_at) struct buf to = { 0 };
    buf_printf(&to, "%s\n%s\n%llu", p->o->client.address->base, p->o->client.id,
               (unsigned long long)p->o->part_rows);
    rc = buf_rc(&to, d);
    if (rc == RC_OK)
        rc = resume_open(p->o->state_folder, cutter_rows(s->cutter), buf_cstr(&to), &s->resume, d);
    struct resume_mark mark;
    if (rc == RC_OK && p->o->resume && resume_read(&s->resume, &mark)) {
        s->skip = mark.place.row;
        p->mark = mark;
    }
    return rc;
}

static enum rc prepare(struct push *p, struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < p->o->file_count && rc == RC_OK; i++)
        rc = open_source(p, i, d);
    if (rc != RC_OK)
        return rc;
    p->result->file[0] = '\0';
    struct client_options options = p->o->client;
    options.waiting = p->o->watch.waiting;
    options.arg = p->o->watch.arg;
    rc = client_open(&options, &p->client, d);
    return rc == RC_OK ? reports_open(p->o, p->mark.errors_len, p->mark.results_len, &p->reports, d)
                       : rc;
}

static enum rc finish(struct push *p, struct diag *d)
{
    p->result->file[0] = '\0';
    const enum rc rc = reports_finish(&p->reports, d);
    for (size_t i = 0; i < p->o->file_count && rc == RC_OK; i++)
        resume_forget(&p->sources[i].resume);
    return rc;
}

enum rc push_run(const struct push_options *o, struct push_result *ret, struct diag *d)
{
    assert(o && o->file_count > 0 && o->file_count <= IMPORT_FILES_MAX && o->part_rows > 0 && ret);

    *ret = (struct push_result){ 0 };
    ON_EXIT(push_close_at) struct push *p = calloc(1, sizeof *p);
    if (!p)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while beginning to push");
    p->o = o;
    p->result = ret;
    p->reports.errors.fd = p->reports.results.fd = -1;

    enum rc rc = prepare(p, d);
    ret->begun = rc == RC_OK;
    for (size_t i = 0; i < o->file_count && rc == RC_OK; i++)
        rc = push_source(p, i, d);
    if (rc == RC_OK)
        rc = settle_all(p, d);
    return rc == RC_OK ? finish(p, d) : rc;
}
