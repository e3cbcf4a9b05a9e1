#include <assert.h>
#include <string.h>

#include "core/cert/photo.h"
#include "core/picture/picture.h"
#include "issuer/intake/photo.h"
#include "issuer/scheme/photo.h"

#define PIXELS_MAX ((size_t)4 * 1000 * 1000) /* 50 KB can unfold to more than anybody wants */

static enum rc refuse(enum reason_code code, const char *why, size_t *len, struct reasons *reasons)
{
    reasons_add_detail(reasons, code, "file", "%s", why);
    *len = 0;
    return RC_OK;
}

/* The best that fits. */
static enum rc press_together(const struct picture_colour *picture, struct buf *to, struct diag *d)
{
    static const unsigned qualities[] = { 95, 90, 85, 75, 60 };
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < sizeof qualities / sizeof qualities[0]; i++) {
        buf_clear(to);
        rc = picture_write_jpeg(to, picture, qualities[i], d);
        if (rc == RC_OK && to->len <= PHOTO_MAX)
            break;
    }
    return rc;
}

/* Decoded in any case: what is broken inside is seen here, not by whoever opens the PDF. */
static enum rc settle_png(struct span file, struct buf *to, struct diag *d)
{
    ON_EXIT(picture_colour_free) struct picture_colour picture = { 0 };
    enum rc rc = picture_read_png(file, PIXELS_MAX, &picture, d);
    if (rc != RC_OK)
        return rc;
    rc = photo_plain(file, to, NULL);
    return rc == RC_FORMAT ? press_together(&picture, to, d) : rc;
}

static enum rc settle(struct span file, struct buf *to, struct diag *d)
{
    struct photo photo;
    if (picture_kind(file) == PICTURE_PNG)
        return settle_png(file, to, d);
    buf_put_span(to, file);
    const enum rc rc = buf_rc(to, d);
    return rc == RC_OK ? photo_read(file, &photo, d) : rc;
}

enum rc photo_settle(uint8_t *at, size_t *len, struct reasons *reasons, struct diag *d)
{
    assert(at && len && *len <= PHOTO_MAX && reasons);

    struct diag why = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf settled = { 0 };
    const struct span file = span_of(at, *len);
    if (!photo_is_picture(file))
        return RC_OK;
    const enum rc rc = settle(file, &settled, &why);
    if (rc == RC_FORMAT)
        return refuse(REASON_PHOTO_NOT_A_PICTURE, why.text, len, reasons);
    if (rc == RC_LIMIT || (rc == RC_OK && settled.len > PHOTO_MAX))
        return refuse(REASON_PHOTO_TOO_LARGE, rc == RC_OK ? "as a JPEG too" : why.text, len,
                      reasons);
    if (rc != RC_OK)
        return diag_set(d, rc, why.offset, "%s", why.text);
    memcpy(at, settled.ptr, settled.len);
    *len = settled.len;
    return RC_OK;
}
