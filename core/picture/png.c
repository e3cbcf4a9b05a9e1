#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "core/picture/formats.h"

/* libpng's simple interface: no jump leaves its own functions. */
static void image_free_at(png_image *image)
{
    png_image_free(image);
}

static enum rc png_failed(const png_image *image, struct diag *d)
{
    /* libpng tells it by its words alone: "Out of memory", "insufficient memory". */
    const enum rc rc = strstr(image->message, "emory") ? RC_NOMEM : RC_FORMAT;
    return diag_set(d, rc, DIAG_NO_OFFSET, "png: %s", image->message);
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

void picture_colour_free(struct picture_colour *p)
{
    free(p->pixels);
    *p = (struct picture_colour){ 0 };
}

static enum rc check_size(const png_image *image, size_t pixels_max, struct diag *d)
{
    if (image->width == 0 || image->height == 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a picture without pixels");
    if (image->width > PICTURE_SIDE_MAX || image->height > PICTURE_SIDE_MAX ||
        (uint64_t)image->width * image->height > pixels_max)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a picture of %u by %u pixels",
                        (unsigned)image->width, (unsigned)image->height);
    return RC_OK;
}

enum rc picture_read_png(struct span file, size_t pixels_max, struct picture_colour *ret,
                         struct diag *d)
{
    assert(ret && pixels_max <= PICTURE_PIXELS_MAX);

    ON_EXIT(image_free_at) png_image image = { .version = PNG_IMAGE_VERSION };
    if (!png_image_begin_read_from_memory(&image, file.ptr, file.len))
        return png_failed(&image, d);
    const enum rc rc = check_size(&image, pixels_max, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(picture_colour_free)
    struct picture_colour made = { .width = image.width,
                                   .height = image.height,
                                   .grey = (image.format & PNG_FORMAT_FLAG_COLOR) == 0 };
    image.format = made.grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    /* Without it 16 bits that state no gamma are taken for linear, and come out too bright. */
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    made.pixels = malloc(PNG_IMAGE_SIZE(image));
    if (!made.pixels)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a picture of %u by %u pixels",
                        (unsigned)made.width, (unsigned)made.height);
    const png_color white = { 255, 255, 255 };
    if (!png_image_finish_read(&image, &white, made.pixels, 0, NULL))
        return png_failed(&image, d);
    *ret = made;
    made.pixels = NULL;
    return RC_OK;
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
