#include "issuer/reader/overview.h"

#include <assert.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "core/text/html.h"
#include "issuer/overview/drawing.h"
#include "issuer/overview/overview_page.h"
#include "issuer/overview/overview_words.h"
#include "issuer/scheme/units.h"

#define MONTH_AT  5   /* in it */
#define MONTH_LEN 7   /* YYYY-MM */
#define UNIT_MAX  999 /* the last id */
#define CHINESE   "zh-CN"

struct overviews {
    pthread_mutex_t lock;
    bool made;
    double made_at;
    int64_t published; /* Unix seconds; 0: not yet */
    struct report report;
    struct report_details details;
};

/* What is being written. */
struct telling {
    const struct overviews *of;
    int64_t now;
    bool english;
    struct buf *to;
};

static const char *say(const struct telling *t, enum overview_word w)
{
    return overview_word(w, t->english);
}

/* --- drawings --- */

static struct drawing drawing_of(const struct telling *t, const char *id, enum overview_word title,
                                 enum overview_word head)
{
    return (struct drawing){
        .english = t->english, .id = id, .title = say(t, title), .head = say(t, head)
    };
}

static void draw_months(const struct telling *t, const char *id, enum overview_word title,
                        const int32_t first[REPORT_MONTHS], const uint64_t values[REPORT_MONTHS])
{
    char labels[REPORT_MONTHS][DATE_TEXT_LEN + 1];
    struct drawn items[REPORT_MONTHS];
    for (size_t i = 0; i < REPORT_MONTHS; i++) {
        date_format(first[i], labels[i]);
        labels[i][MONTH_LEN] = '\0';
        /* The year where it begins, and in the first place. */
        const int month = atoi(labels[i] + MONTH_AT);
        const bool with_year = month == 1 || (i == 0 && month < 12);
        items[i] = (struct drawn){ .label = labels[i],
                                   .short_label = labels[i] + (with_year ? 2 : MONTH_AT),
                                   .value = values[i] };
    }
    struct drawing d = drawing_of(t, id, title, SAY_MONTH);
    d.items = items;
    d.count = REPORT_MONTHS;
    drawing_columns(t->to, &d);
}

static void draw_states(const struct telling *t)
{
    const struct report_row *const all = &t->of->report.total;
    const struct {
        enum overview_word word;
        uint64_t value;
    } states[] = {
        { SAY_VALID, all->in_force - all->due_90 },
        { SAY_DUE, all->due_90 },
        { SAY_LAPSED, all->lapsed },
        { SAY_SUSPENDED, all->suspended },
        { SAY_REVOKED, all->revoked },
        { SAY_WITHDRAWN, all->withdrawn },
        { SAY_CANCELLED, all->cancelled },
    };
    struct drawn items[sizeof states / sizeof states[0]];
    struct drawing d = drawing_of(t, "by-state", SAY_BY_STATE, SAY_STATE);
    for (; d.count < sizeof states / sizeof states[0]; d.count++)
        items[d.count] =
            (struct drawn){ .label = say(t, states[d.count].word), .value = states[d.count].value };
    d.items = items;
    drawing_bars(t->to, &d);
}

static void draw_posts(const struct telling *t)
{
    struct drawn items[POST_CODE_MAX + 1];
    struct drawing d = drawing_of(t, "by-post", SAY_BY_POST, SAY_POST);
    const struct post *post = NULL;
    for (; (post = post_at(d.count)) != NULL; d.count++)
        items[d.count] = (struct drawn){ .label = t->english ? post->name_en : post->name,
                                         .value = t->of->details.in_force[post->code] };
    d.items = items;
    drawing_bars(t->to, &d);
}

static const struct report_row *row_of(const struct report *rep, uint32_t unit)
{
    for (size_t i = 0; i < rep->count; i++)
        if (rep->rows[i].unit == unit)
            return &rep->rows[i];
    return NULL;
}

/* Every authority that the notice names, and whoever else is registered. */
static void draw_units(const struct telling *t)
{
    static const char *const lang[] = { NULL, CHINESE };
    struct drawn items[UNIT_MAX];
    struct drawing d = drawing_of(t, "by-unit", SAY_BY_UNIT, SAY_UNIT);
    for (uint32_t unit = 1; unit <= UNIT_MAX; unit++) {
        const char *const name = unit_short_name(unit);
        const struct report_row *const row = row_of(&t->of->report, unit);
        if (!name && !row)
            continue;
        items[d.count++] = (struct drawn){ .label = row ? row->name : name,
                                           .short_label = name,
                                           .lang = lang[t->english],
                                           .value = row ? row->in_force : 0,
                                           .unit = unit };
    }
    d.items = items;
    drawing_tiles(t->to, &d);
}

/* --- the table --- */

static void put_cells(struct buf *to, const struct report_row *row)
{
#define X(column, chinese, unit) buf_printf(to, "<td>%" PRIu64 "</td>", row->column);
    REPORT_COLUMNS(X)
#undef X
}

static void put_row(const struct telling *t, const struct report_row *row)
{
    char id[4];
    unit_id_format(row->unit, id);
    buf_printf(t->to, "<tr><th scope=\"row\">%s <span lang=\"" CHINESE "\">", id);
    html_put(t->to, span_text(row->name));
    buf_printf(t->to, "</span></th><td>%s</td><td>%s</td>",
               report_plan_word(row->plan, !t->english),
               report_docking_word(row->docking, !t->english));
    put_cells(t->to, row);
    buf_put_text(t->to, "</tr>\n");
}

static void put_heads(const struct telling *t)
{
    static const char *const heads[][2] = {
#define X(column, chinese, unit) { chinese "（" unit "）", #column },
        REPORT_COLUMNS(X)
#undef X
    };
    buf_printf(
        t->to,
        "<thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>",
        say(t, SAY_UNIT), say(t, SAY_PLAN), say(t, SAY_DOCKING));
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        buf_printf(t->to, "<th scope=\"col\">%s</th>", heads[i][t->english]);
    buf_put_text(t->to, "</tr></thead>\n");
}

static void put_table(const struct telling *t)
{
    const struct report *const rep = &t->of->report;
    buf_printf(t->to,
               "<h3 id=\"table\">%s</h3>\n<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
               "aria-labelledby=\"table\">\n<table>",
               say(t, SAY_TABLE));
    put_heads(t);
    buf_put_text(t->to, "<tbody>\n");
    for (size_t i = 0; i < rep->count; i++)
        put_row(t, &rep->rows[i]);
    buf_printf(t->to, "</tbody>\n<tfoot><tr><th scope=\"row\">%s</th><td></td><td></td>",
               say(t, SAY_TOTAL));
    put_cells(t->to, &rep->total);
    buf_put_text(t->to, "</tr></tfoot></table>\n</div>\n");
}

/* --- together --- */

static void put_all(const struct telling *t)
{
    const struct report_details *const d = &t->of->details;
    char as_of[DATE_TEXT_LEN + 1];
    date_format(t->of->report.as_of, as_of);
    buf_printf(t->to,
               "<section aria-labelledby=\"report\">\n<h2 id=\"report\">%s</h2>\n<p>%s %s · %s ",
               say(t, SAY_REPORT), say(t, SAY_REPORT_AS_OF), as_of, say(t, SAY_SNAPSHOT));
    overview_put_moment(t->to, t->of->published, t->now, t->english);
    buf_put_text(t->to, "</p>\n<div class=\"drawings\">\n");
    draw_months(t, "by-month", SAY_BY_MONTH, d->months, d->issued);
    draw_months(t, "renewed", SAY_BY_MONTH_RENEWED, d->months, d->renewed);
    draw_months(t, "ahead", SAY_AHEAD, d->ahead, d->deadlines);
    draw_states(t);
    draw_posts(t);
    draw_units(t);
    buf_put_text(t->to, "</div>\n");
    put_table(t);
    buf_put_text(t->to, "</section>\n");
}

/* The lock is held. A sequence is the time of its publication, or one more than the one before. */
static enum rc make(struct overviews *o, struct reg *r, const struct home *home, struct diag *d)
{
    struct report rep = { 0 };
    struct report_details details = { .issued = { 0 } };
    int64_t published = 0;
    enum rc rc = register_fact(r, FACT_LAST_SEQUENCE, 0, &published, d);
    if (rc == RC_OK)
        rc = report_make_detailed(r, home->policy, date_of_time(home->now), &rep, &details, d);
    if (rc != RC_OK)
        return rc;
    report_free(&o->report);
    o->report = rep;
    o->details = details;
    o->published = published;
    o->made_at = clock_elapsed();
    o->made = true;
    return RC_OK;
}

enum rc overviews_tell(struct overviews *o, struct reg *r, const struct home *home, bool english,
                       struct buf *to, struct diag *d)
{
    assert(o && r && home && to);

    enum rc rc = RC_OK;
    (void)pthread_mutex_lock(&o->lock);
    if (!o->made || clock_elapsed() - o->made_at >= OVERVIEW_KEEP_S)
        rc = make(o, r, home, d);
    if (rc == RC_OK)
        put_all(&(struct telling){ .of = o, .now = home->now, .english = english, .to = to });
    (void)pthread_mutex_unlock(&o->lock);
    return rc == RC_OK ? buf_rc(to, d) : rc;
}

enum rc overviews_open(struct overviews **ret, struct diag *d)
{
    assert(ret);

    struct overviews *const o = calloc(1, sizeof *o);
    if (!o || pthread_mutex_init(&o->lock, NULL) != 0) {
        free(o);
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "the overview");
    }
    *ret = o;
    return RC_OK;
}

void overviews_close(struct overviews *o)
{
    if (!o)
        return;
    report_free(&o->report);
    (void)pthread_mutex_destroy(&o->lock);
    free(o);
}
