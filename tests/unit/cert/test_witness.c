#include "tests/unit/signing.h"

#include "core/cert/cosignature.h"
#include "core/cert/witness.h"

#define ORIGIN "log.example/sitecert"
#define LEAVES 40u

static struct test_key log_key;
static struct pubkey *log_pub;
static struct tlog_hash leaves[LEAVES];

static int setup(void **state)
{
    (void)state;
    log_key = test_key_new(ALG_EDDSA, 1);
    log_pub = test_pubkey(&log_key);
    for (uint8_t i = 0; i < LEAVES; i++)
        leaves[i] = tlog_leaf(span_of(&i, 1));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    pubkey_free(log_pub);
    test_key_free(&log_key);
    return 0;
}

static enum rc hash_of(void *ctx, unsigned level, uint64_t n, struct tlog_hash *ret, struct diag *d)
{
    (void)ctx;
    (void)d;
    *ret = tlog_root_of(&leaves[n << level], (size_t)1 << level);
    return RC_OK;
}

static const struct tlog_source source = { hash_of, NULL };

static struct witness_seen seen_at(uint64_t size)
{
    struct witness_seen seen = { .size = size };
    if (size > 0)
        assert_int_equal(tlog_root(&source, size, &seen.root, NULL), RC_OK);
    return seen;
}

static void sign_note(const struct test_key *key, const char *origin, uint64_t size,
                      const struct tlog_hash *root, struct buf *to)
{
    uint8_t sig[SIGNATURE_LEN];
    struct buf body = { 0 };
    checkpoint_body_put(&body, origin, size, root);
    test_sign(key, buf_span(&body), sig);
    buf_put_span(to, buf_span(&body));
    buf_put_text(to, "\n");
    note_signature_put(to, origin, key->numbers.x, sig);
    buf_free(&body);
}

/* What an honest log sends, or what a test makes of it. */
struct asking {
    uint64_t old, size;
    const char *origin;
    bool another_tree, by_a_stranger;
    size_t flip_proof; /* which hash to turn a bit of, from 1 */
    size_t more, fewer;
};

static enum witness_answer ask(const struct asking *a, const struct witness_seen *seen)
{
    struct tlog_hash root, proof[TLOG_PROOF_MAX] = { 0 };
    size_t count = 0;
    struct buf note = { 0 }, body = { 0 };
    struct witness_request request;
    struct checkpoint c;
    enum witness_answer answer = WITNESS_UNDECIDED;
    struct test_key stranger = test_key_new(ALG_EDDSA, 2);
    assert_int_equal(tlog_root(&source, a->size, &root, NULL), RC_OK);
    if (a->old <= a->size)
        assert_int_equal(tlog_prove_consistency(&source, a->old, a->size, proof, &count, NULL),
                         RC_OK);
    if (a->another_tree)
        root.bytes[0] ^= 1;
    if (a->flip_proof > 0)
        proof[a->flip_proof - 1].bytes[31] ^= 1;
    sign_note(a->by_a_stranger ? &stranger : &log_key, a->origin ? a->origin : ORIGIN, a->size,
              &root, &note);
    witness_request_put(&body, a->old, proof, count + a->more - a->fewer, buf_span(&note));
    assert_int_equal(witness_request_parse(buf_span(&body), &request, NULL), RC_OK);
    const struct pubkey *const keys[] = { log_pub };
    assert_int_equal(witness_decide(&request, ORIGIN, keys, 1, seen, &answer, &c, NULL), RC_OK);
    if (answer == WITNESS_COSIGNS)
        assert_int_equal(c.size, a->size);
    buf_free(&note);
    buf_free(&body);
    test_key_free(&stranger);
    return answer;
}

static void every_honest_growth_is_cosigned(void **state)
{
    (void)state;
    for (uint64_t old = 0; old <= LEAVES; old++) {
        const struct witness_seen seen = seen_at(old);
        for (uint64_t size = old; size <= LEAVES; size++) {
            const struct asking a = { .old = old, .size = size };
            assert_int_equal(ask(&a, &seen), WITNESS_COSIGNS);
        }
    }
}

static void two_roots_of_one_size_are_never_cosigned(void **state)
{
    (void)state;
    for (uint64_t size = 0; size <= LEAVES; size++) {
        const struct witness_seen seen = seen_at(size);
        const struct asking a = { .old = size, .size = size, .another_tree = true };
        assert_int_equal(ask(&a, &seen), WITNESS_SPLIT);
    }
}

static void a_tree_that_did_not_grow_from_the_one_seen_is_refused(void **state)
{
    (void)state;
    const struct witness_seen seen = seen_at(13);
    struct asking a = { .old = 13, .size = 21, .another_tree = true };
    assert_int_equal(ask(&a, &seen), WITNESS_UNPROVEN);
    a = (struct asking){ .old = 13, .size = 21, .flip_proof = 1 };
    assert_int_equal(ask(&a, &seen), WITNESS_UNPROVEN);
    a = (struct asking){ .old = 13, .size = 21, .fewer = 1 };
    assert_int_equal(ask(&a, &seen), WITNESS_UNPROVEN);
    a = (struct asking){ .old = 13, .size = 21, .more = 1 };
    assert_int_equal(ask(&a, &seen), WITNESS_UNPROVEN);
}

static void a_proof_where_there_is_nothing_to_prove_is_refused(void **state)
{
    (void)state;
    struct witness_seen seen = seen_at(0);
    struct asking a = { .old = 0, .size = 5, .more = 1 };
    assert_int_equal(ask(&a, &seen), WITNESS_UNPROVEN);
    seen = seen_at(5);
    a = (struct asking){ .old = 5, .size = 5, .more = 1 };
    assert_int_equal(ask(&a, &seen), WITNESS_UNPROVEN);
}

static void another_size_than_the_last_is_told(void **state)
{
    (void)state;
    const struct witness_seen seen = seen_at(13);
    for (uint64_t old = 0; old <= 20; old++) {
        const struct asking a = { .old = old, .size = 20 };
        assert_int_equal(ask(&a, &seen), old == 13 ? WITNESS_COSIGNS : WITNESS_OTHER_SIZE);
    }
}

static void a_log_never_shrinks(void **state)
{
    (void)state;
    const struct witness_seen seen = seen_at(13);
    const struct asking a = { .old = 13, .size = 12 };
    assert_int_equal(ask(&a, &seen), WITNESS_SHRUNK);
}

static void another_log_and_another_key_are_told_apart(void **state)
{
    (void)state;
    const struct witness_seen seen = seen_at(0);
    struct asking a = { .size = 3, .origin = "log.example/another" };
    assert_int_equal(ask(&a, &seen), WITNESS_UNKNOWN_LOG);
    a = (struct asking){ .size = 3, .by_a_stranger = true };
    assert_int_equal(ask(&a, &seen), WITNESS_FORBIDDEN);
}

static void a_request_of_another_form_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "old",
        "old \n\n",
        "old 01\n\n",
        "old -1\n\n",
        "old 1",
        "old 1\n",
        "Old 1\n\n",
        "old 1\nAAAA\n\n",
        "old 1\r\n\n",
        "old 9223372036854775808\n\n",
    };
    struct buf note = { 0 };
    sign_note(&log_key, ORIGIN, 3, &leaves[0], &note);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct witness_request request;
        struct buf body = { 0 };
        buf_put_text(&body, bodies[i]);
        buf_put_span(&body, buf_span(&note));
        assert_int_equal(witness_request_parse(buf_span(&body), &request, NULL), RC_FORMAT);
        buf_free(&body);
    }
    buf_free(&note);
}

static void sixty_three_hashes_are_taken_and_one_more_is_not(void **state)
{
    (void)state;
    struct buf note = { 0 };
    sign_note(&log_key, ORIGIN, 3, &leaves[0], &note);
    for (size_t count = WITNESS_PROOF_MAX; count <= WITNESS_PROOF_MAX + 1u; count++) {
        struct witness_request request;
        struct buf body = { 0 };
        buf_put_text(&body, "old 1\n");
        for (size_t i = 0; i < count; i++)
            buf_put_text(&body, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
        buf_put_text(&body, "\n");
        buf_put_span(&body, buf_span(&note));
        assert_int_equal(witness_request_parse(buf_span(&body), &request, NULL),
                         count == WITNESS_PROOF_MAX ? RC_OK : RC_FORMAT);
        buf_free(&body);
    }
    buf_free(&note);
}

static void a_request_over_the_limit_is_refused_by_name(void **state)
{
    (void)state;
    static uint8_t bytes[WITNESS_REQUEST_MAX + 1];
    struct witness_request request;
    assert_int_equal(witness_request_parse(span_of(bytes, sizeof bytes), &request, NULL), RC_LIMIT);
    assert_int_equal(witness_request_parse(span_of(bytes, sizeof bytes - 1), &request, NULL),
                     RC_FORMAT);
}

/* The message as C2SP tlog-cosignature prints it. */
static void what_is_signed_is_the_standards_text(void **state)
{
    (void)state;
    static const char text[] = "example.com/behind-the-sofa\n20852163\n"
                               "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
    struct buf message = { 0 };
    cosignature_message_put(&message, 1679315147, span_text(text));
    struct buf want = { 0 };
    buf_put_text(&want, "cosignature/v1\ntime 1679315147\n");
    buf_put_text(&want, text);
    assert_true(span_equal(buf_span(&message), buf_span(&want)));
    buf_free(&message);
    buf_free(&want);
}

static void no_bit_of_a_cosignature_can_be_turned(void **state)
{
    (void)state;
    struct test_key key = test_key_new(ALG_EDDSA, 3);
    struct pubkey *const pub = test_pubkey(&key);
    struct buf note = { 0 }, message = { 0 };
    struct checkpoint c;
    uint8_t sig[SIGNATURE_LEN];
    int64_t time_s = 0;
    sign_note(&log_key, ORIGIN, 3, &leaves[0], &note);
    assert_int_equal(checkpoint_parse(buf_span(&note), &c, NULL), RC_OK);
    assert_int_equal(cosignature_find(buf_span(&note), &c, "w.example", pub, &time_s, NULL),
                     RC_NOT_FOUND);
    cosignature_message_put(&message, 1700000000, c.body);
    test_sign(&key, buf_span(&message), sig);
    for (unsigned bit = 0; bit <= 8 * SIGNATURE_LEN; bit++) {
        struct buf line = { 0 };
        buf_put_span(&line, buf_span(&note));
        if (bit > 0)
            sig[(bit - 1) / 8] ^= (uint8_t)(1u << (bit - 1) % 8);
        cosignature_put(&line, "w.example", key.numbers.x, 1700000000, sig);
        if (bit > 0)
            sig[(bit - 1) / 8] ^= (uint8_t)(1u << (bit - 1) % 8);
        assert_int_equal(checkpoint_parse(buf_span(&line), &c, NULL), RC_OK);
        assert_int_equal(cosignature_find(buf_span(&line), &c, "w.example", pub, &time_s, NULL),
                         bit == 0 ? RC_OK : RC_BAD_SIGNATURE);
        assert_int_equal(cosignature_find(buf_span(&line), &c, "v.example", pub, &time_s, NULL),
                         RC_NOT_FOUND);
        buf_free(&line);
    }
    assert_int_equal(time_s, 1700000000);
    buf_free(&note);
    buf_free(&message);
    pubkey_free(pub);
    test_key_free(&key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_honest_growth_is_cosigned),
        cmocka_unit_test(two_roots_of_one_size_are_never_cosigned),
        cmocka_unit_test(a_tree_that_did_not_grow_from_the_one_seen_is_refused),
        cmocka_unit_test(a_proof_where_there_is_nothing_to_prove_is_refused),
        cmocka_unit_test(another_size_than_the_last_is_told),
        cmocka_unit_test(a_log_never_shrinks),
        cmocka_unit_test(another_log_and_another_key_are_told_apart),
        cmocka_unit_test(a_request_of_another_form_is_refused),
        cmocka_unit_test(sixty_three_hashes_are_taken_and_one_more_is_not),
        cmocka_unit_test(a_request_over_the_limit_is_refused_by_name),
        cmocka_unit_test(what_is_signed_is_the_standards_text),
        cmocka_unit_test(no_bit_of_a_cosignature_can_be_turned),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
