#include "issuer/command/commands.h"
#include "issuer/command/reading.h"
#include "issuer/publication/monitor.h"

#define SEEN_FOLDER "monitor"
#define SEEN_FILE   "monitor/checkpoint"

struct monitor_options {
    const char *state;
};

static enum rc place_of(const struct cli_call *call, const struct home *h, char ret[PATH_LEN],
                        struct diag *d)
{
    const struct monitor_options *const o = call->options;
    return o->state ? path_join("", o->state, ret, d) : home_path(h, SEEN_FILE, ret, d);
}

static enum rc read_seen(const char *path, struct buf *to, struct diag *d)
{
    struct diag why = DIAG_INIT;
    const enum rc rc = file_read(path, CHECKPOINT_MAX, to, &why);
    return rc == RC_OK || rc == RC_NOT_FOUND ? RC_OK : diag_set(d, rc, why.offset, "%s", why.text);
}

/* Only what agreed is remembered: the next time is compared with what was good. */
static enum rc remember(const struct cli_call *call, const struct home *h, const char *path,
                        const struct monitored *m, struct diag *d)
{
    const struct monitor_options *const o = call->options;
    char folder[PATH_LEN];
    if (m->found.finding_count > 0 || m->note.len == 0)
        return RC_OK;
    enum rc rc = o->state ? RC_OK : home_path(h, SEEN_FOLDER, folder, d);
    if (rc == RC_OK && !o->state)
        rc = folder_make(folder, 0700, d);
    return rc == RC_OK ? file_replace(path, buf_span(&m->note), 0600, d) : rc;
}

static void put_text(struct buf *to, const struct monitored *m, bool zh)
{
    const struct audit *const a = &m->found;
    for (size_t i = 0; i < a->kept; i++)
        buf_printf(to, "%s: %s\n", a->findings[i].subject, a->findings[i].text);
    if (a->finding_count > a->kept)
        buf_printf(to, zh ? "……另有 %llu 处\n" : "… and %llu more\n",
                   (unsigned long long)(a->finding_count - a->kept));
    buf_printf(
        to, zh ? "%s：已发布日志 %llu 条，根 %s\n" : "%s: published log of %llu entries, root %s\n",
        a->finding_count == 0 ? (zh ? "每条都有申请" : "every entry was applied for")
                              : (zh ? "不相符" : "NOT in agreement"),
        (unsigned long long)a->log_size, a->root);
    buf_printf(to,
               zh ? "上次所见 %llu 条；状态与截止日%s\n"
                  : "seen before: %llu entries; statuses and deadlines %s\n",
               (unsigned long long)m->seen_size,
               m->rows_compared ? (zh ? "已逐行比较" : "were compared row by row")
                                : (zh ? "未比较（登记已更新）"
                                      : "were not compared: the register has moved on"));
}

/* The audit's form, without what only it counts. */
static json_t *as_json(const struct monitored *m)
{
    static const char *const others[] = { "certificates", "versions", "orders",     "voids",
                                          "rows",         "persons",  "checkpoints" };
    json_t *const o = audit_json(&m->found);
    int failed = o == NULL;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        failed |= json_object_del(o, others[i]);
    failed |= json_object_set_new(o, "seen_size", json_integer((json_int_t)m->seen_size));
    failed |= json_object_set_new(o, "rows_compared", json_boolean(m->rows_compared));
    if (!failed)
        return o;
    json_decref(o);
    return NULL;
}

static enum rc print(const struct cli_call *call, const struct monitored *m, struct diag *d)
{
    if (call->common.json)
        return command_print_json(as_json(m), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_text(&text, m, call->say.chinese);
    return say_out(&text, d);
}

static int run(const struct cli_call *call)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    ON_EXIT(monitored_free) struct monitored m = { .seen_size = 0 };
    ON_EXIT(buf_free_at) struct buf seen = { 0 };
    char path[PATH_LEN];
    struct diag d = DIAG_INIT;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = place_of(call, &r.home, path, &d);
    if (rc == RC_OK)
        rc = read_seen(path, &seen, &d);
    if (rc == RC_OK)
        rc = monitor_run(r.reg, &r.home, call->argv[0], buf_span(&seen), &m, &d);
    if (rc == RC_OK)
        rc = print(call, &m, &d);
    if (rc == RC_OK)
        rc = remember(call, &r.home, path, &m, &d);
    return rc == RC_OK && m.found.finding_count > 0 ? EXIT_FAILED : command_conclude(call, rc, &d);
}

static const struct cli_option options[] = {
    { "state", 0, CLI_TEXT, "FILE", offsetof(struct monitor_options, state),
      "记住所见检查点的文件；默认 HOME/monitor/checkpoint",
      "where the checkpoint that was seen is remembered; by default HOME/monitor/checkpoint",
      false },
    CLI_OPTIONS_END,
};

static const struct cli_example examples[] = {
    { "sitecert monitor /srv/sitecert/publish", "每天一次；退出状态 1：有无人申请的条目，或有不符",
      "daily; exit status 1: something was published that nobody applied for, or differs" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_monitor = {
    .name = "monitor",
    .synopsis = "DIR",
    .min = 1,
    .max = 1,
    .zh = "核对已发布的日志与申请：有没有无人申请的条目，日志有没有倒退或分叉",
    .en = "compare a published log with what was applied for, and with what was seen before",
    .options = options,
    .options_size = sizeof(struct monitor_options),
    .examples = examples,
    .run = run,
};
