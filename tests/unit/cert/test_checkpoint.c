#include "tests/unit/signing.h"

#include "core/cert/tlog.h"

#define ORIGIN "log.example/sitecert"

static struct test_key log_key;
static struct pubkey *log_pub;

static int setup(void **state)
{
    (void)state;
    log_key = test_key_new(ALG_EDDSA, 1);
    log_pub = test_pubkey(&log_key);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pubkey_free(log_pub);
    test_key_free(&log_key);
    return 0;
}

static struct tlog_hash some_root(void)
{
    return tlog_leaf(SPAN_LITERAL("root"));
}

static void sign_line(const struct test_key *key, const char *name, struct span body,
                      struct buf *to)
{
    uint8_t sig[SIGNATURE_LEN];
    test_sign(key, body, sig);
    note_signature_put(to, name, key->numbers.x, sig);
}

static void make_note(uint64_t size, struct buf *to)
{
    const struct tlog_hash root = some_root();
    struct buf body = { 0 };
    checkpoint_body_put(&body, ORIGIN, size, &root);
    buf_put_span(to, buf_span(&body));
    buf_put_text(to, "\n");
    sign_line(&log_key, ORIGIN, buf_span(&body), to);
    buf_free(&body);
}

static enum rc check(struct span note)
{
    struct checkpoint c;
    return checkpoint_check(note, ORIGIN, log_pub, &c, NULL);
}

/* A well-signed note over whatever body, so that only its form can be refused. */
static enum rc check_body(const char *body)
{
    struct buf note = { 0 };
    buf_put_text(&note, body);
    buf_put_text(&note, "\n");
    sign_line(&log_key, ORIGIN, span_text(body), &note);
    const enum rc rc = check(buf_span(&note));
    buf_free(&note);
    return rc;
}

#define HASH "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="

static void no_other_form_of_the_body_is_taken(void **state)
{
    static const char *const bodies[] = {
        "",
        "\n",
        "\n1\n" HASH "\n",
        ORIGIN "\n",
        ORIGIN "\n1\n",
        ORIGIN "\n1\n" HASH,
        ORIGIN " \n1\n" HASH "\n",
        "log.example/site cert\n1\n" HASH "\n",
        "log.example/\xc2\xa0\n1\n" HASH "\n",
        "log.example/\xe3\x80\x80\n1\n" HASH "\n",
        "log.example+x\n1\n" HASH "\n",
        "log.example/\xff\n1\n" HASH "\n",
        "log.example\t\n1\n" HASH "\n",
        ORIGIN "\n\n" HASH "\n",
        ORIGIN "\n01\n" HASH "\n",
        ORIGIN "\n00\n" HASH "\n",
        ORIGIN "\n+1\n" HASH "\n",
        ORIGIN "\n-1\n" HASH "\n",
        ORIGIN "\n 1\n" HASH "\n",
        ORIGIN "\n1 \n" HASH "\n",
        ORIGIN "\n1\r\n" HASH "\n",
        ORIGIN "\n0x1\n" HASH "\n",
        ORIGIN "\n9223372036854775808\n" HASH "\n",
        ORIGIN "\n18446744073709551617\n" HASH "\n",
        ORIGIN "\n1\n" HASH " \n",
        ORIGIN "\n1\n " HASH "\n",
        ORIGIN "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
        ORIGIN "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
        ORIGIN "\n1\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
        ORIGIN "\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
        ORIGIN "\n1\n" HASH "\nextension\n",
        ORIGIN "\n1\n\n" HASH "\n",
        "\n" ORIGIN "\n1\n" HASH "\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        if (check_body(bodies[i]) != RC_FORMAT)
            fail_msg("taken: '%s'", bodies[i]);
    }
    assert_int_equal(check_body(ORIGIN "\n1\n" HASH "\n"), RC_OK);
    assert_int_equal(check_body(ORIGIN "\n0\n" HASH "\n"), RC_OK);
    assert_int_equal(check_body(ORIGIN "\n9223372036854775807\n" HASH "\n"), RC_OK);
}

static void no_other_form_of_a_signature_line_is_taken(void **state)
{
    static const char *const lines[] = {
        "",
        "\n",
        "- x AAAAAAA=\n",
        "\xe2\x80\x94x AAAAAAA=\n",
        "\xe2\x80\x94 x\n",
        "\xe2\x80\x94 x \n",
        "\xe2\x80\x94  AAAAAAA=\n",
        "\xe2\x80\x94 x AAAAAA==\n",
        "\xe2\x80\x94 x AAAAAAA= \n",
        "\xe2\x80\x94 x+y AAAAAAA=\n",
        "\xe2\x80\x94 x y AAAAAAA=\n",
        "\xe2\x80\x94 x\xe2\x80\x83y AAAAAAA=\n",
        "\xe2\x80\x94 x AAAAAAB=\n",
        "\xe2\x80\x94 x AAAAAAA",
        "\xe2\x80\x94 x AAAAAAA=",
        "\xe2\x80\x94 x AAAAAAA=\n\n",
        "\xe2\x80\x94 x AAAAAAA=\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct buf note = { 0 };
        struct checkpoint c;
        make_note(5, &note);
        assert_int_equal(checkpoint_parse(buf_span(&note), &c, NULL), RC_OK);
        const size_t own = note.len;
        buf_put_text(&note, lines[i]);
        if (lines[i][0] != '\0' && checkpoint_parse(buf_span(&note), &c, NULL) != RC_FORMAT)
            fail_msg("taken after the log's own: '%s'", lines[i]);
        note.len = own;
        note.len = c.body.len + 1;
        buf_put_text(&note, lines[i]);
        if (checkpoint_parse(buf_span(&note), &c, NULL) != RC_FORMAT)
            fail_msg("taken alone: '%s'", lines[i]);
        buf_free(&note);
    }
}

static void no_bit_flip_prefix_or_byte_more_is_accepted(void **state)
{
    (void)state;
    struct buf note = { 0 };
    make_note(77, &note);
    for (size_t i = 0; i < note.len * 8; i++) {
        note.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_not_equal(check(buf_span(&note)), RC_OK);
        note.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    for (size_t len = 0; len < note.len; len++)
        assert_int_not_equal(check(span_of(note.ptr, len)), RC_OK);
    for (unsigned b = 0; b < 256; b++) {
        buf_put_u8(&note, (uint8_t)b);
        assert_int_equal(check(buf_span(&note)), RC_FORMAT);
        note.len--;
    }
    assert_int_equal(check(buf_span(&note)), RC_OK);
    buf_free(&note);
}

static void another_origin_is_refused(void **state)
{
    (void)state;
    struct buf note = { 0 };
    struct checkpoint c;
    make_note(77, &note);
    assert_int_equal(checkpoint_check(buf_span(&note), "log.example/other", log_pub, &c, NULL),
                     RC_REFUSED);
    buf_free(&note);
}

static void a_key_id_that_is_not_the_keys_is_no_signature(void **state)
{
    (void)state;
    const struct tlog_hash root = some_root();
    struct buf note = { 0 }, body = { 0 }, raw = { 0 };
    uint8_t sig[SIGNATURE_LEN], id[4];
    checkpoint_body_put(&body, ORIGIN, 3, &root);
    test_sign(&log_key, buf_span(&body), sig);
    note_key_id(ORIGIN, log_key.numbers.x, id);
    id[3] ^= 1;
    buf_put(&raw, id, sizeof id);
    buf_put(&raw, sig, sizeof sig);

    buf_put_span(&note, buf_span(&body));
    buf_put_text(&note, "\n\xe2\x80\x94 " ORIGIN " ");
    base64_encode(buf_span(&raw), &note);
    buf_put_text(&note, "\n");
    assert_int_equal(check(buf_span(&note)), RC_BAD_SIGNATURE);
    buf_free(&note);
    buf_free(&body);
    buf_free(&raw);
}

static void a_bad_line_of_the_logs_own_key_spoils_the_note(void **state)
{
    (void)state;
    struct buf note = { 0 };
    make_note(77, &note);
    sign_line(&log_key, ORIGIN, SPAN_LITERAL("something else\n"), &note);
    assert_int_equal(check(buf_span(&note)), RC_BAD_SIGNATURE);
    buf_free(&note);
}

static void a_stranger_with_the_logs_name_signs_nothing(void **state)
{
    (void)state;
    const struct tlog_hash root = some_root();
    struct test_key stranger = test_key_new(ALG_EDDSA, 2);
    struct buf note = { 0 }, body = { 0 };
    checkpoint_body_put(&body, ORIGIN, 3, &root);
    buf_put_span(&note, buf_span(&body));
    buf_put_text(&note, "\n");
    sign_line(&stranger, ORIGIN, buf_span(&body), &note);
    assert_int_equal(check(buf_span(&note)), RC_BAD_SIGNATURE);
    sign_line(&log_key, ORIGIN, buf_span(&body), &note);
    assert_int_equal(check(buf_span(&note)), RC_OK);
    buf_free(&note);
    buf_free(&body);
    test_key_free(&stranger);
}

static void witnesses_lines_are_let_stand(void **state)
{
    (void)state;
    struct buf note = { 0 };
    struct test_key witness = test_key_new(ALG_EDDSA, 3);
    make_note(77, &note);
    for (int i = 0; i < 20; i++)
        sign_line(&witness, "witness.example", SPAN_LITERAL("not even this note\n"), &note);
    assert_int_equal(check(buf_span(&note)), RC_OK);
    test_key_free(&witness);
    buf_free(&note);
}

static void a_note_over_the_limit_is_refused_by_name(void **state)
{
    (void)state;
    struct buf note = { 0 };
    struct diag d = DIAG_INIT;
    struct checkpoint c;
    make_note(77, &note);
    while (note.len <= CHECKPOINT_MAX)
        buf_put_text(&note, "\xe2\x80\x94 w.example AAAAAAA=\n");
    assert_int_equal(checkpoint_parse(buf_span(&note), &c, &d), RC_LIMIT);
    assert_non_null(strstr(d.text, "4096"));
    buf_free(&note);
}

static void a_good_checkpoint_says_what_was_put_in(void **state)
{
    (void)state;
    struct buf note = { 0 };
    struct checkpoint c;
    const struct tlog_hash root = some_root();
    make_note(20852163, &note);
    assert_int_equal(checkpoint_check(buf_span(&note), ORIGIN, log_pub, &c, NULL), RC_OK);
    assert_int_equal(c.size, 20852163);
    assert_memory_equal(c.root.bytes, root.bytes, SHA256_LEN);
    assert_true(span_equal(c.origin, SPAN_LITERAL(ORIGIN)));
    assert_int_equal(c.body.len, strlen(ORIGIN) + 1 + 9 + 45);
    buf_free(&note);
}

static void the_signed_note_of_the_specification_verifies(void **state)
{
    (void)state;
    static const char key[] = "6TJ5GubnqECkYWTJBHhkJtXngh3YspoA1hyucq/dTaQ=";
    static const char text[] = "This is an example message.\n";
    static const char line[] =
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3"
        "mFXmRKuwHjG1Yu72IneyaQM=";
    struct buf raw = { 0 }, sig = { 0 };
    assert_true(base64_decode(span_text(key), &raw));
    assert_true(base64_decode(span_text(line), &sig));
    assert_int_equal(raw.len, ED25519_PUB_LEN);
    assert_int_equal(sig.len, 4 + SIGNATURE_LEN);

    uint8_t id[4];
    note_key_id("example.com/foo", raw.ptr, id);
    assert_memory_equal(id, sig.ptr, 4);
    assert_memory_equal(id, "\x53\x0d\x90\x3a", 4);

    struct public_numbers n = { .alg = ALG_EDDSA };
    struct pubkey *pub = NULL;
    enum check answer = CHECK_BAD;
    memcpy(n.x, raw.ptr, ED25519_PUB_LEN);
    assert_int_equal(pubkey_new(&n, &pub, NULL), RC_OK);
    assert_int_equal(
        pubkey_check(pub, span_text(text), span_of(sig.ptr + 4, SIGNATURE_LEN), &answer, NULL),
        RC_OK);
    assert_int_equal(answer, CHECK_GOOD);

    struct buf put = { 0 };
    note_signature_put(&put, "example.com/foo", raw.ptr, sig.ptr + 4);
    assert_non_null(strstr(buf_cstr(&put), line));
    buf_free(&put);
    pubkey_free(pub);
    buf_free(&raw);
    buf_free(&sig);
}

static void the_checkpoint_of_the_specification_is_one(void **state)
{
    (void)state;
    static const char note[] = "example.com/behind-the-sofa\n20852163\n" HASH "\n\n"
                               "\xe2\x80\x94 example.com/behind-the-sofa "
                               "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4UR"
                               "YN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n";
    struct checkpoint c;
    assert_int_equal(checkpoint_parse(span_text(note), &c, NULL), RC_OK);
    assert_int_equal(c.size, 20852163);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_other_form_of_the_body_is_taken),
        cmocka_unit_test(no_other_form_of_a_signature_line_is_taken),
        cmocka_unit_test(no_bit_flip_prefix_or_byte_more_is_accepted),
        cmocka_unit_test(another_origin_is_refused),
        cmocka_unit_test(a_key_id_that_is_not_the_keys_is_no_signature),
        cmocka_unit_test(a_bad_line_of_the_logs_own_key_spoils_the_note),
        cmocka_unit_test(a_stranger_with_the_logs_name_signs_nothing),
        cmocka_unit_test(a_note_over_the_limit_is_refused_by_name),
        cmocka_unit_test(witnesses_lines_are_let_stand),
        cmocka_unit_test(a_good_checkpoint_says_what_was_put_in),
        cmocka_unit_test(the_signed_note_of_the_specification_verifies),
        cmocka_unit_test(the_checkpoint_of_the_specification_is_one),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
