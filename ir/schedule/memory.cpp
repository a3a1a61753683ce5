#include "ir/schedule/memory.h"

#include "support/diagnostic.h"
#include "support/lpm.h"

#include <algorithm>
#include <sstream>

namespace pw::schedule {

namespace {

using pipeline::Memory;

struct Device {
  const char* name;
  std::uint64_t luts, block36, ultra288;
};

constexpr Device devices[] = {{"xcu50", 872'000, 1344, 640},
                              {"xcu200", 1'182'000, 2160, 960},
                              {"xcu250", 1'728'000, 2688, 1280},
                              {"xcu280", 1'304'000, 2016, 960}};

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

} // namespace

MemoryChoice choose_memory(std::uint64_t words, unsigned bits) {
  if (words <= 64)
    return {Memory::Distributed, 1, unsigned(divide_up(words, 64) * bits)};
  std::uint64_t blocks = blocks_for(words, bits), ultra = ultra_for(words, bits);
  if (blocks > 48 && ultra * 4 <= blocks)
    return {Memory::Ultra, 2, unsigned(ultra)};
  return {Memory::Block, 2, unsigned(blocks)};
}

MemoryChoice memory_of(ir::MapOp map, unsigned column) {
  ir::ColumnAttr c = map.column(column);
  return choose_memory(std::uint64_t(map.slots()) * c.getCount(), c.getBytes() * 8);
}

namespace {

struct Demand {
  std::string map;
  std::uint64_t blocks = 0, ultra = 0;
};

void add(Demand& d, const MemoryChoice& m) {
  if (m.kind == Memory::Block)
    d.blocks += m.blocks;
  if (m.kind == Memory::Ultra)
    d.ultra += m.blocks;
}

// The nodes of each level of the search, and the handles of the intervals.
void add_levels(Demand& d, ir::MapOp map) {
  const unsigned bytes = unsigned(map.getKeyBytes()) - 4;
  const LpmShape shape = lpm_shape(map.getEntries(), bytes);
  auto memory = [&](std::uint64_t words, unsigned bits) {
    if (shape.is_large(words, bits))
      d.ultra += ultra_for(words, bits);
    else if (words > 64)
      d.blocks += blocks_for(words, bits);
  };
  for (unsigned level = 1; level < shape.levels; ++level)
    memory(shape.nodes(level), shape.keys(level) * bytes * 8);
  memory(shape.intervals, map.handle_bits());
}

// As pw_table is made: a memory of {key, slot, valid} for each place of each way, the list of free
// slots, and for LRU maps stamps and places of slots in four banks.
void add_table(Demand& d, ir::MapOp map) {
  unsigned slot = map.handle_bits() - 1, key = unsigned(map.getKeyBytes() * 8);
  unsigned memories = map.ways() * map.places();
  for (unsigned n = 0; n < memories; ++n)
    add(d, choose_memory(std::uint64_t(1) << map.row_bits(), key + slot + 1));
  add(d, choose_memory(map.slots(), slot));
  unsigned place = map.row_bits() + unsigned(llvm::Log2_32_Ceil(memories));
  for (unsigned bank = 0; bank < 4 && map.lru(); ++bank) {
    add(d, choose_memory(divide_up(map.slots(), 4), 32));
    add(d, choose_memory(divide_up(map.slots(), 4), place));
  }
}

Demand demand_of(ir::MapOp map) {
  Demand d{map.getSymName().str()};
  for (unsigned c = 0; map.getColumns() && c < map.getColumns()->size(); ++c)
    add(d, memory_of(map, c));
  if (map.is("table"))
    add_table(d, map);
  else
    for (unsigned way = 0; way < map.ways(); ++way) // keys, each with a valid bit
      add(d,
          choose_memory(std::uint64_t(1) << map.row_bits(), unsigned(map.getKeyBytes() * 8 + 1)));
  if (map.is("present"))
    add(d, choose_memory(map.slots(), 1));
  if (map.is("lpm"))
    add_levels(d, map);
  return d;
}

// 64 KiB in two banks of the bus's width: what the packet FIFO holds.
constexpr std::uint64_t packet_copy_blocks = 16;

unsigned packet_reads(mlir::ModuleOp module) {
  unsigned count = 0;
  module.walk([&](ir::PacketReadOp) { ++count; });
  return count;
}

} // namespace

void check_device(mlir::ModuleOp module, const std::string& name) {
  auto device =
      std::find_if(std::begin(devices), std::end(devices), [&](auto& d) { return name == d.name; });
  if (device == std::end(devices))
    throw Failure(diagnose("PW-DEV-003", "unknown device '" + name + "'")
                      .help("xcu50, xcu200, xcu250 or xcu280"));
  std::uint64_t blocks = 0, ultra = 0;
  std::ostringstream sum;
  Demand largest;
  for (auto map : module.getOps<ir::MapOp>()) {
    Demand d = demand_of(map);
    blocks += d.blocks;
    ultra += d.ultra;
    if (d.blocks + d.ultra)
      sum << (sum.tellp() > 0 ? " + " : "") << d.map << ": " << d.blocks << " BRAM36, " << d.ultra
          << " URAM288";
    if (d.blocks + 8 * d.ultra > largest.blocks + 8 * largest.ultra)
      largest = d;
  }
  if (unsigned reads = packet_reads(module)) {
    blocks += reads * packet_copy_blocks;
    sum << (sum.tellp() > 0 ? " + " : "") << reads
        << " reads behind the window: " << reads * packet_copy_blocks << " BRAM36";
    if (reads * packet_copy_blocks > largest.blocks + 8 * largest.ultra)
      largest.map = "copies of the packets";
  }
  std::uint64_t spare = device->ultra288 > ultra ? device->ultra288 - ultra : 0;
  if (ultra <= device->ultra288 && blocks <= device->block36 + 8 * spare)
    return;
  throw Failure(diagnose("PW-DEV-001", "the memories don't fit " + name + "; the largest is '" +
                                           largest.map + "'")
                    .limited(std::to_string(device->block36) + " BRAM36, " +
                                 std::to_string(device->ultra288) + " URAM288",
                             std::to_string(blocks) + " BRAM36, " + std::to_string(ultra) +
                                 " URAM288 (" + sum.str() + ")")
                    .help("lower max_entries or the size of the value"));
}

} // namespace pw::schedule
