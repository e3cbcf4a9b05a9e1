/* A trust list for tests: two roots of which both must sign, and a key for each use. */
#pragma once

#include "tests/unit/signing.h"

#include "keys/trust/trust_list.h"

#define SAMPLE_KEYS 8
#define SAMPLE_TIME 1678348800

struct trust_sample {
    struct test_key roots[3]; /* of which two stand in the list's root set */
    struct test_key owners[SAMPLE_KEYS];
    struct trusted_key keys[SAMPLE_KEYS];
    struct trust_list list;
};

static inline void trust_sample_key(struct trust_sample *s, size_t i, enum cose_alg alg,
                                    enum key_use use)
{
    s->owners[i] = test_key_new(alg, (unsigned)(100 + i));
    struct trusted_key *key = &s->keys[i];
    memcpy(key->kid, s->owners[i].kid, KID_LEN);
    key->use = use;
    key->not_before = SAMPLE_TIME;
    key->not_after = SAMPLE_TIME + 1000;
    key->key = test_pubkey(&s->owners[i]);
    if (use == USE_TOKEN) {
        key->first = i * 1000000;
        key->last = (i + 1) * 1000000;
    }
}

static inline void trust_sample_name_deployment(struct trust_sample *s)
{
    assert_int_equal(root_set_id(&s->list.roots, s->list.deployment, NULL), RC_OK);
}

static inline struct trust_sample *trust_sample_new(void)
{
    struct trust_sample *s = calloc(1, sizeof *s);
    assert_non_null(s);
    for (unsigned i = 0; i < 3; i++)
        s->roots[i] = test_key_new(i == 1 ? ALG_EDDSA : ALG_ES256, i + 1);
    trust_sample_key(s, 0, ALG_ES256, USE_TOKEN);
    trust_sample_key(s, 1, ALG_EDDSA, USE_TOKEN);
    trust_sample_key(s, 2, ALG_ES256, USE_PUBLISH);
    trust_sample_key(s, 3, ALG_EDDSA, USE_LOG);
    trust_sample_key(s, 4, ALG_ES256, USE_DOCUMENT);
    trust_sample_key(s, 5, ALG_ES256, USE_STAPLE);
    trust_sample_key(s, 6, ALG_ES256, USE_OPERATOR);
    trust_sample_key(s, 7, ALG_ES256, USE_ANSWER);
    s->keys[0].unit_count = 2;
    s->keys[0].units[0] = 33;
    s->keys[0].units[1] = 901;
    s->keys[0].post_count = 1;
    s->keys[0].posts[0] = 13;
    (void)strcpy(s->keys[6].name, "操作员甲");

    struct trust_list *l = &s->list;
    l->host_count = 2;
    (void)strcpy(l->hosts[0], "CERT.EXAMPLE");
    (void)strcpy(l->hosts[1], "127.0.0.1:8080");
    (void)strcpy(l->log_origin, "cert.example/log");
    (void)strcpy(l->status_uri, "https://cert.example/publish/status");
    l->sequence = 1;
    l->issued = SAMPLE_TIME;
    l->next_update = SAMPLE_TIME + 86400;
    l->roots.threshold = 2;
    l->roots.count = 2;
    l->roots.keys[0] = s->roots[0].numbers;
    l->roots.keys[1] = s->roots[1].numbers;
    l->key_count = SAMPLE_KEYS;
    l->keys = s->keys;
    trust_sample_name_deployment(s);
    return s;
}

static inline void trust_sample_free(struct trust_sample *s)
{
    for (size_t i = 0; i < 3; i++)
        test_key_free(&s->roots[i]);
    for (size_t i = 0; i < SAMPLE_KEYS; i++) {
        test_key_free(&s->owners[i]);
        pubkey_free(s->keys[i].key);
    }
    free(s);
}

/* Signs a payload as a trust list by these keys, in this order. */
static inline void trust_sign_payload(struct span payload, const char *typ,
                                      const struct test_key *const *signers, size_t count,
                                      struct buf *to)
{
    struct cose_signer parts[COSE_SIGNERS_MAX] = { 0 };
    struct buf headers[COSE_SIGNERS_MAX] = { 0 };
    uint8_t signatures[COSE_SIGNERS_MAX][SIGNATURE_LEN];
    struct buf body = { 0 };
    cose_sign_body_header_put(&body, typ);
    for (size_t i = 0; i < count; i++) {
        struct buf tbs = { 0 };
        const struct test_key *k = signers[i];
        cose_header_put(&headers[i], k->numbers.alg, span_of(k->kid, KID_LEN), NULL);
        cose_sign_to_be_signed(&tbs, buf_span(&body), buf_span(&headers[i]), payload);
        test_sign(k, buf_span(&tbs), signatures[i]);
        parts[i].header.raw = buf_span(&headers[i]);
        parts[i].signature = span_of(signatures[i], SIGNATURE_LEN);
        buf_free(&tbs);
    }
    cose_sign_put(to, buf_span(&body), payload, parts, count);
    for (size_t i = 0; i < count; i++)
        buf_free(&headers[i]);
    buf_free(&body);
}

static inline void trust_sample_sign(const struct trust_sample *s, struct buf *to)
{
    const struct test_key *signers[] = { &s->roots[0], &s->roots[1] };
    struct buf payload = { 0 };
    trust_list_payload_put(&payload, &s->list);
    trust_sign_payload(buf_span(&payload), TYP_TRUST, signers, 2, to);
    buf_free(&payload);
}

/* What reading says; the list itself is thrown away. */
static inline enum rc trust_read_rc(struct span bytes, const struct root_set *roots, struct diag *d)
{
    struct trust_list *list = NULL;
    const enum rc rc = trust_list_read(bytes, roots, &list, d);
    assert_true((rc == RC_OK) == (list != NULL));
    trust_list_free(list);
    return rc;
}

static inline enum rc trust_sample_rc(const struct trust_sample *s, struct diag *d)
{
    struct buf b = { 0 };
    trust_sample_sign(s, &b);
    const enum rc rc = trust_read_rc(buf_span(&b), NULL, d);
    buf_free(&b);
    return rc;
}
