// Netlists by hand, as yosys writes them.
#pragma once

#include "backends/fpga/netlist.h"

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>

namespace pw::test {

class NetlistText {
public:
  // Ports with their bits; an output's name begins with O or Q.
  NetlistText& cell(const std::string& type, const std::map<std::string, std::vector<int>>& ports) {
    nlohmann::json cell = {
        {"type", type}, {"parameters", {{"INIT", "0110"}}}, {"attributes", {{"src", "x"}}}};
    for (const auto& [port, bits] : ports) {
      cell["port_directions"][port] = port[0] == 'O' || port[0] == 'Q' ? "output" : "input";
      cell["connections"][port] = bits;
    }
    cells_["cell" + std::to_string(cells_.size())] = cell;
    return *this;
  }

  NetlistText& name(const std::string& name, const std::vector<int>& bits) {
    names_[name] = {{"bits", bits}};
    return *this;
  }

  std::string text(const std::string& top = "top") const {
    nlohmann::json file;
    file["modules"][top] = {{"cells", cells_}, {"netnames", names_}};
    return file.dump();
  }

  fpga::Netlist read(fpga::Family family = fpga::Family::UltraScalePlus) const {
    std::istringstream in(text());
    return fpga::read_netlist(in, "top", family);
  }

private:
  nlohmann::json cells_ = nlohmann::json::object(), names_ = nlohmann::json::object();
};

// Register s1_a (10) > LUT (11, s1_sum) > two pieces of a carry chain (12, 13) > LUT (14) >
// register s2_sum (15).
inline NetlistText adder() {
  NetlistText n;
  n.cell("FDRE", {{"D", {2}}, {"C", {3}}, {"Q", {10}}})
      .cell("LUT2", {{"I0", {10}}, {"I1", {10}}, {"O", {11}}})
      .cell("CARRY4", {{"S", {11}}, {"O", {12}}})
      .cell("CARRY4", {{"CI", {12}}, {"O", {13}}})
      .cell("LUT6", {{"I0", {13}}, {"I1", {10}}, {"O", {14}}})
      .cell("FDRE", {{"D", {14}}, {"C", {3}}, {"Q", {15}}})
      .name("s1_a", {10})
      .name("s1_sum", {11})
      .name("$abc$12$n5", {14})
      .name("s2_sum", {15});
  return n;
}

} // namespace pw::test
