#include "core/cli/progress.h"
#include "issuer/command/reading.h"
#include "issuer/publication/monitor.h"

struct audit_options {
    const char *published;
};

static void show_progress(void *ctx, uint64_t done, uint64_t of)
{
    (void)of;
    progress_step(ctx, done);
}

static void put_text(struct buf *to, const struct audit *a, bool zh)
{
    for (size_t i = 0; i < a->kept; i++)
        buf_printf(to, "%s: %s\n", a->findings[i].subject, a->findings[i].text);
    if (a->finding_count > a->kept)
        buf_printf(to, zh ? "……另有 %llu 处\n" : "… and %llu more\n",
                   (unsigned long long)(a->finding_count - a->kept));
    buf_printf(
        to,
        zh ? "%s：记录 %llu 条，人员 %llu，证书 %llu，版本 %llu，决定 %llu，日志 %llu 条，根 %s\n"
           : "%s: %llu rows, %llu persons, %llu certificates, %llu versions, %llu orders, log of "
             "%llu entries, root %s\n",
        a->finding_count == 0 ? (zh ? "全部相符" : "all agree")
                              : (zh ? "不相符" : "NOT in agreement"),
        (unsigned long long)a->rows, (unsigned long long)a->persons,
        (unsigned long long)a->certificates, (unsigned long long)a->versions,
        (unsigned long long)a->orders, (unsigned long long)a->log_size, a->root);
}

static enum rc print(const struct cli_call *call, const struct audit *a, struct diag *d)
{
    if (call->common.json)
        return command_print_json(audit_json(a), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_text(&text, a, call->say.chinese);
    return say_out(&text, d);
}

/* The published log first: its checkpoint, tiles and lists against what the register has. */
static enum rc start_from(const struct cli_call *call, struct reading *r, const char *published,
                          struct audit *result, struct diag *d)
{
    ON_EXIT(monitored_free) struct monitored m = { .seen_size = 0 };
    const enum rc rc = monitor_run(r->reg, &r->home, published, (struct span){ 0 }, &m, d);
    if (rc != RC_OK)
        return rc;
    audit_join(result, &m.found);
    say_note(&call->say, "已发布的日志 %llu 条，登记簿 %llu 条；状态与截止日%s",
             "published log of %llu entries, the register has %llu; statuses and deadlines %s",
             (unsigned long long)m.found.log_size, (unsigned long long)register_log_settled(r->reg),
             m.rows_compared ? pick(&call->say, "已逐行比较", "were compared row by row")
                             : pick(&call->say, "未比较（登记已更新）",
                                    "were not compared: the register has moved on"));
    return RC_OK;
}

static enum rc audit_all(const struct cli_call *call, struct reading *r, struct audit *ret,
                         struct diag *d)
{
    const struct audit_options *const o = call->options;
    ON_EXIT(audit_free) struct audit records = { 0 };
    struct progress progress;
    enum rc rc = o->published ? start_from(call, r, o->published, ret, d) : RC_OK;
    if (rc != RC_OK)
        return rc;
    progress_begin(&progress, &call->say, "核对", "auditing", audit_length(r->reg));
    rc = audit_run(r->reg, &r->home, r->home.settings.sign_threads, show_progress, &progress,
                   &records, d);
    progress_end(&progress);
    if (rc != RC_OK)
        return rc;
    audit_join(&records, ret);
    audit_free(ret);
    *ret = records;
    records.findings = NULL;
    return RC_OK;
}

static int run(const struct cli_call *call)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    ON_EXIT(audit_free) struct audit result = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = audit_all(call, &r, &result, &d);
    if (rc == RC_OK)
        rc = print(call, &result, &d);
    return rc == RC_OK && result.finding_count > 0 ? EXIT_FAILED : command_conclude(call, rc, &d);
}

static const struct cli_option options[] = {
    { "published", 0, CLI_TEXT, "DIR", offsetof(struct audit_options, published),
      "从已发布的目录开始：检查点、日志分块、状态与截止日也与登记簿核对",
      "start from a published folder: its checkpoint, tiles, statuses and deadlines too", false },
    CLI_OPTIONS_END,
};

static const struct cli_example examples[] = {
    { "sitecert audit && echo 相符", "退出状态 0：全部相符；1：不相符，或未能核完",
      "exit status 0: all agree; 1: something differs, or it could not be finished" },
    { "sitecert audit --published /srv/sitecert/publish", "从已发布的日志开始，直到每一条记录",
      "from the published log down to every record" },
    { "sitecert audit --json | jq '.findings[]'", "逐条列出不符之处", "each disagreement" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_audit = {
    .name = "audit",
    .synopsis = "",
    .zh = "由原始记录重算每个编号、状态、截止日、日志和签名并核对",
    .en =
        "recompute every number, state, deadline, leaf and signature from the records, and compare",
    .options = options,
    .options_size = sizeof(struct audit_options),
    .examples = examples,
    .run = run,
};
