#include "tests/unit/scheme/rows.h"

#include <stdio.h>

#include "issuer/scheme/platform_codes.h"
#include "issuer/scheme/posts.h"
#include "issuer/scheme/units.h"

static void post_row(const struct row *r)
{
    char got[24] = "unknown";
    uint32_t code = 99;
    const enum post_match match = post_resolve(row_span(r, 0), &code);
    if (match == POST_FOUND)
        (void)snprintf(got, sizeof got, "%u", (unsigned)code);
    else
        row_assert(r, code == 99);
    if (match == POST_NOT_IN_SCHEME)
        (void)snprintf(got, sizeof got, "not_in_scheme");
    row_assert_text(r, got, r->cells[1]);
}

static void every_post_in_the_file_resolves_as_it_says(void **state)
{
    (void)state;
    each_row("posts.txt", 2, post_row);
}

static void every_post_is_found_by_its_code_and_its_name(void **state)
{
    (void)state;
    const struct post *p;
    size_t i = 0;
    for (; (p = post_at(i)) != NULL; i++) {
        uint32_t code = 0;
        assert_int_equal(p->code, i + 1);
        assert_ptr_equal(post_find(p->code), p);
        assert_int_equal(post_resolve(span_text(p->name), &code), POST_FOUND);
        assert_int_equal(code, p->code);
        assert_true(p->name_en[0] != '\0');
    }
    assert_int_equal(i, 13);
    assert_null(post_find(0));
    assert_null(post_find(14));
}

static void the_longest_name_is_not_too_long_and_a_longer_one_is_unknown(void **state)
{
    (void)state;
    char text[4096];
    uint32_t code;
    memset(text, ' ', sizeof text);
    memcpy(text + 4000, "09", 2);
    assert_int_equal(post_resolve(span_of(text, sizeof text), &code), POST_FOUND);
    memset(text, 'x', sizeof text);
    assert_int_equal(post_resolve(span_of(text, sizeof text), &code), POST_UNKNOWN);
}

static void unit_row(const struct row *r)
{
    char got[24] = "unknown";
    uint32_t id = 0;
    const bool taken = unit_id_parse(row_span(r, 0), &id);
    if (taken)
        (void)snprintf(got, sizeof got, "%u", (unsigned)id);
    row_assert_text(r, got, r->cells[1]);

    const char *const name = taken ? unit_short_name(id) : NULL;
    row_assert_text(r, name ? name : "-", r->cells[2]);
}

static void every_unit_in_the_file_reads_as_it_says(void **state)
{
    (void)state;
    each_row("units.txt", 3, unit_row);
}

static void there_are_34_named_units_and_each_reads_back(void **state)
{
    (void)state;
    unsigned named = 0;
    for (uint32_t id = 0; id <= 999; id++) {
        char text[4];
        uint32_t back;
        unit_id_format(id, text);
        if (!unit_short_name(id))
            continue;
        assert_true(unit_id_parse(span_text(text), &back));
        assert_int_equal(back, id);
        named++;
    }
    assert_int_equal(named, 31 + 1 + 2);
}

static const char *code(enum platform p, enum state s)
{
    const char *const text = platform_state_code(p, s);
    return text ? text : "none";
}

static void an_unknown_state_has_no_code_anywhere(void **state)
{
    (void)state;
    for (unsigned p = 0; p < PLATFORM_COUNT; p++)
        assert_null(platform_state_code((enum platform)p, STATE_UNKNOWN));
}

static void platforms_number_states_as_the_scheme_says(void **state)
{
    (void)state;
    assert_string_equal(code(PLATFORM_SAFETY_MANAGER, STATE_WITHDRAWN), "03");
    assert_string_equal(code(PLATFORM_SAFETY_MANAGER, STATE_CANCELLED), "04");
    assert_string_equal(code(PLATFORM_SAFETY_MANAGER, STATE_LAPSED), "05");
    assert_string_equal(code(PLATFORM_SAFETY_MANAGER, STATE_REVOKED), "07");
    assert_string_equal(code(PLATFORM_WORKER, STATE_VALID), "1");
    assert_string_equal(code(PLATFORM_WORKER, STATE_DUE), "1");
    assert_string_equal(code(PLATFORM_WORKER, STATE_CANCELLED), "2");
    assert_string_equal(code(PLATFORM_WORKER, STATE_SUSPENDED), "3");
    assert_string_equal(code(PLATFORM_WORKER, STATE_LAPSED), "4");
    assert_string_equal(code(PLATFORM_WORKER, STATE_REVOKED), "none");
}

/* core/cert/state.h has MOHURD's codes too: one truth. */
static void mohurd_codes_are_those_of_the_states(void **state)
{
    (void)state;
    static const struct {
        enum state state;
        const char *code;
    } states[] = {
#define X(name, number, word, chinese, mohurd) { name, mohurd },
        STATE_LIST(X)
#undef X
    };
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        assert_string_equal(code(PLATFORM_MOHURD, states[i].state),
                            states[i].code ? states[i].code : "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_post_in_the_file_resolves_as_it_says),
        cmocka_unit_test(every_post_is_found_by_its_code_and_its_name),
        cmocka_unit_test(the_longest_name_is_not_too_long_and_a_longer_one_is_unknown),
        cmocka_unit_test(every_unit_in_the_file_reads_as_it_says),
        cmocka_unit_test(there_are_34_named_units_and_each_reads_back),
        cmocka_unit_test(an_unknown_state_has_no_code_anywhere),
        cmocka_unit_test(platforms_number_states_as_the_scheme_says),
        cmocka_unit_test(mohurd_codes_are_those_of_the_states),
    };
    return cmocka_run_group_tests_name("posts_units", tests, NULL, NULL);
}
