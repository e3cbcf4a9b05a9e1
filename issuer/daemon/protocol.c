#include "issuer/daemon/protocol.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/cose/cbor.h"

/* One row a field, keys ascending: what is empty, zero or false is left out. */
enum field_type {
    TYPE_BYTES,
    TYPE_TEXT,
    TYPE_CHARS,
    TYPE_BOOL,
    TYPE_U32,
    TYPE_U64,
    TYPE_I32,
    TYPE_I64
};

struct field {
    uint8_t key;
    enum field_type type;
    const char *name; /* NULL ends a table */
    size_t offset;
    uint64_t max; /* bytes, or the largest value */
};

#define Q(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct question, member), max                                 \
    }
static const struct field question_fields[] = {
    Q(2, TYPE_TEXT, sender, MESSAGE_KEYID_MAX),
    Q(3, TYPE_BOOL, is_operator, 1),
    Q(4, TYPE_BOOL, chinese, 1),
    Q(5, TYPE_BOOL, raw, 1),
    Q(6, TYPE_U32, wait_ms, UINT32_MAX),
    Q(7, TYPE_TEXT, batch, BATCH_ID_LEN),
    Q(8, TYPE_TEXT, number, 64),
    Q(9, TYPE_U64, after, UINT64_MAX),
    Q(10, TYPE_U64, limit, UINT64_MAX),
    Q(11, TYPE_I32, as_of, 0),
    Q(12, TYPE_U32, kind, KIND_COUNT - 1),
    Q(13, TYPE_BOOL, is_csv, 1),
    Q(14, TYPE_TEXT, key, MESSAGE_IDEMPOTENCY_MAX),
    Q(15, TYPE_TEXT, nonce, MESSAGE_NONCE_MAX),
    Q(16, TYPE_I64, created, 0),
    Q(17, TYPE_BYTES, digest, SHA256_LEN),
    Q(18, TYPE_BYTES, base, SIGNATURE_BASE_MAX),
    Q(19, TYPE_BYTES, signature, SIGNATURE_LEN),
    Q(20, TYPE_BYTES, signer, 512),
    Q(21, TYPE_U64, body_len, UINT64_MAX),
    Q(22, TYPE_BYTES, body, BODY_INLINE_MAX),
    { .name = NULL },
};

#define A(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct answer, member), max                                   \
    }
static const struct field answer_fields[] = {
    A(2, TYPE_CHARS, batch, sizeof((struct answer *)NULL)->batch),
    A(3, TYPE_U32, retry_s, UINT32_MAX),
    A(4, TYPE_CHARS, detail, sizeof((struct answer *)NULL)->detail),
    A(5, TYPE_BYTES, body, SIZE_MAX),
    A(6, TYPE_U64, file_len, UINT64_MAX),
    A(7, TYPE_U64, next, UINT64_MAX),
    { .name = NULL },
};

#define S(key, type, member, max)                                                                  \
    {                                                                                              \
        key, type, #member, offsetof(struct status, member), max                                   \
    }
static const struct field status_fields[] = {
    S(2, TYPE_BOOL, ready, 1),
    S(3, TYPE_CHARS, reason, sizeof((struct status *)NULL)->reason),
    S(4, TYPE_U64, queued, UINT64_MAX),
    S(5, TYPE_U64, working, UINT64_MAX),
    S(6, TYPE_U64, done, UINT64_MAX),
    S(7, TYPE_U64, failed, UINT64_MAX),
    S(8, TYPE_I64, last_commit_s, 0),
    S(9, TYPE_I64, last_signing_s, 0),
    S(10, TYPE_U64, register_bytes, UINT64_MAX),
    S(11, TYPE_U64, register_max_bytes, UINT64_MAX),
    S(12, TYPE_U64, issued, UINT64_MAX),
    S(13, TYPE_U64, renewed, UINT64_MAX),
    S(14, TYPE_U64, exchanged, UINT64_MAX),
    S(15, TYPE_U64, recorded, UINT64_MAX),
    S(16, TYPE_U64, duplicate, UINT64_MAX),
    S(17, TYPE_U64, refused, UINT64_MAX),
    S(18, TYPE_U64, conflict, UINT64_MAX),
    { .name = NULL },
};

_Static_assert(sizeof(enum record_kind) == sizeof(uint32_t), "a kind is kept as a number");
#define HEAD_VERSION 0
#define HEAD_WHAT    1

/* --- writing --- */

static const void *at(const void *from, const struct field *f)
{
    return (const char *)from + f->offset;
}

/* An integer field's value; spans and texts: how many bytes. */
static int64_t value_of(const void *from, const struct field *f)
{
    const void *const p = at(from, f);
    switch (f->type) {
    case TYPE_BYTES:
    case TYPE_TEXT:
        return ((const struct span *)p)->len > 0;
    case TYPE_CHARS:
        return ((const char *)p)[0] != '\0';
    case TYPE_BOOL:
        return *(const bool *)p;
    case TYPE_U32:
        return *(const uint32_t *)p;
    case TYPE_U64:
        return *(const uint64_t *)p != 0;
    case TYPE_I32:
        return *(const int32_t *)p;
    case TYPE_I64:
        return *(const int64_t *)p;
    }
    return 0;
}

static void put_field(struct buf *to, const void *from, const struct field *f)
{
    const void *const p = at(from, f);
    cbor_put_uint(to, f->key);
    switch (f->type) {
    case TYPE_BYTES:
        cbor_put_bytes(to, *(const struct span *)p);
        return;
    case TYPE_TEXT:
        cbor_put_text(to, *(const struct span *)p);
        return;
    case TYPE_CHARS:
        cbor_put_cstr(to, p);
        return;
    case TYPE_BOOL:
        cbor_put_bool(to, true);
        return;
    case TYPE_U64:
        cbor_put_uint(to, *(const uint64_t *)p);
        return;
    case TYPE_U32:
    case TYPE_I32:
    case TYPE_I64:
        cbor_put_int(to, value_of(from, f));
        return;
    }
}

static void put_message(struct buf *to, unsigned what, const void *from, const struct field *fields)
{
    uint64_t count = 2;
    for (const struct field *f = fields; f->name; f++)
        count += value_of(from, f) != 0;

    cbor_put_map(to, count);
    cbor_put_uint(to, HEAD_VERSION);
    cbor_put_uint(to, PROTOCOL_VERSION);
    cbor_put_uint(to, HEAD_WHAT);
    cbor_put_uint(to, what);
    for (const struct field *f = fields; f->name; f++) {
        if (value_of(from, f) != 0)
            put_field(to, from, f);
    }
}

void question_put(struct buf *to, const struct question *q)
{
    assert(to && q && q->ask != ASK_NONE);
    put_message(to, (unsigned)q->ask, q, question_fields);
}

void answer_put(struct buf *to, const struct answer *a)
{
    assert(to && a && a->reply != REPLY_NONE);
    put_message(to, (unsigned)a->reply, a, answer_fields);
}

void status_put(struct buf *to, const struct status *s)
{
    assert(to && s);
    put_message(to, 0, s, status_fields);
}

/* --- reading --- */

static bool read_chars(struct cbor_reader *c, const struct field *f, char *to)
{
    struct span s;
    if (!cbor_text(c, f->name, 1, (size_t)f->max - 1, &s))
        return false;
    if (memchr(s.ptr, '\0', s.len))
        return cbor_fail(c, "'%s' holds a NUL", f->name);
    memcpy(to, s.ptr, s.len);
    to[s.len] = '\0';
    return true;
}

static bool read_number(struct cbor_reader *c, const struct field *f, void *to)
{
    int64_t v;
    uint64_t u;
    if (f->type == TYPE_U64)
        return cbor_uint(c, f->name, f->max, to);
    if (f->type == TYPE_I64)
        return cbor_int(c, f->name, to);
    if (f->type == TYPE_U32) {
        if (!cbor_uint(c, f->name, f->max, &u))
            return false;
        *(uint32_t *)to = (uint32_t)u;
        return true;
    }
    if (!cbor_int(c, f->name, &v))
        return false;
    if (v < INT32_MIN || v > INT32_MAX)
        return cbor_fail(c, "'%s' is out of range", f->name);
    *(int32_t *)to = (int32_t)v;
    return true;
}

static bool read_field(struct cbor_reader *c, const struct field *f, void *into)
{
    void *const to = (char *)into + f->offset;
    switch (f->type) {
    case TYPE_BYTES:
        return cbor_bytes(c, f->name, 0, (size_t)f->max, to);
    case TYPE_TEXT:
        return cbor_text(c, f->name, 0, (size_t)f->max, to);
    case TYPE_CHARS:
        return read_chars(c, f, to);
    case TYPE_BOOL:
        return cbor_bool(c, f->name, to);
    case TYPE_U32:
    case TYPE_U64:
    case TYPE_I32:
    case TYPE_I64:
        return read_number(c, f, to);
    }
    return false;
}

static enum rc read_message(struct span bytes, uint64_t max_what, uint64_t *ret_what, void *into,
                            const struct field *fields, struct diag *d)
{
    struct diag why = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(bytes, &why);
    struct cbor_map m;
    uint64_t version = 0;
    bool good = cbor_map(&c, "message", 64, &m) && cbor_map_need(&c, &m, HEAD_VERSION, "version") &&
                cbor_uint(&c, "version", UINT32_MAX, &version);
    if (good && version != PROTOCOL_VERSION)
        return diag_set(d, RC_REFUSED, 0, "the message is of another version of the programs");

    good = good && cbor_map_need(&c, &m, HEAD_WHAT, "what") &&
           cbor_uint(&c, "what", max_what, ret_what);
    for (const struct field *f = fields; good && f->name; f++) {
        if (cbor_map_key(&c, &m, f->key))
            good = read_field(&c, f, into);
    }
    good = good && cbor_map_end(&c, &m, "message") && cbor_end(&c);
    return good ? RC_OK : diag_set(d, RC_FORMAT, why.offset, "message: %s", why.text);
}

enum rc question_read(struct span bytes, struct question *ret, struct diag *d)
{
    assert(ret);
    struct question q = { 0 };
    uint64_t what = 0;
    const enum rc rc = read_message(bytes, ASK_REPORT, &what, &q, question_fields, d);
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
    const enum rc rc = read_message(bytes, REPLY_COUNT - 1, &what, &a, answer_fields, d);
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
    const enum rc rc = read_message(bytes, 0, &what, &s, status_fields, d);
    if (rc == RC_OK)
        *ret = s;
    return rc;
}
