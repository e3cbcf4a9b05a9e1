# Transcripts of certcheck over made-up deployments: certcheck_*.sh and .exp.
add_executable(make_scenes make_scenes.c)
target_link_libraries(make_scenes PRIVATE sitecert_flags judge_scene sitecert_layouts sitecert_sys)
add_executable(seen_ahead seen_ahead.c)
target_link_libraries(seen_ahead PRIVATE sitecert_flags sitecert_cose sitecert_sys)

set(certcheck_cases states staple cut_off inputs pdf many damaged json memory usage bundle_show shrinking_file)
if(TARGET certcheck-picture)
  list(APPEND certcheck_cases pictures)
endif()
foreach(case IN LISTS certcheck_cases)
  add_test(NAME blackbox.certcheck_${case}
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/certcheck_${case}"
      CERTCHECK=$<TARGET_FILE:certcheck> MAKE_SCENES=$<TARGET_FILE:make_scenes>
      SEEN_AHEAD=$<TARGET_FILE:seen_ahead> VECTORS=${PROJECT_SOURCE_DIR}/tests/vectors)
  set_tests_properties(blackbox.certcheck_${case} PROPERTIES LABELS blackbox TIMEOUT 60)
endforeach()
