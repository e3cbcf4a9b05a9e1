/* What the endpoint asks the signer of live codes, and what it hears: nothing but just that. */
#include "tests/unit/check.h"

#include "core/cose/cbor.h"
#include "core/holder/live.h"

static void a_question_is_read_as_written_and_in_no_other_length(void **state)
{
    (void)state;
    static const uint8_t token[LIVE_TOKEN_MAX + 1] = { 1, 2, 3 };
    static const size_t lens[] = { 1, 190, LIVE_TOKEN_MAX };
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        struct span back;
        live_question_put(&b, span_of(token, lens[i]));
        assert_int_equal(live_question_read(buf_span(&b), &back, NULL), RC_OK);
        assert_true(span_equal(back, span_of(token, lens[i])));
        for (size_t cut = 0; cut < b.len; cut++)
            assert_int_equal(live_question_read(span_of(b.ptr, cut), &back, NULL), RC_FORMAT);
        buf_put_u8(&b, 0);
        assert_int_equal(live_question_read(buf_span(&b), &back, NULL), RC_FORMAT);
    }
}

static enum rc question_of(uint64_t version, size_t len)
{
    static const uint8_t token[LIVE_TOKEN_MAX + 1];
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct span back;
    cbor_put_map(&b, 2);
    cbor_put_uint(&b, 0);
    cbor_put_uint(&b, version);
    cbor_put_uint(&b, 2);
    cbor_put_bytes(&b, span_of(token, len));
    return live_question_read(buf_span(&b), &back, NULL);
}

static void no_token_a_longer_one_and_another_version_are_no_question(void **state)
{
    (void)state;
    assert_int_equal(question_of(LIVE_VERSION, LIVE_TOKEN_MAX), RC_OK);
    assert_int_equal(question_of(LIVE_VERSION, LIVE_TOKEN_MAX + 1), RC_FORMAT);
    assert_int_equal(question_of(LIVE_VERSION, 0), RC_FORMAT);
    assert_int_equal(question_of(LIVE_VERSION + 1, 10), RC_FORMAT);
}

static enum rc answer_of(uint64_t reply, struct span body, struct live_answer *ret)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    cbor_put_map(&b, body.len > 0 ? 3 : 2);
    cbor_put_uint(&b, 0);
    cbor_put_uint(&b, LIVE_VERSION);
    cbor_put_uint(&b, 1);
    cbor_put_uint(&b, reply);
    if (body.len > 0) {
        cbor_put_uint(&b, 2);
        cbor_put_bytes(&b, body);
    }
    const enum rc rc = live_answer_read(buf_span(&b), ret, NULL);
    if (rc == RC_OK)
        assert_int_equal(ret->reply, reply);
    return rc;
}

static void a_live_code_comes_with_its_reply_and_with_no_other(void **state)
{
    (void)state;
    struct live_answer a = { 0 };
    const struct span none = { 0 };
    assert_int_equal(answer_of(LIVE_OK, SPAN_LITERAL("staple"), &a), RC_OK);
    assert_int_equal(answer_of(LIVE_OK, none, &a), RC_FORMAT);
    for (uint64_t reply = LIVE_OK + 1; reply <= LIVE_REPLY_LAST; reply++) {
        assert_int_equal(answer_of(reply, none, &a), RC_OK);
        assert_int_equal(answer_of(reply, SPAN_LITERAL("staple"), &a), RC_FORMAT);
    }
    assert_int_equal(answer_of(LIVE_REPLY_NONE, none, &a), RC_FORMAT);
    assert_int_equal(answer_of(LIVE_REPLY_LAST + 1, none, &a), RC_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_read_as_written_and_in_no_other_length),
        cmocka_unit_test(no_token_a_longer_one_and_another_version_are_no_question),
        cmocka_unit_test(a_live_code_comes_with_its_reply_and_with_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
