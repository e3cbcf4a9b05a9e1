#include <assert.h>
#include <inttypes.h>

#include "core/base/dates.h"
#include "core/cert/verdict_json.h"
#include "core/crypto/hash.h"

#define PLAIN "\033[0m"

static const char *colour_of(enum verdict_tone tone)
{
    switch (tone) {
    case TONE_GOOD:
        return "\033[1;32m";
    case TONE_BAD:
        return "\033[1;31m";
    case TONE_DOUBT:
        break;
    }
    return "\033[1;33m";
}

struct lines {
    struct buf *to;
    bool chinese;
};

static const char *in_language(const struct lines *l, const char *zh, const char *en)
{
    return l->chinese ? zh : en;
}

/* Labels are four Chinese characters, or eleven letters, so that values stand in one column. */
static void put_label(struct lines *l, const char *zh, const char *en)
{
    if (l->chinese)
        buf_printf(l->to, "  %s  ", zh);
    else
        buf_printf(l->to, "  %-11s ", en);
}

/* A terminal obeys control characters; what a stranger's code holds is only shown. */
static void put_shown(struct buf *to, struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        const bool c1 = s.ptr[i] == 0xc2 && i + 1 < s.len && s.ptr[i + 1] < 0xa0;
        if (s.ptr[i] < 0x20 || s.ptr[i] == 0x7f || c1)
            buf_put_u8(to, '?');
        else
            buf_put_u8(to, s.ptr[i]);
        i += c1;
    }
}

static void put_line(struct lines *l, const char *zh, const char *en, struct span value)
{
    if (value.len == 0)
        return;
    put_label(l, zh, en);
    put_shown(l->to, value);
    buf_put_u8(l->to, '\n');
}

static void put_holder(struct lines *l, const struct verdict *v)
{
    const struct token *const t = &v->token;
    put_label(l, "持 证 人", "holder");
    put_shown(l->to, t->name);
    buf_put_text(l->to, in_language(l, "（证件尾号 ", " (document ending "));
    put_shown(l->to, t->id_tail);
    buf_put_text(l->to, in_language(l, "）\n", ")\n"));

    put_label(l, "岗　　位", "post");
    buf_printf(l->to, "%02" PRIu32 " ", t->post);
    put_shown(l->to, v->post_name);
    buf_put_u8(l->to, '\n');
    put_line(l, "主管部门", "authority", v->unit_name);
    put_line(l, "培训机构", "provider", v->provider_name);
    put_line(l, "证书编号", "number", t->number);
}

static void put_version(struct lines *l, const struct verdict *v)
{
    put_label(l, "版　　本", "version");
    buf_printf(l->to, "%" PRIu32, v->token.version);
    if (v->replaced)
        buf_printf(l->to, "%s%" PRIu32 "%s", in_language(l, "（已被第 ", " (replaced by version "),
                   v->current_version, in_language(l, " 版替换）", ")"));
    buf_put_u8(l->to, '\n');
}

static void put_dates(struct lines *l, const struct verdict *v)
{
    char issued[DATE_TEXT_LEN + 1], deadline[DATE_TEXT_LEN + 1];
    date_format(v->token.issued, issued);
    date_format(v->deadline, deadline);
    put_line(l, "发证日期", "issued", span_text(issued));
    put_label(l, "续期截止", "deadline");
    buf_put_text(l->to, deadline);
    if (!verdict_runs(v))
        buf_put_u8(l->to, '\n');
    else if (v->days_left >= 0)
        buf_printf(l->to, "%s%" PRId32 "%s\n", in_language(l, "（还有 ", " ("), v->days_left,
                   in_language(l, " 天）", " days left)"));
    else
        buf_printf(l->to, "%s%" PRId32 "%s\n", in_language(l, "（已过 ", " ("), 0 - v->days_left,
                   in_language(l, " 天）", " days ago)"));
}

static void put_copy(struct lines *l, const struct verdict_copy *copy)
{
    char until[DATE_TEXT_LEN + 1];
    date_format(copy->valid_until, until);
    put_label(l, "副本期限", "copy until");
    buf_printf(l->to, "%s%s\n", until,
               copy->expired ? in_language(l, "（已过期）", " (past)") : "");
}

static void put_age(struct lines *l, const struct verdict *v)
{
    char as_of[TIME_TEXT_LEN + 1];
    const struct verdict_age age = verdict_age(v);
    time_format(v->as_of, as_of);
    put_label(l, "数据时间", "as of");
    buf_printf(l->to, "%s%s%" PRId64 " %s%s\n", as_of, in_language(l, "（", " ("), age.count,
               in_language(l, age.zh, age.en), in_language(l, "前）", " ago)"));
}

static void put_deployment(struct lines *l, const struct verdict *v)
{
    char hex[17];
    hex_encode(v->deployment, 8, hex);
    put_label(l, "发证系统", "deployment");
    buf_printf(l->to, "%s…%s\n", hex,
               v->demo ? in_language(l, "（演示）", " (demonstration)") : "");
}

static void put_problems(struct lines *l, const struct verdict *v)
{
    for (size_t i = 0; i < v->problem_count; i++)
        buf_printf(l->to, "  ! %s [%s]\n", problem_text(v->problems[i], l->chinese),
                   problem_code(v->problems[i]));
}

void verdict_text(struct buf *to, const struct verdict *v, bool chinese, bool colour)
{
    assert(to && v);

    struct lines l = { .to = to, .chinese = chinese };
    const struct verdict_headline h = verdict_headline(v);
    buf_printf(to, "%s%s %s%s\n", colour ? colour_of(h.tone) : "", h.symbol,
               in_language(&l, h.zh, h.en), colour ? PLAIN : "");
    if (v->authentic == AUTH_TRUE) {
        put_holder(&l, v);
        put_version(&l, v);
        put_dates(&l, v);
        if (v->copy.dated)
            put_copy(&l, &v->copy);
        if (v->deployment)
            put_deployment(&l, v);
    }
    if (v->as_of != 0)
        put_age(&l, v);
    if (v->offset != DIAG_NO_OFFSET && v->authentic == AUTH_UNREADABLE)
        buf_printf(to, "  %s %zu\n", in_language(&l, "出错位置：字节", "at byte"), v->offset);
    put_problems(&l, v);
}
