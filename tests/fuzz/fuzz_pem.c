/*
 * Any text as a PEM public key: what is taken is a key that can be loaded, and reads the same from
 * the one form that we write. Also as base64url, which has one reading.
 */
#include <stdlib.h>
#include <string.h>

#include "core/crypto/pubkey_pem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const struct public_numbers *numbers)
{
    ON_EXIT(buf_free_at) struct buf pem = { 0 };
    ON_EXIT(pubkey_free_at) struct pubkey *key = NULL;
    struct public_numbers again;
    char thumbprint[PUBKEY_THUMBPRINT_LEN + 1];
    pubkey_pem_put(&pem, numbers);
    if (pubkey_pem_read(buf_span(&pem), &again, NULL) != RC_OK || again.alg != numbers->alg ||
        memcmp(again.x, numbers->x, EC_COORD_LEN) != 0 ||
        (again.alg == ALG_ES256 && memcmp(again.y, numbers->y, EC_COORD_LEN) != 0))
        abort();
    if (!pubkey_thumbprint(numbers, thumbprint) || strlen(thumbprint) != PUBKEY_THUMBPRINT_LEN)
        abort();
    /* A point of small order is on the curve, and still no key. */
    const enum rc rc = pubkey_new(numbers, &key, NULL);
    if (rc != RC_OK && rc != RC_CRYPTO)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span text = span_of(data, size);
    ON_EXIT(buf_free_at) struct buf bytes = { 0 }, again = { 0 };
    struct public_numbers numbers;
    struct diag d = DIAG_INIT;
    const enum rc rc = pubkey_pem_read(text, &numbers, &d);
    if (rc != d.code)
        abort();
    if (rc == RC_OK)
        read_again(&numbers);
    if (base64url_decode(text, &bytes)) {
        base64url_encode(buf_span(&bytes), &again);
        if (!span_equal(buf_span(&again), text))
            abort();
    }
    return 0;
}
