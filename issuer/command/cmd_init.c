#include <string.h>

#include "core/sys/file.h"
#include "issuer/command/commands.h"
#include "layouts/pdf.h"

struct init_options {
    bool demo;
    const char *alg, *host;
};

static const struct cli_option options[] = {
    { "demo", 0, CLI_FLAG, NULL, offsetof(struct init_options, demo),
      "演示系统：每份证书和页面都注明演示，可用 SITECERT_CLOCK 设定时间",
      "a demonstration: every certificate and page says so, and SITECERT_CLOCK may set the time",
      false },
    { "alg", 0, CLI_CHOICE, "ES256|SM2", offsetof(struct init_options, alg), "签名算法；默认 ES256",
      "signature algorithm; by default ES256", false },
    { "host", 0, CLI_TEXT, "HOST", offsetof(struct init_options, host),
      "二维码中的主机名：[A-Z0-9.:-]{1,20}", "the host in QR texts: [A-Z0-9.:-]{1,20}", false },
    CLI_OPTIONS_END,
};

static void put_steps(struct buf *to, const struct cli_call *call, const struct home *home)
{
    const bool demo = ((const struct init_options *)call->options)->demo;
    const char *const path = home->path;
    if (call->say.chinese) {
        buf_printf(to, "已建立系统目录 %s%s\n主机名：%s\n\n接下来：\n", path,
                   demo ? "（演示系统）" : "", home->settings.host);
        buf_printf(
            to,
            "1. 把 %s/keys/ 中的根密钥 root-1.pem 与文件 CA 密钥 document-ca.pem 移到离线介质："
            "只在更换信任列表、签发文件密钥证书时使用\n",
            path);
        buf_printf(to, "2. 备份 %s/keys/register.key：没有它，登记簿无法读取\n", path);
        buf_printf(to, "3. 把 %s/root.cbor 交给检查人员：certcheck --root 以它为准\n", path);
        buf_put_text(to, "4. 导入主管部门和培训机构：sitecert import authority.csv provider.csv\n");
        return;
    }
    buf_printf(to, "made the home %s%s\nhost: %s\n\nnext:\n", path,
               demo ? " (a demonstration)" : "", home->settings.host);
    buf_printf(
        to,
        "1. take the root key root-1.pem and the document CA's key document-ca.pem in %s/keys/ "
        "offline: they are needed only to change the trust list and to certify document keys\n",
        path);
    buf_printf(to, "2. back up %s/keys/register.key: without it the register can't be read\n",
               path);
    buf_printf(to, "3. hand %s/root.cbor to inspectors: certcheck --root goes by it\n", path);
    buf_put_text(
        to, "4. import authorities and providers: sitecert import authority.csv provider.csv\n");
}

static json_t *to_json(const struct cli_call *call, const struct home *home)
{
    const struct init_options *const o = call->options;
    return json_pack("{s:s,s:b,s:s,s:s,s:s,s:s,s:s}", "home", home->path, "demo", o->demo, "alg",
                     o->alg ? o->alg : "ES256", "host", home->settings.host, "root_key",
                     "keys/root-1.pem", "register_key", "keys/register.key", "root", "root.cbor");
}

/* Copies, so that what was drawn once is drawn alike by later versions of the program. Without them
 * a home is whole too. */
static enum rc write_layouts(const struct home *home, struct diag *d)
{
    static const struct {
        const char *file, *name;
    } layouts[] = { { "layouts/a4.json", "a4" }, { "layouts/card.json", "card" } };
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < sizeof layouts / sizeof layouts[0]; i++) {
        char path[PATH_LEN];
        rc = home_path(home, layouts[i].file, path, d);
        if (rc == RC_OK)
            rc = file_create(path, layout_template(layouts[i].name), 0644, d);
    }
    return rc;
}

static enum rc print(const struct cli_call *call, const struct home *home, struct diag *d)
{
    if (call->common.json)
        return command_print_json(to_json(call, home), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    put_steps(&text, call, home);
    return say_out(&text, d);
}

static int run(const struct cli_call *call)
{
    const struct init_options *const o = call->options;
    const struct home_choices choices = {
        .demo = o->demo,
        .alg = o->alg && strcmp(o->alg, "SM2") == 0 ? HOME_SM2 : HOME_ES256,
        .host = o->host,
    };
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_init(command_home_path(call), &choices, &d);
    if (rc == RC_OK)
        rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = write_layouts(&home, &d);
    if (rc == RC_OK)
        rc = print(call, &home, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert init --home /srv/demo --demo", "建立一个演示系统", "make a demonstration" },
    { "sitecert init --host CERT.EXAMPLE.ORG", "在 /var/lib/sitecert 建立正式系统",
      "make a real deployment in /var/lib/sitecert" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_init = {
    .name = "init",
    .synopsis = "",
    .zh = "建立系统目录：设置、政策、密钥、信任列表和空登记簿",
    .en = "make a home: settings, policy, keys, trust list and an empty register",
    .options = options,
    .options_size = sizeof(struct init_options),
    .examples = examples,
    .run = run,
};
