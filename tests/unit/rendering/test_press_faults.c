/* No allocation of ours may fail and leave a half file, a leak or a crash: from the register to the
 * signed copy. */
#include "tests/unit/failing_allocations.h"
#include "tests/unit/rendering/press_scene.h"

static enum rc make_copy(struct press_scene *s, struct buf *pdf, struct diag *d)
{
    struct reg_cert cert;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    struct reg *const reg = press_scene_register(s);
    const struct sheet_source from = { reg, &s->f.home, register_log_source(reg) };
    enum rc rc = register_cert(reg, 0, &cert, d);
    if (rc == RC_OK)
        rc = sheet_gather(&from, &cert, 0, &sheet, d);
    return rc == RC_OK ? press_print(s->press, s->signer, &sheet, PRESS_CHECKED, pdf, d) : rc;
}

static void a_copy_survives_each_failed_allocation(void **state)
{
    bool whole = false;
    long tried = 0;
    for (; !whole; tried++) {
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        allocations_left = tried;
        struct diag d = DIAG_INIT;
        const enum rc rc = make_copy(*state, &pdf, &d);
        whole = allocations_left >= 0;
        allocations_left = -1;
        /* Readers of base64 say that it is none when they have no room for it: our own check then
         * refuses the copy. A few can do without. */
        if (rc != RC_OK && (whole || (rc != RC_NOMEM && rc != RC_BAD_SIGNATURE)))
            fail_msg("allocation %ld: %d, %s", tried, rc, d.text);
        assert_true((rc == RC_OK) == (pdf.len > 0));
    }
    assert_true(tried > 20);
}

static void an_opening_press_survives_each_failed_allocation(void **state)
{
    struct press_scene *const s = *state;
    bool whole = false;
    for (long tried = 0; !whole; tried += tried < 300 ? 1 : 1 + tried / 40) {
        struct press *p = NULL;
        allocations_left = tried;
        const enum rc rc = press_open(&s->f.home, press_scene_register(s), NULL, &p, NULL);
        whole = allocations_left >= 0;
        allocations_left = -1;
        if (whole ? rc != RC_OK : rc == RC_OK)
            fail_msg("allocation %ld: %d", tried, rc);
        assert_true(whole == (p != NULL));
        press_close(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_survives_each_failed_allocation),
        cmocka_unit_test(an_opening_press_survives_each_failed_allocation),
    };
    return cmocka_run_group_tests_name("press_faults", tests, press_scene_make, press_scene_drop);
}
