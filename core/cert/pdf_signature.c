#include "core/cert/pdf_signature.h"

#include <assert.h>

#include "core/cert/der.h"

#define ATTRIBUTES_MAX 512u /* bytes; four certificates make 258 */

/* The certificate's key is compared whole with each listed one, so the list's is the key that
 * counts. */
static enum rc find_key(const struct trust_list *list, const struct pdf_signature *s,
                        const struct trusted_key **ret, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf info = { 0 };
    for (size_t i = 0; i < list->key_count; i++) {
        const struct trusted_key *const k = &list->keys[i];
        const struct public_numbers *const numbers = pubkey_numbers(k->key);
        if (numbers->alg != s->alg)
            continue;
        buf_clear(&info);
        pdf_key_info_put(&info, numbers);
        const enum rc rc = buf_rc(&info, d);
        if (rc != RC_OK)
            return rc;
        if (span_equal(buf_span(&info), s->key_info)) {
            *ret = k;
            return RC_OK;
        }
    }
    return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET,
                    "the key of the document's signer is not listed");
}

/* RFC 5652 section 5.4: over the attributes as a SET OF. */
static enum rc check_signature(const struct pdf_signature *s, const struct pubkey *key,
                               struct diag *d)
{
    uint8_t attributes[ATTRIBUTES_MAX];
    const size_t len = s->signed_attributes.len;
    assert(len >= 1 && len <= sizeof attributes);
    memcpy(attributes, s->signed_attributes.ptr, len);
    attributes[0] = DER_SET;

    enum check good = CHECK_BAD;
    const enum rc rc = pubkey_check(key, span_of(attributes, len),
                                    span_of(s->signature, s->signature_len), &good, d);
    if (rc != RC_OK || good == CHECK_GOOD)
        return rc;
    return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                    "the signature of the document does not hold");
}

enum rc pdf_signature_check(const struct pdf_signature *s, const struct trust_list *list,
                            const uint8_t digest[SHA256_LEN], int64_t time_s,
                            const struct trusted_key **ret, struct diag *d)
{
    assert(s && list && digest && ret);

    const struct trusted_key *k = NULL;
    if (!span_equal(s->digest, span_of(digest, SHA256_LEN)))
        return diag_set(d, RC_BAD_SIGNATURE, DIAG_NO_OFFSET,
                        "the document is not the one that was signed");
    enum rc rc = find_key(list, s, &k, d);
    if (rc == RC_OK)
        rc = check_signature(s, k->key, d);
    if (rc != RC_OK)
        return rc;
    if (k->use != USE_DOCUMENT)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "signed by a %s key, not a document key",
                        key_use_name(k->use));
    if (time_s < k->not_before || time_s > k->not_after)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "outside the dates of the key");
    *ret = k;
    return RC_OK;
}
