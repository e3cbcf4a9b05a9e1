# Transcripts of the other commands over a demonstration made anew: command_*.sh and .exp.
foreach(case show find token qr pickup remind pdf pdf_photos order order_real amend report publish delta backup mirror monitor keys sender employer push audit errors homes help)
  add_test(NAME blackbox.command_${case}
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/command_${case}"
      SANITIZE=${SITECERT_SANITIZE} SITECERT=$<TARGET_FILE:sitecert> CERTCHECK=$<TARGET_FILE:certcheck> MUTATIONS=${PROJECT_SOURCE_DIR}/tests/fuzz/pdf_mutations.py PYTHON=${Python3_EXECUTABLE}
      COMMON=${CMAKE_CURRENT_SOURCE_DIR}/import_common.sh COMMANDS=${CMAKE_CURRENT_SOURCE_DIR}/commands_common.sh PHOTOS=${PROJECT_SOURCE_DIR}/tests/sample/photos)
  set_tests_properties(blackbox.command_${case} PROPERTIES LABELS blackbox TIMEOUT 120)
endforeach()

# Single allocations and writes that fail, from outside the program: not beside a sanitizer's own allocator.
if(NOT SITECERT_SANITIZE)
  add_library(fail_nth MODULE fail_nth.c)
  target_link_libraries(fail_nth PRIVATE sitecert_flags)
  target_compile_definitions(fail_nth PRIVATE _GNU_SOURCE) # dl_iterate_phdr
  add_test(NAME blackbox.command_pdf_faults
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/command_pdf_faults"
      SITECERT=$<TARGET_FILE:sitecert> FAIL_NTH=$<TARGET_FILE:fail_nth> FAULTS=${CMAKE_CURRENT_SOURCE_DIR}/pdf_faults.py
      PYTHON=${Python3_EXECUTABLE} COMMON=${CMAKE_CURRENT_SOURCE_DIR}/import_common.sh
      COMMANDS=${CMAKE_CURRENT_SOURCE_DIR}/commands_common.sh)
  set_tests_properties(blackbox.command_pdf_faults PROPERTIES LABELS blackbox TIMEOUT 300)
endif()
