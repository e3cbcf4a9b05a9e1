#include "issuer/backup/backup.h"
#include "issuer/command/commands.h"
#include "issuer/command/reading.h"

struct backup_command_options {
    bool with_keys;
};

static int run_backup(const struct cli_call *call)
{
    const struct backup_command_options *const chosen = call->options;
    const struct backup_options o = { .with_keys = chosen->with_keys };
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct backup_made made;
    struct diag d = DIAG_INIT;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = backup_write(r.reg, &r.home, call->argv[0], &o, &made, &d);
    if (rc == RC_OK && call->common.json)
        rc = command_print_json(json_pack("{s:I,s:I,s:b}", "bytes", (json_int_t)made.totals.bytes,
                                          "log_size", (json_int_t)made.log_size, "keys",
                                          (int)o.with_keys),
                                &d);
    else if (rc == RC_OK)
        say_note(&call->say, "已备份到 %s：日志 %llu 条，%llu 字节",
                 "backed up to %s: log of %llu entries, %llu bytes", call->argv[0],
                 (unsigned long long)made.log_size, (unsigned long long)made.totals.bytes);
    if (rc == RC_OK && o.with_keys)
        say_note(&call->say, "其中有私钥：请像私钥一样保管",
                 "it holds the private keys: keep it as they are kept");
    return command_conclude(call, rc, &d);
}

static const struct cli_option backup_options_list[] = {
    { "with-keys", 0, CLI_FLAG, NULL, offsetof(struct backup_command_options, with_keys),
      "连同 keys/ 里的私钥（默认不含）", "with the private keys in keys/ (left out by default)",
      false },
    CLI_OPTIONS_END,
};

static const struct cli_example backup_examples[] = {
    { "sitecert backup /mnt/backup/$(date +%F).tar", "系统运行时也可以；keys/ 另行保管",
      "may be done while everything runs; keys/ are kept elsewhere" },
    { "tar -xOf 2024-06-01.tar SHA256SUMS", "文件是普通的 tar，附校验和",
      "a plain tar, with sums" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_backup = {
    .name = "backup",
    .synopsis = "FILE",
    .min = 1,
    .max = 1,
    .zh = "把登记、设置和名单备份到一个文件；不含私钥",
    .en = "write register, settings and lists to one file; without the private keys",
    .options = backup_options_list,
    .options_size = sizeof(struct backup_command_options),
    .examples = backup_examples,
    .run = run_backup,
};
