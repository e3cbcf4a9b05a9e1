#include "verifier/pages/html.h"

static const char *reference(uint8_t c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return c < 0x20 && c != '\n' ? "\xef\xbf\xbd" : NULL;
    }
}

void html_put(struct buf *to, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char *const other = reference(text.ptr[i]);
        if (other)
            buf_put_text(to, other);
        else
            buf_put_u8(to, text.ptr[i]);
    }
}
