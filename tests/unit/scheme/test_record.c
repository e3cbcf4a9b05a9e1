#include "tests/unit/scheme/rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/dates.h"
#include "issuer/scheme/record.h"

#define TODAY      20779 /* 2026-11-22 */
#define CELLS_MAX  24
#define PIECES_MAX 4096

/* A row as text: cells of the good row of its kind, then what differs. */
struct cells {
    size_t count;
    struct cell items[CELLS_MAX];
    char text[PIECES_MAX];
};

static struct cells good[KIND_COUNT];
static bool seen[REASON_END];

static size_t find(const struct cells *c, struct span column)
{
    for (size_t i = 0; i < c->count; i++)
        if (span_equal(c->items[i].column, column))
            return i;
    return c->count;
}

static void put(struct cells *c, struct span column, struct span value, bool again)
{
    const size_t at = again ? c->count : find(c, column);
    assert_true(at < CELLS_MAX);
    c->items[at] = (struct cell){ column, value };
    c->count += at == c->count;
}

static void drop(struct cells *c, struct span column)
{
    const size_t at = find(c, column);
    assert_true(at < c->count);
    for (size_t i = at; i + 1 < c->count; i++)
        c->items[i] = c->items[i + 1];
    c->count--;
}

static struct span trimmed(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] == ' ')
        len--;
    return span_of(text, len);
}

/*
 * "a=1 & -b & +c=2" into cells, which borrow text. Escapes are undone already; an escaped space at
 * the end of a value is written before a line's end only, where nothing trims it.
 */
static void apply(struct cells *c, const char *text, size_t len)
{
    const char *const end = text + len;
    while (text < end) {
        while (*text == ' ')
            text++;
        const char *const amp = memchr(text, '&', (size_t)(end - text));
        const char *const stop = amp ? amp : end;
        const bool again = *text == '+';
        const char *const name = text + (*text == '+' || *text == '-');
        const char *const equals = memchr(name, '=', (size_t)(stop - name));
        if (*text == '-')
            drop(c, trimmed(name, (size_t)(stop - name)));
        else
            put(c, span_of(name, (size_t)(equals - name)),
                amp ? trimmed(equals + 1, (size_t)(stop - equals - 1))
                    : span_of(equals + 1, (size_t)(stop - equals - 1)),
                again);
        text = stop + 1;
    }
}

static void spell(const struct reasons *reasons, struct buf *to)
{
    for (size_t i = 0; i < reasons->count; i++) {
        const struct reason *const r = &reasons->items[i];
        seen[r->code] = true;
        buf_printf(to, "%s%s%s%s", i > 0 ? " " : "", reason_code_text(r->code), r->field ? ":" : "",
                   r->field ? r->field : "");
    }
    if (reasons->count == 0)
        buf_put_text(to, "ok");
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The words of a text in order: reasons are a set. */
static void sort_words(char *text, char *ret, size_t size)
{
    char *words[64], *rest = NULL;
    size_t count = 0, len = 0;
    for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
        words[count++] = w;
    qsort(words, count, sizeof words[0], by_text);
    ret[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len += (size_t)snprintf(ret + len, size - len, "%s ", words[i]);
}

static bool is_base(const struct row *r)
{
    return strncmp(r->cells[0], "base ", 5) == 0;
}

static enum record_kind kind_of(const struct row *r)
{
    const enum record_kind kind = kind_from_name(span_text(r->cells[0] + (is_base(r) ? 5 : 0)));
    row_assert(r, kind != KIND_NONE);
    return kind;
}

static void keep_base(const struct row *r)
{
    struct cells *const kept = &good[kind_of(r)];
    if (!is_base(r))
        return;
    memcpy(kept->text, r->cells[1], r->lens[1]);
    apply(kept, kept->text, r->lens[1]);
}

static int read_good_rows(void **state)
{
    (void)state;
    each_row("records.txt", 3, keep_base);
    return 0;
}

static void reasons_row(const struct row *r)
{
    const enum record_kind kind = kind_of(r);
    struct cells c = good[kind];
    if (!is_base(r))
        apply(&c, r->cells[1], r->lens[1]);
    struct record record;
    struct reasons reasons;
    record_read(kind, c.items, c.count, TODAY, &record, &reasons);

    ON_EXIT(buf_free_at) struct buf got = { 0 };
    char sorted[2048], wanted_text[2048], wanted[2048], got_text[2048];
    spell(&reasons, &got);
    (void)snprintf(got_text, sizeof got_text, "%s", buf_cstr(&got));
    (void)snprintf(wanted_text, sizeof wanted_text, "%s", r->cells[2]);
    sort_words(got_text, sorted, sizeof sorted);
    sort_words(wanted_text, wanted, sizeof wanted);
    row_assert_text(r, sorted, wanted);
}

static void every_row_in_the_file_has_all_of_its_reasons_and_no_other(void **state)
{
    (void)state;
    each_row("records.txt", 3, reasons_row);
}

static void the_file_has_every_reason_that_reading_can_give(void **state)
{
    (void)state;
    static const enum reason_code given[] = {
        REASON_FIELD_MISSING,     REASON_FIELD_INVALID,      REASON_UNKNOWN_COLUMN,
        REASON_ID_NUMBER_INVALID, REASON_NAME_INVALID,       REASON_DATE_INVALID,
        REASON_DATE_IN_FUTURE,    REASON_UNKNOWN_UNIT,       REASON_UNKNOWN_POST,
        REASON_HOURS_INVALID,     REASON_POST_NOT_IN_SCHEME,
    };
    size_t count = 0;
    for (int code = 0; code < REASON_END; code++)
        count += seen[code];
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        assert_true(seen[given[i]]);
    assert_int_equal(count, sizeof given / sizeof given[0]);
}

/* --- what is read --- */

static struct record read_with(enum record_kind kind, const char *changes, struct reasons *reasons)
{
    /* Spans of the record borrow changes and good, which both stay. */
    struct cells c = good[kind];
    struct record record;
    apply(&c, changes, strlen(changes));
    record_read(kind, c.items, c.count, TODAY, &record, reasons);
    return record;
}

static void a_test_is_read_whole(void **state)
{
    (void)state;
    struct reasons reasons;
    const struct record r =
        read_with(KIND_TEST, "score=60.5&full_score=120&national_share=70.25", &reasons);
    assert_int_equal(reasons.count, 0);
    assert_int_equal(r.kind, KIND_TEST);
    assert_true(span_equal(r.record_id, SPAN_LITERAL("E-1")));
    assert_true(span_equal(r.as.test.provider, SPAN_LITERAL("91330100MAHXABCD12")));
    assert_string_equal(r.as.test.person.name, "张示例");
    assert_int_equal(r.as.test.person.id_type, ID_RESIDENT);
    assert_string_equal(r.as.test.person.id_number, "11010120000229123X");
    assert_int_equal(r.as.test.person.sex, SEX_UNKNOWN);
    assert_int_equal(r.as.test.post, 1);
    assert_int_equal(r.as.test.score, 6050);
    assert_int_equal(r.as.test.full_score, 12000);
    assert_int_equal(r.as.test.national_share, 7025);
    assert_true(r.as.test.face_checked);
}

static void an_authority_and_a_provider_are_read_whole(void **state)
{
    (void)state;
    struct reasons reasons;
    struct record r = read_with(KIND_AUTHORITY, "docking=done&docking_date=2020-05-01", &reasons);
    assert_int_equal(r.as.authority.unit, 33);
    assert_int_equal(r.as.authority.kind, UNIT_PROVINCE);
    assert_int_equal(r.as.authority.plan, PLAN_APPROVED);
    assert_int_equal(r.as.authority.docking, DOCKING_DONE);
    assert_int_equal(r.as.authority.docking_date, 18383);
    assert_int_equal(r.as.authority.education_from, NO_DATE);
    assert_int_equal(r.record_id.len, 0);

    r = read_with(KIND_PROVIDER, "posts=1;土建质量员", &reasons);
    assert_true(r.as.provider.posts == (1u << 1 | 1u << 5));
    assert_int_equal(r.as.provider.class, CLASS_ENTERPRISE);
    assert_int_equal(r.as.provider.status, PROVIDER_ACTIVE);
    r = read_with(KIND_PROVIDER, "posts=*", &reasons);
    assert_true(r.as.provider.posts == UINT64_MAX);
    r = read_with(KIND_PROVIDER, "posts=1;99", &reasons);
    assert_true(r.as.provider.posts == 0);
}

static void a_record_of_each_other_kind_is_read_whole(void **state)
{
    (void)state;
    struct reasons reasons;
    struct record r = read_with(KIND_EDUCATION, "hours=32.5&post_hours=22.25", &reasons);
    assert_int_equal(r.as.education.ce_year, 2021);
    assert_int_equal(r.as.education.hours, 3250);
    assert_int_equal(r.as.education.post_hours, 2225);
    r = read_with(KIND_LEGACY, "", &reasons);
    assert_int_equal(r.as.legacy.post, 4);
    assert_int_equal(r.as.legacy.unit, 34);
    assert_int_equal(r.as.legacy.person.sex, SEX_FEMALE);
    r = read_with(KIND_PHOTO, "id_number=11010120000229123x", &reasons);
    assert_string_equal(r.as.photo.id_number, "11010120000229123X");
    assert_true(span_equal(r.as.photo.file, SPAN_LITERAL("photos/p1.jpg")));
    r = read_with(KIND_ORDER, "action=withdraw&-effective_on", &reasons);
    assert_int_equal(r.as.order.action, ORDER_WITHDRAW);
    assert_int_equal(r.as.order.effective_on, NO_DATE);
    r = read_with(KIND_TRAINING, "hours=1.5", &reasons);
    assert_int_equal(r.as.training.hours, 150);
}

static void what_was_not_read_is_left_empty(void **state)
{
    (void)state;
    struct reasons reasons;
    const struct record r =
        read_with(KIND_TEST, "provider=1&id_number=1&held_on=1&score=x&post=x&name=\a", &reasons);
    assert_int_equal(r.as.test.provider.len, 0);
    assert_string_equal(r.as.test.person.id_number, "");
    assert_string_equal(r.as.test.person.name, "");
    assert_int_equal(r.as.test.held_on, NO_DATE);
    assert_int_equal(r.as.test.score, 0);
    assert_int_equal(r.as.test.post, 0);
    assert_int_equal(r.as.test.full_score, 10000);
    assert_int_equal(reasons.count, 6);
}

static void a_future_date_and_wrong_hours_are_reported_and_read(void **state)
{
    (void)state;
    struct reasons reasons;
    const struct record r = read_with(KIND_EDUCATION, "hours=70&finished_on=2026-11-23", &reasons);
    assert_int_equal(r.as.education.hours, 7000);
    assert_int_equal(r.as.education.finished_on, TODAY + 1);
    assert_int_equal(reasons.count, 2);
}

static void a_detail_shows_days_and_never_a_number_that_stands_in_their_place(void **state)
{
    (void)state;
    struct reasons reasons;
    (void)read_with(KIND_TRAINING, "finished_on=2021-02-29", &reasons);
    assert_string_equal(reasons.items[0].detail, "2021-02-29");
    (void)read_with(KIND_TRAINING, "finished_on=2026-12-01", &reasons);
    assert_string_equal(reasons.items[0].detail, "2026-12-01 > 2026-11-22");
    (void)read_with(KIND_TRAINING,
                    "finished_on=11010120000229123X&hours=11010120000229123X&sex=张示例&"
                    "+11010120000229123X=1&+张示例=1&post=张示例&id_number=110101200002291230&"
                    "provider=11010120000229123X&id_type=11010120000229123X",
                    &reasons);
    assert_int_equal(reasons.count, 7);
    for (size_t i = 0; i < reasons.count; i++) {
        assert_null(strstr(reasons.items[i].detail, "110101"));
        assert_null(strstr(reasons.items[i].detail, "示例"));
    }
}

/* --- equal content, equal bytes --- */

static struct buf canonical(enum record_kind kind, const char *changes)
{
    static uint64_t rows; /* no two rows have one number */
    struct reasons reasons;
    struct buf b = { 0 };
    struct record r = read_with(kind, changes, &reasons);
    r.row = ++rows;
    record_canonical_put(&b, &r);
    assert_true(buf_ok(&b) && b.len > 1);
    return b;
}

static bool same_content(enum record_kind kind, const char *a, const char *b)
{
    ON_EXIT(buf_free_at) struct buf one = canonical(kind, a);
    ON_EXIT(buf_free_at) struct buf other = canonical(kind, b);
    return span_equal(buf_span(&one), buf_span(&other));
}

static void spellings_of_one_content_have_the_same_bytes(void **state)
{
    (void)state;
    assert_true(same_content(KIND_TRAINING, "", "record_id=other"));
    assert_true(same_content(KIND_TRAINING, "post=1", "post=01"));
    assert_true(same_content(KIND_TRAINING, "post=施工员（土建）", "post=01"));
    assert_true(same_content(KIND_TRAINING, "", "id_number=11010120000229123x"));
    assert_true(same_content(KIND_TRAINING, "hours=32", "hours=032.00"));
    assert_true(same_content(KIND_TRAINING, "name=e\u0301va", "name=\u00e9va"));
    assert_true(same_content(KIND_LEGACY, "id_number=110101670401001", ""));
    assert_true(same_content(KIND_PROVIDER, "posts=1;2", "posts=02;01;1"));
    assert_true(same_content(KIND_AUTHORITY, "education_from=", "-education_from"));
    assert_true(same_content(KIND_ORDER, "effective_on=", "-effective_on"));
}

static void every_other_content_has_other_bytes(void **state)
{
    (void)state;
    assert_false(same_content(KIND_TRAINING, "", "hours=32.01"));
    assert_false(same_content(KIND_TRAINING, "", "name=张示利"));
    assert_false(same_content(KIND_TRAINING, "", "sex=女"));
    assert_false(same_content(KIND_TRAINING, "", "class_id=2020-04"));
    assert_false(same_content(KIND_TRAINING, "", "finished_on=2020-02-28"));
    assert_false(same_content(KIND_TRAINING, "", "post=2"));
    assert_false(same_content(KIND_TRAINING, "", "id_type=414&id_number=E12345678"));
    assert_false(same_content(KIND_TRAINING, "", "provider=11330000000000001F"));
    assert_false(same_content(KIND_TEST, "", "face_checked=0"));
    assert_false(same_content(KIND_TEST, "", "national_share=99"));
    assert_false(same_content(KIND_EDUCATION, "", "ce_year=2022"));
    assert_false(same_content(KIND_EDUCATION, "hours=32&post_hours=30", "hours=30&post_hours=32"));
    assert_false(same_content(KIND_ORDER, "", "reason=核查中1&reference=浙建罚〔2022〕1号"));
    assert_false(same_content(KIND_ORDER, "reason=ab&reference=c", "reason=a&reference=bc"));
    assert_false(same_content(KIND_PROVIDER, "posts=*", "posts=1"));
    assert_false(same_content(KIND_PHOTO, "", "file=photos/p2.jpg"));
}

/* --- columns --- */

static void every_kind_has_the_contracts_columns_in_order(void **state)
{
    (void)state;
    static const char *const columns[KIND_COUNT] = {
        "",
        "unit_id,name,credit_code,kind,plan,plan_date,docking,docking_date,education_from,",
        "credit_code,name,class,unit_id,posts,status,status_from,",
        "record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on,",
        "record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,"
        "face_checked,",
        "record_id,provider,name,id_type,id_number,certificate,post,ce_year,hours,post_hours,"
        "finished_on,",
        "record_id,unit_id,old_number,name,id_type,id_number,sex,post,issued_on,",
        "record_id,id_type,id_number,file,",
        "record_id,action,certificate,reason,reference,effective_on,",
    };
    for (int kind = KIND_NONE; kind < KIND_COUNT; kind++) {
        char got[256] = "";
        const struct record_column *c;
        for (size_t i = 0; (c = record_column_at((enum record_kind)kind, i)) != NULL; i++) {
            (void)strcat(got, c->name);
            (void)strcat(got, ",");
        }
        assert_string_equal(got, columns[kind]);
    }
}

static void kinds_and_actions_have_names_that_read_back(void **state)
{
    (void)state;
    for (int kind = KIND_AUTHORITY; kind < KIND_COUNT; kind++)
        assert_int_equal(kind_from_name(span_text(kind_name((enum record_kind)kind))), kind);
    assert_int_equal(kind_from_name(SPAN_LITERAL("Training")), KIND_NONE);
    assert_int_equal(kind_from_name(SPAN_LITERAL("")), KIND_NONE);
    assert_string_equal(order_action_name(ORDER_SUSPEND), "suspend");
    assert_string_equal(order_action_name(ORDER_AMEND), "amend");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_in_the_file_has_all_of_its_reasons_and_no_other),
        cmocka_unit_test(the_file_has_every_reason_that_reading_can_give),
        cmocka_unit_test(a_test_is_read_whole),
        cmocka_unit_test(an_authority_and_a_provider_are_read_whole),
        cmocka_unit_test(a_record_of_each_other_kind_is_read_whole),
        cmocka_unit_test(what_was_not_read_is_left_empty),
        cmocka_unit_test(a_future_date_and_wrong_hours_are_reported_and_read),
        cmocka_unit_test(a_detail_shows_days_and_never_a_number_that_stands_in_their_place),
        cmocka_unit_test(spellings_of_one_content_have_the_same_bytes),
        cmocka_unit_test(every_other_content_has_other_bytes),
        cmocka_unit_test(every_kind_has_the_contracts_columns_in_order),
        cmocka_unit_test(kinds_and_actions_have_names_that_read_back),
    };
    return cmocka_run_group_tests_name("record", tests, read_good_rows, NULL);
}
