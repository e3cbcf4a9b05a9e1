#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/cli/cli.h"
#include "issuer/signer/desk.h"
#include "issuer/signer/make_key.h"
#include "issuer/signer/serve.h"
#include "keys/pkcs11/pkcs11.h"

struct options {
    const char *home;
    struct cli_number client;
    bool check_config;
    const char *make_key, *alg, *output;
};

static const struct cli_option options[] = {
    CLI_HOME_OPTION(struct options),
    { "serve", 0, CLI_NUMBER, "FD", offsetof(struct options, client),
      "由 sitecert 命令启动：已连接的套接字；无人连接时结束",
      "started by a sitecert command: its connected socket; ends when nobody is connected", false },
    { "check-config", 0, CLI_FLAG, NULL, offsetof(struct options, check_config),
      "只检查设置、密钥与签名记录，不启动",
      "check settings, keys and the memory of what was signed, and start nothing", false },
    { "make-key", 0, CLI_TEXT, "NAME", offsetof(struct options, make_key),
      "在密码机中生成密钥，写出公钥；document- 开头的另写证书请求",
      "make a key in the HSM, and write its public half; of a name that begins with document- also "
      "the request for its certificate",
      false },
    { "alg", 0, CLI_CHOICE, "ES256|EdDSA", offsetof(struct options, alg),
      "算法（用于 --make-key）；默认 ES256", "algorithm of --make-key; by default ES256", false },
    { "output", 0, CLI_TEXT, "STEM", offsetof(struct options, output),
      "公钥写入 STEM.pub，证书请求写入 STEM.csr；默认为系统目录中的 keys/NAME",
      "where --make-key writes: STEM.pub and STEM.csr; by default keys/NAME in the home", false },
    CLI_OPTIONS_END,
};

static bool is_socket(int64_t fd)
{
    int type = 0;
    socklen_t len = sizeof type;
    return fd > 2 && fd <= INT_MAX && getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
           type == SOCK_STREAM && fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0;
}

static int run_make_key(const struct cli_call *call)
{
    const struct options *const o = call->options;
    struct diag d = DIAG_INIT;
    const bool edwards = o->alg && strcmp(o->alg, "EdDSA") == 0;
    const struct make_key_options how = {
        .home = cli_home(o->home),
        .name = o->make_key,
        .output = o->output,
        .alg = edwards ? ALG_EDDSA : ALG_ES256,
    };
    const enum rc rc = make_key(&how, &d);
    if (rc != RC_OK)
        return cli_end(call, false, rc, &d);
    say_note(&call->say, "密码机中已有密钥 %s，公钥在 %s%s.pub",
             "the HSM has the key %s now; its public half is %s%s.pub", o->make_key,
             o->output ? "" : "keys/", o->output ? o->output : o->make_key);
    return 0;
}

static int run_check(const struct cli_call *call)
{
    const struct options *const o = call->options;
    struct diag d = DIAG_INIT;
    bool in_use = false;
    const enum rc rc = desk_check(cli_home(o->home), &in_use, &d);
    if (in_use)
        say_note(&call->say, "签名进程正在运行，签名记录由其使用",
                 "a signer runs, and has the memory of what was signed");
    return cli_end(call, true, rc, &d);
}

static int run(const struct cli_call *call)
{
    const struct options *const o = call->options;
    struct diag d = DIAG_INIT;
    const struct serve_options how = {
        .home = cli_home(o->home),
        .client = o->client.given ? (int)o->client.value : -1,
    };
    if (o->make_key)
        return run_make_key(call);
    if (o->client.given && !is_socket(o->client.value)) {
        say_error(&call->say, "--serve：没有这个套接字", "--serve: no such socket");
        return CLI_EXIT_USAGE;
    }
    if (o->check_config)
        return run_check(call);
    const enum rc rc = serve(&how, &d);
    if (rc != RC_OK && o->client.given)
        return 1; /* who has started us says it */
    return cli_end(call, false, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert-signer --home /var/lib/sitecert", "在前台运行", "in the foreground" },
    { "sitecert-signer --check-config", "检查密钥与签名记录", "are keys and memory right?" },
    { "sitecert-signer --make-key token-3", "在密码机中生成密钥", "make a key in the HSM" },
    { NULL, NULL, NULL },
};

int main(int argc, char *argv[])
{
    static const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = "独自持有私钥，按规则签名",
          .en = "hold the private keys alone, and sign what the rules allow",
          .options = options,
          .options_size = sizeof(struct options),
          .examples = examples,
          .run = run },
        CLI_COMMANDS_END,
    };
    static const struct cli_program program = {
        .name = "sitecert-signer",
        .zh = "签名进程：在前台运行，在 run/signer.sock 上应答",
        .en = "the signer process: runs in the foreground, answers at run/signer.sock",
        .commands = commands,
        .footer_zh = "SIGTERM：答完手头的请求后停止；SIGHUP：重读信任列表与参数。退出状态：0 "
                     "按要求停止，1 未能启动或不能继续，2 用法不对",
        .footer_en =
            "SIGTERM: end after the requests under way; SIGHUP: read trust list and policy "
            "again. Exit status: 0 ended as asked, 1 it could not start or go on, 2 usage",
    };
    const int status = cli_run(&program, argc, argv);
    if (!pkcs11_left_hanging())
        return status;
    (void)fflush(NULL);
    _exit(status);
}
