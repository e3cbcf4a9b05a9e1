#include "core/cli/cli.h"
#include "issuer/reader/run.h"

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
    const enum rc rc = run_reader(cli_home(o->home), &d);
    return cli_end(call, false, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert-reader --home /var/lib/sitecert", "在前台运行，供 sitecert-issuerd 查询",
      "in the foreground, for sitecert-issuerd" },
    { NULL, NULL, NULL },
};

int main(int argc, char *argv[])
{
    static const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = "为 sitecert-issuerd 查询登记库、绘制 PDF；不写登记库",
          .en = "reads the register and draws PDFs for sitecert-issuerd; never writes the register",
          .options = options,
          .options_size = sizeof(struct options),
          .examples = examples,
          .run = run },
        CLI_COMMANDS_END,
    };
    static const struct cli_program program = {
        .name = "sitecert-reader",
        .zh = "发证服务的查询进程：在前台运行，经 HOME/run/reader.sock 应答；"
              "手动启动 sitecert-issuerd 时由其自行启动",
        .en = "the reader of the issuer daemon: runs in the foreground and answers at "
              "HOME/run/reader.sock; sitecert-issuerd starts it itself when started by hand",
        .commands = commands,
        .footer_zh = "SIGTERM：答完手头的查询后停止；SIGHUP：重读设置。退出状态：0 按要求停止，1 "
                     "未能启动，2 用法不对",
        .footer_en = "SIGTERM: end after the questions under way; SIGHUP: read the settings again. "
                     "Exit status: 0 ended as asked, 1 it could not start, 2 usage",
    };
    return cli_run(&program, argc, argv);
}
