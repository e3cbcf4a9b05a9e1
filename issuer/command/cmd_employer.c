#include <string.h>

#include "core/base/dates.h"
#include "core/json/json_out.h"
#include "issuer/command/commands.h"
#include "issuer/employers/employers_change.h"

#define ROWS_DEFAULT 20000u
/* Holders read it: it says no more than is known. */
#define PURPOSE_DEFAULT "未写明 not stated"

static struct span name_of(const struct cli_call *call)
{
    return span_text(call->argv[0]);
}

/* --- employer add --- */

struct add_options {
    const char *purpose;
    struct cli_number rows_per_day, people_per_day;
};
#define AT(member) offsetof(struct add_options, member)
static const struct cli_option add_table[] = {
    { "purpose", 0, CLI_TEXT, "TEXT", AT(purpose), "查验的目的，写入每份汇总；默认为“未写明”",
      "what the checks are for; stands in every summary; by default 'not stated'", false },
    { "rows-per-day", 0, CLI_NUMBER, "N", AT(rows_per_day),
      "每日查验行数上限，1 至 1000000；默认 20000",
      "the most rows of a day, 1 to 1000000; by default 20000", false },
    { "people-per-day", 0, CLI_NUMBER, "N", AT(people_per_day),
      "每日可不填证书编号、只凭姓名与证件号查验的人数，1 至 1000；默认不可",
      "how many people of a day may be asked about without a number, 1 to 1000; by default none",
      false },
    CLI_OPTIONS_END,
};
#undef AT

static bool read_text(const struct cli_call *call, const char *text, size_t max, char *ret)
{
    if (!employer_text_valid(span_text(text), max)) {
        say_error(&call->say, "名称与目的：1 至 %zu 字节，不含控制字符，首尾无空格",
                  "name and purpose: 1 to %zu bytes without control characters and without a space "
                  "at either end",
                  max);
        return false;
    }
    memcpy(ret, text, strlen(text) + 1);
    return true;
}

static bool read_people(const struct cli_call *call, uint32_t *ret)
{
    const struct add_options *const o = call->options;
    const int64_t people = o->people_per_day.given ? o->people_per_day.value : 0;
    if (o->people_per_day.given && !o->purpose) {
        say_error(&call->say, "--people-per-day 须写明目的：--purpose",
                  "--people-per-day is for a stated purpose: --purpose");
        return false;
    }
    if (o->people_per_day.given && (people < 1 || people > EMPLOYER_PEOPLE_MAX)) {
        say_error(&call->say, "--people-per-day：1 至 %u", "--people-per-day: 1 to %u",
                  EMPLOYER_PEOPLE_MAX);
        return false;
    }
    *ret = (uint32_t)people;
    return true;
}

static bool read_usage(const struct cli_call *call, struct employer *ret)
{
    const struct add_options *const o = call->options;
    const int64_t rows = o->rows_per_day.given ? o->rows_per_day.value : ROWS_DEFAULT;
    if (!read_text(call, call->argv[0], EMPLOYER_NAME_MAX, ret->name) ||
        !read_text(call, o->purpose ? o->purpose : PURPOSE_DEFAULT, EMPLOYER_PURPOSE_MAX,
                   ret->purpose))
        return false;
    if (rows < 1 || rows > EMPLOYER_ROWS_MAX) {
        say_error(&call->say, "--rows-per-day：1 至 %u", "--rows-per-day: 1 to %u",
                  EMPLOYER_ROWS_MAX);
        return false;
    }
    ret->rows_per_day = (uint32_t)rows;
    return read_people(call, &ret->people_per_day);
}

static enum rc say_key(const struct cli_call *call, const char *name, const char *key,
                       struct diag *d)
{
    if (call->common.json)
        return command_print_json(json_pack("{s:s, s:s}", "name", name, "key", key), d);
    ON_EXIT(buf_wipe_at) struct buf text = { 0 };
    buf_printf(&text, "%s\n", key);
    return say_out(&text, d);
}

static int run_add(const struct cli_call *call)
{
    struct employer e = { 0 };
    if (!read_usage(call, &e))
        return CLI_EXIT_USAGE;
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    char key[EMPLOYER_KEY_LEN + 1];
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = employers_add(home.path, &e, home.now, key, &d);
    if (rc == RC_OK)
        rc = say_key(call, e.name, key, &d);
    explicit_bzero(key, sizeof key);
    if (rc == RC_OK)
        say_note(&call->say, "密钥只显示这一次；下次发布后生效",
                 "the key is shown this once; it holds from the next publication on");
    return command_conclude(call, rc, &d);
}

static const struct cli_example add_examples[] = {
    { "sitecert employer add 示例建工 --purpose 进场人员核验", "输出密钥；只显示这一次",
      "prints the key, this once" },
    { "sitecert employer add 示例建工 --purpose 进场人员核验 --rows-per-day 5000",
      "每日至多 5000 行", "5000 rows a day" },
    { "sitecert employer add 示例劳务 --purpose 招用前查验 --people-per-day 50",
      "每日另可不填编号查验 50 人；本人可见是谁查的",
      "besides, 50 people a day without their numbers; they can see who asked" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_employer_add = {
    .name = "employer add",
    .synopsis = "NAME",
    .min = 1,
    .max = 1,
    .zh = "登记可以批量查验的用人单位并输出其密钥",
    .en = "register an employer that may check lists, and print its key",
    .options = add_table,
    .options_size = sizeof(struct add_options),
    .examples = add_examples,
    .run = run_add,
};

/* --- employer suspend, employer resume --- */

static int set_suspended(const struct cli_call *call, bool suspended)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = employers_suspend(home.path, name_of(call), suspended, &d);
    if (rc == RC_OK)
        say_note(&call->say, "下次发布后生效", "it holds from the next publication on");
    return command_conclude(call, rc, &d);
}

static int run_suspend(const struct cli_call *call)
{
    return set_suspended(call, true);
}

static int run_resume(const struct cli_call *call)
{
    return set_suspended(call, false);
}

const struct cli_command cmd_employer_suspend = {
    .name = "employer suspend",
    .synopsis = "NAME",
    .min = 1,
    .max = 1,
    .zh = "暂停用人单位：下次发布后其密钥无效",
    .en = "suspend an employer: its key holds no more from the next publication on",
    .run = run_suspend,
};

const struct cli_command cmd_employer_resume = {
    .name = "employer resume",
    .synopsis = "NAME",
    .min = 1,
    .max = 1,
    .zh = "恢复被暂停的用人单位",
    .en = "let a suspended employer check again",
    .run = run_resume,
};

/* --- employer list --- */

static void put_json(struct json_out *o, const struct employer *e)
{
    char added[TIME_TEXT_LEN + 1];
    time_format(e->added, added);
    json_out_open(o, NULL, '{');
    json_out_text(o, "name", span_text(e->name));
    json_out_text(o, "purpose", span_text(e->purpose));
    json_out_int(o, "rows_per_day", e->rows_per_day);
    json_out_int(o, "people_per_day", e->people_per_day);
    json_out_text(o, "state", span_text(e->suspended ? "suspended" : "active"));
    json_out_text(o, "added", span_text(added));
    json_out_close(o, '}');
}

static void put_all_json(struct buf *to, const struct employers *all)
{
    struct json_out o = json_out_to(to, 0, 0);
    json_out_open(&o, NULL, '[');
    for (size_t i = 0; i < all->count; i++)
        put_json(&o, &all->at[i]);
    json_out_close(&o, ']');
    buf_put_u8(to, '\n');
}

static void put_all(const struct cli_call *call, struct buf *to, const struct employers *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct employer *const e = &all->at[i];
        buf_printf(to, "%s  %s  %s %u  ", e->name,
                   e->suspended ? pick(&call->say, "已暂停", "suspended")
                                : pick(&call->say, "正常", "active"),
                   pick(&call->say, "每日行数", "rows a day:"), e->rows_per_day);
        if (e->people_per_day > 0)
            buf_printf(to, "%s %u  ", pick(&call->say, "不填编号", "without number:"),
                       e->people_per_day);
        buf_printf(to, "%s\n", e->purpose);
    }
}

static int run_list(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(employers_free) struct employers all = { 0 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = employers_of_home(home.path, &all, &d);
    if (rc == RC_OK) {
        (call->common.json ? put_all_json(&text, &all) : put_all(call, &text, &all));
        rc = say_out(&text, &d);
    }
    return command_conclude(call, rc, &d);
}

const struct cli_command cmd_employer_list = {
    .name = "employer list",
    .synopsis = "",
    .zh = "列出用人单位、目的、状态与每日行数上限",
    .en = "list the employers, their purposes, states and bounds",
    .run = run_list,
};
