/* Which certificates a document key may have: the deployment's own, and an outside CA's. */
#include "tests/unit/private/document_fixture.h"

#include <string.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

/* An outside CA, made with OpenSSL directly. */
struct outside {
    EVP_PKEY *pkey;
    X509 *cert;
};

/* What an outside certificate says; NULL: the extension is left out. */
struct wish {
    const char *basic, *usage, *extended;
    int version;
    const EVP_MD *md;
};
static const struct wish good_wish = { "critical,CA:FALSE", "critical,nonRepudiation", NULL,
                                       X509_VERSION_3, NULL };
static const struct wish ca_wish = { "critical,CA:TRUE", "critical,keyCertSign", NULL,
                                     X509_VERSION_3, NULL };

static struct document_world world;
static struct outside root, middle;

static void put_extension(X509 *cert, int nid, const char *value)
{
    if (!value)
        return;
    X509_EXTENSION *const e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(e);
    assert_int_equal(X509_add_ext(cert, e, -1), 1);
    X509_EXTENSION_free(e);
}

static X509 *issue(const struct outside *ca, EVP_PKEY *key, const char *name,
                   const struct wish *wish)
{
    X509 *const cert = X509_new();
    X509_NAME *const subject = X509_get_subject_name(cert);
    assert_int_equal(X509_set_version(cert, wish->version), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711), 1);
    assert_int_equal(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                                (const unsigned char *)name, -1, -1, 0),
                     1);
    assert_int_equal(
        X509_set_issuer_name(cert, ca->cert ? X509_get_subject_name(ca->cert) : subject), 1);
    assert_non_null(ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)FIXTURE_NOW));
    assert_non_null(ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)FIXTURE_UNTIL));
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    put_extension(cert, NID_basic_constraints, wish->basic);
    put_extension(cert, NID_key_usage, wish->usage);
    put_extension(cert, NID_ext_key_usage, wish->extended);
    assert_true(X509_sign(cert, ca->pkey, wish->md ? wish->md : EVP_sha256()) > 0);
    return cert;
}

static void outside_make(struct outside *ret, const struct outside *by, const char *name)
{
    *ret = (struct outside){ .pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256") };
    ret->cert = issue(by ? by : ret, ret->pkey, name, &ca_wish);
}

static void outside_drop(struct outside *o)
{
    EVP_PKEY_free(o->pkey);
    X509_free(o->cert);
}

static int setup(void **state)
{
    (void)state;
    document_world_make(&world, NULL);
    outside_make(&root, NULL, "outside root");
    outside_make(&middle, &root, "outside middle");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    outside_drop(&middle);
    outside_drop(&root);
    document_world_drop(&world);
    return 0;
}

static void put_pem(struct buf *to, X509 *cert)
{
    BIO *const bio = BIO_new(BIO_s_mem());
    const char *text = NULL;
    assert_int_equal(PEM_write_bio_X509(bio, cert), 1);
    const long len = BIO_get_mem_data(bio, &text);
    buf_put(to, text, (size_t)len);
    BIO_free(bio);
}

/* The document key as an outside CA sees it: from its request. */
static EVP_PKEY *requested_key(void)
{
    const struct document_subject subject = { "TEST.EXAMPLE", "测试", 0, 0 };
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    assert_int_equal(document_csr_make(world.key, &subject, &pem, NULL), RC_OK);
    BIO *const bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    X509_REQ *const req = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
    assert_non_null(req);
    EVP_PKEY *const key = X509_REQ_get_pubkey(req);
    assert_int_equal(X509_REQ_verify(req, key), 1);
    X509_REQ_free(req);
    BIO_free(bio);
    return key;
}

/* The certificate of the document key by `by` with this wish, then more[0 … count). */
static void make_chain(struct buf *to, const struct outside *by, const struct wish *wish,
                       const struct outside *const more[], size_t count)
{
    EVP_PKEY *const key = requested_key();
    X509 *const cert = issue(by, key, "documents", wish);
    put_pem(to, cert);
    for (size_t i = 0; i < count; i++)
        put_pem(to, more[i]->cert);
    X509_free(cert);
    EVP_PKEY_free(key);
}

static enum rc read_code(struct span pem, struct diag *d)
{
    ON_EXIT(document_chain_free) struct document_chain chain = { 0 };
    return document_chain_read(pem, private_key_public(world.key), &chain, d);
}

static void refused_with(const struct buf *pem, enum rc want, const char *says)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = read_code(buf_span(pem), &d);
    if (rc != want || !strstr(d.text, says))
        fail_msg("rc %d, '%s' does not say '%s'", (int)rc, d.text, says);
}

static void what_is_no_certificate_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "x",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(read_code(span_text(texts[i]), NULL), RC_FORMAT);

    ON_EXIT(buf_free_at) struct buf b = { 0 };
    buf_put_span(&b, buf_span(&world.chain_pem));
    buf_put_text(&b, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assert_int_equal(read_code(buf_span(&b), NULL), RC_FORMAT);
}

static void too_much_of_it_is_refused(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    while (b.len <= DOCUMENT_CHAIN_PEM_MAX)
        buf_put_span(&b, buf_span(&world.ca_pem));
    assert_int_equal(read_code(buf_span(&b), NULL), RC_LIMIT);
    b.len = 5 * world.ca_pem.len;
    assert_int_equal(read_code(buf_span(&b), NULL), RC_LIMIT);
}

static void another_key_s_certificate_is_refused(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    put_pem(&b, middle.cert);
    refused_with(&b, RC_REFUSED, "of another key");
}

static void a_certificate_for_something_else_is_refused(void **state)
{
    (void)state;
    static const struct wish wishes[] = {
        { "critical,CA:FALSE", "critical,keyEncipherment", NULL, X509_VERSION_3, NULL },
        { "critical,CA:FALSE", "critical,digitalSignature", "serverAuth", X509_VERSION_3, NULL },
        { "critical,CA:FALSE", NULL, "timeStamping", X509_VERSION_3, NULL },
        { "critical,CA:TRUE", "critical,digitalSignature,keyCertSign", NULL, X509_VERSION_3, NULL },
        { NULL, NULL, NULL, X509_VERSION_1, NULL },
    };
    const struct outside *const more[] = { &middle, &root };
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0]; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        make_chain(&b, &middle, &wishes[i], more, 2);
        assert_int_equal(read_code(buf_span(&b), NULL), RC_REFUSED);
    }
}

static void uses_that_fit_are_taken(void **state)
{
    (void)state;
    static const char *const uses[] = { NULL, "emailProtection", "1.3.6.1.5.5.7.3.36",
                                        "serverAuth,1.2.840.113583.1.1.5", "anyExtendedKeyUsage" };
    const struct outside *const more[] = { &middle, &root };
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        struct wish wish = good_wish;
        wish.extended = uses[i];
        make_chain(&b, &middle, &wish, more, 2);
        assert_int_equal(read_code(buf_span(&b), NULL), RC_OK);
    }
}

static void a_chain_that_does_not_hold_is_refused(void **state)
{
    (void)state;
    const struct outside *const skipping[] = { &root }, *const twice[] = { &middle, &middle },
                                *const backwards[] = { &root, &middle };
    ON_EXIT(buf_free_at) struct buf a = { 0 };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    ON_EXIT(buf_free_at) struct buf c = { 0 };
    make_chain(&a, &middle, &good_wish, skipping, 1);
    refused_with(&a, RC_REFUSED, "the chain does not hold");
    make_chain(&b, &middle, &good_wish, twice, 2);
    refused_with(&b, RC_REFUSED, "not a chain in its order");
    make_chain(&c, &middle, &good_wish, backwards, 2);
    refused_with(&c, RC_REFUSED, "chain");
}

static void a_forged_issuer_is_refused(void **state)
{
    (void)state;
    struct outside forger = { 0 };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    outside_make(&forger, NULL, "outside middle");
    const struct outside *const more[] = { &middle, &root };
    make_chain(&b, &forger, &good_wish, more, 2);
    refused_with(&b, RC_REFUSED, "the chain does not hold");
    outside_drop(&forger);
}

static void a_chain_over_sha_1_is_refused(void **state)
{
    (void)state;
    struct wish wish = good_wish;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    const struct outside *const more[] = { &middle, &root };
    wish.md = EVP_sha1();
    make_chain(&b, &middle, &wish, more, 2);
    refused_with(&b, RC_REFUSED, "the chain does not hold");
}

static void an_outside_chain_signs_with_and_without_its_root(void **state)
{
    (void)state;
    const struct outside *const more[] = { &middle, &root };
    for (size_t count = 0; count <= 2; count++) {
        ON_EXIT(buf_free_at) struct buf pem = { 0 };
        ON_EXIT(buf_free_at) struct buf b = { 0 };
        make_chain(&pem, &middle, &good_wish, more, count);
        document_world_put_chain(&world, buf_span(&pem));
        document_world_open(&world);
        document_sign(&world, &b);
        assert_int_equal(document_code(&world, buf_span(&b)), RC_OK);
    }
}

static void dates_are_those_in_which_all_hold(void **state)
{
    (void)state;
    const struct document_subject subject = { "TEST.EXAMPLE", "x", FIXTURE_NOW + 5,
                                              FIXTURE_UNTIL + 500 };
    ON_EXIT(document_chain_free) struct document_chain chain = { 0 };
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    assert_int_equal(document_certificate_make(world.ca, buf_span(&world.ca_pem), world.key,
                                               &subject, &pem, NULL),
                     RC_OK);
    assert_int_equal(
        document_chain_read(buf_span(&pem), private_key_public(world.key), &chain, NULL), RC_OK);
    assert_true(chain.not_before == FIXTURE_NOW + 5);
    assert_true(chain.not_after == FIXTURE_UNTIL);
    assert_int_equal(chain.count, 2);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_is_no_certificate_is_refused),
        CASE(too_much_of_it_is_refused),
        CASE(another_key_s_certificate_is_refused),
        CASE(a_certificate_for_something_else_is_refused),
        CASE(uses_that_fit_are_taken),
        CASE(a_chain_that_does_not_hold_is_refused),
        CASE(a_forged_issuer_is_refused),
        CASE(a_chain_over_sha_1_is_refused),
        CASE(an_outside_chain_signs_with_and_without_its_root),
        CASE(dates_are_those_in_which_all_hold),
    };
    return cmocka_run_group_tests_name("document_chain", tests, NULL, NULL);
}
