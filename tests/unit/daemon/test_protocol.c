/* What one process of the daemon writes, another reads, and nothing else is read. */
#include "tests/unit/check.h"

#include <string.h>

#include "issuer/daemon/protocol.h"

static const uint8_t digest[SHA256_LEN] = { 1, 2, 3 };

static struct question submission(void)
{
    return (struct question){
        .ask = ASK_SUBMIT,
        .sender = SPAN_LITERAL("zj"),
        .chinese = true,
        .wait_ms = 5000,
        .kind = KIND_TEST,
        .is_csv = true,
        .key = SPAN_LITERAL("batch-1"),
        .nonce = SPAN_LITERAL("nonce-of-a-kind-1"),
        .created = 1596420000,
        .digest = span_of(digest, sizeof digest),
        .base = SPAN_LITERAL("\"@method\": POST"),
        .signature = SPAN_LITERAL("signature"),
        .signer = SPAN_LITERAL("key"),
        .body_len = UINT64_C(5000000000),
    };
}

static void assert_span(struct span a, struct span b)
{
    assert_true(span_equal(a, b));
}

static void a_question_reads_as_it_was_put(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct question q = submission();
    struct question got;
    question_put(&b, &q);
    assert_int_equal(question_read(buf_span(&b), &got, NULL), RC_OK);
    assert_int_equal(got.ask, ASK_SUBMIT);
    assert_span(got.sender, q.sender);
    assert_true(got.chinese && got.is_csv && !got.raw && !got.is_operator);
    assert_int_equal(got.wait_ms, 5000);
    assert_int_equal(got.kind, KIND_TEST);
    assert_span(got.key, q.key);
    assert_span(got.nonce, q.nonce);
    assert_int_equal(got.created, q.created);
    assert_span(got.digest, q.digest);
    assert_span(got.base, q.base);
    assert_span(got.signature, q.signature);
    assert_span(got.signer, q.signer);
    assert_true(got.body_len == q.body_len);
    assert_int_equal(got.body.len, 0);
}

static void days_and_limits_keep_their_sign(void **state)
{
    (void)state;
    const int32_t days[] = { NO_DATE, -1, 0, 18475, INT32_MAX };
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        const struct question q = { .ask = ASK_REPORT, .as_of = days[i], .after = UINT64_MAX };
        struct question got;
        question_put(&b, &q);
        assert_int_equal(question_read(buf_span(&b), &got, NULL), RC_OK);
        assert_int_equal(got.as_of, days[i]);
        assert_true(got.after == UINT64_MAX);
    }
}

static void an_answer_reads_as_it_was_put(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct answer a = { .reply = REPLY_QUEUE_FULL,
                              .batch = "00112233445566ff",
                              .retry_s = 7,
                              .detail = "1000 batches",
                              .body = SPAN_LITERAL("{}"),
                              .file_len = 9,
                              .next = 12 };
    struct answer got;
    answer_put(&b, &a);
    assert_int_equal(answer_read(buf_span(&b), &got, NULL), RC_OK);
    assert_int_equal(got.reply, REPLY_QUEUE_FULL);
    assert_string_equal(got.batch, a.batch);
    assert_string_equal(got.detail, a.detail);
    assert_span(got.body, a.body);
    assert_true(got.retry_s == 7 && got.file_len == 9 && got.next == 12);
}

static void a_status_reads_as_it_was_put(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct status s = { .reason = "disk_full",
                              .queued = 1,
                              .working = 2,
                              .done = 3,
                              .failed = 4,
                              .recorded = 5,
                              .issued = 6,
                              .renewed = 7,
                              .exchanged = 8,
                              .duplicate = 9,
                              .refused = 10,
                              .conflict = 11,
                              .last_commit_s = 12,
                              .last_signing_s = -1,
                              .register_bytes = 13,
                              .register_max_bytes = 14 };
    struct status got;
    status_put(&b, &s);
    assert_int_equal(status_read(buf_span(&b), &got, NULL), RC_OK);
    assert_string_equal(got.reason, "disk_full");
    assert_true(!got.ready && got.queued == 1 && got.working == 2 && got.done == 3 &&
                got.failed == 4);
    assert_true(got.recorded == 5 && got.issued == 6 && got.renewed == 7 && got.exchanged == 8);
    assert_true(got.duplicate == 9 && got.refused == 10 && got.conflict == 11);
    assert_true(got.last_commit_s == 12 && got.last_signing_s == -1);
    assert_true(got.register_bytes == 13 && got.register_max_bytes == 14);
}

static void no_prefix_and_no_longer_message_is_read(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct question q = submission();
    struct question got;
    question_put(&b, &q);
    for (size_t len = 0; len < b.len; len++)
        assert_int_equal(question_read(span_of(b.ptr, len), &got, NULL), RC_FORMAT);
    buf_put_u8(&b, 0);
    assert_int_equal(question_read(buf_span(&b), &got, NULL), RC_FORMAT);
}

/* {0: 2, 1: 1}: of programs that speak another version. */
static void another_version_is_refused_as_such(void **state)
{
    (void)state;
    static const uint8_t other[] = { 0xa2, 0x00, 0x02, 0x01, 0x01 };
    struct question q;
    struct answer a;
    assert_int_equal(question_read(span_of(other, sizeof other), &q, NULL), RC_REFUSED);
    assert_int_equal(answer_read(span_of(other, sizeof other), &a, NULL), RC_REFUSED);
}

static void numbers_out_of_range_are_refused(void **state)
{
    (void)state;
    static const uint8_t kind[] = { 0xa3, 0x00, 0x01, 0x01, 0x02, 0x0c, 0x09 }; /* kind 9 */
    static const uint8_t reply[] = { 0xa2, 0x00, 0x01, 0x01, 0x18, 0x63 };      /* reply 99 */
    static const uint8_t nothing[] = { 0xa2, 0x00, 0x01, 0x01, 0x00 };          /* reply 0 */
    static const uint8_t unknown[] = {
        0xa3, 0x00, 0x01, 0x01, 0x01, 0x18, 0x63, 0x01
    }; /* key 99 */
    struct question q;
    struct answer a;
    assert_int_equal(question_read(span_of(kind, sizeof kind), &q, NULL), RC_FORMAT);
    assert_int_equal(answer_read(span_of(reply, sizeof reply), &a, NULL), RC_FORMAT);
    assert_int_equal(answer_read(span_of(nothing, sizeof nothing), &a, NULL), RC_FORMAT);
    assert_int_equal(question_read(span_of(unknown, sizeof unknown), &q, NULL), RC_FORMAT);
}

static void a_detail_too_long_for_its_place_is_refused(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    char text[300];
    memset(text, 'x', sizeof text);
    const uint8_t head[] = { 0xa3, 0x00, 0x01, 0x01, 0x01, 0x04, 0x78, 240 };
    buf_put(&b, head, sizeof head);
    buf_put(&b, text, 240);
    struct answer a;
    assert_int_equal(answer_read(buf_span(&b), &a, NULL), RC_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_reads_as_it_was_put),
        cmocka_unit_test(days_and_limits_keep_their_sign),
        cmocka_unit_test(an_answer_reads_as_it_was_put),
        cmocka_unit_test(a_status_reads_as_it_was_put),
        cmocka_unit_test(no_prefix_and_no_longer_message_is_read),
        cmocka_unit_test(another_version_is_refused_as_such),
        cmocka_unit_test(numbers_out_of_range_are_refused),
        cmocka_unit_test(a_detail_too_long_for_its_place_is_refused),
    };
    return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
