#include "tests/unit/judge/scene.h"

#include <stdio.h>

#include "core/cert/cosignature.h"

#include "core/cose/cbor.h"

#define DAY_S INT64_C(86400)

struct scene scene_good(void)
{
    return (struct scene){
        .token = {
            .number = SPAN_LITERAL(SCENE_NUMBER),
            .iat = SCENE_NOW - 100 * DAY_S,
            .name = SPAN_LITERAL(SCENE_NAME),
            .id_type = 111,
            .id_tail = SPAN_LITERAL(SCENE_ID_TAIL),
            .post = 1,
            .unit = 33,
            .provider = 0,
            .issued = SCENE_TODAY - 100,
            .deadline = SCENE_TODAY + 900,
            .version = 1,
            .status_index = 3,
            .log_index = 50,
        },
        .signer = KEY_TOKEN,
        .key = { .use = USE_TOKEN, .not_before = SCENE_NOW - 400 * DAY_S,
                 .not_after = SCENE_NOW + 400 * DAY_S, .first = 0, .last = 1000 },
        .root_seed = 40,
        .trust_issued = SCENE_NOW - 10 * DAY_S,
        .trust_next_update = SCENE_NOW + 30 * DAY_S,
        .sequence = 7,
        .issued = SCENE_NOW - DAY_S,
        .status_exp = SCENE_NOW + 6 * DAY_S,
        .deadlines_exp = SCENE_NOW + 6 * DAY_S,
        .rows = 10,
        .row = { .status = STATUS_VALID, .version = 1, .deadline = SCENE_TODAY + 900 },
        .now = SCENE_NOW,
        .max_age_s = 30 * DAY_S,
    };
}

/* --- keys --- */

static const enum cose_alg algs[SCENE_KEYS] = { ALG_ES256, ALG_ES256, ALG_EDDSA,
                                                ALG_ES256, ALG_ES256, ALG_ES256 };

struct test_key scene_key(const struct scene *s, enum scene_key which)
{
    return test_key_new(algs[which], s->root_seed + 1 + (unsigned)which);
}

struct cast {
    struct test_key root, keys[SCENE_KEYS];
    struct root_set roots;
    uint8_t deployment[SHA256_LEN];
};

static void cast_make(struct cast *c, unsigned seed)
{
    c->root = test_key_new(ALG_ES256, seed);
    for (size_t i = 0; i < SCENE_KEYS; i++)
        c->keys[i] = test_key_new(algs[i], seed + 1 + (unsigned)i);
    c->roots = (struct root_set){ .threshold = 1, .count = 1, .keys = { c->root.numbers } };
    assert_int_equal(root_set_id(&c->roots, c->deployment, NULL), RC_OK);
}

static void cast_free_at(struct cast *c)
{
    test_key_free(&c->root);
    for (size_t i = 0; i < SCENE_KEYS; i++)
        test_key_free(&c->keys[i]);
}

/* --- the trust list --- */

static void list_key(struct trust_list *list, const struct test_key *key, struct trusted_key as)
{
    as.key = test_pubkey(key);
    memcpy(as.kid, key->kid, KID_LEN);
    list->keys[list->key_count++] = as;
}

static void sign_trust(const struct cast *c, struct span payload, struct buf *to)
{
    struct buf body = { 0 }, header = { 0 }, tbs = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    cose_sign_body_header_put(&body, TYP_TRUST);
    cose_header_put(&header, ALG_ES256, span_of(c->root.kid, KID_LEN), NULL);
    cose_sign_to_be_signed(&tbs, buf_span(&body), buf_span(&header), payload);
    test_sign(&c->root, buf_span(&tbs), signature);
    const struct cose_signer signer = { .header.raw = buf_span(&header),
                                        .signature = span_of(signature, sizeof signature) };
    cose_sign_put(to, buf_span(&body), payload, &signer, 1);
    buf_free(&body);
    buf_free(&header);
    buf_free(&tbs);
}

static struct test_key witness_key(unsigned i)
{
    return test_key_new(ALG_EDDSA, 70 + i);
}

static void witness_name(unsigned i, char ret[32])
{
    (void)snprintf(ret, 32, "witness.example/w%u", i);
}

static void list_witnesses(struct trust_list *list, const struct scene *s)
{
    list->witness_quorum = s->quorum;
    for (unsigned i = 0; i < s->witnesses; i++) {
        struct test_key key = witness_key(i);
        struct witness *const w = &list->witnesses[list->witness_count++];
        witness_name(i, w->name);
        w->key = test_pubkey(&key);
        test_key_free(&key);
    }
}

static void make_trust(const struct scene *s, const struct cast *c, const struct buf *survivors,
                       struct buf *to)
{
    struct trusted_key keys[5];
    struct trust_list list = {
        .demo = s->demo,
        .host_count = 1,
        .hosts = { SCENE_HOST },
        .log_origin = "log.example/sitecert",
        .status_uri = "https://example.invalid/status",
        .sequence = 1,
        .issued = s->trust_issued,
        .next_update = s->trust_next_update,
        .roots = c->roots,
        .keys = keys,
    };
    memcpy(list.deployment, c->deployment, DEPLOYMENT_LEN);
    list_key(&list, &c->keys[KEY_TOKEN], s->key);
    if (s->key.cut_off.given)
        sha256(buf_span(survivors), keys[0].cut_off.survivors);
    struct trusted_key other = { .not_before = 1, .not_after = s->issued + 1000 * DAY_S };
    other.use = USE_PUBLISH;
    list_key(&list, &c->keys[KEY_PUBLISH], other);
    other.use = USE_LOG;
    list_key(&list, &c->keys[KEY_LOG], other);
    if (s->document.use != USE_NONE)
        list_key(&list, &c->keys[KEY_DOCUMENT], s->document);
    if (s->staple.use != USE_NONE)
        list_key(&list, &c->keys[KEY_STAPLE], s->staple);

    list_witnesses(&list, s);
    struct buf payload = { 0 };
    trust_list_payload_put(&payload, &list);
    sign_trust(c, buf_span(&payload), to);
    buf_free(&payload);
    for (size_t i = 0; i < list.key_count; i++)
        pubkey_free(keys[i].key);
    for (size_t i = 0; i < list.witness_count; i++)
        pubkey_free(list.witnesses[i].key);
}

/* --- the other sections --- */

static void make_directory(const struct scene *s, const struct cast *c, struct buf *to)
{
    struct directory_post post = { 1, SPAN_LITERAL("土建施工员"),
                                   SPAN_LITERAL("civil works supervisor") };
    struct directory_unit unit = { 33, SPAN_LITERAL("某某省住房和城乡建设厅") };
    struct directory_provider provider = { SPAN_LITERAL("91330000MA27XXXX0X"),
                                           SPAN_LITERAL("示例建设培训学校"), 33 };
    struct directory dir = { .issued = s->issued,
                             .post_count = 1,
                             .unit_count = 1,
                             .provider_count = 1,
                             .posts = &post,
                             .units = &unit,
                             .providers = &provider };
    memcpy(dir.deployment, c->deployment, SHA256_LEN);
    struct buf payload = { 0 };
    directory_payload_put(&payload, &dir);
    test_sign1(&c->keys[KEY_PUBLISH], TYP_DIRECTORY, buf_span(&payload), to);
    buf_free(&payload);
}

static void cosign(unsigned i, int64_t time_s, struct span body, struct buf *to)
{
    struct test_key key = witness_key(i);
    struct buf message = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    char name[32];
    witness_name(i, name);
    cosignature_message_put(&message, time_s, body);
    test_sign(&key, buf_span(&message), signature);
    cosignature_put(to, name, key.numbers.x, time_s, signature);
    buf_free(&message);
    test_key_free(&key);
}

static void cosign_all(const struct scene *s, struct span body, struct buf *to)
{
    for (unsigned i = 0; i < s->cosigned; i++)
        cosign(i, s->issued, body, to);
    if (s->cosigned_twice)
        cosign(0, s->issued + 1, body, to);
    if (s->cosigned_wrongly)
        cosign(0, s->issued, SPAN_LITERAL("log.example/another\n"), to);
}

static void make_checkpoint(const struct scene *s, const struct cast *c, struct buf *to)
{
    const struct test_key *const log = &c->keys[KEY_LOG];
    const struct tlog_hash root = tlog_empty();
    uint8_t signature[SIGNATURE_LEN];
    checkpoint_body_put(to, "log.example/sitecert", 0, &root);
    test_sign(log, buf_span(to), signature);
    struct buf body = { 0 };
    buf_put_span(&body, buf_span(to));
    buf_put_text(to, "\n");
    note_signature_put(to, "log.example/sitecert", log->numbers.x, signature);
    cosign_all(s, buf_span(&body), to);
    buf_free(&body);
}

/* One vector that holds and one that does not; a lying maker swaps the answers. */
static void make_selftest(const struct scene *s, const struct cast *c, struct buf *to)
{
    struct buf good = { 0 }, bad = { 0 };
    test_sign1(&c->keys[KEY_TOKEN], NULL, SPAN_LITERAL("self-test"), &good);
    buf_put_span(&bad, buf_span(&good));
    bad.ptr[bad.len - 1] ^= 1;

    cbor_put_array(to, 2);
    cbor_put_array(to, 2);
    cbor_put_bytes(to, buf_span(&good));
    cbor_put_bool(to, !s->selftest_lies);
    cbor_put_array(to, 2);
    cbor_put_bytes(to, buf_span(&bad));
    cbor_put_bool(to, s->selftest_lies);
    buf_free(&good);
    buf_free(&bad);
}

/* --- survivors of a cut-off key --- */

static void make_survivors(const struct scene *s, struct scene_files *to)
{
    static const uint8_t none[SURVIVOR_LEN];
    struct tlog_hash leaf = tlog_leaf(buf_span(&to->token));
    if (!s->key.cut_off.given)
        return;
    if (s->survivor == SURVIVOR_ANOTHER)
        leaf.bytes[SURVIVOR_LEN - 1] ^= 1;
    for (uint64_t i = s->key.first; i < trusted_key_end(&s->key); i++)
        buf_put(&to->survivors,
                i == s->token.log_index && s->survivor != SURVIVOR_NO_TOKEN ? leaf.bytes : none,
                SURVIVOR_LEN);
}

static void put_survivors(const struct scene *s, const struct cast *c, struct scene_files *files,
                          struct buf *to)
{
    struct survivor_set set = { .hashes = buf_span(&files->survivors) };
    memcpy(set.kid, c->keys[KEY_TOKEN].kid, KID_LEN);
    if (s->survivor == SURVIVOR_DAMAGED)
        files->survivors.ptr[0] ^= 1;
    bundle_survivors_put(to, &set, s->key.cut_off.given && s->survivor != SURVIVOR_ABSENT ? 1 : 0);
}

/* --- token and bundle --- */

static void make_token(const struct scene *s, const struct cast *c, struct buf *to)
{
    struct buf payload = { 0 };
    token_payload_put(&payload, &s->token);
    test_sign1(&c->keys[s->signer], NULL, buf_span(&payload), to);
    buf_free(&payload);
    if (s->flip_token > 0)
        to->ptr[s->flip_token - 1] ^= 1;
}

static void make_columns(const struct scene *s, struct columns *to)
{
    assert_int_equal(columns_resize(to, s->rows, NULL), RC_OK);
    for (uint32_t i = 0; i < s->rows; i++)
        to->rows[i] = (struct column_row){ .version = 1, .deadline = SCENE_TODAY + (int32_t)i };
    if (s->token.status_index < s->rows)
        to->rows[s->token.status_index] = s->row;
}

static void make_bundle(const struct scene *s, const struct cast *c, struct scene_files *to)
{
    struct buf sections[BUNDLE_SECTIONS + 1] = { 0 };
    make_directory(s, c, &sections[SECTION_DIRECTORY]);
    policy_default_json(&sections[SECTION_POLICY]);
    make_checkpoint(s, c, &sections[SECTION_CHECKPOINT]);
    put_survivors(s, c, to, &sections[SECTION_SURVIVORS]);
    make_selftest(s, c, &sections[SECTION_SELFTEST]);

    struct columns columns = { 0 };
    make_columns(s, &columns);
    struct bundle_parts parts = { .sequence = s->sequence,
                                  .issued = s->issued,
                                  .status_exp = s->status_exp,
                                  .deadlines_exp = s->deadlines_exp,
                                  .columns = &columns };
    for (size_t i = 0; i <= BUNDLE_SECTIONS; i++)
        parts.sections[i] = buf_span(&sections[i]);
    parts.sections[SECTION_TRUST] = buf_span(&to->trust);

    struct buf payload = { 0 }, header = { 0 }, body = { 0 };
    struct diag d = DIAG_INIT;
    if (bundle_build(&parts, &payload, &body, &d) != RC_OK)
        fail_msg("%s", d.text);
    test_sign1(&c->keys[KEY_PUBLISH], TYP_BUNDLE, buf_span(&payload), &header);
    bundle_put(&to->bundle, buf_span(&header), buf_span(&body));
    if (s->flip_bundle_end > 0)
        to->bundle.ptr[to->bundle.len - s->flip_bundle_end] ^= 1;

    buf_free(&payload);
    buf_free(&header);
    buf_free(&body);
    columns_free(&columns);
    for (size_t i = 0; i <= BUNDLE_SECTIONS; i++)
        buf_free(&sections[i]);
}

void scene_make(const struct scene *s, struct scene_files *to)
{
    ON_EXIT(cast_free_at) struct cast c = { 0 };
    cast_make(&c, s->root_seed);
    make_token(s, &c, &to->token);
    make_survivors(s, to);
    make_trust(s, &c, &to->survivors, &to->trust);
    root_set_put(&to->roots, &c.roots);
    make_bundle(s, &c, to);
}

void scene_files_free(struct scene_files *files)
{
    buf_free(&files->token);
    buf_free(&files->trust);
    buf_free(&files->roots);
    buf_free(&files->bundle);
    buf_free(&files->survivors);
}

/* --- a live code --- */

struct scene scene_stapled(void)
{
    struct scene s = scene_good();
    s.staple = (struct trusted_key){ .use = USE_STAPLE,
                                     .not_before = SCENE_NOW - 30 * DAY_S,
                                     .not_after = SCENE_NOW + 30 * DAY_S };
    return s;
}

struct live live_good(void)
{
    return (struct live){ .state = STATE_VALID,
                          .deadline = SCENE_TODAY + 900,
                          .iat = SCENE_NOW - 60,
                          .signer = KEY_STAPLE };
}

void live_make(const struct scene *s, const struct live *l, struct span token, struct buf *to)
{
    struct scene other = *s;
    if (l->root_seed)
        other.root_seed = l->root_seed;
    struct staple staple = { .state = l->state, .deadline = l->deadline, .iat = l->iat };
    staple_leaf(l->of_other_token ? SPAN_LITERAL("another token") : token, staple.leaf);

    struct test_key key = scene_key(&other, l->signer);
    struct buf payload = { 0 }, header = { 0 }, tbs = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    staple_payload_put(&payload, &staple);
    cose_header_put(&header, key.numbers.alg, (struct span){ 0 }, NULL);
    cose_sign1_to_be_signed(&tbs, buf_span(&header), buf_span(&payload));
    test_sign(&key, buf_span(&tbs), signature);
    cose_sign1_put(to, buf_span(&header), buf_span(&payload), span_of(signature, sizeof signature));
    if (l->flip > 0)
        to->ptr[l->flip - 1] ^= 1;
    buf_free(&payload);
    buf_free(&header);
    buf_free(&tbs);
    test_key_free(&key);
}

/* --- the device --- */

static struct {
    struct scene_files files;
    struct trust_list *trust;
    struct bundle *bundle;
} at_hand;

void scene_forget(void)
{
    bundle_free(at_hand.bundle);
    trust_list_free(at_hand.trust);
    scene_files_free(&at_hand.files);
    at_hand.bundle = NULL;
    at_hand.trust = NULL;
}

struct evidence scene_open(const struct scene *s)
{
    scene_forget();
    scene_make(s, &at_hand.files);

    struct diag d = DIAG_INIT;
    if (trust_list_read(buf_span(&at_hand.files.trust), NULL, &at_hand.trust, &d) != RC_OK ||
        bundle_open(buf_span(&at_hand.files.bundle), NULL, &at_hand.bundle, &d) != RC_OK)
        fail_msg("%s at %zu", d.text, d.offset);

    return (struct evidence){
        .trust = at_hand.trust,
        .bundle = s->keys_only ? NULL : at_hand.bundle,
        .refused = s->refused,
        .now = s->now,
        .max_age_s = s->max_age_s,
    };
}

struct span scene_token(void)
{
    return buf_span(&at_hand.files.token);
}

struct verdict scene_look(const struct scene *s)
{
    const struct evidence e = scene_open(s);
    struct verdict v = { 0 };
    struct diag d = DIAG_INIT;
    if (judge(scene_token(), span_text(s->host), &e, &v, &d) != RC_OK)
        fail_msg("%s", d.text);
    return v;
}
