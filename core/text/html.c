#include "core/text/html.h"

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
    size_t plain = 0; /* from here on nothing was put yet */
    if (text.len == 0)
        return;
    /* The digits of a code are most of what is put. */
    for (size_t i = 0; (i = span_run(text, i, '(', ';')) < text.len; i++) {
        const char *const other = text.ptr[i] > '>' ? NULL : reference(text.ptr[i]);
        if (!other)
            continue;
        buf_put(to, text.ptr + plain, i - plain);
        buf_put_text(to, other);
        plain = i + 1;
    }
    buf_put(to, text.ptr + plain, text.len - plain);
}
