#include "issuer/core/entry.h"

#include <assert.h>
#include <string.h>

#include "core/cose/cbor.h"

_Static_assert(BODY_INLINE_MAX <= BODY_PIECE, "a body within a question is sealed at once");

#define NONCE_FIELDS 5
#define BATCH_FIELDS 18

void entry_put(struct buf *to, const struct entry *e)
{
    assert(to && e && (e->type == ENTRY_BATCH || e->type == ENTRY_NONCE));

    cbor_put_array(to, e->type == ENTRY_BATCH ? BATCH_FIELDS : NONCE_FIELDS);
    cbor_put_uint(to, e->type);
    cbor_put_text(to, e->sender);
    cbor_put_text(to, e->nonce);
    cbor_put_int(to, e->created);
    cbor_put_int(to, e->received_at);
    if (e->type == ENTRY_NONCE)
        return;

    cbor_put_uint(to, e->sequence);
    cbor_put_bytes(to, span_of(e->id, sizeof e->id));
    cbor_put_uint(to, e->unit);
    cbor_put_uint(to, e->kind);
    cbor_put_bool(to, e->is_csv);
    cbor_put_text(to, e->key);
    cbor_put_bytes(to, e->digest);
    cbor_put_bytes(to, e->base);
    cbor_put_bytes(to, e->signature);
    cbor_put_bytes(to, e->signer);
    cbor_put_uint(to, e->rows);
    cbor_put_uint(to, e->body_len);
    cbor_put_bytes(to, e->body);
}

static bool read_head(struct cbor_reader *c, uint64_t *ret_count, struct entry *e)
{
    uint64_t type;
    if (!cbor_array(c, "entry", BATCH_FIELDS, ret_count) ||
        !cbor_uint(c, "type", ENTRY_NONCE, &type))
        return false;
    e->type = (enum entry_type)type;
    return cbor_text(c, "sender", 1, MESSAGE_KEYID_MAX, &e->sender) &&
           cbor_text(c, "nonce", 1, MESSAGE_NONCE_MAX, &e->nonce) &&
           cbor_int(c, "created", &e->created) && cbor_int(c, "received at", &e->received_at);
}

static bool read_batch(struct cbor_reader *c, struct entry *e)
{
    uint64_t unit, kind;
    struct span id;
    if (!cbor_uint(c, "sequence", UINT64_MAX, &e->sequence) ||
        !cbor_bytes(c, "id", sizeof e->id, sizeof e->id, &id) ||
        !cbor_uint(c, "unit", UINT32_MAX, &unit) || !cbor_uint(c, "kind", KIND_COUNT - 1, &kind) ||
        !cbor_bool(c, "csv", &e->is_csv) ||
        !cbor_text(c, "key", 1, MESSAGE_IDEMPOTENCY_MAX, &e->key) ||
        !cbor_bytes(c, "digest", SHA256_LEN, SHA256_LEN, &e->digest) ||
        !cbor_bytes(c, "base", 0, SIGNATURE_BASE_MAX, &e->base) ||
        !cbor_bytes(c, "signature", 0, SIGNATURE_LEN, &e->signature) ||
        !cbor_bytes(c, "signer", 0, 512, &e->signer) ||
        !cbor_uint(c, "rows", UINT64_MAX, &e->rows) ||
        !cbor_uint(c, "body length", UINT64_MAX, &e->body_len) ||
        !cbor_bytes(c, "body", 0, BODY_INLINE_MAX + VAULT_OVERHEAD, &e->body))
        return false;
    memcpy(e->id, id.ptr, sizeof e->id);
    e->unit = (uint32_t)unit;
    e->kind = (enum record_kind)kind;
    return true;
}

enum rc entry_read(struct span bytes, struct entry *ret, struct diag *d)
{
    assert(ret);

    struct entry e = { 0 };
    uint64_t count;
    struct cbor_reader c = cbor_reader_over(bytes, d);
    bool good = read_head(&c, &count, &e);
    if (good && e.type == ENTRY_BATCH)
        good = count == BATCH_FIELDS && read_batch(&c, &e);
    else
        good = good && e.type == ENTRY_NONCE && count == NONCE_FIELDS;
    if (!good || !cbor_end(&c))
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "not an entry of the journal");
    *ret = e;
    return RC_OK;
}
