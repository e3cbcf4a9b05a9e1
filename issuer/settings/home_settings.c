#include "issuer/settings/home_settings.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#define HOST_MAX    20u /* characters: the QR text is counted with a host of this length */
#define THREADS_MAX 64u
#define MAP_MIN     (UINT64_C(16) << 20)
#define MAP_MAX     (UINT64_C(16) << 40)
#define FIELD(name) offsetof(struct home_settings, name)
#define HOST_ROW    0

/* The source of docs/operations.md, "sitecert.ini". */
static const struct ini_key setting_keys[] = {
    { "deployment", "host", INI_TEXT, 0, HOST_MAX + 1, "SITECERT.EXAMPLE", FIELD(host),
      "二维码中的主机名，大写；须在信任列表中",
      "host in the QR texts, upper case; one of the trust list's" },
    { "orders", "operator_key", INI_TEXT, 0, PATH_LEN, "keys/operator-1.pem", FIELD(operator_key),
      "签发状态指令的操作员私钥文件（相对路径从本目录起算）",
      "key file of the operator who signs orders (a relative path starts at the home)" },
    { "orders", "second_operator_key", INI_TEXT, 0, PATH_LEN, "", FIELD(second_operator_key),
      "第二操作员私钥文件；空：无", "key file of the second operator; empty: none" },
    { "register", "map_bytes", INI_U64, MAP_MIN, MAP_MAX, "68719476736", FIELD(register_map_bytes),
      "登记库最大字节数（64 GiB）", "largest size of the register in bytes (64 GiB)" },
    { "register", "group_rows", INI_U32, 1, 65536, "8192", FIELD(group_rows), "每次提交的行数",
      "rows of one commit" },
    { "log", "mirror", INI_TEXT, 0, PATH_LEN, "", FIELD(mirror),
      "第二块磁盘上的目录，每次提交先写到那里再答复；空：无",
      "folder on a second disk, where each commit is durable before it is acknowledged; empty: "
      "none" },
    { "signing", "threads", INI_U32, 0, THREADS_MAX, "0", FIELD(sign_threads),
      "签名线程数；0：与处理器数相同", "threads that sign; 0: one for each processor" },
    { "pkcs11", "module", INI_TEXT, 0, PATH_LEN, "", FIELD(pkcs11.module),
      "密码机（PKCS#11）的模块文件；空：私钥都在 keys/ 的文件中",
      "shared library of a PKCS#11 token (HSM); empty: all keys are files in keys/" },
    { "pkcs11", "token", INI_TEXT, 0, sizeof((struct pkcs11_settings *)NULL)->token, "",
      FIELD(pkcs11.token), "令牌的标签（label）", "the token's label" },
    { "pkcs11", "pin", INI_TEXT, 0, PATH_LEN, "keys/hsm.pin", FIELD(pkcs11.pin),
      "PIN 文件，权限 0600（相对路径从本目录起算）",
      "file with its PIN, mode 0600 (a relative path starts at the home)" },
    { "pkcs11", "answer_s", INI_U32, 1, 600, "10", FIELD(pkcs11.answer_s),
      "密码机须在多少秒内应答；超过则视为失联（hsm_gone）",
      "seconds in which it answers; an HSM that takes longer is one that is gone (hsm_gone)" },
    { "documents", "tsa", INI_TEXT, 0, sizeof((struct home_settings *)NULL)->tsa, "", FIELD(tsa),
      "时间戳服务（RFC 3161）的网址；空：不加时间戳",
      "URL of a time-stamp authority (RFC 3161); empty: documents carry no time-stamp" },
    { "documents", "tsa_ca", INI_TEXT, 0, PATH_LEN, "", FIELD(tsa_ca),
      "时间戳服务的根证书文件（PEM）；空：只核对时间戳自带的证书链",
      "file with the authority's root certificates (PEM); empty: the chain in the time-stamp must "
      "hold, whoever it names" },
    { "documents", "layout", INI_TEXT, 0, sizeof((struct home_settings *)NULL)->layout, "a4",
      FIELD(layout), "证书版式：layouts/ 中的文件名（不含 .json），或随程序提供的 a4、card",
      "layout of the PDF: a file of layouts/ without .json, or a4 or card, which come with the "
      "program" },
    { "documents", "seal", INI_TEXT, 0, PATH_LEN, "", FIELD(seal),
      "印章图片（PNG 或 JPEG，白底黑字）；空：不画",
      "picture of a seal (PNG or JPEG, dark on white); empty: none" },
    { "documents", "fonts", INI_TEXT, 0, sizeof((struct home_settings *)NULL)->fonts, "",
      FIELD(fonts), "字体文件，以冒号分隔，至多四个，依次取用；空：Debian 的霞鹜文楷与花园明朝等",
      "font files, ':' between, at most four, the first that has a character draws it; empty: "
      "Debian's LXGW WenKai, HanaMin, BabelStone Han" },
    { "issuer", "listen", INI_TEXT, 0, PATH_LEN, "127.0.0.1:8117", FIELD(issuer.listen),
      "服务监听的地址：地址:端口，或 unix:路径；不加密，须在反向代理之后",
      "where the daemon listens: ADDR:PORT or unix:PATH; plain HTTP, for a proxy in front" },
    { "issuer", "external_url", INI_TEXT, 0, sizeof((struct issuer_settings *)NULL)->external_url,
      "", FIELD(issuer.external_url),
      "外部网址的开头（如 https://issuer.example），报送方按它签名；空：http:// 加监听地址",
      "how senders' URLs begin (https://issuer.example), which they sign; empty: http:// and the "
      "listening address" },
    { "issuer", "metrics_listen", INI_TEXT, 0, PATH_LEN, "", FIELD(issuer.metrics_listen),
      "/metrics 另行监听的地址；空：与 listen 相同",
      "a listening address for /metrics alone; empty: it stands at listen" },
    { "issuer", "connections", INI_U32, 16, 65536, "1024", FIELD(issuer.connections),
      "同时连接数上限", "connections at once" },
    { "issuer", "requests", INI_U32, 4, 1024, "96", FIELD(issuer.requests),
      "同时处理的请求数（线程数）；等候结果的请求也占一个，无人等候结果的小批次不占",
      "requests answered at once (threads); one that waits for its results is one of them, "
      "small batches that nobody waits for are not" },
    { "issuer", "body_max_bytes", INI_U64, 65536, UINT64_C(1) << 36, "1073741824",
      FIELD(issuer.body_max_bytes), "一批的最大字节数", "largest batch in bytes" },
    { "issuer", "rows_max", INI_U64, 1, 100000000, "1000000", FIELD(issuer.rows_max),
      "一批的最多行数", "most rows of a batch" },
    { "issuer", "row_bytes_max", INI_U32, 1024, 1048576, "131072", FIELD(issuer.row_bytes_max),
      "一行的最大字节数", "largest row in bytes" },
    { "issuer", "queue_batches", INI_U32, 1, 100000, "1000", FIELD(issuer.queue_batches),
      "已收下尚未办完的批数上限；超过则答 429", "batches taken and not yet done; beyond: 429" },
    { "issuer", "wait_max_s", INI_U32, 0, 600, "60", FIELD(issuer.wait_max_s),
      "Prefer: wait 的最长秒数", "longest Prefer: wait in seconds" },
    { "issuer", "grace_s", INI_U32, 1, 600, "30", FIELD(issuer.grace_s),
      "停止服务时，给未完请求的秒数", "seconds for requests under way when the daemon ends" },
    { "issuer", "log_level", INI_TEXT, 0, sizeof((struct issuer_settings *)NULL)->log_level, "info",
      FIELD(issuer.log_level), "日志级别：error、warn、info、debug",
      "what is logged: error, warn, info or debug" },
    { .name = NULL },
};

const struct ini_key *home_setting_keys(void)
{
    return setting_keys;
}

bool home_host_valid(const char *host)
{
    const size_t len = strlen(host);
    return len >= 1 && len <= HOST_MAX &&
           strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:-") == len;
}

static uint32_t processors(void)
{
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > (long)THREADS_MAX ? THREADS_MAX : (uint32_t)n;
}

static bool is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static bool is_log_level(const char *word)
{
    static const char *const words[] = { "error", "warn", "info", "debug" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return false;
}

static bool issuer_settings_hold(const struct issuer_settings *s, struct diag *d)
{
    const size_t len = strlen(s->external_url);
    const char *wrong = NULL;
    if (!s->listen[0])
        wrong = "'listen' is empty";
    else if (len > 0 && (!is_url(s->external_url) || s->external_url[len - 1] == '/'))
        wrong = "'external_url' is not a URL of http or https without '/' at its end";
    else if (!is_log_level(s->log_level))
        wrong = "'log_level' is not one of error, warn, info, debug";
    if (wrong)
        (void)diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "%s", wrong);
    return !wrong;
}

enum rc home_settings_read(struct span text, struct home_settings *ret, struct diag *d)
{
    assert(ret);

    struct home_settings s = { 0 };
    const enum rc rc = ini_read(text, setting_keys, &s, d);
    if (rc != RC_OK)
        return rc;
    if (!home_host_valid(s.host))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the host '%.40s' is not [A-Z0-9.:-]{1,%u}",
                        s.host, HOST_MAX);
    if (s.pkcs11.module[0] && (s.pkcs11.module[0] != '/' || !s.pkcs11.token[0] || !s.pkcs11.pin[0]))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                        "[pkcs11] needs a whole path as 'module', a 'token' and a 'pin'");
    if (s.operator_key[0] == '\0')
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'operator_key' is empty");
    if (s.mirror[0] && s.mirror[0] != '/')
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'mirror' does not begin with '/'");
    if (s.tsa[0] && !is_url(s.tsa))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'tsa' is not a URL of http or https");
    if (!issuer_settings_hold(&s.issuer, d))
        return RC_FORMAT;
    if (s.sign_threads == 0)
        s.sign_threads = processors();

    *ret = s;
    return RC_OK;
}

void home_settings_put(struct buf *to, const char *host)
{
    assert(to && host);

    struct ini_key keys[sizeof setting_keys / sizeof setting_keys[0]];
    memcpy(keys, setting_keys, sizeof keys);
    keys[HOST_ROW].default_text = host;
    ini_put_defaults(to, keys);
}
