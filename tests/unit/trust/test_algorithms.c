/* Every algorithm that a header may name, against every kind of key, in every place where a header
 * could stand: one cell a kind holds. */
#include "tests/unit/trust/trust_sample.h"

#define PAYLOAD SPAN_LITERAL("\xa1\x01\x02")

static const enum cose_alg kinds[] = { ALG_ES256, ALG_EDDSA, ALG_SM2, ALG_RS256 };
#define KINDS   (sizeof kinds / sizeof kinds[0])
#define SIGNING 3 /* the first ones sign COSE objects; RSA's signature has no room in one */

static const struct test_key rsa_owner = {
    /* A modulus that nobody has the factors of: it only has to be taken for a key. */
    .numbers = { .alg = ALG_RS256, .n = { [0] = 0x80, [RSA_N_LEN - 1] = 1 } },
};

/* -7 -8 -65538 -257 are ours; ES384, ES512, PS256, ES256K, HMAC 256/256, none, and the reserved
 * 0. */
static const int64_t named[] = { -7, -8, -65538, -257, -35, -36, -37, -47, 5, 4, 0, -65537, 65538 };
#define NAMED (sizeof named / sizeof named[0])

enum place { PROTECTED, UNPROTECTED, ABSENT, BOTH, TWICE, AS_TEXT, PLACES };

static void put_alg(struct buf *b, int64_t alg)
{
    cbor_put_uint(b, 1);
    cbor_put_int(b, alg);
}

static void put_kid(struct buf *b, const struct test_key *k)
{
    cbor_put_uint(b, 4);
    cbor_put_bytes(b, span_of(k->kid, KID_LEN));
}

static void put_protected(struct buf *b, const struct test_key *k, int64_t alg, enum place place)
{
    const unsigned algs = place == TWICE ? 2 : place == ABSENT || place == UNPROTECTED ? 0 : 1;
    cbor_put_map(b, 1 + algs);
    for (unsigned i = 0; i < algs && place != AS_TEXT; i++)
        put_alg(b, alg);
    if (place == AS_TEXT) {
        cbor_put_uint(b, 1);
        cbor_put_cstr(b, "ES256");
    }
    put_kid(b, k);
}

/* Signed by k in its own way over exactly this header: only what the header says is wrong. */
static void put_message(struct buf *to, const struct test_key *k, int64_t alg, enum place place)
{
    struct buf header = { 0 }, tbs = { 0 };
    uint8_t sig[SIGNATURE_LEN] = { 0 };
    put_protected(&header, k, alg, place);
    cose_sign1_to_be_signed(&tbs, buf_span(&header), PAYLOAD);
    if (k->pkey)
        test_sign(k, buf_span(&tbs), sig);
    cbor_put_tag(to, 18);
    cbor_put_array(to, 4);
    cbor_put_bytes(to, buf_span(&header));
    cbor_put_map(to, place == UNPROTECTED || place == BOTH ? 1 : 0);
    if (place == UNPROTECTED || place == BOTH)
        put_alg(to, alg);
    cbor_put_bytes(to, PAYLOAD);
    cbor_put_bytes(to, span_of(sig, sizeof sig));
    assert_true(buf_ok(to));
    buf_free(&header);
    buf_free(&tbs);
}

/* A list in memory of one key of each kind, for one use: what no list on disk could be. */
struct crossed {
    struct test_key owners[KINDS];
    struct trusted_key keys[KINDS];
    struct trust_list list;
};

static int setup(void **state)
{
    struct crossed *c = calloc(1, sizeof *c);
    assert_non_null(c);
    for (size_t i = 0; i < KINDS; i++) {
        c->owners[i] = i < SIGNING ? test_key_new(kinds[i], (unsigned)(40 + i)) : rsa_owner;
        cose_key_id(&c->owners[i].numbers, c->owners[i].kid);
        memcpy(c->keys[i].kid, c->owners[i].kid, KID_LEN);
        c->keys[i].use = USE_PUBLISH;
        c->keys[i].not_before = SAMPLE_TIME;
        c->keys[i].not_after = SAMPLE_TIME + 1000;
        c->keys[i].key = test_pubkey(&c->owners[i]);
    }
    c->list = (struct trust_list){ .key_count = KINDS, .keys = c->keys };
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct crossed *c = *state;
    for (size_t i = 0; i < KINDS; i++) {
        test_key_free(&c->owners[i]);
        pubkey_free(c->keys[i].key);
    }
    free(c);
    return 0;
}

/* Whether it is taken as key's, by the message's own reader or by the list. */
static bool is_taken(const struct crossed *c, struct span bytes, const struct trusted_key *key)
{
    struct cose_sign1 m;
    enum check check = CHECK_BAD;
    const struct trusted_key *by = NULL;
    if (cose_sign1_parse(bytes, &m, NULL) != RC_OK)
        return false;
    assert_int_equal(cose_sign1_check(&m, key->key, &check, NULL), RC_OK);
    const enum rc rc = trust_list_check(&c->list, &m, USE_PUBLISH, NULL, SAMPLE_TIME, &by, NULL);
    assert_true((rc == RC_OK) == (by != NULL));
    return check == CHECK_GOOD || rc == RC_OK;
}

/* Whether key k takes what it signed itself, with this alg in this place: as it should. */
static bool try_cell(const struct crossed *c, size_t k, int64_t alg, enum place place)
{
    struct buf b = { 0 };
    put_message(&b, &c->owners[k], alg, place);
    const bool want = place == PROTECTED && k < SIGNING && alg == (int64_t)kinds[k];
    if (is_taken(c, buf_span(&b), &c->keys[k]) != want)
        fail_msg("key %d, alg %lld, place %d", (int)kinds[k], (long long)alg, (int)place);
    buf_free(&b);
    return want;
}

static void a_header_holds_in_one_place_for_one_kind_of_key(void **state)
{
    const struct crossed *const c = *state;
    unsigned taken = 0;
    for (size_t i = 0; i < KINDS * NAMED * PLACES; i++)
        taken +=
            try_cell(c, i / (NAMED * PLACES), named[i / PLACES % NAMED], (enum place)(i % PLACES));
    assert_int_equal(taken, SIGNING);
}

/* The kid finds the key, and the header's alg is that of the signer: still another's signature. */
static void no_kind_of_key_takes_another_kinds_signature(void **state)
{
    const struct crossed *const c = *state;
    for (size_t i = 0; i < SIGNING * KINDS * KINDS; i++) {
        const size_t signer = i / (KINDS * KINDS), k = i / KINDS % KINDS, alg = i % KINDS;
        struct test_key posing = c->owners[signer];
        struct buf b = { 0 };
        memcpy(posing.kid, c->owners[k].kid, KID_LEN);
        put_message(&b, &posing, kinds[alg], PROTECTED);
        assert_int_equal(is_taken(c, buf_span(&b), &c->keys[k]), signer == k && alg == k);
        buf_free(&b);
    }
}

/* 384 bytes have no room in a COSE object of ours, whatever its header says. */
static void an_rsa_signature_fits_no_object(void **state)
{
    const struct crossed *const c = *state;
    static const uint8_t sig[RSA_N_LEN] = { 1 };
    struct buf header = { 0 }, b = { 0 };
    struct cose_sign1 m;
    cose_header_put(&header, ALG_RS256, span_of(c->owners[3].kid, KID_LEN), NULL);
    cose_sign1_put(&b, buf_span(&header), PAYLOAD, span_of(sig, sizeof sig));
    assert_int_equal(cose_sign1_parse(buf_span(&b), &m, NULL), RC_FORMAT);
    buf_free(&header);
    buf_free(&b);
}

/* --- which kinds a list may hold for which use --- */

static enum rc read_list_with(enum cose_alg alg, enum key_use use, const struct pubkey *key)
{
    struct trust_sample *s = trust_sample_new();
    struct trust_list *list = NULL;
    struct buf b = { 0 };
    struct trusted_key *const to = &s->keys[7];
    struct pubkey *const before = to->key;
    struct test_key k = { 0 };
    if (!key)
        k = test_key_new(alg, 77);
    to->key = key ? NULL : test_pubkey(&k);
    union { /* the sample's keys are its own; this one is lent */
        const struct pubkey *lent;
        struct pubkey *own;
    } lent = { .lent = key };
    if (key)
        to->key = lent.own;
    cose_key_id(pubkey_numbers(to->key), to->kid);
    to->use = use;
    to->first = use == USE_TOKEN ? 5000000 : 0;
    to->last = use == USE_TOKEN ? 6000000 : 0;
    trust_sample_sign(s, &b);
    const enum rc rc = trust_list_read(buf_span(&b), &s->list.roots, &list, NULL);
    trust_list_free(list);
    if (!key)
        pubkey_free(to->key);
    to->key = before;
    test_key_free(&k);
    buf_free(&b);
    trust_sample_free(s);
    return rc;
}

static void each_use_takes_its_kinds_of_key_alone(void **state)
{
    const struct crossed *const c = *state;
    static const char *const wants[KEY_USE_COUNT] = {
        [USE_TOKEN] = "yyyn",    [USE_PUBLISH] = "yyyn", [USE_LOG] = "nynn",
        [USE_DOCUMENT] = "ynny", [USE_STAPLE] = "yyyn",  [USE_OPERATOR] = "yyyn",
        [USE_ANSWER] = "yyyn",
    };
    for (size_t i = KINDS * USE_TOKEN; i < KINDS * KEY_USE_COUNT; i++) {
        const size_t use = i / KINDS, k = i % KINDS;
        const struct pubkey *const rsa = k == 3 ? c->keys[3].key : NULL;
        const enum rc rc = read_list_with(kinds[k], (enum key_use)use, rsa);
        if (rc != (wants[use][k] == 'y' ? RC_OK : RC_FORMAT))
            fail_msg("use %zu, key %d: %s", use, (int)kinds[k], rc_text(rc));
    }
}

/* --- keys under which one signature holds for any message --- */

/* Puts these 32 bytes where the sample's Ed25519 log key stands, and its kid beside them. */
static enum rc read_list_with_point(const char *hex)
{
    struct trust_sample *s = trust_sample_new();
    struct trust_list *list = NULL;
    struct buf payload = { 0 }, b = { 0 };
    struct public_numbers bad = { .alg = ALG_EDDSA };
    uint8_t kid[KID_LEN];
    assert_true(hex_decode(span_text(hex), bad.x, 32));
    cose_key_id(&bad, kid);
    trust_list_payload_put(&payload, &s->list);
    const struct test_key *const log = &s->owners[3];
    unsigned changed = 0;
    for (size_t i = 0; i + 32 <= payload.len; i++) {
        if (memcmp(payload.ptr + i, log->numbers.x, 32) == 0) {
            memcpy(payload.ptr + i, bad.x, 32);
            changed++;
        } else if (memcmp(payload.ptr + i, log->kid, KID_LEN) == 0) {
            memcpy(payload.ptr + i, kid, KID_LEN);
            changed++;
        }
    }
    assert_int_equal(changed, 2);
    const struct test_key *signers[] = { &s->roots[0], &s->roots[1] };
    trust_sign_payload(buf_span(&payload), TYP_TRUST, signers, 2, &b);
    const enum rc rc = trust_list_read(buf_span(&b), &s->list.roots, &list, NULL);
    trust_list_free(list);
    buf_free(&payload);
    buf_free(&b);
    trust_sample_free(s);
    return rc;
}

static void no_point_of_small_order_stands_in_a_list(void **state)
{
    (void)state;
    static const char *const points[] = {
        /* orders 1, 2, 4, 4, 8, 8, 8, 8 */
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        /* and their second encodings */
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        assert_int_equal(read_list_with_point(points[i]), RC_FORMAT);
    /* RFC 8032 section 7.1, test 1: the same way in, and a sound key. */
    assert_int_equal(
        read_list_with_point("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
        RC_OK);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_header_holds_in_one_place_for_one_kind_of_key),
        CASE(no_kind_of_key_takes_another_kinds_signature),
        CASE(an_rsa_signature_fits_no_object),
        CASE(each_use_takes_its_kinds_of_key_alone),
        CASE(no_point_of_small_order_stands_in_a_list),
    };
    return cmocka_run_group_tests_name("algorithms", tests, NULL, NULL);
}
