# Transcripts of `sitecert keys`: keys_*.sh and .exp. An outside CA is openssl's.
foreach(case document)
  add_test(NAME blackbox.keys_${case}
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/keys_${case}" SITECERT=$<TARGET_FILE:sitecert>)
  set_tests_properties(blackbox.keys_${case} PROPERTIES LABELS blackbox TIMEOUT 120)
endforeach()
