/*
 * libcbor as an oracle: an independent decoder must read whatever our reader
 * takes, as the same values. It is lenient where ours is strict, so the other
 * direction is not asked of it.
 */
#include "tests/unit/check.h"
#include "tests/unit/dice.h"

#include <cbor.h>
#include <stdlib.h>

#include "core/cose/cbor_head.h"
#include "core/crypto/hash.h"

#define ROUNDS 60000

/* A random item of our subset, as our writer writes it. */
static void put_random(struct dice *d, struct buf *b, unsigned depth)
{
    static const char *const texts[] = { "", "a", "张示例", "x y", "𰻝" };
    uint8_t bytes[40];
    const uint64_t n = dice_between(d, 0, 4);
    const uint64_t wide = dice_roll(d) >> dice_between(d, 0, 63);
    switch (dice_between(d, 0, depth > 4 ? 5 : 8)) {
    case 0:
        cbor_put_uint(b, wide);
        break;
    case 1:
        cbor_put_int(b, -1 - (int64_t)(wide >> 1));
        break;
    case 2:
        dice_fill(d, bytes, sizeof bytes);
        cbor_put_bytes(b, span_of(bytes, dice_between(d, 0, sizeof bytes)));
        break;
    case 3:
        cbor_put_cstr(b, texts[n]);
        break;
    case 4:
        cbor_put_bool(b, n % 2 == 0);
        break;
    case 5:
        cbor_put_null(b);
        break;
    case 6:
        cbor_put_array(b, n);
        for (uint64_t i = 0; i < n; i++)
            put_random(d, b, depth + 1);
        break;
    case 7:
        cbor_put_map(b, n);
        for (uint64_t i = 0; i < n; i++) {
            cbor_put_uint(b, i * 13);
            put_random(d, b, depth + 1);
        }
        break;
    default:
        cbor_put_tag(b, wide);
        put_random(d, b, depth + 1);
        break;
    }
}

static void rewrite(const cbor_item_t *item, struct buf *b);

static void rewrite_container(const cbor_item_t *item, struct buf *b)
{
    if (cbor_isa_array(item)) {
        cbor_put_array(b, cbor_array_size(item));
        for (size_t i = 0; i < cbor_array_size(item); i++)
            rewrite(cbor_array_handle(item)[i], b);
    } else if (cbor_isa_map(item)) {
        cbor_put_map(b, cbor_map_size(item));
        for (size_t i = 0; i < cbor_map_size(item); i++) {
            rewrite(cbor_map_handle(item)[i].key, b);
            rewrite(cbor_map_handle(item)[i].value, b);
        }
    } else {
        cbor_item_t *inner = cbor_tag_item(item);
        cbor_put_tag(b, cbor_tag_value(item));
        rewrite(inner, b);
        cbor_decref(&inner);
    }
}

/* Our writer's integers are 64 bits with a sign; the reader takes longer ones only to skip them. */
static void rewrite_negative(uint64_t v, struct buf *b)
{
    if (v <= INT64_MAX) {
        cbor_put_int(b, -1 - (int64_t)v);
        return;
    }
    buf_put_u8(b, 0x3b);
    buf_put_be64(b, v);
}

static void rewrite_control(const cbor_item_t *item, struct buf *b)
{
    if (cbor_is_null(item))
        cbor_put_null(b);
    else
        cbor_put_bool(b, cbor_get_bool(item));
}

/* What libcbor understood, written by our writer. */
static void rewrite(const cbor_item_t *item, struct buf *b)
{
    switch (cbor_typeof(item)) {
    case CBOR_TYPE_UINT:
        cbor_put_uint(b, cbor_get_int(item));
        break;
    case CBOR_TYPE_NEGINT:
        rewrite_negative(cbor_get_int(item), b);
        break;
    case CBOR_TYPE_BYTESTRING:
        cbor_put_bytes(b, span_of(cbor_bytestring_handle(item), cbor_bytestring_length(item)));
        break;
    case CBOR_TYPE_STRING:
        cbor_put_text(b, span_of(cbor_string_handle(item), cbor_string_length(item)));
        break;
    case CBOR_TYPE_FLOAT_CTRL:
        rewrite_control(item, b);
        break;
    case CBOR_TYPE_ARRAY:
    case CBOR_TYPE_MAP:
    case CBOR_TYPE_TAG:
        rewrite_container(item, b);
        break;
    }
}

static bool we_take(struct span bytes)
{
    struct span item;
    struct cbor_reader c = cbor_reader_over(bytes, NULL);
    return cbor_skip(&c, "item", &item) && cbor_end(&c);
}

/*
 * libcbor 0.8 takes tags 6 to 20 in one byte for errors, as RFC 7049 did not assign them. Heads
 * follow one another, whatever contains what.
 */
static bool has_tag_that_libcbor_lacks(struct span bytes)
{
    struct cbor_reader c = cbor_reader_over(bytes, NULL);
    struct cbor_head head;
    struct span content;
    while (reader_left(&c.r) > 0) {
        const size_t at = c.r.pos;
        assert_true(cbor_head(&c, "item", &head));
        if (head.major == CBOR_TAG && head.arg >= 6 && head.arg <= 20)
            return true;
        if (head.major == CBOR_BYTES || head.major == CBOR_TEXT)
            assert_true(cbor_content(&c, "item", at, &head, &content));
    }
    return false;
}

static void libcbor_agrees_on(struct span bytes)
{
    if (has_tag_that_libcbor_lacks(bytes))
        return;

    struct cbor_load_result result;
    cbor_item_t *item = cbor_load(bytes.ptr, bytes.len, &result);
    struct buf again = { 0 };
    unsigned char *own = NULL;
    size_t own_size = 0;
    if (!item) {
        char hex[64];
        hex_encode(bytes.ptr, bytes.len < 31 ? bytes.len : 31, hex);
        fail_msg("libcbor refuses %s with %d", hex, (int)result.error.code);
    }
    assert_int_equal(result.read, bytes.len);
    rewrite(item, &again);
    assert_true(span_equal(buf_span(&again), bytes));
    const size_t len = cbor_serialize_alloc(item, &own, &own_size);
    assert_true(span_equal(span_of(own, len), bytes));
    free(own);
    buf_free(&again);
    cbor_decref(&item);
}

static void mutate(struct dice *d, struct buf *b)
{
    for (uint64_t k = dice_between(d, 1, 3); k > 0; k--) {
        const size_t at = (size_t)dice_between(d, 0, b->len - 1);
        switch (dice_between(d, 0, 2)) {
        case 0:
            b->ptr[at] ^= (uint8_t)(1u << dice_between(d, 0, 7));
            break;
        case 1:
            b->ptr[at] = (uint8_t)dice_roll(d);
            break;
        default:
            b->len = at > 0 ? at : 1;
            break;
        }
    }
}

static void whatever_the_reader_takes_libcbor_reads_the_same(void **state)
{
    (void)state;
    struct dice d = { 20201122 };
    struct buf b = { 0 };
    unsigned taken = 0, refused = 0;
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&b);
        put_random(&d, &b, 0);
        mutate(&d, &b);
        if (we_take(buf_span(&b))) {
            libcbor_agrees_on(buf_span(&b));
            taken++;
        } else {
            refused++;
        }
    }
    buf_free(&b);
    /* Both must have happened, or nothing was asked. */
    assert_true(taken > ROUNDS / 20);
    assert_true(refused > ROUNDS / 20);
}

static void whatever_the_writer_writes_both_read_the_same(void **state)
{
    (void)state;
    struct dice d = { 7 };
    struct buf b = { 0 };
    for (int i = 0; i < ROUNDS; i++) {
        buf_clear(&b);
        put_random(&d, &b, 0);
        assert_true(we_take(buf_span(&b)));
        libcbor_agrees_on(buf_span(&b));
    }
    buf_free(&b);
}

static void short_inputs_of_every_kind_are_read_the_same(void **state)
{
    (void)state;
    unsigned taken = 0;
    for (uint32_t n = 0; n < 1u << 24; n += 5) {
        const uint8_t bytes[3] = { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16) };
        for (size_t len = 1; len <= 3; len++) {
            if (!we_take(span_of(bytes, len)))
                continue;
            taken++;
            if (taken % 8 == 0 || len < 3)
                libcbor_agrees_on(span_of(bytes, len));
        }
    }
    assert_true(taken > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_reader_takes_libcbor_reads_the_same),
        cmocka_unit_test(whatever_the_writer_writes_both_read_the_same),
        cmocka_unit_test(short_inputs_of_every_kind_are_read_the_same),
    };
    return cmocka_run_group_tests_name("cbor_libcbor", tests, NULL, NULL);
}
