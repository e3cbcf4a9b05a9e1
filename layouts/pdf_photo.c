#include "layouts/pdf_photo.h"

#include "core/picture/picture.h"

#define DARK 128 /* grey below this prints */

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return be16(p) << 16 | be16(p + 2);
}

static enum rc refuse(struct diag *d, const char *why)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "the photo %s", why);
}

/* ITU-T T.81, B.2.2: precision, height, width, components. */
static enum rc read_frame(struct span frame, struct pdf_photo *ret, struct diag *d)
{
    if (frame.len < 6)
        return refuse(d, "has a broken frame header");
    ret->bits = frame.ptr[0];
    ret->height = be16(frame.ptr + 1);
    ret->width = be16(frame.ptr + 3);
    ret->grey = frame.ptr[5] == 1;
    if (ret->bits != 8 || (frame.ptr[5] != 1 && frame.ptr[5] != 3))
        return refuse(d, "is neither grey nor colour of 8 bits");
    if (ret->width == 0 || ret->height == 0)
        return refuse(d, "has no size");
    return RC_OK;
}

static enum rc read_jpeg(struct span file, struct pdf_photo *ret, struct diag *d)
{
    for (size_t at = 2; at + 4 <= file.len && file.ptr[at] == 0xFF;) {
        const uint8_t marker = file.ptr[at + 1];
        if (marker == 0xFF) { /* fill */
            at++;
            continue;
        }
        const size_t len = be16(file.ptr + at + 2);
        if (len < 2 || at + 2 + len > file.len)
            break;
        /* SOF0 to SOF2; the others are lossless, hierarchical or arithmetic. */
        if (marker >= 0xC0 && marker <= 0xC2)
            return read_frame(span_of(file.ptr + at + 4, len - 2), ret, d);
        if (marker > 0xC2 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC)
            return refuse(d, "is a JPEG that PDF cannot hold");
        at += 2 + len;
    }
    return refuse(d, "is a JPEG without a frame");
}

/* ISO/IEC 15948, 11.2.2: IHDR. */
static enum rc read_png(struct span file, struct pdf_photo *ret, struct diag *d)
{
    if (file.len < 33 || memcmp(file.ptr + 12, "IHDR", 4) != 0)
        return refuse(d, "is a broken PNG");
    const uint8_t *ihdr = file.ptr + 16;
    ret->width = be32(ihdr);
    ret->height = be32(ihdr + 4);
    ret->bits = ihdr[8];
    ret->grey = ihdr[9] == 0;
    if ((ihdr[9] != 0 && ihdr[9] != 2) || ihdr[8] > 8 || ihdr[12] != 0)
        return refuse(d, "is a PNG with transparency, palette, interlace or 16 bits");
    if (ret->width == 0 || ret->height == 0 || ret->width > PICTURE_SIDE_MAX ||
        ret->height > PICTURE_SIDE_MAX)
        return refuse(d, "has no size that can be drawn");
    return RC_OK;
}

/* Moves *at behind a chunk; false: no more. */
static bool next_chunk(struct span file, size_t *at, struct span *ret_data, bool *ret_idat)
{
    if (*at + 12 > file.len)
        return false;
    const size_t len = be32(file.ptr + *at);
    if (len > file.len - *at - 12)
        return false;
    *ret_data = span_of(file.ptr + *at + 8, len);
    *ret_idat = memcmp(file.ptr + *at + 4, "IDAT", 4) == 0;
    *at += 12 + len;
    return true;
}

/* The image data of all IDAT chunks, joined: to NULL only counts. */
static size_t join_idat(struct span file, struct buf *to)
{
    size_t at = 8, len = 0;
    struct span data;
    bool idat;
    while (next_chunk(file, &at, &data, &idat)) {
        if (!idat)
            continue;
        len += data.len;
        if (to)
            buf_put_span(to, data);
    }
    return len;
}

enum rc pdf_photo_read(struct span file, struct pdf_photo *ret, struct diag *d)
{
    struct pdf_photo photo = { .bytes = file };
    enum rc rc = RC_FORMAT;
    switch (picture_kind(file)) {
    case PICTURE_NONE:
        return refuse(d, "is neither JPEG nor PNG");
    case PICTURE_JPEG:
        photo.jpeg = true;
        rc = read_jpeg(file, &photo, d);
        break;
    case PICTURE_PNG:
        rc = read_png(file, &photo, d);
        if (rc == RC_OK && join_idat(file, NULL) == 0)
            rc = refuse(d, "is a PNG without pixels");
        break;
    }
    if (rc == RC_OK)
        *ret = photo;
    return rc;
}

void pdf_photo_put(struct pdf_out *out, unsigned number, const struct pdf_photo *p)
{
    struct buf *const to = out->to;
    pdf_begin(out, number);
    buf_printf(to, "<</Length %zu", p->jpeg ? p->bytes.len : join_idat(p->bytes, NULL));
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
    if (p->jpeg)
        buf_put_span(to, p->bytes);
    else
        join_idat(p->bytes, to);
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
