// What differs between results of two engines.
#pragma once

#include "sim/diff/diff.h"

namespace pw {

// field, detail and the two values ("engine" left empty).
struct Mismatch {
  std::string field, detail;
  std::string first, second;
};

// Both can run the packet. Order: verdict, retval, length, bytes, redirect, trace, cycle_in,
// cycle_out.
std::optional<Mismatch> compare_results(const PacketResult&, const PacketResult&,
                                        const DiffOptions&);
std::optional<Mismatch> compare_maps(const MapState&, const MapState&);

std::string redirect_text(const std::optional<Redirect>&);
std::string hex_text(std::span<const std::uint8_t>); // "00 1f ..."

} // namespace pw
