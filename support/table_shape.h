// The shape of the hash table behind a map whose keys come and go with packets (`pw_table`,
// backends/verilog/README.md, "Tables"): chosen by the compiler, obeyed by all engines.
#pragma once

#include <cstdint>

namespace pw {

struct TableShape {
  unsigned ways = 0;     // memories with a hash function each
  unsigned places = 0;   // entries of a row
  unsigned row_bits = 0; // 2^row_bits rows a way
  unsigned stash = 0;    // entries that are compared in parallel
};

// Accesses that are decided or issued before `hold` has an effect: four on the way through the
// table and one that is issued in the clock in which `hold` rises.
inline constexpr unsigned table_pipeline_accesses = 5;

// Entries of a stash that can be compared within a clock.
inline constexpr unsigned widest_stash = 127;

// The shape for `max_entries` keys. `reserve`: how many accesses can still be issued once `hold` is
// high (ir/table_reserve.h). A full map takes between 40 and 80 % of the places in rows (less below
// 13 entries).
constexpr TableShape table_shape(std::uint32_t max_entries, unsigned reserve) {
  constexpr unsigned slack = 5; // keys that find no place before packets are held
  TableShape shape{
      .ways = 4, .places = 2, .row_bits = 1, .stash = reserve + table_pipeline_accesses + slack};
  while (4 * (std::uint64_t(shape.ways * shape.places) << shape.row_bits) <
         5 * std::uint64_t(max_entries))
    ++shape.row_bits;
  return shape;
}

// Bits of a slot number, at least 1.
constexpr unsigned table_slot_bits(std::uint32_t max_entries) {
  unsigned bits = 1;
  while ((std::uint64_t(1) << bits) < max_entries)
    ++bits;
  return bits;
}

} // namespace pw
