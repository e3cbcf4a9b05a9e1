/*
 * Any bytes in, by a rule in place of signatures: a staple that is read has no other encoding, a
 * refusal names a place in it, and one that is believed is of this token, and of now.
 */
#include <stdlib.h>
#include <string.h>

#include "core/cert/staple.h"
#include "tests/fuzz/signature_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW   1900000000
#define TOKEN SPAN_LITERAL("token")

static void write_again(struct span bytes, const struct staple *s)
{
    struct buf header = { 0 }, payload = { 0 }, whole = { 0 };
    cose_header_put(&header, (enum cose_alg)s->cose.header.alg, (struct span){ 0 }, NULL);
    staple_payload_put(&payload, s);
    cose_sign1_put(&whole, buf_span(&header), buf_span(&payload), s->cose.signature);
    if (!buf_ok(&whole) || !span_equal(buf_span(&whole), bytes))
        abort();
    buf_free(&header);
    buf_free(&payload);
    buf_free(&whole);
}

/* A key of another use, one that was, and two that are. */
static const struct trust_list *list_of_keys(void)
{
    static struct trusted_key keys[] = {
        { .use = USE_LOG, .not_before = 0, .not_after = INT64_MAX },
        { .use = USE_STAPLE, .not_before = 0, .not_after = 1 },
        { .use = USE_STAPLE, .not_before = 2, .not_after = UINT32_MAX },
        { .use = USE_STAPLE, .not_before = 2, .not_after = UINT32_MAX },
    };
    static struct trust_list list = { .key_count = sizeof keys / sizeof keys[0], .keys = keys };
    static struct pubkey *own[sizeof keys / sizeof keys[0]];
    for (size_t i = 0; i < list.key_count; i++) {
        const struct pubkey *const key = i == 2 ? fuzz_key_p256() : fuzz_key_ed25519();
        if (!own[i] && pubkey_new(pubkey_numbers(key), &own[i], NULL) != RC_OK)
            abort();
        keys[i].key = own[i];
    }
    return &list;
}

static void believe(struct span bytes)
{
    uint8_t leaf[STAPLE_LEAF_LEN];
    struct staple s = { 0 };
    enum problem why = PROBLEM_NONE;
    staple_leaf(TOKEN, leaf);
    const enum rc rc = staple_check(bytes, TOKEN, list_of_keys(), NOW, &s, &why, NULL);
    if (rc != RC_OK && rc != RC_CRYPTO)
        abort();
    if (rc == RC_OK && why == PROBLEM_NONE &&
        (memcmp(s.leaf, leaf, sizeof leaf) != 0 || s.iat < NOW - STAPLE_GOOD_S ||
         s.iat > NOW + STAPLE_GOOD_S || s.state == STATE_UNKNOWN))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = span_of(data, size);
    struct diag d = DIAG_INIT;
    struct staple s, alone;
    const enum rc rc = staple_parse(bytes, &s, &d);
    if (rc == RC_OK)
        write_again(bytes, &s);
    else if (d.code != rc || d.offset > size)
        abort();
    if (rc == RC_OK &&
        (staple_payload_parse(s.cose.payload, &alone, NULL) != RC_OK || alone.iat != s.iat))
        abort();
    if (staple_payload_parse(bytes, &alone, NULL) == RC_OK && rc == RC_OK)
        abort(); /* no bytes are both */
    believe(bytes);
    return 0;
}
