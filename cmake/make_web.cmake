# Writes OUT: the files of FOLDER that NAMES names (separated by commas), each as it stands and packed by gzip, with a type and an
# entity tag, as verifier/web/web_files.h has them.
# cmake -DFOLDER=… -DNAMES=a.js,b.js -DOUT=web_files.c -P make_web.cmake
function(write_array name path)
  file(READ "${path}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(....................................................................................................)" "\\1\n" bytes "${bytes}")
  file(APPEND "${OUT}" "static const unsigned char ${name}[] = {\n${bytes}\n};\n\n")
endfunction()

string(REPLACE "," ";" names "${NAMES}")
file(WRITE "${OUT}" "#include \"verifier/web/web_files.h\"\n\n")
set(rows "")
set(index 0)
foreach(name IN LISTS names)
  set(path "${FOLDER}/${name}")
  execute_process(COMMAND gzip -9nc "${path}" OUTPUT_FILE "${OUT}.gz" COMMAND_ERROR_IS_FATAL ANY)
  file(SHA256 "${path}" hash)
  string(SUBSTRING "${hash}" 0 32 tag)
  write_array(plain_${index} "${path}")
  write_array(packed_${index} "${OUT}.gz")
  string(APPEND rows "    { \"${name}\", \"\\\"${tag}\\\"\", { plain_${index}, sizeof plain_${index} },\n"
    "      { packed_${index}, sizeof packed_${index} } },\n")
  math(EXPR index "${index} + 1")
endforeach()
file(REMOVE "${OUT}.gz")
file(APPEND "${OUT}" "static const struct web_file files[] = {\n${rows}};\n\n"
  "const struct web_file *web_file_at(size_t i)\n{\n    return i < sizeof files / sizeof files[0] ? &files[i] : NULL;\n}\n")
