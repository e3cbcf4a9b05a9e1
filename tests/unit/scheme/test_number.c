#include "tests/unit/scheme/rows.h"

#include "core/base/ids.h"
#include "issuer/scheme/number.h"

static void number_row(const struct row *r)
{
    char number[NUMBER_MAX + 1] = "untouched";
    struct diag d = DIAG_INIT;
    const enum rc rc =
        number_format(r->cells[0], (uint32_t)row_long(r, 1), (uint32_t)row_long(r, 2),
                      (int)row_long(r, 3), (uint64_t)row_long(r, 4), number, &d);
    row_assert_text(r, rc == RC_OK ? number : rc_name(rc), r->cells[5]);
    row_assert(r, rc == RC_OK || (strcmp(number, "untouched") == 0 && d.text[0] != '\0'));
}

static void every_template_in_the_file_gives_its_number(void **state)
{
    (void)state;
    each_row("numbers.txt", 6, number_row);
}

static void the_check_covers_every_digit(void **state)
{
    (void)state;
    char number[NUMBER_MAX + 1];
    assert_int_equal(
        number_format("unit(3) post(2) year(4) serial(7) check(1)", 33, 1, 2020, 77, number, NULL),
        RC_OK);
    for (size_t i = 0; i + 1 < strlen(number); i++) {
        char wrong[NUMBER_MAX + 1];
        memcpy(wrong, number, sizeof wrong);
        wrong[i] = (char)('0' + (wrong[i] - '0' + 1) % 10);
        assert_int_not_equal(check_mod_11_10(span_of(wrong, 16)), number[16]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_template_in_the_file_gives_its_number),
        cmocka_unit_test(the_check_covers_every_digit),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
