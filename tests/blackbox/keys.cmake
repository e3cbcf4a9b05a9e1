# Transcripts of `sitecert keys`: keys_*.sh and .exp. An outside CA, and roots that are offline, are openssl's.
add_executable(forge_token forge_token.c)
target_link_libraries(forge_token PRIVATE sitecert_flags sitecert_private sitecert_token sitecert_sys)

foreach(case document stolen rotation roots operators new_log)
  add_test(NAME blackbox.keys_${case}
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/keys_${case}"
      SITECERT=$<TARGET_FILE:sitecert> CERTCHECK=$<TARGET_FILE:certcheck> FORGE=$<TARGET_FILE:forge_token>
      COMMON=${CMAKE_CURRENT_SOURCE_DIR}/import_common.sh)
  set_tests_properties(blackbox.keys_${case} PROPERTIES LABELS blackbox TIMEOUT 120)
endforeach()
