#include "ir/resources.h"

#include "support/lpm.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace pw {

namespace {

using pipeline::Map;
using pipeline::MapKind;
using pipeline::Memory;

constexpr DeviceSize devices[] = {{"xcu50", 872'000, 1'743'000, 1344, 640},
                                  {"xcu200", 1'182'000, 2'364'000, 2160, 960},
                                  {"xcu250", 1'728'000, 3'456'000, 2688, 1280},
                                  {"xcu280", 1'304'000, 2'607'000, 2016, 960}};

// The forms that a BRAM36 can take: words times bits.
constexpr std::pair<unsigned, unsigned> block_shapes[] = {
    {512, 72}, {1024, 36}, {2048, 18}, {4096, 9}, {8192, 4}, {16384, 2}, {32768, 1}};

std::uint64_t divide_up(std::uint64_t a, std::uint64_t b) { return (a + b - 1) / b; }

std::uint64_t blocks_for(std::uint64_t words, unsigned bits) {
  std::uint64_t best = ~std::uint64_t(0);
  for (auto [depth, width] : block_shapes)
    best = std::min(best, divide_up(words, depth) * divide_up(bits, width));
  return best;
}

std::uint64_t ultra_for(std::uint64_t words, unsigned bits) {
  return divide_up(words, 4096) * divide_up(bits, 72);
}

void add(MemoryDemand& d, const MemoryChoice& m) {
  if (m.kind == Memory::Block)
    d.blocks += m.blocks;
  else if (m.kind == Memory::Ultra)
    d.ultra += m.blocks;
  else
    d.luts += m.blocks;
}

// The nodes of each level of the search, and the handles of the intervals.
void add_levels(MemoryDemand& d, const Map& map) {
  const unsigned bytes = map.key_bytes - 4;
  const LpmShape shape = lpm_shape(map.max_entries, bytes);
  auto memory = [&](std::uint64_t words, unsigned bits) {
    if (shape.is_large(words, bits))
      d.ultra += ultra_for(words, bits);
    else if (words > 64)
      d.blocks += blocks_for(words, bits);
    else
      d.luts += bits;
  };
  for (unsigned level = 1; level < shape.levels; ++level)
    memory(shape.nodes(level), shape.keys(level) * bytes * 8);
  memory(shape.intervals, map.handle_bits);
}

// As pw_table is made: a memory of {key, slot, valid} for each place of each way, the list of free
// slots, and for LRU maps stamps and places of slots in four banks.
void add_table(MemoryDemand& d, const Map& map) {
  const unsigned slot = map.handle_bits - 1, key = map.key_bytes * 8;
  const unsigned memories = map.ways * map.places;
  for (unsigned n = 0; n < memories; ++n)
    add(d, choose_memory(std::uint64_t(1) << map.row_bits, key + slot + 1));
  add(d, choose_memory(map.slots, slot));
  const unsigned place = map.row_bits + unsigned(std::bit_width(std::max(memories, 1U) - 1));
  for (unsigned bank = 0; bank < 4 && map.lru; ++bank) {
    add(d, choose_memory(divide_up(map.slots, 4), 32));
    add(d, choose_memory(divide_up(map.slots, 4), place));
  }
}

} // namespace

const DeviceSize* device_named(const std::string& name) {
  const auto* found = std::ranges::find_if(devices, [&](auto& d) { return name == d.name; });
  return found == std::end(devices) ? nullptr : found;
}

MemoryChoice choose_memory(std::uint64_t words, unsigned bits) {
  if (words <= 64)
    return {Memory::Distributed, 1, unsigned(divide_up(words, 64) * bits)};
  const std::uint64_t blocks = blocks_for(words, bits), ultra = ultra_for(words, bits);
  if (blocks > 48 && ultra * 4 <= blocks)
    return {Memory::Ultra, 2, unsigned(ultra)};
  return {Memory::Block, 2, unsigned(blocks)};
}

MemoryDemand demand_of(const Map& map) {
  MemoryDemand d;
  for (const pipeline::Column& c : map.columns)
    add(d, choose_memory(std::uint64_t(map.slots) * c.count, c.bytes * 8));
  if (map.kind == MapKind::Table)
    add_table(d, map);
  else
    for (unsigned way = 0; way < map.ways; ++way) // keys, each with a valid bit
      add(d, choose_memory(std::uint64_t(1) << map.row_bits, map.key_bytes * 8 + 1));
  if (map.kind == MapKind::Present)
    add(d, choose_memory(map.slots, 1));
  if (map.kind == MapKind::Lpm)
    add_levels(d, map);
  return d;
}

} // namespace pw
