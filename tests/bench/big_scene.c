#include "tests/bench/big_scene.h"

#include <stdio.h>

#include "core/base/dates.h"
#include "core/cose/cbor.h"
#include "tests/bench/invented_rows.h"

#define DAY_S      INT64_C(86400)
#define ORIGIN     "log.example/sitecert-bench"
#define FIRST_SEED 100 /* of the token keys; the others stand before it */
#define GOOD_FOR_S (30 * DAY_S)

static void fill_rows(struct big_scene *s)
{
    const int32_t today = date_of_time(s->issued);
    for (uint32_t i = 0; i < s->columns.count; i++) {
        struct column_row *const row = &s->columns.rows[i];
        const unsigned day = invented_below(&s->dice, INVENTED_DAYS);
        row->status = invented_status(&s->dice);
        row->version = invented_version(&s->dice);
        row->deadline = today + (int32_t)day;
        s->leaves += row->version;
    }
}

void big_scene_make(uint32_t rows, int64_t issued, struct big_scene *ret)
{
    assert_in_range(rows, 1, BIG_ROWS_MAX);

    struct big_scene *const s = ret;
    *s = (struct big_scene){ .issued = issued, .dice = 1 };
    assert_int_equal(columns_resize(&s->columns, rows, NULL), RC_OK);
    fill_rows(s);
    s->root = test_key_new(ALG_ES256, 90);
    s->publish = test_key_new(ALG_ES256, 91);
    s->log = test_key_new(ALG_EDDSA, 92);
    s->token_key_count = (size_t)((s->leaves + TOKEN_KEY_INDEXES - 1) / TOKEN_KEY_INDEXES);
    assert_in_range(s->token_key_count, 1, BIG_KEYS_MAX);
    for (size_t i = 0; i < s->token_key_count; i++)
        s->token_keys[i] = test_key_new(ALG_ES256, FIRST_SEED + (unsigned)i);
    s->roots = (struct root_set){ .threshold = 1, .count = 1, .keys = { s->root.numbers } };
    assert_int_equal(root_set_id(&s->roots, s->deployment, NULL), RC_OK);
}

void big_scene_free(struct big_scene *s)
{
    columns_free(&s->columns);
    test_key_free(&s->root);
    test_key_free(&s->publish);
    test_key_free(&s->log);
    for (size_t i = 0; i < s->token_key_count; i++)
        test_key_free(&s->token_keys[i]);
    *s = (struct big_scene){ .issued = 0 };
}

/* --- one token --- */

static void put_ce(struct token *t, uint64_t *dice)
{
    t->ce_count = TOKEN_CE_YEARS;
    for (size_t i = 0; i < TOKEN_CE_YEARS; i++) {
        const uint32_t hours = 32 + invented_below(dice, 17);
        t->ce[i] = (struct ce_hours){ t->version + (uint32_t)i, hours, hours - 10 };
    }
}

/* The current versions are the log's last leaves, in the order of their rows. */
static uint64_t leaf_of(const struct big_scene *s, uint32_t row)
{
    return s->leaves - s->columns.count + row;
}

void big_scene_token(struct big_scene *s, uint32_t row, struct buf *to)
{
    const struct column_row *const is = &s->columns.rows[row];
    char number[24], tail[5];
    uint8_t photo[TOKEN_PHOTO_LEN];
    (void)snprintf(number, sizeof number, "%05u2024%08u", 3301u + row % 60, row);
    (void)snprintf(tail, sizeof tail, "%03uX", row % 1000);
    memset(photo, (int)(row % 251), sizeof photo);
    struct token t = {
        .number = span_text(number),
        .iat = s->issued - DAY_S - invented_below(&s->dice, 86400),
        .name = SPAN_LITERAL("张示例"),
        .id_type = 111,
        .id_tail = span_text(tail),
        .post = 1 + row % BIG_POSTS,
        .unit = 1 + row % BIG_UNITS,
        .provider = row % BIG_PROVIDERS,
        .issued = date_of_time(s->issued) - 800,
        .deadline = is->deadline,
        .version = is->version,
        .status_index = row,
        .log_index = leaf_of(s, row),
        .photo = span_of(photo, sizeof photo),
    };
    put_ce(&t, &s->dice);

    struct buf payload = { 0 };
    token_payload_put(&payload, &t);
    test_sign1(&s->token_keys[t.log_index / TOKEN_KEY_INDEXES], NULL, buf_span(&payload), to);
    buf_free(&payload);
}

/* --- the trust list --- */

static struct trusted_key listed(const struct big_scene *s, const struct test_key *key,
                                 enum key_use use)
{
    struct trusted_key as = {
        .use = use, .not_before = 1, .not_after = s->issued + 7300 * DAY_S, .key = test_pubkey(key)
    };
    memcpy(as.kid, key->kid, KID_LEN);
    return as;
}

static void sign_trust(const struct big_scene *s, struct span payload, struct buf *to)
{
    struct buf body = { 0 }, header = { 0 }, tbs = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    cose_sign_body_header_put(&body, TYP_TRUST);
    cose_header_put(&header, ALG_ES256, span_of(s->root.kid, KID_LEN), NULL);
    cose_sign_to_be_signed(&tbs, buf_span(&body), buf_span(&header), payload);
    test_sign(&s->root, buf_span(&tbs), signature);
    const struct cose_signer signer = { .header.raw = buf_span(&header),
                                        .signature = span_of(signature, sizeof signature) };
    cose_sign_put(to, buf_span(&body), payload, &signer, 1);
    buf_free(&body);
    buf_free(&header);
    buf_free(&tbs);
}

void big_scene_trust(const struct big_scene *s, struct buf *to)
{
    static struct trusted_key keys[BIG_KEYS_MAX + 2];
    struct trust_list list = {
        .demo = true,
        .host_count = 1,
        .hosts = { BIG_HOST },
        .log_origin = ORIGIN,
        .status_uri = "https://example.invalid/publish/status.cwt",
        .sequence = 1,
        .issued = s->issued,
        .next_update = s->issued + GOOD_FOR_S,
        .roots = s->roots,
        .keys = keys,
    };
    memcpy(list.deployment, s->deployment, DEPLOYMENT_LEN);
    for (size_t i = 0; i < s->token_key_count; i++) {
        keys[i] = listed(s, &s->token_keys[i], USE_TOKEN);
        keys[i].first = i * (uint64_t)TOKEN_KEY_INDEXES;
        keys[i].last = (i + 1) * (uint64_t)TOKEN_KEY_INDEXES;
    }
    keys[s->token_key_count] = listed(s, &s->publish, USE_PUBLISH);
    keys[s->token_key_count + 1] = listed(s, &s->log, USE_LOG);
    list.key_count = s->token_key_count + 2;

    struct buf payload = { 0 };
    trust_list_payload_put(&payload, &list);
    sign_trust(s, buf_span(&payload), to);
    buf_free(&payload);
    for (size_t i = 0; i < list.key_count; i++)
        pubkey_free(keys[i].key);
}

/* --- the bundle --- */

static void make_directory(const struct big_scene *s, struct buf *to)
{
    struct directory_post posts[BIG_POSTS];
    struct directory_unit units[BIG_UNITS];
    static struct directory_provider providers[BIG_PROVIDERS];
    static char names[BIG_PROVIDERS][48], codes[BIG_PROVIDERS][19];
    for (uint32_t i = 0; i < BIG_POSTS; i++)
        posts[i] = (struct directory_post){ i + 1, SPAN_LITERAL("土建施工员"),
                                            SPAN_LITERAL("civil works supervisor") };
    for (uint32_t i = 0; i < BIG_UNITS; i++)
        units[i] = (struct directory_unit){ i + 1, SPAN_LITERAL("示例省住房和城乡建设厅") };
    for (uint32_t i = 0; i < BIG_PROVIDERS; i++) {
        (void)snprintf(names[i], sizeof names[i], "第%u示例培训中心", i + 1);
        (void)snprintf(codes[i], sizeof codes[i], "91000000MA%07uX", i);
        providers[i] = (struct directory_provider){ span_text(codes[i]), span_text(names[i]),
                                                    1 + i % BIG_UNITS };
    }
    struct directory dir = { .issued = s->issued,
                             .post_count = BIG_POSTS,
                             .unit_count = BIG_UNITS,
                             .provider_count = BIG_PROVIDERS,
                             .posts = posts,
                             .units = units,
                             .providers = providers };
    memcpy(dir.deployment, s->deployment, SHA256_LEN);
    struct buf payload = { 0 };
    directory_payload_put(&payload, &dir);
    test_sign1(&s->publish, TYP_DIRECTORY, buf_span(&payload), to);
    buf_free(&payload);
}

static void make_checkpoint(const struct big_scene *s, struct buf *to)
{
    struct tlog_hash root;
    uint8_t signature[SIGNATURE_LEN];
    sha256(SPAN_LITERAL("a log that nobody keeps"), root.bytes);
    checkpoint_body_put(to, ORIGIN, s->leaves, &root);
    test_sign(&s->log, buf_span(to), signature);
    buf_put_text(to, "\n");
    note_signature_put(to, ORIGIN, s->log.numbers.x, signature);
}

/* One vector that holds and one that does not. */
static void make_selftest(const struct big_scene *s, struct buf *to)
{
    struct buf vector = { 0 };
    test_sign1(&s->token_keys[0], NULL, SPAN_LITERAL("self-test"), &vector);
    cbor_put_array(to, 2);
    for (unsigned i = 0; i < 2; i++) {
        cbor_put_array(to, 2);
        cbor_put_bytes(to, buf_span(&vector));
        cbor_put_bool(to, i == 0);
        vector.ptr[vector.len - 1] ^= 1;
    }
    buf_free(&vector);
}

void big_scene_bundle(const struct big_scene *s, struct buf *to)
{
    struct buf sections[BUNDLE_SECTIONS + 1] = { 0 };
    big_scene_trust(s, &sections[SECTION_TRUST]);
    make_directory(s, &sections[SECTION_DIRECTORY]);
    policy_default_json(&sections[SECTION_POLICY]);
    make_checkpoint(s, &sections[SECTION_CHECKPOINT]);
    cbor_put_map(&sections[SECTION_SURVIVORS], 0);
    make_selftest(s, &sections[SECTION_SELFTEST]);

    struct bundle_parts parts = { .sequence = (uint64_t)s->issued,
                                  .issued = s->issued,
                                  .status_exp = s->issued + GOOD_FOR_S,
                                  .deadlines_exp = s->issued + GOOD_FOR_S,
                                  .columns = &s->columns };
    for (size_t i = 0; i <= BUNDLE_SECTIONS; i++)
        parts.sections[i] = buf_span(&sections[i]);

    struct buf payload = { 0 }, header = { 0 }, body = { 0 };
    struct diag d = DIAG_INIT;
    if (bundle_build(&parts, &payload, &body, &d) != RC_OK)
        fail_msg("%s", d.text);
    test_sign1(&s->publish, TYP_BUNDLE, buf_span(&payload), &header);
    bundle_put(to, buf_span(&header), buf_span(&body));
    assert_true(buf_ok(to));

    buf_free(&payload);
    buf_free(&header);
    buf_free(&body);
    for (size_t i = 0; i <= BUNDLE_SECTIONS; i++)
        buf_free(&sections[i]);
}
