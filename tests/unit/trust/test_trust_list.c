/* What a list may say, when its roots have signed it. */
#include "tests/unit/trust/trust_sample.h"

static int setup(void **state)
{
    *state = trust_sample_new();
    return 0;
}

static int teardown(void **state)
{
    trust_sample_free(*state);
    return 0;
}

static void no_bit_flip_is_taken(void **state)
{
    const struct trust_sample *s = *state;
    struct buf b = { 0 };
    trust_sample_sign(s, &b);
    assert_int_equal(trust_read_rc(buf_span(&b), &s->list.roots, NULL), RC_OK);
    for (size_t i = 0; i < b.len * 8; i++) {
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_not_equal(trust_read_rc(buf_span(&b), &s->list.roots, NULL), RC_OK);
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    buf_free(&b);
}

static void no_prefix_and_no_byte_more_is_taken(void **state)
{
    const struct trust_sample *s = *state;
    struct buf b = { 0 };
    trust_sample_sign(s, &b);
    const size_t len = b.len;
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(trust_read_rc(span_of(b.ptr, n), NULL, NULL), RC_OK);
    for (unsigned v = 0; v < 256; v++) {
        b.len = len;
        buf_put_u8(&b, (uint8_t)v);
        assert_int_not_equal(trust_read_rc(buf_span(&b), NULL, NULL), RC_OK);
    }
    buf_free(&b);
}

/* One statement spoils the sample; the answer and its text follow. */
static void spoilt_is(struct trust_sample *s, enum rc expected, const char *text)
{
    struct diag d = DIAG_INIT;
    trust_sample_name_deployment(s);
    const enum rc rc = trust_sample_rc(s, &d);
    if (rc != expected || strcmp(d.text, text) != 0)
        fail_msg("%s '%s', not '%s'", rc_name(rc), d.text, text);
}

static void one_public_key_twice_is_refused(void **state)
{
    struct trust_sample *s = *state;
    struct trusted_key *keys = s->keys;
    struct pubkey *mine = keys[4].key;
    keys[4].key = keys[2].key;
    memcpy(keys[4].kid, keys[2].kid, KID_LEN);
    spoilt_is(s, RC_FORMAT, "a public key is listed twice");
    keys[4].use = keys[2].use;
    spoilt_is(s, RC_FORMAT, "a public key is listed twice");
    keys[4].key = mine;
}

static void a_root_among_the_keys_is_refused(void **state)
{
    struct trust_sample *s = *state;
    struct pubkey *mine = s->keys[7].key;
    s->keys[7].key = test_pubkey(&s->roots[0]);
    memcpy(s->keys[7].kid, s->roots[0].kid, KID_LEN);
    spoilt_is(s, RC_FORMAT, "a public key is listed twice");
    pubkey_free(s->keys[7].key);
    s->keys[7].key = mine;
}

static void a_kid_that_is_not_the_keys_is_refused(void **state)
{
    struct trust_sample *s = *state;
    s->keys[3].kid[7] ^= 1;
    spoilt_is(s, RC_FORMAT, "a kid is not that of its key");
}

static void overlapping_token_ranges_are_refused(void **state)
{
    struct trust_sample *s = *state;
    s->keys[1].first = 999999;
    s->keys[1].last = 1999999;
    spoilt_is(s, RC_FORMAT, "two token keys may sign log index 999999");
    s->keys[1].first = 0;
    s->keys[1].last = 1;
    spoilt_is(s, RC_FORMAT, "two token keys may sign log index 0");
}

static void ranges_of_the_wrong_size_are_refused(void **state)
{
    struct trust_sample *s = *state;
    s->keys[1].last = s->keys[1].first + 1000001;
    spoilt_is(s, RC_FORMAT, "a token key's range has no index or more than 1000000");
    s->keys[1].last = s->keys[1].first;
    spoilt_is(s, RC_FORMAT, "a token key's range has no index or more than 1000000");
    s->keys[1].last = s->keys[1].first - 1;
    spoilt_is(s, RC_FORMAT, "a token key's range has no index or more than 1000000");
    s->keys[1].first = (UINT64_C(1) << 53) + 1;
    s->keys[1].last = s->keys[1].first + 1;
    spoilt_is(s, RC_FORMAT, "the first index of a token key is over 9007199254740992");
}

static void a_log_key_that_is_not_ed25519_is_refused(void **state)
{
    struct trust_sample *s = *state;
    s->keys[4].use = USE_LOG;
    spoilt_is(s, RC_FORMAT, "a log key that is not Ed25519");
}

static void a_document_key_of_another_algorithm_is_refused(void **state)
{
    struct trust_sample *s = *state;
    s->keys[3].use = USE_DOCUMENT;
    spoilt_is(s, RC_FORMAT, "a document key that is neither P-256 nor RSA");
}

static struct public_numbers rsa_numbers(void)
{
    struct public_numbers n = { .alg = ALG_RS256 };
    memset(n.n, 0xc1, sizeof n.n);
    return n;
}

static void make_rsa(struct trusted_key *key)
{
    const struct public_numbers n = rsa_numbers();
    pubkey_free(key->key);
    key->key = NULL;
    assert_int_equal(pubkey_new(&n, &key->key, NULL), RC_OK);
    cose_key_id(&n, key->kid);
}

static void an_rsa_key_is_for_documents_alone(void **state)
{
    struct trust_sample *s = *state;
    make_rsa(&s->keys[4]);
    for (unsigned use = USE_PUBLISH; use < KEY_USE_COUNT; use++) {
        if (use == USE_LOG || use == USE_DOCUMENT)
            continue;
        s->keys[4].use = (enum key_use)use;
        spoilt_is(s, RC_FORMAT, "an RSA key that is not for documents");
    }
}

static void an_rsa_key_is_no_root(void **state)
{
    struct trust_sample *s = *state;
    s->list.roots.keys[1] = rsa_numbers();
    spoilt_is(s, RC_FORMAT, "a root key is an RSA key");
}

static void uses_that_are_none_are_refused(void **state)
{
    struct trust_sample *s = *state;
    s->keys[7].use = USE_NONE;
    spoilt_is(s, RC_FORMAT, "a key has no use");
    s->keys[7].use = (enum key_use)KEY_USE_COUNT;
    spoilt_is(s, RC_FORMAT, "a key's use is over 7");
}

static void times_that_run_backwards_are_refused(void **state)
{
    struct trust_sample *s = *state;
    s->list.next_update = s->list.issued;
    spoilt_is(s, RC_FORMAT, "the next update is not after the issue");
    s->list.next_update = s->list.issued + 1;
    s->keys[5].not_after = s->keys[5].not_before - 1;
    spoilt_is(s, RC_FORMAT, "a key's dates run backwards");
}

static void times_and_sequences_out_of_range_are_refused(void **state)
{
    struct trust_sample *s = *state;
    s->list.sequence = 0;
    spoilt_is(s, RC_FORMAT, "the sequence is 0");
    s->list.sequence = UINT64_C(1) << 53;
    spoilt_is(s, RC_FORMAT, "the sequence is over 9007199254740991");
    s->list.sequence = 1;
    s->list.issued = 0;
    spoilt_is(s, RC_FORMAT, "the time of issue is 0");
    s->list.issued = SAMPLE_TIME;
    s->list.next_update = INT64_C(1) << 40;
    spoilt_is(s, RC_FORMAT, "the next update is over 1099511627775");
    s->list.next_update = -1;
    spoilt_is(s, RC_FORMAT, "the next update is over 1099511627775");
}

static void hosts_that_no_qr_holds_are_refused(void **state)
{
    struct trust_sample *s = *state;
    static const char *const bad[] = { "cert.example", "CERT EXAMPLE", "CERT_EXAMPLE",
                                       "CERT/EXAMPLE", "证书.EXAMPLE", "A%2E" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)strcpy(s->list.hosts[1], bad[i]);
        spoilt_is(s, RC_FORMAT, "a host has a character outside 0-9 A-Z . : -");
    }
    s->list.hosts[1][0] = '\0';
    spoilt_is(s, RC_FORMAT, "a host has 0 bytes, not 1 to 63");
    (void)strcpy(s->list.hosts[1], s->list.hosts[0]);
    spoilt_is(s, RC_FORMAT, "a host is listed twice");
    s->list.host_count = 0;
    spoilt_is(s, RC_FORMAT, "there is no host");
}

static void scopes_that_do_not_ascend_are_refused(void **state)
{
    struct trust_sample *s = *state;
    s->keys[0].units[1] = 33;
    spoilt_is(s, RC_FORMAT, "a key's units does not ascend from 1");
    s->keys[0].units[1] = 1000;
    spoilt_is(s, RC_FORMAT, "a key's units is over 999");
    s->keys[0].units[1] = 901;
    s->keys[0].posts[0] = 0;
    spoilt_is(s, RC_FORMAT, "a key's posts does not ascend from 1");
}

static void texts_that_do_not_belong_are_refused(void **state)
{
    struct trust_sample *s = *state;
    (void)strcpy(s->keys[6].name, "甲\n");
    spoilt_is(s, RC_FORMAT, "an operator's name has a control character");
    (void)strcpy(s->keys[6].name, "甲");
    (void)strcpy(s->list.log_origin, "cert example");
    spoilt_is(s, RC_FORMAT, "the log origin has a character that is not printing ASCII");
    (void)strcpy(s->list.log_origin, "cert.example/log");
    (void)strcpy(s->keys[7].name, "not an operator");
    spoilt_is(s, RC_FORMAT, "a key has a key that is not known");
}

static void a_root_of_small_order_is_refused(void **state)
{
    struct trust_sample *s = *state;
    struct buf payload = { 0 }, b = { 0 };
    const struct test_key *signer = &s->roots[0];
    struct diag d = DIAG_INIT;
    s->list.roots.threshold = 1;
    s->list.roots.keys[1] = (struct public_numbers){ .alg = ALG_EDDSA, .x = { 1 } };
    trust_sample_name_deployment(s);
    trust_list_payload_put(&payload, &s->list);
    trust_sign_payload(buf_span(&payload), TYP_TRUST, &signer, 1, &b);
    assert_int_equal(trust_read_rc(buf_span(&b), NULL, &d), RC_FORMAT);
    assert_string_equal(d.text, "a root key cannot be taken: the crypto library refused");
    buf_free(&payload);
    buf_free(&b);
}

static void a_first_list_of_another_deployment_is_refused(void **state)
{
    struct trust_sample *s = *state;
    s->list.deployment[0] ^= 1;
    assert_int_equal(trust_sample_rc(s, NULL), RC_REFUSED);
    s->list.sequence = 2;
    assert_int_equal(trust_sample_rc(s, NULL), RC_OK);
}

static void a_list_over_the_limit_is_refused(void **state)
{
    (void)state;
    uint8_t *bytes = calloc(1, TRUST_LIST_MAX + 1);
    assert_int_equal(trust_read_rc(span_of(bytes, TRUST_LIST_MAX + 1), NULL, NULL), RC_LIMIT);
    free(bytes);
}

static void keys_are_equal(const struct trusted_key *a, const struct trusted_key *b)
{
    assert_memory_equal(a->kid, b->kid, KID_LEN);
    assert_int_equal(a->use, b->use);
    assert_true(a->not_before == b->not_before && a->not_after == b->not_after);
    assert_true(a->first == b->first && a->last == b->last);
    assert_int_equal(a->unit_count, b->unit_count);
    assert_int_equal(a->post_count, b->post_count);
    assert_memory_equal(a->units, b->units, sizeof a->units);
    assert_memory_equal(a->posts, b->posts, sizeof a->posts);
    assert_memory_equal(pubkey_numbers(a->key), pubkey_numbers(b->key),
                        sizeof(struct public_numbers));
    assert_string_equal(a->name, b->name);
}

static void what_is_written_is_read_back(void **state)
{
    struct trust_sample *s = *state;
    struct buf b = { 0 };
    struct trust_list *l = NULL;
    s->list.demo = true;
    trust_sample_sign(s, &b);
    assert_int_equal(trust_list_read(buf_span(&b), &s->list.roots, &l, NULL), RC_OK);
    assert_memory_equal(l->deployment, s->list.deployment, DEPLOYMENT_LEN);
    assert_true(l->demo);
    assert_int_equal(l->host_count, 2);
    assert_string_equal(l->hosts[0], "CERT.EXAMPLE");
    assert_string_equal(l->hosts[1], "127.0.0.1:8080");
    assert_string_equal(l->log_origin, s->list.log_origin);
    assert_string_equal(l->status_uri, s->list.status_uri);
    assert_true(l->sequence == 1 && l->issued == s->list.issued);
    assert_true(l->next_update == s->list.next_update);
    assert_int_equal(l->roots.threshold, 2);
    assert_int_equal(l->roots.count, 2);
    assert_int_equal(l->key_count, SAMPLE_KEYS);
    for (size_t i = 0; i < SAMPLE_KEYS; i++)
        keys_are_equal(&l->keys[i], &s->keys[i]);
    trust_list_free(l);
    buf_free(&b);
}

static void a_list_without_keys_is_read(void **state)
{
    struct trust_sample *s = *state;
    s->list.key_count = 0;
    assert_int_equal(trust_sample_rc(s, NULL), RC_OK);
}

static void a_token_key_signs_within_its_range_dates_and_scope_alone(void **state)
{
    struct trust_sample *s = *state;
    const struct trust_list *l = &s->list;
    const int64_t end = SAMPLE_TIME + 1000;
    assert_null(trust_list_no_token_key(l, 0, 33, 13, SAMPLE_TIME));
    assert_null(trust_list_no_token_key(l, 999999, 901, 13, end));
    assert_null(trust_list_no_token_key(l, 0, 0, 0, SAMPLE_TIME));
    assert_non_null(trust_list_no_token_key(l, 0, 33, 13, SAMPLE_TIME - 1));
    assert_non_null(trust_list_no_token_key(l, 0, 33, 13, end + 1));
    assert_non_null(trust_list_no_token_key(l, 0, 44, 13, SAMPLE_TIME));
    assert_non_null(trust_list_no_token_key(l, 0, 33, 1, SAMPLE_TIME));
    assert_null(trust_list_no_token_key(l, 1000000, 44, 1, SAMPLE_TIME));
    assert_null(trust_list_no_token_key(l, 1999999, 44, 1, SAMPLE_TIME));
    assert_non_null(trust_list_no_token_key(l, 2000000, 44, 1, SAMPLE_TIME));
    s->keys[1].cut_off.given = true;
    s->keys[1].cut_off.index = 1500000;
    assert_non_null(trust_list_no_token_key(l, 1000000, 44, 1, SAMPLE_TIME));
    s->keys[1].cut_off.given = false;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(no_bit_flip_is_taken),
        CASE(no_prefix_and_no_byte_more_is_taken),
        CASE(one_public_key_twice_is_refused),
        CASE(a_root_among_the_keys_is_refused),
        CASE(a_kid_that_is_not_the_keys_is_refused),
        CASE(overlapping_token_ranges_are_refused),
        CASE(ranges_of_the_wrong_size_are_refused),
        CASE(a_log_key_that_is_not_ed25519_is_refused),
        CASE(a_document_key_of_another_algorithm_is_refused),
        CASE(an_rsa_key_is_for_documents_alone),
        CASE(an_rsa_key_is_no_root),
        CASE(uses_that_are_none_are_refused),
        CASE(times_that_run_backwards_are_refused),
        CASE(times_and_sequences_out_of_range_are_refused),
        CASE(hosts_that_no_qr_holds_are_refused),
        CASE(scopes_that_do_not_ascend_are_refused),
        CASE(texts_that_do_not_belong_are_refused),
        CASE(a_root_of_small_order_is_refused),
        CASE(a_first_list_of_another_deployment_is_refused),
        CASE(a_list_over_the_limit_is_refused),
        CASE(what_is_written_is_read_back),
        CASE(a_list_without_keys_is_read),
        CASE(a_token_key_signs_within_its_range_dates_and_scope_alone),
    };
    return cmocka_run_group_tests_name("trust_list", tests, NULL, NULL);
}
