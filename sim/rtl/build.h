// Makes a simulator, a shared library with the functions of abi.h, out of Verilog: a plain one, or
// a module of SystemC.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace pw::rtl {

struct Design {
  std::string top;
  std::map<std::string, std::string> files; // *.sv: name -> text
  unsigned bus_bytes = 64;
  unsigned traces = 0;  // Trace operations
  unsigned held = 0;    // bits of port `held`
  bool events = false;  // there are ports m_events_
  // Fields of a tc program's metadata that have ports s_axis_ and res_, by SkbField.
  std::vector<unsigned> skb_in, skb_out;
  bool waves = false;   // able to write FST
  bool systemc = false; // a module made by `verilator --sc`; not with waves
};

// Path of the library, taken from the cache or built. Says so on a terminal if it takes long.
// Throws Failure PW-RTL-101 to 104; errors of the tools come with the end of their log.
std::filesystem::path build_simulator(const Design&);

} // namespace pw::rtl
