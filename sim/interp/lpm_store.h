// Longest-prefix match: key = u32 prefix length, then the bytes, most significant bit first.
#pragma once

#include "sim/interp/map_store.h"

#include <deque>
#include <unordered_map>

namespace pw::interp {

class LpmStore : public MapStore {
public:
  explicit LpmStore(const MapDefinition&);
  std::optional<Element> find(ByteSpan key) override;
  int update(ByteSpan key, ByteSpan value, std::uint64_t flags) override;
  int remove(ByteSpan key) override;
  MapContents contents() override;
  void replace(const MapContents&) override;

private:
  struct Entry {
    Bytes key; // as it was given, bits behind the prefix included
    Element element;
  };
  struct Freed {
    Element element;
    std::uint32_t packet; // in which it was
  };
  std::string prefix(ByteSpan key, std::uint32_t length) const;
  Element element();
  void free(Element e) { free_.push_back({e, packet()}); }

  std::uint32_t bits_;
  std::unordered_map<std::string, Entry> table_; // by length and masked bytes
  std::deque<Freed> free_;
};

} // namespace pw::interp
