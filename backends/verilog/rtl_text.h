// The text of the fixed modules in rtl/, built into the library.
#pragma once

#include <vector>

namespace pw::verilog {

struct RtlFile {
  const char* name;
  const char* text;
};
const std::vector<RtlFile>& rtl_files(); // by name

} // namespace pw::verilog
