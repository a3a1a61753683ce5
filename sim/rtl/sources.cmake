# Writes OUT, a header with the text of each of FILES (relative to ROOT), so that the harness travels inside the binary.
set(text "// Generated from the files named below.\n#pragma once\n#include <map>\n#include <string>\nnamespace pw::rtl {\n")
string(APPEND text "inline const std::map<std::string, std::string> harness_sources = {\n")
foreach(file ${FILES})
  file(READ ${ROOT}/${file} content)
  string(APPEND text "{\"${file}\", R\"PWTEXT(${content})PWTEXT\"},\n")
endforeach()
string(APPEND text "};\n} // namespace pw::rtl\n")
file(WRITE ${OUT} "${text}")
