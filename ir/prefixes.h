// Tables of prefixes: LPM tries that packets change, or look up with keys that are not whole ones.
// All prefixes are compared at once, so there are no ways, rows, places and stash
// (backends/verilog/README.md, "Prefixes that packets change").
//
// The key of an access (OpKind::MapAccess) has two bits more than that of the map: bit
// 8 * key_bytes asks for the longest prefix of the key, otherwise for the entry of just its length
// (nothing, if that is too large; only then may `insert` and `remove` be 1); the bit above gives an
// entry that is found and not removed this key (its bits behind the prefix, which the host sees).
#pragma once

#include "ir/pipeline.h"

namespace pw::pipeline {

inline bool holds_prefixes(const Map& m) {
  return m.kind == MapKind::Table && m.type == BPF_MAP_TYPE_LPM_TRIE;
}

// Of the key of an access of any table.
inline unsigned access_key_bits(const Map& m) {
  return 8 * m.key_bytes + (holds_prefixes(m) ? 2 : 0);
}

} // namespace pw::pipeline
