// Where a program can't go on in the simulator. The engine adds word, text and C line.
#pragma once

#include <stdexcept>
#include <string>

namespace pw::me {

struct Stop : std::runtime_error {
  Stop(const char* diagnostic, const std::string& why)
      : std::runtime_error(why), code(diagnostic) {}
  const char* code; // PW-ME-...
};

} // namespace pw::me
