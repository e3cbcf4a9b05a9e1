# sitecert_library(<name> SOURCES ... [LINKS ...])
# One call per layer: sources are listed by hand so that adding a file is a
# reviewed line, not a glob.
function(sitecert_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE sitecert_flags)
  target_link_libraries(${name} PUBLIC ${arg_LINKS})
endfunction()

# sitecert_embed(<file> <function> <variable>)
# Makes a source that gives the file's bytes out as `struct span function(void)`; its path goes into
# the variable, for the SOURCES of a library.
function(sitecert_embed file function variable)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${function}_embedded.c")
  add_custom_command(OUTPUT "${out}"
    COMMAND ${CMAKE_COMMAND} "-DOUT=${out}" "-DFILE=${file}" -DNAME=${function} -P "${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake"
    DEPENDS "${file}" "${PROJECT_SOURCE_DIR}/cmake/embed_file.cmake"
    VERBATIM
    COMMENT "Embedding ${file}")
  set(${variable} "${out}" PARENT_SCOPE)
endfunction()

# sitecert_unit_test(<name> [SOURCES more.c ...] [LINKS ...] [WRAP function ...])
# <name>.c is the test; in ctest it is unit.<folder>.<name without test_>, or
# unit.<folder> when the two are one. WRAP: calls of these go
# to the test's own __wrap_<function>, for fault injection.
function(sitecert_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;WRAP")
  get_filename_component(area "${CMAKE_CURRENT_SOURCE_DIR}" NAME)
  string(REGEX REPLACE "^test_" "" short "${name}")
  set(test unit.${area}.${short})
  if(area STREQUAL short)
    set(test unit.${area})
  endif()
  add_executable(${name} ${name}.c ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE sitecert_flags ${arg_LINKS} PkgConfig::CMOCKA)
  foreach(function IN LISTS arg_WRAP)
    target_link_options(${name} PRIVATE LINKER:--wrap=${function})
  endforeach()
  add_test(NAME ${test} COMMAND ${name})
  set_tests_properties(${test} PROPERTIES LABELS unit TIMEOUT 240)
endfunction()

# sitecert_fuzz_target(<name> [ANY_SIGNATURE] [LINKS ...])
# fuzz_<name>.c and corpus/<name>/. The same harness is a libFuzzer target under clang, run for a
# fixed number of inputs from a fixed seed, and a replay of the corpus everywhere else.
# ANY_SIGNATURE: signatures are checked by the rule of tests/fuzz/signature_rule.h.
function(sitecert_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ANY_SIGNATURE" "" "LINKS")
  set(corpus "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")
  add_executable(fuzz_${name} fuzz_${name}.c)
  target_link_libraries(fuzz_${name} PRIVATE sitecert_flags ${arg_LINKS})
  if(arg_ANY_SIGNATURE)
    target_sources(fuzz_${name} PRIVATE signature_rule.c fuzz_keys.c)
    target_link_options(fuzz_${name} PRIVATE LINKER:--wrap=pubkey_check)
  endif()
  if(SITECERT_FUZZ_ENGINE STREQUAL "libfuzzer")
    # What it finds goes to the first folder, which must not be the one under version control.
    set(found "${CMAKE_CURRENT_BINARY_DIR}/found/${name}")
    file(MAKE_DIRECTORY "${found}")
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz.${name}
      COMMAND fuzz_${name} -seed=1 -runs=${SITECERT_FUZZ_RUNS} -print_final_stats=1 "${found}" "${corpus}")
  else()
    target_sources(fuzz_${name} PRIVATE replay_main.c)
    target_link_libraries(fuzz_${name} PRIVATE sitecert_sys)
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} "${corpus}")
  endif()
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
