#include <stdlib.h>
#include <string.h>

#include "core/base/dates.h"
#include "verifier/daemon/bulk.h"
#include "verifier/daemon/bulk_watch.h"

static struct span cut(struct span s, size_t max)
{
    return span_of(s.ptr, s.len < max ? s.len : max);
}

static enum rc judge_row(struct endpoint *e, struct span token, struct bulk_result *ret,
                         struct diag *d)
{
    ON_EXIT(checked_free) struct checked c = { 0 };
    const enum rc rc = check_token(e->store, token, &c, d);
    if (rc != RC_OK)
        return rc;
    ret->found = c.v.authentic == AUTH_TRUE ? BULK_FOUND : BULK_NOT_AUTHENTIC;
    ret->state = c.v.state;
    ret->in_force = c.v.in_force;
    ret->deadline = c.v.deadline;
    ret->days_left = c.v.days_left;
    return RC_OK;
}

/* ret_found: what a line says unless there is something to judge. */
static enum rc ask(struct endpoint *e, const struct lookup_question *q, struct buf *ret,
                   enum bulk_found *ret_found, struct diag *d)
{
    uint32_t retry_s = 0;
    switch (lookups_ask(e->lookups, q, ret, &retry_s, d)) {
    case LOOKUP_FOUND:
        *ret_found = BULK_FOUND;
        return RC_OK;
    case LOOKUP_NO_MATCH:
        *ret_found = BULK_NO_MATCH;
        return RC_OK;
    case LOOKUP_CLOSED:
    case LOOKUP_BUSY:
        *ret_found = BULK_NOT_CHECKED;
        return RC_OK;
    case LOOKUP_FAILED:
        break;
    }
    return diag_set(d, RC_IO, DIAG_NO_OFFSET, "look-ups cannot be done");
}

/* A number that was asked about too often is left out; the rest of the list goes on. */
static enum rc check_certificate(struct endpoint *e, const struct lookup_question *q,
                                 struct bulk_result *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf token = { 0 };
    const enum rc rc = ask(e, q, &token, &ret->found, d);
    return rc == RC_OK && ret->found == BULK_FOUND ? judge_row(e, buf_span(&token), ret, d) : rc;
}

/* Zeroed but for its row, which is to say: not checked. NULL: out of memory. */
static struct bulk_result *add_line(struct bulk *b, size_t row)
{
    if (b->line_count == b->line_room) {
        const size_t room = b->line_room ? 2 * b->line_room : b->list.count;
        struct bulk_result *const grown = realloc(b->lines, room * sizeof *grown);
        if (!grown)
            return NULL;
        b->lines = grown;
        b->line_room = room;
    }
    struct bulk_result *const line = &b->lines[b->line_count++];
    *line = (struct bulk_result){ .row = (uint32_t)row };
    return line;
}

static enum rc add_certificate(struct endpoint *e, struct bulk *b, size_t row,
                               struct lookup_question *q, struct span number, struct diag *d)
{
    struct bulk_result *const line = add_line(b, row);
    if (!line)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a list");
    q->number = number;
    const enum rc rc = check_certificate(e, q, line, d);
    /* A number that was not asked about is not told: its holder would not see who learned it. */
    if (rc == RC_OK && line->found != BULK_NOT_CHECKED)
        memcpy(line->number, number.ptr, number.len);
    return rc;
}

/* Name and document number alone, by who may: all that the person has. */
static enum rc check_person(struct endpoint *e, struct bulk *b, size_t row,
                            struct lookup_question *q, struct diag *d)
{
    struct lookup_numbers numbers = { .count = 0 };
    enum bulk_found found = BULK_NOT_CHECKED;
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    enum rc rc = b->employer.people_per_day > 0 ? ask(e, q, &bytes, &found, d) : RC_OK;
    if (rc == RC_OK && found == BULK_FOUND)
        rc = lookup_numbers_read(buf_span(&bytes), &numbers, d);
    for (size_t i = 0; rc == RC_OK && i < numbers.count; i++)
        rc = add_certificate(e, b, row, q, numbers.at[i], d);
    if (rc != RC_OK || numbers.count > 0)
        return rc;
    struct bulk_result *const line = add_line(b, row);
    if (!line)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a list");
    line->found = found;
    return RC_OK;
}

static enum rc check_row(struct endpoint *e, struct bulk *b, size_t row, struct diag *d)
{
    struct lookup_question q = {
        .number = cut(bulk_cell(&b->list, row, BULK_NUMBER), LOOKUP_NUMBER_MAX),
        .name = cut(bulk_cell(&b->list, row, BULK_NAME), LOOKUP_NAME_MAX),
        .id_number = cut(bulk_cell(&b->list, row, BULK_ID_NUMBER), LOOKUP_ID_MAX),
        .key = b->key,
        .watched = b->list.watched,
        .today = b->today,
    };
    if (q.number.len == 0)
        return check_person(e, b, row, &q, d);
    struct bulk_result *const line = add_line(b, row);
    return line ? check_certificate(e, &q, line, d)
                : diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a list");
}

static enum rc begin(struct endpoint *e, struct bulk *b, struct diag *d)
{
    ON_EXIT(publication_put_at) struct publication *p = store_get(e->store);
    struct evidence evidence;
    const enum rc rc = publication_evidence(p, &evidence, d);
    if (rc != RC_OK)
        return rc;
    b->today = date_of_time(evidence.now);
    b->summary.at = evidence.now;
    b->as_of = bundle_times(publication_bundle(p)).issued;
    b->summary.employer = &b->employer;
    return RC_OK;
}

/* Of a list that is watched only what has changed is told. */
static void watch_row(struct bulk *b, size_t from)
{
    const size_t count = b->line_count - from;
    watch_mark(&b->list, &b->lines[from], count, &b->marks);
    if (!watch_tells(&b->list, &b->lines[from], count, buf_span(&b->marks)))
        b->line_count = from;
}

enum rc bulk_check(struct endpoint *e, struct bulk *b, struct diag *d)
{
    enum rc rc = begin(e, b, d);
    for (size_t row = 0; rc == RC_OK && row < b->list.count; row++) {
        const size_t from = b->line_count;
        rc = check_row(e, b, row, d);
        for (size_t i = from; i < b->line_count; i++)
            bulk_count(&b->summary, &b->lines[i]);
        if (rc == RC_OK && b->list.watched)
            watch_row(b, from);
    }
    return rc == RC_OK ? buf_rc(&b->marks, d) : rc;
}
