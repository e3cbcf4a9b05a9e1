#include "core/cert/staple.h"

#include <assert.h>
#include <string.h>

#include "core/base/dates.h"
#include "core/cert/digits.h"
#include "core/cert/tlog.h"

#define FIELDS  4
#define IAT_MAX UINT32_MAX

void staple_payload_put(struct buf *b, const struct staple *s)
{
    cbor_put_array(b, FIELDS);
    cbor_put_bytes(b, span_of(s->leaf, sizeof s->leaf));
    cbor_put_uint(b, (uint64_t)s->state);
    cbor_put_uint(b, (uint64_t)s->deadline);
    cbor_put_uint(b, (uint64_t)s->iat);
}

void staple_leaf(struct span token, uint8_t ret[STAPLE_LEAF_LEN])
{
    const struct tlog_hash leaf = tlog_leaf(token);
    memcpy(ret, leaf.bytes, STAPLE_LEAF_LEN);
}

/* --- reading --- */

static bool is_told(uint64_t state)
{
    return state == STATE_VALID || state == STATE_SUSPENDED || state == STATE_REVOKED;
}

static bool read_state(struct cbor_reader *c, struct staple *s)
{
    const size_t at = c->r.pos;
    uint64_t state;
    if (!cbor_uint(c, "the state", UINT8_MAX, &state))
        return false;
    if (!is_told(state))
        return cbor_fail_at(c, at, "a state that no staple tells");
    s->state = (enum state)state;
    return true;
}

static bool read_fields(struct cbor_reader *c, struct staple *s)
{
    uint64_t count, deadline, iat;
    struct span leaf;
    const size_t at = c->r.pos;
    if (!cbor_array(c, "a staple", FIELDS, &count))
        return false;
    if (count != FIELDS)
        return cbor_fail_at(c, at, "a staple of %llu fields", (unsigned long long)count);
    if (!cbor_bytes(c, "the leaf", STAPLE_LEAF_LEN, STAPLE_LEAF_LEN, &leaf) || !read_state(c, s) ||
        !cbor_uint(c, "the deadline", DATE_MAX, &deadline) ||
        !cbor_uint(c, "the time", IAT_MAX, &iat) || !cbor_end(c))
        return false;
    memcpy(s->leaf, leaf.ptr, sizeof s->leaf);
    s->deadline = (int32_t)deadline;
    s->iat = (int64_t)iat;
    return true;
}

enum rc staple_payload_parse(struct span payload, struct staple *ret, struct diag *d)
{
    assert(ret);

    struct staple s = { 0 };
    struct cbor_reader c = cbor_reader_over(payload, d);
    if (!read_fields(&c, &s))
        return RC_FORMAT;
    *ret = s;
    return RC_OK;
}

enum rc staple_parse(struct span bytes, struct staple *ret, struct diag *d)
{
    assert(ret);

    struct cose_sign1 cose;
    struct staple s = { 0 };
    if (bytes.len > STAPLE_MAX_LEN)
        return diag_set(d, RC_LIMIT, STAPLE_MAX_LEN, "a staple of more than %d bytes",
                        STAPLE_MAX_LEN);
    enum rc rc = cose_sign1_parse(bytes, &cose, d);
    if (rc == RC_OK && (cose.header.kid.len > 0 || cose.header.typ.len > 0))
        rc = diag_set(d, RC_FORMAT, (size_t)(cose.header.raw.ptr - bytes.ptr),
                      "a staple's header has an algorithm alone");
    if (rc != RC_OK)
        return rc;

    /* A reader that ends with the payload keeps offsets those of the whole staple. */
    const size_t start = (size_t)(cose.payload.ptr - bytes.ptr);
    struct cbor_reader c = cbor_reader_over(span_of(bytes.ptr, start + cose.payload.len), d);
    c.r.pos = start;
    if (!read_fields(&c, &s))
        return RC_FORMAT;
    s.cose = cose;
    *ret = s;
    return RC_OK;
}

enum rc staple_text_read(struct span text, struct buf *to, struct diag *d)
{
    assert(to);

    struct qr_text parts;
    ON_EXIT(buf_free_at) struct buf bytes = { 0 };
    enum rc rc = qr_text_parse(text, &parts, NULL);
    if (rc == RC_OK)
        rc = parts.host.len > 0 ? RC_FORMAT : digits_decode(parts.digits, &bytes, NULL);
    if (rc == RC_OK)
        buf_put_span(to, buf_span(&bytes));
    else if (rc == RC_FORMAT || rc == RC_LIMIT)
        buf_put_u8(to, 0);
    else
        return diag_set(d, rc, DIAG_NO_OFFSET, "the text of a live code");
    return buf_rc(to, d);
}

/* --- believing --- */

static bool is_current(const struct trusted_key *key, int64_t iat)
{
    return key->use == USE_STAPLE && key->not_before <= iat && iat <= key->not_after;
}

/* There is no kid: each current key is tried. */
static enum rc check_signature(const struct staple *s, const struct trust_list *list, bool *ret,
                               struct diag *d)
{
    size_t tried = 0;
    *ret = false;
    for (size_t i = 0; i < list->key_count && tried < STAPLE_KEYS_MAX && !*ret; i++) {
        enum check holds = CHECK_BAD;
        if (!is_current(&list->keys[i], s->iat))
            continue;
        tried++;
        const enum rc rc = cose_sign1_check(&s->cose, list->keys[i].key, &holds, d);
        if (rc != RC_OK)
            return rc;
        *ret = holds == CHECK_GOOD;
    }
    return RC_OK;
}

static enum problem objection(const struct staple *s, struct span token, int64_t now)
{
    uint8_t leaf[STAPLE_LEAF_LEN];
    staple_leaf(token, leaf);
    if (memcmp(leaf, s->leaf, sizeof leaf) != 0)
        return PROBLEM_STAPLE_OTHER;
    if (now - s->iat > STAPLE_GOOD_S)
        return PROBLEM_STAPLE_EXPIRED;
    return s->iat - now > STAPLE_GOOD_S ? PROBLEM_STAPLE_AHEAD : PROBLEM_NONE;
}

enum rc staple_check(struct span bytes, struct span token, const struct trust_list *list,
                     int64_t now, struct staple *ret, enum problem *ret_why, struct diag *d)
{
    assert(list && ret && ret_why);

    struct staple s;
    bool holds = false;
    enum problem why = PROBLEM_STAPLE_FORMAT;
    if (staple_parse(bytes, &s, NULL) == RC_OK) {
        const enum rc rc = check_signature(&s, list, &holds, d);
        if (rc != RC_OK)
            return rc;
        why = holds ? objection(&s, token, now) : PROBLEM_STAPLE_SIGNATURE;
    }
    if (why == PROBLEM_NONE)
        *ret = s;
    *ret_why = why;
    return RC_OK;
}
