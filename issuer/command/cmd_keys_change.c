#include "issuer/command/key_change.h"

/* --- keys retire --- */

struct retire_options {
    struct cli_number at;
    bool dry_run;
};
static const struct cli_option retire_options[] = {
    { "at", 0, CLI_TIME, "TIME", offsetof(struct retire_options, at), "从何时起停用；默认现在",
      "from when on it signs no more; by default now", false },
    KEY_CHANGE_DRY_RUN(struct retire_options),
    CLI_OPTIONS_END,
};

static enum rc retire(const struct cli_call *call, struct diag *d)
{
    const struct retire_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    struct trusted_key *key = NULL;
    enum rc rc = key_change_open(call, &k, d);
    if (rc == RC_OK)
        rc = draft_find(&k.draft, call->argv[0], &key, d);
    if (rc == RC_OK)
        rc = draft_retire(&k.draft, key, o->at.given ? o->at.value : k.reading.home.now, k.log_size,
                          d);
    return rc == RC_OK ? key_change_keep(call, &k, o->dry_run, d) : rc;
}

static int run_retire(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    return command_conclude(call, retire(call, &d), &d);
}

static const struct cli_example retire_examples[] = {
    { "sitecert keys retire 2c615369fb9d2370", "停用旧密钥；它签过的证书仍然有效",
      "end an old key; what it signed stays good" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_retire = {
    .name = "keys retire",
    .synopsis = "KID",
    .min = 1,
    .max = 1,
    .zh = "提前终止一把密钥：签过的仍有效，不再签新的",
    .en = "end a key early: what it signed stays good, it signs no more",
    .options = retire_options,
    .options_size = sizeof(struct retire_options),
    .examples = retire_examples,
    .run = run_retire,
};

/* --- keys cutoff --- */

struct cutoff_options {
    struct cli_number index, time;
    const char *checkpoint;
    bool dry_run;
};
#define AT(member) offsetof(struct cutoff_options, member)
static const struct cli_option cutoff_options[] = {
    { "index", 0, CLI_NUMBER, "N", AT(index),
      "签发密钥：被盗以前的日志长度；此序号以前签发的证书仍有效",
      "of a token key: a size of the log from before the theft; what is below it stays good",
      false },
    { "checkpoint", 0, CLI_TEXT, "FILE", AT(checkpoint),
      "被盗以前的检查点，来自见证人、检查人员或备份：用来确认登记簿没有被改动",
      "a checkpoint of that size from before the theft, from a witness, an inspector or a backup: "
      "shows that the register was not changed",
      false },
    { "time", 0, CLI_TIME, "TIME", AT(time), "文档密钥：最迟何时尚未被盗",
      "of a document key: when it was not yet stolen", false },
    KEY_CHANGE_DRY_RUN(struct cutoff_options),
    CLI_OPTIONS_END,
};
#undef AT

static enum rc cut_token_key(const struct cutoff_options *o, struct key_change *k,
                             struct trusted_key *key, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    if (!o->index.given)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a token key is cut off at an --index");
    const enum rc rc = o->checkpoint ? file_read(o->checkpoint, CHECKPOINT_MAX, &note, d) : RC_OK;
    return rc == RC_OK ? draft_cut_off(&k->draft, k->reading.reg, key, (uint64_t)o->index.value,
                                       buf_span(&note), d)
                       : rc;
}

static enum rc cut_document_key(const struct cutoff_options *o, struct trusted_key *key,
                                struct diag *d)
{
    if (!o->time.given || o->time.value <= 0)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a document key is cut off at a --time");
    if (key->cut_off.given)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the key is cut off already");
    key->cut_off = (struct cut_off){ .given = true, .time_s = o->time.value };
    return RC_OK;
}

static enum rc cut_off(const struct cli_call *call, struct diag *d)
{
    const struct cutoff_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    struct trusted_key *key = NULL;
    enum rc rc = key_change_open(call, &k, d);
    if (rc == RC_OK)
        rc = draft_find(&k.draft, call->argv[0], &key, d);
    if (rc != RC_OK)
        return rc;
    if (key->use != USE_TOKEN && key->use != USE_DOCUMENT)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "a stolen %s key is retired: what it signed is signed again",
                        key_use_name(key->use));
    const uint64_t lost = key->use == USE_TOKEN && k.log_size > (uint64_t)o->index.value
                              ? k.log_size - (uint64_t)o->index.value
                              : 0;
    rc = key->use == USE_TOKEN ? cut_token_key(o, &k, key, d) : cut_document_key(o, key, d);
    if (rc == RC_OK)
        rc = key_change_keep(call, &k, o->dry_run, d);
    if (rc == RC_OK && lost > 0)
        say_note(&call->say, "日志中其后的 %llu 条不再有效：其中的证书须重新签发",
                 "%llu leaves behind it no longer count: certificates among them must be issued "
                 "again",
                 (unsigned long long)lost);
    return rc;
}

static int run_cutoff(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    return command_conclude(call, cut_off(call, &d), &d);
}

static const struct cli_example cutoff_examples[] = {
    { "sitecert keys cutoff 2c615369fb9d2370 --index 61007 --checkpoint witness.checkpoint",
      "签发密钥被盗：61007 以前的证书仍有效",
      "a stolen token key: what is below 61007 stays good" },
    { "sitecert keys cutoff 519cb3753fa97b7e --time 2026-05-01", "文档密钥被盗：旧 PDF 须重新下载",
      "a stolen document key: PDFs must be fetched again" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_cutoff = {
    .name = "keys cutoff",
    .synopsis = "KID",
    .min = 1,
    .max = 1,
    .zh = "密钥被盗：以前签发的仍有效，盗用者签的一概无效",
    .en = "a stolen key: what it signed before stays good, the thief's is refused",
    .options = cutoff_options,
    .options_size = sizeof(struct cutoff_options),
    .examples = cutoff_examples,
    .run = run_cutoff,
};
