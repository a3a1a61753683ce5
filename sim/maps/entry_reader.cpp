#include "sim/maps/entry_reader.h"

#include "sim/maps/bloom.h"
#include "sim/maps/contents.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

namespace pw {

namespace {

using nlohmann::json;

constexpr std::size_t most_findings = 20;
constexpr std::array known_fields = {"key",   "value",   "values", "formatted", "ifindex", "cpu",
                                     "queue", "program", "map",    "error",     "word",    "bits"};

// "0x1f", "31" or 31; nullopt if it is no byte.
std::optional<std::uint8_t> byte_of(const json& item) {
  if (item.is_number_unsigned() && item.get<std::uint64_t>() < 256)
    return static_cast<std::uint8_t>(item.get<std::uint64_t>());
  if (!item.is_string())
    return std::nullopt;
  const std::string text = item.get<std::string>();
  const bool digits = !text.empty() && std::isxdigit(static_cast<unsigned char>(text.front()));
  char* end = nullptr;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const unsigned long number = std::strtoul(text.c_str(), &end, hex ? 16 : 10);
  if (!digits || text.size() > 4 || *end != '\0' || end == text.c_str() || number > 255)
    return std::nullopt;
  return static_cast<std::uint8_t>(number);
}

// bpftool prints this for slots that it could not look up.
bool is_empty_slot(const json& entry) {
  return entry.contains("error") || (entry.contains("value") && entry["value"].is_object() &&
                                     entry["value"].contains("error"));
}

} // namespace

std::nullopt_t EntryReader::wrong(const char* code, const std::string& message) {
  if (findings_.size() < most_findings)
    findings_.push_back(diagnose(code, where_ + ": " + message));
  return std::nullopt;
}

MapContents EntryReader::read(const MapDefinition& map, const json& entries) {
  MapContents contents;
  where_ = "map '" + map.name + "'";
  if (!entries.is_array()) {
    wrong("PW-IN-104", "a list of entries is expected");
    return contents;
  }
  for (std::size_t i = 0; i < entries.size(); ++i) {
    where_ = "map '" + map.name + "', entry " + std::to_string(i);
    entry(map, entries[i], contents);
  }
  return contents;
}

void EntryReader::entry(const MapDefinition& map, const json& item, MapContents& contents) {
  if (is_bloom_map(map.type))
    return filter_entry(map, item, contents);
  const bool queue = is_queue_map(map.type);
  if (!item.is_object() || item.contains("key") == queue) {
    wrong("PW-IN-104", queue ? "an object with \"value\" and without \"key\" is expected"
                             : "an object with \"key\" is expected");
    return;
  }
  for (const auto& [field, unused] : item.items())
    if (std::ranges::find(known_fields, field) == known_fields.end())
      wrong("PW-IN-104", "unknown field \"" + field + "\"");
  if (is_empty_slot(item))
    return;
  const auto key_bytes =
      queue ? place_key(static_cast<std::uint32_t>(contents.size())) : key(map, item["key"]);
  const auto value_bytes = value(map, item);
  if (!key_bytes || !value_bytes)
    return;
  if (!contents.emplace(*key_bytes, *value_bytes).second)
    wrong("PW-IN-109", "its key was given before");
}

// A value that is in the filter, or a word of its bits.
void EntryReader::filter_entry(const MapDefinition& map, const json& item, MapContents& contents) {
  const bool pushed = item.is_object() && item.size() == 1 && item.contains("value");
  const bool word = item.is_object() && item.size() == 2 && item.contains("word") &&
                    item.contains("bits") && item["word"].is_number_unsigned();
  if (!pushed && !word) {
    wrong("PW-IN-104",
          "an object with \"value\", or with \"word\" (a number) and \"bits\", is expected");
    return;
  }
  const auto found = pushed ? bytes(item["value"], map.value_size, "PW-IN-106", "the value")
                            : bytes(item["bits"], 4, "PW-IN-106", "\"bits\"");
  const auto key = pushed ? std::optional(pushed_key(static_cast<std::uint32_t>(contents.size())))
                          : word_key(item["word"]);
  if (found && key && !contents.emplace(*key, *found).second)
    wrong("PW-IN-109", "its word was given before");
}

std::optional<EntryReader::Bytes> EntryReader::word_key(const json& number) {
  const auto word = number.get<std::uint64_t>();
  if (word > 0xffffffffu)
    return wrong("PW-IN-107", "there is no word " + std::to_string(word));
  return place_key(static_cast<std::uint32_t>(word));
}

// A list of bytes, or of up to 8 bytes an unsigned number that fits, as a little-endian host has
// it.
std::optional<EntryReader::Bytes> EntryReader::bytes(const json& item, std::size_t size,
                                                     const char* size_code,
                                                     const std::string& what) {
  Bytes result;
  if (item.is_number_unsigned()) {
    if (size > 8)
      return wrong("PW-IN-104", what + " of " + std::to_string(size) +
                                    " bytes must be a list of bytes: numbers have up to 8");
    const auto number = item.get<std::uint64_t>();
    for (std::size_t i = 0; i < size; ++i)
      result.push_back(static_cast<std::uint8_t>(number >> (i * 8)));
    if (size < 8 && number >> (size * 8) != 0)
      return wrong(size_code, what + " " + std::to_string(number) + " does not fit in " +
                                  std::to_string(size) + " bytes");
    return result;
  }
  if (!item.is_array())
    return wrong("PW-IN-104", what + " must be a list of bytes");
  for (const json& element : item) {
    const auto byte = byte_of(element);
    if (!byte)
      return wrong("PW-IN-104", what + " has " + element.dump().substr(0, 40) +
                                    " where a byte (\"0x00\" to \"0xff\") is expected");
    result.push_back(*byte);
  }
  if (result.size() != size)
    return wrong(size_code, what + " has " + std::to_string(result.size()) + " bytes, expected " +
                                std::to_string(size));
  return result;
}

std::optional<EntryReader::Bytes> EntryReader::key(const MapDefinition& map, const json& item) {
  return bytes(item, map.key_size, "PW-IN-105", "the key");
}

std::optional<EntryReader::Bytes> EntryReader::value(const MapDefinition& map, const json& item) {
  if (is_redirect_map(map.type))
    return target(map, item);
  if (is_program_map(map.type))
    return name(item, "program");
  if (map.inner)
    return name(item, "map");
  if (is_per_cpu_map(map.type) && item.contains("values"))
    return cpu_value(map, item["values"]);
  if (!item.contains("value"))
    return wrong("PW-IN-104",
                 is_per_cpu_map(map.type) ? "\"values\" is missing" : "\"value\" is missing");
  return bytes(item["value"], map.value_size, "PW-IN-106", "the value");
}

std::optional<EntryReader::Bytes> EntryReader::target(const MapDefinition& map, const json& item) {
  const char* field = "ifindex";
  if (map.type == BPF_MAP_TYPE_CPUMAP)
    field = "cpu";
  if (map.type == BPF_MAP_TYPE_XSKMAP)
    field = "queue";
  if (!item.contains(field))
    return wrong("PW-IN-104", std::string("\"") + field + "\" is missing");
  auto result = bytes(item[field], 4, "PW-IN-106", std::string("\"") + field + "\"");
  return result;
}

std::optional<EntryReader::Bytes> EntryReader::name(const json& item, const char* field) {
  if (!item.contains(field) || !item[field].is_string())
    return wrong("PW-IN-104", "\"" + std::string(field) + "\", the name of one, is missing");
  const auto& name = item[field].get_ref<const std::string&>();
  return Bytes(name.begin(), name.end());
}

// One element for each CPU; only ours may differ from zeros.
std::optional<EntryReader::Bytes> EntryReader::cpu_value(const MapDefinition& map,
                                                         const json& values) {
  if (!values.is_array())
    return wrong("PW-IN-104", "\"values\" must be a list");
  Bytes ours(map.value_size);
  for (const json& item : values) {
    if (!item.is_object() || !item.contains("cpu") || !item["cpu"].is_number_unsigned() ||
        !item.contains("value"))
      return wrong("PW-IN-104", "\"values\" holds objects with \"cpu\" and \"value\"");
    const auto one = bytes(item["value"], map.value_size, "PW-IN-106", "the value");
    if (!one)
      return std::nullopt;
    const auto cpu = item["cpu"].get<std::uint64_t>();
    if (cpu == cpu_)
      ours = *one;
    else if (std::ranges::any_of(*one, [](std::uint8_t byte) { return byte != 0; }))
      return wrong("PW-IN-111", "the value of CPU " + std::to_string(cpu) +
                                    " is not zero, but packets run on CPU " + std::to_string(cpu_));
  }
  return ours;
}

} // namespace pw
