#include "keys/private/signing.h"

#include <assert.h>
#include <string.h>

#include "core/cert/tlog.h"

/* Two roots of one size, or a shorter tree after a longer one, would be proof against us. */
static enum rc remember_tree(struct signer *s, uint64_t size, const uint8_t root[SHA256_LEN],
                             struct diag *d)
{
    (void)pthread_mutex_lock(&s->lock);
    const bool back = s->has_checkpoint && size < s->checkpoint_size;
    const bool split = s->has_checkpoint && size == s->checkpoint_size &&
                       memcmp(root, s->checkpoint_root, SHA256_LEN) != 0;
    if (!back && !split) {
        s->has_checkpoint = true;
        s->checkpoint_size = size;
        memcpy(s->checkpoint_root, root, SHA256_LEN);
    }
    (void)pthread_mutex_unlock(&s->lock);
    if (back)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a checkpoint of a longer tree is signed");
    if (split)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "a checkpoint of another tree of %llu leaves is signed",
                        (unsigned long long)size);
    return RC_OK;
}

enum rc signer_checkpoint(struct signer *s, uint64_t size, const uint8_t root[SHA256_LEN],
                          int64_t now_s, struct buf *to, struct diag *d)
{
    assert(s && root && to);

    const struct signing_key *const k = signing_key_find(s, USE_LOG, now_s, d);
    if (!k)
        return RC_NOT_FOUND;
    assert(private_key_public(k->key)->alg == ALG_EDDSA); /* a trust list holds no other log key */
    enum rc rc = remember_tree(s, size, root, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(buf_free_at) struct buf note = { 0 };
    struct tlog_hash hash;
    uint8_t signature[SIGNATURE_LEN];
    memcpy(hash.bytes, root, SHA256_LEN);
    checkpoint_body_put(&note, s->trust->log_origin, size, &hash);
    rc = buf_rc(&note, d);
    if (rc == RC_OK)
        rc = private_key_sign(k->key, buf_span(&note), signature, d);
    if (rc != RC_OK)
        return rc;

    struct checkpoint own;
    buf_put_text(&note, "\n");
    note_signature_put(&note, s->trust->log_origin, private_key_public(k->key)->x, signature);
    rc = buf_rc(&note, d);
    if (rc == RC_OK)
        rc = checkpoint_check(buf_span(&note), s->trust->log_origin, k->trusted->key, &own, d);
    if (rc != RC_OK)
        return rc;
    buf_put_span(to, buf_span(&note));
    return buf_rc(to, d);
}
