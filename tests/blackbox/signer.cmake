# The signer's process beside the commands.
if(TARGET sitecert-signer)
  add_test(NAME blackbox.signer_process
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/signer_process"
      SITECERT=$<TARGET_FILE:sitecert> SIGNER=$<TARGET_FILE:sitecert-signer> PYTHON=${Python3_EXECUTABLE}
      COMMON=${CMAKE_CURRENT_SOURCE_DIR}/import_common.sh ROWS=${CMAKE_CURRENT_SOURCE_DIR}/import_rows.py)
  set_tests_properties(blackbox.signer_process PROPERTIES LABELS blackbox TIMEOUT 120)
endif()
