# The sample deployment walked with the real programs: sample.sh.
set(sample_cases
  every_step_ends_as_expected
  a_dry_run_foretells_and_changes_nothing
  files_take_effect_in_their_order
  gb18030_reads_as_the_same_records
  the_json_of_show_is_as_documented
  a_killed_import_loses_and_doubles_nothing
  the_sample_shows_every_reason_and_outcome)
if(TARGET certcheck)
  list(APPEND sample_cases certcheck_tells_every_state a_deployment_on_sm2_ends_as_the_other
    the_commands_of_the_readme_work)
endif()
if(TARGET certcheck-picture)
  list(APPEND sample_cases certcheck_reads_the_drawn_code)
endif()
foreach(case IN LISTS sample_cases)
  add_test(NAME blackbox.sample_${case}
    COMMAND bash "${CMAKE_CURRENT_SOURCE_DIR}/sample.sh" ${case} $<TARGET_FILE_DIR:sitecert>)
  set_tests_properties(blackbox.sample_${case} PROPERTIES LABELS blackbox TIMEOUT 120)
endforeach()
