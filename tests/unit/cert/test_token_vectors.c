/* The published cases of tests/vectors/token, made by a program that shares no code with this one.
 */
#include "tests/unit/vectors.h"

#include <stdlib.h>

#include "core/cert/token.h"

#define KEYS 3

static struct pubkey *keys[KEYS];

static void put_text(struct buf *to, const char *name, struct span s)
{
    buf_printf(to, "%s: ", name);
    buf_put_span(to, s);
    buf_put_u8(to, '\n');
}

static void put_hex(struct buf *to, const char *name, struct span s)
{
    char hex[33];
    assert_true(s.len <= 16);
    hex_encode(s.ptr, s.len, hex);
    buf_printf(to, "%s: %s\n", name, hex);
}

static void put_claims(const struct token *t, struct buf *to)
{
    put_text(to, "name", t->name);
    buf_printf(to, "id_type: %u\n", t->id_type);
    put_text(to, "id_tail", t->id_tail);
    buf_printf(to, "post: %u\nunit: %u\nprovider: %u\n", t->post, t->unit, t->provider);
    buf_printf(to, "issued: %d\ndeadline: %d\nversion: %u\n", t->issued, t->deadline, t->version);
    buf_printf(to, "status_index: %u\nlog_index: %llu\n", t->status_index,
               (unsigned long long)t->log_index);
    for (size_t i = 0; i < t->ce_count; i++)
        buf_printf(to, "%s%u %u %u", i ? " " : "ce: ", t->ce[i].k, t->ce[i].hours,
                   t->ce[i].post_hours);
    if (t->ce_count > 0)
        buf_put_u8(to, '\n');
    if (t->photo.len > 0)
        put_hex(to, "photo", t->photo);
}

static const struct pubkey *find(struct span kid)
{
    for (size_t i = 0; i < KEYS; i++) {
        uint8_t id[KID_LEN];
        cose_key_id(pubkey_numbers(keys[i]), id);
        if (span_equal(kid, span_of(id, KID_LEN)))
            return keys[i];
    }
    return NULL;
}

static void describe(struct span input, struct buf *to)
{
    struct diag d = DIAG_INIT;
    struct token t;
    enum check good = CHECK_BAD;
    if (token_parse(input, &t, &d) != RC_OK) {
        buf_printf(to, "verdict: malformed\noffset: %zu\nreason: %s\n", d.offset, d.text);
        return;
    }
    const struct pubkey *key = find(t.cose.header.kid);
    if (!key) {
        buf_put_text(to, "verdict: unknown key\n");
        return;
    }
    assert_int_equal(cose_sign1_check(&t.cose, key, &good, NULL), RC_OK);
    if (good != CHECK_GOOD) {
        buf_put_text(to, "verdict: bad signature\n");
        return;
    }
    buf_put_text(to, "verdict: authentic\n");
    put_hex(to, "kid", t.cose.header.kid);
    put_text(to, "number", t.number);
    buf_printf(to, "iat: %lld\n", (long long)t.iat);
    put_claims(&t, to);
}

static void invalid_tokens_are_refused_as_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/token/invalid", 86, describe);
}

static void valid_tokens_say_what_is_published(void **state)
{
    (void)state;
    vectors_replay(VECTORS "/token/valid", 11, describe);
}

static int setup(void **state)
{
    (void)state;
    vector_keys(VECTORS "/token", keys, KEYS);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYS; i++)
        pubkey_free(keys[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invalid_tokens_are_refused_as_published),
        cmocka_unit_test(valid_tokens_say_what_is_published),
    };
    return cmocka_run_group_tests_name("token_vectors", tests, setup, teardown);
}
