#include "layouts/pdf_photo.h"

#include "core/picture/picture.h"

/* Pixels of a photo that is drawn anew: 35 × 49 mm at 460 dots an inch. */
#define DRAWN_WIDTH  640u
#define DRAWN_HEIGHT 900u

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
    if (ret->width == 0 || ret->height == 0 || ret->width > PICTURE_SIDE_MAX ||
        ret->height > PICTURE_SIDE_MAX)
        return refuse(d, "has no size that can be drawn");
    return RC_OK;
}

/* PDF takes its image data as they stand: grey or RGB of up to 8 bits, not interlaced. */
static bool is_plain_png(struct span file)
{
    const uint8_t colour = file.ptr[25], depth = file.ptr[24], interlace = file.ptr[28];
    return (colour == 0 || colour == 2) && depth <= 8 && interlace == 0;
}

/* The mean of step × step pixels, fewer at the right and lower edge. */
static uint8_t mean(const struct picture *p, uint32_t x, uint32_t y, uint32_t step)
{
    uint64_t sum = 0, count = 0;
    for (uint32_t dy = 0; dy < step && y + dy < p->height; dy++)
        for (uint32_t dx = 0; dx < step && x + dx < p->width; dx++, count++)
            sum += p->grey[(size_t)(y + dy) * p->width + x + dx];
    return (uint8_t)(sum / count);
}

/* In place: what is written lies before what is still to be read. */
static void shrink(struct picture *p)
{
    const uint32_t across = (p->width + DRAWN_WIDTH - 1) / DRAWN_WIDTH;
    const uint32_t down = (p->height + DRAWN_HEIGHT - 1) / DRAWN_HEIGHT;
    const uint32_t step = across > down ? across : down;
    if (step < 2)
        return;
    size_t at = 0;
    for (uint32_t y = 0; y < p->height; y += step)
        for (uint32_t x = 0; x < p->width; x += step)
            p->grey[at++] = mean(p, x, y, step);
    p->width = (p->width + step - 1) / step;
    p->height = (p->height + step - 1) / step;
}

/* Any other PNG is decoded and drawn in grey on white, no larger than print needs it. */
static enum rc redraw(struct span file, struct buf *to, struct diag *d)
{
    ON_EXIT(picture_free) struct picture picture = { 0 };
    struct diag why = DIAG_INIT;
    const enum rc rc = picture_read(file, &picture, &why);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "the photo cannot be drawn: %s", why.text);
    shrink(&picture);
    return picture_write_png(to, picture.grey, picture.width, picture.height, d);
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

static enum rc read_any_png(struct span file, struct pdf_photo *ret, struct diag *d)
{
    enum rc rc = read_png(file, ret, d);
    if (rc == RC_OK && !is_plain_png(file)) {
        rc = redraw(file, &ret->redrawn, d);
        ret->bytes = buf_span(&ret->redrawn);
        if (rc == RC_OK)
            rc = read_png(ret->bytes, ret, d);
    }
    if (rc == RC_OK && join_idat(ret->bytes, NULL) == 0)
        rc = refuse(d, "is a PNG without pixels");
    return rc;
}

void pdf_photo_free(struct pdf_photo *photo)
{
    buf_free(&photo->redrawn);
    *photo = (struct pdf_photo){ 0 };
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
        rc = read_any_png(file, &photo, d);
        break;
    }
    if (rc == RC_OK)
        *ret = photo;
    else
        pdf_photo_free(&photo);
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
