# The intake as a sender sees it, against the daemon.
if(TARGET sitecert-issuerd AND TARGET sitecert-core AND TARGET sitecert-reader AND TARGET sitecert-signer)
  add_test(NAME blackbox.intake_push
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/intake_push"
      SITECERT=$<TARGET_FILE:sitecert> ISSUERD=$<TARGET_FILE:sitecert-issuerd> PYTHON=${Python3_EXECUTABLE}
      COMMON=${CMAKE_CURRENT_SOURCE_DIR}/import_common.sh ROWS=${CMAKE_CURRENT_SOURCE_DIR}/import_rows.py
      PHOTOS=${PROJECT_SOURCE_DIR}/tests/sample/photos)
  set_tests_properties(blackbox.intake_push PROPERTIES LABELS blackbox TIMEOUT 300)
endif()
