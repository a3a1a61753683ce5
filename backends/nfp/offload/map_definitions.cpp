// Maps that the card knows under another name. All its engines share one copy of a value, and it
// allocates entries in its own way:
//
//   PERCPU_ARRAY, PERCPU_HASH      ARRAY, HASH
//   BPF_F_NO_PREALLOC, NUMA node   no flags
#include "backends/nfp/offload/passes.h"

#include <algorithm>
#include <set>

namespace pw::nfp::offload {
namespace {

constexpr std::uint32_t dropped_flags = BPF_F_NO_PREALLOC | BPF_F_NUMA_NODE;

// The first instruction that refers to each map.
std::map<unsigned, unsigned> uses(const Draft& draft) {
  std::map<unsigned, unsigned> first;
  for (unsigned i = 0; i < draft.program.insns.size(); ++i) {
    const bpf_insn& insn = draft.program.insns[i];
    if (insn.code == (BPF_LD | BPF_IMM | BPF_DW) &&
        (insn.src_reg == BPF_PSEUDO_MAP_IDX || insn.src_reg == BPF_PSEUDO_MAP_IDX_VALUE))
      first.try_emplace(unsigned(insn.imm), i);
  }
  return first;
}

bool shared(MapDefinition& map) {
  if (map.type == BPF_MAP_TYPE_PERCPU_ARRAY)
    map.type = BPF_MAP_TYPE_ARRAY;
  else if (map.type == BPF_MAP_TYPE_PERCPU_HASH)
    map.type = BPF_MAP_TYPE_HASH;
  else
    return false;
  return true;
}

} // namespace

bool rewrite_map_definitions(Draft& draft) {
  bool changed = false;
  for (const auto& [index, insn] : uses(draft)) {
    MapDefinition& map = draft.object.maps.at(index);
    if (shared(map)) {
      draft.note(insn, "PW-NFP-302",
                 "map '" + map.name + "' has one copy for the card, not one a CPU",
                 "programs of the host read one value of it");
      changed = true;
    }
    const bool known = map.type == BPF_MAP_TYPE_HASH || map.type == BPF_MAP_TYPE_ARRAY;
    if (known && (map.flags & dropped_flags)) {
      map.flags &= ~dropped_flags;
      draft.note(insn, "PW-NFP-302", "flags of map '" + map.name + "' are left out",
                 "the driver knows none, and the card allocates entries itself");
      changed = true;
    }
  }
  if (changed)
    draft.maps_changed();
  return changed;
}

} // namespace pw::nfp::offload
