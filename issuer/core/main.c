#include "core/cli/cli.h"
#include "issuer/core/run.h"

struct options {
    const char *home;
};

static const struct cli_option options[] = {
    CLI_HOME_OPTION(struct options),
    CLI_OPTIONS_END,
};

static int run(const struct cli_call *call)
{
    const struct options *const o = call->options;
    struct diag d = DIAG_INIT;
    const enum rc rc = run_core(cli_home(o->home), &d);
    return cli_end(call, false, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert-core --home /var/lib/sitecert", "在前台运行", "in the foreground" },
    { NULL, NULL, NULL },
};

int main(int argc, char *argv[])
{
    static const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = "登记簿的唯一写入者：收下各批记录，逐批登记与发证",
          .en = "the single writer of the register: takes batches, applies them, issues "
                "certificates",
          .options = options,
          .options_size = sizeof(struct options),
          .examples = examples,
          .run = run },
        CLI_COMMANDS_END,
    };
    static const struct cli_program program = {
        .name = "sitecert-core",
        .zh = "登记进程：由 sitecert-issuerd 或 systemd 启动，在 HOME/run/core.sock 上应答",
        .en = "the register's process: started by sitecert-issuerd or by systemd, answers at "
              "HOME/run/core.sock",
        .commands = commands,
        .footer_zh = "SIGTERM：提交手头的记录后停止；SIGHUP：重读报送方与日志级别。退出状态：0 "
                     "按要求停止，1 未能启动或不能继续，2 用法不对",
        .footer_en = "SIGTERM: end behind the next commit; SIGHUP: read senders and log level "
                     "again. Exit status: 0 ended as asked, 1 it could not start or go on, 2 usage",
    };
    return cli_run(&program, argc, argv);
}
