/* What the lists say of every certificate on a day. */
#include "tests/unit/publication/story.h"

#include <string.h>

#include "core/base/dates.h"
#include "issuer/publication/snapshot.h"
#include "tests/unit/publication/raw.h"

static struct fixture scene;

static int setup(void **state)
{
    (void)state;
    fixture_make(&scene);
    story_tell(&scene);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_drop(&scene);
    return 0;
}

static void columns_on(const char *date, struct columns *ret)
{
    int32_t today;
    struct diag d = DIAG_INIT;
    *ret = (struct columns){ 0 };
    assert_true(date_parse(span_text(date), &today));
    if (snapshot_columns(engine_register(scene.engine), today, ret, &d) != RC_OK)
        fail_msg("%s", d.text);
}

static struct reg_cert certificate(unsigned n)
{
    struct reg_cert c;
    assert_int_equal(register_cert(engine_register(scene.engine), n - 1, &c, NULL), RC_OK);
    return c;
}

static unsigned status_on(const char *date, unsigned n)
{
    ON_EXIT(columns_free) struct columns columns;
    columns_on(date, &columns);
    return columns.rows[certificate(n).status_index].status;
}

static void every_certificate_has_one_row_with_version_and_deadline(void **state)
{
    (void)state;
    ON_EXIT(columns_free) struct columns columns;
    columns_on("2021-10-01", &columns);
    assert_int_equal(columns.count, COLUMN_BLOCK);
    for (unsigned n = 1; n <= 6; n++) {
        const struct reg_cert c = certificate(n);
        assert_int_equal(columns.rows[c.status_index].version, c.version);
        assert_int_equal(columns.rows[c.status_index].deadline, c.deadline);
    }
}

static void indexes_that_nobody_has_are_never_assigned(void **state)
{
    (void)state;
    ON_EXIT(columns_free) struct columns columns;
    unsigned assigned = 0;
    columns_on("2021-10-01", &columns);
    for (uint32_t i = 0; i < columns.count; i++)
        assigned += columns.rows[i].version != 0;
    assert_int_equal(assigned, register_status_index_count(engine_register(scene.engine)));
    assert_int_equal(assigned, 8);
}

static void retired_indexes_are_invalid_with_their_last_version(void **state)
{
    (void)state;
    ON_EXIT(columns_free) struct columns columns;
    columns_on("2021-10-01", &columns);
    const struct reg_cert c = certificate(1);
    assert_int_equal(c.retired_count, 1);
    const struct column_row *const old = &columns.rows[c.retired[0]];
    assert_int_equal(old->status, STATUS_INVALID);
    assert_int_equal(old->version, c.version - 1);
    assert_int_equal(columns.rows[c.status_index].status, STATUS_VALID);
}

static void an_order_dated_ahead_is_published_on_its_day(void **state)
{
    (void)state;
    assert_int_equal(status_on("2021-11-30", 4), STATUS_VALID);
    assert_int_equal(status_on("2021-12-01", 4), STATUS_SUSPENDED);
}

static void final_orders_are_invalid_and_a_suspension_is_told_apart(void **state)
{
    (void)state;
    assert_int_equal(status_on("2021-10-01", 2), STATUS_SUSPENDED);
    assert_int_equal(status_on("2021-10-01", 3), STATUS_INVALID);
    assert_int_equal(status_on("2021-10-01", 6), STATUS_INVALID);
    assert_int_equal(status_on("2021-10-01", 5), STATUS_VALID);
}

static void a_lapse_is_the_deadlines_to_tell(void **state)
{
    (void)state;
    assert_int_equal(status_on("2050-01-01", 5), STATUS_VALID);
}

/* --- from a publication before --- */

static int32_t day(const char *date)
{
    int32_t ret;
    assert_true(date_parse(span_text(date), &ret));
    return ret;
}

/* What the log has new since `size` entries, on top of rows, against all of the register. */
static bool update_agrees(const struct columns *rows, uint64_t size, const char *before,
                          const char *date)
{
    ON_EXIT(columns_free) struct columns all, now = { 0 };
    const struct snapshot_base base = { .rows = rows, .log_size = size, .day = day(before) };
    bool made = false;
    struct diag d = DIAG_INIT;
    columns_on(date, &all);
    if (snapshot_update(engine_register(scene.engine), &base, day(date), &now, &made, &d) != RC_OK)
        fail_msg("%s", d.text);
    if (!made)
        return false;
    assert_int_equal(now.count, all.count);
    for (uint32_t i = 0; i < all.count; i++) {
        assert_int_equal(now.rows[i].status, all.rows[i].status);
        assert_int_equal(now.rows[i].version, all.rows[i].version);
        assert_int_equal(now.rows[i].deadline, all.rows[i].deadline);
    }
    columns_free(&now);
    return true;
}

static void rows_from_nothing_are_all_rows(void **state)
{
    (void)state;
    const struct columns none = { 0 };
    assert_true(update_agrees(&none, 0, "2021-12-01", "2021-12-01"));
}

static void a_day_that_an_order_waits_for_is_made_anew(void **state)
{
    (void)state;
    ON_EXIT(columns_free) struct columns before;
    const uint64_t size = register_log_size(engine_register(scene.engine));
    columns_on("2021-11-30", &before);
    assert_false(update_agrees(&before, size, "2021-11-30", "2021-12-01"));
    columns_free(&before);
    columns_on("2021-12-01", &before);
    assert_true(update_agrees(&before, size, "2021-12-01", "2021-12-02"));
    assert_false(update_agrees(&before, size, "2021-12-01", "2021-11-30")); /* a clock set back */
}

static void more_leaves_than_the_log_has_are_no_base(void **state)
{
    (void)state;
    ON_EXIT(columns_free) struct columns before;
    const uint64_t size = register_log_size(engine_register(scene.engine));
    columns_on("2021-12-01", &before);
    assert_false(update_agrees(&before, size + 1, "2021-12-01", "2021-12-01"));
}

static void what_happens_later_is_told_by_the_log(void **state)
{
    (void)state;
    ON_EXIT(columns_free) struct columns before;
    const uint64_t size = register_log_size(engine_register(scene.engine));
    columns_on("2021-12-01", &before);
    static const char *const lines[] = { "@2021-12-20",
                                         "order o20 action=suspend certificate=#5 "
                                         "effective_on=2021-12-20",
                                         NULL };
    story_crowd(&scene, 700, 3);
    story_lines(&scene, lines);
    story_amend(&scene, 5, "李改名");
    assert_true(update_agrees(&before, size, "2021-12-01", "2021-12-20"));
}

static void the_directory_names_posts_units_and_providers(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    struct directory dir = { 0 };
    assert_int_equal(snapshot_directory(engine_register(scene.engine), &scene.home, &payload, NULL),
                     RC_OK);
    assert_int_equal(directory_payload_read(buf_span(&payload), &dir, NULL), RC_OK);
    assert_int_equal(dir.post_count, 13);
    assert_int_equal(dir.unit_count, 2);
    assert_int_equal(dir.provider_count, 2);
    assert_int_equal(dir.providers[0].unit, 33);
    assert_int_equal(dir.providers[1].unit, 34);
    assert_true(span_equal(dir.units[1].name, SPAN_LITERAL("某直辖市住建委")));
    assert_memory_equal(dir.deployment, scene.home.trust->deployment, DEPLOYMENT_LEN);
    directory_free(&dir);
}

/* A provider that will change hands is whose it is today. */
static void a_provider_stands_under_its_unit_of_the_day(void **state)
{
    (void)state;
    struct fixture f;
    ON_EXIT(buf_free_at) struct buf payload = { 0 };
    struct directory dir = { 0 };
    static const char *const lines[] = {
        "@2020-03-10",
        "authority - unit_id=033 plan=approved plan_date=2019-01-01",
        "authority - unit_id=034 plan=approved plan_date=2019-01-01",
        "provider - credit_code=P1 unit_id=033 status_from=2019-05-01",
        "provider - credit_code=P1 unit_id=034 status_from=2020-06-01",
        NULL,
    };
    fixture_make(&f);
    story_lines(&f, lines);
    assert_int_equal(snapshot_directory(engine_register(f.engine), &f.home, &payload, NULL), RC_OK);
    assert_int_equal(directory_payload_read(buf_span(&payload), &dir, NULL), RC_OK);
    assert_int_equal(dir.providers[0].unit, 33);
    directory_free(&dir);
    fixture_drop(&f);
}

/* Last, for it leaves the register damaged. */
static void an_index_given_out_twice_is_not_published(void **state)
{
    (void)state;
    static const int index[] = { 9, -1 };
    struct raw w;
    struct columns columns = { 0 };
    struct diag d = DIAG_INIT;
    const struct raw_key a = raw_key1(4, 3), b = raw_key1(4, 4);
    ON_EXIT(buf_free_at) struct buf value = { 0 };
    fixture_close(&scene);
    raw_open(&w, &scene);
    buf_put_span(&value, raw_get(&w, "certs", raw_span(&a)));
    const struct span other = raw_get(&w, "certs", raw_span(&b));
    const size_t to = raw_place(buf_span(&value), index), from = raw_place(other, index);
    memcpy(&value.ptr[to - 1], &other.ptr[from - 1], 2);
    raw_put(&w, "certs", raw_span(&a), buf_span(&value));
    raw_close(&w);
    fixture_open(&scene);
    assert_int_equal(snapshot_columns(engine_register(scene.engine), 18000, &columns, &d),
                     RC_FORMAT);
    assert_non_null(strstr(d.text, "given out twice"));
    columns_free(&columns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_certificate_has_one_row_with_version_and_deadline),
        cmocka_unit_test(indexes_that_nobody_has_are_never_assigned),
        cmocka_unit_test(retired_indexes_are_invalid_with_their_last_version),
        cmocka_unit_test(an_order_dated_ahead_is_published_on_its_day),
        cmocka_unit_test(final_orders_are_invalid_and_a_suspension_is_told_apart),
        cmocka_unit_test(a_lapse_is_the_deadlines_to_tell),
        cmocka_unit_test(the_directory_names_posts_units_and_providers),
        cmocka_unit_test(rows_from_nothing_are_all_rows),
        cmocka_unit_test(a_day_that_an_order_waits_for_is_made_anew),
        cmocka_unit_test(more_leaves_than_the_log_has_are_no_base),
        cmocka_unit_test(what_happens_later_is_told_by_the_log),
        cmocka_unit_test(a_provider_stands_under_its_unit_of_the_day),
        cmocka_unit_test(an_index_given_out_twice_is_not_published),
    };
    return cmocka_run_group_tests_name("snapshot", tests, setup, teardown);
}
