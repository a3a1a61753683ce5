#include "frontend/object/route_maps.h"

#include "support/fib.h"

#include <algorithm>

namespace pw::object {
namespace {

bool looks_up_routes(const Program& program) {
  return std::ranges::any_of(program.insns, [](const bpf_insn& i) {
    return i.code == (BPF_JMP | BPF_CALL) && i.src_reg == 0 && i.imm == BPF_FUNC_fib_lookup;
  });
}

void add(Object& object, const char* name, bpf_map_type type, std::uint32_t key_size,
         std::uint32_t value_size, std::uint32_t entries) {
  MapDefinition m;
  m.name = name;
  m.type = type;
  m.key_size = key_size;
  m.value_size = value_size;
  m.max_entries = entries;
  m.role = MapRole::Routes;
  object.maps.push_back(std::move(m));
}

} // namespace

void add_route_maps(Object& object) {
  if (!std::ranges::any_of(object.programs, looks_up_routes))
    return;
  constexpr auto lpm = BPF_MAP_TYPE_LPM_TRIE;
  constexpr std::uint32_t length = 4, index = 4, n = fib::default_entries;
  add(object, fib::links, BPF_MAP_TYPE_HASH, index, 4, fib::default_links);
  add(object, fib::ipv4, lpm, length + 4, fib::value_bytes(false), n);
  add(object, fib::ipv4_output, lpm, length + index + 4, fib::value_bytes(false), n);
  add(object, fib::ipv6, lpm, length + 16, fib::value_bytes(true), n);
  add(object, fib::ipv6_main, lpm, length + 16, fib::value_bytes(true), n);
}

} // namespace pw::object
