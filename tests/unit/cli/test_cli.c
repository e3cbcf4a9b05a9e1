#include "core/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/width.h"
#include "tests/unit/check.h"

struct globals {
    const char *home;
};
struct check_options {
    const char *bundle;
    struct cli_number max_age, at, rows, day;
    struct cli_texts files;
    bool all;
};
struct show_options {
    const char *reason;
};

static const struct cli_option global_table[] = {
    { "home", 0, CLI_TEXT, "DIR", offsetof(struct globals, home), "目录", "the home", false },
    CLI_OPTIONS_END,
};
static const struct cli_option check_table[] = {
    { "bundle", 'b', CLI_TEXT, "FILE", offsetof(struct check_options, bundle), "数据包",
      "the bundle", false },
    { "max-age", 0, CLI_DURATION, "AGE", offsetof(struct check_options, max_age), "最长", "oldest",
      false },
    { "at", 0, CLI_TIME, "TIME", offsetof(struct check_options, at), "时间", "time", false },
    { "day", 0, CLI_DATE, "DATE", offsetof(struct check_options, day), "日期", "day", false },
    { "rows", 0, CLI_NUMBER, "N", offsetof(struct check_options, rows), "行数", "rows", false },
    { "file", 'f', CLI_TEXTS, "F", offsetof(struct check_options, files), "文件", "files", false },
    { "all", 'a', CLI_FLAG, NULL, offsetof(struct check_options, all), "全部", "everything",
      false },
    CLI_OPTIONS_END,
};
static const struct cli_option show_table[] = {
    { "reason", 0, CLI_TEXT, "TEXT", offsetof(struct show_options, reason), "理由", "why", true },
    CLI_OPTIONS_END,
};
static const struct cli_example examples[] = {
    { "tool --bundle b.scb x.png", "核验一张照片", "check a photo" },
    { NULL, NULL, NULL },
};

static int run_check(const struct cli_call *call)
{
    return call->argc;
}
static int run_show(const struct cli_call *call)
{
    (void)call;
    return 70;
}

static const struct cli_command with_nameless[] = {
    { .name = "",
      .synopsis = "INPUT…",
      .min = 1,
      .max = CLI_MANY,
      .zh = "核验",
      .en = "checks",
      .options = check_table,
      .options_size = sizeof(struct check_options),
      .examples = examples,
      .run = run_check },
    { .name = "bundle show",
      .synopsis = "FILE",
      .min = 1,
      .max = 1,
      .zh = "查看数据包",
      .en = "shows a bundle",
      .options = show_table,
      .options_size = sizeof(struct show_options),
      .run = run_show },
    CLI_COMMANDS_END,
};
static const struct cli_program tool = {
    .name = "tool",
    .zh = "离线核验",
    .en = "checks offline",
    .options = global_table,
    .options_size = sizeof(struct globals),
    .commands = with_nameless,
};
static const struct cli_program only_named = {
    .name = "named", .zh = "例", .en = "example", .commands = with_nameless + 1
};

struct outcome {
    enum cli_outcome what;
    struct cli_call call;
    struct buf out;
};

static void outcome_drop(struct outcome *o)
{
    cli_call_free(&o->call);
    buf_free(&o->out);
}

/* line: words separated by one space. */
static struct outcome parse(const struct cli_program *program, const char *line)
{
    static char words[512];
    static char *argv[32];
    int argc = 0;
    (void)snprintf(words, sizeof words, "%s", line);
    for (char *at = strtok(words, " "); at; at = strtok(NULL, " "))
        argv[argc++] = at;
    argv[argc] = NULL;

    struct outcome o = { 0 };
    o.what = cli_parse(program, argc, argv, &o.call, &o.out);
    return o;
}

static void refused(const struct cli_program *program, const char *line, const char *subject)
{
    ON_EXIT(outcome_drop) struct outcome o = parse(program, line);
    if (o.what != CLI_USAGE || !strstr(buf_cstr(&o.out), subject))
        fail_msg("'%s': outcome %d, says '%s', not '%s'", line, (int)o.what, buf_cstr(&o.out),
                 subject);
}

static void an_unknown_option_is_refused(void **state)
{
    (void)state;
    refused(&tool, "tool --bogus x", "'--bogus'");
    refused(&tool, "tool -z x", "'-z'");
    refused(&tool, "tool x --bogus", "'--bogus'");
    refused(&tool, "tool bundle show --bogus F", "'--bogus'");
    refused(&only_named, "named --bogus", "'--bogus'");
}

static void an_option_of_another_command_is_refused(void **state)
{
    (void)state;
    refused(&tool, "tool --bundle b bundle show F --reason r", "'--bundle'");
    refused(&tool, "tool --reason r x", "'--reason'");
}

static void a_missing_or_surplus_value_is_refused(void **state)
{
    (void)state;
    refused(&tool, "tool x --bundle", "--bundle needs FILE");
    refused(&tool, "tool --lang=en --all=1 x", "--all takes no value");
    refused(&tool, "tool -b", "--bundle needs FILE");
}

static void a_value_of_the_wrong_kind_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "tool --max-age 30 x",
        "tool --max-age d x",
        "tool --max-age -3d x",
        "tool --max-age 30w x",
        "tool --max-age 99999999999d x",
        "tool --at noon x",
        "tool --at 2023-02-30 x",
        "tool --day 2023-02-29 x",
        "tool --rows 1x x",
        "tool --rows 99999999999999999999 x",
        "tool --rows -1 x",
        "tool --lang fr x",
        "tool --lang z x",
        "tool --lang= x",
        "tool --bundle= x",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        refused(&tool, lines[i], " needs ");
}

static void too_few_or_too_many_operands_are_refused(void **state)
{
    (void)state;
    refused(&tool, "tool", "missing: INPUT");
    refused(&tool, "tool bundle show --reason r", "missing: FILE");
    refused(&tool, "tool bundle show --reason r F G", "'G' is one too many");
}

static void a_required_option_is_missed(void **state)
{
    (void)state;
    refused(&tool, "tool bundle show F", "--reason TEXT is missing");
}

static void an_unknown_or_absent_command_is_refused(void **state)
{
    (void)state;
    refused(&only_named, "named", "a command is missing");
    refused(&only_named, "named nonsense F", "'nonsense'");
    refused(&only_named, "named bundle", "'bundle' needs one of show behind it");
}

static void complaints_are_in_the_language_asked_for(void **state)
{
    (void)state;
    refused(&tool, "tool --lang zh --bogus x", "没有选项");
    refused(&tool, "tool --bogus --lang zh x", "没有选项");
    refused(&tool, "tool bundle show --lang zh", "缺少选项");
    refused(&tool, "tool bundle show --bogus --lang=zh", "没有选项");
}

static void every_kind_of_value_arrives(void **state)
{
    (void)state;
    ON_EXIT(outcome_drop)
    struct outcome o = parse(&tool, "tool in1 -b F --max-age 30d --at 1970-01-01T00:01:00Z --day "
                                    "1970-01-02 --rows 7 -f a --file=b -a in2 --home H --json");
    assert_int_equal(o.what, CLI_RUN);
    const struct check_options *const c = o.call.options;
    const struct globals *const g = o.call.globals;
    assert_string_equal(c->bundle, "F");
    assert_int_equal(c->max_age.value, 30 * 86400);
    assert_int_equal(c->at.value, 60);
    assert_int_equal(c->day.value, 1);
    assert_int_equal(c->rows.value, 7);
    assert_int_equal(c->files.count, 2);
    assert_string_equal(c->files.at[1], "b");
    assert_true(c->all);
    assert_string_equal(g->home, "H");
    assert_true(o.call.common.json);
    assert_int_equal(o.call.argc, 2);
    assert_string_equal(o.call.argv[0], "in1");
    assert_string_equal(o.call.argv[1], "in2");
}

static void what_was_not_given_is_zero(void **state)
{
    (void)state;
    ON_EXIT(outcome_drop) struct outcome o = parse(&tool, "tool x");
    const struct check_options *const c = o.call.options;
    assert_null(c->bundle);
    assert_false(c->max_age.given);
    assert_false(c->all);
    assert_false(o.call.common.json);
}

static void a_dash_and_what_stands_behind_two_are_operands(void **state)
{
    (void)state;
    ON_EXIT(outcome_drop) struct outcome o = parse(&tool, "tool - -- --all");
    assert_int_equal(o.what, CLI_RUN);
    assert_int_equal(o.call.argc, 2);
    assert_string_equal(o.call.argv[0], "-");
    assert_string_equal(o.call.argv[1], "--all");
    assert_false(((const struct check_options *)o.call.options)->all);
}

static void options_may_stand_before_the_command(void **state)
{
    (void)state;
    ON_EXIT(outcome_drop)
    struct outcome o = parse(&tool, "tool --json --reason bundle bundle show F");
    assert_int_equal(o.what, CLI_RUN);
    assert_int_equal(o.call.command->run(&o.call), 70);
    assert_string_equal(((const struct show_options *)o.call.options)->reason, "bundle");
}

static void a_commands_name_is_an_operand_where_it_is_not_first(void **state)
{
    (void)state;
    ON_EXIT(outcome_drop) struct outcome o = parse(&tool, "tool x bundle show");
    assert_int_equal(o.what, CLI_RUN);
    assert_int_equal(o.call.argc, 3);
}

static void an_empty_operand_is_an_operand(void **state)
{
    (void)state;
    char name[] = "tool", empty[] = "";
    char *argv[] = { name, empty, NULL };
    ON_EXIT(outcome_drop) struct outcome o = { 0 };
    o.what = cli_parse(&tool, 2, argv, &o.call, &o.out);
    assert_int_equal(o.what, CLI_RUN);
    assert_int_equal(o.call.argc, 1);
    assert_string_equal(o.call.argv[0], "");
}

static void the_language_comes_from_the_first_locale_variable_that_is_set(void **state)
{
    (void)state;
    (void)setenv("LC_ALL", "", 1);
    (void)setenv("LC_MESSAGES", "zh_CN.UTF-8", 1);
    (void)setenv("LANG", "en_US.UTF-8", 1);
    assert_true(say_locale_chinese());
    (void)setenv("LC_ALL", "C", 1);
    assert_false(say_locale_chinese());
    (void)setenv("LANG", "zh_CN.UTF-8", 1);
    assert_false(say_locale_chinese());
}

static void help_names_every_option_command_and_example(void **state)
{
    (void)state;
    static const char *const words[] = { "--bundle FILE",    "-b",
                                         "--max-age",        "--home DIR",
                                         "--json",           "--version",
                                         "bundle show FILE", "tool --bundle b.scb" };
    for (int chinese = 0; chinese < 2; chinese++) {
        ON_EXIT(outcome_drop)
        struct outcome o = parse(&tool, chinese ? "tool --help --lang zh" : "tool --lang en -h");
        assert_int_equal(o.what, CLI_SHOW);
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            assert_non_null(strstr(buf_cstr(&o.out), words[i]));
        assert_non_null(strstr(buf_cstr(&o.out), chinese ? "核验一张照片" : "check a photo"));
    }
}

static void help_of_a_command_is_its_own(void **state)
{
    (void)state;
    ON_EXIT(outcome_drop) struct outcome o = parse(&tool, "tool bundle show --help --lang en");
    assert_int_equal(o.what, CLI_SHOW);
    assert_non_null(strstr(buf_cstr(&o.out), "--reason TEXT"));
    assert_null(strstr(buf_cstr(&o.out), "--max-age"));
}

/* The explanations of one block begin in one column, whatever the width of what is left of them. */
static void explanations_are_aligned_by_display_width(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf a = { 0 }, b = { 0 };
    text_pad(&a, "数据包", 10);
    text_pad(&b, "bundle", 10);
    assert_int_equal(text_width(buf_span(&a)), 10);
    assert_int_equal(text_width(buf_span(&b)), 10);
}

static void a_chinese_character_takes_two_columns(void **state)
{
    (void)state;
    assert_int_equal(text_width(span_text("数据 b（）")), 10);
    assert_int_equal(text_width(span_text("\xf0\xac\xad\x9a")), 2); /* U+2CB5A */
    assert_int_equal(text_width(span_text("e\xcc\x81")), 1);
    assert_int_equal(text_width(span_text("")), 0);
}

static void version_and_descriptions_come_from_the_table(void **state)
{
    (void)state;
    static const struct {
        const char *line, *part;
    } cases[] = {
        { "tool --version", "tool " },
        { "tool --describe bash", "--max-age" },
        { "tool --describe bash", "complete -o filenames" },
        { "tool --describe scdoc --lang en", "*--max-age* _AGE_" },
        { "tool --describe scdoc --lang zh", "# 用法" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ON_EXIT(outcome_drop) struct outcome o = parse(&tool, cases[i].line);
        assert_int_equal(o.what, CLI_SHOW);
        assert_non_null(strstr(buf_cstr(&o.out), cases[i].part));
    }
}

static void the_home_is_what_was_given_else_what_is_set_else_the_usual_one(void **state)
{
    (void)state;
    assert_int_equal(unsetenv("SITECERT_HOME"), 0);
    assert_string_equal(cli_home(NULL), "/var/lib/sitecert");
    assert_int_equal(setenv("SITECERT_HOME", "", 1), 0);
    assert_string_equal(cli_home(NULL), "/var/lib/sitecert");
    assert_int_equal(setenv("SITECERT_HOME", "/srv/set", 1), 0);
    assert_string_equal(cli_home(NULL), "/srv/set");
    assert_string_equal(cli_home("given"), "given");
}

static void how_it_ends_is_told_from_a_wrong_use(void **state)
{
    (void)state;
    const struct cli_call call = { .say = { .program = "tool", .quiet = true } };
    const struct diag d = DIAG_INIT;
    assert_int_equal(cli_end(&call, true, RC_OK, &d), 0);
    assert_int_equal(cli_end(&call, false, RC_BUSY, &d), 1);
    assert_int_equal(cli_end(&call, true, RC_USAGE, &d), CLI_EXIT_USAGE);
}

static int english(void **state)
{
    (void)state;
    return unsetenv("LC_ALL") | unsetenv("LC_MESSAGES") | setenv("LANG", "C", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_unknown_option_is_refused, english),
        cmocka_unit_test_setup(an_option_of_another_command_is_refused, english),
        cmocka_unit_test_setup(a_missing_or_surplus_value_is_refused, english),
        cmocka_unit_test_setup(a_value_of_the_wrong_kind_is_refused, english),
        cmocka_unit_test_setup(too_few_or_too_many_operands_are_refused, english),
        cmocka_unit_test_setup(a_required_option_is_missed, english),
        cmocka_unit_test_setup(an_unknown_or_absent_command_is_refused, english),
        cmocka_unit_test_setup(complaints_are_in_the_language_asked_for, english),
        cmocka_unit_test_setup(every_kind_of_value_arrives, english),
        cmocka_unit_test_setup(what_was_not_given_is_zero, english),
        cmocka_unit_test_setup(a_dash_and_what_stands_behind_two_are_operands, english),
        cmocka_unit_test_setup(options_may_stand_before_the_command, english),
        cmocka_unit_test_setup(a_commands_name_is_an_operand_where_it_is_not_first, english),
        cmocka_unit_test_setup(an_empty_operand_is_an_operand, english),
        cmocka_unit_test(the_language_comes_from_the_first_locale_variable_that_is_set),
        cmocka_unit_test(help_names_every_option_command_and_example),
        cmocka_unit_test(help_of_a_command_is_its_own),
        cmocka_unit_test(explanations_are_aligned_by_display_width),
        cmocka_unit_test(a_chinese_character_takes_two_columns),
        cmocka_unit_test(the_home_is_what_was_given_else_what_is_set_else_the_usual_one),
        cmocka_unit_test_setup(how_it_ends_is_told_from_a_wrong_use, english),
        cmocka_unit_test_setup(version_and_descriptions_come_from_the_table, english),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
