#include "verifier/picture/codes.h"

#include <assert.h>
#include <stdlib.h>

#include <zbar.h>

#include "verifier/picture/variants.h"

#define GREY_FOURCC zbar_fourcc('Y', '8', '0', '0')

static void scanner_free_at(zbar_image_scanner_t **scanner)
{
    if (*scanner)
        zbar_image_scanner_destroy(*scanner);
}

static void image_free_at(zbar_image_t **image)
{
    if (*image)
        zbar_image_destroy(*image);
}

static bool is_printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return len > 0 && len <= CODE_TEXT_MAX;
}

static void put_symbols(const zbar_image_t *image, struct buf *to)
{
    const zbar_symbol_t *s = zbar_image_first_symbol(image);
    for (; s; s = zbar_symbol_next(s)) {
        const char *const text = zbar_symbol_get_data(s);
        const size_t len = zbar_symbol_get_data_length(s);
        if (zbar_symbol_get_type(s) != ZBAR_QRCODE || !is_printable(text, len))
            continue;
        buf_put(to, text, len);
        buf_put_u8(to, '\n');
    }
}

static enum rc scan(zbar_image_scanner_t *scanner, const struct picture *p, struct buf *to,
                    struct diag *d)
{
    ON_EXIT(image_free_at) zbar_image_t *image = zbar_image_create();
    if (!image)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a picture to scan");

    zbar_image_set_format(image, GREY_FOURCC);
    zbar_image_set_size(image, p->width, p->height);
    zbar_image_set_data(image, p->grey, (unsigned long)p->width * p->height, NULL);
    if (zbar_scan_image(scanner, image) > 0)
        put_symbols(image, to);
    return buf_rc(to, d);
}

enum rc codes_find(const struct picture *p, struct buf *to, struct diag *d)
{
    assert(p && p->grey && to);

    ON_EXIT(scanner_free_at) zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    if (!scanner)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a scanner");
    (void)zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    (void)zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);

    const size_t before = to->len;
    enum rc rc = scan(scanner, p, to, d);
    for (size_t i = 0; rc == RC_OK && to->len == before && i < variant_count; i++) {
        ON_EXIT(picture_free) struct picture other = { 0 };
        rc = variants[i](p, &other, d);
        if (rc == RC_OK && other.grey)
            rc = scan(scanner, &other, to, d);
    }
    return rc;
}
