/* What the issuer's own renderer draws is what the verifier's own reader reads: docs/pdf.md from
 * both sides. */
#include "tests/unit/judge/pdf_maker.h"

#include <string.h>

#include "core/cert/judge_pdf.h"
#include "core/cert/pdf_copy.h"
#include "core/cert/pdf_signature.h"
#include "layouts/layout_sample.h"

#define FIELDS_MAX 40

struct drawing {
    struct pdf_font_set *fonts;
    struct pdf_layout *layout;
};

static void drawing_free(struct drawing *w)
{
    pdf_layout_free(w->layout);
    pdf_font_set_free(w->fonts);
}

static struct drawing drawing_of(const char *layout)
{
    struct drawing w = { 0 };
    const struct pdf_layout_options options = { .demo = true };
    struct diag d = DIAG_INIT;
    if (pdf_font_set_load(&pdf_font_paths_default, &w.fonts, &d) != RC_OK ||
        pdf_layout_load(layout_template(layout), w.fonts, &options, &w.layout, &d) != RC_OK)
        fail_msg("%s", d.text);
    return w;
}

static struct span given(const struct pdf_fields *fields, struct span name)
{
    for (size_t i = 0; i < fields->count; i++)
        if (span_equal(span_text(fields->field[i].name), name))
            return fields->field[i].value;
    return (struct span){ 0 };
}

/* Every text that was given comes back; RC_OK of the reader. */
static void reads_back(const struct drawing *w, const struct pdf_fields *fields)
{
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    struct pdf_signature_place place;
    struct diag d = DIAG_INIT;
    if (pdf_render(w->layout, w->fonts, fields, &pdf, &place, &d) != RC_OK ||
        pdf_copy_read(buf_span(&pdf), &copy, &d) != RC_OK)
        fail_msg("%s at %zu", d.text, d.offset);

    assert_int_equal(copy.field_count, pdf_layout_field_count(w->layout));
    for (size_t i = 0; i < copy.field_count; i++) {
        const struct span value = given(fields, copy.fields[i].name);
        assert_true(
            span_equal(copy.fields[i].name, span_text(pdf_layout_field_name(w->layout, i))));
        if (value.len > 0)
            assert_true(span_equal(pdf_copy_text(&copy, &copy.fields[i]), value));
    }
    assert_true(span_equal(copy.token, fields->token));
    assert_true(span_equal(copy.proof, fields->proof));
    assert_int_equal(copy.made_s, fields->made_s);
    assert_int_equal(copy.contents.len, 2 * fields->room);
    assert_int_equal(copy.before.len, place.first_len);
    assert_int_equal(copy.behind.len, place.second_len);
    if (fields->photo.len > 0) {
        ON_EXIT(buf_free_at) struct buf photo = { 0 };
        photo_put(&photo, &copy.photo);
        assert_true(span_equal(buf_span(&photo), fields->photo));
    }
}

/* Signed, with both rooms; unsigned; and as PDF/A-1b. */
static void sample_reads_back(const struct drawing *w, unsigned kind)
{
    static const size_t rooms[] = { PDF_ROOM_NONE, PDF_ROOM_BASIC, PDF_ROOM_TIMED };
    ON_EXIT(layout_sample_free) struct layout_sample sample;
    assert_int_equal(layout_sample_make(kind, &sample, NULL), RC_OK);
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        sample.fields.room = rooms[i];
        reads_back(w, &sample.fields);
    }
    sample.fields.token = sample.fields.proof = (struct span){ 0 };
    sample.fields.room = PDF_ROOM_NONE;
    reads_back(w, &sample.fields);
}

static void both_layouts_with_every_sample_are_read_back_text_for_text(void **state)
{
    (void)state;
    static const char *const layouts[] = { "a4", "card" };
    for (size_t l = 0; l < 2; l++) {
        ON_EXIT(drawing_free) struct drawing w = drawing_of(layouts[l]);
        for (unsigned kind = 0; kind < LAYOUT_SAMPLES; kind++)
            sample_reads_back(&w, kind);
    }
}

/* The recipe's texts and attachments through the renderer. */
static void draw(const struct drawing *w, const struct recipe *r, struct span token,
                 struct span proof, struct buf *to)
{
    struct pdf_field fields[FIELDS_MAX];
    struct pdf_fields f = {
        .field = fields, .token = token, .proof = proof, .made_s = r->made_s, .room = PDF_ROOM_BASIC
    };
    for (size_t i = 0; i < r->field_count; i++)
        if (r->fields[i].text.len > 0)
            fields[f.count++] = (struct pdf_field){ r->fields[i].name, r->fields[i].text };
    struct pdf_signature_place place;
    struct diag d = DIAG_INIT;
    if (pdf_render(w->layout, w->fonts, &f, to, &place, &d) != RC_OK)
        fail_msg("%s", d.text);
    recipe_sign_again(r, to);
}

static void a_certificate_drawn_and_signed_is_in_force_and_proven(void **state)
{
    (void)state;
    static const char *const layouts[] = { "a4", "card" };
    const struct recipe r = recipe_good();
    const struct evidence e = scene_open(&r.scene);
    ON_EXIT(buf_free_at) struct buf made = { 0 };
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    recipe_put(&r, scene_token(), &made);
    assert_int_equal(pdf_copy_read(buf_span(&made), &copy, NULL), RC_OK);
    for (size_t l = 0; l < 2; l++) {
        ON_EXIT(drawing_free) struct drawing w = drawing_of(layouts[l]);
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        struct verdict v = { 0 };
        draw(&w, &r, copy.token, copy.proof, &pdf);
        assert_int_equal(judge_pdf(buf_span(&pdf), &e, &v, NULL), RC_OK);
        assert_int_equal(v.authentic, AUTH_TRUE);
        assert_int_equal(v.problem_count, 0);
        assert_int_equal(v.log_included, TRI_TRUE);
        assert_int_equal(v.copy.valid_until, r.values.until);
        assert_int_equal(verdict_exit(&v), 0);
    }
    scene_forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_layouts_with_every_sample_are_read_back_text_for_text),
        cmocka_unit_test(a_certificate_drawn_and_signed_is_in_force_and_proven),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
