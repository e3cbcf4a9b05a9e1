#include "tests/unit/layouts/outline.h"

struct drawing {
    struct buf points;
};

static void put_points(void *data, char op, const float *v, size_t count)
{
    struct drawing *drawing = data;
    buf_put_u8(&drawing->points, (uint8_t)op);
    buf_put(&drawing->points, v, count * sizeof *v);
}

static void on_move(hb_draw_funcs_t *f, void *data, hb_draw_state_t *s, float x, float y, void *u)
{
    (void)f, (void)s, (void)u;
    put_points(data, 'm', (const float[]){ x, y }, 2);
}

static void on_line(hb_draw_funcs_t *f, void *data, hb_draw_state_t *s, float x, float y, void *u)
{
    (void)f, (void)s, (void)u;
    put_points(data, 'l', (const float[]){ x, y }, 2);
}

/* NOLINTNEXTLINE(readability-function-size): HarfBuzz gives it this many */
static void on_curve(hb_draw_funcs_t *f, void *data, hb_draw_state_t *s, float cx, float cy,
                     float x, float y, void *u)
{
    (void)f, (void)s, (void)u;
    put_points(data, 'q', (const float[]){ cx, cy, x, y }, 4);
}

static struct span draw(hb_font_t *font, uint32_t glyph, struct drawing *to)
{
    hb_draw_funcs_t *funcs = hb_draw_funcs_create();
    hb_draw_funcs_set_move_to_func(funcs, on_move, NULL, NULL);
    hb_draw_funcs_set_line_to_func(funcs, on_line, NULL, NULL);
    hb_draw_funcs_set_quadratic_to_func(funcs, on_curve, NULL, NULL);
    buf_clear(&to->points);
    hb_font_get_glyph_shape(font, glyph, funcs, to);
    hb_draw_funcs_destroy(funcs);
    return buf_span(&to->points);
}

static bool same(const struct pdf_face *face, hb_font_t *font, const struct pdf_char *c)
{
    struct drawing ours = { 0 }, theirs = { 0 };
    const struct span want = draw(face->font, c->glyph, &theirs);
    const struct span got = draw(font, c->cid, &ours);
    const bool equal = span_equal(want, got) && want.len > 0 &&
                       hb_font_get_glyph_h_advance(font, c->cid) ==
                           hb_font_get_glyph_h_advance(face->font, c->glyph);
    buf_free(&ours.points);
    buf_free(&theirs.points);
    return equal;
}

uint32_t outline_first_other(const struct pdf_font_set *fonts, unsigned face,
                             const struct pdf_chars *chars)
{
    ON_EXIT(buf_free_at) struct buf program = { 0 };
    unsigned glyphs;
    uint32_t other = 0;
    if (pdf_subset_put(&program, &fonts->face[face], face, chars, &glyphs, NULL) != RC_OK)
        return 0xFFFFFFFFu;
    hb_blob_t *blob = hb_blob_create((const char *)program.ptr, (unsigned)program.len,
                                     HB_MEMORY_MODE_READONLY, NULL, NULL);
    hb_face_t *hb = hb_face_create(blob, 0);
    hb_font_t *font = hb_font_create(hb);
    for (size_t i = 0; i < chars->count && other == 0; i++) {
        if (chars->at[i].face == face && !same(&fonts->face[face], font, &chars->at[i]))
            other = chars->at[i].character;
    }
    hb_font_destroy(font);
    hb_face_destroy(hb);
    hb_blob_destroy(blob);
    return other;
}
