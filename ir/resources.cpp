#include "ir/resources.h"

#include "ir/prefixes.h"
#include "ir/table_reserve.h"
#include "support/diagnostic.h"
#include "support/lpm.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace pw {

namespace {

using pipeline::Map;
using pipeline::MapKind;
using pipeline::Memory;

constexpr DeviceSize devices[] = {{"xcu50", 872'000, 1'743'000, 1344, 640},
                                  {"xcu200", 1'182'000, 2'364'000, 2160, 960},
                                  {"xcu250", 1'728'000, 3'456'000, 2688, 1280},
                                  {"xcu280", 1'304'000, 2'607'000, 2016, 960},
                                  // 32 block RAMs of 4 Kb, in units of 36 Kb
                                  {"ice40hx8k", 7'680, 7'680, 3, 0}};

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

// A memory of {key, slot, valid} for each place of each way.
void add_rows(MemoryDemand& d, const Map& map) {
  for (unsigned n = 0; n < map.ways * map.places; ++n)
    add(d, choose_memory(std::uint64_t(1) << map.row_bits, map.key_bytes * 8 + map.handle_bits));
}

// As pw_prefixes is made: data, mask and length of each entry in registers; at each port all are
// compared, and the masks of those that match joined. Coefficients are those of yosys.
void add_prefixes(MemoryDemand& d, const Map& map, unsigned finds) {
  const std::uint64_t data = 8 * (map.key_bytes - 4), length = std::bit_width(data);
  const std::uint64_t compared = 10 * data / 7 + 8;
  d.logic += map.slots * (compared * (1 + finds) + 10);
  d.flip_flops += map.slots * (2 * data + length + 5 + 2 * finds);
}

// As pw_table_stamps is made: a second copy, and marks twice.
void add_second_stamps(MemoryDemand& d, const Map& map) {
  const auto groups = divide_up(map.slots, 4);
  for (unsigned bank = 0; bank < 4 && map.lru; ++bank) {
    add(d, choose_memory(groups, 33));
    add(d, choose_memory(groups, 1));
    add(d, choose_memory(groups, 1));
  }
}

// As pw_table is made: rows, the list of free slots, and for LRU maps stamps and places of slots in
// four banks.
void add_table(MemoryDemand& d, const Map& map) {
  const unsigned slot = map.handle_bits - 1, memories = map.ways * map.places;
  add_rows(d, map);
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
  if (holds_prefixes(map)) {
    add_prefixes(d, map, 0);
    add(d, choose_memory(map.slots, map.key_bytes * 8));
    add(d, choose_memory(map.slots, map.handle_bits - 1));
  } else if (map.kind == MapKind::Table)
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

MemoryDemand demand_of(const pipeline::Pipeline& p, unsigned map) {
  MemoryDemand d = demand_of(p.maps[map]);
  if (holds_prefixes(p.maps[map])) {
    d.logic = d.flip_flops = 0;
    add_prefixes(d, p.maps[map], table_finds(p, map));
  } else if (p.maps[map].kind == MapKind::Table)
    for (unsigned port = 0; port < table_finds(p, map); ++port) {
      add_rows(d, p.maps[map]);
      add_second_stamps(d, p.maps[map]);
    }
  return d;
}

MemoryUse packet_copies(unsigned reads) {
  return {std::to_string(reads) + " reads behind the window",
          {.luts = 0, .blocks = reads * packet_copy_blocks, .ultra = 0}};
}

// Global data is as large as the program's variables; other maps with a dot in their name, but for
// the definition of inner maps, were made for hardware.
std::uint32_t sizable(const std::string& map, std::uint32_t max_entries) {
  return map.find('.') == std::string::npos || map.ends_with(".inner") ? max_entries : 0;
}

std::vector<MemoryUse> memory_uses(const pipeline::Pipeline& p) {
  std::vector<MemoryUse> uses;
  for (unsigned map = 0; map < p.maps.size(); ++map)
    uses.push_back(
        {p.maps[map].name, demand_of(p, map), sizable(p.maps[map].name, p.maps[map].max_entries)});
  const auto reads =
      std::ranges::count(p.operations, pipeline::OpKind::PacketRead, &pipeline::Operation::kind);
  uses.push_back(packet_copies(unsigned(reads)));
  return uses;
}

namespace {

std::string logic_text(std::uint64_t luts, std::uint64_t flip_flops) {
  return std::to_string(luts) + " LUTs, " + std::to_string(flip_flops) + " flip-flops";
}

bool prefixes_fit(const MemoryDemand& d, const DeviceSize& device) {
  return d.logic <= device.luts / prefix_share && d.flip_flops <= device.flip_flops / prefix_share;
}

std::string prefix_limit(const DeviceSize& device) {
  return logic_text(device.luts / prefix_share, device.flip_flops / prefix_share) + ", half of " +
         device.name;
}

void check_prefixes_fit(const std::vector<MemoryUse>& uses, const DeviceSize& device) {
  MemoryDemand all;
  std::string sum;
  for (const MemoryUse& use : uses) {
    all.logic += use.demand.logic;
    all.flip_flops += use.demand.flip_flops;
    if (use.demand.logic != 0)
      sum += (sum.empty() ? "'" : ", '") + use.what + "'";
  }
  if (!prefixes_fit(all, device))
    throw Failure(diagnose("PW-MAP-008", "prefixes that packets change are compared all at once, "
                                         "and those of " +
                                             sum + " don't fit " + device.name)
                      .limited(prefix_limit(device), logic_text(all.logic, all.flip_flops))
                      .help("lower max_entries, or let only the host change the map"));
}

} // namespace

void check_prefix_lookups(const std::string& map, const MemoryDemand& demand,
                          const std::string& name) {
  const DeviceSize* device = device_named(name);
  if (device != nullptr && !prefixes_fit(demand, *device))
    throw Failure(diagnose("PW-MAP-026", "prefixlen of a key for map '" + map +
                                             "' is not always that of a whole key, and to compare "
                                             "all its prefixes with such keys doesn't fit " +
                                             name)
                      .limited(prefix_limit(*device), logic_text(demand.logic, demand.flip_flops))
                      .help("set prefixlen to the full length on every path to the lookup, or "
                            "lower max_entries"));
}

namespace {

// One URAM288 holds as much as eight BRAM36.
std::uint64_t weight(const MemoryUse& u) { return u.demand.blocks + 8 * u.demand.ultra; }

MemoryDemand sum_of(const std::vector<MemoryUse>& uses) {
  MemoryDemand all;
  for (const MemoryUse& use : uses) {
    all.blocks += use.demand.blocks;
    all.ultra += use.demand.ultra;
  }
  return all;
}

// What is left of URAM288 can hold what BRAM36 can't.
bool memories_fit(const MemoryDemand& all, const DeviceSize& device) {
  const std::uint64_t spare = device.ultra288 > all.ultra ? device.ultra288 - all.ultra : 0;
  return all.ultra <= device.ultra288 && all.blocks <= device.block36 + 8 * spare;
}

std::string memory_text(const MemoryDemand& d) {
  const std::string blocks = std::to_string(d.blocks) + " BRAM36",
                    ultra = std::to_string(d.ultra) + " URAM288";
  return d.ultra == 0 ? blocks : d.blocks == 0 ? ultra : blocks + ", " + ultra;
}

// The largest ones by name, the others together.
std::string memory_sum(std::vector<MemoryUse> uses) {
  constexpr std::size_t named = 5;
  std::erase_if(uses, [](const MemoryUse& u) { return weight(u) == 0; });
  std::ranges::stable_sort(uses, std::ranges::greater(), weight);
  std::string sum;
  for (std::size_t i = 0; i < uses.size() && i < named; ++i)
    sum += (i == 0 ? "" : " + ") + uses[i].what + ": " + memory_text(uses[i].demand);
  if (uses.size() <= named)
    return sum;
  const std::vector<MemoryUse> rest(uses.begin() + named, uses.end());
  return sum + " + " + std::to_string(rest.size()) + " others: " + memory_text(sum_of(rest));
}

// The heaviest map is halved until all fit. What can't be smaller than a block stays.
std::string sizes_that_fit(std::vector<MemoryUse> uses, const DeviceSize& device) {
  std::map<std::string, std::uint32_t> sizes;
  while (!memories_fit(sum_of(uses), device)) {
    std::erase_if(uses, [](const MemoryUse& u) { return weight(u) == 0; });
    const auto most = std::ranges::max_element(uses, {}, [](const MemoryUse& u) {
      return u.entries > 1 && weight(u) > 1 ? weight(u) : 0;
    });
    if (most == uses.end() || most->entries <= 1 || weight(*most) <= 1)
      return "";
    sizes[most->what] = most->entries /= 2;
    most->demand = most->resized ? most->resized(most->entries)
                                 : MemoryDemand{.luts = 0,
                                                .blocks = divide_up(most->demand.blocks, 2),
                                                .ultra = divide_up(most->demand.ultra, 2)};
  }
  std::string options;
  for (const auto& [map, entries] : sizes)
    options += " --entries " + map + "=" + std::to_string(entries);
  return options;
}

} // namespace

void check_fits(const std::vector<MemoryUse>& uses, const std::string& name) {
  const DeviceSize* device = device_named(name);
  if (device == nullptr)
    throw Failure(diagnose("PW-DEV-003", "unknown device '" + name + "'")
                      .help("xcu50, xcu200, xcu250, xcu280 or ice40hx8k"));
  check_prefixes_fit(uses, *device);
  const MemoryDemand all = sum_of(uses);
  if (memories_fit(all, *device))
    return;
  const std::string options = sizes_that_fit(uses, *device);
  throw Failure(
      diagnose("PW-DEV-001", "the memories don't fit " + name + "; the largest is '" +
                                 std::ranges::max(uses, {}, weight).what + "'")
          .limited(memory_text({.luts = 0, .blocks = device->block36, .ultra = device->ultra288}),
                   memory_text(all) + " (" + memory_sum(uses) + ")")
          .help(options.empty()
                    ? "lower max_entries (--entries MAP=N, for the kernel's map, too) "
                      "or the size of the value"
                    : "these sizes would do (max_entries, in every engine):" + options));
}

} // namespace pw
