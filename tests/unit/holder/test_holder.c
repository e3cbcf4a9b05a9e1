/* Questions and answers about holders: there and back, limits on both sides, no other bytes. */
#include "tests/unit/check.h"

#include <string.h>

#include "core/holder/holder.h"
#include "core/ipc/ipc.h"

static struct holder_question whole(void)
{
    return (struct holder_question){
        .ask = HOLDER_CALENDAR,
        .chinese = true,
        .number = SPAN_LITERAL("03301202000000013"),
        .name = SPAN_LITERAL("张示例"),
        .id_type = 414,
        .id_number = SPAN_LITERAL("E00000001"),
        .pickup = SPAN_LITERAL("A1B0CDEF23"),
    };
}

static void a_question_comes_back_as_it_was(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct holder_question q = whole();
    struct holder_question got;
    holder_question_put(&b, &q);
    assert_int_equal(holder_question_read(buf_span(&b), &got, NULL), RC_OK);
    assert_int_equal(got.ask, q.ask);
    assert_true(got.chinese);
    assert_int_equal(got.id_type, 414);
    assert_true(span_equal(got.number, q.number) && span_equal(got.name, q.name) &&
                span_equal(got.id_number, q.id_number) && span_equal(got.pickup, q.pickup));

    buf_clear(&b);
    holder_question_put(&b, &(struct holder_question){ .ask = HOLDER_PDF });
    assert_int_equal(holder_question_read(buf_span(&b), &got, NULL), RC_OK);
    assert_true(got.number.len == 0 && got.id_type == 0 && !got.chinese);
}

static void an_answer_comes_back_as_it_was(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct holder_answer got;
    const struct holder_answer a = {
        .reply = HOLDER_CLOSED, .retry_s = 3600, .detail = "busy", .body = SPAN_LITERAL("%PDF-")
    };
    holder_answer_put(&b, &a);
    assert_int_equal(holder_answer_read(buf_span(&b), &got, NULL), RC_OK);
    assert_int_equal(got.reply, HOLDER_CLOSED);
    assert_int_equal(got.retry_s, 3600);
    assert_string_equal(got.detail, "busy");
    assert_true(span_equal(got.body, a.body));
}

static void texts_have_their_limits(void **state)
{
    (void)state;
    static uint8_t text[HOLDER_NAME_MAX + 1];
    const struct {
        size_t max;
        size_t offset;
    } limits[] = {
        { HOLDER_NUMBER_MAX, offsetof(struct holder_question, number) },
        { HOLDER_NAME_MAX, offsetof(struct holder_question, name) },
        { HOLDER_ID_MAX, offsetof(struct holder_question, id_number) },
        { HOLDER_PICKUP_MAX, offsetof(struct holder_question, pickup) },
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        for (size_t more = 0; more < 2; more++) {
            ON_EXIT(buf_free_at) struct buf b = { 0 };
            struct holder_question q = whole(), got;
            struct span *const s = (struct span *)(void *)((char *)&q + limits[i].offset);
            *s = span_of(text, limits[i].max + more);
            holder_question_put(&b, &q);
            assert_int_equal(holder_question_read(buf_span(&b), &got, NULL),
                             more ? RC_FORMAT : RC_OK);
        }
    }
}

static void no_prefix_and_no_byte_more_is_a_message(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct holder_question q = whole();
    struct holder_question got;
    struct holder_answer answer;
    holder_question_put(&b, &q);
    for (size_t n = 0; n < b.len; n++)
        assert_int_equal(holder_question_read(span_of(b.ptr, n), &got, NULL), RC_FORMAT);
    buf_put_u8(&b, 0);
    assert_int_equal(holder_question_read(buf_span(&b), &got, NULL), RC_FORMAT);

    buf_clear(&b);
    holder_answer_put(&b, &(struct holder_answer){ .reply = HOLDER_OK, .detail = "x" });
    for (size_t n = 0; n < b.len; n++)
        assert_int_equal(holder_answer_read(span_of(b.ptr, n), &answer, NULL), RC_FORMAT);
}

static void what_is_out_of_range_is_no_message(void **state)
{
    (void)state;
    static const uint8_t another_version[] = { 0xA2, 0x00, 0x02, 0x01, 0x01 },
                         nothing[] = { 0xA2, 0x00, 0x01, 0x01, 0x00 },
                         past_the_last[] = { 0xA2, 0x00, 0x01, 0x01, 0x07 },
                         no_what[] = { 0xA1, 0x00, 0x01 };
    const struct span cases[] = {
        span_of(another_version, sizeof another_version),
        span_of(nothing, sizeof nothing),
        span_of(past_the_last, sizeof past_the_last),
        span_of(no_what, sizeof no_what),
    };
    struct holder_question q;
    struct holder_answer a;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(holder_question_read(cases[i], &q, NULL), RC_FORMAT);
        assert_int_equal(holder_answer_read(cases[i], &a, NULL), RC_FORMAT);
    }
}

static void nobody_there_is_said(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct holder_answer a;
    const struct holder_question q = whole();
    assert_int_equal(holder_call("/tmp/sitecert-no-such-socket", &q, 100, &b, &a, NULL),
                     RC_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_comes_back_as_it_was),
        cmocka_unit_test(an_answer_comes_back_as_it_was),
        cmocka_unit_test(texts_have_their_limits),
        cmocka_unit_test(no_prefix_and_no_byte_more_is_a_message),
        cmocka_unit_test(what_is_out_of_range_is_no_message),
        cmocka_unit_test(nobody_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
