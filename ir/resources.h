// What devices hold and what the maps of a pipeline take of it. No MLIR in here.
#pragma once

#include "ir/pipeline.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pw {

struct DeviceSize {
  const char* name;
  std::uint64_t luts, flip_flops, block36, ultra288;
};

// Null for a name that is none.
const DeviceSize* device_named(const std::string& name);

struct MemoryChoice {
  pipeline::Memory kind = pipeline::Memory::Distributed;
  unsigned latency = 1; // of a read
  unsigned blocks = 0;  // BRAM36 or URAM288 that it takes; LUTs for Distributed
};

// For `words` words of `bits` bits.
MemoryChoice choose_memory(std::uint64_t words, unsigned bits);

struct MemoryDemand {
  std::uint64_t luts = 0; // of small memories only, not of the logic around them
  std::uint64_t blocks = 0, ultra = 0;
  // What compares prefixes that packets change, with all its registers.
  std::uint64_t logic = 0, flip_flops = 0;
};

// Prefixes that packets change may take one of so many LUTs and flip-flops of a device.
inline constexpr std::uint64_t prefix_share = 2;

// Of a map's values, keys and what else it stores.
MemoryDemand demand_of(const pipeline::Map&);

// The same for a map of a pipeline, with the copies of a table's rows that its look-up ports need.
MemoryDemand demand_of(const pipeline::Pipeline&, unsigned map);

// What memory is taken for.
struct MemoryUse {
  std::string what; // the map's name, ...
  MemoryDemand demand;
  std::uint32_t entries = 0; // max_entries of a map; 0: nothing that --entries can change
  // What it takes with other max_entries; null: in proportion.
  std::function<MemoryDemand(std::uint32_t)> resized = {};
};

// MemoryUse::entries of a map.
std::uint32_t sizable(const std::string& map, std::uint32_t max_entries);

// Throws Failure: PW-DEV-003, there is no such device; PW-DEV-001, it is too small, with the
// arithmetic and sizes of maps that would fit; PW-MAP-008, comparators of prefixes don't fit.
void check_fits(const std::vector<MemoryUse>&, const std::string& device);
// Prefixes that packets only look up. Throws Failure PW-MAP-026: they don't fit.
void check_prefix_lookups(const std::string& map, const MemoryDemand&, const std::string& device);
// Of a whole pipeline.
std::vector<MemoryUse> memory_uses(const pipeline::Pipeline&);
// Of so many reads behind the window.
MemoryUse packet_copies(unsigned reads);

// BRAM36 of a copy of the packets: 64 KiB in two banks of the bus's width. Every read behind the
// window has one of its own.
inline constexpr std::uint64_t packet_copy_blocks = 16;

} // namespace pw
