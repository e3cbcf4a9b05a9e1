#include <stdio.h>
#include <string.h>

#include "issuer/command/key_ceremony.h"

/* --- keys root set --- */

struct root_set_options {
    struct cli_texts keys;
    struct cli_number threshold;
    bool dry_run;
};
#define AT(member) offsetof(struct root_set_options, member)
static const struct cli_option set_options[] = {
    { "key", 0, CLI_TEXTS, "PUB.pem", AT(keys), "新的根公钥（Ed25519 或 P-256，PEM），每把写一次",
      "a new root's public key (Ed25519 or P-256, PEM), once for each", true },
    { "threshold", 0, CLI_NUMBER, "K", AT(threshold), "须有几把签名；默认全部",
      "how many of them must sign; by default all", false },
    KEY_CHANGE_DRY_RUN(struct root_set_options),
    CLI_OPTIONS_END,
};
#undef AT

static enum rc set_roots(const struct cli_call *call, struct diag *d)
{
    const struct root_set_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    struct root_set roots = { .count = o->keys.count };
    enum rc rc = key_change_open(call, &k, d);
    for (size_t i = 0; rc == RC_OK && i < o->keys.count; i++)
        rc = key_change_read_pem(o->keys.at[i], &roots.keys[i], d);
    if (rc != RC_OK)
        return rc;
    roots.threshold = o->threshold.given ? (unsigned)o->threshold.value : (unsigned)roots.count;
    k.draft.list->roots = roots;
    return key_change_keep(call, &k, o->dry_run, d);
}

static int run_set(const struct cli_call *call)
{
    const struct root_set_options *const o = call->options;
    struct diag d = DIAG_INIT;
    if (o->threshold.given &&
        (o->threshold.value < 1 || (uint64_t)o->threshold.value > o->keys.count)) {
        say_error(&call->say, "--threshold：1 至根公钥的个数",
                  "--threshold: from 1 to the number of keys");
        return CLI_EXIT_USAGE;
    }
    return command_conclude(call, set_roots(call, &d), &d);
}

static const struct cli_example set_examples[] = {
    { "sitecert keys root set --key r1.pub --key r2.pub --key r3.pub --threshold 2",
      "更换为三把根密钥，须两把签名", "from the next list on three roots, of which two must sign" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_root_set = {
    .name = "keys root set",
    .synopsis = "",
    .zh = "更换根密钥：列入下一份信任列表的草稿",
    .en = "name other roots in the draft of the next trust list",
    .options = set_options,
    .options_size = sizeof(struct root_set_options),
    .examples = set_examples,
    .run = run_set,
};

/* --- keys root export --- */

struct root_export_options {
    const char *output;
};
static const struct cli_option export_options[] = {
    { "output", 'o', CLI_TEXT, "FILE", offsetof(struct root_export_options, output),
      "带往根密钥所在机器的文件", "the file to carry to the root keys", true },
    CLI_OPTIONS_END,
};

static enum rc export(const struct cli_call *call, struct diag *d) {
    const struct root_export_options *const o = call->options;
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(ceremony_close) struct ceremony c = { 0 };
    enum rc rc = home_open(command_home_path(call), &home, d);
    if (rc == RC_OK) rc = key_ceremony_open(&home, NULL, &c, d);
    if (rc ==
        RC_NOT_FOUND) return diag_set(d, rc, DIAG_NO_OFFSET,
                                      "no change is under way: 'sitecert keys publish' begins one");
    if (rc == RC_OK && !ceremony_is_decided(&c))
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "%u of %u operators have signed the change",
                      c.operators, c.operators_needed);
    if (rc == RC_OK) rc = file_replace(o->output, buf_span(&c.file), 0644, d);
    return rc == RC_OK ? key_ceremony_print(call, &c, false, d) : rc;
}

static int run_export(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    return command_conclude(call, export(call, &d), &d);
}

const struct cli_command cmd_keys_root_export = {
    .name = "keys root export",
    .synopsis = "",
    .zh = "导出待签的信任列表，带到离线的根密钥那里",
    .en = "write the list that roots are to sign, to be carried to them",
    .options = export_options,
    .options_size = sizeof(struct root_export_options),
    .run = run_export,
};

/* --- keys root sign: on another machine, without a home --- */

struct root_sign_options {
    const char *key, *root;
    bool dry_run;
};
#define AT(member) offsetof(struct root_sign_options, member)
static const struct cli_option sign_options[] = {
    { "key", 0, CLI_TEXT, "ROOT.pem", AT(key), "根私钥文件", "a root's key file", true },
    { "root", 0, CLI_TEXT, "FILE", AT(root), "本系统的 root.cbor：核对现行列表出自它",
      "the deployment's root.cbor: the current list must come from it", false },
    KEY_CHANGE_DRY_RUN(struct root_sign_options),
    CLI_OPTIONS_END,
};
#undef AT

static enum rc read_roots(const char *path, struct root_set *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    const enum rc rc = file_read(path, TRUST_LIST_MAX, &bytes, d);
    return rc == RC_OK ? root_set_parse(buf_span(&bytes), ret, d) : rc;
}

static enum rc sign(const struct cli_call *call, struct diag *d)
{
    const struct root_sign_options *const o = call->options;
    const char *const path = call->argv[0];
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    ON_EXIT(ceremony_close) struct ceremony c = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct root_set roots = { 0 };
    enum rc rc = o->root ? read_roots(o->root, &roots, d) : RC_OK;
    if (rc == RC_OK)
        rc = file_read(path, CEREMONY_MAX, &file, d);
    if (rc == RC_OK)
        rc = ceremony_open(&file, o->root ? &roots : NULL, &c, d);
    if (rc == RC_OK)
        rc = private_key_load(o->key, &key, d);
    if (rc == RC_OK)
        rc = ceremony_sign(&c, key, d);
    if (rc == RC_OK && !o->dry_run)
        rc = file_replace(path, buf_span(&c.file), 0644, d);
    return rc == RC_OK ? key_ceremony_print(call, &c, o->dry_run, d) : rc;
}

static int run_sign(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    return command_conclude(call, sign(call, &d), &d);
}

static const struct cli_example sign_examples[] = {
    { "sitecert keys root sign change.cbor --key root-1.pem --root root.cbor --dry-run",
      "先看改了什么", "first see what changes" },
    { "sitecert keys root sign change.cbor --key root-1.pem --root root.cbor", "签名", "sign it" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_root_sign = {
    .name = "keys root sign",
    .synopsis = "FILE",
    .min = 1,
    .max = 1,
    .zh = "用离线的根密钥签名；不需要系统目录",
    .en = "sign with a root key that is kept offline; needs no home",
    .options = sign_options,
    .options_size = sizeof(struct root_sign_options),
    .examples = sign_examples,
    .run = run_sign,
};

/* --- keys root import --- */

struct root_import_options {
    bool dry_run;
};
static const struct cli_option import_options[] = {
    KEY_CHANGE_DRY_RUN(struct root_import_options),
    CLI_OPTIONS_END,
};

static enum rc import(const struct cli_call *call, struct diag *d)
{
    const struct root_import_options *const o = call->options;
    ON_EXIT(reading_close) struct reading r = { 0 };
    ON_EXIT(ceremony_close) struct ceremony c = { 0 };
    enum rc rc = reading_open(call, &r, d);
    if (rc == RC_OK)
        rc = key_ceremony_open(&r.home, call->argv[0], &c, d);
    if (rc == RC_OK && !ceremony_is_done(&c))
        rc = diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                      "%u of %u roots, and %u of %u of the new list's, have signed", c.by_old,
                      c.old->roots.threshold, c.by_new, c.new->roots.threshold);
    if (rc == RC_OK && !o->dry_run)
        rc = key_ceremony_install(&r, &c, d);
    return rc == RC_OK ? key_ceremony_print(call, &c, o->dry_run, d) : rc;
}

static int run_import(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    return command_conclude(call, import(call, &d), &d);
}

const struct cli_command cmd_keys_root_import = {
    .name = "keys root import",
    .synopsis = "FILE",
    .min = 1,
    .max = 1,
    .zh = "根签名足够后，使新的信任列表生效",
    .en = "put the new trust list in force, when enough roots have signed",
    .options = import_options,
    .options_size = sizeof(struct root_import_options),
    .run = run_import,
};

/* --- keys witness --- */

struct witness_options {
    struct cli_texts witnesses;
    struct cli_number quorum;
    bool dry_run;
};
#define AT(member) offsetof(struct witness_options, member)
static const struct cli_option witness_options[] = {
    { "witness", 0, CLI_TEXTS, "NAME=PUB.pem", AT(witnesses),
      "见证人的名称与 Ed25519 公钥，每人写一次",
      "a witness's name and Ed25519 public key, once for each", false },
    { "quorum", 0, CLI_NUMBER, "N", AT(quorum), "检查点须有几名见证人签名；0：不要求",
      "how many of them must have signed a checkpoint; 0: none are asked for", true },
    KEY_CHANGE_DRY_RUN(struct witness_options),
    CLI_OPTIONS_END,
};
#undef AT

static enum rc add_witness(struct trust_list *list, const char *text, struct diag *d)
{
    struct witness *const w = &list->witnesses[list->witness_count];
    const char *const equals = strchr(text, '=');
    struct public_numbers numbers;
    const size_t len = equals ? (size_t)(equals - text) : 0;
    if (len == 0 || len >= sizeof w->name)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "'%.60s' is not NAME=PUB.pem", text);
    enum rc rc = key_change_read_pem(equals + 1, &numbers, d);
    if (rc == RC_OK)
        rc = pubkey_new(&numbers, &w->key, d);
    if (rc != RC_OK)
        return rc;
    (void)snprintf(w->name, sizeof w->name, "%.*s", (int)len, text);
    list->witness_count++;
    return RC_OK;
}

static enum rc set_witnesses(const struct cli_call *call, struct diag *d)
{
    const struct witness_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    enum rc rc = key_change_open(call, &k, d);
    if (rc != RC_OK)
        return rc;
    struct trust_list *const list = k.draft.list;
    while (list->witness_count > 0)
        pubkey_free(list->witnesses[--list->witness_count].key);
    list->witness_quorum = (unsigned)o->quorum.value;
    for (size_t i = 0; rc == RC_OK && i < o->witnesses.count; i++)
        rc = add_witness(list, o->witnesses.at[i], d);
    return rc == RC_OK ? key_change_keep(call, &k, o->dry_run, d) : rc;
}

static int run_witness(const struct cli_call *call)
{
    const struct witness_options *const o = call->options;
    struct diag d = DIAG_INIT;
    if ((uint64_t)o->quorum.value > o->witnesses.count ||
        (o->quorum.value == 0 && o->witnesses.count > 0)) {
        say_error(&call->say, "--quorum：1 至见证人数；不要见证人时写 0",
                  "--quorum: from 1 to the number of witnesses; 0 for none");
        return CLI_EXIT_USAGE;
    }
    return command_conclude(call, set_witnesses(call, &d), &d);
}

const struct cli_command cmd_keys_witness = {
    .name = "keys witness",
    .synopsis = "",
    .zh = "见证人政策：谁为检查点签名、须有几名；列入草稿",
    .en = "the witness policy: who cosigns checkpoints, how many must have; into the draft",
    .options = witness_options,
    .options_size = sizeof(struct witness_options),
    .run = run_witness,
};
