#include "core/cert/photo.h"

#include <assert.h>
#include <string.h>

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

static bool has_size(const struct photo *p)
{
    return p->width > 0 && p->height > 0 && p->width <= PHOTO_SIDE_MAX &&
           p->height <= PHOTO_SIDE_MAX;
}

/* --- JPEG --- */

/* ITU-T T.81, B.2.2: precision, height, width, components. */
static enum rc read_frame(struct span frame, struct photo *ret, struct diag *d)
{
    if (frame.len < 6)
        return refuse(d, "has a broken frame header");
    ret->bits = frame.ptr[0];
    ret->height = be16(frame.ptr + 1);
    ret->width = be16(frame.ptr + 3);
    ret->grey = frame.ptr[5] == 1;
    if (ret->bits != 8 || (frame.ptr[5] != 1 && frame.ptr[5] != 3))
        return refuse(d, "is neither grey nor colour of 8 bits");
    return has_size(ret) ? RC_OK : refuse(d, "has no size that can be drawn");
}

static enum rc read_jpeg(struct span file, struct photo *ret, struct diag *d)
{
    ret->bytes = file;
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

/* --- PNG --- */

static const uint8_t png_mark[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
#define IHDR_LEN  13u
#define CHUNK_LEN 12u /* of a chunk without data: length, type, check */

enum { GREY = 0, COLOUR = 2 };

/* ISO/IEC 15948 annex D, four bits at a time. */
static uint32_t crc_add(uint32_t crc, struct span bytes)
{
    static const uint32_t table[] = {
        0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
        0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
        0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
    };
    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= bytes.ptr[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return crc;
}

static uint32_t crc_of(const char type[4], struct span data)
{
    const uint32_t crc = crc_add(0xFFFFFFFFu, span_of((const uint8_t *)type, 4));
    return crc_add(crc, data) ^ 0xFFFFFFFFu;
}

static void put_chunk(struct buf *to, const char type[4], struct span data)
{
    buf_put_be32(to, (uint32_t)data.len);
    buf_put(to, type, 4);
    buf_put_span(to, data);
    buf_put_be32(to, crc_of(type, data));
}

struct chunk {
    struct span type, data;
};

/* False: there is no whole and sound one at *at, which stays. */
static bool next_chunk(struct span file, size_t *at, struct chunk *ret)
{
    if (file.len - *at < CHUNK_LEN)
        return false;
    const uint8_t *const p = file.ptr + *at;
    const size_t len = be32(p);
    if (len > file.len - *at - CHUNK_LEN)
        return false;
    *ret = (struct chunk){ span_of(p + 4, 4), span_of(p + 8, len) };
    if (be32(p + 8 + len) != crc_of((const char *)p + 4, ret->data))
        return false;
    *at += CHUNK_LEN + len;
    return true;
}

static bool is_chunk(const struct chunk *c, const char *type)
{
    return memcmp(c->type.ptr, type, 4) == 0;
}

static enum rc read_ihdr(const struct chunk *c, struct photo *ret, struct diag *d)
{
    if (!is_chunk(c, "IHDR") || c->data.len != IHDR_LEN)
        return refuse(d, "is a broken PNG");
    const uint8_t *const p = c->data.ptr;
    ret->width = be32(p);
    ret->height = be32(p + 4);
    ret->bits = p[8];
    ret->grey = p[9] == GREY;
    const bool known_bits = p[8] == 8 || (ret->grey && (p[8] == 1 || p[8] == 2 || p[8] == 4));
    if ((p[9] != GREY && p[9] != COLOUR) || !known_bits || p[10] != 0 || p[11] != 0 || p[12] != 0)
        return refuse(d, "is a PNG with transparency, palette, interlace or 16 bits");
    return has_size(ret) ? RC_OK : refuse(d, "has no size that can be drawn");
}

/* The head, with *at behind it. */
static enum rc read_head(struct span file, size_t *at, struct photo *ret, struct diag *d)
{
    struct chunk c;
    *at = sizeof png_mark;
    return next_chunk(file, at, &c) ? read_ihdr(&c, ret, d) : refuse(d, "is a broken PNG");
}

static enum rc read_png(struct span file, struct photo *ret, struct diag *d)
{
    size_t at;
    struct chunk data, end;
    const enum rc rc = read_head(file, &at, ret, d);
    if (rc != RC_OK)
        return rc;
    if (!next_chunk(file, &at, &data) || !is_chunk(&data, "IDAT") || data.data.len == 0 ||
        !next_chunk(file, &at, &end) || !is_chunk(&end, "IEND") || end.data.len != 0 ||
        at != file.len)
        return refuse(d, "is a PNG of other chunks than IHDR, IDAT, IEND");
    ret->bytes = data.data;
    return RC_OK;
}

static bool is_png(struct span file)
{
    return file.len >= sizeof png_mark && memcmp(file.ptr, png_mark, sizeof png_mark) == 0;
}

enum rc photo_read(struct span file, struct photo *ret, struct diag *d)
{
    static const uint8_t jpeg_mark[] = { 0xff, 0xd8, 0xff };
    assert(ret);

    enum rc rc;
    struct photo p = { 0 };
    if (is_png(file)) {
        rc = read_png(file, &p, d);
    } else if (file.len >= sizeof jpeg_mark && memcmp(file.ptr, jpeg_mark, sizeof jpeg_mark) == 0) {
        p.jpeg = true;
        rc = read_jpeg(file, &p, d);
    } else {
        return refuse(d, "is neither JPEG nor PNG");
    }
    if (rc == RC_OK)
        *ret = p;
    return rc;
}

static void set_be32(uint8_t *to, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void put_plain(struct buf *to, const struct photo *p, struct span data)
{
    uint8_t ihdr[IHDR_LEN] = { 0 };
    set_be32(ihdr, p->width);
    set_be32(ihdr + 4, p->height);
    ihdr[8] = p->bits;
    ihdr[9] = p->grey ? GREY : COLOUR;
    buf_put(to, png_mark, sizeof png_mark);
    put_chunk(to, "IHDR", span_of(ihdr, sizeof ihdr));
    put_chunk(to, "IDAT", data);
    put_chunk(to, "IEND", (struct span){ 0 });
}

void photo_put(struct buf *to, const struct photo *p)
{
    assert(to && p);

    if (p->jpeg)
        buf_put_span(to, p->bytes);
    else
        put_plain(to, p, p->bytes);
}

/* Up to IEND; what else stands between decides about the pixels alone when it is tRNS. */
static enum rc join_data(struct span file, size_t at, struct buf *to, struct diag *d)
{
    struct chunk c;
    while (next_chunk(file, &at, &c)) {
        if (is_chunk(&c, "tRNS"))
            return refuse(d, "is a PNG with transparency, palette, interlace or 16 bits");
        if (is_chunk(&c, "IDAT"))
            buf_put_span(to, c.data);
        if (is_chunk(&c, "IEND"))
            return to->len > 0 || !buf_ok(to) ? buf_rc(to, d)
                                              : refuse(d, "is a PNG without pixels");
    }
    return refuse(d, "is a broken PNG");
}

enum rc photo_plain(struct span png, struct buf *to, struct diag *d)
{
    assert(to);

    size_t at;
    struct photo p = { 0 };
    ON_EXIT(buf_free_at) struct buf data = { 0 };
    if (!is_png(png))
        return refuse(d, "is no PNG");
    enum rc rc = read_head(png, &at, &p, d);
    if (rc == RC_OK)
        rc = join_data(png, at, &data, d);
    if (rc != RC_OK)
        return rc;
    put_plain(to, &p, buf_span(&data));
    return buf_rc(to, d);
}
