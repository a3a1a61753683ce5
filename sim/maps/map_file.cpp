#include "sim/maps/map_file.h"

#include "sim/maps/contents.h"
#include "sim/maps/entry_reader.h"
#include "support/files.h"

#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <sstream>

namespace pw {

namespace {

// Line and column of a byte of the text, both from 1.
SourceLocation place_of(const std::string& text, const std::string& source, std::size_t byte) {
  SourceLocation place{.file = source, .line = 1, .column = 1, .text = ""};
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    ++place.column;
    if (text[i] == '\n') {
      ++place.line;
      place.column = 1;
    }
  }
  return place;
}

nlohmann::json parse_json(const std::string& text, const std::string& source) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    Diagnostic d = diagnose("PW-IN-102", "the map file is not valid JSON");
    d.location = place_of(text, source, error.byte);
    throw Failure(d.breaks(error.what()));
  }
}

std::string hex_list(std::span<const std::uint8_t> bytes) {
  std::string text = "[";
  std::array<char, 8> piece{};
  for (const std::uint8_t byte : bytes) {
    std::snprintf(piece.data(), piece.size(), "\"0x%02x\"", unsigned{byte});
    text += (text.size() > 1 ? "," : "") + std::string(piece.data());
  }
  return text + "]";
}

const char* target_name(bpf_map_type type) {
  if (type == BPF_MAP_TYPE_CPUMAP)
    return "cpu";
  return type == BPF_MAP_TYPE_XSKMAP ? "queue" : "ifindex";
}

std::string print_value(const MapDefinition& map, const std::vector<std::uint8_t>& value,
                        std::uint32_t cpu) {
  if (is_program_map(map.type))
    return "\"program\":" + nlohmann::json(std::string(value.begin(), value.end())).dump();
  if (is_redirect_map(map.type))
    return std::string("\"") + target_name(map.type) + "\":" + std::to_string(key_index(value));
  if (is_per_cpu_map(map.type))
    return "\"values\":[{\"cpu\":" + std::to_string(cpu) + ",\"value\":" + hex_list(value) + "}]";
  return "\"value\":" + hex_list(value);
}

std::string print_map(const MapDefinition& map, const MapContents& contents, std::uint32_t cpu) {
  std::string text = "[";
  for (const auto& [key, value] : contents)
    text += std::string(text.size() > 1 ? "," : "") + "\n    {\"key\":" + hex_list(key) + "," +
            print_value(map, value, cpu) + "}";
  return text + (contents.empty() ? "]" : "\n  ]");
}

} // namespace

MapState parse_maps(const std::string& text, const std::string& source, const Object& object,
                    std::uint32_t cpu) {
  const nlohmann::json root = parse_json(text, source);
  if (!root.is_object())
    throw Failure(diagnose("PW-IN-104", source + ": a map file is one JSON object")
                      .help("{\"MAP\": [{\"key\":[...],\"value\":[...]}, ...], ...}"));
  MapState state;
  EntryReader reader(cpu);
  for (const auto& [name, entries] : root.items()) {
    const MapDefinition* map = find_map(object, name);
    if (map != nullptr && has_contents(map->type))
      state[name] = reader.read(*map, entries);
    else
      state[name]; // check_maps says what is wrong with it
  }
  std::vector<Diagnostic> findings = reader.findings();
  try {
    check_maps(state, object);
  } catch (const Failure& failure) {
    findings.insert(findings.end(), failure.diagnostics().begin(), failure.diagnostics().end());
  }
  for (Diagnostic& finding : findings)
    finding.message = source + ": " + finding.message;
  if (!findings.empty())
    throw Failure(findings);
  return state;
}

MapState read_maps(const std::string& path, const Object& object, std::uint32_t cpu) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf()))
    throw Failure(diagnose("PW-IN-101", "map file '" + path + "' can't be read"));
  return parse_maps(text.str(), path, object, cpu);
}

std::string print_maps(const MapState& state, const Object& object, std::uint32_t cpu) {
  std::string text = "{";
  for (const auto& [name, contents] : state) {
    const MapDefinition* map = find_map(object, name);
    if (map == nullptr)
      throw Failure(diagnose("PW-INT-001", "contents of an unknown map '" + name + "'"));
    text += std::string(text.size() > 1 ? "," : "") + "\n  " + nlohmann::json(name).dump() + ": " +
            print_map(*map, contents, cpu);
  }
  return text + (state.empty() ? "}\n" : "\n}\n");
}

void write_maps(const std::string& path, const MapState& state, const Object& object,
                std::uint32_t cpu) {
  const std::string problem = write_whole_file(path, print_maps(state, object, cpu));
  if (!problem.empty())
    throw Failure(diagnose("PW-IN-112", "map file '" + path + "' can't be written: " + problem));
}

} // namespace pw
