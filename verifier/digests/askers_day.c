#include "verifier/digests/askers_day.h"

#include "core/base/reader.h"

#define EMPLOYER 'E'
#define LIST     'L'
#define WATCHED  'W'
#define LOST     '!'

static void put_be16(struct buf *to, size_t v)
{
    buf_put_u8(to, (uint8_t)(v >> 8));
    buf_put_u8(to, (uint8_t)v);
}

void askers_put_employer(struct buf *to, struct span name, struct span purpose)
{
    buf_put_u8(to, EMPLOYER);
    put_be16(to, name.len);
    put_be16(to, purpose.len);
    buf_put_span(to, name);
    buf_put_span(to, purpose);
}

void askers_put_row(struct buf *to, uint16_t employer, bool watched,
                    const uint8_t digest[LOOKUP_DIGEST_LEN])
{
    buf_put_u8(to, watched ? WATCHED : LIST);
    put_be16(to, employer);
    buf_put(to, digest, LOOKUP_DIGEST_LEN);
}

static bool are_zeros(struct span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != 0)
            return false;
    return true;
}

bool askers_is_blank(struct span file)
{
    const struct span head = SPAN_LITERAL(ASKERS_HEAD);
    return are_zeros(file) || (file.len < head.len && memcmp(file.ptr, head.ptr, file.len) == 0);
}

enum rc askers_begin(struct span file, size_t *ret_at, struct diag *d)
{
    const struct span head = SPAN_LITERAL(ASKERS_HEAD);
    if (file.len < head.len || memcmp(file.ptr, head.ptr, head.len) != 0)
        return diag_set(d, RC_FORMAT, 0, "no file of what employers have asked");
    *ret_at = head.len;
    return RC_OK;
}

/* Longer than any that is written: then what follows is not its rest. */
static bool is_too_long(struct reader r)
{
    uint16_t name, purpose;
    return reader_be16(&r, &name) && (name > EMPLOYER_NAME_MAX || (reader_be16(&r, &purpose) &&
                                                                   purpose > EMPLOYER_PURPOSE_MAX));
}

/* False: not whole. */
static bool read_employer(struct reader *r, struct askers_entry *ret)
{
    uint16_t name, purpose;
    ret->kind = ASKERS_EMPLOYER;
    return reader_be16(r, &name) && reader_be16(r, &purpose) && reader_take(r, name, &ret->name) &&
           reader_take(r, purpose, &ret->purpose);
}

static bool read_row(struct reader *r, struct askers_entry *ret)
{
    struct span digest;
    ret->kind = ASKERS_ROW;
    if (!reader_be16(r, &ret->employer) || !reader_take(r, LOOKUP_DIGEST_LEN, &digest))
        return false;
    ret->digest = digest.ptr;
    return true;
}

enum rc askers_next(struct span file, size_t *at, struct askers_entry *ret, struct diag *d)
{
    struct reader r = reader_over(span_of(file.ptr + *at, file.len - *at));
    uint8_t tag = 0;
    bool whole = false;
    *ret = (struct askers_entry){ .kind = ASKERS_END };
    if (!reader_u8(&r, &tag) || are_zeros(r.in))
        return RC_OK;
    if (tag == EMPLOYER && !is_too_long(r))
        whole = read_employer(&r, ret);
    else if (tag == LIST || tag == WATCHED)
        whole = read_row(&r, ret);
    else if (tag == LOST)
        whole = true;
    else
        return diag_set(d, RC_FORMAT, *at, "no entry of what employers have asked");
    if (tag == LOST)
        ret->kind = ASKERS_GAP;
    ret->watched = tag == WATCHED;
    if (whole)
        *at += r.pos;
    else
        *ret = (struct askers_entry){ .kind = ASKERS_END };
    return RC_OK;
}
