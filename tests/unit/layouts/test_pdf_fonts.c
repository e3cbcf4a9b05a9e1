/* The font programs of our PDFs hold the outlines of the fonts that they came from. */
#include <stdlib.h>

#include "tests/unit/check.h"
#include "tests/unit/layouts/outline.h"

static struct pdf_font_set *fonts;

static int load(void **state)
{
    (void)state;
    return pdf_font_set_load(&pdf_font_paths_default, &fonts, NULL) == RC_OK ? 0 : 1;
}

static int unload(void **state)
{
    (void)state;
    pdf_font_set_free(fonts);
    return 0;
}

static struct pdf_chars *chars_of(const uint32_t *character, size_t count)
{
    struct pdf_chars *chars = malloc(sizeof *chars);
    assert_non_null(chars);
    pdf_chars_init(chars, false);
    for (size_t i = 0; i < count; i++) {
        const struct pdf_char *unused;
        assert_int_equal(pdf_chars_add(chars, fonts, character[i], &unused, NULL), RC_OK);
    }
    return chars;
}

static void compare_face(unsigned face, const struct pdf_chars *chars)
{
    const uint32_t other = outline_first_other(fonts, face, chars);
    if (other != 0)
        fail_msg("U+%04X of face %u is not itself", (unsigned)other, face);
}

static void a_characters_outline_and_width_are_the_fonts_own(void **state)
{
    (void)state;
    /* Common, extension A to G, Latin, composites (ǖ), and some that only fallback faces have. */
    static const uint32_t character[] = { 0x5F20,  0x3400,  0x20001, 0x2A700, 0x2B741, 0x2B820,
                                          0x2CEB0, 0x30000, 'A',     'g',     0x00E9,  0x01D6,
                                          0x4E00,  0x9FA5,  0x3007,  0x2F00,  0x31350 };
    struct pdf_chars *chars = chars_of(character, sizeof character / sizeof character[0]);
    for (unsigned face = 0; face < fonts->count; face++) {
        if (chars->used[face] > 0)
            compare_face(face, chars);
    }
    free(chars);
}

/* Every composite glyph of the faces that a character leads to. */
static void composite_glyphs_keep_their_parts(void **state)
{
    (void)state;
    size_t composites = 0;
    struct pdf_chars *chars = chars_of(NULL, 0);
    for (uint32_t c = 0x21; c < 0x30000 && composites < 100; c++) {
        unsigned face;
        uint32_t glyph;
        if ((c >= 0x7F && c <= 0xA0) || !pdf_fonts_find(fonts, c, &face, &glyph))
            continue;
        const struct span outline = pdf_face_outline(&fonts->face[face], glyph);
        const struct pdf_char *unused;
        if (outline.len == 0 || !(outline.ptr[0] & 0x80))
            continue;
        composites++;
        assert_int_equal(pdf_chars_add(chars, fonts, c, &unused, NULL), RC_OK);
    }
    assert_true(composites > 0);
    for (unsigned face = 0; face < fonts->count; face++) {
        if (chars->used[face] > 0)
            compare_face(face, chars);
    }
    free(chars);
}

static void two_characters_of_one_glyph_have_two_numbers(void **state)
{
    (void)state;
    /* U+2F00 KANGXI RADICAL ONE and U+4E00 share a glyph in many fonts. */
    static const uint32_t character[] = { 0x4E00, 0x2F00, 0x4E00 };
    struct pdf_chars *chars = chars_of(character, 3);
    assert_int_equal(chars->count, 2);
    const struct pdf_char *a = pdf_chars_find(chars, 0x4E00), *b = pdf_chars_find(chars, 0x2F00);
    assert_true(a->face != b->face || a->cid != b->cid);
    free(chars);
}

static void a_file_that_is_no_font_is_refused(void **state)
{
    (void)state;
    const struct pdf_font_paths none = { .face = { "/nonexistent.ttf" } };
    const struct pdf_font_paths other = { .face = { "/proc/self/exe" } };
    struct pdf_font_set *set = NULL;
    assert_int_equal(pdf_font_set_load(&none, &set, NULL), RC_IO);
    assert_int_equal(pdf_font_set_load(&other, &set, NULL), RC_FORMAT);
    assert_null(set);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_characters_outline_and_width_are_the_fonts_own),
        cmocka_unit_test(composite_glyphs_keep_their_parts),
        cmocka_unit_test(two_characters_of_one_glyph_have_two_numbers),
        cmocka_unit_test(a_file_that_is_no_font_is_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
