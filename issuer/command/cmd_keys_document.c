#include <stdio.h>
#include <string.h>

#include "issuer/command/key_change.h"
#include "keys/private/document_chain.h"

#define DEFAULT_KEY "keys/document-1.pem"

struct document_options {
    const char *key, *output;
};
#define KEY_OPTION                                                                                 \
    {                                                                                              \
        "key", 0, CLI_TEXT, "FILE", offsetof(struct document_options, key),                        \
            "文档签名私钥文件（相对路径从系统目录起算）；默认 " DEFAULT_KEY,                       \
            "file of the document key (a relative path starts at the home); by "                   \
            "default " DEFAULT_KEY,                                                                \
            false                                                                                  \
    }

static enum rc key_path(const struct cli_call *call, const struct home *home, char ret[PATH_LEN],
                        struct diag *d)
{
    const struct document_options *const o = call->options;
    return home_path(home, o->key ? o->key : DEFAULT_KEY, ret, d);
}

/* NAME.pub: the private half is in an HSM. */
static bool is_kept(const char *path)
{
    const size_t len = strlen(path);
    return len > 4 && strcmp(path + len - 4, ".pub") == 0;
}

static enum rc read_numbers(const char *path, struct public_numbers *ret, struct diag *d)
{
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    if (is_kept(path))
        return key_change_read_pem(path, ret, d);
    const enum rc rc = private_key_load(path, &key, d);
    if (rc == RC_OK)
        *ret = *private_key_public(key);
    return rc;
}

/* --- the request --- */

static const struct cli_option csr_options[] = {
    { "output", 'o', CLI_TEXT, "FILE", offsetof(struct document_options, output),
      "证书请求文件（PKCS#10，PEM）；-：标准输出",
      "where the request goes (PKCS#10, PEM); -: stdout", true },
    KEY_OPTION,
    CLI_OPTIONS_END,
};

static enum rc put_request(const struct cli_call *call, const struct buf *pem, struct diag *d)
{
    const struct document_options *const o = call->options;
    if (strcmp(o->output, "-") == 0)
        return say_out(pem, d);
    const enum rc rc = file_replace(o->output, buf_span(pem), 0644, d);
    if (rc == RC_OK)
        say_note(&call->say, "已写入证书请求 %s；签发后用 sitecert keys document-import 导入",
                 "wrote the request %s; import what the CA makes of it with 'sitecert keys "
                 "document-import'",
                 o->output);
    return rc;
}

static enum rc make_request(const struct cli_call *call, const struct home *home, struct diag *d)
{
    char path[PATH_LEN], name[65], id[17];
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    hex_encode(home->trust->deployment, 8, id);
    (void)snprintf(name, sizeof name, "sitecert documents %s", id);
    const struct document_subject subject = { .organization = home->settings.host, .name = name };

    enum rc rc = key_path(call, home, path, d);
    if (rc == RC_OK && is_kept(path))
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                      "the HSM has this key: its request was made with it, and stands beside it "
                      "as NAME.csr");
    if (rc == RC_OK)
        rc = private_key_load(path, &key, d);
    if (rc == RC_OK)
        rc = document_csr_make(key, &subject, &pem, d);
    return rc == RC_OK ? put_request(call, &pem, d) : rc;
}

static int run_csr(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = make_request(call, &home, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example csr_examples[] = {
    { "sitecert keys document-csr -o document.csr", "为文档签名密钥申请外部证书",
      "ask an outside CA for the document key's certificate" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_document_csr = {
    .name = "keys document-csr",
    .synopsis = "",
    .zh = "写出文档签名密钥的证书请求（PKCS#10）",
    .en = "write a certificate request (PKCS#10) for the document key",
    .options = csr_options,
    .options_size = sizeof(struct document_options),
    .examples = csr_examples,
    .run = run_csr,
};

/* --- the certificate --- */

static const struct cli_option import_options[] = { KEY_OPTION, CLI_OPTIONS_END };

static bool is_listed(const struct home *home, const struct public_numbers *numbers)
{
    for (size_t i = 0; i < home->trust->key_count; i++) {
        const struct trusted_key *const k = &home->trust->keys[i];
        if (k->use == USE_DOCUMENT && public_numbers_equal(pubkey_numbers(k->key), numbers))
            return true;
    }
    return false;
}

static enum rc check_dates(const struct document_chain *chain, int64_t now_s, struct diag *d)
{
    char text[TIME_TEXT_LEN + 1];
    if (now_s < chain->not_before) {
        time_format(chain->not_before, text);
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the certificates hold only from %s on",
                        text);
    }
    if (now_s > chain->not_after) {
        time_format(chain->not_after, text);
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the certificates expired at %s", text);
    }
    return RC_OK;
}

static enum rc print_import(const struct cli_call *call, const struct document_chain *chain,
                            const char *path, bool listed, struct diag *d)
{
    char from[TIME_TEXT_LEN + 1], until[TIME_TEXT_LEN + 1];
    time_format(chain->not_before, from);
    time_format(chain->not_after, until);
    if (call->common.json)
        return command_print_json(json_pack("{s:s,s:I,s:s,s:s,s:b}", "file", path, "certificates",
                                            (json_int_t)chain->count, "not_before", from,
                                            "not_after", until, "listed", (int)listed),
                                  d);
    say_note(&call->say, "已导入 %zu 张证书到 %s，有效至 %s",
             "imported a chain of %zu to %s, good until %s", chain->count, path, until);
    if (!listed)
        say_note(&call->say, "信任列表中没有这把密钥：列入之前不会用它签名",
                 "the trust list does not hold this key: nothing is signed with it before it does");
    return RC_OK;
}

static enum rc import(const struct cli_call *call, const struct home *home, struct diag *d)
{
    char own[PATH_LEN], path[PATH_LEN];
    struct public_numbers numbers;
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    ON_EXIT(document_chain_free) struct document_chain chain = { 0 };
    enum rc rc = key_path(call, home, own, d);
    if (rc == RC_OK)
        rc = read_numbers(own, &numbers, d);
    if (rc == RC_OK)
        rc = document_chain_path(own, path, d);
    if (rc == RC_OK)
        rc = file_read(call->argv[0], DOCUMENT_CHAIN_PEM_MAX, &pem, d);
    if (rc == RC_OK)
        rc = document_chain_read(buf_span(&pem), &numbers, &chain, d);
    if (rc == RC_OK)
        rc = check_dates(&chain, home->now, d);
    if (rc == RC_OK)
        rc = file_replace(path, buf_span(&pem), 0644, d);
    return rc == RC_OK ? print_import(call, &chain, path, is_listed(home, &numbers), d) : rc;
}

static int run_import(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = import(call, &home, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example import_examples[] = {
    { "sitecert keys document-import chain.pem", "导入签发的证书链：本密钥的证书在前",
      "import what the CA made: the key's own certificate first, then its issuers" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_document_import = {
    .name = "keys document-import",
    .synopsis = "CHAIN.pem",
    .min = 1,
    .max = 1,
    .zh = "导入文档签名密钥的证书链，核对密钥、用途、日期",
    .en = "import the document key's certificates: key, usage and dates must fit",
    .options = import_options,
    .options_size = sizeof(struct document_options),
    .examples = import_examples,
    .run = run_import,
};
