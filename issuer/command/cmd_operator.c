#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "issuer/command/key_change.h"

/* --- operator add --- */

struct operator_add_options {
    const char *key;
    struct cli_number not_before, not_after;
    bool dry_run;
};
#define AT(member) offsetof(struct operator_add_options, member)
static const struct cli_option add_options[] = {
    { "key", 0, CLI_TEXT, "PUB.pem", AT(key), "操作员公钥：Ed25519 或 P-256，PEM",
      "the operator's public key: Ed25519 or P-256, PEM", true },
    { "not-before", 0, CLI_TIME, "TIME", AT(not_before), "启用时间；默认公布之后立即",
      "from when on; by default at once after the list that announces it", false },
    { "not-after", 0, CLI_TIME, "TIME", AT(not_after), "停用时间；默认启用后两年（演示系统二十年）",
      "until when; by default two years later (a demonstration: twenty)", false },
    KEY_CHANGE_DRY_RUN(struct operator_add_options),
    CLI_OPTIONS_END,
};
#undef AT

static enum rc add(const struct cli_call *call, struct diag *d)
{
    const struct operator_add_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    struct public_numbers numbers;
    struct trusted_key terms = { .use = USE_OPERATOR };
    (void)snprintf(terms.name, sizeof terms.name, "%s", call->argv[0]);
    enum rc rc = key_change_read_pem(o->key, &numbers, d);
    if (rc == RC_OK)
        rc = key_change_open(call, &k, d);
    if (rc != RC_OK)
        return rc;
    const struct home *const h = &k.reading.home;
    terms.not_before = o->not_before.given ? o->not_before.value : h->now + 1;
    terms.not_after = o->not_after.given
                          ? o->not_after.value
                          : terms.not_before + (h->trust->demo ? KEYS_DEMO_S : KEYS_LIFE_S);
    rc = draft_add(&k.draft, &numbers, &terms, d);
    return rc == RC_OK ? key_change_keep(call, &k, o->dry_run, d) : rc;
}

static int run_add(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    const size_t len = strlen(call->argv[0]);
    if (len == 0 || len >= sizeof(((struct trusted_key *)0)->name)) {
        say_error(&call->say, "姓名须为 1 至 63 字节", "a name has 1 to 63 bytes");
        return CLI_EXIT_USAGE;
    }
    return command_conclude(call, add(call, &d), &d);
}

static const struct cli_example add_examples[] = {
    { "sitecert operator add 操作员三 --key operator-3.pub", "列入下一份信任列表的草稿",
      "into the draft of the next trust list" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_operator_add = {
    .name = "operator add",
    .synopsis = "NAME",
    .min = 1,
    .max = 1,
    .zh = "增加一名操作员；须经 keys publish 由两名操作员签字",
    .en = "add an operator; 'keys publish' has two operators sign it",
    .options = add_options,
    .options_size = sizeof(struct operator_add_options),
    .examples = add_examples,
    .run = run_add,
};

/* --- operator suspend --- */

struct operator_suspend_options {
    bool dry_run;
};
static const struct cli_option suspend_options[] = {
    KEY_CHANGE_DRY_RUN(struct operator_suspend_options),
    CLI_OPTIONS_END,
};

/* By name or by kid. */
static enum rc find_operator(struct draft *f, const char *who, struct trusted_key **ret,
                             struct diag *d)
{
    struct trusted_key *found = NULL;
    for (size_t i = 0; i < f->list->key_count; i++) {
        struct trusted_key *const key = &f->list->keys[i];
        if (key->use != USE_OPERATOR || strcmp(key->name, who) != 0 ||
            key->not_after <= f->home->now)
            continue;
        if (found)
            return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                            "two operators are called '%.60s': say which by its kid", who);
        found = key;
    }
    if (!found) {
        const enum rc rc = draft_find(f, who, &found, d);
        if (rc != RC_OK)
            return rc;
    }
    if (found->use != USE_OPERATOR)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "'%.60s' is no operator's key", who);
    *ret = found;
    return RC_OK;
}

static enum rc suspend(const struct cli_call *call, struct diag *d)
{
    const struct operator_suspend_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    struct trusted_key *key = NULL;
    enum rc rc = key_change_open(call, &k, d);
    if (rc == RC_OK)
        rc = find_operator(&k.draft, call->argv[0], &key, d);
    if (rc == RC_OK)
        rc = draft_retire(&k.draft, key, k.reading.home.now, k.log_size, d);
    return rc == RC_OK ? key_change_keep(call, &k, o->dry_run, d) : rc;
}

static int run_suspend(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    return command_conclude(call, suspend(call, &d), &d);
}

const struct cli_command cmd_operator_suspend = {
    .name = "operator suspend",
    .synopsis = "NAME|KID",
    .min = 1,
    .max = 1,
    .zh = "停用一名操作员；须经 keys publish 由两名操作员签字",
    .en = "suspend an operator; 'keys publish' has two operators sign it",
    .options = suspend_options,
    .options_size = sizeof(struct operator_suspend_options),
    .run = run_suspend,
};

/* --- operator list --- */

static const char *state_of(const struct trusted_key *k, int64_t now)
{
    if (now < k->not_before)
        return "published";
    return now <= k->not_after ? "active" : "ended";
}

static json_t *operators_json(const struct home *h)
{
    json_t *const list = json_array();
    for (size_t i = 0; i < h->trust->key_count; i++) {
        const struct trusted_key *const k = &h->trust->keys[i];
        char kid[2 * KID_LEN + 1], until[TIME_TEXT_LEN + 1];
        if (k->use != USE_OPERATOR)
            continue;
        hex_encode(k->kid, KID_LEN, kid);
        time_format(k->not_after, until);
        (void)json_array_append_new(list,
                                    json_pack("{s:s,s:s,s:s,s:s}", "name", k->name, "kid", kid,
                                              "not_after", until, "state", state_of(k, h->now)));
    }
    return list;
}

static enum rc print(const struct cli_call *call, const struct home *h, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    if (call->common.json)
        return command_print_json(operators_json(h), d);
    for (size_t i = 0; i < h->trust->key_count; i++) {
        const struct trusted_key *const k = &h->trust->keys[i];
        char kid[2 * KID_LEN + 1], until[DATE_TEXT_LEN + 1];
        if (k->use != USE_OPERATOR)
            continue;
        hex_encode(k->kid, KID_LEN, kid);
        date_format(date_of_time(k->not_after), until);
        buf_printf(&text, "%s  %-9s  – %s  %s\n", kid, state_of(k, h->now), until, k->name);
    }
    return say_out(&text, d);
}

static int run_list(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = print(call, &home, &d);
    return command_conclude(call, rc, &d);
}

const struct cli_command cmd_operator_list = {
    .name = "operator list",
    .synopsis = "",
    .zh = "列出操作员",
    .en = "list the operators",
    .run = run_list,
};
