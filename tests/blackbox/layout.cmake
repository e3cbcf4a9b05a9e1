# Layouts and the PDFs drawn with them, by other people's readers. Left out where those are not installed.
find_program(PDFTOTEXT pdftotext)
find_program(PDFTOPPM pdftoppm)
find_program(MUTOOL mutool)
find_program(QPDF qpdf)

add_test(NAME blackbox.layout_command
  COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/layout_command"
    SITECERT=$<TARGET_FILE:sitecert> PYTHON=${Python3_EXECUTABLE} TEMPLATES=${PROJECT_SOURCE_DIR}/layouts/templates)
set_tests_properties(blackbox.layout_command PROPERTIES LABELS blackbox TIMEOUT 60)

if(PDFTOTEXT AND PDFTOPPM AND MUTOOL AND QPDF AND TARGET certcheck-picture)
  add_test(NAME blackbox.pdf_readers
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/pdf_readers"
      SITECERT=$<TARGET_FILE:sitecert> PICTURE=$<TARGET_FILE:certcheck-picture>)
  set_tests_properties(blackbox.pdf_readers PROPERTIES LABELS blackbox TIMEOUT 60)
  if(EXISTS /usr/share/unicode/Unihan_OtherMappings.txt.bz2)
    add_test(NAME slow.every_standard_character_is_drawn_as_itself
      COMMAND ${Python3_EXECUTABLE} "${CMAKE_CURRENT_SOURCE_DIR}/pdf_characters.py" $<TARGET_FILE:draw_characters>
        "${CMAKE_CURRENT_BINARY_DIR}/characters")
    set_tests_properties(slow.every_standard_character_is_drawn_as_itself PROPERTIES LABELS slow TIMEOUT 300)
  endif()
endif()

# PDF/A-1b by Apache PDFBox Preflight (libpdfbox2-java).
find_program(JAVA java)
if(JAVA AND EXISTS /usr/share/java/preflight.jar)
  add_test(NAME blackbox.pdf_archive
    COMMAND sh "${CMAKE_CURRENT_SOURCE_DIR}/golden.sh" "${CMAKE_CURRENT_SOURCE_DIR}/pdf_archive"
      SITECERT=$<TARGET_FILE:sitecert> JAVA=${JAVA})
  set_tests_properties(blackbox.pdf_archive PROPERTIES LABELS blackbox TIMEOUT 120)
endif()
