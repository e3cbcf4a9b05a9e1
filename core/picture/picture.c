#include "core/picture/picture.h"

#include <assert.h>
#include <stdlib.h>

#include "core/picture/formats.h"

enum picture_kind picture_kind(struct span file)
{
    static const uint8_t png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
    static const uint8_t jpeg[] = { 0xff, 0xd8, 0xff };

    if (file.len >= sizeof png && memcmp(file.ptr, png, sizeof png) == 0)
        return PICTURE_PNG;
    if (file.len >= sizeof jpeg && memcmp(file.ptr, jpeg, sizeof jpeg) == 0)
        return PICTURE_JPEG;
    return PICTURE_NONE;
}

void picture_free(struct picture *p)
{
    free(p->grey);
    *p = (struct picture){ 0 };
}

enum rc picture_make(uint64_t width, uint64_t height, struct picture *ret, struct diag *d)
{
    if (width == 0 || height == 0)
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "a picture without pixels");
    if (width > PICTURE_SIDE_MAX || height > PICTURE_SIDE_MAX ||
        width * height > PICTURE_PIXELS_MAX)
        return diag_set(d, RC_LIMIT, DIAG_NO_OFFSET, "a picture of %llu by %llu pixels",
                        (unsigned long long)width, (unsigned long long)height);

    ret->grey = malloc((size_t)(width * height));
    if (!ret->grey)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a picture of %llu by %llu pixels",
                        (unsigned long long)width, (unsigned long long)height);
    ret->width = (uint32_t)width;
    ret->height = (uint32_t)height;
    return RC_OK;
}

enum rc picture_read(struct span file, struct picture *ret, struct diag *d)
{
    assert(ret);

    if (file.len > PICTURE_FILE_MAX)
        return diag_set(d, RC_LIMIT, PICTURE_FILE_MAX, "a picture file over %u bytes",
                        PICTURE_FILE_MAX);

    ON_EXIT(picture_free) struct picture made = { 0 };
    enum rc rc = RC_FORMAT;
    switch (picture_kind(file)) {
    case PICTURE_NONE:
        return diag_set(d, RC_FORMAT, 0, "neither PNG nor JPEG");
    case PICTURE_PNG:
        rc = png_to_grey(file, &made, d);
        break;
    case PICTURE_JPEG:
        rc = jpeg_to_grey(file, &made, d);
        break;
    }
    if (rc != RC_OK)
        return rc;

    *ret = made;
    made.grey = NULL;
    return RC_OK;
}
