#include "issuer/command/certificate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "issuer/scheme/platform_codes.h"
#include "issuer/scheme/posts.h"

/* Adds to an object; a failure of either side is remembered and asked for once. */
static void set(json_t *o, int *failed, const char *key, json_t *value)
{
    *failed |= json_object_set_new(o, key, value);
}

static json_t *date_json(int32_t date)
{
    char text[DATE_TEXT_LEN + 1];
    date_format(date, text);
    return json_string(text);
}

static json_t *time_json(int64_t time_s)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(time_s, text);
    return json_string(text);
}

/* Hundredths: 3200 is 32, 3250 is 32.5. */
static json_t *hours_json(uint32_t hundredths)
{
    return hundredths % 100 == 0 ? json_integer(hundredths / 100) : json_real(hundredths / 100.0);
}

static json_t *kept(json_t *value, int failed)
{
    if (!failed)
        return value;
    json_decref(value);
    return NULL;
}

static json_t *versions_json(struct reg *r, const struct reg_cert *c, struct diag *d)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (uint32_t v = 1; !failed && v <= c->version; v++) {
        struct reg_version version;
        failed |= register_version(r, c->id, v, &version, d) != RC_OK;
        if (failed)
            break;
        json_t *o = json_object();
        set(o, &failed, "version", json_integer(v));
        set(o, &failed, "signed_at", time_json(version.signed_at));
        set(o, &failed, "deadline", date_json(version.deadline));
        set(o, &failed, "log_index", json_integer((json_int_t)version.log_index));
        set(o, &failed, "status_index", json_integer(version.status_index));
        failed |= json_array_append_new(list, o);
    }
    return kept(list, failed);
}

static json_t *education_json(const struct reg_cert *c, const struct policy_values *p)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (size_t i = 0; i < c->years.count; i++) {
        const int k = (int)c->years.years[i].k;
        const struct ce_year counted = ce_years_counted(&c->years, (uint32_t)k, p);
        json_t *o = json_object();
        set(o, &failed, "ce_year", json_integer(ce_year_label(c->issued, k)));
        set(o, &failed, "from", date_json(ce_year_first(c->issued, k)));
        set(o, &failed, "to", date_json(ce_year_last(c->issued, k)));
        set(o, &failed, "hours", hours_json(counted.hours));
        set(o, &failed, "post_hours", hours_json(counted.post_hours));
        failed |= json_array_append_new(list, o);
    }
    return kept(list, failed);
}

static json_t *orders_json(struct reg *r, const struct reg_cert *c, struct diag *d)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (uint32_t i = 0; !failed && i < c->order_count; i++) {
        struct reg_order order;
        failed |= register_order(r, c->id, i, &order, d) != RC_OK;
        if (failed)
            break;
        char kid[2 * KID_LEN + 1];
        hex_encode(order.operator_kid, KID_LEN, kid);
        json_t *o = json_object();
        set(o, &failed, "action", json_string(order_action_name(order.action)));
        set(o, &failed, "state", json_string(state_word(order.state)));
        set(o, &failed, "reason", json_string(order.reason));
        set(o, &failed, "reference", json_string(order.reference));
        set(o, &failed, "effective", date_json(order.effective));
        set(o, &failed, "ordered_at", time_json(order.ordered_at));
        set(o, &failed, "operator", json_string(kid));
        set(o, &failed, "log_index", json_integer((json_int_t)order.log_index));
        failed |= json_array_append_new(list, o);
    }
    return kept(list, failed);
}

static json_t *holder_json(struct reg *r, const struct reg_cert *c, struct diag *d)
{
    struct reg_person person;
    if (register_person(r, c->person, &person, d) != RC_OK)
        return NULL;
    const size_t len = strlen(person.who.id_number);
    return json_pack("{s:s,s:i,s:s}", "name", person.who.name, "id_type", (int)person.who.id_type,
                     "id_tail", person.who.id_number + (len > 4 ? len - 4 : 0));
}

static json_t *platforms_json(enum state state)
{
    json_t *o = json_object();
    int failed = o == NULL;
    for (int p = 0; p < PLATFORM_COUNT; p++) {
        const char *code = platform_state_code((enum platform)p, state);
        set(o, &failed, platform_name((enum platform)p), code ? json_string(code) : json_null());
    }
    return kept(o, failed);
}

static json_t *elicence_json(const struct reg_cert *c, const struct policy_values *p)
{
    char text[ELICENCE_MAX];
    return elicence_format(p->elicence_type, p->elicence_issuer, c->number, c->version, text)
               ? json_string(text)
               : json_null();
}

static json_t *post_json(uint32_t code)
{
    const struct post *post = post_find(code);
    return json_pack("{s:i,s:s?}", "code", (int)code, "name", post ? post->name : NULL);
}

static void put_identity(json_t *o, int *failed, struct reg *r, const struct reg_cert *c,
                         struct diag *d)
{
    const struct reg_unit *unit = register_unit(r, c->unit);
    const struct reg_provider *provider = register_provider_at(r, c->provider);

    set(o, failed, "post", post_json(c->post));
    set(o, failed, "authority", unit ? json_string(unit->name) : json_null());
    set(o, failed, "provider", provider ? json_string(provider->name) : json_null());
    set(o, failed, "holder", holder_json(r, c, d));
}

json_t *certificate_json(struct reg *r, const struct home *h, const struct reg_cert *c,
                         bool chinese, struct diag *d)
{
    const int32_t today = date_of_time(h->now);
    const struct policy_values *policy = policy_at(h->policy, c->unit, today);
    enum state state = STATE_UNKNOWN;
    if (register_state(r, c, today, policy, &state, d) != RC_OK)
        return NULL;

    json_t *o = json_object();
    int failed = o == NULL;
    set(o, &failed, "number", json_string(c->number));
    set(o, &failed, "state", json_string(state_word(state)));
    set(o, &failed, "state_text", json_string(chinese ? state_chinese(state) : state_word(state)));
    set(o, &failed, "in_force", json_boolean(state == STATE_VALID || state == STATE_DUE));
    set(o, &failed, "version", json_integer(c->version));
    set(o, &failed, "issued", date_json(c->issued));
    set(o, &failed, "deadline", date_json(c->deadline));
    set(o, &failed, "days_left", json_integer((json_int_t)c->deadline - today));
    set(o, &failed, "origin", json_string(c->origin == ORIGIN_EXCHANGE ? "exchange" : "test"));
    put_identity(o, &failed, r, c, d);
    set(o, &failed, "elicence", elicence_json(c, policy));
    set(o, &failed, "platform_codes", platforms_json(state));
    set(o, &failed, "versions", versions_json(r, c, d));
    set(o, &failed, "education", education_json(c, policy));
    set(o, &failed, "orders", orders_json(r, c, d));
    if (failed)
        (void)diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "certificate '%s' as JSON", c->number);
    return kept(o, failed);
}

/* --- for a person --- */

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
