#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "issuer/command/import_print.h"
#include "issuer/push/push.h"
#include "issuer/senders/senders.h"

#define KINDS              "authority|provider|training|test|education|legacy|photo|order"
#define PATIENCE_DEFAULT_S 600
#define PART_ROWS_MAX      100000
#define REFUSALS_SHOWN     20u

struct push_command_options {
    const char *url, *id, *key, *kind, *errors, *results, *external_url, *ca;
    struct cli_number batch_rows, patience;
    bool resume, no_wait;
};

#define AT(member) offsetof(struct push_command_options, member)
static const struct cli_option options[] = {
    { "url", 0, CLI_TEXT, "U", AT(url),
      "报送地址：https://…、本机的 http://127.0.0.1:端口 或 unix:路径",
      "the intake: https://…, http://127.0.0.1:PORT on this machine, or unix:PATH", true },
    { "id", 0, CLI_TEXT, "ID", AT(id), "报送方编号", "the sender's id", true },
    { "key", 0, CLI_TEXT, "KEY.pem", AT(key), "报送方私钥：Ed25519 或 P-256，PEM",
      "the sender's private key: Ed25519 or P-256, PEM", true },
    { "kind", 0, CLI_CHOICE, KINDS, AT(kind), "记录种类；默认看文件名开头，如 test-2020-03.csv",
      "what the records are; by default by the file's name, as test-2020-03.csv", false },
    { "resume", 0, CLI_FLAG, NULL, AT(resume), "从上次中断处继续",
      "go on where an interrupted push stood", false },
    { "errors", 0, CLI_TEXT, "OUT.csv", AT(errors), "退回的行及原因",
      "refused rows and why, as CSV", false },
    { "results", 0, CLI_TEXT, "OUT.ndjson", AT(results), "每一行的结果", "what became of every row",
      false },
    { "no-wait", 0, CLI_FLAG, NULL, AT(no_wait), "送达即止，不等结果",
      "end when all is handed over, without results", false },
    { "batch-rows", 0, CLI_NUMBER, "N", AT(batch_rows), "每批行数；默认 2000",
      "rows of one batch; by default 2000", false },
    { "patience", 0, CLI_DURATION, "10m", AT(patience), "服务器没有回应时重试多久；默认 10m",
      "how long to try again while the server gives no answer; by default 10m", false },
    { "external-url", 0, CLI_TEXT, "U", AT(external_url), "签名所用的地址，若与 --url 不同",
      "the address that is signed, when it is not that of --url", false },
    { "ca", 0, CLI_TEXT, "CA.pem", AT(ca), "用以验证服务器的根证书；默认用系统的",
      "root certificates for the server; by default the system's", false },
    CLI_OPTIONS_END,
};
#undef AT

struct push_talk {
    const struct say *say;
    bool several, counting;
    uint64_t shown, hidden;
    struct progress progress;
};

static void say_step(void *arg, uint64_t done, uint64_t of)
{
    struct push_talk *const talk = arg;
    if (!talk->counting)
        progress_begin(&talk->progress, talk->say, "报送", "pushing", of);
    talk->counting = true;
    progress_step(&talk->progress, done);
}

static void say_waiting(void *arg, const char *why, unsigned seconds)
{
    const struct push_talk *const talk = arg;
    say_note(talk->say, "%s；%u 秒后重试", "%s; again in %u s", why, seconds);
}

static void say_refused(void *arg, const char *file, uint64_t row, const char *column,
                        const char *code, const char *text)
{
    struct push_talk *const talk = arg;
    if (talk->say->quiet)
        return;
    if (talk->shown == REFUSALS_SHOWN) {
        talk->hidden++;
        return;
    }
    talk->shown++;
    ON_EXIT(buf_free_at) struct buf line = { 0 };
    if (talk->several)
        buf_printf(&line, "%s: ", file);
    buf_printf(&line, talk->say->chinese ? "第 %" PRIu64 " 行: " : "row %" PRIu64 ": ", row);
    if (column)
        buf_printf(&line, "%s: ", column);
    (void)fprintf(stderr, "%s%s: %s\n", buf_cstr(&line), code, text);
}

static void say_end(struct push_talk *talk)
{
    if (talk->counting)
        progress_end(&talk->progress);
    if (talk->hidden > 0)
        say_note(talk->say, "…… 还有 %" PRIu64 " 条，见 --errors",
                 "… and %" PRIu64 " more reasons, see --errors", talk->hidden);
}

/* A demonstration's clock may be borrowed here too, so that its daemon and we agree: its home says
 * whether it is one. */
static enum rc read_clock(const struct cli_call *call, int64_t *ret_fixed, struct diag *d)
{
    *ret_fixed = 0;
    if (!getenv(CLOCK_VARIABLE))
        return RC_OK;
    ON_EXIT(home_close) struct home home = { 0 };
    const enum rc rc = home_open(command_home_path(call), &home, d);
    if (rc == RC_OK)
        *ret_fixed = home.now;
    return rc;
}

/* $XDG_STATE_HOME/sitecert, else ~/.local/state/sitecert: made when it is not there. */
static enum rc state_folder(char ret[PATH_LEN], struct diag *d)
{
    const char *const state = getenv("XDG_STATE_HOME"), *const home = getenv("HOME");
    if (state && state[0] == '/') {
        enum rc rc = folder_make(state, 0700, d);
        if (rc == RC_OK)
            rc = path_join(state, "sitecert", ret, d);
        return rc == RC_OK ? folder_make(ret, 0700, d) : rc;
    }
    static const char *const steps[] = { ".local", "state", "sitecert" };
    if (!home || home[0] != '/')
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "neither HOME nor XDG_STATE_HOME is set");
    (void)snprintf(ret, PATH_LEN, "%s", home);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char longer[PATH_LEN];
        enum rc rc = path_join(ret, steps[i], longer, d);
        if (rc == RC_OK)
            rc = folder_make(longer, 0700, d);
        if (rc != RC_OK)
            return rc;
        memcpy(ret, longer, PATH_LEN);
    }
    return RC_OK;
}

static enum rc push_files(const struct cli_call *call, struct push_result *result, struct diag *d)
{
    const struct push_command_options *const o = call->options;
    struct push_talk talk = { .say = &call->say, .several = call->argc > 1 };
    struct address address;
    char folder[PATH_LEN];
    struct push_options push = {
        .files = (const char *const *)call->argv,
        .file_count = (size_t)call->argc,
        .kind = o->kind ? kind_from_name(span_text(o->kind)) : KIND_NONE,
        .client = { .address = &address,
                    .id = o->id,
                    .key_path = o->key,
                    .ca_path = o->ca,
                    .patience_s = o->patience.given ? o->patience.value : PATIENCE_DEFAULT_S,
                    .chinese = call->say.chinese },
        .state_folder = folder,
        .part_rows = o->batch_rows.given ? (uint64_t)o->batch_rows.value : PUSH_PART_ROWS,
        .resume = o->resume,
        .hand_over = o->no_wait,
        .errors_path = o->errors,
        .results_path = o->results,
        .watch = { &talk, say_step, say_waiting, say_refused },
    };
    enum rc rc = address_read(o->url, o->external_url, &address, d);
    if (rc == RC_OK)
        rc = read_clock(call, &push.client.fixed_now, d);
    if (rc == RC_OK)
        rc = state_folder(folder, d);
    if (rc == RC_OK)
        rc = push_run(&push, result, d);
    say_end(&talk);
    return rc;
}

static bool check_usage(const struct cli_call *call)
{
    const struct push_command_options *const o = call->options;
    if (!sender_id_valid(span_text(o->id))) {
        say_error(&call->say, "--id：不是报送方编号 '%s'", "--id: no sender's id '%s'", o->id);
        return false;
    }
    if (o->batch_rows.given && (o->batch_rows.value < 1 || o->batch_rows.value > PART_ROWS_MAX)) {
        say_error(&call->say, "--batch-rows：1 至 %d", "--batch-rows: 1 to %d", PART_ROWS_MAX);
        return false;
    }
    if (o->no_wait && (o->errors || o->results)) {
        say_error(&call->say, "--no-wait 不取结果，不能与 --errors、--results 同用",
                  "--no-wait fetches no results: not with --errors or --results");
        return false;
    }
    return true;
}

static enum rc print_counts(const struct cli_call *call, const struct import_counts *c,
                            double seconds, struct diag *d)
{
    if (call->common.json)
        return command_print_json(import_json(c, seconds), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    import_text(&text, c, seconds, false, call->say.chinese);
    return say_out(&text, d);
}

static int conclude(const struct cli_call *call, const struct push_result *result, enum rc rc,
                    const struct diag *d)
{
    if (rc == RC_OK)
        return result->counts.of[OUTCOME_REFUSED] + result->counts.of[OUTCOME_CONFLICT] > 0
                   ? EXIT_REFUSED
                   : EXIT_DONE;
    struct diag named = DIAG_INIT;
    (void)diag_set(&named, rc, d->offset, "%.80s%s%.150s", result->file,
                   result->file[0] ? ": " : "", d->text);
    say_diag(&call->say, rc, &named);
    if (result->begun)
        say_error(&call->say, "已中断；可加 --resume 继续，不会重复登记",
                  "interrupted; --resume goes on from there, and nothing is recorded twice");
    return rc == RC_USAGE ? CLI_EXIT_USAGE : EXIT_FAILED;
}

static int run(const struct cli_call *call)
{
    if (!check_usage(call))
        return CLI_EXIT_USAGE;

    const double began = clock_elapsed();
    struct push_result result = { .begun = false };
    struct diag d = DIAG_INIT;
    enum rc rc = push_files(call, &result, &d);
    if (result.begun) {
        const enum rc printed =
            print_counts(call, &result.counts, clock_elapsed() - began, rc == RC_OK ? &d : NULL);
        rc = rc == RC_OK ? printed : rc;
    }
    return conclude(call, &result, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert push training-2020-03.csv test-2020-03.csv --url https://intake.example "
      "--id zhejiang --key zhejiang-key.pem --errors 退回.csv",
      "报送两个文件，退回的行写入 退回.csv", "two files; refused rows to a file" },
    { "sitecert push test-2020-03.csv --url unix:/run/sitecert/http.sock --id zhejiang --key "
      "zhejiang-key.pem --resume",
      "经本机套接字，从上次中断处继续", "through a local socket, on from where it stood" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_push = {
    .name = "push",
    .synopsis = "FILE…",
    .min = 1,
    .max = IMPORT_FILES_MAX,
    .zh = "经网络报送记录文件：签名、分批、断点续传",
    .en = "push files of records over the network: signed, in batches, resumable",
    .options = options,
    .options_size = sizeof(struct push_command_options),
    .examples = examples,
    .run = run,
};
