#include "issuer/backup/backup.h"
#include "issuer/command/commands.h"
#include "issuer/command/key_change.h"
#include "issuer/command/restore_log.h"

struct restore_options {
    const char *published, *mirror;
    bool new_log, dry_run;
};

static int resume(const struct cli_call *call, const char *published)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct resumed done;
    struct diag d = DIAG_INIT;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = backup_resume(r.reg, &r.home, published, &done, &d);
    if (rc == RC_OK && done.new_log)
        say_note(
            &call->say,
            "旧日志已在 %llu 条处关闭，从此处开始新的日志。下一步：sitecert keys adopt，然后发布",
            "the old log was closed at %llu entries, and a new one begins there. Next: sitecert "
            "keys adopt, then publish",
            (unsigned long long)done.log_size);
    else if (rc == RC_OK)
        say_note(&call->say,
                 "登记不落后于发布：日志 %llu 条，已发布 %llu 条。可以继续签发；签名进程的记忆没有"
                 "留下的，先 sitecert keys adopt",
                 "the register is not behind: log of %llu entries, %llu published. It may sign; "
                 "where the signer's memory is gone, after 'sitecert keys adopt'",
                 (unsigned long long)done.log_size, (unsigned long long)done.published);
    return command_conclude(call, rc, &d);
}

/* The mirror that is named, else that of the home's settings. RC_OK without one: nothing is said.
 */
static enum rc follow_mirror(const struct cli_call *call, const char *named, struct diag *d)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct followed done;
    enum rc rc = home_open(command_home_path(call), &home, d);
    const char *const folder = named ? named : home.settings.mirror;
    if (rc != RC_OK || folder[0] == '\0')
        return rc;
    rc = backup_follow(&home, folder, &done, d);
    if (rc == RC_OK)
        say_note(&call->say, "已从镜像补上备份之后的 %llu 次提交，核对报送文件 %llu 个",
                 "made up from the mirror for %llu commits since the backup; %llu files of batches",
                 (unsigned long long)done.commits, (unsigned long long)done.files);
    return rc;
}

static int unpack(const struct cli_call *call, const struct restore_options *o)
{
    struct archive_totals totals;
    struct diag d = DIAG_INIT;
    enum rc rc = backup_restore(call->argv[0], command_home_path(call), &totals, &d);
    if (rc != RC_OK)
        return command_conclude(call, rc, &d);
    say_note(&call->say, "已恢复到 %s：%llu 个文件，%llu 字节",
             "restored to %s: %llu files, %llu bytes", command_home_path(call),
             (unsigned long long)totals.files, (unsigned long long)totals.bytes);
    rc = follow_mirror(call, o->mirror, &d);
    if (rc == RC_OK)
        say_note(&call->say,
                 "下一步：放回 keys/，再用 sitecert restore --published DIR 与已发布的日志比较",
                 "next: put keys/ back, then compare with the published log: sitecert restore "
                 "--published DIR");
    else
        say_note(&call->say,
                 "备份已恢复，但没有从镜像补上：解决后再用 sitecert restore --mirror DIR",
                 "the backup is restored, and nothing was made up from the mirror: mend that, then "
                 "sitecert restore --mirror DIR");
    return command_conclude(call, rc, &d);
}

static int run_restore(const struct cli_call *call)
{
    const struct restore_options *const o = call->options;
    struct diag d = DIAG_INIT;
    if (call->argc == 1 && !o->published)
        return unpack(call, o);
    if (call->argc == 0 && o->published && o->new_log && !o->mirror)
        return command_conclude(call, restore_close_log(call, o->published, o->dry_run, &d), &d);
    if (call->argc == 0 && o->published && !o->mirror)
        return resume(call, o->published);
    if (call->argc == 0 && o->mirror && !o->published)
        return command_conclude(call, follow_mirror(call, o->mirror, &d), &d);
    (void)command_conclude(call,
                           diag_set(&d, RC_USAGE, DIAG_NO_OFFSET,
                                    "either FILE, or --mirror DIR or --published DIR afterwards"),
                           &d);
    return CLI_EXIT_USAGE;
}

static const struct cli_option restore_options_list[] = {
    { "published", 0, CLI_TEXT, "DIR", offsetof(struct restore_options, published),
      "与已发布的目录比较；不落后才准许继续签发",
      "compare with the published folder; only a register that is not behind may sign again",
      false },
    { "mirror", 0, CLI_TEXT, "DIR", offsetof(struct restore_options, mirror),
      "镜像目录，补上备份之后的部分；默认为备份中 sitecert.ini 的设置",
      "the mirror, to make up for what came after the backup; by default that of the backup's "
      "sitecert.ini",
      false },
    { "new-log", 0, CLI_FLAG, NULL, offsetof(struct restore_options, new_log),
      "与 --published 同用：没有更新的备份与镜像时，起草在此关闭日志、以新密钥开始新日志的信任列表",
      "with --published: when there is no later backup and no mirror, drafts the trust list that "
      "closes the log here and begins a new one with new keys",
      false },
    KEY_CHANGE_DRY_RUN(struct restore_options),
    CLI_OPTIONS_END,
};

static const struct cli_example restore_examples[] = {
    { "sitecert restore --home /var/lib/sitecert 2024-06-01.tar", "恢复到空目录",
      "into a new or empty folder" },
    { "sitecert restore --home /var/lib/sitecert 2024-06-01.tar --mirror /mnt/second/sitecert",
      "连同镜像中备份之后的部分", "with what the mirror has beyond the backup" },
    { "sitecert restore --published /srv/sitecert/publish", "放回 keys/ 之后",
      "after keys/ were put back" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_restore = {
    .name = "restore",
    .synopsis = "[FILE]",
    .min = 0,
    .max = 1,
    .zh = "由备份重建系统目录；与已发布的日志比较之前不签发",
    .en = "make a home of a backup; it signs nothing until it was compared with the published log",
    .options = restore_options_list,
    .options_size = sizeof(struct restore_options),
    .examples = restore_examples,
    .run = run_restore,
};
