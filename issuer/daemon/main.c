#include <stdlib.h>

#include "core/cli/cli.h"
#include "issuer/daemon/run.h"

struct options {
    const char *home, *listen;
    bool check_config, no_helpers;
};

static const struct cli_option options[] = {
    CLI_HOME_OPTION(struct options),
    { "listen", 0, CLI_TEXT, "ADDR:PORT|unix:PATH", offsetof(struct options, listen),
      "监听的地址；端口 0：自选；默认取 sitecert.ini 的 [issuer] listen",
      "where to listen; port 0 picks one; by default [issuer] listen of sitecert.ini", false },
    { "check-config", 0, CLI_FLAG, NULL, offsetof(struct options, check_config),
      "只检查设置，不启动", "check the settings and start nothing", false },
    { "no-helpers", 0, CLI_FLAG, NULL, offsetof(struct options, no_helpers),
      "不自行启动签名、登记与查询进程（由 systemd 等启动）",
      "do not start the signer, core and reader processes: someone else does, as systemd", false },
    CLI_OPTIONS_END,
};

/* Under systemd the parts are units of their own. */
static bool under_systemd(void)
{
    return getenv("NOTIFY_SOCKET") || getenv("LISTEN_FDS");
}

static int run(const struct cli_call *call)
{
    const struct options *const o = call->options;
    const struct run_options how = {
        .home = cli_home(o->home),
        .listen = o->listen,
        .helpers = !o->no_helpers && !under_systemd(),
    };
    struct diag d = DIAG_INIT;
    const enum rc rc = o->check_config ? run_check(&how, &d) : run_daemon(&how, &d);
    return cli_end(call, o->check_config, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert-issuerd --listen 127.0.0.1:0", "在前台运行，自选端口",
      "in the foreground, on a port of its choice" },
    { "sitecert-issuerd --check-config", "检查设置", "are the settings right?" },
    { NULL, NULL, NULL },
};

int main(int argc, char *argv[])
{
    static const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = "接收报送（HTTP），登记与发证",
          .en = "take records over HTTP, register them and issue certificates",
          .options = options,
          .options_size = sizeof(struct options),
          .examples = examples,
          .run = run },
        CLI_COMMANDS_END,
    };
    static const struct cli_program program = {
        .name = "sitecert-issuerd",
        .zh = "发证服务：在前台运行，就绪后在标准输出写一行 listening 地址",
        .en = "the issuer daemon: runs in the foreground, writes one line 'listening ADDRESS' when "
              "it is ready",
        .commands = commands,
        .footer_zh = "SIGTERM：处理完手头的请求后停止；SIGHUP：重读报送方与日志级别。退出状态：0 "
                     "按要求停止，1 未能启动，2 用法不对",
        .footer_en = "SIGTERM: end after the requests under way; SIGHUP: read senders and log "
                     "level again. Exit status: 0 ended as asked, 1 it could not start, 2 usage",
    };
    return cli_run(&program, argc, argv);
}
