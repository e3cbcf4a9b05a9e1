#include "core/cli/width.h"

#include <assert.h>

struct range {
    uint32_t first, last;
};

static const struct range wide[] = {
    { 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },   { 0xac00, 0xd7a3 },
    { 0xf900, 0xfaff },   { 0xfe30, 0xfe4f },   { 0xff01, 0xff60 },   { 0xffe0, 0xffe6 },
    { 0x1f300, 0x1f64f }, { 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};
static const struct range none[] = {
    { 0x0300, 0x036f },
    { 0x200b, 0x200f },
    { 0xfe00, 0xfe0f },
};

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

static size_t width_of(uint32_t c)
{
    if (in_ranges(c, none, sizeof none / sizeof none[0]))
        return 0;
    return in_ranges(c, wide, sizeof wide / sizeof wide[0]) ? 2 : 1;
}

size_t text_width(struct span text)
{
    size_t columns = 0;
    uint32_t c = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t byte = text.ptr[i];
        if ((byte & 0xc0) == 0x80)
            c = c << 6 | (byte & 0x3fu);
        else
            c = byte < 0x80 ? byte : byte & (byte < 0xe0 ? 0x1fu : byte < 0xf0 ? 0x0fu : 0x07u);
        if (i + 1 == text.len || (text.ptr[i + 1] & 0xc0) != 0x80)
            columns += width_of(c);
    }
    return columns;
}

void text_pad(struct buf *to, const char *text, size_t columns)
{
    assert(to && text);

    buf_put_text(to, text);
    size_t at = text_width(span_text(text));
    do
        buf_put_u8(to, ' ');
    while (++at < columns);
}
