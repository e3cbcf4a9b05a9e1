#include <assert.h>
#include <string.h>

#include "core/cli/cli.h"
#include "core/cli/width.h"

#define INDENT      "  "
#define COLUMN_MAX  40 /* a longer left side gets a line of its own */
#define COLUMN_NONE 0

struct help {
    struct buf *to;
    bool chinese;
};

static const char *in_language(const struct help *h, const char *zh, const char *en)
{
    return h->chinese ? zh : en;
}

static void put_left_of_option(struct buf *to, const struct cli_option *o)
{
    if (o->letter)
        buf_printf(to, INDENT "-%c, --%s", o->letter, o->name);
    else
        buf_printf(to, INDENT "    --%s", o->name);
    if (o->arg)
        buf_printf(to, " %s", o->arg);
}

static void put_left_of_command(struct buf *to, const struct cli_command *c)
{
    buf_printf(to, INDENT "%s%s%s", c->name, c->synopsis[0] ? " " : "", c->synopsis);
}

static void put_row(struct help *h, struct buf *left, size_t column, const char *text)
{
    const char *const shown = buf_cstr(left);
    if (text_width(span_text(shown)) + 2 > column) {
        buf_printf(h->to, "%s\n", shown);
        text_pad(h->to, "", column);
    } else {
        text_pad(h->to, shown, column);
    }
    buf_printf(h->to, "%s\n", text);
}

static size_t column_for(const struct buf *left, size_t column)
{
    const size_t width = text_width(buf_span(left)) + 2;
    return width > column && width <= COLUMN_MAX ? width : column;
}

static size_t column_of_options(const struct cli_option *options, size_t column)
{
    for (; options && options->name; options++) {
        ON_EXIT(buf_free_at) struct buf left = { 0 };
        put_left_of_option(&left, options);
        column = column_for(&left, column);
    }
    return column;
}

static void put_options(struct help *h, const struct cli_option *options, size_t column,
                        const char *zh, const char *en)
{
    if (!options || !options->name)
        return;
    buf_printf(h->to, "\n%s\n", in_language(h, zh, en));
    for (; options->name; options++) {
        ON_EXIT(buf_free_at) struct buf left = { 0 };
        ON_EXIT(buf_free_at) struct buf right = { 0 };
        put_left_of_option(&left, options);
        buf_put_text(&right, in_language(h, options->zh, options->en));
        if (options->required)
            buf_put_text(&right, in_language(h, "（必填）", " (required)"));
        put_row(h, &left, column, buf_cstr(&right));
    }
}

static void put_commands(struct help *h, const struct cli_command *commands)
{
    size_t column = COLUMN_NONE, count = 0;
    for (const struct cli_command *c = commands; c->name; c++) {
        ON_EXIT(buf_free_at) struct buf left = { 0 };
        put_left_of_command(&left, c);
        column = c->name[0] ? column_for(&left, column) : column;
        count += c->name[0] != '\0';
    }
    if (count == 0)
        return;

    buf_printf(h->to, "\n%s\n", in_language(h, "命令：", "Commands:"));
    for (const struct cli_command *c = commands; c->name; c++) {
        if (!c->name[0])
            continue;
        ON_EXIT(buf_free_at) struct buf left = { 0 };
        put_left_of_command(&left, c);
        put_row(h, &left, column, in_language(h, c->zh, c->en));
    }
}

static void put_examples(struct help *h, const struct cli_example *examples)
{
    if (!examples || !examples->line)
        return;
    buf_printf(h->to, "\n%s\n", in_language(h, "例子：", "Examples:"));
    for (; examples->line; examples++)
        buf_printf(h->to, INDENT "# %s\n" INDENT "%s\n", in_language(h, examples->zh, examples->en),
                   examples->line);
}

static void put_usage(struct help *h, const struct cli_program *p, const struct cli_command *c)
{
    buf_printf(h->to, "%s%s", in_language(h, "用法：", "Usage: "), p->name);
    if (!c) {
        buf_printf(h->to, " %s\n", in_language(h, "命令 [选项] …", "COMMAND [OPTION…] …"));
        return;
    }
    buf_printf(h->to, "%s%s %s%s%s\n", c->name[0] ? " " : "", c->name,
               in_language(h, "[选项]", "[OPTION…]"), c->synopsis[0] ? " " : "", c->synopsis);
}

/* The command that has no name of its own speaks for the whole program. */
static const struct cli_command *nameless(const struct cli_program *p)
{
    for (const struct cli_command *c = p->commands; c->name; c++)
        if (!c->name[0])
            return c;
    return NULL;
}

void cli_help_put(struct buf *to, const struct cli_program *program,
                  const struct cli_command *command, bool chinese)
{
    assert(to && program);

    struct help h = { .to = to, .chinese = chinese };
    const struct cli_command *const c = command ? command : nameless(program);
    const bool whole = !c || !c->name[0];
    const struct cli_option *const own = c ? c->options : NULL;
    const size_t column = column_of_options(
        own, column_of_options(program->options, column_of_options(cli_common_options, 0)));

    put_usage(&h, program, c);
    buf_printf(to, "\n%s\n",
               in_language(&h, whole ? program->zh : c->zh, whole ? program->en : c->en));
    if (whole)
        put_commands(&h, program->commands);
    put_options(&h, own, column, "选项：", "Options:");
    put_options(&h, program->options, column, "各命令通用：", "For every command:");
    put_options(&h, cli_common_options, column, "通用选项：", "Common options:");
    put_examples(&h, c ? c->examples : NULL);
    if (whole && program->footer_zh)
        buf_printf(to, "\n%s\n", in_language(&h, program->footer_zh, program->footer_en));
    if (whole && !c)
        buf_printf(
            to, "\n%s\n",
            in_language(&h, "每个命令都有自己的 --help。", "Each command has its own --help."));
}
