// Which lookup each pointer to a map value comes from. Lookups in one map whose pointers meet
// somewhere (compilers share the code behind them) are one origin; a pointer has it as long as none
// of them has been done again.
#pragma once

#include "backends/nfp/offload/facts.h"

#include <map>
#include <set>
#include <vector>

namespace pw::nfp::offload {

// Index of a call of bpf_map_lookup_elem, or one of these.
inline constexpr int no_origin = -1;        // no pointer to a map value, for all that is known
inline constexpr int ambiguous_origin = -2; // several, one of an earlier round, or elsewhere

struct Origins { // in front of an instruction
  std::array<int, 10> regs;
  std::map<int, int> slots; // 8 bytes of the stack, by offset from r10
  Origins() { regs.fill(no_origin); }
  bool operator==(const Origins&) const = default;
};

struct OriginMap {
  std::vector<Origins> before;         // by instruction
  std::map<unsigned, unsigned> shared; // lookup -> the one that stands for it and others
  unsigned of_lookup(unsigned insn) const;
  std::vector<unsigned> lookups(unsigned origin) const; // ascending
};
OriginMap find_origins(const Facts&);

// Maps with values that plain stores write, but for these instructions.
std::set<std::uint32_t> written_maps(const Facts&, const std::set<unsigned>& but = {});

} // namespace pw::nfp::offload
