/* Questions and answers of the signer: what is written is read again, and nothing else is. */
#include "tests/unit/check.h"

#include <string.h>

#include "core/cert/token.h"
#include "core/cose/cbor.h"
#include "keys/signer/protocol.h"

static const struct signer_question question = {
    .ask = SIGNER_ASK_CHECKPOINT,
    .now_s = 1700000000,
    .number = 4096,
    .action = 2,
    .text = { (const uint8_t *)"03301202300000017", 17 },
    .hash = { (const uint8_t *)"0123456789abcdef0123456789abcdef", SHA256_LEN },
};

static void a_question_is_read_as_written_and_in_no_other_length(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    struct signer_question q;
    signer_question_put(&bytes, &question);
    assert_int_equal(signer_question_read(buf_span(&bytes), &q, NULL), RC_OK);
    assert_int_equal(q.ask, question.ask);
    assert_int_equal(q.number, question.number);
    assert_true(span_equal(q.text, question.text) && span_equal(q.hash, question.hash));
    for (size_t len = 0; len < bytes.len; len++)
        assert_int_equal(signer_question_read(span_of(bytes.ptr, len), &q, NULL), RC_FORMAT);
    buf_put_u8(&bytes, 0);
    assert_int_equal(signer_question_read(buf_span(&bytes), &q, NULL), RC_FORMAT);
}

static void what_asks_nothing_is_no_question(void **state)
{
    (void)state;
    struct signer_question q;
    static const struct {
        uint64_t version, what;
        enum rc rc;
    } cases[] = {
        { SIGNER_PROTOCOL_VERSION, SIGNER_ASK_STATUS, RC_OK },
        { SIGNER_PROTOCOL_VERSION, SIGNER_ASK_COUNT - 1, RC_OK },
        { SIGNER_PROTOCOL_VERSION, SIGNER_ASK_NONE, RC_FORMAT },
        { SIGNER_PROTOCOL_VERSION, SIGNER_ASK_COUNT, RC_FORMAT },
        { SIGNER_PROTOCOL_VERSION + 1, SIGNER_ASK_STATUS, RC_REFUSED },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ON_EXIT(buf_free_at) struct buf bytes = { 0 };
        cbor_put_map(&bytes, 2);
        cbor_put_uint(&bytes, 0);
        cbor_put_uint(&bytes, cases[i].version);
        cbor_put_uint(&bytes, 1);
        cbor_put_uint(&bytes, cases[i].what);
        assert_int_equal(signer_question_read(buf_span(&bytes), &q, NULL), cases[i].rc);
    }
}

static void an_answer_is_done_or_says_why_not(void **state)
{
    (void)state;
    static const struct {
        enum signer_reply reply;
        uint32_t rc;
        enum rc read;
    } cases[] = {
        { SIGNER_REPLY_DONE, RC_OK, RC_OK },
        { SIGNER_REPLY_NO, RC_REFUSED, RC_OK },
        { SIGNER_REPLY_NO, RC_OK, RC_FORMAT },
        { SIGNER_REPLY_DONE, RC_REFUSED, RC_FORMAT },
        { SIGNER_REPLY_NO, RC_BAD_SIGNATURE, RC_OK },
        { SIGNER_REPLY_NO, RC_BAD_SIGNATURE + 1, RC_FORMAT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ON_EXIT(buf_free_at) struct buf bytes = { 0 };
        struct signer_answer a = { .reply = cases[i].reply, .rc = cases[i].rc }, back;
        signer_answer_put(&bytes, &a);
        assert_int_equal(signer_answer_read(buf_span(&bytes), &back, NULL), cases[i].read);
    }
}

static void put_payloads(struct buf *to, size_t count, size_t len)
{
    uint8_t bytes[TOKEN_MAX_LEN + 1] = { 0 };
    cbor_put_array(to, count);
    for (size_t i = 0; i < count; i++)
        cbor_put_bytes(to, span_of(bytes, len));
}

static void so_many_payloads_of_such_a_length_and_no_more(void **state)
{
    (void)state;
    static struct token_job jobs[SIGNER_TOKENS_MAX];
    static const struct {
        size_t count, len;
        enum rc rc;
    } cases[] = {
        { 1, 1, RC_OK },
        { SIGNER_TOKENS_MAX, 2, RC_OK },
        { SIGNER_TOKENS_MAX + 1, 2, RC_FORMAT },
        { 0, 0, RC_LIMIT },
        { 1, TOKEN_MAX_LEN, RC_OK },
        { 1, TOKEN_MAX_LEN + 1, RC_FORMAT },
        { 1, 0, RC_FORMAT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ON_EXIT(buf_free_at) struct buf items = { 0 };
        size_t count = 0;
        put_payloads(&items, cases[i].count, cases[i].len);
        assert_int_equal(signer_payloads_read(buf_span(&items), jobs, &count, NULL), cases[i].rc);
        if (cases[i].rc == RC_OK)
            assert_int_equal(count, cases[i].count);
    }
}

static void tokens_and_refusals_come_back_in_their_order(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    struct token_job jobs[2] = { { .diag = DIAG_INIT }, { .diag = DIAG_INIT } };
    struct token_job back[2] = { { .diag = DIAG_INIT }, { .diag = DIAG_INIT } };
    buf_put_text(&jobs[0].cose, "token");
    jobs[1].rc = diag_set(&jobs[1].diag, RC_REFUSED, DIAG_NO_OFFSET, "not this one");
    signer_tokens_put(&items, jobs, 2);
    assert_int_equal(signer_tokens_read(buf_span(&items), back, 2, NULL), RC_OK);
    assert_true(span_equal(buf_span(&back[0].cose), SPAN_LITERAL("token")));
    assert_int_equal(back[1].rc, RC_REFUSED);
    assert_string_equal(back[1].diag.text, "not this one");
    buf_free(&back[0].cose);
    for (size_t wrong = 1; wrong <= 3; wrong += 2) {
        struct token_job three[3] = { { .rc = RC_OK } };
        assert_int_equal(signer_tokens_read(buf_span(&items), three, wrong, NULL), RC_FORMAT);
        buf_free(&three[0].cose);
    }
    buf_free(&jobs[0].cose);
}

static struct document_job wanted(void)
{
    return (struct document_job){ .request = { .number = SPAN_LITERAL("03301202300000017"),
                                               .version = 2,
                                               .state = STATE_DUE,
                                               .digest = { 1, 2, 3 },
                                               .room = 4096 } };
}

static void requests_are_read_as_written_and_so_many_and_no_more(void **state)
{
    (void)state;
    static struct document_job jobs[SIGNER_DOCUMENTS_MAX + 1], back[SIGNER_DOCUMENTS_MAX];
    static const struct {
        size_t count;
        enum rc rc;
    } cases[] = { { 0, RC_LIMIT },
                  { 1, RC_OK },
                  { SIGNER_DOCUMENTS_MAX, RC_OK },
                  { SIGNER_DOCUMENTS_MAX + 1, RC_FORMAT } };
    for (size_t i = 0; i <= SIGNER_DOCUMENTS_MAX; i++)
        jobs[i] = wanted();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ON_EXIT(buf_free_at) struct buf items = { 0 };
        size_t count = 0;
        signer_requests_put(&items, jobs, cases[i].count);
        assert_int_equal(signer_requests_read(buf_span(&items), back, &count, NULL), cases[i].rc);
        if (cases[i].rc != RC_OK)
            continue;
        const struct document_request *const last = &back[count - 1].request;
        const struct document_request asked = wanted().request;
        assert_int_equal(count, cases[i].count);
        assert_true(span_equal(last->number, asked.number));
        assert_int_equal(last->version, asked.version);
        assert_int_equal(last->state, asked.state);
        assert_int_equal(last->room, asked.room);
        assert_memory_equal(last->digest, asked.digest, SHA256_LEN);
    }
}

static void a_request_beyond_its_limits_is_none(void **state)
{
    (void)state;
    struct document_job back[1];
    struct document_job cases[] = { wanted(), wanted(), wanted(), wanted() };
    cases[1].request.number = SPAN_LITERAL("");
    static const uint8_t zeros[TOKEN_NUMBER_MAX + 1] = { 0 };
    cases[2].request.number = span_of(zeros, sizeof zeros);
    cases[3].request.room = PDF_SIGNATURE_ROOM_MAX + 1;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ON_EXIT(buf_free_at) struct buf items = { 0 };
        size_t count = 0;
        signer_requests_put(&items, &cases[i], 1);
        assert_int_equal(signer_requests_read(buf_span(&items), back, &count, NULL),
                         i == 0 ? RC_OK : RC_FORMAT);
    }
}

static void contents_come_back_in_their_order_and_of_the_room_asked_for(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    struct document_job jobs[2] = { { .diag = DIAG_INIT }, { .diag = DIAG_INIT } };
    buf_put_text(&jobs[0].contents, "contents");
    jobs[1].rc = diag_set(&jobs[1].diag, RC_REFUSED, DIAG_NO_OFFSET, "not this one");
    signer_contents_put(&items, jobs, 2);
    buf_free(&jobs[0].contents);
    for (size_t room = 7; room <= 9; room++) {
        struct document_job back[2] = { { .request.room = room }, { .request.room = room } };
        assert_int_equal(signer_contents_read(buf_span(&items), back, 2, NULL),
                         room == 8 ? RC_OK : RC_FORMAT);
        assert_int_equal(back[0].contents.len, room == 8 ? 8 : 0);
        assert_int_equal(back[1].rc, room == 8 ? RC_REFUSED : RC_OK);
        buf_free(&back[0].contents);
    }
    for (size_t wrong = 1; wrong <= 3; wrong += 2) {
        struct document_job three[3] = { { .request.room = 8 } };
        assert_int_equal(signer_contents_read(buf_span(&items), three, wrong, NULL), RC_FORMAT);
        buf_free(&three[0].contents);
    }
}

/* What a part lacks is not taken from what stands behind it. */
static void a_part_too_few_is_not_made_up_by_what_follows(void **state)
{
    (void)state;
    static struct document_job back[SIGNER_DOCUMENTS_MAX];
    static const uint8_t digest[SHA256_LEN];
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    size_t count = 0;
    cbor_put_array(&items, 1);
    cbor_put_array(&items, 4); /* the room stands behind it */
    cbor_put_cstr(&items, "ZJ-A-2023-000001");
    cbor_put_uint(&items, 1);
    cbor_put_uint(&items, STATE_VALID);
    cbor_put_bytes(&items, span_of(digest, sizeof digest));
    cbor_put_uint(&items, 8);
    assert_int_equal(signer_requests_read(buf_span(&items), back, &count, NULL), RC_FORMAT);

    struct document_job two[2] = { { .request.room = 1 }, { .request.room = 1 } };
    buf_clear(&items);
    cbor_put_array(&items, 1); /* the second stands behind it */
    cbor_put_bytes(&items, SPAN_LITERAL("a"));
    cbor_put_bytes(&items, SPAN_LITERAL("b"));
    assert_int_equal(signer_contents_read(buf_span(&items), two, 2, NULL), RC_FORMAT);
    assert_int_equal(two[0].contents.len, 0);
}

static void places_are_read_as_written(void **state)
{
    (void)state;
    static struct placed_order back[SIGNER_PLACES_MAX];
    ON_EXIT(buf_free_at) struct buf items = { 0 };
    const struct placed_order orders[2] = { { 7, { 1 } }, { 9, { 2 } } };
    size_t count = 0;
    signer_places_put(&items, orders, 2);
    assert_int_equal(signer_places_read(buf_span(&items), back, &count, NULL), RC_OK);
    assert_int_equal(count, 2);
    assert_memory_equal(back, orders, sizeof orders);
    buf_clear(&items);
    cbor_put_array(&items, SIGNER_PLACES_MAX + 1);
    assert_int_equal(signer_places_read(buf_span(&items), back, &count, NULL), RC_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_read_as_written_and_in_no_other_length),
        cmocka_unit_test(what_asks_nothing_is_no_question),
        cmocka_unit_test(an_answer_is_done_or_says_why_not),
        cmocka_unit_test(so_many_payloads_of_such_a_length_and_no_more),
        cmocka_unit_test(tokens_and_refusals_come_back_in_their_order),
        cmocka_unit_test(requests_are_read_as_written_and_so_many_and_no_more),
        cmocka_unit_test(a_request_beyond_its_limits_is_none),
        cmocka_unit_test(contents_come_back_in_their_order_and_of_the_room_asked_for),
        cmocka_unit_test(a_part_too_few_is_not_made_up_by_what_follows),
        cmocka_unit_test(places_are_read_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
