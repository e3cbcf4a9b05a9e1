#include <string.h>
#include <unistd.h>

#include "issuer/command/key_ceremony.h"
#include "issuer/command/key_change.h"

struct publish_options {
    struct cli_texts operators;
    struct cli_number next_update;
    bool dry_run;
};
#define AT(member) offsetof(struct publish_options, member)
static const struct cli_option options[] = {
    { "operator", 0, CLI_TEXTS, "KEY.pem", AT(operators),
      "操作员私钥文件；两人可各写一次，也可先后各运行一次；默认取 sitecert.ini",
      "an operator's key file: twice, or once by each of the two, one after the other; by default "
      "sitecert.ini's",
      false },
    { "next-update", 0, CLI_DURATION, "90d", AT(next_update),
      "多久以内须有下一份列表；默认 90 天（演示系统 20 年）",
      "in which time the next list must come; by default 90 days (a demonstration: 20 years)",
      false },
    KEY_CHANGE_DRY_RUN(struct publish_options),
    CLI_OPTIONS_END,
};
#undef AT

/* A key that was to begin before its list is out begins with it. */
static void set_times(const struct publish_options *o, const struct home *h,
                      struct trust_list *list)
{
    const int64_t life = o->next_update.given ? o->next_update.value
                         : list->demo         ? KEYS_DEMO_S
                                              : LIST_LIFE_S;
    list->issued = h->now > h->trust->issued ? h->now : h->trust->issued;
    list->next_update = list->issued + (life > 0 ? life : 1);
    for (size_t i = 0; i < list->key_count; i++) {
        struct trusted_key *const k = &list->keys[i];
        if (!trust_list_same(h->trust, k) && k->not_before <= list->issued)
            k->not_before = list->issued + 1;
    }
}

static const char *operator_at(const struct cli_call *call, const struct home *h, size_t i)
{
    const struct publish_options *const o = call->options;
    if (o->operators.count > 0)
        return i < o->operators.count ? o->operators.at[i] : NULL;
    if (i == 0)
        return h->settings.operator_key;
    return i == 1 && h->settings.second_operator_key[0] ? h->settings.second_operator_key : NULL;
}

static enum rc load_operator(const struct home *h, const char *name, struct private_key **ret,
                             struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = RC_OK;
    /* As the command line has it, or in the home. */
    if (access(name, F_OK) != 0)
        rc = home_path(h, name, path, d);
    return rc == RC_OK ? private_key_load(access(name, F_OK) == 0 ? name : path, ret, d) : rc;
}

/* The first signature makes the change; later ones are added to it. */
static enum rc begin(const struct cli_call *call, struct key_change *k, struct ceremony *ret,
                     struct diag *d)
{
    const struct home *const h = &k->reading.home;
    ON_EXIT(private_key_free_at) struct private_key *key = NULL;
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    ON_EXIT(buf_free_at) struct buf change = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    set_times(call->options, h, k->draft.list);
    trust_list_payload_put(&payload, k->draft.list);
    enum rc rc = trust_list_follows(h->trust, k->draft.list, d);
    if (rc == RC_OK)
        rc = trust_list_keeps_signed(h->trust, k->draft.list, k->log_size, d);
    if (rc == RC_OK)
        rc = buf_rc(&payload, d);
    if (rc == RC_OK)
        rc = load_operator(h, operator_at(call, h, 0), &key, d);
    if (rc == RC_OK)
        rc = trust_list_cosign(key, TYP_KEYS, buf_span(&payload), (struct span){ 0 }, &change, d);
    if (rc == RC_OK)
        ceremony_put(&file, buf_span(&h->trust_bytes), buf_span(&change), (struct span){ 0 });
    return rc == RC_OK ? ceremony_open(&file, NULL, ret, d) : rc;
}

static enum rc add_operators(const struct cli_call *call, const struct home *h, size_t from,
                             struct ceremony *c, struct diag *d)
{
    for (size_t i = from; operator_at(call, h, i); i++) {
        ON_EXIT(private_key_free_at) struct private_key *key = NULL;
        enum rc rc = load_operator(h, operator_at(call, h, i), &key, d);
        if (rc == RC_OK)
            rc = ceremony_operate(c, key, d);
        if (rc != RC_OK)
            return rc;
    }
    return RC_OK;
}

/* A change that one operator has signed waits for the other; a newer draft replaces it. */
static enum rc decide(const struct cli_call *call, struct key_change *k, struct ceremony *ret,
                      struct diag *d)
{
    const struct home *const h = &k->reading.home;
    if (!k->draft.begun) {
        const enum rc rc = key_ceremony_open(h, NULL, ret, d);
        if (rc == RC_OK)
            return ceremony_is_decided(ret) ? RC_OK : add_operators(call, h, 0, ret, d);
        if (rc != RC_NOT_FOUND)
            return rc;
    }
    const enum rc rc = begin(call, k, ret, d);
    return rc == RC_OK ? add_operators(call, h, 1, ret, d) : rc;
}

static enum rc publish_list(const struct cli_call *call, struct diag *d)
{
    const struct publish_options *const o = call->options;
    ON_EXIT(key_change_close) struct key_change k = { 0 };
    ON_EXIT(ceremony_close) struct ceremony c = { 0 };
    enum rc rc = key_change_open(call, &k, d);
    if (rc == RC_OK)
        rc = decide(call, &k, &c, d);
    if (rc == RC_OK && ceremony_is_decided(&c))
        rc = key_ceremony_sign_at_home(&k.reading.home, &c, d);
    if (rc != RC_OK)
        return rc;
    if (!o->dry_run) {
        rc = ceremony_is_done(&c) ? key_ceremony_install(&k.reading, &c, d)
                                  : key_ceremony_save(&k.reading.home, &c, d);
        if (rc == RC_OK)
            rc = draft_remove(&k.reading.home, d);
    }
    return rc == RC_OK ? key_ceremony_print(call, &c, o->dry_run, d) : rc;
}

static int run(const struct cli_call *call)
{
    struct diag d = DIAG_INIT;
    return command_conclude(call, publish_list(call, &d), &d);
}

static const struct cli_example examples[] = {
    { "sitecert keys publish --operator a.pem --operator b.pem",
      "两名操作员签字，根密钥在本机时即签发",
      "two operators sign; where the root keys are here, the list is made" },
    { "sitecert keys publish --dry-run", "只看将要改变什么", "see what would change" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_publish = {
    .name = "keys publish",
    .synopsis = "",
    .zh = "由操作员签字确认密钥变更，签发下一份信任列表",
    .en = "have operators sign the change of keys, and make the next trust list",
    .options = options,
    .options_size = sizeof(struct publish_options),
    .examples = examples,
    .run = run,
};
