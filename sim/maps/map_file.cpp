#include "sim/maps/map_file.h"

#include "sim/maps/bloom.h"
#include "sim/maps/contents.h"
#include "sim/maps/entry_reader.h"
#include "support/files.h"

#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <iterator>

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
  if (is_program_map(map.type) || map.inner)
    return (map.inner ? "\"map\":" : "\"program\":") +
           nlohmann::json(std::string(value.begin(), value.end())).dump();
  if (is_redirect_map(map.type))
    return std::string("\"") + target_name(map.type) + "\":" + std::to_string(key_index(value));
  if (is_per_cpu_map(map.type))
    return "\"values\":[{\"cpu\":" + std::to_string(cpu) + ",\"value\":" + hex_list(value) + "}]";
  return "\"value\":" + hex_list(value);
}

std::string print_filter(const std::vector<std::uint8_t>& key,
                         const std::vector<std::uint8_t>& value) {
  if (is_pushed_key(key))
    return "\"value\":" + hex_list(value);
  return "\"word\":" + std::to_string(place_of_key(key)) + ",\"bits\":" + hex_list(value);
}

std::string print_map(const MapDefinition& map, const MapContents& contents, std::uint32_t cpu) {
  std::string text = "[";
  for (const auto& [key, value] : contents)
    text +=
        std::string(text.size() > 1 ? "," : "") + "\n    {" +
        (is_bloom_map(map.type) ? print_filter(key, value)
                                : (is_queue_map(map.type) ? "" : "\"key\":" + hex_list(key) + ",") +
                                      print_value(map, value, cpu)) +
        "}";
  return text + (contents.empty() ? "]" : "\n  ]");
}

std::string read_text(const std::string& path) {
  if (const std::string reason = why_unreadable(path); !reason.empty())
    throw Failure(diagnose("PW-IN-101", "map file '" + path + "' can't be read: " + reason));
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The entries of a map, whichever way they are written.
const nlohmann::json& entries_of(const nlohmann::json& item) {
  return item.is_object() && item.contains("like") && item.contains("entries") ? item["entries"]
                                                                               : item;
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
    if (map != nullptr && has_contents(*map))
      state[name] = reader.read(*map, entries_of(entries));
    else
      state[name]; // check_maps says what is wrong with it
  }
  std::vector<Diagnostic> findings = reader.findings();
  try {
    check_maps(state, object);
  } catch (const Failure& failure) {
    findings.insert(findings.end(), failure.diagnostics().begin(), failure.diagnostics().end());
  }
  for (const auto& [name, contents] : state)
    if (const MapDefinition* map = find_map(object, name); map && map->role == MapRole::Routes)
      findings.push_back(diagnose("PW-IN-103", "'" + name + "' is no map of the program")
                             .help("it is filled from the routes of the host: --routes FILE"));
  for (Diagnostic& finding : findings)
    finding.message = source + ": " + finding.message;
  if (!findings.empty())
    throw Failure(findings);
  return state;
}

MapState read_maps(const std::string& path, const Object& object, std::uint32_t cpu) {
  return parse_maps(read_text(path), path, object, cpu);
}

namespace {

// Reads only which maps there are; what is wrong with entries is said when they are read.
class InnerMapReader {
public:
  InnerMapReader(Object& object, const std::string& source) : object_(object), source_(source) {}

  void read(const nlohmann::json& root) {
    for (const auto& [name, item] : root.items())
      if (item.is_object() && item.contains("like"))
        add(item["like"].is_string() ? item["like"].get<std::string>() : "", name);
    for (const auto& [name, item] : root.items())
      for (const auto& entry : item.is_array() ? item : nlohmann::json::array())
        if (is_outer(name) && entry.is_object() && entry.contains("map") &&
            entry["map"].is_string())
          add(name, entry["map"].get<std::string>());
    if (!findings_.empty())
      throw Failure(findings_);
    make_parts(object_);
  }

private:
  bool is_outer(const std::string& name) const {
    const MapDefinition* map = find_map(object_, name);
    return map != nullptr && map->inner;
  }

  void add(const std::string& outer, const std::string& name) {
    if (!is_outer(outer)) {
      std::string known;
      for (const MapDefinition& m : object_.maps)
        if (m.inner)
          known += (known.empty() ? "" : ", ") + m.name;
      findings_.push_back(diagnose("PW-IN-116", source_ + ": map '" + name +
                                                    "' is to be like the inner maps of '" + outer +
                                                    "', which is no map of maps")
                              .help(known.empty() ? "the program has none" : "they are: " + known));
      return;
    }
    const auto at = static_cast<unsigned>(find_map(object_, outer) - object_.maps.data());
    if (!inner_map(object_, at, name))
      findings_.push_back(diagnose(
          "PW-IN-116", source_ + ": map '" + name +
                           "' is not of the type and sizes that slots of '" + outer + "' hold"));
  }

  Object& object_;
  const std::string& source_;
  std::vector<Diagnostic> findings_;
};

} // namespace

void declare_inner_maps(const std::string& text, const std::string& source, Object& object) {
  const nlohmann::json root = parse_json(text, source);
  if (root.is_object())
    InnerMapReader(object, source).read(root);
}

void read_inner_maps(const std::string& path, Object& object) {
  declare_inner_maps(read_text(path), path, object);
}

std::string print_maps(const MapState& state, const Object& object, std::uint32_t cpu) {
  std::string text = "{";
  for (const auto& [name, contents] : state) {
    const MapDefinition* map = find_map(object, name);
    if (map == nullptr)
      throw Failure(diagnose("PW-INT-001", "contents of an unknown map '" + name + "'"));
    text += std::string(text.size() > 1 ? "," : "") + "\n  " + nlohmann::json(name).dump() + ": ";
    if (map->added_for)
      text +=
          "{\"like\":" + nlohmann::json(object.maps[*map->added_for].name).dump() + ",\"entries\":";
    text += print_map(*map, contents, cpu) + (map->added_for ? "}" : "");
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
