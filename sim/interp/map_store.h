// Maps as the kernel keeps them. A lookup gives an element, not a place of the table: in a hash map
// an update of the same key links a new element, and who holds the old one writes into nothing.
#pragma once

#include "sim/engine.h"

#include <memory>
#include <optional>
#include <span>

namespace pw::interp {

using Element = std::uint32_t; // names a value for as long as the program of one packet may hold it
using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

class MapStore {
public:
  explicit MapStore(const MapDefinition& definition);
  virtual ~MapStore() = default;

  const MapDefinition& definition() const { return definition_; }
  // Bytes of an element's value; the span holds until the next update.
  std::span<std::uint8_t> value(Element);
  std::uint32_t elements() const { return static_cast<std::uint32_t>(bytes_.size() / stride_); }
  bool read_only() const { return definition_.global == GlobalData::Rodata; }

  virtual std::optional<Element> find(ByteSpan key) = 0;
  virtual int update(ByteSpan key, ByteSpan value, std::uint64_t flags) = 0; // 0 or -errno
  virtual int remove(ByteSpan key) = 0;                                      // 0 or -errno
  virtual MapContents contents() = 0;
  virtual void replace(const MapContents&) = 0; // checked already
  void begin_packet(std::uint32_t index) { packet_ = index; }

protected:
  Element new_element();
  void set(Element, ByteSpan value); // but a spin lock, which is always 0
  std::uint32_t packet() const { return packet_; }

private:
  MapDefinition definition_;
  std::size_t stride_;
  Bytes bytes_;
  std::uint32_t packet_ = 0;
};

// Throws Failure PW-ENG-004 for a type that the interpreter has not.
std::unique_ptr<MapStore> make_map_store(const MapDefinition&);

} // namespace pw::interp
