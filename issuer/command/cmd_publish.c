#include "issuer/command/key_change.h"
#include "issuer/publication/publish.h"

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

static int run(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct published published;
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = publish(&home, call->argv[0], &published, &d);
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
    .examples = examples,
    .run = run,
};
