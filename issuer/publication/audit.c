#include "issuer/publication/audit_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void audit_free(struct audit *a)
{
    free(a->findings);
    *a = (struct audit){ 0 };
}

/* A text that was cut to fit may end inside a character, which JSON would not take. */
static void drop_half_character(char *text, size_t size)
{
    size_t len = strlen(text);
    if (len + 1 < size)
        return;
    while (len > 0 && ((uint8_t)text[len - 1] & 0xC0) == 0x80)
        len--;
    if (len > 0 && ((uint8_t)text[len - 1] & 0x80) != 0)
        len--;
    text[len] = '\0';
}

void audit_note(struct audit *a, const char *subject, const char *fmt, ...)
{
    a->finding_count++;
    if (!a->findings)
        a->findings = calloc(AUDIT_FINDINGS_MAX, sizeof *a->findings);
    if (!a->findings || a->kept == AUDIT_FINDINGS_MAX)
        return;

    struct audit_finding *const f = &a->findings[a->kept++];
    (void)snprintf(f->subject, sizeof f->subject, "%s", subject);
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(f->text, sizeof f->text, fmt, args);
    va_end(args);
    drop_half_character(f->subject, sizeof f->subject);
    drop_half_character(f->text, sizeof f->text);
}

enum rc audit_absorb(struct audit *a, const char *subject, enum rc rc, const struct diag *why,
                     struct diag *d)
{
    if (rc == RC_NOMEM || rc == RC_IO || rc == RC_FULL)
        return diag_set(d, rc, why->offset, "%s", why->text);
    if (rc != RC_OK)
        audit_note(a, subject, "%s", why->text[0] ? why->text : rc_text(rc));
    return RC_OK;
}

void audit_step(struct audit_run *run)
{
    run->done++;
    if (run->progress && run->done % 1024 == 0)
        run->progress(run->ctx, run->done < run->of ? run->done : run->of, run->of);
}

/* Rows are replayed while the signatures of a batch of leaves are checked beside. */
static enum rc walk(struct log_walk *log, struct replay *rows, struct diag *d)
{
    enum rc rc = RC_OK;
    for (uint64_t left = log_walk_batches(log); rc == RC_OK && left > 0; left--) {
        rc = log_walk_begin(log, d);
        if (rc == RC_OK)
            rc = replay_steps(rows, (replay_left(rows) + left - 1) / left, d);
        if (rc == RC_OK)
            log_walk_end(log);
    }
    if (rc == RC_OK)
        rc = replay_steps(rows, replay_left(rows), d);
    if (rc != RC_OK)
        return rc;
    log_walk_finish(log);
    return replay_finish(rows, d);
}

uint64_t audit_length(struct reg *r)
{
    return register_log_size(r) + register_row_count(r) + register_cert_count(r) +
           register_person_count(r);
}

/* NOLINTNEXTLINE(readability-function-size): one question, with whoever watches it */
enum rc audit_run(struct reg *r, const struct home *h, unsigned threads,
                  void (*progress)(void *ctx, uint64_t done, uint64_t of), void *ctx,
                  struct audit *ret, struct diag *d)
{
    assert(r && h && threads > 0 && ret);

    ON_EXIT(audit_free) struct audit result = { 0 };
    struct audit_run run = {
        .reg = r,
        .home = h,
        .threads = threads,
        .progress = progress,
        .ctx = ctx,
        .of = audit_length(r),
        .result = &result,
    };
    ON_EXIT(log_walk_free_at) struct log_walk *log = NULL;
    ON_EXIT(replay_free_at) struct replay *rows = NULL;
    enum rc rc = log_walk_open(&run, &log, d);
    if (rc == RC_OK)
        rc = replay_open(&run, &rows, d);
    if (rc == RC_OK)
        rc = walk(log, rows, d);
    if (rc != RC_OK)
        return rc;

    *ret = result;
    result.findings = NULL;
    return RC_OK;
}

void audit_join(struct audit *to, const struct audit *from)
{
    for (size_t i = 0; i < from->kept; i++)
        audit_note(to, from->findings[i].subject, "%s", from->findings[i].text);
    to->finding_count += from->finding_count - from->kept;
}

static json_t *findings_json(const struct audit *a)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (size_t i = 0; i < a->kept; i++)
        failed |=
            json_array_append_new(list, json_pack("{s:s,s:s}", "subject", a->findings[i].subject,
                                                  "text", a->findings[i].text));
    if (failed) {
        json_decref(list);
        return NULL;
    }
    return list;
}

json_t *audit_json(const struct audit *a)
{
    json_t *findings = findings_json(a);
    if (!findings)
        return NULL;
    return json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:I,s:o}", "agree",
                     a->finding_count == 0, "certificates", (json_int_t)a->certificates, "versions",
                     (json_int_t)a->versions, "orders", (json_int_t)a->orders, "voids",
                     (json_int_t)a->voids, "rows", (json_int_t)a->rows, "persons",
                     (json_int_t)a->persons, "log_size", (json_int_t)a->log_size, "checkpoints",
                     (json_int_t)a->checkpoints, "root", a->root, "finding_count",
                     (json_int_t)a->finding_count, "findings", findings);
}
