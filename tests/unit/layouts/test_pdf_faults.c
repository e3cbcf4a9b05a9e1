/* No allocation of ours may fail and leave a half file, a leak or a crash. */
#include "tests/unit/check.h"
#include "tests/unit/failing_allocations.h"
#include "tests/unit/layouts/pdf_scene.h"

static void a_rendering_survives_each_failed_allocation(void **state)
{
    struct pdf_scene *scene = *state;
    ON_EXIT(layout_sample_free) struct layout_sample sample;
    assert_int_equal(layout_sample_make(2, &sample, NULL), RC_OK);
    sample.fields.room = PDF_ROOM_BASIC;
    sample.fields.token = SPAN_LITERAL("a token");

    bool whole = false;
    long tried = 0;
    for (; !whole; tried++) {
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        struct pdf_signature_place place;
        allocations_left = tried;
        const enum rc rc =
            pdf_render(scene->layout, scene->fonts, &sample.fields, &pdf, &place, NULL);
        whole = allocations_left >= 0;
        allocations_left = -1;
        assert_int_equal(rc, whole ? RC_OK : RC_NOMEM);
        assert_true(whole || pdf.len == 0);
    }
    assert_true(tried > 10);
}

static void a_layout_survives_each_failed_allocation(void **state)
{
    struct pdf_scene *scene = *state;
    const struct pdf_layout_options options = { .demo = true };
    bool whole = false;
    long tried = 0;
    for (; !whole; tried++) {
        struct pdf_layout *layout = NULL;
        allocations_left = tried;
        const enum rc rc =
            pdf_layout_load(layout_template("card"), scene->fonts, &options, &layout, NULL);
        whole = allocations_left >= 0;
        allocations_left = -1;
        assert_int_equal(rc == RC_OK, whole);
        assert_true(whole || layout == NULL);
        pdf_layout_free(layout);
    }
    assert_true(tried > 10);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rendering_survives_each_failed_allocation),
        cmocka_unit_test(a_layout_survives_each_failed_allocation),
    };
    return cmocka_run_group_tests(tests, scene_set_up, scene_tear_down);
}
