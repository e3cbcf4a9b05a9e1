#include "layouts/pdf_write.h"

#include <assert.h>

#include "core/base/dates.h"
#include "core/flate/flate.h"

/* Written backwards; returns the first digit. */
static char *digits_before(char *end, size_t v)
{
    do {
        *--end = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    return end;
}

void pdf_put_uint(struct buf *to, size_t v)
{
    char text[24];
    char *const end = text + sizeof text;
    const char *from = digits_before(end, v);
    buf_put(to, from, (size_t)(end - from));
}

void pdf_put_mpt(struct buf *to, int32_t mpt)
{
    char text[24];
    char *end = text + sizeof text;
    uint32_t v = mpt < 0 ? (uint32_t) - (int64_t)mpt : (uint32_t)mpt;
    char *from = end;

    uint32_t part = v % 1000;
    if (part != 0) {
        unsigned places = 3;
        for (; part % 10 == 0; part /= 10)
            places--;
        for (; places > 0; places--, part /= 10)
            *--from = (char)('0' + part % 10);
        *--from = '.';
    }
    from = digits_before(from, v / 1000);
    if (mpt < 0)
        *--from = '-';
    buf_put(to, from, (size_t)(end - from));
}

void pdf_put_iso_time(struct buf *to, int64_t unix_s)
{
    char text[TIME_TEXT_LEN + 1];
    time_format(unix_s, text);
    buf_put_text(to, text);
}

void pdf_put_date(struct buf *to, int64_t unix_s)
{
    char t[TIME_TEXT_LEN + 1];
    time_format(unix_s, t);
    const char date[] = { '(',  'D',  ':',   t[0],  t[1],  t[2],  t[3],  t[5],  t[6],
                          t[8], t[9], t[11], t[12], t[14], t[15], t[17], t[18], '+',
                          '0',  '8',  '\'',  '0',   '0',   '\'',  ')' };
    buf_put(to, date, sizeof date);
}

void pdf_put_hex16(struct buf *to, unsigned v)
{
    static const char digit[] = "0123456789abcdef";
    const char text[4] = { digit[v >> 12 & 15], digit[v >> 8 & 15], digit[v >> 4 & 15],
                           digit[v & 15] };
    buf_put(to, text, sizeof text);
}

void pdf_put_utf16(struct buf *to, uint32_t character)
{
    if (character < 0x10000) {
        pdf_put_hex16(to, (unsigned)character);
        return;
    }
    pdf_put_hex16(to, 0xD800 + ((character - 0x10000) >> 10));
    pdf_put_hex16(to, 0xDC00 + ((character - 0x10000) & 0x3FF));
}

void pdf_put_utf16_text(struct buf *to, struct span text)
{
    buf_put_text(to, "<feff");
    for (size_t at = 0; at < text.len;)
        pdf_put_utf16(to, pdf_next_character(text, &at));
    buf_put_text(to, ">");
}

void pdf_put_xml(struct buf *to, struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '<':
            buf_put_text(to, "&lt;");
            break;
        case '>':
            buf_put_text(to, "&gt;");
            break;
        case '&':
            buf_put_text(to, "&amp;");
            break;
        case '"':
            buf_put_text(to, "&quot;");
            break;
        default:
            buf_put_u8(to, text.ptr[i]);
        }
    }
}

void pdf_begin(struct pdf_out *out, unsigned number)
{
    assert(number < PDF_OBJECTS_MAX);
    out->offset[number] = out->to->len - out->start;
    pdf_put_uint(out->to, number);
    buf_put(out->to, " 0 obj\n", 7);
}

void pdf_end(struct pdf_out *out)
{
    buf_put(out->to, "\nendobj\n", 8);
}

void pdf_put_null(struct pdf_out *out, unsigned number)
{
    pdf_begin(out, number);
    buf_put(out->to, "null", 4);
    pdf_end(out);
}

void pdf_put_stream(struct pdf_out *out, unsigned number, const char *entries, struct span bytes)
{
    pdf_begin(out, number);
    buf_put_text(out->to, "<</Length ");
    pdf_put_uint(out->to, bytes.len);
    buf_put_text(out->to, entries);
    buf_put_text(out->to, ">>\nstream\n");
    buf_put_span(out->to, bytes);
    buf_put_text(out->to, "\nendstream");
    pdf_end(out);
}

enum rc pdf_put_packed(struct pdf_out *out, unsigned number, const char *entries, struct span plain,
                       struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf packed = { 0 };
    ON_EXIT(buf_free_at) struct buf dictionary = { 0 };
    const enum rc rc = flate_deflate(FLATE_ZLIB, plain, &packed, d);
    if (rc != RC_OK)
        return rc;
    buf_printf(&dictionary, "/Filter/FlateDecode%s", entries);
    pdf_put_stream(out, number, buf_cstr(&dictionary), buf_span(&packed));
    return buf_rc(&dictionary, d);
}

void pdf_put_xref_lines(struct buf *to, const size_t *offset, unsigned first, unsigned end)
{
    const size_t len = (size_t)(end - first) * 20;
    uint8_t *line = buf_reserve(to, len);
    if (!line)
        return;
    for (unsigned i = first; i < end; i++, line += 20) {
        memcpy(line, "0000000000 00000 n \n", 20);
        size_t v = offset[i];
        for (uint8_t *digit = line + 9; v != 0; v /= 10)
            *digit-- = (uint8_t)('0' + v % 10);
    }
    to->len += len;
}
