#include <stdlib.h>

#include "core/cli/cli.h"
#include "core/crypto/start.h"
#include "core/json/json.h"
#include "verifier/daemon/run.h"

#define LISTEN_DEFAULT "127.0.0.1:8460"

struct options {
    const char *published, *root, *listen, *metrics_listen, *spool;
    const char *lookup, *employers, *digests, *holder, *staple, *answer, *home, *client_address;
    bool check_config;
};

static const struct cli_option options[] = {
    { "published", 0, CLI_TEXT, "DIR", offsetof(struct options, published),
      "sitecert publish 写的目录；有新的发布时自动换用",
      "the folder that sitecert publish writes; a new publication is taken as it comes", true },
    { "listen", 0, CLI_TEXT, "ADDR:PORT|unix:PATH", offsetof(struct options, listen),
      "监听的地址；端口 0：自选；默认 " LISTEN_DEFAULT,
      "where to listen; port 0 picks one; by default " LISTEN_DEFAULT, false },
    { "metrics-listen", 0, CLI_TEXT, "ADDR:PORT|unix:PATH",
      offsetof(struct options, metrics_listen), "/metrics 监听的地址；默认不提供",
      "where to serve /metrics; by default nowhere", false },
    { "root", 0, CLI_TEXT, "FILE", offsetof(struct options, root),
      "所信任的根密钥 (root.cbor)；不给时以首次读到的为准",
      "the roots to believe (root.cbor); without it those of the bundle found first", false },
    { "spool", 0, CLI_TEXT, "DIR", offsetof(struct options, spool),
      "上传的文件读取期间存放之处；默认 TMPDIR，再默认 /tmp",
      "where uploads stand while they are read; by default TMPDIR, else /tmp", false },
    { "lookup", 0, CLI_TEXT, "FILE", offsetof(struct options, lookup),
      "查询表；默认为发布目录旁的 DIR.lookup", "the look-up table; by default DIR.lookup", false },
    { "employers", 0, CLI_TEXT, "FILE", offsetof(struct options, employers),
      "可批量查验的用人单位；默认为发布目录旁的 DIR.employers，由本程序启动 sitecert-digests "
      "时为系统目录中的",
      "the employers that may check lists; by default DIR.employers, or the home's own where we "
      "start sitecert-digests",
      false },
    { "digests", 0, CLI_TEXT, "PATH", offsetof(struct options, digests),
      "sitecert-digests 的套接字；不给时由本程序以系统目录中的密钥启动它",
      "the socket of sitecert-digests; without it we start it with the key of the home", false },
    { "holder", 0, CLI_TEXT, "PATH", offsetof(struct options, holder),
      "sitecert-reader 为持证人服务的套接字；默认 HOME/run/holder.sock",
      "the socket of sitecert-reader for holders; by default HOME/run/holder.sock", false },
    { "staple", 0, CLI_TEXT, "PATH", offsetof(struct options, staple),
      "sitecert-staple 的套接字；不给时由本程序以系统目录中的密钥启动它",
      "the socket of sitecert-staple; without it we start it with the key of the home", false },
    { "answer", 0, CLI_TEXT, "PATH", offsetof(struct options, answer),
      "sitecert-answer 的套接字；不给时由本程序以系统目录中的密钥启动它",
      "the socket of sitecert-answer; without it we start it with the key of the home", false },
    { "home", 0, CLI_TEXT, "DIR", offsetof(struct options, home),
      "系统目录，只用于启动辅助进程；默认取 SITECERT_HOME，再默认 /var/lib/sitecert",
      "the deployment's folder, to start helper processes; by default SITECERT_HOME, else "
      "/var/lib/sitecert",
      false },
    { "client-address", 0, CLI_TEXT, "HEADER", offsetof(struct options, client_address),
      "反向代理写入客户端地址的首部，如 X-Real-IP；不给时以连接的地址计数",
      "the header by which the proxy names the client, as X-Real-IP; without it who is connected "
      "is counted",
      false },
    { "check-config", 0, CLI_FLAG, NULL, offsetof(struct options, check_config),
      "只检查设置与发布目录，不启动", "check settings and publication, and start nothing", false },
    CLI_OPTIONS_END,
};

static const char *spool_of(const struct options *o)
{
    const char *const variable = getenv("TMPDIR");
    if (o->spool)
        return o->spool;
    return variable && variable[0] ? variable : "/tmp";
}

static int run(const struct cli_call *call)
{
    const struct options *const o = call->options;
    const struct run_options how = {
        .published = o->published,
        .root = o->root,
        .listen = o->listen ? o->listen : LISTEN_DEFAULT,
        .metrics_listen = o->metrics_listen,
        .spool = spool_of(o),
        .lookup = o->lookup,
        .employers = o->employers,
        .digests = o->digests,
        .holder = o->holder,
        .staple = o->staple,
        .answer = o->answer,
        .home = cli_home(o->home),
        .address_header = o->client_address,
    };
    struct diag d = DIAG_INIT;
    const enum rc rc = o->check_config ? run_check(&how, &d) : run_endpoint(&how, &d);
    return cli_end(call, o->check_config, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert-verifierd --published /srv/sitecert/public", "在前台运行", "in the foreground" },
    { "sitecert-verifierd --published public --listen 127.0.0.1:0 --metrics-listen 127.0.0.1:0",
      "自选端口", "on ports of its choice" },
    { NULL, NULL, NULL },
};

int main(int argc, char *argv[])
{
    static const struct cli_command commands[] = {
        { .name = "",
          .synopsis = "",
          .zh = "对外查验：网页、接口与发布的文件",
          .en = "answer the public: pages, verdicts and the published files",
          .options = options,
          .options_size = sizeof(struct options),
          .examples = examples,
          .run = run },
        CLI_COMMANDS_END,
    };
    static const struct cli_program program = {
        .name = "sitecert-verifierd",
        .zh = "对外查验服务：在前台运行，就绪后在标准输出写一行 listening 地址",
        .en = "the public endpoint: runs in the foreground, writes one line 'listening ADDRESS' "
              "when it is ready",
        .commands = commands,
        .footer_zh =
            "SIGTERM：处理完手头的请求后停止。退出状态：0 按要求停止，1 未能启动，2 用法不对",
        .footer_en = "SIGTERM: end after the requests under way. Exit status: 0 ended as asked, 1 "
                     "it could not start, 2 usage",
    };
    crypto_start_bare();
    json_wipe_freed(); /* it may hold identity numbers */
    return cli_run(&program, argc, argv);
}
