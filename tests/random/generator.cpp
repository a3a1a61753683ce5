#include "tests/random/generator.h"

#include "sim/maps/contents.h"
#include "tests/random/builder.h"

namespace pw::random {

namespace {

bool is_hash(bpf_map_type type) {
  return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

// Maps that programs change: small enough to become full. Where the kernel is to agree, LRU maps
// are too large for that, since it has its own ways to evict.
void draw_changing_map(Bits& bits, MapDefinition& map, bool kernel) {
  if (bits.percent(30))
    map.type = bits.of({BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH});
  else if (bits.percent(15))
    map.type = BPF_MAP_TYPE_LPM_TRIE;
  if (map.type == BPF_MAP_TYPE_LPM_TRIE)
    map.max_entries = bits.of({1u, 3u, 8u, 16u, 40u});
  if (!is_hash(map.type))
    return;
  map.max_entries = bits.of({1u, 2u, 3u, 4u, 5u, 8u, 9u, 16u, 64u});
  const bool lru = (map.type == BPF_MAP_TYPE_LRU_HASH || map.type == BPF_MAP_TYPE_LRU_PERCPU_HASH);
  if (lru && kernel)
    map.max_entries = 2048;
  if (!lru && bits.percent(30))
    map.flags = BPF_F_NO_PREALLOC;
}

MapDefinition draw_map(Bits& bits, unsigned number, const GenerateOptions& options) {
  const bool kernel = options.kernel || options.tc; // redirect maps are XDP's
  MapDefinition map;
  map.name = "map" + std::to_string(number);
  map.type =
      bits.of({BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_HASH,
               BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH,
               BPF_MAP_TYPE_LPM_TRIE, BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_CPUMAP});
  if (kernel && (map.type == BPF_MAP_TYPE_DEVMAP || map.type == BPF_MAP_TYPE_CPUMAP))
    map.type = BPF_MAP_TYPE_HASH;
  if (options.changes && bits.percent(80))
    draw_changing_map(bits, map, kernel);
  bool hash = is_hash(map.type);
  bool redirect = map.type == BPF_MAP_TYPE_DEVMAP || map.type == BPF_MAP_TYPE_CPUMAP;
  map.key_size = hash ? bits.of({1u, 2u, 3u, 4u, 4u, 5u, 6u, 8u, 12u, 13u, 16u, 20u}) : 4;
  if (map.type == BPF_MAP_TYPE_LPM_TRIE) {
    map.key_size = 4 + bits.of({1u, 2u, 3u, 4u, 4u, 16u});
    map.flags = BPF_F_NO_PREALLOC;
    hash = true;
  }
  map.value_size =
      redirect ? 4 : bits.of({1u, 2u, 4u, 4u, 8u, 8u, 8u, 12u, 16u, 16u, 20u, 24u, 40u});
  if (map.max_entries == 0)
    map.max_entries = hash ? bits.of({16u, 64u, 100u, 256u}) : bits.of({1u, 2u, 4u, 5u, 16u, 100u});
  return map;
}

MapDefinition draw_global(Bits& bits) {
  MapDefinition map;
  map.type = BPF_MAP_TYPE_ARRAY;
  map.key_size = 4;
  map.max_entries = 1;
  map.value_size = bits.of({8u, 16u, 32u, 64u});
  map.global = bits.of({GlobalData::Bss, GlobalData::Data, GlobalData::Rodata});
  map.name = map.global == GlobalData::Bss    ? ".bss"
             : map.global == GlobalData::Data ? ".data"
                                              : ".rodata";
  if (map.global == GlobalData::Rodata)
    map.flags = BPF_F_RDONLY_PROG;
  map.initial.resize(map.value_size);
  if (map.global != GlobalData::Bss)
    for (std::uint8_t& byte : map.initial)
      byte = std::uint8_t(bits.next());
  return map;
}

std::vector<std::uint8_t> draw_bytes(Bits& bits, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  bool zeros = bits.percent(40), small = bits.percent(40);
  for (std::uint8_t& byte : bytes)
    byte = zeros ? 0 : std::uint8_t(small ? bits.below(3) : bits.next());
  return bytes;
}

// The keys that Builder::write_key makes: a small first byte, zeros, perhaps the same at the end.
std::vector<std::uint8_t> draw_key(Bits& bits, unsigned size, unsigned first) {
  std::vector<std::uint8_t> key(size);
  key[0] = std::uint8_t(first);
  if (size > 1 && bits.percent(20))
    key[size - 1] = key[0];
  return key;
}

// Prefixes of such keys, some with bits behind their end.
std::vector<std::uint8_t> draw_prefix(Bits& bits, unsigned size, unsigned first) {
  std::vector<std::uint8_t> key = index_key(bits.between(0, (size - 4) * 8));
  const std::vector<std::uint8_t> data = draw_key(bits, size - 4, first);
  key.insert(key.end(), data.begin(), data.end());
  return key;
}

MapContents draw_contents(Bits& bits, const MapDefinition& map) {
  MapContents contents;
  bool per_key = is_hash(map.type);
  for (unsigned index = 0; index < 16; ++index) {
    if (bits.percent(40))
      continue;
    std::vector<std::uint8_t> key = draw_key(bits, map.key_size, index);
    if (map.type == BPF_MAP_TYPE_LPM_TRIE) {
      key = draw_prefix(bits, map.key_size, index);
    } else if (!per_key) {
      if (index >= map.max_entries)
        break;
      key = {std::uint8_t(index), 0, 0, 0};
    }
    if (map.type == BPF_MAP_TYPE_DEVMAP)
      contents[key] = {std::uint8_t(bits.between(1, 4)), 0, 0, 0};
    else if (map.type == BPF_MAP_TYPE_CPUMAP)
      contents[key] = {0, 0, 0, 0};
    else
      contents[key] = draw_bytes(bits, map.value_size);
    if (contents.size() >= map.max_entries)
      break;
  }
  return contents;
}

unsigned draw_length(Bits& bits) {
  switch (bits.below(10)) {
  case 0:
    return bits.of({14u, 15u, 63u, 64u, 65u, 127u, 128u, 129u, 191u, 192u, 193u});
  case 1:
    return bits.between(14, 1514);
  case 2:
    return bits.percent(50) ? bits.below(14) : bits.of({1514u, 3520u, 9000u});
  default:
    return bits.between(14, 140);
  }
}

// Mostly like the packet before: flows that come back are what state must get right.
// What tc programs look at: who the frame is for, its type, and a header that goes with it.
void draw_ethernet(Bits& bits, std::vector<std::uint8_t>& frame) {
  if (frame.size() < 15 || bits.percent(20))
    return;
  const unsigned type = bits.of({0x0800u, 0x0800u, 0x86ddu, 0x8100u, 0x88a8u, 0x0806u, 0x0040u});
  frame[12] = std::uint8_t(type >> 8);
  frame[13] = std::uint8_t(type);
  if (bits.percent(70))
    frame[14] = type == 0x86dd ? 0x60 : 0x45;
  if (type >= 0x8100 && type != 0x86dd && frame.size() > 17 && bits.percent(50))
    frame[16] = 8, frame[17] = 0;
}

Packet draw_packet(Bits& bits, const std::vector<Packet>& before, bool tc) {
  Packet packet;
  if (!before.empty() && bits.percent(60))
    packet.bytes = bits.of(before).bytes;
  else
    packet.bytes = draw_bytes(bits, draw_length(bits));
  for (unsigned changes = bits.below(4); changes > 0 && !packet.bytes.empty(); --changes)
    packet.bytes[bits.below(std::min<unsigned>(unsigned(packet.bytes.size()), 64))] =
        std::uint8_t(bits.percent(50) ? bits.below(4) : bits.next());
  if (tc)
    draw_ethernet(bits, packet.bytes);
  packet.time_ns = before.empty() ? 1'700'000'000'000'000'000 + bits.below(1000)
                                  : before.back().time_ns + bits.below(5000);
  return packet;
}

} // namespace

Case generate_case(std::uint64_t seed, const GenerateOptions& options) {
  Bits bits(seed);
  Case c;
  c.name = "seed-" + std::to_string(seed);
  c.object.path = c.name;
  c.object.sha256 = std::string(64, '0');
  c.object.license = "GPL";
  for (unsigned number = options.changes ? bits.between(1, 3) : bits.below(4); number > 0; --number)
    c.object.maps.push_back(draw_map(bits, number, options));
  if (bits.percent(40))
    c.object.maps.push_back(draw_global(bits));

  Program program;
  program.name = "random";
  program.section = options.tc ? "tc" : "xdp";
  program.type = options.tc ? ProgramType::Tc : ProgramType::Xdp;
  program.type_name = options.tc ? "sched_cls" : "xdp";
  c.object.programs.push_back(program);
  Builder(c.object, bits, options).build();

  for (const MapDefinition& map : c.object.maps)
    if (map.global == GlobalData::None && bits.percent(90))
      c.maps[map.name] = draw_contents(bits, map);
  for (unsigned i = 0; i < options.packets; ++i)
    c.packets.push_back(draw_packet(bits, c.packets, options.tc));
  return c;
}

} // namespace pw::random
