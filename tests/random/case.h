// One experiment: a program with its maps, what the maps hold first, and packets. Kept as a text
// file when it found a mistake (tests/regressions/).
#pragma once

#include "sim/engine.h"

#include <string>
#include <vector>

namespace pw::random {

struct Case {
  std::string name; // "seed-17"
  std::string note; // what it found
  Object object;    // one program
  MapState maps;
  std::vector<Packet> packets;

  const Program& program() const { return object.programs.front(); }
  bool tc() const { return program().type == ProgramType::Tc; }
};

std::string disassemble(const Case&);

std::string write_case(const Case&);          // JSON
Case read_case(const std::string& json_text); // throws std::exception for what is not one
Case read_case_file(const std::string& path);
void write_case_file(const Case&, const std::string& path);

} // namespace pw::random
