// Makes the input of a difference small: fewer packets, shorter packets, fewer map entries.
#pragma once

#include "sim/diff/diff.h"

namespace pw {

struct SmallCase {
  std::vector<Packet> packets;
  MapState maps;
  Difference difference;
};

// `engines`: the two that differ; packets and maps show `difference` when run alone.
SmallCase minimise(std::span<const DiffEngine> engines, std::vector<Packet> packets, MapState maps,
                   const Difference&, const DiffOptions&);

} // namespace pw
