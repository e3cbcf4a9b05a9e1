#include "issuer/scheme/photo.h"

#include "core/base/reader.h"

/* --- PNG: ISO/IEC 15948 clauses 5.2, 11.2.2 and 11.2.5 --- */

static bool is_png(struct span file)
{
    static const uint8_t head[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n',
                                    0,    0,   0,   13,  'I',  'H',  'D',  'R' };
    static const uint8_t tail[] = { 0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82 };
    const size_t ihdr_len = 13 + 4; /* with its check */
    if (file.len < sizeof head + ihdr_len + sizeof tail ||
        memcmp(file.ptr, head, sizeof head) != 0 ||
        memcmp(file.ptr + file.len - sizeof tail, tail, sizeof tail) != 0)
        return false;

    struct reader r = reader_over(span_of(file.ptr + sizeof head, ihdr_len));
    uint32_t width, height;
    return reader_be32(&r, &width) && reader_be32(&r, &height) && width > 0 && height > 0;
}

/* --- JPEG: ITU-T T.81 annex B --- */

enum {
    SOI = 0xD8,
    EOI = 0xD9,
    SOS = 0xDA,
    SOF_FIRST = 0xC0,
    SOF_LAST = 0xCF,
    DHT = 0xC4,
    JPG = 0xC8,
    DAC = 0xCC,
    APP_FIRST = 0xE0,
    COM = 0xFE,
    DQT = 0xDB
};

static bool is_frame(uint8_t marker)
{
    return marker >= SOF_FIRST && marker <= SOF_LAST && marker != DHT && marker != JPG &&
           marker != DAC;
}

/* Tables, restart interval, application data, comments. */
static bool may_stand_before_frame(uint8_t marker)
{
    return marker == DHT || marker == DAC || (marker >= DQT && marker <= 0xDF) ||
           (marker >= APP_FIRST && marker <= 0xEF) || marker == COM;
}

static bool frame_has_pixels(struct span frame)
{
    struct reader r = reader_over(frame);
    uint8_t precision, components;
    uint16_t height, width;
    return reader_u8(&r, &precision) && reader_be16(&r, &height) && reader_be16(&r, &width) &&
           reader_u8(&r, &components) && height > 0 && width > 0 && components > 0 &&
           components <= 4;
}

static bool next_segment(struct reader *r, uint8_t *ret_marker, struct span *ret)
{
    uint8_t fill;
    uint16_t len;
    if (!reader_u8(r, &fill) || fill != 0xFF)
        return false;
    do {
        if (!reader_u8(r, &fill))
            return false;
    } while (fill == 0xFF);
    if (!reader_be16(r, &len) || len < 2)
        return false;
    *ret_marker = fill;
    return reader_take(r, (size_t)len - 2, ret);
}

static bool is_jpeg(struct span file)
{
    if (file.len < 4 || file.ptr[0] != 0xFF || file.ptr[1] != SOI ||
        file.ptr[file.len - 2] != 0xFF || file.ptr[file.len - 1] != EOI)
        return false;

    struct reader r = reader_over(span_of(file.ptr + 2, file.len - 4));
    uint8_t marker;
    struct span segment;
    while (next_segment(&r, &marker, &segment)) {
        if (is_frame(marker))
            return frame_has_pixels(segment);
        if (!may_stand_before_frame(marker))
            return false;
    }
    return false;
}

bool photo_is_picture(struct span file)
{
    return is_png(file) || is_jpeg(file);
}
