#include <string.h>

#include "issuer/command/key_change.h"

/* base64url without padding, as a JWK has it (RFC 7515 section 2). */
static json_t *number_json(const uint8_t *bytes, size_t len)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    base64_encode(span_of(bytes, len), &text);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '+')
            text.ptr[i] = '-';
        else if (text.ptr[i] == '/')
            text.ptr[i] = '_';
    }
    while (text.len > 0 && text.ptr[text.len - 1] == '=')
        text.len--;
    return json_stringn((const char *)text.ptr, text.len);
}

struct alg_words {
    enum cose_alg alg;
    const char *name, *kty, *crv;
};
static const struct alg_words algs[] = {
    { ALG_ES256, "ES256", "EC", "P-256" },
    { ALG_EDDSA, "EdDSA", "OKP", "Ed25519" },
    { ALG_SM2, "SM2", "EC", "SM2" },
    { ALG_RS256, "RS256", "RSA", NULL },
};

static const struct alg_words *words_of(enum cose_alg alg)
{
    for (size_t i = 0; i < sizeof algs / sizeof algs[0]; i++) {
        if (algs[i].alg == alg)
            return &algs[i];
    }
    return NULL;
}

static json_t *jwk_json(const struct public_numbers *n, const struct alg_words *words)
{
    if (n->alg == ALG_RS256) /* RFC 7518 section 6.3.1; the exponent is RSA_E */
        return json_pack("{s:s,s:o,s:s}", "kty", words->kty, "n", number_json(n->n, RSA_N_LEN), "e",
                         "AQAB");
    json_t *o = json_pack("{s:s,s:s,s:o}", "kty", words->kty, "crv", words->crv, "x",
                          number_json(n->x, EC_COORD_LEN));
    if (o && n->alg != ALG_EDDSA &&
        json_object_set_new(o, "y", number_json(n->y, EC_COORD_LEN)) != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* What is shown: the list in force, and of the draft the keys that are new. */
struct listing {
    const struct home *home;
    const struct trust_list *draft; /* NULL: none */
    size_t held_count;
    struct signer_held held[SIGNER_KEYS_MAX]; /* what the signer has */
};

/* NULL: the signer has it not, or could not be asked. */
static const struct signer_held *held_of(const struct listing *l, const struct trusted_key *k)
{
    for (size_t i = 0; i < l->held_count; i++) {
        if (memcmp(l->held[i].kid, k->kid, KID_LEN) == 0)
            return &l->held[i];
    }
    return NULL;
}

/* A home that signs nothing, or whose keys are elsewhere, has a list all the same. */
static void ask_signer(struct listing *l)
{
    ON_EXIT(signer_free_at) struct signer *s = NULL;
    if (home_signer(l->home, &s, NULL) != RC_OK ||
        signer_keys(s, l->held, &l->held_count, NULL) != RC_OK)
        l->held_count = 0;
}

static bool is_pending(const struct listing *l, const struct trusted_key *k)
{
    return !trust_list_same(l->home->trust, k);
}

static const char *key_state(const struct listing *l, const struct trusted_key *k)
{
    const int64_t now = l->home->now;
    if (is_pending(l, k))
        return "pending";
    if (k->cut_off.given)
        return "cut_off";
    if (now < k->not_before)
        return "published";
    return now <= k->not_after ? "active" : "expired";
}

static json_t *scope_json(const uint16_t *scope, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        (void)json_array_append_new(list, json_integer(scope[i]));
    return list;
}

static int add_place(json_t *o, const struct signer_held *held)
{
    if (!held)
        return 0;
    return json_object_set_new(o, "place", json_string(held->place)) |
           json_object_set_new(o, "usable", json_boolean(held->usable));
}

static int add_limits(json_t *o, const struct trusted_key *k)
{
    int failed = 0;
    if (k->use == USE_TOKEN)
        failed |= json_object_set_new(
            o, "log_indexes", json_pack("[I,I]", (json_int_t)k->first, (json_int_t)k->last));
    if (k->unit_count > 0)
        failed |= json_object_set_new(o, "units", scope_json(k->units, k->unit_count));
    if (k->post_count > 0)
        failed |= json_object_set_new(o, "posts", scope_json(k->posts, k->post_count));
    if (k->cut_off.given && k->use == USE_TOKEN)
        failed |= json_object_set_new(o, "cut_off", json_integer((json_int_t)k->cut_off.index));
    if (k->name[0])
        failed |= json_object_set_new(o, "name", json_string(k->name));
    return failed;
}

static json_t *key_json(const struct listing *l, const struct trusted_key *k)
{
    char kid[2 * KID_LEN + 1], from[TIME_TEXT_LEN + 1], until[TIME_TEXT_LEN + 1];
    hex_encode(k->kid, KID_LEN, kid);
    time_format(k->not_before, from);
    time_format(k->not_after, until);

    const struct public_numbers *numbers = pubkey_numbers(k->key);
    const struct alg_words *words = words_of(numbers->alg);
    json_t *o = json_pack("{s:s,s:[s],s:s,s:o,s:s,s:s,s:s}", "kid", kid, "uses",
                          key_use_name(k->use), "alg", words->name, "jwk", jwk_json(numbers, words),
                          "not_before", from, "not_after", until, "state", key_state(l, k));
    if (!o || add_limits(o, k) != 0 || add_place(o, held_of(l, k)) != 0) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* The n-th key to be shown; NULL: no more. */
static const struct trusted_key *key_at(const struct listing *l, size_t n)
{
    if (n < l->home->trust->key_count)
        return &l->home->trust->keys[n];
    n -= l->home->trust->key_count;
    for (size_t i = 0; l->draft && i < l->draft->key_count; i++) {
        if (is_pending(l, &l->draft->keys[i]) && n-- == 0)
            return &l->draft->keys[i];
    }
    return NULL;
}

static json_t *keys_json(const struct listing *l)
{
    json_t *list = json_array();
    int failed = list == NULL;
    for (size_t i = 0; key_at(l, i); i++)
        failed |= json_array_append_new(list, key_json(l, key_at(l, i)));
    if (failed) {
        json_decref(list);
        return NULL;
    }
    return list;
}

static void put_scope(struct buf *to, const char *name, const uint16_t *scope, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(to, "%s%u", i == 0 ? name : ",", scope[i]);
}

static void put_line(struct buf *to, const struct listing *l, const struct trusted_key *k)
{
    char kid[2 * KID_LEN + 1], from[DATE_TEXT_LEN + 1], until[DATE_TEXT_LEN + 1];
    hex_encode(k->kid, KID_LEN, kid);
    date_format(date_of_time(k->not_before), from);
    date_format(date_of_time(k->not_after), until);
    buf_printf(to, "%s  %-9s %-6s %s – %s  %s", kid, key_use_name(k->use),
               words_of(pubkey_numbers(k->key)->alg)->name, from, until, key_state(l, k));
    if (k->use == USE_TOKEN)
        buf_printf(to, "  [%llu, %llu)", (unsigned long long)k->first, (unsigned long long)k->last);
    if (k->use == USE_TOKEN && k->cut_off.given)
        buf_printf(to, " < %llu", (unsigned long long)k->cut_off.index);
    put_scope(to, "  units ", k->units, k->unit_count);
    put_scope(to, "  posts ", k->posts, k->post_count);
    if (k->name[0])
        buf_printf(to, "  %s", k->name);
    const struct signer_held *const held = held_of(l, k);
    if (held)
        buf_printf(to, "  %s%s", held->place, held->usable ? "" : " (gone)");
    buf_put_text(to, "\n");
}

static enum rc print(const struct cli_call *call, const struct listing *l, struct diag *d)
{
    if (call->common.json)
        return command_print_json(keys_json(l), d);
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    for (size_t i = 0; key_at(l, i); i++)
        put_line(&text, l, key_at(l, i));
    return say_out(&text, d);
}

static int run(const struct cli_call *call)
{
    ON_EXIT(home_close) struct home home = { 0 };
    ON_EXIT(draft_close) struct draft draft = { 0 };
    struct listing l = { .home = &home };
    struct diag d = DIAG_INIT;
    enum rc rc = home_open(command_home_path(call), &home, &d);
    if (rc == RC_OK)
        rc = draft_open(&home, &draft, &d);
    if (rc == RC_OK) {
        l.draft = draft.list;
        ask_signer(&l);
        rc = print(call, &l, &d);
    }
    if (rc == RC_OK)
        key_change_warn(call, &home);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert keys list",
      "编号、用途、算法、起止日期、状态（pending 待公布、published "
      "待启用、active、expired、cut_off）、日志序号范围、私钥所在（文件，或 hsm:密码机标签）",
      "kid, use, algorithm, dates, state (pending: not yet published; published: not yet in use; "
      "active; expired; cut_off), range of log indexes, where the signer has it (a file, or "
      "hsm:LABEL)" },
    { "sitecert keys list --json | jq '.[] | select(.uses == [\"token\"])'", "签发证书的公钥",
      "the keys that sign certificates, as JWK" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_keys_list = {
    .name = "keys list",
    .synopsis = "",
    .zh = "列出信任列表中的公钥：谁可签什么、何时有效",
    .en = "list the public keys of the trust list: for what, from when, until when",
    .examples = examples,
    .run = run,
};
