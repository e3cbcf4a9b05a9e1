/*
 * sitecert-staple: signs holders' live codes. A process of its own that holds this one key, reads
 * the published lists and nothing else of the deployment.
 */
#include <stdlib.h>

#include "core/cli/cli.h"
#include "core/crypto/start.h"
#include "core/holder/live.h"
#include "core/sys/log.h"
#include "keys/staple/mint.h"
#include "keys/staple/run.h"

#define HOME_VARIABLE "SITECERT_HOME"
#define HOME_DEFAULT  "/var/lib/sitecert"

struct options {
    const char *home, *published, *key, *socket;
};

static const struct cli_option options[] = {
    { "home", 0, CLI_TEXT, "DIR", offsetof(struct options, home),
      "系统目录：密钥与套接字所在；默认取 SITECERT_HOME，再默认 /var/lib/sitecert",
      "the deployment's folder, for key and socket; by default SITECERT_HOME, else "
      "/var/lib/sitecert",
      false },
    { "published", 0, CLI_TEXT, "DIR", offsetof(struct options, published),
      "sitecert publish 写的目录；有新的发布时自动换用",
      "the folder that sitecert publish writes; a new publication is taken as it comes", true },
    { "key", 0, CLI_TEXT, "FILE", offsetof(struct options, key),
      "私钥文件；默认 HOME/keys/staple-1.pem", "key file; by default HOME/keys/staple-1.pem",
      false },
    { "socket", 0, CLI_TEXT, "PATH", offsetof(struct options, socket),
      "套接字；默认 HOME/run/staple.sock", "the socket; by default HOME/run/staple.sock", false },
    CLI_OPTIONS_END,
};

static const char *home_of(const struct options *o)
{
    const char *const variable = getenv(HOME_VARIABLE);
    if (o->home)
        return o->home;
    return variable && variable[0] ? variable : HOME_DEFAULT;
}

static int run(const struct cli_call *call)
{
    const struct options *const o = call->options;
    const struct run_options how = {
        .program = "sitecert-staple",
        .key_file = "keys/staple-1.pem",
        .socket_file = LIVE_SOCKET,
        .home = home_of(o),
        .published = o->published,
        .key = o->key,
        .socket = o->socket,
        .answer = mint_answer,
    };
    struct diag d = DIAG_INIT;
    const enum rc rc = run_signer(&how, &d);
    if (rc == RC_OK)
        return 0;
    log_failure(LEVEL_ERROR, "not_started", rc, &d);
    say_diag(&call->say, rc, &d);
    return 1;
}

static const struct cli_example examples[] = {
    { "sitecert-staple --home /var/lib/sitecert --published /srv/sitecert/public",
      "在前台运行，供 sitecert-verifierd 使用", "in the foreground, for sitecert-verifierd" },
    { NULL, NULL, NULL },
};

int main(int argc, char *argv[])
{
    static const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = "签发持证人的动态码：只凭已发布的清单与本机时钟",
          .en = "signs holders' live codes, by the published lists and its own clock alone",
          .options = options,
          .options_size = sizeof(struct options),
          .examples = examples,
          .run = run },
        CLI_COMMANDS_END,
    };
    static const struct cli_program program = {
        .name = "sitecert-staple",
        .zh = "动态码的签名进程：在前台运行，经 HOME/run/staple.sock 应答",
        .en =
            "the signer of live codes: runs in the foreground and answers at HOME/run/staple.sock",
        .commands = commands,
        .footer_zh = "SIGTERM：停止。退出状态：0 按要求停止，1 未能启动，2 用法不对",
        .footer_en = "SIGTERM: end. Exit status: 0 ended as asked, 1 it could not start, 2 usage",
    };
    crypto_start_bare();
    return cli_run(&program, argc, argv);
}
