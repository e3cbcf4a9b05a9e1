#include "core/cose/cbor_record.h"

#include <assert.h>
#include <string.h>

#include "core/cose/cbor.h"

#define HEAD_VERSION 0
#define HEAD_WHAT    1

/* --- writing --- */

static const void *at(const void *from, const struct cbor_field *f)
{
    return (const char *)from + f->offset;
}

/* An integer field's value; spans and texts: how many bytes. */
static int64_t value_of(const void *from, const struct cbor_field *f)
{
    const void *const p = at(from, f);
    switch (f->type) {
    case FIELD_BYTES:
    case FIELD_TEXT:
        return ((const struct span *)p)->len > 0;
    case FIELD_CHARS:
        return ((const char *)p)[0] != '\0';
    case FIELD_BOOL:
        return *(const bool *)p;
    case FIELD_U32:
        return *(const uint32_t *)p;
    case FIELD_U64:
        return *(const uint64_t *)p != 0;
    case FIELD_I32:
        return *(const int32_t *)p;
    case FIELD_I64:
        return *(const int64_t *)p;
    }
    return 0;
}

static void put_field(struct buf *to, const void *from, const struct cbor_field *f)
{
    const void *const p = at(from, f);
    cbor_put_uint(to, f->key);
    switch (f->type) {
    case FIELD_BYTES:
        cbor_put_bytes(to, *(const struct span *)p);
        return;
    case FIELD_TEXT:
        cbor_put_text(to, *(const struct span *)p);
        return;
    case FIELD_CHARS:
        cbor_put_cstr(to, p);
        return;
    case FIELD_BOOL:
        cbor_put_bool(to, true);
        return;
    case FIELD_U64:
        cbor_put_uint(to, *(const uint64_t *)p);
        return;
    case FIELD_U32:
    case FIELD_I32:
    case FIELD_I64:
        cbor_put_int(to, value_of(from, f));
        return;
    }
}

void cbor_record_put(struct buf *to, unsigned version, unsigned what, const void *from,
                     const struct cbor_field *fields)
{
    assert(to && from && fields);
    uint64_t count = 2;
    for (const struct cbor_field *f = fields; f->name; f++)
        count += value_of(from, f) != 0;

    cbor_put_map(to, count);
    cbor_put_uint(to, HEAD_VERSION);
    cbor_put_uint(to, version);
    cbor_put_uint(to, HEAD_WHAT);
    cbor_put_uint(to, what);
    for (const struct cbor_field *f = fields; f->name; f++) {
        if (value_of(from, f) != 0)
            put_field(to, from, f);
    }
}

/* --- reading --- */

static bool read_chars(struct cbor_reader *c, const struct cbor_field *f, char *to)
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

static bool read_number(struct cbor_reader *c, const struct cbor_field *f, void *to)
{
    int64_t v;
    uint64_t u;
    if (f->type == FIELD_U64)
        return cbor_uint(c, f->name, f->max, to);
    if (f->type == FIELD_I64)
        return cbor_int(c, f->name, to);
    if (f->type == FIELD_U32) {
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

static bool read_field(struct cbor_reader *c, const struct cbor_field *f, void *into)
{
    void *const to = (char *)into + f->offset;
    switch (f->type) {
    case FIELD_BYTES:
        return cbor_bytes(c, f->name, 0, (size_t)f->max, to);
    case FIELD_TEXT:
        return cbor_text(c, f->name, 0, (size_t)f->max, to);
    case FIELD_CHARS:
        return read_chars(c, f, to);
    case FIELD_BOOL:
        return cbor_bool(c, f->name, to);
    case FIELD_U32:
    case FIELD_U64:
    case FIELD_I32:
    case FIELD_I64:
        return read_number(c, f, to);
    }
    return false;
}

enum rc cbor_record_read(struct span bytes, unsigned version, uint64_t max_what, uint64_t *ret_what,
                         void *into, const struct cbor_field *fields, struct diag *d)
{
    struct diag why = DIAG_INIT;
    struct cbor_reader c = cbor_reader_over(bytes, &why);
    struct cbor_map m;
    uint64_t theirs = 0;
    bool good = cbor_map(&c, "message", 64, &m) && cbor_map_need(&c, &m, HEAD_VERSION, "version") &&
                cbor_uint(&c, "version", UINT32_MAX, &theirs);
    if (good && theirs != version)
        return diag_set(d, RC_REFUSED, 0, "the message is of another version of the programs");

    good = good && cbor_map_need(&c, &m, HEAD_WHAT, "what") &&
           cbor_uint(&c, "what", max_what, ret_what);
    for (const struct cbor_field *f = fields; good && f->name; f++) {
        if (cbor_map_key(&c, &m, f->key))
            good = read_field(&c, f, into);
    }
    good = good && cbor_map_end(&c, &m, "message") && cbor_end(&c);
    return good ? RC_OK : diag_set(d, RC_FORMAT, why.offset, "message: %s", why.text);
}
