#include "keys/signer/protocol.h"

#include <assert.h>
#include <stddef.h>

#include "core/cose/cbor_record.h"

#define TYP_BYTES    64
#define NUMBER_BYTES 64 /* of a certificate's number */
#define ITEMS_BYTES  (15u << 20)

_Static_assert(NUMBER_BYTES < SIGNER_REASON_MAX, "one field holds numbers and reasons");

#define Q(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct signer_question, member), max                          \
    }
static const struct cbor_field question_fields[] = {
    Q(2, FIELD_I64, now_s, 0),
    Q(3, FIELD_U64, number, UINT64_MAX),
    Q(6, FIELD_U32, action, UINT32_MAX),
    Q(7, FIELD_BOOL, flag, 1),
    Q(8, FIELD_TEXT, typ, TYP_BYTES),
    Q(9, FIELD_TEXT, text, SIGNER_REASON_MAX),
    Q(10, FIELD_BYTES, kid, KID_LEN),
    Q(11, FIELD_BYTES, hash, SHA256_LEN),
    Q(12, FIELD_BYTES, payload, SIGNER_PUBLICATION_MAX),
    Q(13, FIELD_BYTES, second, SIGNER_ORDER_MAX),
    Q(14, FIELD_BYTES, items, ITEMS_BYTES),
    { .name = NULL },
};

#define A(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct signer_answer, member), max                            \
    }
static const struct cbor_field answer_fields[] = {
    A(2, FIELD_U32, rc, RC_BAD_SIGNATURE),
    A(3, FIELD_CHARS, text, sizeof((struct signer_answer *)NULL)->text),
    A(4, FIELD_U64, number, UINT64_MAX),
    A(5, FIELD_BOOL, flag, 1),
    A(6, FIELD_BYTES, body, ITEMS_BYTES),
    A(7, FIELD_BYTES, items, ITEMS_BYTES),
    A(8, FIELD_BYTES, deployment, DEPLOYMENT_LEN),
    A(9, FIELD_U64, trust_sequence, UINT64_MAX),
    A(10, FIELD_U64, checkpoint_size, UINT64_MAX),
    A(11, FIELD_I64, last_iat, 0),
    A(12, FIELD_CHARS, hsm, sizeof((struct signer_answer *)NULL)->hsm),
    { .name = NULL },
};

void signer_question_put(struct buf *to, const struct signer_question *q)
{
    assert(to && q && q->ask != SIGNER_ASK_NONE);
    cbor_record_put(to, SIGNER_PROTOCOL_VERSION, (unsigned)q->ask, q, question_fields);
}

void signer_answer_put(struct buf *to, const struct signer_answer *a)
{
    assert(to && a && a->reply != SIGNER_REPLY_NONE);
    cbor_record_put(to, SIGNER_PROTOCOL_VERSION, (unsigned)a->reply, a, answer_fields);
}

enum rc signer_question_read(struct span bytes, struct signer_question *ret, struct diag *d)
{
    assert(ret);
    struct signer_question q = { 0 };
    uint64_t what = 0;
    const enum rc rc = cbor_record_read(bytes, SIGNER_PROTOCOL_VERSION, SIGNER_ASK_COUNT - 1, &what,
                                        &q, question_fields, d);
    if (rc != RC_OK)
        return rc;
    if (what == SIGNER_ASK_NONE)
        return diag_set(d, RC_FORMAT, 0, "message: it asks nothing");
    q.ask = (enum signer_ask)what;
    *ret = q;
    return RC_OK;
}

enum rc signer_answer_read(struct span bytes, struct signer_answer *ret, struct diag *d)
{
    assert(ret);
    struct signer_answer a = { 0 };
    uint64_t what = 0;
    const enum rc rc = cbor_record_read(bytes, SIGNER_PROTOCOL_VERSION, SIGNER_REPLY_NO, &what, &a,
                                        answer_fields, d);
    if (rc != RC_OK)
        return rc;
    if (what == SIGNER_REPLY_NONE || (what == SIGNER_REPLY_NO) != (a.rc != RC_OK))
        return diag_set(d, RC_FORMAT, 0, "message: neither done nor refused");
    a.reply = (enum signer_reply)what;
    *ret = a;
    return RC_OK;
}
