#include "tests/unit/check.h"

#include <string.h>

#include "core/http/fields.h"

#define HOST                                                                                       \
    {                                                                                              \
        "Host", SPAN_LITERAL("here")                                                               \
    }

static enum field_fault judge(const struct field *fields, size_t count, bool http_1_1,
                              struct field_body *ret)
{
    struct diag d = DIAG_INIT;
    const enum field_fault fault = fields_judge(fields, count, http_1_1, ret, &d);
    assert_true((fault == FIELD_MALFORMED) == (d.text[0] != '\0'));
    return fault;
}

static enum field_fault judge_one(const char *name, struct span value, struct field_body *ret)
{
    const struct field fields[] = { HOST, { name, value } };
    return judge(fields, 2, true, ret);
}

static void what_may_be_sent_once_is_refused_twice_even_when_it_agrees(void **state)
{
    (void)state;
    static const struct {
        const char *name, *other, *value;
    } twice[] = {
        { "Content-Length", "content-length", "5" },
        { "Transfer-Encoding", "TRANSFER-ENCODING", "chunked" },
        { "Content-Type", "content-Type", "text/csv" },
        { "Authorization", "authorization", "x" },
        { "Idempotency-Key", "idempotency-key", "x" },
        { "Expect", "expect", "100-continue" },
    };
    for (size_t i = 0; i < sizeof twice / sizeof twice[0]; i++) {
        const struct field fields[] = { { twice[i].name, span_text(twice[i].value) },
                                        HOST,
                                        { twice[i].other, span_text(twice[i].value) } };
        struct field_body b;
        assert_int_equal(judge(fields, 2, true, &b), FIELD_FINE);
        assert_int_equal(judge(fields, 3, true, &b), FIELD_MALFORMED);
    }
    const struct field hosts[] = { HOST, HOST };
    struct field_body b;
    assert_int_equal(judge(hosts, 2, true, &b), FIELD_MALFORMED);
}

static void a_length_is_digits_that_fit(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " ", "+5", "-5", "0x5", "5 ", "5,5", "5.", "18446744073709551616", "５"
    };
    struct field_body b;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(judge_one("Content-Length", span_text(bad[i]), &b), FIELD_MALFORMED);
    assert_int_equal(judge_one("Content-Length", SPAN_LITERAL("18446744073709551615"), &b),
                     FIELD_FINE);
    assert_true(b.len == UINT64_MAX && !b.chunked);
}

static void a_body_has_one_framing(void **state)
{
    (void)state;
    const struct field both[] = { HOST,
                                  { "Content-Length", SPAN_LITERAL("0") },
                                  { "Transfer-Encoding", SPAN_LITERAL("chunked") } };
    struct field_body b;
    assert_int_equal(judge(both, 3, true, &b), FIELD_MALFORMED);
    assert_int_equal(judge_one("Transfer-Encoding", SPAN_LITERAL("gzip, chunked"), &b),
                     FIELD_CODING_UNKNOWN);
    assert_int_equal(judge_one("Transfer-Encoding", SPAN_LITERAL("chunked, chunked"), &b),
                     FIELD_CODING_UNKNOWN);
    assert_int_equal(judge_one("Transfer-Encoding",
                               SPAN_LITERAL("\x0b"
                                            "chunked"),
                               &b),
                     FIELD_MALFORMED);
    const struct field old[] = { { "Transfer-Encoding", SPAN_LITERAL("chunked") } };
    assert_int_equal(judge(old, 1, false, &b), FIELD_MALFORMED);
    assert_int_equal(judge_one("Transfer-Encoding", SPAN_LITERAL("Chunked"), &b), FIELD_FINE);
    assert_true(b.chunked && b.len == 0);
}

static void there_is_one_host_and_it_is_one(void **state)
{
    (void)state;
    static const char *const bad[] = { "", "a b", "a/b", "a@b", "a,b,", "张", "a?", "a#b", "a\\b" };
    struct field_body b;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct field fields[] = { { "Host", span_text(bad[i]) } };
        const bool comma = strchr(bad[i], ',') != NULL; /* may stand in a registered name */
        assert_int_equal(judge(fields, 1, true, &b), comma ? FIELD_FINE : FIELD_MALFORMED);
    }
    assert_int_equal(judge(&(struct field){ "X", SPAN_LITERAL("") }, 1, true, &b), FIELD_MALFORMED);
    assert_int_equal(judge(&(struct field){ "X", SPAN_LITERAL("") }, 1, false, &b), FIELD_FINE);
    assert_int_equal(judge(&(struct field){ "host", SPAN_LITERAL("[::1]:80") }, 1, true, &b),
                     FIELD_FINE);
}

static void names_are_tokens_and_values_are_clean(void **state)
{
    (void)state;
    struct field_body b;
    for (unsigned c = 1; c < 256; c++) {
        const char name[] = { 'X', (char)c, '\0' };
        const bool token = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') ||
                           (c < 0x80 && strchr("!#$%&'*+-.^_`|~", (int)c));
        assert_int_equal(judge_one(name, SPAN_LITERAL("a"), &b),
                         token ? FIELD_FINE : FIELD_MALFORMED);
        const char value[] = { 'a', (char)c, 'b', '\0' };
        const bool clean = (c >= 0x20 && c < 0x7f) || c == '\t';
        assert_int_equal(judge_one("X", span_of(value, 3), &b),
                         clean ? FIELD_FINE : FIELD_MALFORMED);
    }
    assert_int_equal(judge_one("X", SPAN_LITERAL("a\0b"), &b), FIELD_MALFORMED);
    assert_int_equal(judge_one("X", SPAN_LITERAL("张\xc2\x85"), &b), FIELD_MALFORMED);
    assert_int_equal(judge_one("X", SPAN_LITERAL("张 b"), &b), FIELD_FINE);
    assert_int_equal(judge_one("", SPAN_LITERAL("a"), &b), FIELD_MALFORMED);
}

static void one_expectation_is_known(void **state)
{
    (void)state;
    struct field_body b;
    assert_int_equal(judge_one("Expect", SPAN_LITERAL("200-ok"), &b), FIELD_EXPECTATION);
    assert_int_equal(judge_one("Expect", SPAN_LITERAL("100-Continue"), &b), FIELD_FINE);
    assert_true(b.expects_continue);
}

static void english_is_preferred_when_it_weighs_more(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        bool english;
    } cases[] = {
        { "", false },
        { "en", true },
        { "EN-us", true },
        { "eng", false },
        { "zh", false },
        { "zh, en", false },
        { "en, zh", false },
        { "en, zh;q=0.999", true },
        { "zh-CN;q=0.8, en;q=0.9", true },
        { "zh-CN;q=0.9, en;q=0.8", false },
        { "en;q=0", false },
        { "en;q=0.001", true },
        { "en;q=1.000", true },
        { "en;q=2", false },
        { "en;q=", false },
        { "en;q=x, zh;q=0.1", false },
        { "fr, de", false },
        { "*", false },
        { " en ; q=0.5 , , fr", true },
        { ",;,;q=1", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (field_prefers_english(span_text(cases[i].accept)) != cases[i].english)
            fail_msg("'%s'", cases[i].accept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_sent_once_is_refused_twice_even_when_it_agrees),
        cmocka_unit_test(a_length_is_digits_that_fit),
        cmocka_unit_test(a_body_has_one_framing),
        cmocka_unit_test(there_is_one_host_and_it_is_one),
        cmocka_unit_test(names_are_tokens_and_values_are_clean),
        cmocka_unit_test(one_expectation_is_known),
        cmocka_unit_test(english_is_preferred_when_it_weighs_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
