#include "issuer/daemon/protocol.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/cose/cbor_record.h"

#define Q(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct question, member), max                                 \
    }
static const struct cbor_field question_fields[] = {
    Q(2, FIELD_TEXT, sender, MESSAGE_KEYID_MAX),
    Q(3, FIELD_BOOL, is_operator, 1),
    Q(4, FIELD_BOOL, chinese, 1),
    Q(5, FIELD_BOOL, raw, 1),
    Q(6, FIELD_U32, wait_ms, UINT32_MAX),
    Q(7, FIELD_TEXT, batch, BATCH_ID_LEN),
    Q(8, FIELD_TEXT, number, 64),
    Q(9, FIELD_U64, after, UINT64_MAX),
    Q(10, FIELD_U64, limit, UINT64_MAX),
    Q(11, FIELD_I32, as_of, 0),
    Q(12, FIELD_U32, kind, KIND_COUNT - 1),
    Q(13, FIELD_BOOL, is_csv, 1),
    Q(14, FIELD_TEXT, key, MESSAGE_IDEMPOTENCY_MAX),
    Q(15, FIELD_TEXT, nonce, MESSAGE_NONCE_MAX),
    Q(16, FIELD_I64, created, 0),
    Q(17, FIELD_BYTES, digest, SHA256_LEN),
    Q(18, FIELD_BYTES, base, SIGNATURE_BASE_MAX),
    Q(19, FIELD_BYTES, signature, SIGNATURE_LEN),
    Q(20, FIELD_BYTES, signer, 512),
    Q(21, FIELD_U64, body_len, UINT64_MAX),
    Q(22, FIELD_BYTES, body, BODY_INLINE_MAX),
    Q(23, FIELD_U32, id, UINT32_MAX),
    { .name = NULL },
};

#define A(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct answer, member), max                                   \
    }
static const struct cbor_field answer_fields[] = {
    A(2, FIELD_CHARS, batch, sizeof((struct answer *)NULL)->batch),
    A(3, FIELD_U32, retry_s, UINT32_MAX),
    A(4, FIELD_CHARS, detail, sizeof((struct answer *)NULL)->detail),
    A(5, FIELD_BYTES, body, SIZE_MAX),
    A(6, FIELD_U64, file_len, UINT64_MAX),
    A(7, FIELD_U64, next, UINT64_MAX),
    A(8, FIELD_BOOL, more, 1),
    A(9, FIELD_U32, id, UINT32_MAX),
    { .name = NULL },
};

#define S(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct status, member), max                                   \
    }
static const struct cbor_field status_fields[] = {
    S(2, FIELD_BOOL, ready, 1),
    S(3, FIELD_CHARS, reason, sizeof((struct status *)NULL)->reason),
    S(4, FIELD_U64, queued, UINT64_MAX),
    S(5, FIELD_U64, working, UINT64_MAX),
    S(6, FIELD_U64, done, UINT64_MAX),
    S(7, FIELD_U64, failed, UINT64_MAX),
    S(8, FIELD_I64, last_commit_s, 0),
    S(9, FIELD_I64, last_signing_s, 0),
    S(10, FIELD_U64, register_bytes, UINT64_MAX),
    S(11, FIELD_U64, register_max_bytes, UINT64_MAX),
    S(12, FIELD_U64, issued, UINT64_MAX),
    S(13, FIELD_U64, renewed, UINT64_MAX),
    S(14, FIELD_U64, exchanged, UINT64_MAX),
    S(15, FIELD_U64, recorded, UINT64_MAX),
    S(16, FIELD_U64, duplicate, UINT64_MAX),
    S(17, FIELD_U64, refused, UINT64_MAX),
    S(18, FIELD_U64, conflict, UINT64_MAX),
    S(19, FIELD_U64, holder_answered, UINT64_MAX),
    S(20, FIELD_U64, holder_no_match, UINT64_MAX),
    S(21, FIELD_U64, holder_closed, UINT64_MAX),
    { .name = NULL },
};

_Static_assert(sizeof(enum record_kind) == sizeof(uint32_t), "a kind is kept as a number");
void question_put(struct buf *to, const struct question *q)
{
    assert(to && q && q->ask != ASK_NONE);
    cbor_record_put(to, PROTOCOL_VERSION, (unsigned)q->ask, q, question_fields);
}

void answer_put(struct buf *to, const struct answer *a)
{
    assert(to && a && a->reply != REPLY_NONE);
    cbor_record_put(to, PROTOCOL_VERSION, (unsigned)a->reply, a, answer_fields);
}

void status_put(struct buf *to, const struct status *s)
{
    assert(to && s);
    cbor_record_put(to, PROTOCOL_VERSION, 0, s, status_fields);
}

enum rc question_read(struct span bytes, struct question *ret, struct diag *d)
{
    assert(ret);
    struct question q = { 0 };
    uint64_t what = 0;
    const enum rc rc =
        cbor_record_read(bytes, PROTOCOL_VERSION, ASK_LAST, &what, &q, question_fields, d);
    if (rc != RC_OK)
        return rc;
    q.ask = (enum ask)what;
    *ret = q;
    return RC_OK;
}

enum rc answer_read(struct span bytes, struct answer *ret, struct diag *d)
{
    assert(ret);
    struct answer a = { 0 };
    uint64_t what = 0;
    const enum rc rc =
        cbor_record_read(bytes, PROTOCOL_VERSION, REPLY_COUNT - 1, &what, &a, answer_fields, d);
    if (rc != RC_OK)
        return rc;
    if (what == REPLY_NONE)
        return diag_set(d, RC_FORMAT, 0, "message: it answers nothing");
    a.reply = (enum reply)what;
    *ret = a;
    return RC_OK;
}

enum rc status_read(struct span bytes, struct status *ret, struct diag *d)
{
    assert(ret);
    struct status s = { 0 };
    uint64_t what = 0;
    const enum rc rc = cbor_record_read(bytes, PROTOCOL_VERSION, 0, &what, &s, status_fields, d);
    if (rc == RC_OK)
        *ret = s;
    return rc;
}
