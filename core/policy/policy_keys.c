#include "core/policy/policy_keys.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/base/ids.h"

#define DAY_2018_12_13 17878

static bool take_digits(struct span *text, uint32_t *ret)
{
    const size_t before = text->len;
    uint64_t v = 0;
    while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9') {
        v = v * 10 + (uint64_t)(text->ptr[0] - '0');
        if (v > UINT32_MAX)
            return false;
        *text = span_of(text->ptr + 1, text->len - 1);
    }
    *ret = (uint32_t)v;
    return text->len < before;
}

static bool put_in_range(const struct policy_rule *rule, int64_t v, void *field)
{
    if (v < rule->min || v > rule->max)
        return false;
    const uint32_t value = (uint32_t)v;
    memcpy(field, &value, sizeof value);
    return true;
}

static bool read_count(const struct policy_rule *rule, struct span text, void *field)
{
    uint32_t v;
    return take_digits(&text, &v) && text.len == 0 && put_in_range(rule, v, field);
}

/* Whole numbers, or with one or two decimals. */
static bool read_hundredths(const struct policy_rule *rule, struct span text, void *field)
{
    uint32_t whole, part = 0;
    if (!take_digits(&text, &whole))
        return false;
    if (text.len > 0) {
        const size_t decimals = text.len - 1;
        if (text.ptr[0] != '.' || decimals < 1 || decimals > 2)
            return false;
        text = span_of(text.ptr + 1, decimals);
        if (!take_digits(&text, &part) || text.len != 0)
            return false;
        part *= decimals == 1 ? 10 : 1;
    }
    return put_in_range(rule, (int64_t)whole * 100 + part, field);
}

static bool read_date(const struct policy_rule *rule, struct span text, void *field)
{
    int32_t v;
    if (!date_parse(text, &v) || v < rule->min || v > rule->max)
        return false;
    memcpy(field, &v, sizeof v);
    return true;
}

static bool read_bool(const struct policy_rule *rule, struct span text, void *field)
{
    (void)rule;
    const bool yes = span_equal(text, SPAN_LITERAL("true"));
    if (!yes && !span_equal(text, SPAN_LITERAL("false")))
        return false;
    memcpy(field, &yes, sizeof yes);
    return true;
}

static bool read_window(const struct policy_rule *rule, struct span text, void *field)
{
    (void)rule;
    const bool rolling = span_equal(text, SPAN_LITERAL("rolling"));
    if (!rolling && !span_equal(text, SPAN_LITERAL("block")))
        return false;
    const enum lapse_window v = rolling ? WINDOW_ROLLING : WINDOW_BLOCK;
    memcpy(field, &v, sizeof v);
    return true;
}

static bool put_text(const struct policy_rule *rule, struct span text, void *field)
{
    if (text.len == 0 || (int64_t)text.len > rule->max || text.len >= rule->size)
        return false;
    char *const to = field;
    memset(to, 0, rule->size);
    memcpy(to, text.ptr, text.len);
    return true;
}

/* The template's grammar is issuer/scheme/number.h's; here only that it is harmless text. */
static bool read_template(const struct policy_rule *rule, struct span text, void *field)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < ' ' || text.ptr[i] > '~')
            return false;
    return put_text(rule, text, field);
}

static bool read_credit_code(const struct policy_rule *rule, struct span text, void *field)
{
    return credit_code_valid(text) && put_text(rule, text, field);
}

/* GB/T 36904: the defining authority's credit code and three digits. */
static bool read_elicence_type(const struct policy_rule *rule, struct span text, void *field)
{
    const size_t code_len = 18, digits_len = 3;
    if (text.len != code_len + digits_len || !credit_code_valid(span_of(text.ptr, code_len)) ||
        check_mod_11_10(span_of(text.ptr + code_len, digits_len)) == 0)
        return false;
    return put_text(rule, text, field);
}

#define NO_SOURCE "policy; no public source"
#define KEY(key, unit, source, chinese, preset, range)                                             \
    .shown = { #key, unit, source, chinese, preset, range },                                       \
    .offset = offsetof(struct policy_values, key),                                                 \
    .size = sizeof(((struct policy_values *)NULL)->key)
#define HUNDREDTHS(from, to) .form = FORM_NUMBER, .read = read_hundredths, .min = from, .max = to
#define COUNT(from, to)      .form = FORM_NUMBER, .read = read_count, .min = from, .max = to
#define DATE(from, to)       .form = FORM_STRING, .read = read_date, .min = from, .max = to
#define TEXT(reader, to)     .form = FORM_STRING, .read = reader, .max = to

static const struct policy_rule rules[] = {
    { KEY(pass_mark_percent, "percent of the full score", "policy; common provincial practice",
          "测试合格线（占满分的百分比）", "60", "1 to 100"),
      HUNDREDTHS(100, 10000) },
    { KEY(bank_share_min_percent, "percent of the paper", "建办人函〔2020〕662号",
          "全国统一题库最低比例", "100", "0 to 100"),
      HUNDREDTHS(0, 10000) },
    { KEY(bank_share_min_docked_percent, "percent of the paper", "建办人函〔2020〕662号",
          "已完成对接地区的全国统一题库最低比例", "70", "0 to 100"),
      HUNDREDTHS(0, 10000) },
    { KEY(exchange_deadline, "date", "policy; Anhui admitted until 2021-12-31",
          "旧证书换发截止日期", "2021-09-30", "2018-12-13 to 2099-12-31"),
      DATE(DAY_2018_12_13, DATE_MAX) },
    { KEY(legacy_upload_deadline, "date", "policy; provincial notices", "旧证书数据上传截止日期",
          "2021-01-29", "2018-12-13 to 2099-12-31"),
      DATE(DAY_2018_12_13, DATE_MAX) },
    { KEY(legacy_issued_before, "date", "policy; no old certificate was issued from that day on",
          "旧证书发证日期须早于", "2018-12-13", "1900-01-01 to 2099-12-31"),
      DATE(DATE_MIN, DATE_MAX) },
    { KEY(exchange_hours_min, "hours", "policy; provincial notices", "换发所需最少继续教育学时",
          "32", "0 to 64"),
      HUNDREDTHS(0, 6400) },
    { KEY(pair_hours, "hours in two CE years", "policy; provincial notices",
          "连续两个继续教育年度最少总学时", "64", "1 to 1000"),
      HUNDREDTHS(100, 100000) },
    { KEY(pair_post_hours, "hours in two CE years", "policy; provincial notices",
          "连续两个继续教育年度最少专业学时", "44", "0 to 1000"),
      HUNDREDTHS(0, 100000) },
    { KEY(year_hours_cap, "hours in one CE year", "policy; provincial notices",
          "一个继续教育年度最多计入学时", "64", "1 to 1000"),
      HUNDREDTHS(100, 100000) },
    { KEY(lapse_window, "word", NO_SOURCE, "学时考核窗口：rolling 逐年滚动，block 两年一段",
          "rolling", "rolling, block"),
      TEXT(read_window, 0) },
    { KEY(make_up_previous_year, "yes or no", NO_SOURCE, "是否允许补报上一继续教育年度", "true",
          "true, false"),
      .form = FORM_BOOLEAN, .read = read_bool },
    { KEY(due_days, "days", NO_SOURCE, "截止日前多少天显示“即将到期”", "90", "0 to 730"),
      COUNT(0, 730) },
    { KEY(copy_valid_days, "days", NO_SOURCE, "PDF 副本有效天数", "180", "1 to 3650"),
      COUNT(1, 3650) },
    { KEY(number_template, "template", "policy; ISO/IEC 7064 MOD 11,10", "证书编号模板",
          "unit(3) post(2) year(4) serial(7) check(1)", "1 to 63 printable ASCII characters"),
      TEXT(read_template, 63) },
    { KEY(elicence_type, "21 characters",
          "GB/T 36904; MOHURD's code, the type's digits are not public", "电子证照类型代码",
          "11100000000013338W000", "a credit code and 3 digits"),
      TEXT(read_elicence_type, 21) },
    { KEY(elicence_issuer, "credit code", "GB/T 36904; MOHURD", "电子证照颁发机构代码",
          "11100000000013338W", "a credit code"),
      TEXT(read_credit_code, 18) },
    { KEY(status_days, "days", "policy; at least 7", "状态列表有效天数", "7", "7 to 90"),
      COUNT(7, 90), .for_all_only = true },
    { KEY(orders_alone_per_day, "orders in 24 hours", NO_SOURCE,
          "一名操作员 24 小时内可单独签署的处理数", "20", "0 to 100000"),
      COUNT(0, 100000), .for_all_only = true },
    { KEY(orders_alone_per_day_all, "orders in 24 hours", NO_SOURCE,
          "全部操作员 24 小时内可单独签署的处理数", "100", "0 to 100000"),
      COUNT(0, 100000), .for_all_only = true },
};

#define RULE_COUNT (sizeof rules / sizeof rules[0])
_Static_assert(RULE_COUNT <= POLICY_RULES_MAX, "a set of keys is one 32-bit word");

const struct policy_rule *policy_rule_at(size_t i)
{
    return i < RULE_COUNT ? &rules[i] : NULL;
}

const struct policy_rule *policy_rule_find(const char *name, size_t *ret_i)
{
    for (size_t i = 0; i < RULE_COUNT; i++)
        if (strcmp(rules[i].shown.name, name) == 0) {
            *ret_i = i;
            return &rules[i];
        }
    return NULL;
}

void *policy_field(const struct policy_rule *rule, struct policy_values *values)
{
    return (char *)values + rule->offset;
}

void policy_values_default(struct policy_values *ret)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < RULE_COUNT; i++) {
        const struct span text = span_text(rules[i].shown.default_text);
        const bool ok = rules[i].read(&rules[i], text, policy_field(&rules[i], ret));
        assert(ok);
    }
}

const struct policy_key *policy_key_at(size_t i)
{
    return i < RULE_COUNT ? &rules[i].shown : NULL;
}
