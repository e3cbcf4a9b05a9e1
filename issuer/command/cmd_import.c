#include <string.h>

#include "core/sys/clock.h"
#include "issuer/command/import_print.h"

#define KINDS "authority|provider|training|test|education|legacy|photo|order"

struct import_command_options {
    const char *kind, *sender, *errors, *results;
    bool dry_run, resume;
    struct cli_texts operators;
};

#define AT(member) offsetof(struct import_command_options, member)
static const struct cli_option options[] = {
    { "kind", 0, CLI_CHOICE, KINDS, AT(kind), "记录种类；默认看文件名开头，如 test-2020-03.csv",
      "what the records are; by default by the file's name, as test-2020-03.csv", false },
    { "dry-run", 'n', CLI_FLAG, NULL, AT(dry_run), "只检查，不写入",
      "only check: nothing is written", false },
    { "resume", 0, CLI_FLAG, NULL, AT(resume), "从上次中断处继续",
      "go on where an interrupted import stood", false },
    { "errors", 0, CLI_TEXT, "OUT.csv", AT(errors), "退回的行及原因",
      "refused rows and why, as CSV", false },
    { "results", 0, CLI_TEXT, "OUT.ndjson", AT(results), "每一行的结果", "what became of every row",
      false },
    { "sender", 0, CLI_TEXT, "ID", AT(sender), "记录编号属于哪个报送方；默认 local",
      "whose record ids these are; by default local", false },
    { "operator", 0, CLI_TEXTS, "KEY.pem", AT(operators), "签署决定的操作员密钥；需两人时写两次",
      "operator's key, for order files; twice when two must sign", false },
    CLI_OPTIONS_END,
};
#undef AT

static volatile sig_atomic_t stop;

static void ask_to_stop(int signal_number)
{
    (void)signal_number;
    stop = 1;
}

/* The next commit is soon; a second signal ends us at once. */
static void listen_for_stop(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_flags = (int)SA_RESETHAND | SA_RESTART };
    action.sa_handler = ask_to_stop;
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)sigaction(signals[i], &action, NULL);
}

static bool sender_valid(const char *sender)
{
    const size_t len = strlen(sender);
    for (size_t i = 0; i < len; i++)
        if (sender[i] <= ' ' || sender[i] > '~')
            return false;
    return len > 0 && len <= RECORD_ID_MAX;
}

/* What the table of options can't say. */
static bool check_usage(const struct cli_call *call)
{
    const struct import_command_options *const o = call->options;
    if (o->sender && !sender_valid(o->sender)) {
        say_error(&call->say, "--sender：1 至 64 个 ASCII 字符，不含空格",
                  "--sender: 1 to 64 characters of ASCII without spaces");
        return false;
    }
    if (o->operators.count > 2) {
        say_error(&call->say, "--operator：至多两次", "--operator: at most twice");
        return false;
    }
    return true;
}

static void say_failure(const struct cli_call *call, const struct import_result *result, enum rc rc,
                        struct diag *d)
{
    /* A system's message names the file already. */
    if (result->file[0] && (rc == RC_FORMAT || rc == RC_LIMIT)) {
        struct diag named = DIAG_INIT;
        (void)diag_set(&named, rc, d->offset, "%.80s: %.150s", result->file, d->text);
        *d = named;
    }
    say_diag(&call->say, rc, d);
}

static enum rc print_counts(const struct cli_call *call, const struct import_counts *c,
                            double seconds, struct diag *d)
{
    const struct import_command_options *const o = call->options;
    if (call->common.json)
        return command_print_json(import_json(c, seconds), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    import_text(&text, c, seconds, o->dry_run, call->say.chinese);
    return say_out(&text, d);
}

static int conclude(const struct cli_call *call, const struct import_result *result, enum rc rc,
                    struct diag *d)
{
    if (rc != RC_OK)
        say_failure(call, result, rc, d);
    if (result->begun && (rc != RC_OK || result->stopped))
        say_error(&call->say, "已中断；以上记录已保存，可加 --resume 继续",
                  "interrupted; what is counted above is kept, --resume goes on from there");
    if (rc == RC_USAGE)
        return CLI_EXIT_USAGE;
    if (rc != RC_OK || result->stopped)
        return EXIT_FAILED;
    return result->counts.of[OUTCOME_REFUSED] + result->counts.of[OUTCOME_CONFLICT] > 0
               ? EXIT_REFUSED
               : EXIT_DONE;
}

static enum rc import_files(const struct cli_call *call, struct import_result *result,
                            struct diag *d)
{
    const struct import_command_options *const o = call->options;
    ON_EXIT(home_close) struct home home = { 0 };
    const enum rc rc = home_open(command_home_path(call), &home, d);
    if (rc != RC_OK)
        return rc;

    struct import_talk talk = { .say = &call->say, .several = call->argc > 1 };
    const struct import_options import_options = {
        .files = (const char *const *)call->argv,
        .file_count = (size_t)call->argc,
        .kind = o->kind ? kind_from_name(span_text(o->kind)) : KIND_NONE,
        .sender = o->sender ? o->sender : "local",
        .dry_run = o->dry_run,
        .resume = o->resume,
        .chinese = call->say.chinese,
        .errors_path = o->errors,
        .results_path = o->results,
        .operator_key = o->operators.at[0],
        .second_operator_key = o->operators.at[1],
        .stop = &stop,
        .watch = { &talk, import_say_opened, import_say_step, import_say_refused },
    };
    listen_for_stop();
    const enum rc done = import_run(&home, &import_options, result, d);
    import_say_end(&talk);
    return done;
}

static int run(const struct cli_call *call)
{
    if (!check_usage(call))
        return CLI_EXIT_USAGE;

    const double began = clock_elapsed();
    struct import_result result = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = import_files(call, &result, &d);
    if (result.begun) {
        const enum rc printed =
            print_counts(call, &result.counts, clock_elapsed() - began, rc == RC_OK ? &d : NULL);
        rc = rc == RC_OK ? printed : rc;
    }
    return conclude(call, &result, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert import authority.csv provider.csv training-2020-03.csv test-2020-03.csv",
      "按顺序导入多个文件", "several files, in this order" },
    { "sitecert import --dry-run --errors 退回.csv test-2020-03.csv", "先检查一遍", "check first" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_import = {
    .name = "import",
    .synopsis = "FILE…",
    .min = 1,
    .max = IMPORT_FILES_MAX,
    .zh = "导入记录文件：CSV（UTF-8 或 GB18030）或 NDJSON",
    .en = "take in files of records: CSV (UTF-8 or GB18030) or NDJSON",
    .options = options,
    .options_size = sizeof(struct import_command_options),
    .examples = examples,
    .run = run,
};
