#include "core/cert/digits.h"
#include "issuer/command/signed_token.h"

struct token_options {
    struct cli_number version;
    bool raw;
};

static const struct cli_option options[] = {
    { "version", 0, CLI_NUMBER, "V", offsetof(struct token_options, version),
      "第几版，从 1 起；默认最新", "which version, from 1; by default the current one", false },
    { "raw", 0, CLI_FLAG, NULL, offsetof(struct token_options, raw),
      "输出 COSE 原始字节，可存为 .cbor 交 certcheck",
      "write the COSE bytes: a .cbor file for certcheck", false },
    CLI_OPTIONS_END,
};

static enum rc print(const struct cli_call *call, struct reading *r, struct diag *d)
{
    const struct token_options *o = call->options;
    struct span token;
    enum rc rc = signed_token(r, call->argv[0], &o->version, &token, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(buf_free_at) struct buf out = { 0 };
    if (o->raw) {
        buf_put_span(&out, token);
        return say_out(&out, d);
    }
    qr_text_put(&out, r->home.settings.host, token);
    if (call->common.json)
        return command_print_json(json_pack("{s:s}", "text", buf_cstr(&out)), d);
    buf_put_text(&out, "\n");
    return say_out(&out, d);
}

static int run(const struct cli_call *call)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = print(call, &r, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert token 03301202000000013", "二维码里的文字", "the text of its QR code" },
    { "sitecert token 03301202000000013 --version 1 --raw > old.cbor",
      "第一版的签名原文，可交 certcheck 核验", "the first version's signed bytes, for certcheck" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_token = {
    .name = "token",
    .synopsis = "NUMBER",
    .min = 1,
    .max = 1,
    .zh = "输出证书的二维码文字；旧版用 --version，签名原文用 --raw",
    .en = "print the text of a certificate's QR code, of any version, or the signed bytes",
    .options = options,
    .options_size = sizeof(struct token_options),
    .examples = examples,
    .run = run,
};
