# Manual pages in both languages and the bash completion of one program, from its own table of options.
# -DPROGRAM=FILE -DNAME=NAME -DSECTION=N -DSCDOC=FILE -DOUT=FOLDER
if(NOT SCDOC)
  message(FATAL_ERROR "scdoc is not here: no manual pages")
endif()

# The program does not know in which section its page is filed.
function(make_page language file)
  execute_process(COMMAND "${PROGRAM}" --describe scdoc --lang ${language} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "${NAME}(1)" "${NAME}(${SECTION})" text "${text}")
  get_filename_component(folder "${file}" DIRECTORY)
  file(MAKE_DIRECTORY "${folder}")
  file(WRITE "${file}.scd" "${text}")
  execute_process(COMMAND "${SCDOC}" INPUT_FILE "${file}.scd" OUTPUT_FILE "${file}" COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND gzip -9nf "${file}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

make_page(en "${OUT}/man/${NAME}.${SECTION}")
make_page(zh "${OUT}/man/zh_CN/${NAME}.${SECTION}")
file(MAKE_DIRECTORY "${OUT}/completions")
execute_process(COMMAND "${PROGRAM}" --describe bash OUTPUT_FILE "${OUT}/completions/${NAME}" COMMAND_ERROR_IS_FATAL ANY)
