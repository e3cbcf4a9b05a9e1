#include "tests/unit/rendering/press_scene.h"

#include <string.h>

#include "core/cert/judge_pdf.h"
#include "core/cert/tlog_cache.h"
#include "issuer/rendering/proof_reading.h"

static enum rc gather(struct fixture *f, const struct reg_cert *cert, uint32_t version,
                      struct sheet *ret, struct diag *d)
{
    struct reg *const reg = engine_register(f->engine);
    const struct sheet_source from = { reg, &f->home, register_log_source(reg) };
    return sheet_gather(&from, cert, version, ret, d);
}

static void refuses(struct press_scene *s, const struct sheet *sheet, const char *word)
{
    struct diag d = DIAG_INIT;
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    assert_int_equal(press_print(s->press, s->signer, sheet, PRESS_CHECKED, &pdf, &d), RC_REFUSED);
    assert_int_equal(pdf.len, 0);
    if (!strstr(d.text, word))
        fail_msg("'%s' says nothing of '%s'", d.text, word);
}

static void no_copy_is_given_of_what_is_under_an_order(void **state)
{
    static const char *const words[] = { "suspended", "revoked", "withdrawn" };
    static const unsigned certificates[] = { 2, 3, 6 };
    for (unsigned i = 0; i < 3; i++) {
        ON_EXIT(sheet_free) struct sheet sheet = { 0 };
        press_scene_sheet(*state, certificates[i], &sheet);
        refuses(*state, &sheet, words[i]);
    }
}

static void no_copy_is_given_of_what_has_lapsed(void **state)
{
    struct press_scene *const s = *state;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    fixture_clock(&s->f, "2023-03-10");
    press_scene_sheet(s, 5, &sheet);
    assert_int_equal(sheet.state, STATE_LAPSED);
    refuses(s, &sheet, "lapsed");
    fixture_clock(&s->f, "2021-10-01");
}

/* Certificate 1 is renewed by now; its first version is not. */
static void no_copy_is_given_of_a_version_past_its_own_deadline(void **state)
{
    struct press_scene *const s = *state;
    struct reg_cert cert;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    fixture_clock(&s->f, "2023-03-10");
    MUST(register_cert(press_scene_register(s), 0, &cert, NULL));
    MUST(gather(&s->f, &cert, 1, &sheet, NULL));
    assert_false(sheet.current);
    refuses(s, &sheet, "was good until 2023-03-09");
    fixture_clock(&s->f, "2021-10-01");
}

static void a_version_that_there_is_not_is_not_found(void **state)
{
    struct press_scene *const s = *state;
    struct reg_cert cert;
    struct diag d = DIAG_INIT;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    MUST(register_cert(press_scene_register(s), 4, &cert, NULL));
    assert_int_equal(gather(&s->f, &cert, 2, &sheet, &d), RC_NOT_FOUND);
    assert_non_null(strstr(d.text, "versions 1 to 1"));
}

static void a_version_that_no_checkpoint_covers_is_refused_and_the_remedy_named(void **state)
{
    (void)state;
    struct fixture f;
    struct reg_cert cert;
    struct diag d = DIAG_INIT;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    fixture_make(&f);
    story_lines(&f, (const char *const[]){
                        "authority - unit_id=033 plan=approved plan_date=2019-01-01",
                        "provider - credit_code=P1 unit_id=033 status_from=2019-01-01", NULL });
    story_crowd(&f, 0, 1);
    struct reg *const reg = engine_register(f.engine);
    MUST(register_cert(reg, 0, &cert, NULL));
    assert_int_equal(gather(&f, &cert, 0, &sheet, &d), RC_NOT_FOUND);
    assert_non_null(strstr(d.text, "sitecert publish"));
    story_checkpoint(&f, &note);
    assert_int_equal(gather(&f, &cert, 0, &sheet, NULL), RC_OK);
    assert_true(sheet.proof.len > 0 && sheet.photo.len == 0);
    fixture_drop(&f);
}

static void a_photo_other_than_the_one_that_was_signed_is_not_drawn(void **state)
{
    struct press_scene *const s = *state;
    struct reg *const reg = press_scene_register(s);
    struct reg_cert cert;
    struct span photo;
    struct diag d = DIAG_INIT;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    ON_EXIT(buf_free_at) struct buf good = { 0 };
    MUST(register_cert(reg, 0, &cert, NULL));
    MUST(register_photo(reg, cert.person, &photo, NULL));
    buf_put_span(&good, photo);
    MUST(register_photo_put(reg, cert.person, SPAN_LITERAL("another"), NULL));
    assert_int_equal(gather(&s->f, &cert, 0, &sheet, &d), RC_FORMAT);
    assert_non_null(strstr(d.text, "sitecert audit"));
    MUST(register_photo_put(reg, cert.person, buf_span(&good), NULL));
}

/* A sheet that somebody mended by hand must not leave either. */
static void what_our_own_check_refuses_is_not_handed_out(void **state)
{
    struct press_scene *const s = *state;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    ON_EXIT(sheet_free) struct sheet other = { 0 };
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    struct diag d = DIAG_INIT;
    press_scene_sheet(s, 1, &sheet);
    press_scene_sheet(s, 5, &other);
    const struct buf proof = sheet.proof;
    sheet.proof = other.proof;
    assert_int_equal(press_print(s->press, s->signer, &sheet, PRESS_CHECKED, &pdf, &d),
                     RC_BAD_SIGNATURE);
    assert_non_null(strstr(d.text, "proof_wrong"));
    assert_int_equal(pdf.len, 0);
    MUST(press_print(s->press, s->signer, &sheet, PRESS_UNCHECKED, &pdf, NULL));
    sheet.proof = proof;

    sheet.photo.ptr[sheet.photo.len - 20] ^= 1;
    assert_int_equal(press_print(s->press, s->signer, &sheet, PRESS_CHECKED, &pdf, NULL),
                     RC_FORMAT);
    sheet.photo.ptr[sheet.photo.len - 20] ^= 1;
    assert_int_equal(press_print(s->press, s->signer, &sheet, PRESS_CHECKED, &pdf, NULL), RC_OK);
}

static void a_copy_is_authentic_proven_and_dated(void **state)
{
    struct press_scene *const s = *state;
    static const struct {
        unsigned certificate;
        const char *now, *until;
    } cases[] = {
        { 1, "2021-10-01", "2022-03-30" }, /* 180 days */
        { 5, "2022-09-10", "2023-03-09" }, /* its deadline, 180 days on */
        { 5, "2023-03-09", "2023-03-09" },
        { 1, "2023-01-01", "2023-06-30" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ON_EXIT(sheet_free) struct sheet sheet = { 0 };
        ON_EXIT(buf_free_at) struct buf pdf = { 0 };
        struct pdf_finding found;
        struct diag d = DIAG_INIT;
        char until[DATE_TEXT_LEN + 1];
        fixture_clock(&s->f, cases[i].now);
        press_scene_sheet(s, cases[i].certificate, &sheet);
        if (press_print(s->press, s->signer, &sheet, PRESS_CHECKED, &pdf, &d) != RC_OK)
            fail_msg("%s", d.text);
        const struct evidence at_hand = { .trust = s->f.home.trust, .now = s->f.home.now };
        MUST(judge_pdf_file(buf_span(&pdf), &at_hand, &found, NULL));
        assert_int_equal(found.authentic, AUTH_TRUE);
        assert_int_equal(found.log_included, TRI_TRUE);
        assert_int_equal(found.note_count, 0);
        date_format(found.copy.valid_until, until);
        assert_string_equal(until, cases[i].until);
        assert_true(span_equal(found.token, buf_span(&sheet.token)));
    }
    fixture_clock(&s->f, "2021-10-01");
}

static void draw(struct press_scene *s, const struct sheet *sheet, struct buf *to)
{
    struct pdf_signature_place place;
    const struct press_terms terms = { s->f.home.now, PDF_ROOM_BASIC };
    struct diag d = DIAG_INIT;
    if (press_draw(s->press, sheet, terms, to, &place, &d) != RC_OK)
        fail_msg("%s", d.text);
}

/* Another press, a log that has grown, hashes remembered from neighbours: nothing of it shows. */
static void the_same_version_and_moment_give_the_same_bytes(void **state)
{
    struct press_scene *const s = *state;
    struct reg *const reg = press_scene_register(s);
    ON_EXIT(buf_free_at) struct buf first = { 0 };
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    press_scene_sheet(s, 1, &sheet);
    draw(s, &sheet, &first);

    story_checkpoint(&s->f, &note);
    struct press *const old = s->press;
    MUST(press_open(&s->f.home, reg, NULL, &s->press, NULL));
    static struct tlog_cache cache;
    tlog_cache_begin(&cache, register_log_source(reg));
    const struct sheet_source from = { reg, &s->f.home, tlog_cache_source(&cache) };
    for (unsigned round = 0; round < 2; round++) {
        for (uint32_t id = register_cert_count(reg); id-- > 0;) {
            struct reg_cert cert;
            MUST(register_cert(reg, id, &cert, NULL));
            MUST(sheet_gather(&from, &cert, 0, &sheet, NULL));
        }
        buf_clear(&again);
        draw(s, &sheet, &again);
        assert_true(span_equal(buf_span(&first), buf_span(&again)));
    }
    press_close(s->press);
    s->press = old;
}

/* --- comparing --- */

static struct proof_reading read_proof(struct press_scene *s, const struct sheet *sheet,
                                       const struct buf *pdf)
{
    ON_EXIT(pdf_copy_free) struct pdf_copy copy = { 0 };
    struct proof_reading ret = { 0 };
    struct diag d = DIAG_INIT;
    if (pdf_copy_read(buf_span(pdf), &copy, &d) != RC_OK ||
        proof_read(s->press, sheet, buf_span(pdf), &copy, &ret, &d) != RC_OK)
        fail_msg("%s", d.text);
    return ret;
}

static size_t find(const struct buf *pdf, struct span what)
{
    for (size_t at = 0; at + what.len <= pdf->len; at++)
        if (memcmp(pdf->ptr + at, what.ptr, what.len) == 0)
            return at;
    fail_msg("not there");
    return 0;
}

static void a_changed_byte_is_found_and_its_part_named(void **state)
{
    struct press_scene *const s = *state;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    press_scene_sheet(s, 1, &sheet);
    MUST(press_print(s->press, s->signer, &sheet, PRESS_CHECKED, &pdf, NULL));
    assert_true(read_proof(s, &sheet, &pdf).same);

    const struct {
        size_t at;
        enum copy_part part;
    } changes[] = {
        { find(&pdf, SPAN_LITERAL("62 0 obj\n<</Length")) + 60, PART_FIXED },
        { find(&pdf, buf_span(&sheet.token)) + 30, PART_TOKEN },
        { find(&pdf, buf_span(&sheet.proof)) + 50, PART_PROOF },
        { find(&pdf, SPAN_LITERAL("png-a")) + 4, PART_PHOTO },
        { find(&pdf, SPAN_LITERAL(" Tf\n")) - 1, PART_PAGE },
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        pdf.ptr[changes[i].at] ^= 1;
        const struct proof_reading p = read_proof(s, &sheet, &pdf);
        assert_false(p.same);
        assert_int_equal(p.offset, changes[i].at);
        assert_int_equal(p.part, changes[i].part);
        pdf.ptr[changes[i].at] ^= 1;
    }
}

static void another_signature_of_the_same_copy_is_the_same_copy(void **state)
{
    struct press_scene *const s = *state;
    ON_EXIT(sheet_free) struct sheet sheet = { 0 };
    ON_EXIT(buf_free_at) struct buf a = { 0 };
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    press_scene_sheet(s, 4, &sheet);
    MUST(press_print(s->press, s->signer, &sheet, PRESS_CHECKED, &a, NULL));
    MUST(press_print(s->press, s->signer, &sheet, PRESS_CHECKED, &b, NULL));
    assert_int_equal(a.len, b.len);
    assert_true(memcmp(a.ptr, b.ptr, a.len) != 0);
    assert_true(read_proof(s, &sheet, &a).same && read_proof(s, &sheet, &b).same);
}

/* --- layouts and fonts --- */

static void a_layout_that_there_is_not_is_named(void **state)
{
    struct press_scene *const s = *state;
    struct press *p = NULL;
    struct diag d = DIAG_INIT;
    assert_int_equal(press_open(&s->f.home, press_scene_register(s), "none", &p, &d), RC_NOT_FOUND);
    assert_non_null(strstr(d.text, "'none'"));
    assert_null(p);
}

static void a_layout_of_the_home_wins_over_the_programs(void **state)
{
    struct press_scene *const s = *state;
    char path[PATH_LEN];
    struct press *p = NULL;
    struct diag d = DIAG_INIT;
    MUST(home_path(&s->f.home, "layouts/card.json", path, NULL));
    MUST(file_replace(path, SPAN_LITERAL("{}"), 0644, NULL));
    assert_int_equal(press_open(&s->f.home, press_scene_register(s), "card", &p, &d), RC_FORMAT);
    assert_null(p);
    MUST(file_replace(path, layout_template("a4"), 0644, NULL));
    MUST(press_open(&s->f.home, press_scene_register(s), "card", &p, NULL));
    press_close(p);
}

static void a_font_that_is_not_there_is_named(void **state)
{
    struct press_scene *const s = *state;
    struct home home = s->f.home;
    struct press *p = NULL;
    struct diag d = DIAG_INIT;
    (void)strcpy(home.settings.fonts, "fonts/none.ttf");
    assert_int_not_equal(press_open(&home, press_scene_register(s), NULL, &p, &d), RC_OK);
    assert_non_null(strstr(d.text, "fonts/none.ttf"));
    (void)strcpy(home.settings.fonts, "a:b:c:d:e");
    d = DIAG_INIT;
    assert_int_equal(press_open(&home, press_scene_register(s), NULL, &p, &d), RC_LIMIT);
    assert_null(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_copy_is_given_of_what_is_under_an_order),
        cmocka_unit_test(no_copy_is_given_of_what_has_lapsed),
        cmocka_unit_test(no_copy_is_given_of_a_version_past_its_own_deadline),
        cmocka_unit_test(a_version_that_there_is_not_is_not_found),
        cmocka_unit_test(a_version_that_no_checkpoint_covers_is_refused_and_the_remedy_named),
        cmocka_unit_test(a_photo_other_than_the_one_that_was_signed_is_not_drawn),
        cmocka_unit_test(what_our_own_check_refuses_is_not_handed_out),
        cmocka_unit_test(a_copy_is_authentic_proven_and_dated),
        cmocka_unit_test(the_same_version_and_moment_give_the_same_bytes),
        cmocka_unit_test(a_changed_byte_is_found_and_its_part_named),
        cmocka_unit_test(another_signature_of_the_same_copy_is_the_same_copy),
        cmocka_unit_test(a_layout_that_there_is_not_is_named),
        cmocka_unit_test(a_layout_of_the_home_wins_over_the_programs),
        cmocka_unit_test(a_font_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests_name("press", tests, press_scene_make, press_scene_drop);
}
