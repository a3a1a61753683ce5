// As ir/prefixes.h, for maps of the dialect.
#pragma once

#include "ir/dialect/dialect.h"

#include <linux/bpf.h>

namespace pw::ir {

inline bool holds_prefixes(MapOp m) {
  return m.is("table") && m.getType() == BPF_MAP_TYPE_LPM_TRIE;
}

inline unsigned access_key_bits(MapOp m) {
  return 8 * unsigned(m.getKeyBytes()) + (holds_prefixes(m) ? 2 : 0);
}

// Does the access of a table of prefixes look for the longest one, whatever its key is? Others are
// of the entry of just that length, and give it what the key has behind that.
bool only_longest(AccessOp);

} // namespace pw::ir
