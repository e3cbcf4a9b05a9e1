/*
 * Any bytes in: a signature of a PDF that is read has no other encoding; and one that its own
 * certificate's key verifies is no longer one after any flip outside a time-stamp token. Nobody can
 * sign for the corpus' keys, so what verifies is a sample.
 */
#include <stdlib.h>

#include "core/cert/pdf_signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define STRIDE                                                                                     \
    61u /* bits: every sample is tried at another set of them by its last byte's offset */

static void write_again(struct span bytes, const struct pdf_signature *s)
{
    struct buf whole = { 0 };
    if (pdf_signature_fill(bytes.len, s->certificates, s->signer_info, s->timestamp, &whole,
                           NULL) != RC_OK ||
        !span_equal(buf_span(&whole), bytes))
        abort();
    buf_free(&whole);
}

/* The key of the certificate itself, as if a trust list held it. */
static struct pubkey *own_key(const struct pdf_signature *s)
{
    struct public_numbers numbers = { .alg = s->alg };
    struct pubkey *key = NULL;
    const struct span info = s->key_info;
    if (s->alg == ALG_ES256 && info.len == 91) {
        memcpy(numbers.x, info.ptr + 27, EC_COORD_LEN);
        memcpy(numbers.y, info.ptr + 59, EC_COORD_LEN);
    } else if (s->alg == ALG_RS256 && info.len == 422) {
        memcpy(numbers.n, info.ptr + 33, RSA_N_LEN);
    } else {
        return NULL;
    }
    return pubkey_new(&numbers, &key, NULL) == RC_OK ? key : NULL;
}

static enum rc check(struct span contents, const struct trust_list *list, const uint8_t *digest)
{
    struct pdf_signature s;
    const struct trusted_key *by = NULL;
    const enum rc rc = pdf_signature_parse(contents, &s, NULL);
    return rc == RC_OK ? pdf_signature_check(&s, list, digest, 5, &by, NULL) : rc;
}

static void flip(const uint8_t *data, size_t size, const struct pdf_signature *s,
                 const struct trust_list *list)
{
    uint8_t *const copy = malloc(size);
    if (!copy)
        return;
    memcpy(copy, data, size);
    for (size_t bit = s->message.len % STRIDE; bit < size * 8; bit += STRIDE) {
        const uint8_t *const at = data + bit / 8;
        if (s->timestamp.len > 0 && at >= s->timestamp.ptr + 2 &&
            at < s->timestamp.ptr + s->timestamp.len)
            continue;
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (check(span_of(copy, size), list, s->digest.ptr) == RC_OK)
            abort();
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span contents = span_of(data, size);
    struct pdf_signature s;
    struct diag d = DIAG_INIT;
    const enum rc rc = pdf_signature_parse(contents, &s, &d);
    if (rc != RC_OK) {
        if (d.code != rc || d.offset > size)
            abort();
        return 0;
    }
    write_again(contents, &s);
    struct trusted_key key = { .use = USE_DOCUMENT, .not_after = 10, .key = own_key(&s) };
    const struct trust_list list = { .key_count = 1, .keys = &key };
    if (key.key && check(contents, &list, s.digest.ptr) == RC_OK)
        flip(data, size, &s, &list);
    pubkey_free(key.key);
    return 0;
}
