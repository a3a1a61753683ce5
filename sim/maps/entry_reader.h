// One list of a map file -> contents of a map; every mistake becomes a diagnostic.
#pragma once

#include "sim/engine.h"

#include <nlohmann/json_fwd.hpp>

namespace pw {

class EntryReader {
public:
  explicit EntryReader(std::uint32_t cpu) : cpu_(cpu) {}

  // Entries with mistakes are left out. The map has_contents.
  MapContents read(const MapDefinition&, const nlohmann::json& entries);
  const std::vector<Diagnostic>& findings() const { return findings_; }

private:
  using Bytes = std::vector<std::uint8_t>;

  void entry(const MapDefinition&, const nlohmann::json&, MapContents&);
  void filter_entry(const MapDefinition&, const nlohmann::json&, MapContents&);
  std::optional<Bytes> word_key(const nlohmann::json& number);
  std::optional<Bytes> key(const MapDefinition&, const nlohmann::json&);
  std::optional<Bytes> value(const MapDefinition&, const nlohmann::json&);
  std::optional<Bytes> name(const nlohmann::json&, const char* field); // of a program or a map
  std::optional<Bytes> target(const MapDefinition&, const nlohmann::json&);
  std::optional<Bytes> cpu_value(const MapDefinition&, const nlohmann::json&);
  std::optional<Bytes> bytes(const nlohmann::json&, std::size_t size, const char* size_code,
                             const std::string& what);
  std::nullopt_t wrong(const char* code, const std::string& message);

  std::uint32_t cpu_;
  std::string where_; // "map 'flows', entry 3"
  std::vector<Diagnostic> findings_;
};

} // namespace pw
