/* The published files under tests/vectors mean what is written beside them. */
#include "tests/unit/cert/list_story.h"
#include "tests/unit/intake/cases.h"

static void every_status_list_reads_as_written(void **state)
{
    (void)state;
    each_case("status", tell_status);
}

static void every_deadline_statement_and_block_reads_as_written(void **state)
{
    (void)state;
    each_case("deadlines", tell_deadlines);
}

static void every_directory_reads_as_written(void **state)
{
    (void)state;
    each_case("directory", tell_directory);
}

static void every_bundle_reads_as_written(void **state)
{
    (void)state;
    each_case("bundle", tell_bundle);
}

static void every_delta_leads_where_it_is_written(void **state)
{
    (void)state;
    each_case("delta", tell_delta);
}

static void every_checkpoint_and_proof_reads_as_written(void **state)
{
    (void)state;
    each_case("log", tell_log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_list_reads_as_written),
        cmocka_unit_test(every_deadline_statement_and_block_reads_as_written),
        cmocka_unit_test(every_directory_reads_as_written),
        cmocka_unit_test(every_bundle_reads_as_written),
        cmocka_unit_test(every_delta_leads_where_it_is_written),
        cmocka_unit_test(every_checkpoint_and_proof_reads_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
