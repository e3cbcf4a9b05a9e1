#include "tests/unit/scheme/rows.h"

#include "core/base/ids.h"

static const char *answer(const char *what, struct span text)
{
    static char check[2];
    if (strcmp(what, "credit") == 0)
        return credit_code_valid(text) ? "good" : "bad";
    if (strcmp(what, "elicence") == 0) {
        const enum elicence_check e = elicence_check(text);
        return e == ELICENCE_GOOD          ? "good"
               : e == ELICENCE_WRONG_CHECK ? "wrong_check"
                                           : "malformed";
    }
    if (strcmp(what, "mod_11_10") == 0)
        check[0] = check_mod_11_10(text);
    else
        check[0] = check_mod_37_36(text);
    return check[0] ? check : "none";
}

static void check_row(const struct row *r)
{
    row_assert_text(r, answer(r->cells[0], row_span(r, 1)), r->cells[2]);
}

static void every_check_in_the_file_has_its_answer(void **state)
{
    (void)state;
    each_row("checks.txt", 3, check_row);
}

static void id_number_row(const struct row *r)
{
    char stored[ID_NUMBER_MAX + 1] = "untouched";
    const bool taken =
        id_number_normalise((unsigned)row_long(r, 0), row_span(r, 1), row_date(r, 2), stored);
    row_assert_text(r, taken ? stored : "refused", r->cells[3]);
    row_assert(r, taken || strcmp(stored, "untouched") == 0);
}

static void every_id_number_in_the_file_has_its_stored_form(void **state)
{
    (void)state;
    each_row("id_numbers.txt", 4, id_number_row);
}

static void one_check_character_fits_a_resident_number(void **state)
{
    (void)state;
    const char good[] = "110101199003070038";
    char stored[RESIDENT_ID_LEN + 1], base[RESIDENT_ID_LEN + 1];
    unsigned taken = 0;
    for (const char *c = "0123456789X"; *c != '\0'; c++) {
        memcpy(base, good, sizeof base);
        base[RESIDENT_ID_LEN - 1] = *c;
        taken += resident_id_normalise(span_of(base, RESIDENT_ID_LEN), 20000, stored);
    }
    assert_int_equal(taken, 1);
}

/* MOD 11,10 finds every wrong digit and the check of a number is never right for its neighbour. */
static void no_single_wrong_digit_passes_mod_11_10(void **state)
{
    (void)state;
    const char number[] = "0330120200000001";
    const char right = check_mod_11_10(span_text(number));
    char wrong[sizeof number];
    for (size_t i = 0; i + 1 < sizeof number; i++)
        for (const char *c = "0123456789"; *c != '\0'; c++) {
            memcpy(wrong, number, sizeof wrong);
            wrong[i] = *c;
            if (*c != number[i])
                assert_int_not_equal(check_mod_11_10(span_text(wrong)), right);
        }
}

static void no_single_wrong_character_passes_an_elicence(void **state)
{
    (void)state;
    static const char good[] =
        "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U";
    static const char set[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-";
    char wrong[sizeof good];
    for (size_t i = 0; i + 1 < sizeof good; i++)
        for (size_t c = 0; c + 1 < sizeof set; c++) {
            memcpy(wrong, good, sizeof wrong);
            wrong[i] = set[c];
            if (set[c] != good[i])
                assert_int_not_equal(elicence_check(span_text(wrong)), ELICENCE_GOOD);
        }
}

static void a_formatted_elicence_is_good(void **state)
{
    (void)state;
    char text[ELICENCE_MAX];
    assert_true(
        elicence_format("11100000000013338W011", "11430000006122244L", "20230000403", 1, text));
    assert_string_equal(
        text, "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U");
    assert_true(elicence_format("11100000000013338W000", "11100000000013338W", "03301202000000013",
                                999, text));
    assert_int_equal(elicence_check(span_text(text)), ELICENCE_GOOD);
}

static void an_elicence_of_wrong_parts_is_not_made(void **state)
{
    (void)state;
    static const char type[] = "11100000000013338W011", issuer[] = "11430000006122244L";
    char text[ELICENCE_MAX] = "untouched";
    assert_false(elicence_format(type, issuer, "1", 0, text));
    assert_false(elicence_format(type, issuer, "1", 1000, text));
    assert_false(elicence_format(type, issuer, "", 1, text));
    assert_false(elicence_format(type, issuer, "1.2", 1, text));
    assert_false(elicence_format(type, issuer, "1-2", 1, text));
    assert_false(elicence_format(issuer, issuer, "1", 1, text));
    assert_false(elicence_format(type, type, "1", 1, text));
    assert_false(
        elicence_format(type, issuer, "0123456789012345678901234567890123456789", 1, text));
    assert_string_equal(text, "untouched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_check_in_the_file_has_its_answer),
        cmocka_unit_test(every_id_number_in_the_file_has_its_stored_form),
        cmocka_unit_test(one_check_character_fits_a_resident_number),
        cmocka_unit_test(no_single_wrong_digit_passes_mod_11_10),
        cmocka_unit_test(no_single_wrong_character_passes_an_elicence),
        cmocka_unit_test(a_formatted_elicence_is_good),
        cmocka_unit_test(an_elicence_of_wrong_parts_is_not_made),
    };
    return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
