#include "core/base/utf8.h"

/* RFC 3629 section 4: which second bytes may follow each lead byte, and how many bytes in all. */
static const struct sequence {
    uint8_t lead_first, lead_last, second_first, second_last, len;
} sequences[] = {
    { 0x00, 0x7f, 0x00, 0x00, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
    { 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
    { 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const struct sequence *sequence_of(uint8_t lead)
{
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        if (lead >= sequences[i].lead_first && lead <= sequences[i].lead_last)
            return &sequences[i];
    }
    return NULL;
}

/* Bytes of the character that starts here; 0: none does. */
static size_t character_len(struct span s)
{
    const struct sequence *q = sequence_of(s.ptr[0]);
    if (!q || q->len > s.len)
        return 0;
    if (q->len > 1 && (s.ptr[1] < q->second_first || s.ptr[1] > q->second_last))
        return 0;
    for (size_t i = 2; i < q->len; i++) {
        if ((s.ptr[i] & 0xc0) != 0x80)
            return 0;
    }
    return q->len;
}

bool utf8_well_formed(struct span text)
{
    while (text.len > 0) {
        const size_t n = text.ptr[0] < 0x80 ? 1 : character_len(text); /* nearly all are ASCII */
        if (n == 0)
            return false;
        text = span_of(text.ptr + n, text.len - n);
    }
    return true;
}

bool utf8_has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t b = text.ptr[i];
        if (b < 0x20 || b == 0x7f)
            return true;
        if (b == 0xc2 && i + 1 < text.len && text.ptr[i + 1] < 0xa0)
            return true;
    }
    return false;
}
