# Transcripts of `sitecert import` over a demonstration made anew: import_*.sh and .exp.
foreach(case kinds refusals files limits resume home)
  add_test(NAME blackbox.import_${case}
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/import_${case}"
      SANITIZE=${SITECERT_SANITIZE} SITECERT=$<TARGET_FILE:sitecert> PYTHON=${Python3_EXECUTABLE}
      COMMON=${CMAKE_CURRENT_SOURCE_DIR}/import_common.sh ROWS=${CMAKE_CURRENT_SOURCE_DIR}/import_rows.py)
  set_tests_properties(blackbox.import_${case} PROPERTIES LABELS blackbox TIMEOUT 120)
endforeach()
