// What the tests of this folder share: their compiled objects, and Failures as values.
#pragma once

#include "frontend/object/object.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace pw::test {

inline std::string test_object(const std::string& name) {
  return std::string(PW_TEST_OBJECTS) + "/" + name + ".o";
}

inline const std::filesystem::path DebianObjects = "/usr/lib/x86_64-linux-gnu/bpf";

inline std::vector<std::string> debian_objects() {
  std::vector<std::string> out;
  if (std::filesystem::exists(DebianObjects))
    for (const auto& entry : std::filesystem::directory_iterator(DebianObjects))
      if (entry.path().extension() == ".o")
        out.push_back(entry.path());
  return out;
}

inline std::vector<std::uint8_t> read_bytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline void write_bytes(const std::string& path, const std::vector<std::uint8_t>& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
}

// Codes of the diagnostics that `work` fails with; empty if it succeeds.
template <class Work> std::vector<std::string> codes_of(Work work) {
  try {
    work();
  } catch (const Failure& f) {
    std::vector<std::string> out;
    for (const Diagnostic& d : f.diagnostics())
      out.push_back(d.code);
    return out;
  }
  return {};
}

inline const MapDefinition& map_named(const Object& object, const std::string& name) {
  for (const MapDefinition& m : object.maps)
    if (m.name == name)
      return m;
  throw std::runtime_error("no map " + name);
}

inline const Program& program_named(const Object& object, const std::string& name) {
  for (const Program& p : object.programs)
    if (p.name == name)
      return p;
  throw std::runtime_error("no program " + name);
}

} // namespace pw::test
