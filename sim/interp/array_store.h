// Arrays, redirect maps, and maps without contents of their own.
#pragma once

#include "sim/interp/map_store.h"

#include <cerrno>
#include <deque>

namespace pw::interp {

// Array and per-CPU array, global data among them: updated in place.
class ArrayStore : public MapStore {
public:
  explicit ArrayStore(const MapDefinition&);
  std::optional<Element> find(ByteSpan key) override;
  int update(ByteSpan key, ByteSpan value, std::uint64_t flags) override;
  int remove(ByteSpan key) override;
  MapContents contents() override;
  void replace(const MapContents&) override;
};

// devmap, devmap_hash, cpumap, xskmap: programs can look up and redirect, only the host writes.
class RedirectStore : public MapStore {
public:
  using MapStore::MapStore;
  std::optional<Element> find(ByteSpan key) override;
  int update(ByteSpan key, ByteSpan value, std::uint64_t flags) override;
  int remove(ByteSpan key) override;
  MapContents contents() override;
  void replace(const MapContents&) override;

private:
  std::map<Bytes, Element> slots_;
};

// Program arrays: only tail calls look into them, only the host writes.
class ProgramStore : public MapStore {
public:
  explicit ProgramStore(const MapDefinition&);
  std::optional<Element> find(ByteSpan) override { return std::nullopt; }
  int update(ByteSpan, ByteSpan, std::uint64_t) override;
  int remove(ByteSpan) override;
  MapContents contents() override { return slots_; }
  void replace(const MapContents& given) override { slots_ = given; }
  // The program in a slot; nullopt if it is empty, or out of range.
  std::optional<std::string> program(std::uint32_t slot) const;

private:
  MapContents slots_;
};

// Maps of maps: the value is a map's name; only the host writes.
class InnerStore : public MapStore {
public:
  using MapStore::MapStore;
  std::optional<Element> find(ByteSpan) override { return std::nullopt; }
  int update(ByteSpan, ByteSpan, std::uint64_t) override;
  int remove(ByteSpan) override;
  MapContents contents() override { return slots_; }
  void replace(const MapContents& given) override { slots_ = given; }
  std::optional<std::string> inner(ByteSpan key) const; // nullopt: nothing is in the slot

private:
  MapContents slots_;
};

// Queue and stack.
class QueueStore : public MapStore {
public:
  using MapStore::MapStore;
  std::optional<Element> find(ByteSpan) override { return std::nullopt; }
  int update(ByteSpan, ByteSpan, std::uint64_t) override;
  int remove(ByteSpan) override;
  MapContents contents() override;
  void replace(const MapContents&) override;
  int push(ByteSpan value, std::uint64_t flags); // 0 or -errno
  // What is taken next; nullopt if there is nothing.
  std::optional<Bytes> next(bool remove);

private:
  bool stack() const { return definition().type == BPF_MAP_TYPE_STACK; }
  std::deque<Bytes> values_; // the oldest first
};

// Bloom filter.
class FilterStore : public MapStore {
public:
  using MapStore::MapStore;
  std::optional<Element> find(ByteSpan) override { return std::nullopt; }
  int update(ByteSpan, ByteSpan, std::uint64_t) override { return -EINVAL; }
  int remove(ByteSpan) override { return -EOPNOTSUPP; }
  MapContents contents() override { return words_; }
  void replace(const MapContents&) override;
  int push(ByteSpan value, std::uint64_t flags); // 0 or -errno
  bool may_hold(ByteSpan value) const;

private:
  MapContents words_; // that are not zero (sim/maps/bloom.h)
};

// Ring buffers and the like: nothing to look up in them.
class OpaqueStore : public MapStore {
public:
  using MapStore::MapStore;
  std::optional<Element> find(ByteSpan) override { return std::nullopt; }
  int update(ByteSpan, ByteSpan, std::uint64_t) override;
  int remove(ByteSpan) override;
  MapContents contents() override { return {}; }
  void replace(const MapContents&) override {}
};

} // namespace pw::interp
