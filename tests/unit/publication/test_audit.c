/* One thing changed at a time, by the back door: the audit finds each, and nothing else. */
#include "tests/unit/publication/audited.h"

#include <string.h>

static struct audited scene;

static int setup(void **state)
{
    (void)state;
    audited_make(&scene, story_tell);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    audited_drop(&scene);
    return 0;
}

static int put_back(void **state)
{
    (void)state;
    audited_restore(&scene);
    return 0;
}

static void agrees(void)
{
    struct audit result;
    const bool found = audited_finds(&scene, &result);
    for (size_t i = 0; i < result.kept; i++)
        print_error("%s: %s\n", result.findings[i].subject, result.findings[i].text);
    assert_false(found);
    audit_free(&result);
}

/* --- what nobody touched --- */

static void an_untouched_register_agrees(void **state)
{
    (void)state;
    struct audit result;
    assert_false(audited_finds(&scene, &result));
    assert_int_equal(result.certificates, 6);
    assert_int_equal(result.versions, 10); /* six issued, two renewed, two amended */
    assert_int_equal(result.orders, 7);
    assert_int_equal(result.persons, 5);
    assert_int_equal(result.checkpoints, 2);
    assert_int_equal(result.log_size, 17);
    assert_int_equal(strlen(result.root), 64);
    audit_free(&result);
}

/* Nothing that the tests do themselves is what is found. */
static void entries_written_back_as_they_were_agree(void **state)
{
    (void)state;
    static const char *const tables[] = { "certs", "versions", "rows", "log", "persons" };
    struct raw w;
    raw_open(&w, &scene.f);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct span key, value;
        for (size_t n = 0; raw_at(&w, tables[i], n, &key, &value); n++)
            raw_put(&w, tables[i], key, value);
    }
    raw_close(&w);
    agrees();
}

static void an_empty_register_agrees(void **state)
{
    (void)state;
    struct fixture *const f = &scene.f;
    fixture_empty(f);
    fixture_open(f);
    fixture_close(f);
    agrees();
}

static void a_home_whose_settings_leave_the_threads_open_has_some(void **state)
{
    (void)state;
    struct home_settings s;
    assert_int_equal(home_settings_read(SPAN_LITERAL("[signing]\nthreads = 0\n"), &s, NULL), RC_OK);
    assert_true(s.sign_threads > 0);
}

/* --- one number, one byte --- */

/* Which byte of which entry is turned. */
struct turn {
    const char *what; /* the sentence: "…_is_found" */
    const char *table;
    int row;     /* the n-th entry of the table */
    int path[4]; /* raw_place(); ends with -1 */
    uint8_t bits;
};

static const struct turn turns[] = {
    { "a_turned_byte_of_a_token", "log", 0, { 4, -1 }, 0x40 },
    { "a_turned_byte_of_an_order", "log", 12, { 4, -1 }, 0x01 },
    { "a_leaf_said_to_be_of_another_certificate", "log", 0, { 1, -1 }, 1 },
    { "a_leaf_said_to_be_of_another_version", "log", 0, { 2, -1 }, 3 },
    { "a_leaf_of_another_kind", "log", 0, { 0, -1 }, 3 },
    { "another_deadline_of_a_version", "versions", 0, { 1, -1 }, 1 },
    { "another_time_of_a_version", "versions", 0, { 0, -1 }, 1 },
    { "another_status_index_of_a_version", "versions", 0, { 2, -1 }, 1 },
    { "another_log_index_of_a_version", "versions", 0, { 3, -1 }, 1 },
    { "another_deadline_of_a_certificate", "certs", 0, { 8, -1 }, 1 },
    { "another_version_of_a_certificate", "certs", 0, { 7, -1 }, 1 },
    { "another_holder_of_a_certificate", "certs", 0, { 2, -1 }, 3 },
    { "another_post_of_a_certificate", "certs", 0, { 3, -1 }, 1 },
    { "another_unit_of_a_certificate", "certs", 0, { 4, -1 }, 1 },
    { "another_provider_of_a_certificate", "certs", 0, { 5, -1 }, 1 },
    { "another_issue_date_of_a_certificate", "certs", 0, { 6, -1 }, 1 },
    { "another_origin_of_a_certificate", "certs", 0, { 1, -1 }, 3 },
    { "another_number_of_a_certificate", "certs", 0, { 0, -1 }, 1 },
    { "another_status_index_of_a_certificate", "certs", 0, { 9, -1 }, 1 },
    { "another_retired_index", "certs", 0, { 10, 0, -1 }, 1 },
    { "another_last_version_of_a_retired_index", "certs", 0, { 10, 1, -1 }, 1 },
    { "other_hours", "certs", 0, { 11, 1, -1 }, 1 },
    { "other_post_specific_hours", "certs", 0, { 11, 2, -1 }, 1 },
    { "hours_of_another_year", "certs", 0, { 11, 0, -1 }, 3 },
    { "fewer_orders_of_a_certificate", "certs", 2, { 12, -1 }, 1 },
    { "another_state_of_an_order", "orders", 0, { 1, -1 }, 1 },
    { "another_action_of_an_order", "orders", 0, { 0, -1 }, 2 },
    { "another_effective_date_of_an_order", "orders", 0, { 2, -1 }, 1 },
    { "another_time_of_an_order", "orders", 0, { 3, -1 }, 1 },
    { "another_operator_of_an_order", "orders", 0, { 4, -1 }, 1 },
    { "another_log_index_of_an_order", "orders", 0, { 5, -1 }, 1 },
    { "another_reason_of_an_order", "orders", 0, { 6, -1 }, 1 },
    { "another_reference_of_an_order", "orders", 0, { 7, -1 }, 1 },
    { "another_name_of_a_person_without_certificate", "persons", 4, { 2, -1 }, 1 },
    { "another_name_of_a_person_with_a_certificate", "persons", 0, { 2, -1 }, 1 },
    { "another_sex_of_a_person", "persons", 1, { 3, -1 }, 3 },
    { "a_sealed_number_that_was_changed", "persons", 0, { 1, -1 }, 1 },
    { "another_photo_hash", "persons", 0, { 5, -1 }, 1 },
    { "a_person_without_her_test", "persons", 1, { 4, -1 }, 2 },
    { "a_certificate_missing_among_a_persons", "persons", 0, { 6, 0, -1 }, 1 },
    { "a_legacy_certificate_missing_among_a_persons", "persons", 4, { 7, 0, -1 }, 1 },
    { "a_legacy_certificate_exchanged_for_another", "legacy", 0, { 5, -1 }, 1 },
    { "another_unit_of_a_legacy_certificate", "legacy", 1, { 1, -1 }, 1 },
    { "another_date_of_a_legacy_certificate", "legacy", 1, { 4, -1 }, 1 },
    { "another_plan_of_a_unit", "units", 0, { 4, 1, -1 }, 1 },
    { "another_plan_date_of_a_unit", "units", 0, { 4, 0, -1 }, 1 },
    { "another_docking_of_a_unit", "units", 0, { 5, 1, -1 }, 1 },
    { "another_name_of_a_unit", "units", 0, { 0, -1 }, 1 },
    { "another_status_of_a_provider", "providers", 0, { 2, 1, -1 }, 3 },
    { "another_scope_of_a_provider", "providers", 1, { 2, 4, -1 }, 4 },
    { "another_name_of_a_provider", "providers", 0, { 0, -1 }, 1 },
    { "another_outcome_of_a_row", "rows", 7, { 3, -1 }, 3 },
    { "another_person_of_a_row", "rows", 7, { 2, -1 }, 2 },
    { "another_certificate_of_a_row", "rows", 15, { 4, -1 }, 3 },
    { "another_version_of_a_row", "rows", 15, { 5, -1 }, 3 },
    { "a_test_that_was_not_passed_after_all", "rows", 15, { 6, -1 }, 2 },
    { "another_time_of_a_row_that_issued", "rows", 15, { 0, -1 }, 1 },
    { "another_record_id_of_a_row", "rows", 9, { 8, -1 }, 1 },
    { "another_body_of_a_row", "rows", 9, { 9, -1 }, 1 },
};
#define TURN_COUNT (sizeof turns / sizeof turns[0])

static void a_turned_byte_is_found(void **state)
{
    const struct turn *const t = *state;
    struct raw w;
    struct span key, value;
    struct audit result;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, t->table, (size_t)t->row, &key, &value));
    raw_turn(&w, t->table, key, t->path, t->bits);
    raw_close(&w);
    assert_true(audited_finds(&scene, &result));
    audit_free(&result);
}

/* --- what takes more than a byte --- */

static void is_found(void)
{
    struct audit result;
    assert_true(audited_finds(&scene, &result));
    audit_free(&result);
}

static void a_leaf_in_anothers_place_is_found(void **state)
{
    (void)state;
    struct raw w;
    const struct raw_key a = raw_key1(5, 1), b = raw_key1(5, 2);
    raw_open(&w, &scene.f);
    ON_EXIT(buf_free_at) struct buf was = { 0 };
    buf_put_span(&was, raw_get(&w, "log", raw_span(&a)));
    raw_put(&w, "log", raw_span(&a), raw_get(&w, "log", raw_span(&b)));
    raw_put(&w, "log", raw_span(&b), buf_span(&was));
    raw_close(&w);
    is_found();
}

/* The same bytes in certificate, version and token's place would still be two holders of one. */
static void a_status_index_used_twice_is_found(void **state)
{
    (void)state;
    static const int in_cert[] = { 9, -1 };
    struct raw w;
    const struct raw_key a = raw_key1(4, 3), b = raw_key1(4, 4);
    raw_open(&w, &scene.f);
    ON_EXIT(buf_free_at) struct buf value = { 0 };
    buf_put_span(&value, raw_get(&w, "certs", raw_span(&a)));
    const struct span other = raw_get(&w, "certs", raw_span(&b));
    const size_t to = raw_place(buf_span(&value), in_cert), from = raw_place(other, in_cert);
    value.ptr[to] = other.ptr[from];
    value.ptr[to - 1] = other.ptr[from - 1];
    raw_put(&w, "certs", raw_span(&a), buf_span(&value));
    raw_close(&w);
    is_found();
}

static void a_number_that_leads_to_another_certificate_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value, other_key, other;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "cert_by_number", 0, &key, &value));
    assert_true(raw_at(&w, "cert_by_number", 1, &other_key, &other));
    raw_put(&w, "cert_by_number", key, other);
    raw_close(&w);
    is_found();
}

static void a_number_more_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "cert_by_number", 0, &key, &value));
    raw_put(&w, "cert_by_number", SPAN_LITERAL("99901202000000016"), value);
    raw_close(&w);
    is_found();
}

static void a_document_that_leads_to_another_person_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value, other_key, other;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "person_by_id", 0, &key, &value));
    assert_true(raw_at(&w, "person_by_id", 1, &other_key, &other));
    raw_put(&w, "person_by_id", key, other);
    raw_close(&w);
    is_found();
}

static void a_missing_document_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "person_by_id", 2, &key, &value));
    raw_delete(&w, "person_by_id", key);
    raw_close(&w);
    is_found();
}

static void a_dropped_row_is_found(void **state)
{
    (void)state;
    struct raw w;
    const struct raw_key k = raw_key1(5, 9);
    raw_open(&w, &scene.f);
    raw_delete(&w, "rows", raw_span(&k));
    raw_close(&w);
    is_found();
}

/* As if it had never come: the count says one less, too. */
static void a_last_row_that_never_was_is_found(void **state)
{
    (void)state;
    static const int rows[] = { 1, -1 };
    struct raw w;
    struct span key, value;
    size_t n = 0;
    raw_open(&w, &scene.f);
    while (raw_at(&w, "rows", n + 1, &key, &value))
        n++;
    assert_true(raw_at(&w, "rows", n, &key, &value));
    raw_delete(&w, "rows", key);
    ON_EXIT(buf_free_at) struct buf counters = { 0 };
    buf_put_span(&counters, raw_get(&w, "facts", SPAN_LITERAL("#counters")));
    counters.ptr[raw_place(buf_span(&counters), rows)]--;
    raw_put(&w, "facts", SPAN_LITERAL("#counters"), buf_span(&counters));
    raw_close(&w);
    is_found();
}

static void a_training_on_an_earlier_day_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "trainings", 0, &key, &value));
    ON_EXIT(buf_free_at) struct buf moved = { 0 };
    buf_put_span(&moved, key);
    moved.ptr[9]--; /* person 5, post 1, date 4 */
    raw_delete(&w, "trainings", key);
    raw_put(&w, "trainings", buf_span(&moved), (struct span){ 0 });
    raw_close(&w);
    is_found();
}

static void another_serial_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "serials", 0, &key, &value));
    ON_EXIT(buf_free_at) struct buf serial = { 0 };
    buf_put_span(&serial, value);
    serial.ptr[7]++;
    raw_put(&w, "serials", key, buf_span(&serial));
    raw_close(&w);
    is_found();
}

static void another_photo_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "photos", 0, &key, &value));
    ON_EXIT(buf_free_at) struct buf photo = { 0 };
    buf_put_span(&photo, value);
    photo.ptr[photo.len / 2] ^= 1;
    raw_put(&w, "photos", key, buf_span(&photo));
    raw_close(&w);
    is_found();
}

static void a_checkpoint_under_anothers_size_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value, other_key, other;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "checkpoints", 0, &key, &value));
    assert_true(raw_at(&w, "checkpoints", 1, &other_key, &other));
    raw_put(&w, "checkpoints", key, other);
    raw_close(&w);
    is_found();
}

/* Of the log's own key, but of another history: a register that was rolled back and went on. */
static void a_checkpoint_of_another_root_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    ON_EXIT(buf_free_at) struct buf note = { 0 };
    ON_EXIT(signer_free_at) struct signer *signer = NULL;
    const uint8_t root[SHA256_LEN] = { 1 };
    assert_int_equal(home_signer(&scene.f.home, &signer, NULL), RC_OK);
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "checkpoints", 0, &key, &value));
    uint64_t size = 0;
    for (size_t i = 0; i < key.len; i++)
        size = size << 8 | key.ptr[i];
    assert_int_equal(signer_checkpoint(signer, size, root, scene.f.home.now, &note, NULL), RC_OK);
    raw_put(&w, "checkpoints", key, buf_span(&note));
    raw_close(&w);
    is_found();
}

static void a_checkpoint_ahead_of_the_log_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    const struct raw_key ahead = raw_key1(5, 1000);
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "checkpoints", 1, &key, &value));
    raw_put(&w, "checkpoints", raw_span(&ahead), value);
    raw_close(&w);
    is_found();
}

static void another_operator_in_the_index_by_time_is_found(void **state)
{
    (void)state;
    struct raw w;
    struct span key, value;
    raw_open(&w, &scene.f);
    assert_true(raw_at(&w, "order_times", 0, &key, &value));
    raw_put(&w, "order_times", key, SPAN_LITERAL("\1\2\3\4\5\6\7\10"));
    raw_close(&w);
    is_found();
}

static void a_second_signature_that_nobody_gave_is_found(void **state)
{
    (void)state;
    struct raw w;
    const struct raw_key order = raw_key2(4, 2, 2, 0);
    raw_open(&w, &scene.f);
    raw_put(&w, "order_seconds", raw_span(&order), SPAN_LITERAL("\x80"));
    raw_close(&w);
    is_found();
}

static void a_last_signing_in_the_future_is_found(void **state)
{
    (void)state;
    struct raw w;
    raw_open(&w, &scene.f);
    raw_put(&w, "facts", SPAN_LITERAL(FACT_LAST_SIGNED_AT), SPAN_LITERAL("\x1a\x7f\xff\xff\xff"));
    raw_close(&w);
    is_found();
}

#define EDITED(name) cmocka_unit_test_setup_teardown(name, NULL, put_back)

static const struct CMUnitTest sentences[] = {
    cmocka_unit_test(an_untouched_register_agrees),
    cmocka_unit_test(a_home_whose_settings_leave_the_threads_open_has_some),
    EDITED(entries_written_back_as_they_were_agree),
    EDITED(an_empty_register_agrees),
    EDITED(a_leaf_in_anothers_place_is_found),
    EDITED(a_status_index_used_twice_is_found),
    EDITED(a_number_that_leads_to_another_certificate_is_found),
    EDITED(a_number_more_is_found),
    EDITED(a_document_that_leads_to_another_person_is_found),
    EDITED(a_missing_document_is_found),
    EDITED(a_dropped_row_is_found),
    EDITED(a_last_row_that_never_was_is_found),
    EDITED(a_training_on_an_earlier_day_is_found),
    EDITED(another_serial_is_found),
    EDITED(another_photo_is_found),
    EDITED(a_checkpoint_under_anothers_size_is_found),
    EDITED(a_checkpoint_of_another_root_is_found),
    EDITED(a_checkpoint_ahead_of_the_log_is_found),
    EDITED(another_operator_in_the_index_by_time_is_found),
    EDITED(a_second_signature_that_nobody_gave_is_found),
    EDITED(a_last_signing_in_the_future_is_found),
};
#define SENTENCE_COUNT (sizeof sentences / sizeof sentences[0])

int main(void)
{
    static struct CMUnitTest tests[SENTENCE_COUNT + TURN_COUNT];
    static struct turn states[TURN_COUNT];
    memcpy(tests, sentences, sizeof sentences);
    memcpy(states, turns, sizeof turns);
    for (size_t i = 0; i < TURN_COUNT; i++)
        tests[SENTENCE_COUNT + i] = (struct CMUnitTest){
            .name = turns[i].what,
            .test_func = a_turned_byte_is_found,
            .teardown_func = put_back,
            .initial_state = &states[i],
        };
    return cmocka_run_group_tests_name("audit", tests, setup, teardown);
}
