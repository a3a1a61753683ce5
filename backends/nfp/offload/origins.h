// Which lookup each pointer to a map value comes from.
#pragma once

#include "backends/nfp/offload/facts.h"

#include <map>
#include <vector>

namespace pw::nfp::offload {

// Index of the call of bpf_map_lookup_elem, or one of these.
inline constexpr int no_origin = -1;        // no pointer to a map value, for all that is known
inline constexpr int ambiguous_origin = -2; // several, one of an earlier round, or elsewhere

struct Origins { // in front of an instruction
  std::array<int, 10> regs;
  std::map<int, int> slots; // 8 bytes of the stack, by offset from r10
  Origins() { regs.fill(no_origin); }
  bool operator==(const Origins&) const = default;
};

std::vector<Origins> find_origins(const Facts&); // by instruction

} // namespace pw::nfp::offload
