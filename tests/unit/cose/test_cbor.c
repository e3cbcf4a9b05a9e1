#include "tests/unit/check.h"

#include "core/cose/cbor.h"
#include "core/crypto/hash.h"

static size_t unpack(const char *hex, uint8_t *to, size_t max)
{
    const size_t len = strlen(hex) / 2;
    assert_true(len <= max);
    assert_true(hex_decode(span_text(hex), to, len));
    return len;
}

static bool is_taken(const char *hex, struct diag *d)
{
    uint8_t bytes[512];
    struct span item;
    struct cbor_reader c = cbor_reader_over(span_of(bytes, unpack(hex, bytes, sizeof bytes)), d);
    return cbor_skip(&c, "item", &item) && cbor_end(&c);
}

struct refusal {
    const char *hex;
    size_t offset;
    const char *text;
};

static void everything_that_is_not_deterministic_is_refused_at_its_place(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        { "", 0, "item is cut short" },
        { "18", 0, "item is cut short" },
        { "19ff", 0, "item is cut short" },
        { "1817", 0, "item has a longer head than it needs" },
        { "1900ff", 0, "item has a longer head than it needs" },
        { "1a0000ffff", 0, "item has a longer head than it needs" },
        { "1b00000000ffffffff", 0, "item has a longer head than it needs" },
        { "3817", 0, "item has a longer head than it needs" },
        { "5800", 0, "item has a longer head than it needs" },
        { "780161", 0, "item has a longer head than it needs" },
        { "9801f6", 0, "item has a longer head than it needs" },
        { "b8010000", 0, "item has a longer head than it needs" },
        { "d800f6", 0, "item has a longer head than it needs" },
        { "1c", 0, "item has an indefinite length or a reserved head" },
        { "1f", 0, "item has an indefinite length or a reserved head" },
        { "5f4101ff", 0, "item has an indefinite length or a reserved head" },
        { "7f6161ff", 0, "item has an indefinite length or a reserved head" },
        { "9fff", 0, "item has an indefinite length or a reserved head" },
        { "bfff", 0, "item has an indefinite length or a reserved head" },
        { "ff", 0, "item has an indefinite length or a reserved head" },
        { "f7", 0, "item is a float or a simple value that is not allowed" },
        { "f0", 0, "item is a float or a simple value that is not allowed" },
        { "f820", 0, "item is a float or a simple value that is not allowed" },
        { "f814", 0, "item is a float or a simple value that is not allowed" },
        { "f97e00", 0, "item is a float or a simple value that is not allowed" },
        { "fb3ff0000000000000", 0, "item is a float or a simple value that is not allowed" },
        { "4201", 0, "item is cut short" },
        { "5bffffffffffffffff00", 0, "item is cut short" },
        { "62c328", 0, "item is not UTF-8" },
        { "8201", 2, "item is cut short" },
        { "820118", 2, "item is cut short" },
        { "a101", 2, "item is cut short" },
        { "a201000100", 3, "keys of item repeat or are out of order" },
        { "a202000100", 3, "keys of item repeat or are out of order" },
        { "a220000100", 3, "keys of item repeat or are out of order" },
        { "a1410100", 1, "a key of item is neither integer nor text" },
        { "a1f600", 1, "a key of item is neither integer nor text" },
        { "c0", 1, "item is cut short" },
        { "0000", 1, "bytes follow the end" },
        { "9bffffffffffffffff", 9, "item is cut short" },
        { "8181818181818181818181818181818180", 16, "item is nested deeper than 16" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diag d = DIAG_INIT;
        if (is_taken(cases[i].hex, &d) || d.offset != cases[i].offset ||
            strcmp(d.text, cases[i].text) != 0)
            fail_msg("%s: at %zu '%s'", cases[i].hex, d.offset, d.text);
    }
}

static void text_keys_out_of_order_are_refused(void **state)
{
    (void)state;
    assert_false(is_taken("a2616200616100", NULL));
    assert_false(is_taken("a2616100616100", NULL));
    assert_false(is_taken("a262616100616200", NULL));
    assert_true(is_taken("a261620062616100", NULL));
}

static void what_is_deterministic_is_taken(void **state)
{
    (void)state;
    static const char *const good[] = {
        "00",
        "17",
        "1818",
        "18ff",
        "190100",
        "19ffff",
        "1a00010000",
        "1affffffff",
        "1b0000000100000000",
        "1bffffffffffffffff",
        "20",
        "3818",
        "3bffffffffffffffff",
        "40",
        "4401020304",
        "60",
        "62c3bc",
        "64f0908591",
        "80",
        "83010203",
        "a0",
        "a201020304",
        "a301000a002000",
        "a26161016162820203",
        "c074323031332d30332d32315432303a30343a30305a",
        "d818456449455446",
        "f4",
        "f5",
        "f6",
        "81818181818181818181818181818180",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct diag d = DIAG_INIT;
        if (!is_taken(good[i], &d))
            fail_msg("%s: %s", good[i], d.text);
    }
}

static void a_reader_that_has_failed_stays_failed(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 0x61, 0x61, 0x01, 0xf6, 0x02 };
    struct diag d = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(span_of(bytes, sizeof bytes), &d);
    struct span s;
    struct cbor_map m = { .left = 1 };
    uint64_t v = 7;
    bool b;
    assert_false(cbor_uint(&c, "first", 9, &v));
    assert_false(cbor_text(&c, "second", 0, 9, &s));
    assert_false(cbor_skip(&c, "third", &s));
    assert_false(cbor_bool(&c, "fourth", &b));
    assert_false(cbor_map_key(&c, &m, 1));
    assert_false(cbor_end(&c));
    assert_int_equal(cbor_peek(&c), -1);
    assert_string_equal(d.text, "first is not an unsigned integer");
    assert_int_equal(v, 7);
}

static void limits_hold(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 0x0a, 0x43, 1, 2, 3, 0x83, 1, 2, 3 };
    uint64_t v;
    struct span s;
    struct cbor_reader c = cbor_reader_over(span_of(bytes, 1), NULL);
    assert_false(cbor_uint(&c, "n", 9, &v));
    c = cbor_reader_over(span_of(bytes, 1), NULL);
    assert_true(cbor_uint(&c, "n", 10, &v));
    c = cbor_reader_over(span_of(bytes + 1, 4), NULL);
    assert_false(cbor_bytes(&c, "b", 4, 9, &s));
    c = cbor_reader_over(span_of(bytes + 1, 4), NULL);
    assert_false(cbor_bytes(&c, "b", 0, 2, &s));
    c = cbor_reader_over(span_of(bytes + 5, 4), NULL);
    assert_false(cbor_array(&c, "a", 2, &v));
    c = cbor_reader_over(span_of(bytes + 5, 4), NULL);
    assert_true(cbor_array(&c, "a", 3, &v));
    assert_int_equal(v, 3);
}

static void an_integer_beyond_64_bits_with_a_sign_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[9];
    int64_t v = 0;
    struct cbor_reader c =
        cbor_reader_over(span_of(bytes, unpack("3b8000000000000000", bytes, 9)), NULL);
    assert_false(cbor_int(&c, "n", &v));
    c = cbor_reader_over(span_of(bytes, unpack("1b8000000000000000", bytes, 9)), NULL);
    assert_false(cbor_int(&c, "n", &v));
    c = cbor_reader_over(span_of(bytes, unpack("3b7fffffffffffffff", bytes, 9)), NULL);
    assert_true(cbor_int(&c, "n", &v));
    assert_true(v == INT64_MIN);
}

/* {1: 0, 4: 1, -1: 2, -65537: 3} */
static const uint8_t map[] = { 0xa4, 1, 0, 4, 1, 0x20, 2, 0x3a, 0, 1, 0, 0, 3 };

static void a_key_that_nobody_asks_for_is_refused(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(span_of(map, sizeof map), &d);
    struct cbor_map m;
    uint64_t v;
    assert_true(cbor_map(&c, "map", 9, &m));
    assert_true(cbor_map_need(&c, &m, 1, "one"));
    assert_true(cbor_uint(&c, "one", 9, &v));
    assert_false(cbor_map_key(&c, &m, 2));
    assert_false(cbor_map_key(&c, &m, -1));
    assert_false(cbor_map_end(&c, &m, "map"));
    assert_int_equal(d.offset, 3);
    assert_string_equal(d.text, "map has a key that is not known");
}

static void a_needed_key_that_is_not_there_is_missing(void **state)
{
    (void)state;
    struct diag d = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(span_of(map, sizeof map), &d);
    struct cbor_map m;
    assert_true(cbor_map(&c, "map", 9, &m));
    assert_false(cbor_map_need(&c, &m, 0, "nought"));
    assert_string_equal(d.text, "nought is missing");
    assert_int_equal(d.offset, 1);
}

static void keys_are_found_in_their_order(void **state)
{
    (void)state;
    static const int64_t keys[] = { 1, 4, -1, -65537 };
    struct cbor_reader c = cbor_reader_over(span_of(map, sizeof map), NULL);
    struct cbor_map m;
    uint64_t v;
    assert_true(cbor_map(&c, "map", 4, &m));
    for (uint64_t i = 0; i < 4; i++) {
        assert_true(cbor_map_key(&c, &m, keys[i]));
        assert_true(cbor_uint(&c, "value", 9, &v));
        assert_int_equal(v, i);
    }
    assert_true(cbor_map_end(&c, &m, "map"));
    assert_true(cbor_end(&c));
}

static void the_same_key_asked_twice_is_out_of_order(void **state)
{
    (void)state;
    const uint8_t twice[] = { 0xa2, 1, 0, 1, 0 };
    struct diag d = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(span_of(twice, sizeof twice), &d);
    struct cbor_map m;
    uint64_t v;
    assert_true(cbor_map(&c, "map", 4, &m));
    assert_true(cbor_map_key(&c, &m, 1));
    assert_true(cbor_uint(&c, "value", 9, &v));
    assert_false(cbor_map_key(&c, &m, 1));
    assert_string_equal(d.text, "keys of a map repeat or are out of order");
}

static void a_text_key_is_found(void **state)
{
    (void)state;
    const uint8_t bytes[] = { 0xa2, 0x01, 0x02, 0x62, 'h', 'i', 0x03 };
    struct cbor_reader c = cbor_reader_over(span_of(bytes, sizeof bytes), NULL);
    struct cbor_map m;
    uint64_t v;
    assert_true(cbor_map(&c, "map", 4, &m));
    assert_false(cbor_map_key_text(&c, &m, "hi"));
    assert_true(cbor_map_key(&c, &m, 1));
    assert_true(cbor_uint(&c, "value", 9, &v));
    assert_false(cbor_map_key_text(&c, &m, "h"));
    assert_false(cbor_map_key_text(&c, &m, "hi!"));
    assert_true(cbor_map_key_text(&c, &m, "hi"));
    assert_true(cbor_uint(&c, "value", 9, &v));
    assert_int_equal(v, 3);
    assert_true(cbor_map_end(&c, &m, "map"));
}

/* RFC 8949 appendix A, the examples that our subset has. */
static void the_writer_writes_the_examples_of_rfc_8949(void **state)
{
    (void)state;
    static const struct {
        int64_t v;
        const char *hex;
    } ints[] = {
        { 0, "00" },
        { 1, "01" },
        { 10, "0a" },
        { 23, "17" },
        { 24, "1818" },
        { 25, "1819" },
        { 100, "1864" },
        { 1000, "1903e8" },
        { 1000000, "1a000f4240" },
        { 1000000000000, "1b000000e8d4a51000" },
        { -1, "20" },
        { -10, "29" },
        { -100, "3863" },
        { -1000, "3903e7" },
    };
    for (size_t i = 0; i < sizeof ints / sizeof *ints; i++) {
        struct buf b = { 0 };
        char hex[32];
        cbor_put_int(&b, ints[i].v);
        hex_encode(b.ptr, b.len, hex);
        assert_string_equal(hex, ints[i].hex);
        buf_free(&b);
    }
    struct buf b = { 0 };
    char hex[128];
    cbor_put_uint(&b, UINT64_MAX);
    cbor_put_bool(&b, false);
    cbor_put_bool(&b, true);
    cbor_put_null(&b);
    cbor_put_bytes(&b, SPAN_LITERAL("\x01\x02\x03\x04"));
    cbor_put_cstr(&b, "IETF");
    cbor_put_tag(&b, 32);
    cbor_put_array(&b, 25);
    cbor_put_map(&b, 2);
    hex_encode(b.ptr, b.len, hex);
    assert_string_equal(hex, "1bfffffffffffffffff4f5f644010203046449455446d8209819a2");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_that_is_not_deterministic_is_refused_at_its_place),
        cmocka_unit_test(text_keys_out_of_order_are_refused),
        cmocka_unit_test(a_reader_that_has_failed_stays_failed),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(an_integer_beyond_64_bits_with_a_sign_is_refused),
        cmocka_unit_test(a_key_that_nobody_asks_for_is_refused),
        cmocka_unit_test(a_needed_key_that_is_not_there_is_missing),
        cmocka_unit_test(the_same_key_asked_twice_is_out_of_order),
        cmocka_unit_test(what_is_deterministic_is_taken),
        cmocka_unit_test(keys_are_found_in_their_order),
        cmocka_unit_test(a_text_key_is_found),
        cmocka_unit_test(the_writer_writes_the_examples_of_rfc_8949),
    };
    return cmocka_run_group_tests_name("cbor", tests, NULL, NULL);
}
