#include <assert.h>

#include "layouts/pdf_fonts.h"

void pdf_chars_init(struct pdf_chars *chars, bool fixed)
{
    chars->fixed = fixed;
    chars->count = 0;
    memset(chars->used, 0, sizeof chars->used);
    memset(chars->slot, 0, sizeof chars->slot);
}

/* Where the character stands, or the free slot where it would. */
static size_t slot_of(const struct pdf_chars *chars, uint32_t character)
{
    size_t slot = (character * 2654435761u >> 12) % PDF_CHARS_SLOTS;
    while (chars->slot[slot] != 0 && chars->at[chars->slot[slot] - 1].character != character)
        slot = (slot + 1) % PDF_CHARS_SLOTS;
    return slot;
}

const struct pdf_char *pdf_chars_find(const struct pdf_chars *chars, uint32_t character)
{
    const size_t place = chars->slot[slot_of(chars, character)];
    return place != 0 ? &chars->at[place - 1] : NULL;
}

static uint16_t advance_of(const struct pdf_face *face, uint32_t glyph)
{
    const unsigned units = pdf_face_metrics(face, glyph).advance;
    return (uint16_t)((units * 1000 + face->upem / 2) / face->upem);
}

enum rc pdf_chars_add(struct pdf_chars *chars, const struct pdf_font_set *fonts, uint32_t character,
                      const struct pdf_char **ret, struct diag *d)
{
    const size_t slot = slot_of(chars, character);
    if (chars->slot[slot] != 0) {
        *ret = &chars->at[chars->slot[slot] - 1];
        return RC_OK;
    }

    unsigned face;
    uint32_t glyph;
    if (!pdf_fonts_find(fonts, character, &face, &glyph))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "no installed font has U+%04X",
                        (unsigned)character);
    if (chars->count == PDF_CHARS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "more than %u different characters",
                        PDF_CHARS_MAX);

    chars->at[chars->count] = (struct pdf_char){
        .character = character,
        .glyph = glyph,
        .cid = ++chars->used[face],
        .advance = advance_of(&fonts->face[face], glyph),
        .face = (uint8_t)face,
        .fixed = chars->fixed,
    };
    *ret = &chars->at[chars->count];
    chars->slot[slot] = ++chars->count;
    return RC_OK;
}

uint32_t pdf_next_character(struct span text, size_t *at)
{
    const uint8_t *p = text.ptr + *at;
    if (p[0] < 0x80) {
        *at += 1;
        return p[0];
    }
    if (p[0] < 0xE0) {
        *at += 2;
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    }
    if (p[0] < 0xF0) {
        *at += 3;
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    }
    *at += 4;
    return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
}
