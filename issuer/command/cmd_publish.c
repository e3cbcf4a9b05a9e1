#include "issuer/command/core_ask.h"
#include "issuer/command/key_change.h"
#include "issuer/publication/publish.h"
#include "issuer/witness/collect.h"

static enum rc print(const struct cli_call *call, const struct published *p, struct diag *d)
{
    if (call->common.json)
        return command_print_json(
            json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "sequence", (json_int_t)p->sequence,
                      "log_size", (json_int_t)p->log_size, "rows", (json_int_t)p->rows,
                      "bundle_bytes", (json_int_t)p->bundle_bytes, "status_bytes",
                      (json_int_t)p->status_bytes, "deadline_bytes", (json_int_t)p->deadline_bytes,
                      "delta_rows", (json_int_t)p->delta_rows, "delta_bytes",
                      (json_int_t)p->delta_bytes),
            d);

    say_note(&call->say, "已发布到 %s：序号 %llu，日志 %llu 条，数据包 %zu 字节",
             "published to %s: sequence %llu, log of %llu entries, bundle of %zu bytes",
             call->argv[0], (unsigned long long)p->sequence, (unsigned long long)p->log_size,
             p->bundle_bytes);
    if (p->delta_bytes > 0)
        say_note(&call->say, "与上次相比改动 %u 行，增量 %zu 字节",
                 "%u rows changed since the last time: a delta of %zu bytes",
                 (unsigned)p->delta_rows, p->delta_bytes);
    return RC_OK;
}

struct publish_options {
    struct cli_texts witness;
};
static const struct cli_option table[] = {
    { "witness", 0, CLI_TEXTS, "URL", offsetof(struct publish_options, witness),
      "见证人的网址，可给多个：发布前请其对日志签名",
      "where a witness is, more than once for more: asked to cosign the log before it is published",
      false },
    CLI_OPTIONS_END,
};

static void say_failed(void *arg, const char *url, const struct diag *why)
{
    const struct cli_call *const call = arg;
    say_note(&call->say, "见证人 %s 没有签名：%s", "the witness %s did not cosign: %s", url,
             why->text);
}

static enum rc cosign(void *arg, const struct trust_list *trust, const struct tlog_source *log,
                      struct buf *checkpoint, struct diag *d)
{
    const struct cli_call *const call = arg;
    const struct publish_options *const o = call->options;
    const struct collector c = { .trust = trust,
                                 .urls = o->witness.at,
                                 .url_count = o->witness.count,
                                 .failed = say_failed,
                                 .arg = arg };
    return collect_cosignatures(&c, log, checkpoint, d);
}

static int run(const struct cli_call *call)
{
    const struct publish_cosigner cosigner = { cosign, (void *)(uintptr_t)call };
    ON_EXIT(core_return) int loan = -1;
    ON_EXIT(home_close) struct home home = { 0 };
    struct published published;
    struct diag d = DIAG_INIT;
    enum rc rc = core_borrow(command_home_path(call), &loan, &d);
    if (rc == RC_OK)
        rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = publish_cosigned(&home, call->argv[0], &cosigner, &published, &d);
    if (rc == RC_OK)
        rc = print(call, &published, &d);
    if (rc == RC_OK)
        key_change_warn(call, &home);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert publish /srv/sitecert/publish",
      "网站目录；bundle.scb 是检查员设备所需的全部；每天至少一次",
      "a folder for the web server, at least daily; bundle.scb is all that an inspector's device "
      "needs" },
    { "sitecert publish /srv/sitecert/publish --witness https://witness.example",
      "信任列表列有见证人时，先请其签名", "where the trust list names witnesses, asks them first" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_publish = {
    .name = "publish",
    .synopsis = "DIR",
    .min = 1,
    .max = 1,
    .zh = "发布信任列表、名录、状态、截止日、日志和离线数据包",
    .en = "write what the world may read: trust list, directory, status, deadlines, log, offline "
          "bundle",
    .options = table,
    .options_size = sizeof(struct publish_options),
    .examples = examples,
    .run = run,
};
