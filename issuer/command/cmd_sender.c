#include <string.h>

#include "core/crypto/pubkey_pem.h"
#include "core/message/message.h"
#include "issuer/command/reading.h"
#include "issuer/scheme/units.h"
#include "issuer/senders/senders.h"

#define OVERLAP_DEFAULT_S ((int64_t)7 * 86400)

static struct span id_of(const struct cli_call *call)
{
    return span_text(call->argv[0]);
}

static enum rc read_key(const char *path, struct public_numbers *ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct diag why = DIAG_INIT;
    const enum rc rc = file_read(path, PUBKEY_PEM_MAX, &text, d);
    if (rc != RC_OK)
        return rc;
    const enum rc read = pubkey_pem_read(buf_span(&text), ret, &why);
    return read == RC_OK ? RC_OK : diag_set(d, read, why.offset, "'%.60s': %.170s", path, why.text);
}

/* What the sender and the operator compare by telephone. */
static enum rc say_key(const struct cli_call *call, const char *id,
                       const struct public_numbers *numbers, struct diag *d)
{
    char thumbprint[PUBKEY_THUMBPRINT_LEN + 1];
    if (!pubkey_thumbprint(numbers, thumbprint))
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "no memory for a thumbprint");
    const char *const alg = message_alg_name(numbers->alg);
    if (call->common.json)
        return command_print_json(
            json_pack("{s:s, s:s, s:s}", "id", id, "alg", alg, "thumbprint", thumbprint), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    buf_printf(&text, "%s  %s  %s\n", id, alg, thumbprint);
    return say_out(&text, d);
}

/* --- sender add --- */

struct add_options {
    const char *unit, *key, *kinds;
    struct cli_number rows_per_day;
};
#define AT(member) offsetof(struct add_options, member)
static const struct cli_option add_table[] = {
    { "unit", 0, CLI_TEXT, "U", AT(unit), "所属主管部门代码，三位数字，如 033",
      "the authority that it sends for, three digits as 033", true },
    { "key", 0, CLI_TEXT, "PUB.pem", AT(key), "报送方公钥：Ed25519 或 P-256，PEM",
      "the sender's public key: Ed25519 or P-256, PEM", true },
    { "kinds", 0, CLI_TEXT, "K,…", AT(kinds), "可报送的记录种类，逗号分隔；默认全部",
      "kinds of records that it may send, with commas; by default all", false },
    { "rows-per-day", 0, CLI_NUMBER, "N", AT(rows_per_day), "每日行数上限；默认不限",
      "the most rows of a day; by default no bound", false },
    CLI_OPTIONS_END,
};
#undef AT

static bool read_kinds(const char *names, unsigned *ret)
{
    *ret = names ? 0 : SENDER_KINDS_ALL;
    for (const char *at = names; at;) {
        const char *const comma = strchr(at, ',');
        const size_t len = comma ? (size_t)(comma - at) : strlen(at);
        const enum record_kind kind = kind_from_name(span_of(at, len));
        if (kind == KIND_NONE)
            return false;
        *ret |= 1u << (unsigned)kind;
        at = comma ? comma + 1 : NULL;
    }
    return true;
}

static bool read_usage(const struct cli_call *call, struct sender *ret)
{
    const struct add_options *const o = call->options;
    const struct span id = id_of(call);
    if (!sender_id_valid(id)) {
        say_error(
            &call->say, "报送方编号：1 至 %d 个字母、数字或 . _ -，不能是 local 或 16 位十六进制数",
            "a sender's id: 1 to %d letters, digits or . _ -, neither local nor 16 hex digits",
            SENDER_ID_MAX);
        return false;
    }
    memcpy(ret->id, id.ptr, id.len);
    if (!unit_id_parse(span_text(o->unit), &ret->unit)) {
        say_error(&call->say, "--unit：不是主管部门代码 '%s'",
                  "--unit: no authority has the code '%s'", o->unit);
        return false;
    }
    if (!read_kinds(o->kinds, &ret->kinds)) {
        say_error(&call->say, "--kinds：没有这种记录 '%s'", "--kinds: not kinds of records '%s'",
                  o->kinds);
        return false;
    }
    ret->rows_per_day = (uint64_t)o->rows_per_day.value;
    return true;
}

/* A unit may be registered later: that is said, not refused. */
static void note_unit(const struct cli_call *call, struct reading *r, const struct sender *s)
{
    if (!register_unit(r->reg, s->unit))
        say_note(&call->say, "注意：登记簿中还没有主管部门 %03u",
                 "note: the register has no authority %03u yet", s->unit);
}

static int run_add(const struct cli_call *call)
{
    const struct add_options *const o = call->options;
    struct sender s = { 0 };
    if (!read_usage(call, &s))
        return CLI_EXIT_USAGE;

    ON_EXIT(reading_close) struct reading r = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = read_key(o->key, &s.keys[0].numbers, &d);
    if (rc == RC_OK)
        rc = senders_add(r.home.path, &s, r.home.now, &d);
    if (rc == RC_OK) {
        note_unit(call, &r, &s);
        rc = say_key(call, s.id, &s.keys[0].numbers, &d);
    }
    return command_conclude(call, rc, &d);
}

static const struct cli_example add_examples[] = {
    { "sitecert sender add zhejiang --unit 033 --key zhejiang.pem", "登记报送方并打印公钥指纹",
      "register one and print its key's thumbprint" },
    { "sitecert sender add school-7 --unit 033 --key school.pem --kinds training --rows-per-day "
      "5000",
      "只能报送培训记录", "for trainings alone" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_sender_add = {
    .name = "sender add",
    .synopsis = "ID",
    .min = 1,
    .max = 1,
    .zh = "登记可以通过网络报送记录的一方",
    .en = "register who may push records over the network",
    .options = add_table,
    .options_size = sizeof(struct add_options),
    .examples = add_examples,
    .run = run_add,
};

/* --- sender rotate --- */

struct rotate_options {
    const char *key;
    struct cli_number overlap;
};
#define AT(member) offsetof(struct rotate_options, member)
static const struct cli_option rotate_table[] = {
    { "key", 0, CLI_TEXT, "PUB.pem", AT(key), "新公钥：Ed25519 或 P-256，PEM",
      "the new public key: Ed25519 or P-256, PEM", true },
    { "overlap", 0, CLI_DURATION, "7d", AT(overlap), "旧公钥还可使用多久；默认 7d，0d 为立即停用",
      "how long the old key still holds; by default 7d, 0d ends it at once", false },
    CLI_OPTIONS_END,
};
#undef AT

static int run_rotate(const struct cli_call *call)
{
    const struct rotate_options *const o = call->options;
    const int64_t overlap_s = o->overlap.given ? o->overlap.value : OVERLAP_DEFAULT_S;
    ON_EXIT(home_close) struct home home = { 0 };
    struct public_numbers numbers = { .alg = ALG_NONE };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = read_key(o->key, &numbers, &d);
    if (rc == RC_OK)
        rc = senders_rotate(home.path, id_of(call), &numbers, home.now, overlap_s, &d);
    if (rc == RC_OK)
        rc = say_key(call, call->argv[0], &numbers, &d);
    return command_conclude(call, rc, &d);
}

const struct cli_command cmd_sender_rotate = {
    .name = "sender rotate",
    .synopsis = "ID",
    .min = 1,
    .max = 1,
    .zh = "更换报送方公钥，新旧重叠一段时间",
    .en = "change a sender's key; the old one holds a while longer",
    .options = rotate_table,
    .options_size = sizeof(struct rotate_options),
    .run = run_rotate,
};

/* --- sender suspend, sender resume --- */

static int set_suspended(const struct cli_call *call, bool suspended)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = senders_suspend(home.path, id_of(call), suspended, &d);
    return command_conclude(call, rc, &d);
}

static int run_suspend(const struct cli_call *call)
{
    return set_suspended(call, true);
}

static int run_resume(const struct cli_call *call)
{
    return set_suspended(call, false);
}

const struct cli_command cmd_sender_suspend = {
    .name = "sender suspend",
    .synopsis = "ID",
    .min = 1,
    .max = 1,
    .zh = "暂停报送方：其后的请求都被拒绝",
    .en = "suspend a sender: its requests are refused from now on",
    .run = run_suspend,
};

const struct cli_command cmd_sender_resume = {
    .name = "sender resume",
    .synopsis = "ID",
    .min = 1,
    .max = 1,
    .zh = "恢复被暂停的报送方",
    .en = "let a suspended sender push again",
    .run = run_resume,
};
