/*
 * Every other way to write a signed token's content in CBOR, made item by item
 * and signed with the right key: none may be read. Only one encoding of a
 * certificate exists.
 */
#include "tests/unit/cert/token_sample.h"

#include "core/cose/cbor_head.h"

static struct test_key key;
static unsigned made;

/* Signs a payload as a token, and asks that it is refused. */
static void payload_is_refused(struct span payload, const char *what, size_t at)
{
    struct buf b = { 0 };
    struct token t;
    test_sign1(&key, NULL, payload, &b);
    if (token_parse(buf_span(&b), &t, NULL) == RC_OK)
        fail_msg("%s at %zu was taken", what, at);
    if (token_payload_parse(payload, &t, NULL) == RC_OK)
        fail_msg("%s at %zu was taken as a payload", what, at);
    made++;
    buf_free(&b);
}

/* payload with `len` bytes at `at` replaced. */
static void replaced_is_refused(struct span payload, size_t at, size_t len, struct span with,
                                const char *what)
{
    struct buf b = { 0 };
    buf_put(&b, payload.ptr, at);
    buf_put_span(&b, with);
    buf_put(&b, payload.ptr + at + len, payload.len - at - len);
    payload_is_refused(buf_span(&b), what, at);
    buf_free(&b);
}

/* One head of the payload; heads follow one another, whatever contains what. */
struct place {
    size_t at, head_len, len; /* len: head, and the content of a string */
    struct cbor_head head;
};

static bool next_place(struct cbor_reader *c, struct place *ret)
{
    struct span content = { 0 };
    if (reader_left(&c->r) == 0)
        return false;
    ret->at = c->r.pos;
    assert_true(cbor_head(c, "item", &ret->head));
    ret->head_len = c->r.pos - ret->at;
    if (ret->head.major == CBOR_BYTES || ret->head.major == CBOR_TEXT)
        assert_true(cbor_content(c, "item", ret->at, &ret->head, &content));
    ret->len = ret->head_len + content.len;
    return true;
}

static void longer_heads_are_refused(struct span payload, const struct place *p)
{
    for (unsigned log = 0; log < 4; log++) {
        const size_t bytes = (size_t)1 << log;
        uint8_t head[9] = { (uint8_t)(p->head.major << 5 | (24 + log)) };
        if (1 + bytes <= p->head_len)
            continue;
        for (size_t i = 0; i < bytes; i++)
            head[1 + i] = (uint8_t)(p->head.arg >> 8 * (bytes - 1 - i));
        replaced_is_refused(payload, p->at, p->head_len, span_of(head, 1 + bytes), "a longer head");
    }
}

/* The first bytes that stand for nothing, an indefinite length, or another kind of value. */
static void other_first_bytes_are_refused(struct span payload, const struct place *p)
{
    for (unsigned first = 0; first < 256; first++) {
        const uint8_t byte[1] = { (uint8_t)first };
        const bool same_major = first >> 5 == p->head.major;
        const unsigned info = first & 31;
        if (same_major && info < 28)
            continue; /* another value of the same type: not another encoding */
        replaced_is_refused(payload, p->at, 1, span_of(byte, 1), "another first byte");
    }
}

static void indefinite_lengths_are_refused(struct span payload, const struct place *p)
{
    struct buf b = { 0 };
    if (p->head.major != CBOR_BYTES && p->head.major != CBOR_TEXT)
        return;
    buf_put_u8(&b, (uint8_t)(p->head.major << 5 | 31));
    buf_put(&b, payload.ptr + p->at, p->len);
    buf_put_u8(&b, 0xff);
    replaced_is_refused(payload, p->at, p->len, buf_span(&b), "an indefinite length");
    buf_free(&b);
}

/* An integer as bignum, float or text; anything inside a tag. */
static void other_types_are_refused(struct span payload, const struct place *p)
{
    static const uint64_t tags[] = { 0, 1, 2, 6, 18, 24, 61, 55799 };
    struct buf b = { 0 };
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        buf_clear(&b);
        cbor_put_tag(&b, tags[i]);
        buf_put(&b, payload.ptr + p->at, p->len);
        replaced_is_refused(payload, p->at, p->len, buf_span(&b), "a tag");
    }
    if (p->head.major == CBOR_UINT) {
        const uint8_t arg[2] = { (uint8_t)(p->head.arg >> 8), (uint8_t)p->head.arg };
        buf_clear(&b);
        cbor_put_tag(&b, 2);
        cbor_put_bytes(&b, span_of(arg, 2));
        replaced_is_refused(payload, p->at, p->len, buf_span(&b), "a bignum");
        replaced_is_refused(payload, p->at, p->len, SPAN_LITERAL("\xf9\x3c\x00"), "a float");
        replaced_is_refused(payload, p->at, p->len, SPAN_LITERAL("\xfb\x3f\xf0\0\0\0\0\0\0"),
                            "a double");
    }
    buf_free(&b);
}

static void every_other_encoding_of_every_item_is_refused(void **state)
{
    (void)state;
    const struct token sample = token_sample();
    struct buf b = { 0 };
    struct place p;
    token_payload_put(&b, &sample);
    const struct span payload = buf_span(&b);
    struct cbor_reader c = cbor_reader_over(payload, NULL);
    made = 0;
    while (next_place(&c, &p)) {
        longer_heads_are_refused(payload, &p);
        other_first_bytes_are_refused(payload, &p);
        indefinite_lengths_are_refused(payload, &p);
        other_types_are_refused(payload, &p);
    }
    assert_true(made > 5000);
    buf_free(&b);
}

/* A map or array from its head to its end, written with an indefinite length. */
static void indefinite_containers_are_refused(void **state)
{
    (void)state;
    const struct token sample = token_sample();
    struct buf b = { 0 };
    struct place p;
    token_payload_put(&b, &sample);
    const struct span payload = buf_span(&b);
    struct cbor_reader c = cbor_reader_over(payload, NULL);
    made = 0;
    while (next_place(&c, &p)) {
        struct cbor_reader whole = cbor_reader_over(payload, NULL);
        struct buf other = { 0 };
        struct span item;
        if (p.head.major != CBOR_ARRAY && p.head.major != CBOR_MAP)
            continue;
        whole.r.pos = p.at;
        assert_true(cbor_skip(&whole, "item", &item));
        buf_put_u8(&other, (uint8_t)(p.head.major << 5 | 31));
        buf_put(&other, item.ptr + p.head_len, item.len - p.head_len);
        buf_put_u8(&other, 0xff);
        replaced_is_refused(payload, p.at, item.len, buf_span(&other), "an indefinite container");
        buf_free(&other);
    }
    assert_int_equal(made, 3);
    buf_free(&b);
}

#define PAIRS_MAX 16

struct pairs {
    size_t count, head_at, head_len;
    struct span pair[PAIRS_MAX];
};

static struct pairs pairs_of(struct span payload, size_t at)
{
    struct cbor_reader c = cbor_reader_over(payload, NULL);
    struct pairs ret = { .head_at = at };
    struct cbor_head head;
    struct span key_bytes, value;
    c.r.pos = at;
    assert_true(cbor_head(&c, "map", &head));
    assert_int_equal(head.major, CBOR_MAP);
    ret.head_len = c.r.pos - at;
    for (; ret.count < head.arg; ret.count++) {
        assert_true(cbor_skip(&c, "key", &key_bytes));
        assert_true(cbor_skip(&c, "value", &value));
        ret.pair[ret.count] = span_of(key_bytes.ptr, key_bytes.len + value.len);
    }
    return ret;
}

/* The map at p with its pairs in the order of `order`. */
static void reordered_is_refused(struct span payload, const struct pairs *p, const size_t *order,
                                 size_t count, const char *what)
{
    struct buf b = { 0 };
    size_t len = p->head_len;
    cbor_put_map(&b, count);
    for (size_t i = 0; i < count; i++)
        buf_put_span(&b, p->pair[order[i]]);
    for (size_t i = 0; i < p->count; i++)
        len += p->pair[i].len;
    replaced_is_refused(payload, p->head_at, len, buf_span(&b), what);
    buf_free(&b);
}

static void map_is_refused_otherwise(struct span payload, const struct pairs *p)
{
    for (size_t i = 0; i < p->count; i++) {
        for (size_t k = 0; k < p->count; k++) {
            size_t order[PAIRS_MAX + 1];
            for (size_t n = 0; n < p->count; n++)
                order[n] = n;
            order[i] = k;
            order[k] = i;
            if (i < k)
                reordered_is_refused(payload, p, order, p->count, "two pairs exchanged");
        }
        size_t doubled[PAIRS_MAX + 1], without[PAIRS_MAX];
        size_t w = 0;
        for (size_t n = 0; n <= p->count; n++)
            doubled[n] = n <= i ? n : n - 1;
        for (size_t n = 0; n < p->count; n++) {
            if (n != i)
                without[w++] = n;
        }
        reordered_is_refused(payload, p, doubled, p->count + 1, "a pair twice");
        /* Claims 12 and 13 of the inner map may be absent. */
        if (p->count == 3 || i < 11)
            reordered_is_refused(payload, p, without, w, "a pair missing");
    }
}

static void unsorted_doubled_and_missing_claims_are_refused(void **state)
{
    (void)state;
    const struct token sample = token_sample();
    struct buf b = { 0 };
    token_payload_put(&b, &sample);
    const struct pairs outer = pairs_of(buf_span(&b), 0);
    /* The inner map is the value of the last pair, behind its key of five bytes. */
    const size_t inner_at = (size_t)(outer.pair[2].ptr - b.ptr) + 5;
    const struct pairs inner = pairs_of(buf_span(&b), inner_at);
    assert_int_equal(outer.count, 3);
    assert_int_equal(inner.count, 13);
    map_is_refused_otherwise(buf_span(&b), &outer);
    map_is_refused_otherwise(buf_span(&b), &inner);
    buf_free(&b);
}

static bool sorts_before(struct span a, struct span b)
{
    return memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len) < 0;
}

/* One more pair, {key: 1}, in the map at `at` where it sorts. */
static void added_claim_is_refused(struct span payload, size_t at, int64_t claim)
{
    const struct pairs p = pairs_of(payload, at);
    struct buf name = { 0 }, map = { 0 };
    bool put = false;
    cbor_put_int(&name, claim);
    cbor_put_map(&map, p.count + 1);
    for (size_t n = 0; n <= p.count; n++) {
        if (!put && (n == p.count || sorts_before(buf_span(&name), p.pair[n]))) {
            buf_put_span(&map, buf_span(&name));
            cbor_put_uint(&map, 1);
            put = true;
        }
        if (n < p.count)
            buf_put_span(&map, p.pair[n]);
    }
    replaced_is_refused(payload, at, payload.len - at, buf_span(&map), "an unknown claim");
    buf_free(&name);
    buf_free(&map);
}

/* The inner map ends with the outer one, so both reach to the end of the payload. */
static void unknown_claims_are_refused(void **state)
{
    (void)state;
    static const int64_t outer[] = { 0, 1, 3, 4, 5, 7, 23, 24, 38, -1, -65536, -65538 };
    static const int64_t inner[] = { 0, 14, 15, 24, -1 };
    struct token sample = token_sample();
    sample.photo.len = 0; /* so that a thirteenth claim is not one too many already */
    struct buf b = { 0 };
    token_payload_put(&b, &sample);
    const size_t inner_at = (size_t)(pairs_of(buf_span(&b), 0).pair[2].ptr - b.ptr) + 5;
    for (size_t i = 0; i < sizeof outer / sizeof *outer; i++)
        added_claim_is_refused(buf_span(&b), 0, outer[i]);
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        added_claim_is_refused(buf_span(&b), inner_at, inner[i]);
    buf_free(&b);
}

static void bytes_behind_the_claims_are_refused(void **state)
{
    (void)state;
    const struct token sample = token_sample();
    struct buf b = { 0 };
    token_payload_put(&b, &sample);
    const size_t len = b.len;
    for (unsigned v = 0; v < 256; v++) {
        b.len = len;
        buf_put_u8(&b, (uint8_t)v);
        payload_is_refused(buf_span(&b), "a byte more", len);
    }
    for (size_t n = 1; n < len; n++)
        payload_is_refused(span_of(b.ptr, n), "a prefix", n);
    buf_free(&b);
}

/* The envelope: none of this is under the signature, so it is the parser alone that refuses it. */
static void other_envelopes_are_refused(void **state)
{
    (void)state;
    const struct token sample = token_sample();
    struct buf b = { 0 };
    struct place p;
    struct token t;
    token_sign(&key, &sample, &b);
    assert_int_equal(token_parse(buf_span(&b), &t, NULL), RC_OK);
    struct cbor_reader c = cbor_reader_over(buf_span(&b), NULL);
    while (next_place(&c, &p)) {
        for (unsigned log = 0; log < 4; log++) {
            struct buf other = { 0 };
            const size_t bytes = (size_t)1 << log;
            if (1 + bytes <= p.head_len)
                continue;
            buf_put(&other, b.ptr, p.at);
            buf_put_u8(&other, (uint8_t)(p.head.major << 5 | (24 + log)));
            for (size_t i = 0; i < bytes; i++)
                buf_put_u8(&other, (uint8_t)(p.head.arg >> 8 * (bytes - 1 - i)));
            buf_put(&other, b.ptr + p.at + p.head_len, b.len - p.at - p.head_len);
            assert_int_not_equal(token_parse(buf_span(&other), &t, NULL), RC_OK);
            buf_free(&other);
        }
        for (unsigned first = 0; first < 256; first++) {
            const uint8_t kept = b.ptr[p.at];
            b.ptr[p.at] = (uint8_t)first;
            if (first != kept)
                assert_int_not_equal(token_parse(buf_span(&b), &t, NULL), RC_OK);
            b.ptr[p.at] = kept;
        }
    }
    buf_free(&b);
}

static int setup(void **state)
{
    (void)state;
    key = test_key_new(ALG_ES256, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    test_key_free(&key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_other_encoding_of_every_item_is_refused),
        cmocka_unit_test(indefinite_containers_are_refused),
        cmocka_unit_test(unsorted_doubled_and_missing_claims_are_refused),
        cmocka_unit_test(unknown_claims_are_refused),
        cmocka_unit_test(bytes_behind_the_claims_are_refused),
        cmocka_unit_test(other_envelopes_are_refused),
    };
    return cmocka_run_group_tests_name("token_encodings", tests, setup, teardown);
}
