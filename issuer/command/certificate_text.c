#include "issuer/command/certificate_text.h"

#include <math.h>
#include <string.h>

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "–";
}

static double number_of(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static void put_dates(struct buf *to, const json_t *c, bool zh)
{
    const double days = number_of(c, "days_left");
    const bool past = days < 0;
    const char *issued = text_of(c, "issued"), *deadline = text_of(c, "deadline");
    if (zh)
        buf_printf(to, "  发证日期 %s\n  截止日期 %s（%s %.0f 天）\n", issued, deadline,
                   past ? "已过" : "还有", fabs(days));
    else
        buf_printf(to, "  issued     %s\n  deadline   %s (%.0f days %s)\n", issued, deadline,
                   fabs(days), past ? "ago" : "left");
}

static void put_head(struct buf *to, const json_t *c, bool zh)
{
    const json_t *holder = json_object_get(c, "holder");
    const bool in_force = json_is_true(json_object_get(c, "in_force"));

    buf_printf(to, "%s  %s %s  %s %s\n", text_of(c, "number"), in_force ? "✔" : "✖",
               text_of(c, "state_text"), text_of(holder, "name"),
               text_of(json_object_get(c, "post"), "name"));
    buf_printf(to, zh ? "  证件     类型 %.0f，尾号 %s\n" : "  document   type %.0f, ends in %s\n",
               number_of(holder, "id_type"), text_of(holder, "id_tail"));
    buf_printf(to, zh ? "  主管部门 %s\n  培训机构 %s\n" : "  authority  %s\n  provider   %s\n",
               text_of(c, "authority"), text_of(c, "provider"));
    put_dates(to, c, zh);
    buf_printf(to, zh ? "  证照标识 %s\n" : "  e-licence  %s\n", text_of(c, "elicence"));
}

static void put_versions(struct buf *to, const json_t *c, bool zh)
{
    size_t i;
    const json_t *v;
    json_array_foreach(json_object_get(c, "versions"), i, v)
    {
        buf_printf(to,
                   zh ? "  第 %.0f 版  签发于 %s，截止 %s，日志 %.0f\n"
                      : "  version %.0f  signed %s, deadline %s, log %.0f\n",
                   number_of(v, "version"), text_of(v, "signed_at"), text_of(v, "deadline"),
                   number_of(v, "log_index"));
    }
}

static void put_education(struct buf *to, const json_t *c, bool zh)
{
    size_t i;
    const json_t *y;
    json_array_foreach(json_object_get(c, "education"), i, y)
    {
        buf_printf(to,
                   zh ? "  继续教育 %.0f 年度（%s 至 %s）：%g 学时，其中专业 %g\n"
                      : "  CE year %.0f (%s to %s): %g hours, %g post-specific\n",
                   number_of(y, "ce_year"), text_of(y, "from"), text_of(y, "to"),
                   number_of(y, "hours"), number_of(y, "post_hours"));
    }
}

/* The word of an order as JSON says it, for a reader of Chinese. */
static const char *action_chinese(const char *action)
{
    static const struct action_words {
        const char *word, *chinese;
    } words[] = { { "suspend", "暂扣" },  { "reinstate", "恢复" }, { "revoke", "吊销" },
                  { "withdraw", "撤销" }, { "cancel", "注销" },    { "amend", "更正" } };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(words[i].word, action) == 0)
            return words[i].chinese;
    return action;
}

static void put_orders(struct buf *to, const json_t *c, bool zh)
{
    size_t i;
    const json_t *o;
    json_array_foreach(json_object_get(c, "orders"), i, o)
    {
        const char *action = text_of(o, "action");
        buf_printf(to,
                   zh ? "  状态决定 %s，自 %s 起：%s（%s）\n" : "  order %s, from %s: %s (%s)\n",
                   zh ? action_chinese(action) : action, text_of(o, "effective"),
                   text_of(o, "reason"), text_of(o, "reference"));
    }
}

void certificate_text(struct buf *to, const json_t *certificate, bool chinese)
{
    put_head(to, certificate, chinese);
    put_versions(to, certificate, chinese);
    put_education(to, certificate, chinese);
    put_orders(to, certificate, chinese);
}
