#include "tests/unit/cert/publisher.h"

#include "core/cose/cbor.h"

/* --- the trust list --- */

static void list_key(struct trust_list *list, const struct test_key *key, enum key_use use)
{
    struct trusted_key *const to = &list->keys[list->key_count++];
    *to = (struct trusted_key){ .use = use,
                                .not_before = PUBLISHER_NOW - 1000,
                                .not_after = PUBLISHER_NOW + 1000,
                                .key = test_pubkey(key) };
    memcpy(to->kid, key->kid, KID_LEN);
    to->last = use == USE_TOKEN ? 1000 : 0;
}

static void sign_trust(const struct publisher *p, struct span payload, struct buf *to)
{
    struct buf body = { 0 }, header = { 0 }, tbs = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    cose_sign_body_header_put(&body, TYP_TRUST);
    cose_header_put(&header, p->root.numbers.alg, span_of(p->root.kid, KID_LEN), NULL);
    cose_sign_to_be_signed(&tbs, buf_span(&body), buf_span(&header), payload);
    test_sign(&p->root, buf_span(&tbs), signature);
    const struct cose_signer signer = { .header.raw = buf_span(&header),
                                        .signature = span_of(signature, sizeof signature) };
    cose_sign_put(to, buf_span(&body), payload, &signer, 1);
    buf_free(&body);
    buf_free(&header);
    buf_free(&tbs);
}

void publisher_trust(const struct publisher *p, uint64_t sequence, struct buf *to)
{
    struct trusted_key keys[3];
    struct trust_list list = {
        .host_count = 1,
        .hosts = { "CERTS.EXAMPLE" },
        .log_origin = PUBLISHER_ORIGIN,
        .status_uri = PUBLISHER_URI,
        .sequence = sequence,
        .issued = PUBLISHER_NOW,
        .next_update = PUBLISHER_UNTIL,
        .roots = p->roots,
        .keys = keys,
    };
    struct buf payload = { 0 };
    assert_int_equal(root_set_id(&p->roots, list.deployment, NULL), RC_OK);
    list_key(&list, &p->token, USE_TOKEN);
    list_key(&list, &p->publish, USE_PUBLISH);
    list_key(&list, &p->log, USE_LOG);
    trust_list_payload_put(&payload, &list);
    sign_trust(p, buf_span(&payload), to);
    buf_free(&payload);
    for (size_t i = 0; i < list.key_count; i++)
        pubkey_free(keys[i].key);
}

void publisher_make(struct publisher *p, unsigned seed)
{
    *p = (struct publisher){
        .root = test_key_new(ALG_ES256, seed),
        .publish = test_key_new(ALG_ES256, seed + 1),
        .log = test_key_new(ALG_EDDSA, seed + 2),
        .token = test_key_new(ALG_ES256, seed + 3),
    };
    p->roots = (struct root_set){ .threshold = 1, .count = 1, .keys = { p->root.numbers } };
    publisher_trust(p, 1, &p->trust_bytes);
    struct diag d = DIAG_INIT;
    if (trust_list_read(buf_span(&p->trust_bytes), &p->roots, &p->trust, &d) != RC_OK)
        fail_msg("%s", d.text);
}

void publisher_drop(struct publisher *p)
{
    test_key_free(&p->root);
    test_key_free(&p->publish);
    test_key_free(&p->log);
    test_key_free(&p->token);
    buf_free(&p->trust_bytes);
    trust_list_free(p->trust);
}

void publisher_sign(const struct publisher *p, const char *typ, struct span payload, struct buf *to)
{
    buf_clear(to);
    test_sign1(&p->publish, typ, payload, to);
}

enum rc publisher_check(const struct publisher *p, const char *typ, struct span message,
                        struct cose_sign1 *ret)
{
    const struct trusted_key *key;
    const enum rc rc = cose_sign1_parse(message, ret, NULL);
    return rc == RC_OK
               ? trust_list_check(p->trust, ret, USE_PUBLISH, typ, PUBLISHER_NOW, &key, NULL)
               : rc;
}

/* --- the sections of a bundle --- */

void publisher_directory(const struct publisher *p, struct buf *to)
{
    struct directory_post posts[] = {
        { 1, SPAN_LITERAL("土建施工员"), SPAN_LITERAL("Site supervisor, civil works") },
        { 9, SPAN_LITERAL("材料员"), SPAN_LITERAL("") },
    };
    struct directory_unit unit = { 33, SPAN_LITERAL("示例省住房和城乡建设厅") };
    struct directory_provider provider = { SPAN_LITERAL("91330000MA27XXXX0X"),
                                           SPAN_LITERAL("示例建设培训学校"), 33 };
    struct directory dir = { .issued = PUBLISHER_NOW,
                             .post_count = 2,
                             .unit_count = 1,
                             .provider_count = 1,
                             .posts = posts,
                             .units = &unit,
                             .providers = &provider };
    struct buf payload = { 0 };
    memcpy(dir.deployment, p->trust->deployment, SHA256_LEN);
    directory_payload_put(&payload, &dir);
    test_sign1(&p->publish, TYP_DIRECTORY, buf_span(&payload), to);
    buf_free(&payload);
}

void publisher_checkpoint(const struct publisher *p, uint64_t size, struct buf *to)
{
    const struct tlog_hash root = size == 0 ? tlog_empty() : tlog_leaf(SPAN_LITERAL("a tree"));
    struct buf body = { 0 };
    uint8_t signature[SIGNATURE_LEN];
    checkpoint_body_put(&body, PUBLISHER_ORIGIN, size, &root);
    test_sign(&p->log, buf_span(&body), signature);
    buf_put_span(to, buf_span(&body));
    buf_put_text(to, "\n");
    note_signature_put(to, PUBLISHER_ORIGIN, p->log.numbers.x, signature);
    buf_free(&body);
}

void parcel_fill(struct parcel *q, const struct publisher *p, uint32_t rows)
{
    *q = (struct parcel){ .typ = TYP_BUNDLE, .signer = &p->publish };
    buf_put_span(&q->sections[SECTION_TRUST], buf_span(&p->trust_bytes));
    publisher_directory(p, &q->sections[SECTION_DIRECTORY]);
    policy_default_json(&q->sections[SECTION_POLICY]);
    publisher_checkpoint(p, 7, &q->sections[SECTION_CHECKPOINT]);
    cbor_put_map(&q->sections[SECTION_SURVIVORS], 0);
    cbor_put_array(&q->sections[SECTION_SELFTEST], 0);

    assert_int_equal(columns_resize(&q->columns, rows, NULL), RC_OK);
    for (uint32_t i = 0; i < rows; i++)
        q->columns.rows[i] = (struct column_row){
            .status = (uint8_t)(i % 7 == 3 ? STATUS_INVALID : STATUS_VALID),
            .version = (uint16_t)(i % 5 + 1),
            .deadline = (int32_t)(20000 + i * 37 % 730),
        };
    q->parts = (struct bundle_parts){ .sequence = 42,
                                      .issued = PUBLISHER_NOW,
                                      .status_exp = PUBLISHER_UNTIL,
                                      .deadlines_exp = PUBLISHER_UNTIL + 1,
                                      .columns = &q->columns };
}

void parcel_free(struct parcel *q)
{
    for (size_t i = 0; i <= BUNDLE_SECTIONS; i++)
        buf_free(&q->sections[i]);
    columns_free(&q->columns);
}

void parcel_make(struct parcel *q, struct buf *to)
{
    struct buf payload = { 0 }, header = { 0 }, body = { 0 };
    struct diag d = DIAG_INIT;
    for (size_t i = 1; i <= BUNDLE_SECTIONS; i++)
        q->parts.sections[i] = buf_span(&q->sections[i]);
    if (bundle_build(&q->parts, &payload, &body, &d) != RC_OK)
        fail_msg("%s", d.text);
    test_sign1(q->signer, q->typ, buf_span(&payload), &header);
    buf_clear(to);
    bundle_put(to, buf_span(&header), buf_span(&body));
    assert_true(buf_ok(to));
    buf_free(&payload);
    buf_free(&header);
    buf_free(&body);
}
