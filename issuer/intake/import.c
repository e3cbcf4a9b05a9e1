#include "issuer/intake/import.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "issuer/intake/feed.h"
#include "issuer/intake/outfile.h"
#include "issuer/intake/report_row.h"
#include "issuer/intake/resume.h"

#define BATCH_ROWS 512u /* at most; a group of the engine is some of these */

struct source {
    struct rows *rows;
    struct resume resume;
    struct resume_mark mark;
    bool marked; /* a mark was found for it */
    char folder[PATH_LEN];
};

struct import {
    const struct home *home;
    const struct import_options *o;
    struct import_result *result;
    struct source sources[IMPORT_FILES_MAX];
    struct engine *engine;
    struct outfile errors, results;
    uint64_t done, of; /* rows, for the watch */
    /* since the last commit */
    struct buf errors_text, results_text;
    struct import_counts group;
};

static void import_close_at(struct import **at)
{
    struct import *const m = *at;
    if (!m)
        return;
    engine_close(m->engine);
    for (size_t i = 0; i < m->o->file_count; i++)
        rows_close(m->sources[i].rows);
    outfile_close(&m->errors);
    outfile_close(&m->results);
    buf_free(&m->errors_text);
    buf_free(&m->results_text);
    free(m);
}

static void folder_of(const char *path, char ret[PATH_LEN])
{
    const char *const slash = strrchr(path, '/');
    const int len = !slash ? 1 : slash == path ? 1 : (int)(slash - path);
    (void)snprintf(ret, PATH_LEN, "%.*s", len, slash ? path : ".");
}

static enum rc open_source(struct import *m, size_t i, struct diag *d)
{
    const char *const path = m->o->files[i];
    struct source *const s = &m->sources[i];
    (void)snprintf(m->result->file, sizeof m->result->file, "%s", path);
    folder_of(path, s->folder);

    enum rc rc = rows_open(path, m->o->kind, &s->rows, d);
    if (rc != RC_OK)
        return rc;
    rc = resume_open(m->home->path, s->rows, m->o->sender, &s->resume, d);
    m->of += rows_count(s->rows);
    if (m->o->watch.opened)
        m->o->watch.opened(m->o->watch.arg, s->rows);
    return rc;
}

/* A mark that knows more rows than the register has is of a register that is no more. */
static void find_marks(struct import *m)
{
    const uint64_t known = register_row_count(engine_register(m->engine));
    for (size_t i = 0; i < m->o->file_count; i++) {
        struct source *const s = &m->sources[i];
        s->marked =
            m->o->resume && resume_read(&s->resume, &s->mark) && s->mark.register_rows <= known;
    }
}

static enum rc open_reports(struct import *m, struct diag *d)
{
    uint64_t errors_len = 0, results_len = 0;
    for (size_t i = 0; i < m->o->file_count; i++)
        if (m->sources[i].marked) {
            errors_len = m->sources[i].mark.errors_len;
            results_len = m->sources[i].mark.results_len;
        }

    enum rc rc =
        m->o->errors_path ? outfile_open(m->o->errors_path, errors_len, &m->errors, d) : RC_OK;
    if (rc == RC_OK && m->o->errors_path && m->errors.len == 0)
        errors_put_header(&m->errors_text, m->o->file_count > 1);
    if (rc == RC_OK && m->o->results_path)
        rc = outfile_open(m->o->results_path, results_len, &m->results, d);
    return rc;
}

static enum rc open_engine(struct import *m, struct diag *d)
{
    const struct engine_options options = {
        .sender = m->o->sender,
        .dry_run = m->o->dry_run,
        .operator_key = m->o->operator_key,
        .second_operator_key = m->o->second_operator_key,
    };
    return engine_open(m->home, &options, &m->engine, d);
}

static void add_counts(struct import_counts *to, const struct import_counts *more)
{
    to->rows += more->rows;
    for (size_t i = 0; i < OUTCOME_COUNT; i++)
        to->of[i] += more->of[i];
}

static void report(struct import *m, const struct source *s, const struct batch_row *row,
                   const struct outcome *outcome)
{
    const struct row_report r = { .row = row,
                                  .outcome = outcome,
                                  .file = m->o->file_count > 1 ? rows_name(s->rows) : NULL,
                                  .chinese = m->o->chinese };
    import_count(&m->group, outcome->outcome);
    if (m->o->errors_path)
        errors_put(&m->errors_text, &r);
    if (m->o->results_path)
        result_put(&m->results_text, &r);
    if (m->o->watch.refused &&
        (outcome->outcome == OUTCOME_REFUSED || outcome->outcome == OUTCOME_CONFLICT))
        m->o->watch.refused(m->o->watch.arg, s->rows, row, outcome);
}

static enum rc apply_row(struct import *m, const struct source *s, const struct batch_row *row,
                         struct diag *d)
{
    struct outcome outcome = { .outcome = OUTCOME_REFUSED };
    enum rc rc = RC_OK;
    if (row->misshapen)
        outcome.reasons = *row->early;
    else
        rc = engine_apply(m->engine, &row->record, row->early, &outcome, d);
    if (rc == RC_OK)
        report(m, s, row, &outcome);
    return rc;
}

static enum rc put_report(struct outfile *to, struct buf *text, struct diag *d)
{
    enum rc rc = buf_rc(text, d);
    if (rc == RC_OK && text->len > 0)
        rc = outfile_put(to, buf_span(text), d);
    buf_clear(text);
    return rc;
}

/* Durable first, then said. */
static enum rc commit(struct import *m, struct diag *d)
{
    enum rc rc = engine_commit(m->engine, d);
    if (rc != RC_OK)
        return rc;
    add_counts(&m->result->counts, &m->group);
    m->group = (struct import_counts){ 0 };
    rc = put_report(&m->errors, &m->errors_text, d);
    return rc == RC_OK ? put_report(&m->results, &m->results_text, d) : rc;
}

static enum rc mark_place(struct import *m, const struct source *s, const struct place *place,
                          struct diag *d)
{
    if (m->o->dry_run)
        return RC_OK;
    const struct resume_mark mark = { .place = *place,
                                      .register_rows =
                                          register_row_count(engine_register(m->engine)),
                                      .errors_len = m->errors.len,
                                      .results_len = m->results.len };
    return resume_write(&s->resume, &mark, d);
}

static bool asked_to_stop(const struct import *m)
{
    return m->o->stop && *m->o->stop;
}

static enum rc apply_batch(struct import *m, const struct source *s, const struct batch *b,
                           struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < b->count && rc == RC_OK; i++)
        rc = apply_row(m, s, &b->rows[i], d);
    if (rc != RC_OK)
        return rc;
    m->done += b->count;
    if (m->o->watch.step)
        m->o->watch.step(m->o->watch.arg, m->done, m->of);

    const bool stop = asked_to_stop(m);
    m->result->stopped = stop && !b->last;
    if (!b->last && !stop && m->group.rows < m->home->settings.group_rows)
        return RC_OK;
    rc = commit(m, d);
    if (rc == RC_OK && b->rc == RC_OK)
        rc = mark_place(m, s, &b->next, d);
    /* What could be read before it failed is kept, as the marks say. */
    return rc == RC_OK && b->rc != RC_OK ? diag_set(d, b->rc, b->why.offset, "%s", b->why.text)
                                         : rc;
}

static enum rc apply_source(struct import *m, struct source *s, struct diag *d)
{
    (void)snprintf(m->result->file, sizeof m->result->file, "%s", rows_name(s->rows));
    if (s->marked) {
        const enum rc rc = rows_seek(s->rows, &s->mark.place, d);
        if (rc != RC_OK)
            return rc;
        m->result->counts.passed_over += s->mark.place.row;
        m->done += s->mark.place.row;
    }

    const uint32_t group = m->home->settings.group_rows;
    ON_EXIT(feed_close_at) struct feed *feed = NULL;
    enum rc rc = feed_open(s->rows, s->folder, date_of_time(m->home->now),
                           group < BATCH_ROWS ? group : BATCH_ROWS, &feed, d);
    bool last = false;
    while (rc == RC_OK && !last && !m->result->stopped) {
        const struct batch *const b = feed_next(feed);
        last = b->last;
        rc = apply_batch(m, s, b, d);
    }
    return rc;
}

static enum rc finish(struct import *m, struct diag *d)
{
    m->result->file[0] = '\0';
    enum rc rc = engine_flush(m->engine, d);
    if (rc != RC_OK || m->result->stopped)
        return rc;

    /* A file without rows still has a header in its report. */
    rc = put_report(&m->errors, &m->errors_text, d);
    if (rc == RC_OK)
        rc = outfile_finish(&m->errors, d);
    if (rc == RC_OK)
        rc = outfile_finish(&m->results, d);
    for (size_t i = 0; i < m->o->file_count && rc == RC_OK && !m->o->dry_run; i++)
        resume_forget(&m->sources[i].resume);
    return rc;
}

static enum rc prepare(struct import *m, struct diag *d)
{
    enum rc rc = RC_OK;
    for (size_t i = 0; i < m->o->file_count && rc == RC_OK; i++)
        rc = open_source(m, i, d);
    if (rc != RC_OK)
        return rc;

    m->result->file[0] = '\0';
    rc = open_engine(m, d);
    if (rc != RC_OK)
        return rc;
    find_marks(m);
    return open_reports(m, d);
}

enum rc import_run(const struct home *home, const struct import_options *o,
                   struct import_result *ret, struct diag *d)
{
    assert(home && o && o->file_count > 0 && o->file_count <= IMPORT_FILES_MAX && o->sender && ret);

    *ret = (struct import_result){ 0 };
    ON_EXIT(import_close_at) struct import *m = calloc(1, sizeof *m);
    if (!m)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "while beginning an import");
    m->home = home;
    m->o = o;
    m->result = ret;
    m->errors.fd = m->results.fd = -1;

    enum rc rc = prepare(m, d);
    ret->begun = rc == RC_OK;
    for (size_t i = 0; i < o->file_count && rc == RC_OK && !ret->stopped; i++)
        rc = apply_source(m, &m->sources[i], d);
    return rc == RC_OK ? finish(m, d) : rc;
}
