/* docs/verification.md, "PDF": what each part of a file is worth, and what its lack costs. */
#include "tests/unit/judge/pdf_maker.h"

#include <string.h>

#include "core/cert/judge_pdf.h"
#include "core/cert/photo.h"
#include "core/cert/verdict_json.h"

#define DAY_S INT64_C(86400)

static const char *problems_of(const struct verdict *v)
{
    static char text[400];
    text[0] = '\0';
    for (size_t i = 0; i < v->problem_count; i++) {
        (void)strncat(text, " ", sizeof text - strlen(text) - 1);
        (void)strncat(text, problem_code(v->problems[i]), sizeof text - strlen(text) - 1);
    }
    return text;
}

static void is_only(const struct verdict *v, enum problem p)
{
    if (v->problem_count != 1 || v->problems[0] != p)
        fail_msg("not %s alone:%s", problem_code(p), problems_of(v));
}

static void is_not_shown(const struct recipe *r, enum authenticity authentic, enum problem why,
                         int status)
{
    const struct token none = { 0 };
    const struct verdict v = recipe_look(r);
    assert_int_equal(v.authentic, authentic);
    assert_int_equal(v.in_force, authentic == AUTH_FALSE ? TRI_FALSE : TRI_UNKNOWN);
    is_only(&v, why);
    assert_memory_equal(&v.token, &none, sizeof none);
    assert_null(v.kid);
    assert_false(v.copy.dated);
    assert_true(v.copy.is_pdf);
    assert_int_equal(v.log_included, TRI_UNKNOWN);
    assert_int_equal(verdict_exit(&v), status);
}

static void is_not_authentic(const struct recipe *r, enum problem why)
{
    is_not_shown(r, AUTH_FALSE, why, 1);
}

static void is_in_force_but(const struct recipe *r, enum problem note)
{
    const struct verdict v = recipe_look(r);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_int_equal(v.state, STATE_VALID);
    is_only(&v, note);
    assert_int_equal(verdict_exit(&v), 0);
}

static int forget(void **state)
{
    (void)state;
    scene_forget();
    return 0;
}

/* --- the file and its signature --- */

static void another_form_is_unreadable_with_the_place(void **state)
{
    (void)state;
    const struct scene s = recipe_good().scene;
    const struct evidence e = scene_open(&s);
    struct verdict v = { 0 };
    assert_int_equal(judge_pdf(SPAN_LITERAL("%PDF-1.7\nelse"), &e, &v, NULL), RC_OK);
    assert_int_equal(v.authentic, AUTH_UNREADABLE);
    is_only(&v, PROBLEM_PDF_NOT_OURS);
    assert_int_equal(v.offset, 9);
    assert_int_equal(verdict_exit(&v), 8);
}

static void a_file_without_a_signature_is_not_authentic(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.no_signature = true;
    is_not_authentic(&r, PROBLEM_PDF_SIGNATURE);
    r.no_token = r.no_proof = true; /* as PDF/A-1b */
    is_not_authentic(&r, PROBLEM_PDF_SIGNATURE);
}

static void a_strangers_signature_is_of_an_unknown_key(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.signer = KEY_STRANGER;
    is_not_shown(&r, AUTH_UNKNOWN_KEY, PROBLEM_UNKNOWN_KEY, 6);
}

static void a_key_for_something_else_may_not_sign_a_file(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.signer = KEY_TOKEN;
    is_not_authentic(&r, PROBLEM_PDF_SIGNATURE);
    r.signer = KEY_PUBLISH;
    is_not_authentic(&r, PROBLEM_PDF_SIGNATURE);
}

static void a_file_made_outside_its_keys_dates_is_not_authentic(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.document.not_before = RECIPE_MADE;
    r.scene.document.not_after = RECIPE_MADE;
    assert_int_equal(recipe_look(&r).authentic, AUTH_TRUE);
    r.scene.document.not_before = RECIPE_MADE + 1;
    r.scene.document.not_after = RECIPE_MADE + 2;
    is_not_authentic(&r, PROBLEM_PDF_SIGNATURE);
    r.scene.document.not_before = RECIPE_MADE - 2;
    r.scene.document.not_after = RECIPE_MADE - 1;
    is_not_authentic(&r, PROBLEM_PDF_SIGNATURE);
}

/* --- a stolen key, cut off --- */

static void a_file_by_a_cut_off_document_key_is_refused(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.document.cut_off = (struct cut_off){ .given = true, .time_s = RECIPE_MADE + 1 };
    is_not_authentic(&r, PROBLEM_PDF_CUT_OFF);
    r.room = 16384; /* room for a time-stamp is no time-stamp */
    is_not_authentic(&r, PROBLEM_PDF_CUT_OFF);
}

/* Of a file by keys alone: its proof at the index of the cut-off, by the log's root there. */
static void look_cut_off(bool same_root, bool behind, struct verdict *ret)
{
    struct recipe r = recipe_good();
    struct buf pdf = { 0 }, proof_text = { 0 };
    struct tlog_proof proof;
    struct checkpoint checkpoint;
    struct evidence e = scene_open(&r.scene);
    recipe_proof(&r, scene_token(), &proof_text);
    recipe_put(&r, scene_token(), &pdf);
    assert_int_equal(tlog_proof_parse(buf_span(&proof_text), &proof, NULL), RC_OK);
    assert_int_equal(checkpoint_parse(proof.checkpoint, &checkpoint, NULL), RC_OK);

    struct trusted_key keys[8];
    struct trust_list list = *e.trust;
    assert_true(list.key_count <= 8);
    memcpy(keys, list.keys, list.key_count * sizeof keys[0]);
    list.keys = keys;
    for (size_t i = 0; i < list.key_count; i++) {
        if (keys[i].use != USE_TOKEN)
            continue;
        keys[i].cut_off =
            (struct cut_off){ .given = true,
                              .index = behind ? r.scene.token.log_index : checkpoint.size };
        memcpy(keys[i].cut_off.root, checkpoint.root.bytes, SHA256_LEN);
        keys[i].cut_off.root[0] ^= !same_root;
    }
    e.trust = &list;
    e.bundle = NULL;
    assert_int_equal(judge_pdf(buf_span(&pdf), &e, ret, NULL), RC_OK);
    buf_free(&pdf);
    buf_free(&proof_text);
}

static void a_proof_under_the_root_of_a_cut_off_saves_a_certificate(void **state)
{
    (void)state;
    struct verdict v = { 0 };
    look_cut_off(true, false, &v);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_true(verdict_has(&v, PROBLEM_STATUS_MISSING));
    assert_int_equal(verdict_exit(&v), 7);
    look_cut_off(false, false, &v);
    assert_int_equal(v.authentic, AUTH_UNPROVEN);
    assert_true(verdict_has(&v, PROBLEM_CUT_OFF_UNPROVEN));
    assert_int_equal(verdict_exit(&v), 7);
    look_cut_off(true, true, &v);
    assert_int_equal(v.authentic, AUTH_FALSE);
    assert_true(verdict_has(&v, PROBLEM_CUT_OFF));
}

static void a_copy_that_is_older_than_its_token_is_not_authentic(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.token.iat = RECIPE_MADE + DAY_S;
    r.photo = r.scene.token.photo = (struct span){ 0 };
    assert_int_equal(recipe_look(&r).authentic, AUTH_TRUE);
    r.scene.token.iat++;
    is_not_authentic(&r, PROBLEM_PDF_SIGNATURE);
}

/* --- the token --- */

static void a_token_by_a_stranger_is_of_an_unknown_key(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.signer = KEY_STRANGER;
    is_not_shown(&r, AUTH_UNKNOWN_KEY, PROBLEM_UNKNOWN_KEY, 6);
}

static void a_token_that_was_changed_is_not_authentic(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.flip_token = 30; /* in the payload */
    r.no_proof = true;
    const struct verdict v = recipe_look(&r);
    assert_int_not_equal(v.authentic, AUTH_TRUE);
    assert_int_not_equal(verdict_exit(&v), 0);
}

static void a_signed_file_without_a_token_is_unreadable(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.no_token = true;
    is_not_shown(&r, AUTH_UNREADABLE, PROBLEM_UNREADABLE, 8);
    r.no_token = false;
    r.token = SPAN_LITERAL("\xd2no token");
    is_not_shown(&r, AUTH_UNREADABLE, PROBLEM_FORMAT, 8);
}

static void the_state_comes_from_the_lists_whatever_the_copy_says(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.row.status = STATUS_INVALID;
    struct verdict v = recipe_look(&r);
    assert_int_equal(v.state, STATE_REVOKED);
    assert_int_equal(verdict_exit(&v), 3);

    r = recipe_good();
    r.scene.row.version = 2;
    r.scene.row.deadline = SCENE_TODAY + 30;
    v = recipe_look(&r);
    assert_true(v.replaced);
    assert_int_equal(v.deadline, SCENE_TODAY + 30);
    assert_int_equal(v.state, STATE_DUE);
}

static void keys_alone_say_that_it_is_genuine_and_no_more(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.keys_only = true;
    const struct verdict v = recipe_look(&r);
    assert_int_equal(v.authentic, AUTH_TRUE);
    is_only(&v, PROBLEM_STATUS_MISSING);
    assert_int_equal(v.log_included, TRI_TRUE);
    assert_int_equal(verdict_exit(&v), 7);
}

/* --- the proof --- */

static void a_missing_proof_is_named_and_leaves_the_log_open(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.no_proof = true;
    is_in_force_but(&r, PROBLEM_PROOF_MISSING);
    assert_int_equal(recipe_look(&r).log_included, TRI_UNKNOWN);
}

static void is_not_proven(const struct recipe *r)
{
    const struct verdict v = recipe_look(r);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_int_equal(v.log_included, TRI_FALSE);
    assert_int_equal(v.state, STATE_UNKNOWN);
    assert_int_equal(v.in_force, TRI_UNKNOWN);
    is_only(&v, PROBLEM_PROOF_WRONG);
    assert_int_equal(verdict_exit(&v), 7);
}

static void a_proof_that_does_not_hold_leaves_it_undecided(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.proof = SPAN_LITERAL("no proof");
    is_not_proven(&r);

    r = recipe_good(); /* of another signature of the same claims */
    ON_EXIT(buf_free_at) struct buf others = { 0 };
    (void)scene_open(&r.scene);
    recipe_proof(&r, scene_token(), &others);
    r.proof = buf_span(&others);
    is_not_proven(&r);
}

/* Another deployment's log may hold the same token, and signs with its own key. */
static void a_checkpoint_by_no_log_key_proves_nothing(void **state)
{
    (void)state;
    const struct recipe good = recipe_good();
    struct recipe other = recipe_good();
    ON_EXIT(buf_free_at) struct buf proof = { 0 };
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    struct verdict v = { 0 };
    const struct evidence e = scene_open(&good.scene);
    other.scene.root_seed = 90;
    for (int wrong = 0; wrong < 2; wrong++) {
        struct recipe r = good;
        buf_clear(&proof);
        buf_clear(&file);
        recipe_proof(wrong ? &other : &good, scene_token(), &proof);
        r.proof = buf_span(&proof);
        recipe_put(&r, scene_token(), &file);
        assert_int_equal(judge_pdf(buf_span(&file), &e, &v, NULL), RC_OK);
        assert_int_equal(v.log_included, wrong ? TRI_FALSE : TRI_TRUE);
        assert_int_equal(verdict_exit(&v), wrong ? 7 : 0);
    }
}

static void a_proof_of_a_revoked_certificate_changes_nothing(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.proof = SPAN_LITERAL("no proof");
    r.scene.row.status = STATUS_INVALID;
    const struct verdict v = recipe_look(&r);
    assert_int_equal(v.state, STATE_REVOKED);
    assert_int_equal(verdict_exit(&v), 3);
}

/* --- the fields --- */

static void every_field_of_the_token_must_say_what_the_token_says(void **state)
{
    (void)state;
    static const char *const names[] = { "number",    "name",      "id_type",    "id_tail",
                                         "issued",    "issued_zh", "deadline",   "deadline_zh",
                                         "version",   "ce.0.year", "ce.0.hours", "ce.0.post_hours",
                                         "log_index", "made",      "made_zh" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct recipe r = recipe_good();
        recipe_say(&r, names[i], SPAN_LITERAL("别的"));
        is_not_authentic(&r, PROBLEM_PDF_FIELD_MISMATCH);
        recipe_say(&r, names[i], (struct span){ 0 });
        is_not_authentic(&r, PROBLEM_PDF_FIELD_MISMATCH);
    }
}

static void a_name_with_one_character_more_or_less_is_another(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    recipe_say(&r, "name", SPAN_LITERAL("张示例"));
    is_not_authentic(&r, PROBLEM_PDF_FIELD_MISMATCH);
    recipe_say(&r, "name", SPAN_LITERAL("张示例𠮷 "));
    is_not_authentic(&r, PROBLEM_PDF_FIELD_MISMATCH);
    recipe_say(&r, "name", SPAN_LITERAL("张示例𠮷"));
    assert_int_equal(recipe_look(&r).authentic, AUTH_TRUE);
}

static void a_claim_that_the_token_has_not_leaves_its_fields_free(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    recipe_say(&r, "ce.1.hours", SPAN_LITERAL("—"));
    const struct verdict v = recipe_look(&r);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_int_equal(v.problem_count, 0);
}

static void a_field_that_the_profile_does_not_know_is_not_ours(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    recipe_say(&r, "grade", SPAN_LITERAL("A"));
    is_not_shown(&r, AUTH_UNREADABLE, PROBLEM_PDF_NOT_OURS, 8);
}

static void another_name_than_the_directorys_is_only_noted(void **state)
{
    (void)state;
    static const char *const names[] = { "post", "authority", "provider" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct recipe r = recipe_good();
        recipe_say(&r, names[i], SPAN_LITERAL("从前的名称"));
        is_in_force_but(&r, PROBLEM_PDF_NAMES);
    }
    struct recipe r = recipe_good();
    recipe_say(&r, "post", SPAN_LITERAL("civil works supervisor"));
    recipe_say(&r, "id_type", SPAN_LITERAL("resident identity card"));
    assert_int_equal(recipe_look(&r).problem_count, 0);
}

static void a_photo_that_is_not_the_tokens_is_not_authentic(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.photo = SPAN_LITERAL("\xff\xd8\xff\xe0 somebody else \xff\xd9");
    is_not_authentic(&r, PROBLEM_PDF_PHOTO_MISMATCH);
    r = recipe_good();
    r.scene.token.photo = (struct span){ 0 };
    is_not_authentic(&r, PROBLEM_PDF_PHOTO_MISMATCH);
    r.png = true;
    is_not_authentic(&r, PROBLEM_PDF_PHOTO_MISMATCH);
}

/* The same PNG as recipe_draw() draws it, as a file. */
static void sign_png(struct recipe *r, uint8_t digest[TOKEN_PHOTO_LEN])
{
    ON_EXIT(buf_free_at) struct buf file = { 0 };
    const struct photo photo = { .bits = 8, .width = 35, .height = 49, .bytes = r->photo };
    struct token *const t = &r->scene.token;
    r->png = true;
    photo_put(&file, &photo);
    token_photo_digest(t->number, t->iat, t->log_index, buf_span(&file), digest);
    t->photo = span_of(digest, TOKEN_PHOTO_LEN);
}

static void a_photo_that_was_a_png_is_checked_too(void **state)
{
    (void)state;
    uint8_t digest[TOKEN_PHOTO_LEN];
    struct recipe r = recipe_good();
    sign_png(&r, digest);
    assert_int_equal(recipe_look(&r).problem_count, 0);
    r.photo = SPAN_LITERAL("somebody else's pixels");
    is_not_authentic(&r, PROBLEM_PDF_PHOTO_MISMATCH);
}

static void pixels_that_are_drawn_in_another_size_are_not_the_photo(void **state)
{
    (void)state;
    uint8_t digest[TOKEN_PHOTO_LEN];
    struct recipe r = recipe_good();
    sign_png(&r, digest);
    r.png_height = 48;
    is_not_authentic(&r, PROBLEM_PDF_PHOTO_MISMATCH);
}

static void a_layout_may_leave_the_photo_out(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.photo = (struct span){ 0 };
    assert_int_equal(recipe_look(&r).problem_count, 0);
    recipe_say(&r, "photo", SPAN_LITERAL("照片"));
    assert_int_equal(recipe_look(&r).problem_count, 0);
}

/* --- the copy's own dates --- */

static void a_copy_past_its_last_day_is_expired_and_the_certificate_is_not(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    recipe_say(&r, "copy_until", SPAN_LITERAL("2024-06-01"));
    recipe_say(&r, "copy_until_zh", SPAN_LITERAL("2024年6月1日"));
    struct verdict v = recipe_look(&r);
    assert_int_equal(v.problem_count, 0);
    assert_false(v.copy.expired);

    recipe_say(&r, "copy_until", SPAN_LITERAL("2024-05-31"));
    recipe_say(&r, "copy_until_zh", SPAN_LITERAL("2024年5月31日"));
    is_in_force_but(&r, PROBLEM_COPY_EXPIRED);
    v = recipe_look(&r);
    assert_true(v.copy.dated && v.copy.expired);
    assert_int_equal(v.copy.valid_until, SCENE_TODAY - 1);
}

static void a_last_day_in_another_spelling_or_two_last_days_are_a_mismatch(void **state)
{
    (void)state;
    static const char *const wrong[] = { "2024-6-30",      "2024年06月30日", "2024年6月31日",
                                         "2024年6月30日 ", "长期",           "24年6月30日" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct recipe r = recipe_good();
        recipe_say(&r, "copy_until_zh", span_text(wrong[i]));
        is_not_authentic(&r, PROBLEM_PDF_FIELD_MISMATCH);
    }
    struct recipe r = recipe_good();
    recipe_say(&r, "copy_until", SPAN_LITERAL("2024-06-30"));
    is_not_authentic(&r, PROBLEM_PDF_FIELD_MISMATCH);
}

static void a_copy_without_a_last_day_has_none(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    recipe_say(&r, "copy_until", (struct span){ 0 });
    recipe_say(&r, "copy_until_zh", (struct span){ 0 });
    const struct verdict v = recipe_look(&r);
    assert_int_equal(v.problem_count, 0);
    assert_true(v.copy.is_pdf && !v.copy.dated && !v.copy.expired);
}

static void a_copy_from_the_future_is_undecided(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.now = RECIPE_MADE - DAY_S - 1;
    r.scene.issued = r.scene.trust_issued = RECIPE_MADE - 2 * DAY_S;
    const struct verdict v = recipe_look(&r);
    assert_int_equal(v.authentic, AUTH_TRUE);
    is_only(&v, PROBLEM_SIGNED_AHEAD);
    assert_int_equal(verdict_exit(&v), 7);
}

/* --- the answer --- */

static char *json_of(const struct verdict *v)
{
    static struct buf text;
    buf_clear(&text);
    verdict_json(&text, v, false, 0, 0);
    return (char *)(uintptr_t)buf_cstr(&text);
}

static void a_good_file_is_in_force_and_proven(void **state)
{
    (void)state;
    const struct recipe r = recipe_good();
    const struct verdict v = recipe_look(&r);
    assert_int_equal(v.authentic, AUTH_TRUE);
    assert_int_equal(v.state, STATE_VALID);
    assert_int_equal(v.problem_count, 0);
    assert_int_equal(v.log_included, TRI_TRUE);
    assert_int_equal(v.host_matches, TRI_UNKNOWN);
    assert_int_equal(verdict_exit(&v), 0);
    assert_non_null(strstr(json_of(&v), "\"log\":{\"index\":50,\"included\":true},"
                                        "\"copy\":{\"valid_until\":\"2024-09-09\","
                                        "\"expired\":false},\"problems\":[]}"));
}

static void a_signature_with_room_for_a_time_stamp_is_as_good(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.room = 16384;
    assert_int_equal(recipe_look(&r).problem_count, 0);
}

static void the_copy_is_an_object_for_authentic_files_and_null_for_others(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    recipe_say(&r, "name", SPAN_LITERAL("李样本"));
    struct verdict v = recipe_look(&r);
    assert_non_null(strstr(json_of(&v), "\"copy\":null,"));
    assert_null(strstr(json_of(&v), "李样本"));
    v = scene_look(&r.scene);
    assert_null(strstr(json_of(&v), "\"copy\""));
}

static void a_demonstration_says_so_in_every_answer(void **state)
{
    (void)state;
    struct recipe r = recipe_good();
    r.scene.demo = true;
    struct verdict v = recipe_look(&r);
    is_only(&v, PROBLEM_DEMO);
    recipe_say(&r, "name", SPAN_LITERAL("李样本"));
    v = recipe_look(&r);
    assert_true(verdict_has(&v, PROBLEM_DEMO));
    assert_true(verdict_has(&v, PROBLEM_PDF_FIELD_MISMATCH));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(another_form_is_unreadable_with_the_place, forget),
        cmocka_unit_test_teardown(a_file_without_a_signature_is_not_authentic, forget),
        cmocka_unit_test_teardown(a_strangers_signature_is_of_an_unknown_key, forget),
        cmocka_unit_test_teardown(a_key_for_something_else_may_not_sign_a_file, forget),
        cmocka_unit_test_teardown(a_file_made_outside_its_keys_dates_is_not_authentic, forget),
        cmocka_unit_test_teardown(a_file_by_a_cut_off_document_key_is_refused, forget),
        cmocka_unit_test_teardown(a_proof_under_the_root_of_a_cut_off_saves_a_certificate, forget),
        cmocka_unit_test_teardown(a_copy_that_is_older_than_its_token_is_not_authentic, forget),
        cmocka_unit_test_teardown(a_token_by_a_stranger_is_of_an_unknown_key, forget),
        cmocka_unit_test_teardown(a_token_that_was_changed_is_not_authentic, forget),
        cmocka_unit_test_teardown(a_signed_file_without_a_token_is_unreadable, forget),
        cmocka_unit_test_teardown(the_state_comes_from_the_lists_whatever_the_copy_says, forget),
        cmocka_unit_test_teardown(keys_alone_say_that_it_is_genuine_and_no_more, forget),
        cmocka_unit_test_teardown(a_missing_proof_is_named_and_leaves_the_log_open, forget),
        cmocka_unit_test_teardown(a_proof_that_does_not_hold_leaves_it_undecided, forget),
        cmocka_unit_test_teardown(a_checkpoint_by_no_log_key_proves_nothing, forget),
        cmocka_unit_test_teardown(a_proof_of_a_revoked_certificate_changes_nothing, forget),
        cmocka_unit_test_teardown(every_field_of_the_token_must_say_what_the_token_says, forget),
        cmocka_unit_test_teardown(a_name_with_one_character_more_or_less_is_another, forget),
        cmocka_unit_test_teardown(a_claim_that_the_token_has_not_leaves_its_fields_free, forget),
        cmocka_unit_test_teardown(a_field_that_the_profile_does_not_know_is_not_ours, forget),
        cmocka_unit_test_teardown(another_name_than_the_directorys_is_only_noted, forget),
        cmocka_unit_test_teardown(a_photo_that_is_not_the_tokens_is_not_authentic, forget),
        cmocka_unit_test_teardown(a_photo_that_was_a_png_is_checked_too, forget),
        cmocka_unit_test_teardown(pixels_that_are_drawn_in_another_size_are_not_the_photo, forget),
        cmocka_unit_test_teardown(a_layout_may_leave_the_photo_out, forget),
        cmocka_unit_test_teardown(a_copy_past_its_last_day_is_expired_and_the_certificate_is_not,
                                  forget),
        cmocka_unit_test_teardown(a_last_day_in_another_spelling_or_two_last_days_are_a_mismatch,
                                  forget),
        cmocka_unit_test_teardown(a_copy_without_a_last_day_has_none, forget),
        cmocka_unit_test_teardown(a_copy_from_the_future_is_undecided, forget),
        cmocka_unit_test_teardown(a_good_file_is_in_force_and_proven, forget),
        cmocka_unit_test_teardown(a_signature_with_room_for_a_time_stamp_is_as_good, forget),
        cmocka_unit_test_teardown(the_copy_is_an_object_for_authentic_files_and_null_for_others,
                                  forget),
        cmocka_unit_test_teardown(a_demonstration_says_so_in_every_answer, forget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
