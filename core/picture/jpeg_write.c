#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>
/* behind it */
#include <jerror.h>

#include "core/picture/picture.h"

struct writing {
    struct jpeg_error_mgr errors; /* first: libjpeg hands out a pointer to it */
    jmp_buf out;
    char text[JMSG_LENGTH_MAX];
    struct jpeg_compress_struct jpeg;
    unsigned char *bytes; /* libjpeg's, by malloc */
    unsigned long len;
};

__attribute__((noreturn)) static void give_up(j_common_ptr common)
{
    struct writing *const w = (struct writing *)(void *)common->err;
    common->err->format_message(common, w->text);
    longjmp(w->out, 1);
}

/* Everything that may jump; nothing that owns memory of ours is in here. */
static void encode(struct writing *w, const struct picture_colour *p, unsigned quality)
{
    jpeg_create_compress(&w->jpeg);
    jpeg_mem_dest(&w->jpeg, &w->bytes, &w->len);
    w->jpeg.image_width = p->width;
    w->jpeg.image_height = p->height;
    w->jpeg.input_components = p->grey ? 1 : 3;
    w->jpeg.in_color_space = p->grey ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&w->jpeg);
    jpeg_set_quality(&w->jpeg, (int)quality, TRUE);
    w->jpeg.optimize_coding = TRUE;
    w->jpeg.comp_info[0].h_samp_factor = w->jpeg.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&w->jpeg, TRUE);
    const size_t row_len = (size_t)p->width * (p->grey ? 1 : 3);
    while (w->jpeg.next_scanline < w->jpeg.image_height) {
        JSAMPROW row = p->pixels + w->jpeg.next_scanline * row_len;
        (void)jpeg_write_scanlines(&w->jpeg, &row, 1);
    }
    jpeg_finish_compress(&w->jpeg);
}

enum rc picture_write_jpeg(struct buf *to, const struct picture_colour *p, unsigned quality,
                           struct diag *d)
{
    assert(to && p && p->width > 0 && p->height > 0 && quality >= 1 && quality <= 100);

    struct writing w = { 0 };
    w.jpeg.err = jpeg_std_error(&w.errors);
    w.errors.error_exit = give_up;
    if (setjmp(w.out) != 0) {
        jpeg_destroy_compress(&w.jpeg);
        free(w.bytes);
        return diag_set(d, w.errors.msg_code == JERR_OUT_OF_MEMORY ? RC_NOMEM : RC_FORMAT,
                        DIAG_NO_OFFSET, "jpeg: %.150s", w.text);
    }
    encode(&w, p, quality);
    jpeg_destroy_compress(&w.jpeg);
    buf_put(to, w.bytes, w.len);
    free(w.bytes);
    return buf_rc(to, d);
}
