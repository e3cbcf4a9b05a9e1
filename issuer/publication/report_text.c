#include "issuer/publication/report.h"

#include <stdio.h>
#include <string.h>

#include "core/cli/width.h"
#include "issuer/scheme/units.h"

static const char *const plan_words[] = { "none", "submitted", "approved", "halted" };
static const char *const plan_chinese[] = { "未报", "已报", "通过", "叫停" };
static const char *const docking_words[] = { "none", "requested", "done" };
static const char *const docking_chinese[] = { "无", "已提出", "已完成" };

const char *report_plan_word(enum plan plan, bool chinese)
{
    return chinese ? plan_chinese[plan] : plan_words[plan];
}

const char *report_docking_word(enum docking docking, bool chinese)
{
    return chinese ? docking_chinese[docking] : docking_words[docking];
}

/* --- JSON --- */

static json_t *row_json(const struct report_row *row, bool total)
{
    char id[4] = "";
    if (!total)
        unit_id_format(row->unit, id);

    json_t *o = json_object();
    int failed = o == NULL;
    failed |= json_object_set_new(o, "unit_id", total ? json_null() : json_string(id));
    failed |= json_object_set_new(o, "name", json_string(row->name));
    failed |=
        json_object_set_new(o, "plan", total ? json_null() : json_string(plan_words[row->plan]));
    failed |= json_object_set_new(o, "docking",
                                  total ? json_null() : json_string(docking_words[row->docking]));
#define X(column, chinese, unit)                                                                   \
    failed |= json_object_set_new(o, #column, json_integer((json_int_t)row->column));
    REPORT_COLUMNS(X)
#undef X
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return o;
}

json_t *report_json(const struct report *rep)
{
    char as_of[DATE_TEXT_LEN + 1];
    date_format(rep->as_of, as_of);

    json_t *units = json_array();
    int failed = units == NULL;
    for (size_t i = 0; i < rep->count; i++)
        failed |= json_array_append_new(units, row_json(&rep->rows[i], false));

    json_t *o = json_object();
    failed |= json_object_set_new(o, "as_of", json_string(as_of));
    failed |= json_object_set_new(o, "units", units); /* takes the reference, also when it fails */
    failed |= json_object_set_new(o, "total", row_json(&rep->total, true));
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* --- CSV --- */

/* A cell that a spreadsheet would take for a formula gets an apostrophe; quotes are doubled. */
static void csv_text(struct buf *to, const char *text)
{
    static const char *const risky[] = { "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠" };
    buf_put_text(to, "\"");
    for (size_t i = 0; i < sizeof risky / sizeof risky[0]; i++) {
        if (strncmp(text, risky[i], strlen(risky[i])) == 0)
            buf_put_text(to, "'");
    }
    for (; *text; text++) {
        buf_put(to, text, 1);
        if (*text == '"')
            buf_put(to, text, 1);
    }
    buf_put_text(to, "\"");
}

static void csv_row(struct buf *to, const struct report_row *row, bool total)
{
    char id[4] = "";
    if (!total)
        unit_id_format(row->unit, id);
    buf_printf(to, "%s,", id);
    csv_text(to, row->name);
    buf_printf(to, ",%s,%s", total ? "" : plan_words[row->plan],
               total ? "" : docking_words[row->docking]);
#define X(column, chinese, unit) buf_printf(to, ",%llu", (unsigned long long)row->column);
    REPORT_COLUMNS(X)
#undef X
    buf_put_text(to, "\r\n");
}

void report_csv(struct buf *to, const struct report *rep)
{
    buf_put_text(to, "unit_id,name,plan,docking");
#define X(column, chinese, unit) buf_put_text(to, "," #column);
    REPORT_COLUMNS(X)
#undef X
    buf_put_text(to, "\r\n");
    for (size_t i = 0; i < rep->count; i++)
        csv_row(to, &rep->rows[i], false);
    csv_row(to, &rep->total, true);
}

/* --- for a person --- */

static void pad(struct buf *to, size_t have, size_t want)
{
    for (size_t i = have; i < want; i++)
        buf_put_text(to, " ");
}

static void left(struct buf *to, const char *text, size_t width)
{
    buf_put_text(to, text);
    pad(to, text_width(span_text(text)), width);
}

static void right(struct buf *to, const char *text, size_t width)
{
    pad(to, text_width(span_text(text)), width);
    buf_put_text(to, text);
}

/* "033 浙江省住房和城乡建设厅", and the width of the longest. */
static void row_name(const struct report_row *row, bool total, bool chinese, struct buf *to)
{
    char id[4] = "   ";
    if (!total)
        unit_id_format(row->unit, id);
    buf_printf(to, "%s %s", id, total && !chinese ? "total" : row->name);
}

static size_t name_width(const struct report *rep, bool chinese)
{
    size_t width = 12;
    for (size_t i = 0; i < rep->count; i++) {
        ON_EXIT(buf_free_at) struct buf name = { 0 };
        row_name(&rep->rows[i], false, chinese, &name);
        const size_t w = text_width(buf_span(&name));
        width = w > width ? w : width;
    }
    return width + 2;
}

struct column_head {
    const char *name, *chinese, *unit;
};
static const struct column_head heads[] = {
#define X(column, chinese, unit) { #column, chinese, unit },
    REPORT_COLUMNS(X)
#undef X
};

static void head_text(const struct column_head *h, bool chinese, char *ret, size_t size)
{
    if (chinese)
        (void)snprintf(ret, size, "%s(%s)", h->chinese, h->unit);
    else
        (void)snprintf(ret, size, "%s", h->name);
}

static size_t column_width(const struct column_head *h, bool chinese)
{
    char text[64];
    head_text(h, chinese, text, sizeof text);
    const size_t width = text_width(span_text(text));
    return (width < 7 ? 7 : width) + 2;
}

static void text_head(struct buf *to, size_t width, bool chinese)
{
    left(to, chinese ? "主管部门" : "authority", width);
    left(to, chinese ? "方案" : "plan", chinese ? 6 : 11);
    left(to, chinese ? "对接" : "docking", chinese ? 8 : 11);
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        char text[64];
        head_text(&heads[i], chinese, text, sizeof text);
        right(to, text, column_width(&heads[i], chinese));
    }
    buf_put_text(to, "\n");
}

static void text_row(struct buf *to, const struct report_row *row, bool total, size_t width,
                     bool chinese)
{
    ON_EXIT(buf_free_at) struct buf name = { 0 };
    const uint64_t cells[] = {
#define X(column, chinese, unit) row->column,
        REPORT_COLUMNS(X)
#undef X
    };
    const char *plan = report_plan_word(row->plan, chinese);
    const char *docking = report_docking_word(row->docking, chinese);

    row_name(row, total, chinese, &name);
    left(to, buf_cstr(&name), width);
    left(to, total ? "" : plan, chinese ? 6 : 11);
    left(to, total ? "" : docking, chinese ? 8 : 11);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        char text[24];
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)cells[i]);
        right(to, text, column_width(&heads[i], chinese));
    }
    buf_put_text(to, "\n");
}

void report_text(struct buf *to, const struct report *rep, bool chinese)
{
    char as_of[DATE_TEXT_LEN + 1];
    date_format(rep->as_of, as_of);

    buf_printf(to,
               chinese
                   ? "截至 %s：方案通过 %zu 个，叫停 %zu 个；系统对接已提出 %zu 个，已完成 %zu 个\n"
                   : "as of %s: plans approved %zu, halted %zu; docking requested %zu, done %zu\n",
               as_of, rep->plans[PLAN_APPROVED], rep->plans[PLAN_HALTED],
               rep->dockings[DOCKING_REQUESTED] + rep->dockings[DOCKING_DONE],
               rep->dockings[DOCKING_DONE]);
    const size_t width = name_width(rep, chinese);
    text_head(to, width, chinese);
    for (size_t i = 0; i < rep->count; i++)
        text_row(to, &rep->rows[i], false, width, chinese);
    text_row(to, &rep->total, true, width, chinese);
}
