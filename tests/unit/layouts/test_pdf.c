/* docs/pdf.md: what a rendering is, and what is refused instead of drawn wrong. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/check.h"
#include "tests/unit/layouts/pdf_scene.h"

#define FIELDS_MAX 40

struct certificate {
    struct layout_sample sample;
    struct pdf_field field[FIELDS_MAX];
};

/* The sample with one value changed. */
static void make(struct certificate *c, unsigned kind, const char *name, const char *value)
{
    assert_int_equal(layout_sample_make(kind, &c->sample, NULL), RC_OK);
    assert_true(c->sample.fields.count < FIELDS_MAX);
    for (size_t i = 0; i < c->sample.fields.count; i++) {
        c->field[i] = c->sample.fields.field[i];
        if (name && strcmp(c->field[i].name, name) == 0)
            c->field[i].value = span_text(value);
    }
    c->sample.fields.field = c->field;
}

static void clear(struct certificate *c)
{
    layout_sample_free(&c->sample);
}

static void expect_refusal(struct pdf_scene *scene, const char *name, const char *value, enum rc rc,
                           const char *about)
{
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    struct pdf_signature_place place = { .room = 77 };
    struct diag d = DIAG_INIT;
    make(&c, 0, name, value);
    buf_put_text(&pdf, "before");
    assert_int_equal(pdf_render(scene->layout, scene->fonts, &c.sample.fields, &pdf, &place, &d),
                     rc);
    if (!strstr(d.text, about))
        fail_msg("\"%s\" does not say \"%s\"", d.text, about);
    assert_int_equal(pdf.len, 6);
    assert_int_equal(place.room, 77);
}

static void a_character_that_no_font_has_is_refused_by_code_point(void **state)
{
    expect_refusal(*state, "name", "王\xF4\x8F\xBF\xBD", RC_REFUSED,
                   "field \"name\": no installed font has U+10FFFD");
}

static void an_invisible_character_is_refused(void **state)
{
    expect_refusal(*state, "name", "王\xE2\x80\x8B例", RC_REFUSED, "U+200B");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    expect_refusal(*state, "name", "\xE7\x8E", RC_FORMAT, "field \"name\"");
    expect_refusal(*state, "name", "王\n例", RC_FORMAT, "field \"name\"");
}

static void a_text_that_cannot_fit_is_refused_not_cut(void **state)
{
    char text[3 * 400 + 1] = "";
    for (int i = 0; i < 400; i++)
        strcat(text, "长");
    expect_refusal(*state, "name", text, RC_LIMIT, "field \"name\": 400 characters do not fit");
}

static void a_field_that_is_not_given_is_refused(void **state)
{
    expect_refusal(*state, "number", "", RC_NOT_FOUND, "field \"number\"");
}

static void a_photo_of_another_kind_is_refused(void **state)
{
    struct pdf_scene *scene = *state;
    static const char *const bad[] = { "GIF89a", "\xFF\xD8\xFF\xE0", "\xFF\xD8\xFF\xC9\0\x0B" };
    for (size_t i = 0; i < 3; i++) {
        ON_EXIT(clear) struct certificate c;
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        struct pdf_signature_place place;
        make(&c, 0, NULL, NULL);
        c.sample.fields.photo = span_text(bad[i]);
        assert_int_equal(
            pdf_render(scene->layout, scene->fonts, &c.sample.fields, &pdf, &place, NULL),
            RC_FORMAT);
    }
}

/* How many of the given fields the file has; each says what was given. */
static size_t count_said(const struct certificate *c, struct span pdf)
{
    size_t said = 0;
    for (size_t i = 0; i < c->sample.fields.count; i++) {
        ON_EXIT(buf_free_at) struct buf text = { 0 };
        if (!scene_field_text(pdf, c->field[i].name, &text))
            continue;
        said++;
        if (!span_equal(buf_span(&text), c->field[i].value))
            fail_msg("%s: \"%s\"", c->field[i].name, buf_cstr(&text));
    }
    return said;
}

static void every_sample_says_in_the_file_what_it_was_given(void **state)
{
    struct pdf_scene *scene = *state;
    for (unsigned kind = 0; kind < LAYOUT_SAMPLES; kind++) {
        ON_EXIT(clear) struct certificate c;
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        struct pdf_signature_place place;
        make(&c, kind, NULL, NULL);
        scene_render(scene, &c.sample.fields, &pdf, &place);
        assert_true(count_said(&c, buf_span(&pdf)) >= 8);
    }
}

static void rare_characters_come_back_from_every_face(void **state)
{
    struct pdf_scene *scene = *state;
    /* CJK extensions A, B, C, D, E, F, G, and two that only the last face has. */
    static const char name[] = "㐀𠀁𪜀𫝁𫠠𬺰𰀀𱍐";
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct pdf_signature_place place;
    make(&c, 0, "name", name);
    scene_render(scene, &c.sample.fields, &pdf, &place);
    assert_true(scene_field_text(buf_span(&pdf), "name", &text));
    assert_string_equal(buf_cstr(&text), name);
}

static void an_absent_field_says_what_the_layout_says(void **state)
{
    struct pdf_scene *scene = *state;
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    struct pdf_signature_place place;
    make(&c, 2, NULL, NULL);
    scene_render(scene, &c.sample.fields, &pdf, &place);
    assert_true(scene_field_text(buf_span(&pdf), "ce.1.hours", &text));
    assert_string_equal(buf_cstr(&text), "—");
}

static void sign_ready(struct certificate *c)
{
    c->sample.fields.room = PDF_ROOM_BASIC;
    c->sample.fields.token = SPAN_LITERAL("a token");
    c->sample.fields.proof = SPAN_LITERAL("a proof\n");
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    struct pdf_scene *scene = *state;
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf second = { 0 };
    struct pdf_signature_place place;
    make(&c, 1, NULL, NULL);
    sign_ready(&c);
    scene_render(scene, &c.sample.fields, &first, &place);

    struct pdf_scene again = *scene;
    const struct pdf_layout_options options = { .demo = true };
    assert_int_equal(
        pdf_layout_load(layout_template("a4"), scene->fonts, &options, &again.layout, NULL), RC_OK);
    scene_render(&again, &c.sample.fields, &second, &place);
    pdf_layout_free(again.layout);
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.ptr, second.ptr, first.len);
}

static void the_fixed_bytes_come_first_in_every_file(void **state)
{
    struct pdf_scene *scene = *state;
    const struct span fixed = pdf_layout_fixed_bytes(scene->layout);
    for (unsigned kind = 0; kind < LAYOUT_SAMPLES; kind++) {
        ON_EXIT(clear) struct certificate c;
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        struct pdf_signature_place place;
        make(&c, kind, NULL, NULL);
        sign_ready(&c);
        scene_render(scene, &c.sample.fields, &pdf, &place);
        assert_int_equal(place.fixed_len, fixed.len);
        assert_memory_equal(pdf.ptr, fixed.ptr, fixed.len);
    }
}

static void the_signature_place_is_everything_but_the_contents(void **state)
{
    struct pdf_scene *scene = *state;
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    struct pdf_signature_place p;
    make(&c, 0, NULL, NULL);
    sign_ready(&c);
    scene_render(scene, &c.sample.fields, &pdf, &p);

    assert_int_equal(p.room, PDF_ROOM_BASIC);
    assert_int_equal(p.contents, p.first_len + 1);
    assert_int_equal(p.second, p.contents + 2 * p.room + 1);
    assert_int_equal(p.second + p.second_len, pdf.len);
    assert_int_equal(pdf.ptr[p.first_len], '<');
    assert_int_equal(pdf.ptr[p.second - 1], '>');
    for (size_t i = 0; i < 2 * p.room; i++)
        assert_int_equal(pdf.ptr[p.contents + i], '0');
    char range[64];
    snprintf(range, sizeof range, "/ByteRange[0 %zu %zu %zu]", p.first_len, p.second, p.second_len);
    assert_true(scene_holds(scene_object(buf_span(&pdf), 36), range));
    assert_memory_equal(pdf.ptr + pdf.len - 6, "%%EOF\n", 6);
}

static void another_value_gives_another_id(void **state)
{
    struct pdf_scene *scene = *state;
    char id[2][33] = { "", "" };
    for (int i = 0; i < 2; i++) {
        ON_EXIT(clear) struct certificate c;
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        struct pdf_signature_place place;
        make(&c, 0, "name", i == 0 ? "张示例" : "张样例");
        scene_render(scene, &c.sample.fields, &pdf, &place);
        const char *at = strstr(buf_cstr(&pdf) + pdf.len - 200, "/ID[<");
        assert_non_null(at);
        memcpy(id[i], at + 5, 32);
    }
    assert_string_not_equal(id[0], id[1]);
}

static void a_file_without_attachments_claims_1b_and_one_with_them_3b(void **state)
{
    struct pdf_scene *scene = *state;
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf bare = { 0 };
    ON_EXIT(buf_free_at) struct buf whole = { 0 };
    struct pdf_signature_place place;
    make(&c, 0, NULL, NULL);
    scene_render(scene, &c.sample.fields, &bare, &place);
    sign_ready(&c);
    scene_render(scene, &c.sample.fields, &whole, &place);
    assert_memory_equal(bare.ptr, "%PDF-1.4\n", 9);
    assert_true(scene_holds(scene_stream(buf_span(&bare), 4), "<pdfaid:part>1<"));
    assert_memory_equal(whole.ptr, "%PDF-1.7\n", 9);
    assert_true(scene_holds(scene_stream(buf_span(&whole), 4), "<pdfaid:part>3<"));
    assert_true(span_equal(scene_stream(buf_span(&whole), 32), c.sample.fields.token));
    assert_true(span_equal(scene_stream(buf_span(&whole), 34), c.sample.fields.proof));
}

static void the_qr_code_is_drawn_module_by_module(void **state)
{
    struct pdf_scene *scene = *state;
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    struct pdf_signature_place place;
    static uint8_t dark[QR_WIDTH_MAX * QR_WIDTH_MAX];
    make(&c, 0, NULL, NULL);
    scene_render(scene, &c.sample.fields, &pdf, &place);

    const struct span content = scene_stream(buf_span(&pdf), 5);
    const char *at = strstr((const char *)content.ptr, "/Name(qr)");
    assert_non_null(at);
    at = strstr(at, " cm\n") + 4;
    const unsigned width = c.sample.qr.width;
    memset(dark, 0, sizeof dark);
    while (*at >= '0' && *at <= '9') {
        unsigned long run[4]; /* x, y, width, height */
        for (int i = 0; i < 4; i++) {
            char *end;
            run[i] = strtoul(at, &end, 10);
            at = end + 1;
        }
        assert_memory_equal(at, "re\n", 3);
        at += 3;
        assert_true(run[0] + run[2] <= width && run[1] + run[3] <= width);
        for (unsigned long i = 0; i < run[2] * run[3]; i++)
            dark[(run[1] + i / run[2]) * width + run[0] + i % run[2]]++;
    }
    assert_memory_equal(at, "f Q\n", 4);
    assert_memory_equal(dark, c.sample.qr.dark, (size_t)width * width);
}

static void a_code_whose_modules_would_be_too_small_is_refused(void **state)
{
    struct pdf_scene *scene = *state;
    ON_EXIT(clear) struct certificate c;
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    struct pdf_signature_place place;
    make(&c, 0, NULL, NULL);
    c.sample.qr.width = 77; /* version 15 */
    assert_int_equal(pdf_render(scene->layout, scene->fonts, &c.sample.fields, &pdf, &place, NULL),
                     RC_LIMIT);
}

struct worker {
    struct pdf_scene *scene;
    struct buf pdf;
};

static void *render_many(void *arg)
{
    struct worker *w = arg;
    for (unsigned i = 0; i < 30; i++) {
        struct layout_sample sample;
        struct pdf_signature_place place;
        buf_clear(&w->pdf);
        if (layout_sample_make(i % LAYOUT_SAMPLES, &sample, NULL) == RC_OK &&
            pdf_render(w->scene->layout, w->scene->fonts, &sample.fields, &w->pdf, &place, NULL) !=
                RC_OK)
            w->pdf.failed = true;
        layout_sample_free(&sample);
    }
    return NULL;
}

static void threads_share_fonts_and_layout(void **state)
{
    struct worker worker[4];
    pthread_t thread[4];
    for (int i = 0; i < 4; i++) {
        worker[i] = (struct worker){ .scene = *state };
        assert_int_equal(pthread_create(&thread[i], NULL, render_many, &worker[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    for (int i = 0; i < 4; i++) {
        assert_true(buf_ok(&worker[i].pdf));
        assert_int_equal(worker[i].pdf.len, worker[0].pdf.len);
        assert_memory_equal(worker[i].pdf.ptr, worker[0].pdf.ptr, worker[0].pdf.len);
    }
    for (int i = 0; i < 4; i++)
        buf_free(&worker[i].pdf);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_that_no_font_has_is_refused_by_code_point),
        cmocka_unit_test(an_invisible_character_is_refused),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(a_text_that_cannot_fit_is_refused_not_cut),
        cmocka_unit_test(a_field_that_is_not_given_is_refused),
        cmocka_unit_test(a_photo_of_another_kind_is_refused),
        cmocka_unit_test(every_sample_says_in_the_file_what_it_was_given),
        cmocka_unit_test(rare_characters_come_back_from_every_face),
        cmocka_unit_test(an_absent_field_says_what_the_layout_says),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(the_fixed_bytes_come_first_in_every_file),
        cmocka_unit_test(the_signature_place_is_everything_but_the_contents),
        cmocka_unit_test(another_value_gives_another_id),
        cmocka_unit_test(a_file_without_attachments_claims_1b_and_one_with_them_3b),
        cmocka_unit_test(the_qr_code_is_drawn_module_by_module),
        cmocka_unit_test(a_code_whose_modules_would_be_too_small_is_refused),
        cmocka_unit_test(threads_share_fonts_and_layout),
    };
    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
