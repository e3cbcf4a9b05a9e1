#include <assert.h>

#include <png.h>

#include "core/picture/formats.h"

/* libpng's simple interface: no jump leaves its own functions. */
static void image_free_at(png_image *image)
{
    png_image_free(image);
}

static enum rc png_failed(const png_image *image, struct diag *d)
{
    return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "png: %s", image->message);
}

enum rc png_to_grey(struct span file, struct picture *ret, struct diag *d)
{
    ON_EXIT(image_free_at) png_image image = { .version = PNG_IMAGE_VERSION };
    if (!png_image_begin_read_from_memory(&image, file.ptr, file.len))
        return png_failed(&image, d);

    const enum rc rc = picture_make(image.width, image.height, ret, d);
    if (rc != RC_OK)
        return rc;

    image.format = PNG_FORMAT_GRAY;
    const png_color white = { 255, 255, 255 };
    return png_image_finish_read(&image, &white, ret->grey, 0, NULL) ? RC_OK
                                                                     : png_failed(&image, d);
}

enum rc picture_write_png(struct buf *to, const uint8_t *pixels, uint32_t width, uint32_t height,
                          struct diag *d)
{
    assert(to && pixels && width > 0 && height > 0);

    ON_EXIT(image_free_at)
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = width, .height = height, .format = PNG_FORMAT_GRAY
    };
    png_alloc_size_t len = 0;
    if (!png_image_write_to_memory(&image, NULL, &len, 0, pixels, 0, NULL))
        return png_failed(&image, d);
    uint8_t *const at = buf_reserve(to, len);
    if (!at)
        return buf_rc(to, d);
    if (!png_image_write_to_memory(&image, at, &len, 0, pixels, 0, NULL))
        return png_failed(&image, d);
    to->len += len;
    return RC_OK;
}
