#include <assert.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cli/cli.h"

/* getopt's value of an option without a letter: past every character. */
#define VALUE_BASE  256
#define OPTIONS_MAX 192
#define WORDS_MAX   3 /* of a command's name */

const struct cli_option cli_common_options[] = {
    { "json", 0, CLI_FLAG, NULL, offsetof(struct cli_common, json), "以 JSON 输出结果",
      "print the result as JSON", false },
    { "lang", 0, CLI_CHOICE, "zh|en", offsetof(struct cli_common, lang),
      "语言；默认取自 LC_ALL、LC_MESSAGES、LANG", "language; by default that of the locale",
      false },
    { "quiet", 'q', CLI_FLAG, NULL, offsetof(struct cli_common, quiet), "不显示进度和提示",
      "no progress, no notes", false },
    { "help", 'h', CLI_FLAG, NULL, offsetof(struct cli_common, help), "显示本说明",
      "print this help", false },
    { "version", 0, CLI_FLAG, NULL, offsetof(struct cli_common, version), "显示版本号",
      "print the version", false },
    { "describe", 0, CLI_CHOICE, "bash|scdoc", offsetof(struct cli_common, describe),
      "输出命令补全脚本或手册页源文件", "print shell completion, or the source of a manual page",
      false },
    CLI_OPTIONS_END,
};

const char *cli_version(void)
{
    return SITECERT_VERSION;
}

/* The rows that are valid together, in the shapes that getopt_long wants. */
struct option_set {
    size_t count;
    const struct cli_option *rows[OPTIONS_MAX];
    void *owners[OPTIONS_MAX]; /* the struct that the row's offset is in; NULL: not stored */
    struct option longs[OPTIONS_MAX + 1];
    char shorts[2 * OPTIONS_MAX + 3];
};

static bool set_has(const struct option_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->rows[i]->name, name) == 0)
            return true;
    return false;
}

static void set_add_letter(struct option_set *set, char letter, bool takes_value)
{
    if (!letter)
        return;
    const char *const other = strchr(set->shorts, letter);
    assert(!other || (other[1] == ':') == takes_value);
    const size_t len = strlen(set->shorts);
    if (other)
        return;
    set->shorts[len] = letter;
    if (takes_value)
        set->shorts[len + 1] = ':';
}

static void set_add(struct option_set *set, const struct cli_option *rows, void *owner)
{
    for (; rows && rows->name; rows++) {
        if (set_has(set, rows->name))
            continue;
        assert(set->count < OPTIONS_MAX);
        const size_t i = set->count++;
        const bool takes_value = rows->kind != CLI_FLAG;
        set->rows[i] = rows;
        set->owners[i] = owner;
        set->longs[i] = (struct option){ rows->name, takes_value ? required_argument : no_argument,
                                         NULL, VALUE_BASE + (int)i };
        set->longs[i + 1] = (struct option){ 0 };
        set_add_letter(set, rows->letter, takes_value);
    }
}

/* i of the row that getopt's answer means, or -1. */
static int set_find(const struct option_set *set, int value)
{
    if (value >= VALUE_BASE && (size_t)(value - VALUE_BASE) < set->count)
        return value - VALUE_BASE;
    for (size_t i = 0; value > 0 && i < set->count; i++)
        if (set->rows[i]->letter == value)
            return (int)i;
    return -1;
}

/* --- first pass: only the language and the place of the command's name --- */

static void add_all_options(struct option_set *set, const struct cli_program *p,
                            struct cli_common *common)
{
    set_add(set, cli_common_options, common);
    set_add(set, p->options, NULL);
    for (const struct cli_command *c = p->commands; c->name; c++)
        set_add(set, c->options, NULL);
}

/* Index in argv of the first operand; argc: none. */
static int find_first_operand(const struct cli_program *p, int argc, char *argv[],
                              struct cli_common *common)
{
    /* '+': stop at the first operand; ':': tell a missing value apart. */
    struct option_set set = { .shorts = "+:" };
    add_all_options(&set, p, common);
    optind = 0; /* glibc: start afresh */
    opterr = 0;
    int value;
    while ((value = getopt_long(argc, argv, set.shorts, set.longs, NULL)) != -1) {
        const int i = set_find(&set, value);
        /* What is no good now is complained of in the second pass. */
        if (i >= 0 && set.owners[i] &&
            !cli_value_store(set.rows[i], optarg, (char *)set.owners[i] + set.rows[i]->offset))
            continue;
    }
    return optind;
}

/* How many words of argv are this command's name; 0: it is not this command. */
static int words_matched(const char *name, int argc, char *argv[])
{
    char spoken[128] = "";
    size_t len = 0;
    if (!name[0])
        return 0; /* an empty operand is not the nameless command's name */
    for (int n = 0; n < WORDS_MAX && n < argc; n++) {
        const int put = snprintf(spoken + len, sizeof spoken - len, "%s%s", n ? " " : "", argv[n]);
        if (put < 0 || (size_t)put >= sizeof spoken - len)
            return 0;
        len += (size_t)put;
        if (strcmp(spoken, name) == 0)
            return n + 1;
    }
    return 0;
}

static const struct cli_command *find_command(const struct cli_program *p, int argc, char *argv[],
                                              int *ret_words)
{
    const struct cli_command *nameless = NULL;
    for (const struct cli_command *c = p->commands; c->name; c++) {
        const int words = words_matched(c->name, argc, argv);
        if (words > 0) {
            *ret_words = words;
            return c;
        }
        if (!c->name[0])
            nameless = c;
    }
    *ret_words = 0;
    return nameless;
}

/* --- second pass: everything, by the command's own table --- */

struct parse {
    struct cli_call call;
    struct cli_common early; /* what the first pass saw */
    struct option_set set;
    void *globals, *options;
    char **argv; /* argv without the command's name */
    int argc;
    struct buf *out;
};

/* One complaint, in the reader's language, and where to learn more. */
__attribute__((format(printf, 2, 4), format(printf, 3, 4))) static enum cli_outcome
complain(struct parse *p, const char *zh, const char *en, ...)
{
    char text[400];
    va_list args;
    va_start(args, en);
    (void)vsnprintf(text, sizeof text, p->call.say.chinese ? zh : en, args);
    va_end(args);

    const char *const name = p->call.program->name;
    const char *const command = p->call.command ? p->call.command->name : "";
    buf_printf(p->out, "%s: %s\n", name, text);
    buf_printf(p->out, "%s %s%s%s --help\n", pick(&p->call.say, "用法见", "see"), name,
               command[0] ? " " : "", command);
    return CLI_USAGE;
}

static enum cli_outcome complain_of_option(struct parse *p, int value)
{
    const char *const typed = p->argv[optind - 1];
    const int i = set_find(&p->set, optopt);
    if (value == ':' && i >= 0)
        return complain(p, "--%s 缺少 %s", "--%s needs %s", p->set.rows[i]->name,
                        p->set.rows[i]->arg);
    if (i >= 0)
        return complain(p, "选项 --%s 不带值", "option --%s takes no value", p->set.rows[i]->name);
    if (optopt > 0 && optopt < VALUE_BASE)
        return complain(p, "没有选项 '-%c'", "unknown option '-%c'", optopt);
    return complain(p, "没有选项 '%.100s'，或写得不全", "unknown or ambiguous option '%.100s'",
                    typed);
}

static enum cli_outcome read_options(struct parse *p)
{
    optind = 0;
    int value;
    while ((value = getopt_long(p->argc, p->argv, p->set.shorts, p->set.longs, NULL)) != -1) {
        const int i = value == ':' || value == '?' ? -1 : set_find(&p->set, value);
        if (i < 0)
            return complain_of_option(p, value);
        const struct cli_option *const row = p->set.rows[i];
        if (!cli_value_store(row, optarg, (char *)p->set.owners[i] + row->offset))
            return complain(p, "--%s 需要 %s，不能是 '%.100s'", "--%s needs %s, not '%.100s'",
                            row->name, row->arg, optarg);
    }
    return CLI_RUN;
}

/* A field whose bytes are all zero was not given: no kind stores zero. */
static bool was_given(const struct parse *p, size_t i)
{
    const struct cli_option *const row = p->set.rows[i];
    const char *const at = (const char *)p->set.owners[i] + row->offset;
    const char *text;
    switch (row->kind) {
    case CLI_FLAG:
        return *(const bool *)at;
    case CLI_TEXT:
    case CLI_CHOICE:
        memcpy(&text, at, sizeof text);
        return text != NULL;
    case CLI_TEXTS:
        return ((const struct cli_texts *)(const void *)at)->count > 0;
    case CLI_NUMBER:
    case CLI_DURATION:
    case CLI_DATE:
    case CLI_TIME:
        return ((const struct cli_number *)(const void *)at)->given;
    }
    return false;
}

static enum cli_outcome check_complete(struct parse *p)
{
    for (size_t i = 0; i < p->set.count; i++)
        if (p->set.rows[i]->required && !was_given(p, i))
            return complain(p, "缺少选项 --%s %s", "option --%s %s is missing",
                            p->set.rows[i]->name, p->set.rows[i]->arg);

    const struct cli_command *const c = p->call.command;
    const unsigned operands = (unsigned)p->call.argc;
    if (operands < c->min)
        return complain(p, "缺少参数：%s", "missing: %s", c->synopsis);
    if (c->max != CLI_MANY && operands > c->max)
        return complain(p, "多余的参数 '%.100s'", "'%.100s' is one too many", p->call.argv[c->max]);
    return CLI_RUN;
}

static enum cli_outcome show(struct parse *p)
{
    const struct cli_common *const common = &p->call.common;
    if (common->version)
        buf_printf(p->out, "%s %s\n", p->call.program->name, cli_version());
    else if (common->describe)
        cli_describe_put(p->out, p->call.program, strcmp(common->describe, "scdoc") == 0,
                         p->call.say.chinese);
    else
        cli_help_put(p->out, p->call.program, p->call.command, p->call.say.chinese);
    return buf_ok(p->out) ? CLI_SHOW : CLI_FAILED;
}

static void set_say(struct say *say, const struct cli_program *program, const struct cli_common *c)
{
    say->program = program->name;
    say->chinese = c->lang ? strcmp(c->lang, "zh") == 0 : say_locale_chinese();
    say->quiet = c->quiet;
    say->colour_out = say_colour(1);
    say->colour_err = say_colour(2);
}

/* "list|generate|…": what may stand behind a word that begins several commands; empty: it begins
 * none. */
static void put_second_words(const struct cli_program *program, const char *first, struct buf *to)
{
    const size_t len = strlen(first);
    const char *last = "";
    for (const struct cli_command *c = program->commands; c->name; c++) {
        if (strncmp(c->name, first, len) != 0 || c->name[len] != ' ')
            continue;
        const char *const word = c->name + len + 1;
        const size_t width = strcspn(word, " ");
        if (strncmp(word, last, width) == 0 && strcspn(last, " ") == width)
            continue; /* of three words, and told */
        buf_printf(to, "%s%.*s", to->len > 0 ? "|" : "", (int)width, word);
        last = word;
    }
}

static enum cli_outcome complain_of_command(struct parse *p)
{
    ON_EXIT(buf_free_at) struct buf second = { 0 };
    if (p->call.argc == 0)
        return complain(p, "缺少命令", "a command is missing");
    put_second_words(p->call.program, p->call.argv[0], &second);
    if (second.len > 0)
        return complain(p, "'%.100s' 之后须为 %s 之一", "'%.100s' needs one of %s behind it",
                        p->call.argv[0], buf_cstr(&second));
    return complain(p, "没有命令 '%.100s'", "unknown command '%.100s'", p->call.argv[0]);
}

struct parse_memory { /* one block for what a call borrows */
    void *globals, *options;
    char **argv;
};

static bool allocate(struct parse *p, const struct cli_program *program,
                     const struct cli_command *command, int argc)
{
    struct parse_memory *const m = calloc(1, sizeof *m);
    p->call.owned = m;
    if (!m)
        return false;
    m->argv = calloc((size_t)argc + 1, sizeof *m->argv);
    m->globals = calloc(1, program->options_size + 1);
    m->options = calloc(1, (command ? command->options_size : 0) + 1);
    p->globals = m->globals;
    p->options = m->options;
    p->argv = m->argv;
    p->call.globals = program->options ? m->globals : NULL;
    p->call.options = command && command->options ? m->options : NULL;
    return m->argv && m->globals && m->options;
}

void cli_call_free(struct cli_call *call)
{
    struct parse_memory *const m = call->owned;
    if (m) {
        free(m->globals);
        free(m->options);
        free(m->argv);
        free(m);
    }
    *call = (struct cli_call){ 0 };
}

static void copy_without(struct parse *p, int argc, char *argv[], int at, int words)
{
    for (int i = 0; i < argc; i++)
        if (i < at || i >= at + words)
            p->argv[p->argc++] = argv[i];
}

/* Complaints of what stands before --lang are in its language, too. */
static void look_for_language(struct parse *p)
{
    for (int i = 0; i < p->argc && strcmp(p->argv[i], "--") != 0; i++) {
        const char *word = NULL;
        if (strcmp(p->argv[i], "--lang") == 0)
            word = p->argv[i + 1];
        else if (strncmp(p->argv[i], "--lang=", 7) == 0)
            word = p->argv[i] + 7;
        if (word && (strcmp(word, "zh") == 0 || strcmp(word, "en") == 0))
            p->call.say.chinese = word[0] == 'z';
    }
}

static enum cli_outcome parse_rest(struct parse *p)
{
    /* The nearest meaning wins: `sitecert token NUMBER --version 2` asks for a version of the
     * token. */
    if (p->call.command)
        set_add(&p->set, p->call.command->options, p->options);
    set_add(&p->set, p->call.program->options, p->globals);
    set_add(&p->set, cli_common_options, &p->call.common);

    look_for_language(p);
    const enum cli_outcome outcome = read_options(p);
    if (outcome != CLI_RUN)
        return outcome;
    set_say(&p->call.say, p->call.program, &p->call.common);
    p->call.argc = p->argc - optind;
    p->call.argv = p->argv + optind;
    if (p->call.common.help || p->call.common.version || p->call.common.describe)
        return show(p);
    return p->call.command ? check_complete(p) : complain_of_command(p);
}

enum cli_outcome cli_parse(const struct cli_program *program, int argc, char *argv[],
                           struct cli_call *ret, struct buf *out)
{
    assert(program && argc > 0 && ret && out);

    struct parse p = { .out = out, .set = { .shorts = ":" } };
    const int at = find_first_operand(program, argc, argv, &p.early);
    int words = 0;
    p.call.program = program;
    p.call.command = find_command(program, argc - at, argv + at, &words);
    set_say(&p.call.say, program, &p.early);

    enum cli_outcome outcome = CLI_FAILED;
    if (allocate(&p, program, p.call.command, argc)) {
        copy_without(&p, argc, argv, at, words);
        outcome = parse_rest(&p);
        set_say(&p.call.say, program, &p.call.common);
    }
    if (outcome == CLI_RUN)
        *ret = p.call;
    else
        cli_call_free(&p.call);
    return outcome;
}
