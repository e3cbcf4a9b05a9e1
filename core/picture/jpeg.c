#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

#include "core/picture/formats.h"

#define SCANS_MAX 64 /* a progressive picture of many scans is a way to burn time */

struct reading {
    struct jpeg_error_mgr errors; /* first: libjpeg hands out a pointer to it */
    struct jpeg_progress_mgr progress;
    jmp_buf out;
    char text[JMSG_LENGTH_MAX];
    struct jpeg_decompress_struct jpeg;
};

static struct reading *reading_of(j_common_ptr common)
{
    return (struct reading *)(void *)common->err;
}

__attribute__((noreturn)) static void give_up(j_common_ptr common)
{
    struct reading *const r = reading_of(common);
    common->err->format_message(common, r->text);
    longjmp(r->out, 1);
}

static void say_nothing(j_common_ptr common, int level)
{
    (void)common;
    (void)level;
}

static void count_scans(j_common_ptr common)
{
    struct reading *const r = reading_of(common);
    if (r->jpeg.input_scan_number <= SCANS_MAX)
        return;
    (void)snprintf(r->text, sizeof r->text, "more than %d scans", SCANS_MAX);
    longjmp(r->out, 1);
}

/* Everything that may jump; nothing that owns memory of ours is in here. */
static enum rc decode(struct reading *r, struct span file, struct picture *ret, struct diag *d)
{
    jpeg_create_decompress(&r->jpeg);
    r->progress.progress_monitor = count_scans;
    r->jpeg.progress = &r->progress;
    jpeg_mem_src(&r->jpeg, file.ptr, (unsigned long)file.len);
    (void)jpeg_read_header(&r->jpeg, TRUE);

    const enum rc rc = picture_make(r->jpeg.image_width, r->jpeg.image_height, ret, d);
    if (rc != RC_OK)
        return rc;
    r->jpeg.out_color_space = JCS_GRAYSCALE;
    (void)jpeg_start_decompress(&r->jpeg);
    while (r->jpeg.output_scanline < r->jpeg.output_height) {
        JSAMPROW row = ret->grey + (size_t)r->jpeg.output_scanline * ret->width;
        (void)jpeg_read_scanlines(&r->jpeg, &row, 1);
    }
    (void)jpeg_finish_decompress(&r->jpeg);
    return RC_OK;
}

enum rc jpeg_to_grey(struct span file, struct picture *ret, struct diag *d)
{
    struct reading r = { 0 };
    r.jpeg.err = jpeg_std_error(&r.errors);
    r.errors.error_exit = give_up;
    r.errors.emit_message = say_nothing;

    if (setjmp(r.out) != 0) {
        jpeg_destroy_decompress(&r.jpeg);
        return diag_set(d, RC_FORMAT, DIAG_NO_OFFSET, "jpeg: %.150s", r.text);
    }
    const enum rc rc = decode(&r, file, ret, d);
    jpeg_destroy_decompress(&r.jpeg);
    return rc;
}
