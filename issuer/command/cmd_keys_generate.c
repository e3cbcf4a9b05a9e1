#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/sys/program.h"
#include "issuer/command/key_change.h"
#include "keys/private/document_chain.h"

struct generate_options {
    const char *use, *alg, *units, *posts, *name, *public;
    struct cli_number first, last, not_before, not_after;
    bool pkcs11, dry_run;
};
#define AT(member) offsetof(struct generate_options, member)
static const struct cli_option options[] = {
    { "use", 0, CLI_CHOICE, "token|publish|log|document|staple|operator|answer", AT(use),
      "用途：一把密钥只有一个", "what for: a key has one use", true },
    { "alg", 0, CLI_CHOICE, "ES256|EdDSA|SM2", AT(alg), "算法；默认同本系统",
      "algorithm; by default the deployment's", false },
    { "units", 0, CLI_TEXT, "U,…", AT(units), "只可为这些主管部门签发，如 033,901；默认全部",
      "for these authorities alone, as 033,901; by default all", false },
    { "posts", 0, CLI_TEXT, "P,…", AT(posts), "只可签发这些岗位，如 01,05；默认全部",
      "for these posts alone, as 01,05; by default all", false },
    { "first", 0, CLI_NUMBER, "N", AT(first),
      "签发密钥的起始日志序号；落在别的密钥范围内时，那把密钥到此为止",
      "first log index of a token key; inside another key's range, that one ends there", false },
    { "last", 0, CLI_NUMBER, "N", AT(last), "范围的终点（不含），至多一百万个",
      "the end of its range, not in it; at most a million", false },
    { "not-before", 0, CLI_TIME, "TIME", AT(not_before),
      "启用时间，须晚于公布它的列表；默认七天后（演示系统：立即）",
      "from when on; later than the list that announces it; by default in seven days (a "
      "demonstration: at once)",
      false },
    { "not-after", 0, CLI_TIME, "TIME", AT(not_after), "停用时间；默认启用后两年（演示系统二十年）",
      "until when; by default two years later (a demonstration: twenty)", false },
    { "name", 0, CLI_TEXT, "NAME", AT(name), "操作员姓名", "an operator's name", false },
    { "pkcs11", 0, CLI_FLAG, NULL, AT(pkcs11), "在 sitecert.ini 所列的密码机中生成；私钥不出密码机",
      "make it in the HSM of sitecert.ini, which never gives it out", false },
    { "public", 0, CLI_TEXT, "PUB.pem", AT(public),
      "不生成：密码机中已有的密钥，这是它的公钥（PEM）",
      "make none: the HSM has it already, and this is its public half, in PEM", false },
    KEY_CHANGE_DRY_RUN(struct generate_options),
    CLI_OPTIONS_END,
};
#undef AT

static enum key_use use_of(const char *name)
{
    for (unsigned use = 1; use < KEY_USE_COUNT; use++) {
        if (strcmp(key_use_name((enum key_use)use), name) == 0)
            return (enum key_use)use;
    }
    return USE_NONE;
}

static enum cose_alg alg_of(const struct generate_options *o, const struct trust_list *list,
                            enum key_use use)
{
    if (o->alg)
        return strcmp(o->alg, "SM2") == 0     ? ALG_SM2
               : strcmp(o->alg, "EdDSA") == 0 ? ALG_EDDSA
                                              : ALG_ES256;
    return key_change_alg(list, use);
}

static bool is_signers(enum key_use use)
{
    return use == USE_TOKEN || use == USE_PUBLISH || use == USE_LOG || use == USE_DOCUMENT;
}

static bool read_usage(const struct cli_call *call, struct trusted_key *ret)
{
    const struct generate_options *const o = call->options;
    ret->use = use_of(o->use);
    if ((o->pkcs11 || o->public) && (!is_signers(ret->use) || (o->pkcs11 && o->public))) {
        say_error(&call->say, "--pkcs11 与 --public 二选一，只用于 token、publish、log、document",
                  "--pkcs11 or --public: one of them, for token, publish, log and document");
        return false;
    }
    if (!key_change_scope(o->units, 999, ret->units, &ret->unit_count) ||
        !key_change_scope(o->posts, 9999, ret->posts, &ret->post_count)) {
        say_error(&call->say, "--units、--posts：由小到大的代码，逗号分隔",
                  "--units, --posts: ascending codes with commas between");
        return false;
    }
    if ((o->first.given || o->last.given) && ret->use != USE_TOKEN) {
        say_error(&call->say, "--first、--last 只用于签发密钥",
                  "--first, --last: of token keys alone");
        return false;
    }
    if (o->name && (ret->use != USE_OPERATOR || strlen(o->name) >= sizeof ret->name)) {
        say_error(&call->say, "--name：只用于操作员，至多 63 字节",
                  "--name: of operators alone, at most 63 bytes");
        return false;
    }
    (void)snprintf(ret->name, sizeof ret->name, "%s", o->name ? o->name : "");
    return true;
}

static void set_dates(const struct generate_options *o, const struct home *h,
                      struct trusted_key *ret)
{
    const bool demo = h->trust->demo;
    ret->not_before =
        o->not_before.given ? o->not_before.value : h->now + (demo ? 1 : KEYS_NOTICE_S);
    ret->not_after = o->not_after.given ? o->not_after.value
                                        : ret->not_before + (demo ? KEYS_DEMO_S : KEYS_LIFE_S);
}

/* --- keys in an HSM --- */

/* The signer alone speaks to it. */
static enum rc ask_hsm(const struct cli_call *call, const struct home *h, const char *stem,
                       enum cose_alg alg, struct diag *d)
{
    int status = 0;
    const char *const words[] = { "sitecert-signer",
                                  "--home",
                                  h->path,
                                  "--make-key",
                                  stem,
                                  "--alg",
                                  alg == ALG_EDDSA ? "EdDSA" : "ES256",
                                  "--quiet",
                                  "--lang",
                                  call->say.chinese ? "zh" : "en",
                                  NULL };
    if (alg != ALG_ES256 && alg != ALG_EDDSA)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "an HSM keeps ES256 and EdDSA keys alone");
    const enum rc rc = program_run(words, &status, d);
    if (rc == RC_OK && status != 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the HSM has made no key");
    return rc;
}

/* A file that stands where it belongs is not copied. */
static enum rc keep_public(const char *given, const char *path, char name[64], struct diag *d)
{
    struct stat a, b;
    char folder[PATH_LEN];
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    const char *const slash = strrchr(given, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
    const enum rc rc = file_read(given, PUBKEY_PEM_MAX, &pem, d);
    if (rc != RC_OK)
        return rc;
    ON_EXIT(fd_close_at)
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const char *const base = slash ? slash + 1 : given;
    if (at >= 0 && stat(given, &a) == 0 && fstatat(at, base, &b, 0) == 0 && a.st_ino == b.st_ino &&
        a.st_dev == b.st_dev && strlen(base) > 4 && strcmp(base + strlen(base) - 4, ".pub") == 0) {
        (void)snprintf(name, 64, "keys/%s", base);
        return RC_OK;
    }
    return file_create(path, buf_span(&pem), 0644, d);
}

static enum rc take_kept(const struct cli_call *call, struct key_change *k,
                         struct trusted_key *terms, struct diag *d)
{
    const struct generate_options *const o = call->options;
    const struct home *const h = &k->reading.home;
    char stem[48], name[64], path[PATH_LEN];
    struct public_numbers numbers;
    enum rc rc = key_change_name(h, o->use, ".pub", stem, name, path, d);
    if (rc == RC_OK && !o->public)
        rc = ask_hsm(call, h, stem, alg_of(o, k->draft.list, terms->use), d);
    if (rc == RC_OK)
        rc = key_change_read_pem(o->public ? o->public : path, &numbers, d);
    if (rc == RC_OK)
        rc = draft_add(&k->draft, &numbers, terms, d);
    if (rc == RC_OK && o->public && !o->dry_run)
        rc = keep_public(o->public, path, name, d);
    if (rc == RC_OK && !o->public && terms->use == USE_DOCUMENT)
        say_note(
            &call->say, "证书请求在 keys/%s.csr；签发后用 keys document-import --key %s 导入",
            "its request for a certificate is keys/%s.csr; import what the CA makes of it with "
            "'keys document-import --key %s'",
            stem, name);
    if (rc == RC_OK && !o->dry_run)
        say_note(&call->say, "私钥在密码机中，公钥在 %s",
                 "the private key is in the HSM, its public half in %s", name);
    return rc;
}

/* --- keys in files --- */

static enum rc make_key(const struct cli_call *call, struct key_change *k,
                        struct trusted_key *terms, struct diag *d)
{
    const struct generate_options *const o = call->options;
    if (o->public || (o->pkcs11 && !o->dry_run))
        return take_kept(call, k, terms, d);
    return key_change_make(call, k, terms, alg_of(o, k->draft.list, terms->use), o->dry_run, d);
}

static enum rc generate(const struct cli_call *call, struct trusted_key *terms, struct diag *d)
{
    const struct generate_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    enum rc rc = key_change_open(call, &k, d);
    if (rc != RC_OK)
        return rc;
    set_dates(o, &k.reading.home, terms);
    if (terms->use == USE_TOKEN)
        rc = draft_range(&k.draft, o->first.given ? (uint64_t)o->first.value : DRAFT_ANY,
                         o->last.given ? (uint64_t)o->last.value : DRAFT_ANY, k.log_size, terms, d);
    if (rc == RC_OK)
        rc = make_key(call, &k, terms, d);
    return rc == RC_OK ? key_change_keep(call, &k, o->dry_run, d) : rc;
}

static int run(const struct cli_call *call)
{
    struct trusted_key terms = { .use = USE_NONE };
    struct diag d = DIAG_INIT;
    if (!read_usage(call, &terms))
        return CLI_EXIT_USAGE;
    return command_conclude(call, generate(call, &terms, &d), &d);
}

static const struct cli_example examples[] = {
    { "sitecert keys generate --use token --first 151000",
      "每年轮换：旧密钥签到 150999，新密钥从 151000 起",
      "yearly rotation: the old key signs up to 150999, the new one from 151000" },
    { "sitecert keys generate --use publish", "下一把发布密钥", "the next key for publications" },
    { "sitecert keys generate --use token --pkcs11", "在密码机中生成", "one that an HSM keeps" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_generate = {
    .name = "keys generate",
    .synopsis = "",
    .zh = "生成新密钥，列入下一份信任列表的草稿",
    .en = "make a key, and put it into the draft of the next trust list",
    .options = options,
    .options_size = sizeof(struct generate_options),
    .examples = examples,
    .run = run,
};
