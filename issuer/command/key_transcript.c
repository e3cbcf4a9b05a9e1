#include <inttypes.h>
#include <string.h>

#include "issuer/command/key_change.h"

struct transcript {
    struct buf *to;
    const struct say *say;
    const struct trust_list *old, *new;
    unsigned changes;
};

static void begin_line(struct transcript *t, const char *zh, const char *en,
                       const struct trusted_key *k)
{
    char kid[2 * KID_LEN + 1];
    hex_encode(k->kid, KID_LEN, kid);
    buf_printf(t->to, "  %s %s %s", pick(t->say, zh, en), key_use_name(k->use), kid);
    if (k->name[0])
        buf_printf(t->to, " %s", k->name);
    t->changes++;
}

static void put_dates(struct transcript *t, const struct trusted_key *k)
{
    char from[TIME_TEXT_LEN + 1], until[TIME_TEXT_LEN + 1];
    time_format(k->not_before, from);
    time_format(k->not_after, until);
    buf_printf(t->to, "  %s – %s", from, until);
}

static void put_range(struct transcript *t, const struct trusted_key *k)
{
    if (k->use == USE_TOKEN)
        buf_printf(t->to, "  [%" PRIu64 ", %" PRIu64 ")", k->first, k->last);
}

static void put_scope(struct transcript *t, const char *name, const uint16_t *scope, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buf_printf(t->to, "%s%u", i == 0 ? name : ",", scope[i]);
}

static void put_new(struct transcript *t, const struct trusted_key *k)
{
    begin_line(t, "新增", "new    ", k);
    put_dates(t, k);
    put_range(t, k);
    put_scope(t, pick(t->say, "  单位 ", "  units "), k->units, k->unit_count);
    put_scope(t, pick(t->say, "  岗位 ", "  posts "), k->posts, k->post_count);
    buf_put_u8(t->to, '\n');
}

static void put_cut_off(struct transcript *t, const struct trusted_key *k)
{
    begin_line(t, "停用", "cut off", k);
    if (k->use == USE_TOKEN) {
        char root[2 * SHA256_LEN + 1], set[2 * SHA256_LEN + 1];
        hex_encode(k->cut_off.root, SHA256_LEN, root);
        hex_encode(k->cut_off.survivors, SHA256_LEN, set);
        buf_printf(t->to, "  %s %" PRIu64 "\n    %s %s\n    %s %s\n",
                   pick(t->say, "日志序号自", "from log index"), k->cut_off.index,
                   pick(t->say, "日志根", "root"), root, pick(t->say, "留存名单", "survivors"),
                   set);
        return;
    }
    char at[TIME_TEXT_LEN + 1];
    time_format(k->cut_off.time_s, at);
    buf_printf(t->to, "  %s\n", at);
}

static void put_changed(struct transcript *t, const struct trusted_key *old,
                        const struct trusted_key *new)
{
    if (old->not_after != new->not_after) {
        begin_line(t, "提前终止", "ends   ", new);
        put_dates(t, new);
        buf_put_u8(t->to, '\n');
    }
    if (old->first != new->first || old->last != new->last) {
        begin_line(t, "序号范围", "indexes", new);
        put_range(t, old);
        buf_put_text(t->to, "  →");
        put_range(t, new);
        buf_put_u8(t->to, '\n');
    }
    if (!old->cut_off.given && new->cut_off.given)
        put_cut_off(t, new);
}

static void put_root_set(struct transcript *t, const char *label, const struct root_set *roots)
{
    buf_printf(t->to, "    %s %u/%zu", label, roots->threshold, roots->count);
    for (size_t i = 0; i < roots->count; i++) {
        uint8_t kid[KID_LEN];
        char hex[2 * KID_LEN + 1];
        cose_key_id(&roots->keys[i], kid);
        hex_encode(kid, KID_LEN, hex);
        buf_printf(t->to, " %s", hex);
    }
    buf_put_u8(t->to, '\n');
}

static void put_roots(struct transcript *t)
{
    uint8_t old[SHA256_LEN], new[SHA256_LEN];
    if (root_set_id(&t->old->roots, old, NULL) == RC_OK &&
        root_set_id(&t->new->roots, new, NULL) == RC_OK && memcmp(old, new, SHA256_LEN) == 0)
        return;
    buf_printf(t->to, "  %s\n", pick(t->say, "根密钥更换", "other roots"));
    put_root_set(t, pick(t->say, "原", "old"), &t->old->roots);
    put_root_set(t, pick(t->say, "新", "new"), &t->new->roots);
    t->changes++;
}

static void put_closed(struct transcript *t)
{
    for (size_t i = t->old->closed_count; i < t->new->closed_count; i++) {
        char root[2 * SHA256_LEN + 1];
        hex_encode(t->new->closed[i].root, SHA256_LEN, root);
        buf_printf(t->to, "  %s %s  %s %" PRIu64 "  %s %s\n  %s %s\n",
                   pick(t->say, "关闭日志", "closes log"), t->new->closed[i].origin,
                   pick(t->say, "条数", "at"), t->new->closed[i].size, pick(t->say, "根", "root"),
                   root, pick(t->say, "新的日志", "new log"), t->new->log_origin);
        t->changes++;
    }
}

static bool same_witnesses(const struct trust_list *a, const struct trust_list *b)
{
    bool same = a->witness_quorum == b->witness_quorum && a->witness_count == b->witness_count;
    for (size_t i = 0; same && i < a->witness_count; i++)
        same = strcmp(a->witnesses[i].name, b->witnesses[i].name) == 0 &&
               public_numbers_equal(pubkey_numbers(a->witnesses[i].key),
                                    pubkey_numbers(b->witnesses[i].key));
    return same;
}

static void put_witnesses(struct transcript *t)
{
    if (same_witnesses(t->old, t->new))
        return;
    buf_printf(t->to, "  %s %u/%zu", pick(t->say, "见证人", "witnesses"), t->new->witness_quorum,
               t->new->witness_count);
    for (size_t i = 0; i < t->new->witness_count; i++)
        buf_printf(t->to, " %s", t->new->witnesses[i].name);
    buf_put_u8(t->to, '\n');
    t->changes++;
}

void key_transcript_put(struct buf *to, const struct say *say, const struct trust_list *old,
                        const struct trust_list *new)
{
    struct transcript t = { .to = to, .say = say, .old = old, .new = new };
    char deployment[2 * DEPLOYMENT_LEN + 1];
    hex_encode(new->deployment, DEPLOYMENT_LEN, deployment);
    buf_printf(to, "%s %s%s\n%s %" PRIu64 " → %" PRIu64 "\n", pick(say, "发证系统", "deployment"),
               deployment, new->demo ? pick(say, "（演示）", " (demonstration)") : "",
               pick(say, "信任列表", "trust list"), old->sequence, new->sequence);
    put_roots(&t);
    put_closed(&t);
    for (size_t i = 0; i < new->key_count; i++) {
        const struct trusted_key *const before = trust_list_same(old, &new->keys[i]);
        if (before)
            put_changed(&t, before, &new->keys[i]);
        else
            put_new(&t, &new->keys[i]);
    }
    put_witnesses(&t);
    if (t.changes == 0)
        buf_printf(to, "  %s\n", pick(say, "密钥不变，只延长期限", "the same keys, for longer"));
}
