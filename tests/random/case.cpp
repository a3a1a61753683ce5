#include "tests/random/case.h"

#include "frontend/isa/isa.h"

#include <nlohmann/json.hpp>

#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace pw::random {

using nlohmann::json;

namespace {

std::string to_hex(const void* data, std::size_t size) {
  static const char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    unsigned byte = static_cast<const std::uint8_t*>(data)[i];
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string to_hex(const std::vector<std::uint8_t>& bytes) {
  return to_hex(bytes.data(), bytes.size());
}

std::vector<std::uint8_t> from_hex(const std::string& text) {
  if (text.size() % 2)
    throw std::runtime_error("odd number of hex digits");
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < text.size(); i += 2)
    bytes.push_back(std::uint8_t(std::stoul(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

json map_to_json(const MapDefinition& map) {
  return {{"name", map.name},
          {"type", unsigned(map.type)},
          {"key_size", map.key_size},
          {"value_size", map.value_size},
          {"max_entries", map.max_entries},
          {"flags", map.flags},
          {"global", unsigned(map.global)},
          {"initial", to_hex(map.initial)}};
}

MapDefinition map_from_json(const json& j) {
  MapDefinition map;
  map.name = j.at("name");
  map.type = bpf_map_type(j.at("type").get<unsigned>());
  map.key_size = j.at("key_size");
  map.value_size = j.at("value_size");
  map.max_entries = j.at("max_entries");
  map.flags = j.at("flags");
  map.global = GlobalData(j.at("global").get<unsigned>());
  map.initial = from_hex(j.at("initial"));
  return map;
}

json contents_to_json(const MapState& maps) {
  json all = json::object();
  for (const auto& [name, contents] : maps) {
    json& entries = all[name] = json::object();
    for (const auto& [key, value] : contents)
      entries[to_hex(key)] = to_hex(value);
  }
  return all;
}

MapState contents_from_json(const json& all) {
  MapState maps;
  for (const auto& [name, entries] : all.items()) {
    MapContents& contents = maps[name];
    for (const auto& [key, value] : entries.items())
      contents[from_hex(key)] = from_hex(value);
  }
  return maps;
}

Program program_from_json(const json& j) {
  Program program;
  program.name = "random";
  const bool tc = j.value("type", "xdp") == "tc";
  program.section = tc ? "tc" : "xdp";
  program.type = tc ? ProgramType::Tc : ProgramType::Xdp;
  program.type_name = tc ? "sched_cls" : "xdp";
  for (const json& text : j.at("insns")) {
    std::vector<std::uint8_t> bytes = from_hex(text);
    bpf_insn insn{};
    if (bytes.size() != sizeof insn)
      throw std::runtime_error("an instruction has 8 bytes");
    std::memcpy(&insn, bytes.data(), sizeof insn);
    program.insns.push_back(insn);
  }
  for (const json& s : j.at("subprograms"))
    program.subprograms.push_back({s.at("insn"), s.at("name")});
  return program;
}

} // namespace

std::string disassemble(const Case& c) {
  std::ostringstream text;
  isa::Code code = isa::decode(c.program().insns);
  for (std::size_t i = 0; i < code.size(); ++i)
    if (code[i])
      text << i << ": " << isa::to_string(*code[i]) << "\n";
  return text.str();
}

std::string write_case(const Case& c) {
  json j = {{"name", c.name}, {"note", c.note}};
  if (c.tc())
    j["type"] = "tc";
  for (const bpf_insn& insn : c.program().insns)
    j["insns"].push_back(to_hex(&insn, sizeof insn));
  j["subprograms"] = json::array();
  for (const Subprogram& s : c.program().subprograms)
    j["subprograms"].push_back({{"insn", s.insn}, {"name", s.name}});
  j["maps"] = json::array();
  for (const MapDefinition& map : c.object.maps)
    j["maps"].push_back(map_to_json(map));
  j["contents"] = contents_to_json(c.maps);
  j["packets"] = json::array();
  for (const Packet& packet : c.packets)
    j["packets"].push_back({{"time_ns", packet.time_ns}, {"bytes", to_hex(packet.bytes)}});
  return j.dump(1) + "\n";
}

Case read_case(const std::string& json_text) {
  json j = json::parse(json_text);
  Case c;
  c.name = j.at("name");
  c.note = j.at("note");
  c.object.path = c.name;
  c.object.sha256 = std::string(64, '0');
  c.object.license = "GPL";
  for (const json& map : j.at("maps"))
    c.object.maps.push_back(map_from_json(map));
  c.object.programs.push_back(program_from_json(j));
  c.maps = contents_from_json(j.at("contents"));
  for (const json& packet : j.at("packets"))
    c.packets.push_back({from_hex(packet.at("bytes")), packet.at("time_ns")});
  return c;
}

Case read_case_file(const std::string& path) {
  std::ifstream in(path);
  if (!in)
    throw std::runtime_error("can't read " + path);
  std::stringstream text;
  text << in.rdbuf();
  return read_case(text.str());
}

void write_case_file(const Case& c, const std::string& path) {
  std::ofstream out(path);
  out << write_case(c);
  if (!out.flush())
    throw std::runtime_error("can't write " + path);
}

} // namespace pw::random
