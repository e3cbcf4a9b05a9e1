/* The published cases of tests/vectors/pdf_signature, made by a program that shares no code with
 * this one; the trust list there holds an RSA key. */
#include "tests/unit/vectors.h"

#include "core/cert/pdf_signature.h"

#define INVALID_CASES 47
#define VALID_CASES   6
#define MOMENT        INT64_C(1678349000) /* inside the keys' dates */

static struct trust_list *trust;
static struct buf trust_bytes;

static int read_trust(void **state)
{
    (void)state;
    struct buf hex = { 0 };
    vector_read(VECTORS "/pdf_signature", "trust.hex", &hex);
    vector_unhex(buf_span(&hex), &trust_bytes);
    assert_int_equal(trust_list_read(buf_span(&trust_bytes), NULL, &trust, NULL), RC_OK);
    buf_free(&hex);
    return 0;
}

static int drop_trust(void **state)
{
    (void)state;
    trust_list_free(trust);
    buf_free(&trust_bytes);
    return 0;
}

static const char *verdict_of(enum rc rc)
{
    static const struct {
        enum rc rc;
        const char *word;
    } words[] = {
        { RC_FORMAT, "malformed" },
        { RC_BAD_SIGNATURE, "bad signature" },
        { RC_NOT_FOUND, "unknown key" },
        { RC_REFUSED, "refused" },
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].rc == rc)
            return words[i].word;
    }
    return "undecided";
}

static void describe(struct span input, struct buf *to)
{
    struct diag d = DIAG_INIT;
    struct pdf_signature s;
    const struct trusted_key *by = NULL;
    uint8_t digest[SHA256_LEN];
    sha256(SPAN_LITERAL("the bytes of a document, around its signature"), digest);
    enum rc rc = pdf_signature_parse(input, &s, &d);
    if (rc == RC_OK)
        rc = pdf_signature_check(&s, trust, digest, MOMENT, &by, &d);
    if (rc != RC_OK) {
        buf_printf(to, "verdict: %s\nreason: %s\n", verdict_of(rc), d.text);
        return;
    }
    char kid[2 * KID_LEN + 1];
    hex_encode(by->kid, KID_LEN, kid);
    buf_printf(to, "verdict: good\nkey: %s %s\ntime-stamp: %zu bytes\n", kid,
               s.alg == ALG_RS256 ? "RS256" : "ES256", s.timestamp.len);
}

static void invalid_signatures_are_refused_as_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/pdf_signature/invalid", INVALID_CASES, describe);
}

static void valid_signatures_are_taken_as_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/pdf_signature/valid", VALID_CASES, describe);
}

static void an_rsa_key_in_a_list_is_written_as_it_was_read(void **state)
{
    (void)state;
    struct buf payload = { 0 };
    struct cose_sign m;
    trust_list_payload_put(&payload, trust);
    assert_int_equal(cose_sign_parse(buf_span(&trust_bytes), &m, NULL), RC_OK);
    assert_true(span_equal(buf_span(&payload), m.payload));
    buf_free(&payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_signatures_are_refused_as_published),
        cmocka_unit_test(valid_signatures_are_taken_as_published),
        cmocka_unit_test(an_rsa_key_in_a_list_is_written_as_it_was_read),
    };
    return cmocka_run_group_tests_name("pdf_signature", tests, read_trust, drop_trust);
}
