#include "tests/unit/check.h"

#include "core/cert/tlog.h"

#define HASH       "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define FIRST      "c2sp.org/tlog-proof@v1\n"
#define CHECKPOINT "log.example\n9\n" HASH "\n\xe2\x80\x94 log.example AAAAAAA=\n"

static enum rc parse(const char *text, struct tlog_proof *ret)
{
    return tlog_proof_parse(span_text(text), ret, NULL);
}

static void no_other_form_is_taken(void **state)
{
    static const char *const texts[] = {
        "",
        FIRST,
        FIRST CHECKPOINT,
        FIRST "\n" CHECKPOINT,
        FIRST "index 1\n" CHECKPOINT,
        FIRST "index 1\n",
        FIRST "index 1\n\n",
        FIRST "index 1\n\n\n" CHECKPOINT,
        FIRST "index 1\n" HASH CHECKPOINT,
        FIRST "index 1\n\n" HASH "\n" CHECKPOINT,
        FIRST "index 01\n\n" CHECKPOINT,
        FIRST "index -1\n\n" CHECKPOINT,
        FIRST "index  1\n\n" CHECKPOINT,
        FIRST "index 1 \n\n" CHECKPOINT,
        FIRST "index\n\n" CHECKPOINT,
        FIRST "Index 1\n\n" CHECKPOINT,
        FIRST "index 9223372036854775808\n\n" CHECKPOINT,
        FIRST "index 1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\n" CHECKPOINT,
        FIRST "index 1\n " HASH "\n" CHECKPOINT,
        FIRST "extra YQ\nindex 1\n\n" CHECKPOINT,
        FIRST "extra YQ==\nextra YQ==\nindex 1\n\n" CHECKPOINT,
        FIRST "index 1\nextra YQ==\n\n" CHECKPOINT,
        FIRST "extraYQ==\nindex 1\n\n" CHECKPOINT,
        "c2sp.org/tlog-proof@v2\nindex 1\n\n" CHECKPOINT,
        " " FIRST "index 1\n\n" CHECKPOINT,
        FIRST "index 1\n\n" CHECKPOINT "\n",
        FIRST "index 1\r\n\n" CHECKPOINT,
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct tlog_proof p;
        if (parse(texts[i], &p) != RC_FORMAT)
            fail_msg("taken: '%s'", texts[i]);
    }
}

static void no_prefix_is_taken(void **state)
{
    (void)state;
    static const char text[] = FIRST "index 1\n" HASH HASH "\n" CHECKPOINT;
    struct tlog_proof p;
    for (size_t len = 0; len < sizeof text - 1; len++)
        assert_int_equal(tlog_proof_parse(span_of(text, len), &p, NULL), RC_FORMAT);
    assert_int_equal(parse(text, &p), RC_OK);
}

static void a_65th_hash_is_refused(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct tlog_proof p;
    buf_put_text(&b, FIRST "index 1\n");
    for (size_t i = 0; i <= TLOG_PROOF_MAX; i++)
        buf_put_text(&b, HASH);
    buf_put_text(&b, "\n" CHECKPOINT);
    assert_int_equal(tlog_proof_parse(buf_span(&b), &p, NULL), RC_FORMAT);
    buf_free(&b);
}

static void a_text_over_the_limit_is_refused_by_name(void **state)
{
    (void)state;
    struct buf b = { 0 };
    struct tlog_proof p;
    struct diag d = DIAG_INIT;
    while (b.len <= TLOG_PROOF_TEXT_MAX)
        buf_put_text(&b, HASH);
    assert_int_equal(tlog_proof_parse(buf_span(&b), &p, &d), RC_LIMIT);
    assert_non_null(strstr(d.text, "16384"));
    buf_free(&b);
}

static void an_error_in_the_checkpoint_is_told_at_its_place(void **state)
{
    (void)state;
    static const char head[] = FIRST "index 1\n\n";
    struct buf b = { 0 };
    struct tlog_proof p;
    struct diag d = DIAG_INIT;
    buf_put_text(&b, head);
    buf_put_text(&b, "log.example\n09\n" HASH "\n");
    assert_int_equal(tlog_proof_parse(buf_span(&b), &p, &d), RC_FORMAT);
    assert_int_equal(d.offset, sizeof head - 1 + strlen("log.example\n"));
    buf_free(&b);
}

static void what_is_put_is_read(void **state)
{
    (void)state;
    struct tlog_hash hashes[TLOG_PROOF_MAX];
    for (size_t count = 0; count <= TLOG_PROOF_MAX; count++) {
        struct buf b = { 0 };
        struct tlog_proof p;
        if (count > 0)
            hashes[count - 1] = tlog_leaf(span_of(&count, sizeof count));
        tlog_proof_put(&b, count * 1000003, hashes, count, SPAN_LITERAL(CHECKPOINT));
        assert_int_equal(tlog_proof_parse(buf_span(&b), &p, NULL), RC_OK);
        assert_int_equal(p.index, count * 1000003);
        assert_int_equal(p.count, count);
        assert_memory_equal(p.hashes, hashes, count * sizeof *hashes);
        assert_true(span_equal(p.checkpoint, SPAN_LITERAL(CHECKPOINT)));
        buf_free(&b);
    }
}

static void extra_data_is_let_stand(void **state)
{
    (void)state;
    struct tlog_proof p;
    assert_int_equal(parse(FIRST "extra YWdl\nindex 73894\n" HASH "\n" CHECKPOINT, &p), RC_OK);
    assert_int_equal(p.index, 73894);
    assert_int_equal(p.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_other_form_is_taken),
        cmocka_unit_test(no_prefix_is_taken),
        cmocka_unit_test(a_65th_hash_is_refused),
        cmocka_unit_test(a_text_over_the_limit_is_refused_by_name),
        cmocka_unit_test(an_error_in_the_checkpoint_is_told_at_its_place),
        cmocka_unit_test(what_is_put_is_read),
        cmocka_unit_test(extra_data_is_let_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
