#include "issuer/rendering/proof_reading.h"

#include <assert.h>

static size_t first_difference(struct span a, struct span b)
{
    const size_t len = a.len < b.len ? a.len : b.len;
    size_t at = 0;
    while (at < len && a.ptr[at] == b.ptr[at])
        at++;
    return at;
}

static bool lies_in(struct span file, size_t offset, struct span part)
{
    return part.len > 0 && offset >= (size_t)(part.ptr - file.ptr) &&
           offset < (size_t)(part.ptr - file.ptr) + part.len;
}

static enum copy_part part_of(struct span file, const struct pdf_copy *copy, size_t fixed_len,
                              size_t offset)
{
    if (offset < fixed_len)
        return PART_FIXED;
    if (lies_in(file, offset, copy->token))
        return PART_TOKEN;
    if (lies_in(file, offset, copy->proof))
        return PART_PROOF;
    return lies_in(file, offset, copy->photo.bytes) ? PART_PHOTO : PART_PAGE;
}

enum rc proof_read(const struct press *p, const struct sheet *sheet, struct span file,
                   const struct pdf_copy *copy, struct proof_reading *ret, struct diag *d)
{
    assert(p && sheet && copy && ret);

    struct pdf_signature_place place;
    ON_EXIT(buf_free_at) struct buf drawn = { 0 };
    const struct press_terms terms = { copy->made_s, copy->contents.len / 2 };
    const enum rc rc = press_draw(p, sheet, terms, &drawn, &place, d);
    if (rc != RC_OK)
        return rc;

    const struct span before = span_of(drawn.ptr, place.first_len);
    const struct span behind = span_of(drawn.ptr + place.second, place.second_len);
    struct proof_reading reading = { .same = span_equal(before, copy->before) &&
                                             span_equal(behind, copy->behind) };
    if (!reading.same) {
        reading.offset = first_difference(before, copy->before);
        if (reading.offset == before.len && before.len == copy->before.len)
            reading.offset = place.second + first_difference(behind, copy->behind);
        reading.part = part_of(file, copy, place.fixed_len, reading.offset);
    }
    *ret = reading;
    return RC_OK;
}
