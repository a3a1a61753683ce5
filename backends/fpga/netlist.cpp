#include "backends/fpga/netlist.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <stdexcept>

namespace pw::fpga {

namespace {

using Json = nlohmann::json;

bool begins(const std::string& text, const char* with) { return text.rfind(with, 0) == 0; }

CellKind ultrascale_kind(const std::string& type) {
  if (begins(type, "LUT") || type == "INV")
    return CellKind::Lut;
  if (begins(type, "CARRY"))
    return CellKind::Carry;
  if (begins(type, "MUXF"))
    return CellKind::WideMux;
  if (begins(type, "FD"))
    return CellKind::FlipFlop;
  if (begins(type, "SRL"))
    return CellKind::Shift;
  if (begins(type, "RAMB"))
    return CellKind::Block;
  if (begins(type, "URAM"))
    return CellKind::Ultra;
  if (begins(type, "DSP"))
    return CellKind::Dsp;
  return begins(type, "RAM") ? CellKind::LutRam : CellKind::Other;
}

CellKind ice40_kind(const std::string& type) {
  if (type == "SB_LUT4")
    return CellKind::Lut;
  if (type == "SB_CARRY")
    return CellKind::Carry;
  if (begins(type, "SB_DFF"))
    return CellKind::FlipFlop;
  if (begins(type, "SB_RAM40"))
    return CellKind::Block;
  return type == "SB_MAC16" ? CellKind::Dsp : CellKind::Other;
}

// Distributed RAM is read through these ports without a clock.
bool read_address(const std::string& port) {
  return begins(port, "DPRA") || port == "ADDRA" || port == "ADDRB" || port == "ADDRC" ||
         port == "ADDRE" || port == "ADDRF" || port == "ADDRG";
}

bool clocked(CellKind kind) {
  return kind == CellKind::FlipFlop || kind == CellKind::Shift || kind == CellKind::Block ||
         kind == CellKind::Ultra || kind == CellKind::Dsp;
}

bool stored(CellKind kind, const std::string& port) {
  return clocked(kind) || (kind == CellKind::LutRam && !read_address(port));
}

// Constants stand in the file as strings.
void append(const Json& bits, std::vector<Net>& to) {
  for (const Json& bit : bits)
    if (bit.is_number())
      to.push_back(bit.get<Net>());
}

// Takes cells and names while the file is parsed, and drops each at once: what stays is not the
// file's size, and the parser doesn't look through all of them at the end of each.
class Reader {
public:
  Reader(std::string top, Family family) : top_(std::move(top)) { out_.family = family; }

  // For Json::parse: false drops what was parsed.
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key)
      return key(depth, parsed.get_ref<const std::string&>());
    if (event != Json::parse_event_t::object_end || depth != depth_of_one)
      return true;
    if (keys_[depth_of_one - 1] == "cells")
      add_cell(parsed);
    else if (keys_[depth_of_one - 1] == "netnames")
      add_name(keys_[depth_of_one], parsed.at("bits"));
    return false;
  }

  Netlist netlist() {
    if (parts_ != 2)
      throw std::runtime_error("not a netlist of " + top_ + ": its cells or names are missing");
    return std::move(out_);
  }

private:
  // modules > TOP > cells > NAME, from 1 on; attributes and parameters are most of the text and
  // nothing that is wanted here.
  static constexpr int depth_of_top = 2, depth_of_one = 4;

  bool key(int depth, const std::string& name) {
    if (depth <= depth_of_one)
      keys_[std::size_t(depth)] = name;
    if (depth == depth_of_top)
      return name == top_;
    parts_ += depth == depth_of_top + 1 && keys_[depth_of_top] == top_ &&
              (name == "cells" || name == "netnames");
    return name != "attributes" && name != "parameters" && name != "memories";
  }

  std::uint32_t type_number(const std::string& type) {
    auto [at, isnew] = types_.try_emplace(type, std::uint32_t(out_.types.size()));
    if (isnew)
      out_.types.push_back(type);
    return at->second;
  }

  void add_cell(const Json& json) {
    Cell cell;
    const std::string type = json.at("type");
    cell.type = type_number(type);
    cell.kind = kind_of(out_.family, type);
    const Json& directions = json.at("port_directions");
    for (const auto& [port, bits] : json.at("connections").items()) {
      const bool output = directions.at(port) == "output";
      append(bits, output ? cell.outputs : stored(cell.kind, port) ? cell.stores : cell.reads);
    }
    for (const auto* list : {&cell.reads, &cell.stores, &cell.outputs})
      for (const Net net : *list)
        if (net >= out_.names.size())
          out_.names.resize(net + 1);
    out_.cells.push_back(std::move(cell));
  }

  // Names of the top module say more than those of its parts.
  static bool better(const std::string& name, const std::string& old) {
    const bool part = name.find('.') != std::string::npos;
    return old.empty() || (!part && old.find('.') != std::string::npos);
  }

  void add_name(const std::string& name, const Json& bits) {
    if (name.find('$') != std::string::npos)
      return;
    std::vector<Net> nets;
    append(bits, nets);
    for (const Net net : nets)
      if (net < out_.names.size() && better(name, out_.names[net]))
        out_.names[net] = name;
  }

  std::string top_;
  unsigned parts_ = 0;                             // of the two that are wanted
  std::array<std::string, depth_of_one + 1> keys_; // by depth
  Netlist out_;
  std::map<std::string, std::uint32_t> types_;
};

} // namespace

CellKind kind_of(Family family, const std::string& type) {
  return family == Family::Ice40 ? ice40_kind(type) : ultrascale_kind(type);
}

unsigned luts_of(const std::string& type) {
  static const std::map<std::string, unsigned> sizes = {
      {"RAM32M", 4},    {"RAM32M16", 8},  {"RAM64M", 4},    {"RAM64M8", 8},
      {"RAM32X1D", 2},  {"RAM64X1D", 2},  {"RAM128X1D", 4}, {"RAM256X1D", 8},
      {"RAM512X1S", 8}, {"RAM256X1S", 4}, {"RAM128X1S", 2}};
  const auto at = sizes.find(type);
  return at == sizes.end() ? 1 : at->second;
}

double blocks_of(const std::string& type) { return begins(type, "RAMB18") ? 0.5 : 1; }

Netlist read_netlist(std::istream& in, const std::string& top, Family family) {
  try {
    Reader reader(top, family);
    (void)Json::parse(in, std::ref(reader));
    return reader.netlist();
  } catch (const Json::exception& error) {
    throw std::runtime_error(std::string("not a netlist of ") + top + ": " + error.what());
  }
}

} // namespace pw::fpga
