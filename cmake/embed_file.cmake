# Writes OUT: the bytes of FILE, given out by the function NAME as a span.
file(READ "${FILE}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(....................................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE "${OUT}" "#include \"core/base/span.h\"\n\nstruct span ${NAME}(void);\n\nstatic const unsigned char bytes[] = {\n${bytes}\n};\n\n"
  "struct span ${NAME}(void)\n{\n    return span_of(bytes, sizeof bytes);\n}\n")
