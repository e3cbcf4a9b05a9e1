# Raw requests to core/http, over a server that has a route for each thing it does.
add_executable(http_scene http_scene.c)
target_link_libraries(http_scene PRIVATE sitecert_flags sitecert_http)
add_test(NAME blackbox.http_requests
  COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/http_requests.py" $<TARGET_FILE:http_scene>)
set_tests_properties(blackbox.http_requests PROPERTIES LABELS blackbox TIMEOUT 120)
if(TARGET fail_nth)
  add_test(NAME blackbox.http_faults
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/http_faults.py" $<TARGET_FILE:http_scene> $<TARGET_FILE:fail_nth>)
  set_tests_properties(blackbox.http_faults PROPERTIES LABELS blackbox TIMEOUT 120)
endif()
