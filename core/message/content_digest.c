#include "core/message/parts.h"

static enum message_verdict digest_compare(const struct field_dictionary *digests,
                                           const uint8_t body_sha256[SHA256_LEN])
{
    for (size_t i = 0; i < digests->count; i++)
        if (digests->at[i].is_list || digests->at[i].item.kind != FIELD_BYTES)
            return MESSAGE_CONTENT_DIGEST_MALFORMED;
    const struct field_member *const m = field_member_find(digests, SPAN_LITERAL("sha-256"));
    if (!m)
        return MESSAGE_CONTENT_DIGEST_MISSING;
    ON_EXIT(buf_free_at) struct buf claimed = { 0 };
    field_bytes_put(&claimed, &m->item);
    if (buf_ok(&claimed) && claimed.len != SHA256_LEN)
        return MESSAGE_CONTENT_DIGEST_MALFORMED;
    return span_equal(buf_span(&claimed), span_of(body_sha256, SHA256_LEN))
               ? MESSAGE_GOOD
               : MESSAGE_DIGEST_MISMATCH;
}

enum rc content_digest_check(struct span value, const uint8_t body_sha256[SHA256_LEN],
                             enum message_verdict *ret_v, struct diag *d)
{
    struct field_dictionary digests;
    const enum rc rc = field_dictionary_read(value, &digests, NULL);
    if (rc == RC_NOMEM)
        return diag_set(d, rc, DIAG_NO_OFFSET, "no memory to read a digest");
    *ret_v = rc == RC_OK ? digest_compare(&digests, body_sha256) : MESSAGE_CONTENT_DIGEST_MALFORMED;
    return RC_OK;
}

void content_digest_put(struct buf *to, const uint8_t sha256_of_body[SHA256_LEN])
{
    buf_put_text(to, "sha-256=:");
    base64_encode(span_of(sha256_of_body, SHA256_LEN), to);
    buf_put_u8(to, ':');
}
