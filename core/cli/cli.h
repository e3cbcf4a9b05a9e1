/*
 * The command line of our programs: one table of commands and options is parsed
 * from (getopt_long), explained from (--help, in Chinese and English), completed
 * from and documented from (--describe). To add an option, add a row.
 *
 *     struct show_options { const char *bundle; bool all; };
 *     static const struct cli_option show_table[] = {
 *         { "bundle", 'b', CLI_TEXT, "FILE", offsetof(struct show_options, bundle), "数据包", "the
 * bundle" }, { "all", 0, CLI_FLAG, NULL, offsetof(struct show_options, all), "全部", "all of it" },
 *         CLI_OPTIONS_END,
 *     };
 *     static int run_show(const struct cli_call *call)
 *     {
 *         const struct show_options *const o = call->options; …
 *         return 0;
 *     }
 *     static const struct cli_command commands[] = {
 *         { .name = "bundle show", .synopsis = "FILE", .min = 1, .max = 1, .zh = "…", .en = "…",
 *           .options = show_table, .options_size = sizeof(struct show_options), .run = run_show },
 *         CLI_COMMANDS_END,
 *     };
 *     static const struct cli_program program = { .name = "certcheck", .commands = commands, … };
 *     int main(int argc, char *argv[]) { return cli_run(&program, argc, argv); }
 *
 * Every program has --json --lang --quiet --help --version --describe. Options may stand anywhere,
 * "--" ends them, "-" is an operand. What is not in the table is an error: exit 2.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/cli/say.h"

#define CLI_EXIT_USAGE    2
#define CLI_EXIT_INTERNAL 9
#define CLI_MANY          0xffffu /* operands: any number */
#define CLI_TEXTS_MAX     16

/* What an option takes, and what stands at its offset. Not given: all bytes are zero. */
enum cli_kind {
    CLI_FLAG,     /* bool */
    CLI_TEXT,     /* const char *: never empty */
    CLI_TEXTS,    /* struct cli_texts: the option may be repeated */
    CLI_CHOICE,   /* const char *: one of the words of arg, "zh|en" */
    CLI_NUMBER,   /* struct cli_number: decimal digits */
    CLI_DURATION, /* struct cli_number: seconds; digits with s, m, h or d behind */
    CLI_DATE,     /* struct cli_number: days since 1970-01-01 */
    CLI_TIME,     /* struct cli_number: Unix seconds; RFC 3339 or a bare date */
};

struct cli_number {
    bool given;
    int64_t value;
};

struct cli_texts {
    size_t count;
    const char *at[CLI_TEXTS_MAX]; /* borrow argv */
};

struct cli_option {
    const char *name; /* without the dashes; NULL ends a table */
    char letter;      /* 0: none */
    enum cli_kind kind;
    const char *arg; /* how help names the value; NULL for a flag */
    size_t offset;
    const char *zh, *en;
    bool required;
};
#define CLI_OPTIONS_END                                                                            \
    {                                                                                              \
        .name = NULL                                                                               \
    }

struct cli_example {
    const char *line; /* what one types; NULL ends the list */
    const char *zh, *en;
};

struct cli_common {
    bool json, quiet, help, version;
    const char *lang, *describe;
};

struct cli_call;

struct cli_command {
    const char *name;     /* one to three words; "": what is done when no command is named */
    const char *synopsis; /* the operands: "FILE…", or "" */
    unsigned min, max;    /* number of operands */
    const char *zh, *en;  /* one line: what it does */
    const struct cli_option *options; /* NULL: none of its own */
    size_t options_size;
    const struct cli_example *examples; /* may be NULL */
    int (*run)(const struct cli_call *call);
};
#define CLI_COMMANDS_END                                                                           \
    {                                                                                              \
        .name = NULL                                                                               \
    }

struct cli_program {
    const char *name;
    const char *zh, *en;              /* one line: what it is for */
    const struct cli_option *options; /* of every command, as --home; NULL: none */
    size_t options_size;
    const struct cli_command *commands; /* an option's name has one kind in all of them */
    const char *footer_zh, *footer_en;  /* behind the help; may be NULL */
};

struct cli_call {
    const struct cli_program *program;
    const struct cli_command *command;
    struct cli_common common;
    struct say say;
    const void *globals; /* program->options' struct; NULL when the program has none */
    const void *options; /* command->options' struct; NULL when it has none */
    int argc;            /* operands alone */
    char *const *argv;
    void *owned; /* the parser's memory: cli_call_free() */
};

/* The row of --home in a table of options; o: a struct with a member home, const char *. */
#define CLI_HOME_OPTION(o)                                                                         \
    {                                                                                              \
        "home", 0, CLI_TEXT, "DIR", offsetof(o, home),                                             \
            "系统目录；默认取 SITECERT_HOME，再默认 /var/lib/sitecert",                            \
            "the deployment's folder; by default SITECERT_HOME, else /var/lib/sitecert", false     \
    }
/* That home: what was given, else what the environment says, else the usual one. */
const char *cli_home(const char *given);

/*
 * How a program with one thing to do ends: what went wrong is said, and RC_USAGE is an exit status
 * of its own.
 *
 * checked  it was --check-config, which says that the settings hold
 */
int cli_end(const struct cli_call *call, bool checked, enum rc rc, const struct diag *d);

/* Parses, answers --help, --version and --describe, complains, or runs the command. Returns the
 * exit status. */
int cli_run(const struct cli_program *program, int argc, char *argv[]);

/* --- the parts, for tests and for whoever needs them alone --- */

enum cli_outcome {
    CLI_USAGE = 0, /* out holds the complaint: to standard error, exit 2 */
    CLI_SHOW = 1,  /* out holds the answer: to standard output, exit 0 */
    CLI_RUN = 2,   /* *ret is to be run */
    CLI_FAILED = 3 /* out of memory */
};
enum cli_outcome cli_parse(const struct cli_program *program, int argc, char *argv[],
                           struct cli_call *ret, struct buf *out);
void cli_call_free(struct cli_call *call); /* leaves it zeroed; for ON_EXIT too */

/* command NULL: the whole program. */
void cli_help_put(struct buf *to, const struct cli_program *program,
                  const struct cli_command *command, bool chinese);
/* "bash": completion; "scdoc": source of a manual page, section 1. */
void cli_describe_put(struct buf *to, const struct cli_program *program, bool scdoc, bool chinese);

const char *cli_version(void); /* "0.1.0" */
extern const struct cli_option cli_common_options[];

/* "30d", "12h", "90m", "45s" as seconds; false, nothing written: anything else, or over 100 years.
 */
MUST_CHECK bool cli_duration_parse(const char *text, int64_t *ret_s);
MUST_CHECK bool cli_number_parse(const char *text, int64_t *ret);
/* True when word is one of the words of "a|b|c". */
bool cli_word_among(const char *words, const char *word);
/* Reads one value of this kind; false: text is none. at: the option's field. */
MUST_CHECK bool cli_value_store(const struct cli_option *option, const char *text, void *at);
