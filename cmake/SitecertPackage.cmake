# What is installed, and the Debian packages made of it (cpack -G DEB): sitecert, sitecert-issuerd, sitecert-verifierd, certcheck and
# certcheck-picture, which alone needs libzbar, and sitecert-witness, the units of `sitecert witness`. `ninja manual` first makes pages and completions (needs scdoc).
set(SITECERT_MAINTAINER "sitecert packagers <packagers@sitecert.invalid>" CACHE STRING "Maintainer of the Debian packages")
set(debian "${PROJECT_SOURCE_DIR}/cmake/debian")
set(made "${PROJECT_BINARY_DIR}/package")
find_program(SCDOC scdoc)

# The build has been done when packages are made.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
add_custom_target(manual)

# sitecert_install(<program> <package> <section of its manual page>)
function(sitecert_install program package section)
  if(NOT TARGET ${program})
    return()
  endif()
  install(TARGETS ${program} RUNTIME DESTINATION bin COMPONENT ${package})
  set(outputs "${made}/man/${program}.${section}.gz" "${made}/man/zh_CN/${program}.${section}.gz"
    "${made}/completions/${program}")
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${CMAKE_COMMAND} "-DPROGRAM=$<TARGET_FILE:${program}>" -DNAME=${program} -DSECTION=${section} "-DSCDOC=${SCDOC}"
      "-DOUT=${made}" -P "${PROJECT_SOURCE_DIR}/cmake/make_manual.cmake"
    DEPENDS ${program} "${PROJECT_SOURCE_DIR}/cmake/make_manual.cmake"
    VERBATIM
    COMMENT "Writing the manual pages of ${program}")
  add_custom_target(manual_${program} DEPENDS ${outputs})
  add_dependencies(manual manual_${program})
  install(FILES "${made}/man/${program}.${section}.gz" DESTINATION share/man/man${section} COMPONENT ${package})
  install(FILES "${made}/man/zh_CN/${program}.${section}.gz" DESTINATION share/man/zh_CN/man${section} COMPONENT ${package})
  install(FILES "${made}/completions/${program}" DESTINATION share/bash-completion/completions COMPONENT ${package})
endfunction()

sitecert_install(sitecert sitecert 1)
sitecert_install(certcheck certcheck 1)
foreach(program sitecert-issuerd sitecert-core sitecert-reader sitecert-signer)
  sitecert_install(${program} sitecert-issuerd 8)
endforeach()
set(packages sitecert certcheck)
if(TARGET certcheck-picture)
  list(APPEND packages certcheck-picture)
  sitecert_install(certcheck-picture certcheck-picture 1)
endif()
if(TARGET sitecert-issuerd)
  list(APPEND packages sitecert-issuerd)
  set(units "${PROJECT_SOURCE_DIR}/issuer/units")
  install(FILES "${units}/sitecert-issuerd.service" "${units}/sitecert-issuerd.socket" "${units}/sitecert-core.service"
    "${units}/sitecert-reader.service" "${units}/sitecert-signer.service"
    DESTINATION lib/systemd/system COMPONENT sitecert-issuerd)
  install(FILES "${units}/sysusers.conf" DESTINATION lib/sysusers.d RENAME sitecert.conf COMPONENT sitecert-issuerd)
  install(FILES "${units}/tmpfiles.conf" DESTINATION lib/tmpfiles.d RENAME sitecert.conf COMPONENT sitecert-issuerd)
endif()
list(APPEND packages sitecert-witness)
set(witness_units "${PROJECT_SOURCE_DIR}/issuer/witness/units")
install(FILES "${witness_units}/sitecert-witness.service" "${witness_units}/sitecert-witness.socket"
  DESTINATION lib/systemd/system COMPONENT sitecert-witness)
foreach(kind sysusers tmpfiles)
  install(FILES "${witness_units}/${kind}.conf" DESTINATION lib/${kind}.d RENAME sitecert-witness.conf COMPONENT sitecert-witness)
endforeach()
if(TARGET sitecert-verifierd)
  list(APPEND packages sitecert-verifierd)
  foreach(program sitecert-verifierd sitecert-digests sitecert-staple sitecert-answer)
    sitecert_install(${program} sitecert-verifierd 8)
  endforeach()
  set(public_units "${PROJECT_SOURCE_DIR}/verifier/units")
  install(FILES "${public_units}/sitecert-verifierd.service" "${public_units}/sitecert-verifierd.socket"
    "${public_units}/sitecert-digests.service" "${public_units}/sitecert-staple.service"
    "${public_units}/sitecert-answer.service" DESTINATION lib/systemd/system COMPONENT sitecert-verifierd)
  foreach(kind sysusers tmpfiles)
    install(FILES "${public_units}/${kind}.conf" DESTINATION lib/${kind}.d RENAME sitecert-verifierd.conf COMPONENT sitecert-verifierd)
  endforeach()
  install(FILES "${PROJECT_SOURCE_DIR}/docs/endpoint.md" "${PROJECT_SOURCE_DIR}/docs/examples/nginx.conf"
    "${PROJECT_SOURCE_DIR}/docs/examples/haproxy.cfg" DESTINATION share/doc/sitecert-verifierd COMPONENT sitecert-verifierd)
endif()
install(FILES "${PROJECT_SOURCE_DIR}/docs/operations.md" "${PROJECT_SOURCE_DIR}/docs/intake.md" DESTINATION share/doc/sitecert
  COMPONENT sitecert)
install(FILES "${PROJECT_SOURCE_DIR}/docs/verification.md" DESTINATION share/doc/certcheck COMPONENT certcheck)

# Debian wants a changelog of the packaging, packed without a time of its own; its text changes with the version alone.
configure_file("${debian}/changelog.in" "${made}/changelog" @ONLY)
execute_process(COMMAND gzip -9n -c "${made}/changelog" OUTPUT_FILE "${made}/changelog.Debian.gz" COMMAND_ERROR_IS_FATAL ANY)
foreach(package IN LISTS packages)
  install(FILES "${made}/changelog.Debian.gz" "${debian}/copyright" DESTINATION share/doc/${package} COMPONENT ${package})
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME sitecert)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_VENDOR sitecert)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL ${packages})
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${SITECERT_MAINTAINER}")
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

# sitecert_package(<name> SECTION s SUMMARY one line, DETAIL lines [DEPENDS d] [SUGGESTS s] [SCRIPTS files...])
macro(sitecert_package name)
  cmake_parse_arguments(package "" "SECTION;SUMMARY;DETAIL;DEPENDS;SUGGESTS" "SCRIPTS" ${ARGN})
  string(TOUPPER ${name} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${package_SECTION})
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${package_SUMMARY}\n${package_DETAIL}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${package_DEPENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_SUGGESTS "${package_SUGGESTS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA "${package_SCRIPTS}")
endmacro()

set(about "sitecert turns test and continuing-education records of construction-site\nstaff into signed certificates with QR codes.")
sitecert_package(sitecert SECTION admin SUMMARY "issues signed certificates of construction-site staff"
  DETAIL "${about}\n.\nThis package has the operator's command: it sets a deployment up, imports\nrecords, takes orders, reports, publishes and audits."
  DEPENDS "fonts-lxgw-wenkai, fonts-hanazono, fonts-babelstone-han")
sitecert_package(sitecert-issuerd SECTION admin SUMMARY "takes records for sitecert over HTTP"
  DETAIL "${about}\n.\nThis package has the issuer daemon and the processes beside it: the register's\nsingle writer, its reader, and the signer with a user of its own."
  DEPENDS "sitecert (= ${PROJECT_VERSION}-1), systemd"
  SCRIPTS "${debian}/postinst;${debian}/prerm;${debian}/postrm")
sitecert_package(sitecert-verifierd SECTION admin SUMMARY "shows the public whether a certificate is in force"
  DETAIL "${about}\n.\nThis package has the public endpoint: pages, verdicts as JSON, the published\nfiles, and beside it the process that holds the key of look-ups."
  DEPENDS "certcheck-picture, systemd"
  SCRIPTS "${debian}/verifierd/postinst;${debian}/verifierd/prerm;${debian}/verifierd/postrm")
sitecert_package(sitecert-witness SECTION admin SUMMARY "cosigns the log of another department's sitecert"
  DETAIL "${about}\n.\nThis package has the units that run the witness of sitecert, with a user of its\nown: it signs a log's checkpoint only if the log has grown from the last one."
  DEPENDS "sitecert (= ${PROJECT_VERSION}-1), systemd"
  SCRIPTS "${debian}/witness/postinst;${debian}/witness/prerm;${debian}/witness/postrm")
sitecert_package(certcheck SECTION utils SUMMARY "checks certificates of construction-site staff offline"
  DETAIL "${about}\n.\nThis package has the inspector's tool: one file, no network, no daemon. It says\nwhether a code, token or PDF is genuine and in force."
  SUGGESTS "certcheck-picture")
sitecert_package(certcheck-picture SECTION utils SUMMARY "lets certcheck read codes in pictures"
  DETAIL "${about}\n.\nThis package has the helper that certcheck calls for PNG and JPEG pictures."
  DEPENDS "certcheck (= ${PROJECT_VERSION}-1)")
include(CPack)
