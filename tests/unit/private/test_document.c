/* The signer's side of a document, and that verifiers take nothing else for it. */
#include "tests/unit/private/document_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/cert/der.h"

/* What the check of our own signature finds, where it finds something. */
static enum rc own_check = RC_OK;

enum rc __real_pdf_signature_check(const struct pdf_signature *s, const struct trust_list *list,
                                   const uint8_t digest[SHA256_LEN], int64_t now,
                                   const struct trusted_key **ret, struct diag *d);
enum rc __wrap_pdf_signature_check(const struct pdf_signature *s, const struct trust_list *list,
                                   const uint8_t digest[SHA256_LEN], int64_t now,
                                   const struct trusted_key **ret, struct diag *d);

enum rc __wrap_pdf_signature_check(const struct pdf_signature *s, const struct trust_list *list,
                                   const uint8_t digest[SHA256_LEN], int64_t now,
                                   const struct trusted_key **ret, struct diag *d)
{
    const enum rc rc = __real_pdf_signature_check(s, list, digest, now, ret, d);
    return own_check == RC_OK ? rc : diag_set(d, own_check, DIAG_NO_OFFSET, "as it were");
}

static struct private_key *rsa; /* one for all tests: making it takes a while */

static int setup(void **state)
{
    static struct document_world w;
    document_world_make(&w, NULL);
    *state = &w;
    return 0;
}

static int setup_rsa(void **state)
{
    static struct document_world w;
    char path[PATH_LEN];
    struct private_key *copy = NULL;
    char folder[PATH_LEN];
    scratch_make(folder);
    scratch_path(folder, "rsa.pem", path);
    assert_int_equal(private_key_save(rsa, path, NULL), RC_OK);
    assert_int_equal(private_key_load(path, &copy, NULL), RC_OK);
    scratch_drop(folder);
    document_world_make(&w, copy);
    *state = &w;
    return 0;
}

static int teardown(void **state)
{
    document_world_drop(*state);
    return 0;
}

static enum rc sign_code(struct document_world *w, const struct document_request *r, int64_t now_s,
                         struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const enum rc rc = signer_document(w->signer, r, now_s, &b, d);
    assert_int_equal(b.len, rc == RC_OK ? r->room : 0);
    return rc;
}

/* --- what verifiers refuse --- */

static void no_single_bit_flip_is_accepted(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    for (size_t i = 0; i < b.len * 8; i++) {
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        if (document_code(w, buf_span(&b)) == RC_OK)
            fail_msg("bit %zu of byte %zu may be flipped", i % 8, i / 8);
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    assert_int_equal(document_code(w, buf_span(&b)), RC_OK);
}

static size_t message_len(const struct buf *b)
{
    struct pdf_signature s;
    assert_int_equal(pdf_signature_parse(buf_span(b), &s, NULL), RC_OK);
    return s.message.len;
}

static void no_prefix_is_accepted(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    size_t len = message_len(&b);
    while (b.ptr[len - 1] == 0) /* without it the bytes would be the same */
        len--;
    while (len-- > 0) {
        b.ptr[len] = 0;
        assert_int_not_equal(document_code(w, buf_span(&b)), RC_OK);
        assert_int_not_equal(document_code(w, span_of(b.ptr, len)), RC_OK);
    }
}

static void no_byte_more_is_accepted_anywhere(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    ON_EXIT(buf_free_at) struct buf longer = { 0 };
    document_sign(w, &b);
    const size_t len = message_len(&b);
    for (size_t at = 0; at <= len; at++) {
        buf_clear(&longer);
        buf_put(&longer, b.ptr, at);
        buf_put_u8(&longer, 0x05);
        buf_put(&longer, b.ptr + at, b.len - at - 1);
        assert_int_not_equal(document_code(w, buf_span(&longer)), RC_OK);
    }
    buf_put_u8(&b, 0);
    assert_int_equal(document_code(w, buf_span(&b)), RC_FORMAT);
}

static void another_document_is_not_the_signed_one(void **state)
{
    struct document_world *const w = *state;
    w->request.digest[31] ^= 1;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    assert_int_equal(document_code(w, buf_span(&b)), RC_BAD_SIGNATURE);
}

static void a_key_that_is_not_listed_is_a_stranger(void **state)
{
    struct document_world *const w = *state;
    struct document_world other;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_world_make(&other, NULL);
    document_sign(&other, &b);
    assert_int_equal(document_code(w, buf_span(&b)), RC_NOT_FOUND);
    assert_int_equal(document_code(&other, buf_span(&b)), RC_OK);
    document_world_drop(&other);
}

static struct trusted_key *listed(struct document_world *w)
{
    assert_int_equal(w->trust->keys[0].use, USE_DOCUMENT);
    return &w->trust->keys[0];
}

static void a_key_for_something_else_signs_no_document(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    listed(w)->use = USE_PUBLISH;
    assert_int_equal(document_code(w, buf_span(&b)), RC_REFUSED);
}

static void outside_the_key_s_dates_nothing_holds(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    listed(w)->not_before = FIXTURE_NOW + 11;
    assert_int_equal(document_code(w, buf_span(&b)), RC_REFUSED);
    listed(w)->not_before = FIXTURE_NOW;
    listed(w)->not_after = FIXTURE_NOW + 9;
    assert_int_equal(document_code(w, buf_span(&b)), RC_REFUSED);
}

/* The same message with another signature value. */
static void replace_signature(const struct buf *from, const uint8_t raw[SIGNATURE_LEN],
                              struct buf *to)
{
    struct pdf_signature s;
    ON_EXIT(buf_free_at) struct buf info = { 0 };
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    assert_int_equal(pdf_signature_parse(buf_span(from), &s, NULL), RC_OK);
    struct reader r = reader_over(s.certificate);
    struct span part = { 0 }, serial = { 0 }, issuer = { 0 };
    assert_true(der_take(&r, DER_SEQUENCE, &part));
    r = reader_over(part);
    assert_true(der_take(&r, DER_SEQUENCE, &part));
    r = reader_over(part);
    assert_true(der_take(&r, DER_CONTEXT_0, &part) && der_take_whole(&r, DER_INTEGER, &serial) &&
                der_take(&r, DER_SEQUENCE, &part) && der_take_whole(&r, DER_SEQUENCE, &issuer));
    const struct pdf_signer signer = { .issuer = issuer, .serial = serial, .alg = s.alg };
    buf_put_span(&again, s.signed_attributes);
    again.ptr[0] = DER_SET;
    pdf_signer_info_put(&info, &signer, buf_span(&again), span_of(raw, SIGNATURE_LEN));
    assert_int_equal(
        pdf_signature_fill(from->len, s.certificates, buf_span(&info), span_of(NULL, 0), to, NULL),
        RC_OK);
}

static void the_other_form_of_a_signature_is_refused(void **state)
{
    static const uint8_t order[] = {
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
        0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    };
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    ON_EXIT(buf_free_at) struct buf other = { 0 };
    struct pdf_signature s;
    document_sign(w, &b);
    assert_int_equal(pdf_signature_parse(buf_span(&b), &s, NULL), RC_OK);
    replace_signature(&b, s.signature, &other);
    assert_true(span_equal(buf_span(&b), buf_span(&other)));

    BIGNUM *const n = BN_bin2bn(order, 32, NULL), *const v = BN_bin2bn(s.signature + 32, 32, NULL);
    assert_int_equal(BN_sub(v, n, v), 1);
    assert_int_equal(BN_bn2binpad(v, s.signature + 32, 32), 32);
    BN_free(n);
    BN_free(v);
    buf_clear(&other);
    replace_signature(&b, s.signature, &other);
    assert_int_equal(document_code(w, buf_span(&other)), RC_BAD_SIGNATURE);
}

/* Certificates of the message in another order, or with one more. */
static enum rc code_with_certificates(struct document_world *w, const struct buf *b,
                                      const unsigned order[], size_t count)
{
    struct pdf_signature s;
    struct span content, certs[2];
    ON_EXIT(buf_free_at) struct buf block = { 0 };
    ON_EXIT(buf_free_at) struct buf whole = { 0 };
    ON_EXIT(buf_free_at) struct buf other = { 0 };
    assert_int_equal(pdf_signature_parse(buf_span(b), &s, NULL), RC_OK);
    struct reader r = reader_over(s.certificates);
    assert_true(der_take(&r, DER_CONTEXT_0, &content));
    r = reader_over(content);
    assert_true(der_take_whole(&r, DER_SEQUENCE, &certs[0]));
    assert_true(der_take_whole(&r, DER_SEQUENCE, &certs[1]) && der_at_end(&r));
    for (size_t i = 0; i < count; i++)
        buf_put_span(&block, certs[order[i]]);
    der_put(&whole, DER_CONTEXT_0, buf_span(&block));
    assert_int_equal(
        pdf_signature_fill(b->len, buf_span(&whole), s.signer_info, s.timestamp, &other, NULL),
        RC_OK);
    return document_code(w, buf_span(&other));
}

static void certificates_have_one_order_and_number(void **state)
{
    static const unsigned as_is[] = { 0, 1, 1, 0, 0, 1 };
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    assert_int_equal(code_with_certificates(w, &b, as_is, 2), RC_OK);
    assert_int_equal(code_with_certificates(w, &b, as_is + 2, 2), RC_FORMAT);
    assert_int_equal(code_with_certificates(w, &b, as_is, 3), RC_FORMAT);
    assert_int_equal(code_with_certificates(w, &b, as_is, 1), RC_FORMAT);
    assert_int_equal(code_with_certificates(w, &b, as_is + 1, 1), RC_FORMAT);
    assert_int_equal(code_with_certificates(w, &b, as_is, 0), RC_FORMAT);
}

/* --- what the signer refuses --- */

static void certificates_not_in_force_get_no_copy(void **state)
{
    static const enum state refused[] = { STATE_UNKNOWN, STATE_SUSPENDED, STATE_REVOKED,
                                          STATE_WITHDRAWN, STATE_CANCELLED };
    static const enum state taken[] = { STATE_VALID, STATE_DUE, STATE_LAPSED };
    struct document_world *const w = *state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        w->request.state = refused[i];
        assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW, NULL), RC_REFUSED);
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        w->request.state = taken[i];
        assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW, NULL), RC_OK);
    }
}

static void what_is_no_certificate_s_record_is_not_signed(void **state)
{
    struct document_world *const w = *state;
    struct document_request r = w->request;
    r.version = 0;
    assert_int_equal(sign_code(w, &r, FIXTURE_NOW, NULL), RC_REFUSED);
    r = w->request;
    r.number = span_of(NULL, 0);
    assert_int_equal(sign_code(w, &r, FIXTURE_NOW, NULL), RC_REFUSED);
    r.number = SPAN_LITERAL("0330120230000001\n");
    assert_int_equal(sign_code(w, &r, FIXTURE_NOW, NULL), RC_REFUSED);
    r.number = SPAN_LITERAL("01234567890123456789012345678901234567890");
    assert_int_equal(sign_code(w, &r, FIXTURE_NOW, NULL), RC_REFUSED);
}

static void a_room_that_is_not_ours_is_refused(void **state)
{
    static const size_t rooms[] = { 0, 1, 4095, 4097, 8192, 16383, 16385 };
    struct document_world *const w = *state;
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        w->request.room = rooms[i];
        assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW, NULL), RC_LIMIT);
    }
}

static void outside_the_key_s_dates_nothing_is_signed(void **state)
{
    struct document_world *const w = *state;
    struct diag d = DIAG_INIT;
    assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW - 1, NULL), RC_NOT_FOUND);
    assert_int_equal(sign_code(w, &w->request, FIXTURE_UNTIL + 1, &d), RC_NOT_FOUND);
    assert_non_null(strstr(d.text, "'document'"));
    assert_int_equal(sign_code(w, &w->request, FIXTURE_UNTIL, NULL), RC_OK);
}

static void an_expired_certificate_signs_nothing(void **state)
{
    struct document_world *const w = *state;
    const struct document_subject subject = { "TEST.EXAMPLE", "short", FIXTURE_NOW,
                                              FIXTURE_NOW + 100 };
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(
        document_certificate_make(w->ca, buf_span(&w->ca_pem), w->key, &subject, &pem, NULL),
        RC_OK);
    document_world_put_chain(w, buf_span(&pem));
    document_world_open(w);
    assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW + 100, NULL), RC_OK);
    assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW + 101, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "does not hold at present"));
}

static void without_a_certificate_nothing_is_signed(void **state)
{
    struct document_world *const w = *state;
    struct diag d = DIAG_INIT;
    char path[PATH_LEN];
    scratch_path(w->folder, "document-1.crt", path);
    assert_int_equal(unlink(path), 0);
    document_world_open(w);
    assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW, &d), RC_NOT_FOUND);
    assert_non_null(strstr(d.text, "has no certificate"));
}

static void a_signer_with_another_key_s_certificate_does_not_open(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(private_key_free_at) struct private_key *other = document_key_make(ALG_ES256);
    const struct document_subject subject = { "TEST.EXAMPLE", "x", FIXTURE_NOW, FIXTURE_UNTIL };
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(
        document_certificate_make(w->ca, buf_span(&w->ca_pem), other, &subject, &pem, NULL), RC_OK);
    document_world_put_chain(w, buf_span(&pem));
    struct signer *s = NULL;
    assert_int_equal(signer_load(w->folder, w->trust, NULL, &s, &d), RC_REFUSED);
    assert_non_null(strstr(d.text, "of another key"));
    assert_non_null(strstr(d.text, "document-1.crt"));
}

static void an_rsa_key_signs_no_cose_object(void **state)
{
    (void)state;
    uint8_t signature[SIGNATURE_LEN];
    assert_int_equal(private_key_sign(rsa, SPAN_LITERAL("x"), signature, NULL), RC_REFUSED);
}

/* --- what others say of it --- */

static X509_STORE *store_of(const struct document_world *w)
{
    X509_STORE *const store = X509_STORE_new();
    BIO *const bio = BIO_new_mem_buf(w->ca_pem.ptr, (int)w->ca_pem.len);
    X509 *const ca = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    assert_non_null(ca);
    assert_int_equal(X509_STORE_add_cert(store, ca), 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), FIXTURE_NOW + 10);
    X509_free(ca);
    BIO_free(bio);
    return store;
}

/* 1: OpenSSL's CMS takes it as CAdES, over these bytes. */
static int cms_answer(const struct document_world *w, struct span contents, struct span text)
{
    const unsigned char *at = contents.ptr;
    CMS_ContentInfo *const cms = d2i_CMS_ContentInfo(NULL, &at, (long)contents.len);
    X509_STORE *const store = store_of(w);
    BIO *const data = BIO_new_mem_buf(text.ptr, (int)text.len);
    int answer = 0;
    if (cms)
        answer = CMS_verify(cms, NULL, store, data, NULL, CMS_BINARY | CMS_DETACHED | CMS_CADES);
    BIO_free(data);
    X509_STORE_free(store);
    CMS_ContentInfo_free(cms);
    return answer;
}

static void openssl_takes_it_and_refuses_other_bytes(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    for (int i = 0; i < 20; i++) {
        buf_clear(&b);
        document_sign(w, &b);
        assert_int_equal(document_code(w, buf_span(&b)), RC_OK);
        assert_int_equal(cms_answer(w, buf_span(&b), DOCUMENT_TEXT), 1);
        assert_int_equal(cms_answer(w, buf_span(&b), SPAN_LITERAL("other bytes")), 0);
    }
}

static void openssl_writes_the_same_bytes(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    const unsigned char *at = b.ptr;
    unsigned char *again = NULL;
    CMS_ContentInfo *const cms = d2i_CMS_ContentInfo(NULL, &at, (long)b.len);
    assert_non_null(cms);
    const int len = i2d_CMS_ContentInfo(cms, &again);
    assert_int_equal(len, message_len(&b));
    assert_memory_equal(again, b.ptr, (size_t)len);
    OPENSSL_free(again);
    CMS_ContentInfo_free(cms);
}

static void the_signature_says_no_time_and_three_things(void **state)
{
    struct document_world *const w = *state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    const unsigned char *at = b.ptr;
    CMS_ContentInfo *const cms = d2i_CMS_ContentInfo(NULL, &at, (long)b.len);
    CMS_SignerInfo *const si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    assert_int_equal(CMS_signed_get_attr_count(si), 3);
    assert_true(CMS_signed_get_attr_by_NID(si, NID_pkcs9_signingTime, -1) < 0);
    assert_true(CMS_signed_get_attr_by_NID(si, NID_id_smime_aa_signingCertificateV2, -1) >= 0);
    assert_int_equal(CMS_unsigned_get_attr_count(si), -1);
    CMS_ContentInfo_free(cms);
}

static void room_is_for_what_is_coming(void **state)
{
    struct document_world *const w = *state;
    size_t room = 0;
    assert_int_equal(signer_document_room(w->signer, false, FIXTURE_NOW, &room, NULL), RC_OK);
    assert_int_equal(room, 4096);
    assert_int_equal(signer_document_room(w->signer, true, FIXTURE_NOW, &room, NULL), RC_OK);
    assert_int_equal(room, 16384);
    w->request.room = room;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    document_sign(w, &b);
    assert_int_equal(document_code(w, buf_span(&b)), RC_OK);
}

static int make_rsa(void **state)
{
    (void)state;
    rsa = document_key_make(ALG_RS256);
    return 0;
}

static int drop_rsa(void **state)
{
    (void)state;
    private_key_free(rsa);
    return 0;
}

static void what_no_verifier_would_take_is_not_handed_out(void **state)
{
    struct document_world *const w = *state;
    own_check = RC_BAD_SIGNATURE;
    const enum rc rc = sign_code(w, &w->request, FIXTURE_NOW, NULL);
    own_check = RC_OK;
    assert_int_equal(rc, RC_BAD_SIGNATURE);
    assert_int_equal(sign_code(w, &w->request, FIXTURE_NOW, NULL), RC_OK);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define CASE_RSA(f)                                                                                \
    {                                                                                              \
        "rsa_" #f, f, setup_rsa, teardown, NULL                                                    \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(no_single_bit_flip_is_accepted),
        CASE(what_no_verifier_would_take_is_not_handed_out),
        CASE_RSA(no_single_bit_flip_is_accepted),
        CASE(no_prefix_is_accepted),
        CASE_RSA(no_prefix_is_accepted),
        CASE(no_byte_more_is_accepted_anywhere),
        CASE(another_document_is_not_the_signed_one),
        CASE_RSA(another_document_is_not_the_signed_one),
        CASE(a_key_that_is_not_listed_is_a_stranger),
        CASE_RSA(a_key_that_is_not_listed_is_a_stranger),
        CASE(a_key_for_something_else_signs_no_document),
        CASE(outside_the_key_s_dates_nothing_holds),
        CASE(the_other_form_of_a_signature_is_refused),
        CASE(certificates_have_one_order_and_number),
        CASE(certificates_not_in_force_get_no_copy),
        CASE(what_is_no_certificate_s_record_is_not_signed),
        CASE(a_room_that_is_not_ours_is_refused),
        CASE(outside_the_key_s_dates_nothing_is_signed),
        CASE(an_expired_certificate_signs_nothing),
        CASE(without_a_certificate_nothing_is_signed),
        CASE(a_signer_with_another_key_s_certificate_does_not_open),
        CASE(an_rsa_key_signs_no_cose_object),
        CASE(openssl_takes_it_and_refuses_other_bytes),
        CASE_RSA(openssl_takes_it_and_refuses_other_bytes),
        CASE(openssl_writes_the_same_bytes),
        CASE_RSA(openssl_writes_the_same_bytes),
        CASE(the_signature_says_no_time_and_three_things),
        CASE(room_is_for_what_is_coming),
        CASE_RSA(room_is_for_what_is_coming),
    };
    return cmocka_run_group_tests_name("document", tests, make_rsa, drop_rsa);
}
