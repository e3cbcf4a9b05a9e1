#include "issuer/command/commands.h"
#include "issuer/witness/cosigner.h"
#include "issuer/witness/serve.h"

/* --- witness init --- */

struct init_options {
    const char *name, *trust, *root;
};
#define AT(member) offsetof(struct init_options, member)
static const struct cli_option init_table[] = {
    { "name", 0, CLI_TEXT, "NAME", AT(name), "见证人的名称，如 witness.example/w1",
      "the witness's name, as witness.example/w1", true },
    { "trust", 0, CLI_TEXT, "trust.cbor", AT(trust), "发证系统的信任列表：从中得知日志的名称与公钥",
      "the deployment's trust list: it says which log, and by which keys", true },
    { "root", 0, CLI_TEXT, "root.cbor", AT(root), "发证系统的根密钥，另行取得",
      "the deployment's roots, from elsewhere than the trust list", true },
    CLI_OPTIONS_END,
};
#undef AT

/* The roots take the key into the trust list's witness policy. */
static enum rc say_key(const struct cli_call *call, struct diag *d)
{
    ON_EXIT(cosigner_close_at) struct cosigner *c = NULL;
    ON_EXIT(buf_free_at) struct buf key = { 0 };
    enum rc rc = cosigner_open(call->argv[0], &c, d);
    if (rc != RC_OK)
        return rc;
    cosigner_vkey_put(c, &key);
    rc = buf_rc(&key, d);
    if (rc != RC_OK)
        return rc;
    if (call->common.json)
        return command_print_json(
            json_pack("{s:s, s:s}", "name", cosigner_name(c), "key", buf_cstr(&key)), d);
    buf_put_text(&key, "\n");
    return say_out(&key, d);
}

static int run_init(const struct cli_call *call)
{
    const struct init_options *const o = call->options;
    struct diag d = DIAG_INIT;
    enum rc rc = cosigner_make(call->argv[0], o->name, o->trust, o->root, &d);
    if (rc == RC_OK)
        rc = say_key(call, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example init_examples[] = {
    { "sitecert witness init /var/lib/witness --name witness.example/w1 --trust trust.cbor --root "
      "root.cbor",
      "生成密钥并打印公钥，交由根密钥持有人列入信任列表",
      "makes the key and prints it, for the roots to take it into the trust list" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_witness_init = {
    .name = "witness init",
    .synopsis = "DIR",
    .min = 1,
    .max = 1,
    .zh = "准备见证人的目录：密钥、所见证的日志",
    .en = "make a witness's folder: its key, and the log that it watches",
    .options = init_table,
    .options_size = sizeof(struct init_options),
    .examples = init_examples,
    .run = run_init,
};

/* --- witness run --- */

struct run_options {
    const char *listen;
};
static const struct cli_option run_table[] = {
    { "listen", 0, CLI_TEXT, "ADDR:PORT|unix:PATH", offsetof(struct run_options, listen),
      "监听的地址；端口 0：自选", "where to listen; port 0 picks one", true },
    CLI_OPTIONS_END,
};

static int run_run(const struct cli_call *call)
{
    const struct run_options *const o = call->options;
    struct diag d = DIAG_INIT;
    return command_conclude(call, witness_serve(call->argv[0], o->listen, &d), &d);
}

static const struct cli_example run_examples[] = {
    { "sitecert witness run /var/lib/witness --listen 127.0.0.1:8470",
      "在前台运行，TLS 由反向代理负责", "in the foreground; TLS ends in the proxy in front" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_witness_run = {
    .name = "witness run",
    .synopsis = "DIR",
    .min = 1,
    .max = 1,
    .zh = "见证日志：只对从上次所见增长而来的日志签名（C2SP tlog-witness）",
    .en = "cosign a log's checkpoints, each only if it grew from the last one (C2SP tlog-witness)",
    .options = run_table,
    .options_size = sizeof(struct run_options),
    .examples = run_examples,
    .run = run_run,
};
