#include "layouts/pdf_photo.h"

#include "core/picture/picture.h"

#define DARK 128 /* grey below this prints */

void pdf_photo_put(struct pdf_out *out, unsigned number, const struct photo *p)
{
    struct buf *const to = out->to;
    pdf_begin(out, number);
    buf_printf(to, "<</Length %zu", p->bytes.len);
    if (p->jpeg)
        buf_put_text(to, "/Filter/DCTDecode");
    else
        buf_printf(to,
                   "/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors %d/"
                   "BitsPerComponent %u/Columns %u>>",
                   p->grey ? 1 : 3, p->bits, (unsigned)p->width);
    buf_printf(to,
               "/Type/XObject/Subtype/Image/Width %u/Height %u/BitsPerComponent %u"
               "/ColorSpace/%s>>\nstream\n",
               (unsigned)p->width, (unsigned)p->height, p->bits,
               p->grey ? "DeviceGray" : "DeviceRGB");
    buf_put_span(to, p->bytes);
    buf_put_text(to, "\nendstream");
    pdf_end(out);
}

enum rc pdf_stencil_put(struct pdf_out *out, unsigned number, struct span file, struct diag *d)
{
    ON_EXIT(picture_free) struct picture picture = { 0 };
    ON_EXIT(buf_free_at) struct buf bits = { 0 };
    ON_EXIT(buf_free_at) struct buf entries = { 0 };
    const enum rc rc = picture_read(file, &picture, d);
    if (rc != RC_OK)
        return rc;

    const size_t row = (picture.width + 7) / 8;
    uint8_t *out_bits = buf_reserve(&bits, row * picture.height);
    if (!out_bits)
        return buf_rc(&bits, d);
    memset(out_bits, 0xFF, row * picture.height);
    for (size_t y = 0; y < picture.height; y++) {
        for (size_t x = 0; x < picture.width; x++) {
            if (picture.grey[y * picture.width + x] < DARK)
                out_bits[y * row + x / 8] &= (uint8_t) ~(0x80 >> x % 8);
        }
    }
    bits.len = row * picture.height;
    buf_printf(&entries,
               "/Type/XObject/Subtype/Image/ImageMask true/BitsPerComponent 1/Width %u/Height %u",
               (unsigned)picture.width, (unsigned)picture.height);
    return pdf_put_packed(out, number, buf_cstr(&entries), buf_span(&bits), d);
}
