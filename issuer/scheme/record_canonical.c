#include "issuer/scheme/record_fields.h"

#include <assert.h>

static void put_text(struct buf *b, struct span text)
{
    buf_put_be32(b, (uint32_t)text.len);
    buf_put_span(b, text);
}

static uint32_t word_at(const void *at)
{
    uint32_t v;
    memcpy(&v, at, sizeof v);
    return v;
}

static void put_field(struct buf *b, const struct field *f, const struct record *r)
{
    const void *const at = (const char *)r + f->offset;
    struct span text;
    uint64_t posts;

    switch (f->type) {
    case FIELD_RECORD_ID:
        break; /* it names the row, it is no part of what the row says */
    case FIELD_TEXT:
    case FIELD_LABEL:
    case FIELD_BYTES:
    case FIELD_CREDIT_CODE:
        memcpy(&text, at, sizeof text);
        put_text(b, text);
        break;
    case FIELD_NAME:
    case FIELD_ID_NUMBER:
        put_text(b, span_text(at));
        break;
    case FIELD_POSTS:
        memcpy(&posts, at, sizeof posts);
        buf_put_be64(b, posts);
        break;
    case FIELD_BIT:
        buf_put_u8(b, *(const bool *)at);
        break;
    case FIELD_UNIT:
    case FIELD_WORD:
    case FIELD_DATE:
    case FIELD_PAST_DATE:
    case FIELD_YEAR:
    case FIELD_POST:
    case FIELD_HUNDREDTHS:
    case FIELD_ID_TYPE:
        buf_put_be32(b, word_at(at));
        break;
    }
}

void record_canonical_put(struct buf *b, const struct record *r)
{
    assert(b && r && r->kind != KIND_NONE);

    size_t count;
    const struct field *const fields = record_fields(r->kind, &count);
    buf_put_u8(b, (uint8_t)r->kind);
    for (size_t i = 0; i < count; i++)
        put_field(b, &fields[i], r);
}
