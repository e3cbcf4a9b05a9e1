#include "tests/unit/signing.h"

static void unpack(const char *hex, uint8_t *to, size_t len)
{
    assert_int_equal(strlen(hex), 2 * len);
    assert_true(hex_decode(span_text(hex), to, len));
}

static enum rc parse_hex(const char *hex, struct public_numbers *ret)
{
    uint8_t bytes[128];
    const size_t len = strlen(hex) / 2;
    unpack(hex, bytes, len);
    return cose_key_parse(span_of(bytes, len), ret, NULL);
}

#define X_HEX       "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c08551d"
#define X_SHORT_HEX "65eda5a12577c2bae829437fe338701a10aaa375e1bb5b5de108de439c0855"
#define Y_HEX       "1e52ed75701163f7f9e40ddf9f341b3dc9ba860af7e0ca7ca7e9eecd0084d19c"

static void keys_of_another_shape_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "a401022002215820" X_HEX "225820" Y_HEX,       /* curve 2: P-384 */
        "a301022001215820" X_HEX,                      /* no y */
        "a401012006215820" X_HEX "225820" Y_HEX,       /* Ed25519 with a y */
        "a301012001215820" X_HEX,                      /* key type OKP, curve P-256 */
        "a501020241412001215820" X_HEX "225820" Y_HEX, /* a kid inside */
        "a5010203262001215820" X_HEX "225820" Y_HEX,   /* an alg inside */
        "a40102200121581f" X_SHORT_HEX "225820" Y_HEX, /* 31 bytes of x */
        "a401022001215820" X_HEX "22f5",               /* RFC 9053: the sign of y alone */
        "a401022001215820" X_HEX "225820" Y_HEX "00",  /* a byte more */
        "a420010102215820" X_HEX "225820" Y_HEX,       /* unsorted */
        "a4010220182d215820" X_HEX "225820" Y_HEX,     /* an unknown curve */
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct public_numbers n;
        if (parse_hex(bad[i], &n) != RC_FORMAT)
            fail_msg("case %zu was taken", i);
    }
}

/* RFC 9679 section 6: the key, and its thumbprint of which ours is the beginning. */
static void the_id_is_the_thumbprint_of_rfc_9679(void **state)
{
    (void)state;
    struct public_numbers n = { .alg = ALG_ES256 };
    uint8_t id[KID_LEN], expected[KID_LEN];
    unpack(X_HEX, n.x, 32);
    unpack(Y_HEX, n.y, 32);
    unpack("496bd8afadf307e5", expected, KID_LEN);
    cose_key_id(&n, id);
    assert_memory_equal(id, expected, KID_LEN);
}

static void a_key_is_written_as_rfc_9679_hashes_it(void **state)
{
    (void)state;
    struct public_numbers n = { .alg = ALG_ES256 };
    struct buf b = { 0 };
    char hex[200];
    unpack(X_HEX, n.x, 32);
    unpack(Y_HEX, n.y, 32);
    cose_key_put(&b, &n);
    hex_encode(b.ptr, b.len, hex);
    assert_string_equal(hex, "a401022001215820" X_HEX "225820" Y_HEX);
    buf_free(&b);
}

static void keys_of_every_algorithm_go_there_and_back(void **state)
{
    (void)state;
    static const enum cose_alg algs[] = { ALG_ES256, ALG_EDDSA, ALG_SM2 };
    for (size_t i = 0; i < 3; i++) {
        struct public_numbers n = { .alg = algs[i] }, back = { 0 };
        struct buf b = { 0 };
        memset(n.x, 0x11, 32);
        if (algs[i] != ALG_EDDSA)
            memset(n.y, 0x22, 32);
        cose_key_put(&b, &n);
        assert_int_equal(cose_key_parse(buf_span(&b), &back, NULL), RC_OK);
        assert_int_equal(back.alg, algs[i]);
        assert_memory_equal(back.x, n.x, 32);
        assert_memory_equal(back.y, n.y, 32);
        buf_free(&b);
    }
}

static void rsa_keys_go_there_and_back(void **state)
{
    (void)state;
    struct public_numbers n = { .alg = ALG_RS256 }, back = { 0 };
    struct buf b = { 0 };
    for (size_t i = 0; i < RSA_N_LEN; i++)
        n.n[i] = (uint8_t)(i * 7 + 0x81);
    cose_key_put(&b, &n);
    assert_int_equal(b.len, 3 + 1 + 3 + RSA_N_LEN + 1 + 1 + 3);
    assert_memory_equal(b.ptr, "\xa3\x01\x03\x20\x59\x01\x80", 7); /* RFC 8230 section 4 */
    assert_memory_equal(b.ptr + b.len - 5, "\x21\x43\x01\x00\x01", 5);
    assert_int_equal(cose_key_parse(buf_span(&b), &back, NULL), RC_OK);
    assert_true(public_numbers_equal(&n, &back));
    buf_free(&b);
}

static void rsa_keys_of_another_shape_are_refused(void **state)
{
    (void)state;

    static const uint8_t three[] = { 0x03 }, padded[] = { 0x00, 0x01, 0x00, 0x01 };
    static const uint8_t other[] = { 0x01, 0x00, 0x03 }, usual[] = { 0x01, 0x00, 0x01 };
    static const uint8_t n[385] = { 0x80 };
    const struct {
        size_t n_len;
        struct span e;
    } cases[] = {
        { 0, span_of(usual, 3) },   { 256, span_of(usual, 3) }, { 383, span_of(usual, 3) },
        { 385, span_of(usual, 3) }, { 384, span_of(three, 1) }, { 384, span_of(padded, 4) },
        { 384, span_of(other, 3) },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = { 0 };
        struct public_numbers back;
        buf_put(&b, "\xa3\x01\x03\x20", 4);
        cbor_put_bytes(&b, span_of(n, cases[i].n_len));
        buf_put_u8(&b, 0x21);
        cbor_put_bytes(&b, cases[i].e);
        if (cose_key_parse(buf_span(&b), &back, NULL) != RC_FORMAT)
            fail_msg("case %zu was taken", i);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_another_shape_are_refused),
        cmocka_unit_test(the_id_is_the_thumbprint_of_rfc_9679),
        cmocka_unit_test(a_key_is_written_as_rfc_9679_hashes_it),
        cmocka_unit_test(keys_of_every_algorithm_go_there_and_back),
        cmocka_unit_test(rsa_keys_go_there_and_back),
        cmocka_unit_test(rsa_keys_of_another_shape_are_refused),
    };
    return cmocka_run_group_tests_name("cose_key", tests, NULL, NULL);
}
