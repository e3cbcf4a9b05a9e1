#include <assert.h>

#include "core/cli/cli.h"

static void put_option_names(struct buf *to, const struct cli_option *options)
{
    for (; options && options->name; options++)
        buf_printf(to, " --%s", options->name);
}

static void put_bash_cases(struct buf *to, const struct cli_command *commands)
{
    for (const struct cli_command *c = commands; c->name; c++) {
        if (!c->options)
            continue;
        if (c->name[0])
            buf_printf(to, "    *\" %s \"*) options+=\"", c->name);
        else
            buf_put_text(to, "    *) options+=\"");
        put_option_names(to, c->options);
        buf_put_text(to, "\" ;;\n");
    }
}

static void put_bash(struct buf *to, const struct cli_program *p)
{
    buf_printf(to,
               "# bash completion of %s, made from its table of options\n_%s_complete()\n{\n"
               "    local word=${COMP_WORDS[COMP_CWORD]} line=\" ${COMP_WORDS[*]:1} \"\n"
               "    local commands=\"",
               p->name, p->name);
    for (const struct cli_command *c = p->commands; c->name; c++)
        if (c->name[0])
            buf_printf(to, "%s ", c->name);
    buf_put_text(to, "\" options=\"");
    put_option_names(to, p->options);
    put_option_names(to, cli_common_options);
    buf_put_text(to, "\"\n    case $line in\n");
    put_bash_cases(to, p->commands);
    buf_printf(
        to,
        "    esac\n    case $word in\n"
        "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\") ;;\n"
        "    *) mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$word\"; compgen -f -- "
        "\"$word\") ;;\n"
        "    esac\n}\ncomplete -o filenames -F _%s_complete %s\n",
        p->name, p->name);
}

static const char *in_language(bool chinese, const char *zh, const char *en)
{
    return chinese ? zh : en;
}

/* scdoc reads _ and * as markup. */
static void put_escaped(struct buf *to, const char *text)
{
    for (; *text; text++) {
        if (*text == '_' || *text == '*' || *text == '\\' || *text == '<' || *text == '#')
            buf_put_u8(to, '\\');
        buf_put_u8(to, (uint8_t)*text);
    }
}

static void put_scdoc_options(struct buf *to, const struct cli_option *options, bool chinese)
{
    for (; options && options->name; options++) {
        if (options->letter)
            buf_printf(to, "*-%c*, ", options->letter);
        buf_printf(to, "*--%s*", options->name);
        if (options->arg)
            buf_printf(to, " _%s_", options->arg);
        buf_put_text(to, "\n\t");
        put_escaped(to, in_language(chinese, options->zh, options->en));
        buf_put_text(to, "\n\n");
    }
}

static void put_scdoc_command(struct buf *to, const struct cli_program *p,
                              const struct cli_command *c, bool chinese)
{
    buf_printf(to, "## %s%s%s %s\n\n", p->name, c->name[0] ? " " : "", c->name, c->synopsis);
    put_escaped(to, in_language(chinese, c->zh, c->en));
    buf_put_text(to, "\n\n");
    put_scdoc_options(to, c->options, chinese);
    for (const struct cli_example *e = c->examples; e && e->line; e++) {
        put_escaped(to, in_language(chinese, e->zh, e->en));
        buf_printf(to, "\n\n```\n%s\n```\n\n", e->line);
    }
}

static void put_scdoc(struct buf *to, const struct cli_program *p, bool chinese)
{
    buf_printf(to, "%s(1)\n\n# %s\n\n%s - ", p->name, in_language(chinese, "名称", "NAME"),
               p->name);
    put_escaped(to, in_language(chinese, p->zh, p->en));
    buf_printf(to, "\n\n# %s\n\n", in_language(chinese, "用法", "SYNOPSIS"));
    for (const struct cli_command *c = p->commands; c->name; c++)
        buf_printf(to, "*%s%s%s* %s %s\n\n", p->name, c->name[0] ? " " : "", c->name,
                   in_language(chinese, "[选项]", "[options]"), c->synopsis);

    buf_printf(to, "# %s\n\n", in_language(chinese, "命令", "COMMANDS"));
    for (const struct cli_command *c = p->commands; c->name; c++)
        put_scdoc_command(to, p, c, chinese);

    buf_printf(to, "# %s\n\n", in_language(chinese, "通用选项", "COMMON OPTIONS"));
    put_scdoc_options(to, p->options, chinese);
    put_scdoc_options(to, cli_common_options, chinese);
}

void cli_describe_put(struct buf *to, const struct cli_program *program, bool scdoc, bool chinese)
{
    assert(to && program);

    if (scdoc)
        put_scdoc(to, program, chinese);
    else
        put_bash(to, program);
}
