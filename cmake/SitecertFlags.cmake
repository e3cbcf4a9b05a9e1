# sitecert_flags: what every target of ours compiles with. Linked PRIVATE, so it
# never leaks to anything that consumes us.
add_library(sitecert_flags INTERFACE)

target_compile_definitions(sitecert_flags INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
target_include_directories(sitecert_flags INTERFACE "${PROJECT_SOURCE_DIR}")

target_compile_options(sitecert_flags INTERFACE
  -Wall -Wextra -Wpedantic
  -Wshadow -Wundef -Wvla
  -Wconversion -Wsign-conversion -Wdouble-promotion
  -Wcast-qual -Wwrite-strings
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
  -Wformat=2 -Wimplicit-fallthrough -Wswitch-enum
  $<$<C_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Walloc-zero>
  $<$<C_COMPILER_ID:Clang>:-Wcomma -Wassign-enum -Wthread-safety>
  $<$<BOOL:${SITECERT_WERROR}>:-Werror>
  -fstack-protector-strong -fno-common
  $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>)
target_link_options(sitecert_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

# assert() states what a programmer promised, so it stays on in every build.
foreach(type RELEASE RELWITHDEBINFO MINSIZEREL)
  string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_${type} "${CMAKE_C_FLAGS_${type}}")
endforeach()

# Sanitizers must cover every object in the build, so they are directory-wide.
if(SITECERT_SANITIZE)
  add_compile_options(-O1 -fsanitize=${SITECERT_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer -fno-optimize-sibling-calls)
  add_link_options(-fsanitize=${SITECERT_SANITIZE})
endif()
if(SITECERT_FUZZ_ENGINE STREQUAL "libfuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
