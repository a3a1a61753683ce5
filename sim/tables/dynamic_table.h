// A map whose keys come and go with packets, exactly as `pw_table` keeps it
// (backends/verilog/README.md, "Tables"): the same slots, the same `hold` in every clock. The model
// engine runs it in place of the hardware; the harness of rtl uses its host operations to know what
// the hardware answers.
#pragma once

#include "ir/pipeline.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace pw {

class DynamicTable {
public:
  struct Shape {
    unsigned key_bytes = 0;
    std::uint32_t max_entries = 0;
    unsigned ways = 4, places = 2, row_bits = 1, stash = 0; // support/table_shape.h
    unsigned reserve = 0;                                   // ir/table_reserve.h
    bool lru = false;
    bool prefixes = false;                    // ir/prefixes.h: no ways, rows, places and stash
    unsigned last = 0, margin = 0, finds = 0; // ir/table_reserve.h; last: at least `reserve`
  };
  // What the access port gets in one clock.
  struct Access {
    bool enable = false, insert = false, remove = false;
    // key_bytes bytes, of prefixes one more (access_key_bits()); looked at if `enable`
    const std::uint8_t* key = nullptr;
    std::uint32_t stamp = 0; // LRU only
  };
  // What a port for look-ups gets in one clock.
  struct Find {
    bool enable = false, remove = false; // remove: port 0 only
    const std::uint8_t* key = nullptr;
    std::uint32_t stamp = 0; // LRU only
  };
  struct Result {
    bool found = false; // the key was there before
    bool hit = false;   // there is an entry: found, or inserted
    std::uint32_t slot = 0;
    // As the result of OpKind::MapAccess: {found, slot, hit}, hit in bit 0.
    std::uint64_t bits(unsigned slot_bits) const {
      return std::uint64_t(found) << (slot_bits + 1) | std::uint64_t(slot) << 1 |
             std::uint64_t(hit);
    }
  };
  // Figures for reports, since the last reset.
  struct Counters {
    std::uint64_t moves = 0;       // entries of the stash that were tried to be put into a row
    std::uint64_t held = 0;        // clocks with `hold`
    std::uint64_t rehashes = 0;    // changes of the hash functions
    unsigned stash_high_water = 0; // most entries of the stash taken at once
  };

  explicit DynamicTable(const Shape&);
  // Of a map of kind Table.
  DynamicTable(const pipeline::Pipeline&, unsigned map);
  ~DynamicTable();
  DynamicTable(DynamicTable&&) noexcept;
  DynamicTable& operator=(DynamicTable&&) noexcept;

  // One clock. Returns what port access_result shows in this clock: the result of the access that
  // was given four calls ago (all zero if it was not enabled).
  Result clock(const Access&, std::span<const Find> = {}); // by port; those left out are idle
  // What the next call of clock() will return, whatever access it is given: within a clock the
  // stages that take results run before it is known what is accessed.
  Result next() const;
  // The same of a port for look-ups: how it was before the accesses of the clock in which it was
  // issued. LRU: how it was behind the access of that clock, and one clock later.
  Result next_find(unsigned port) const;
  // Port hold as it is in the clock that the next call of clock() is.
  bool hold() const;
  // Port crowded, likewise: at most `margin` slots are free.
  bool crowded() const;
  // Nothing on the way, and a clock without access changes nothing: such clocks may be left out.
  bool settled() const;

  // Operations of the host; nothing may be on the way from packets. They take as long as they need:
  // afterwards the table is settled, as the hardware is when it says host_done.
  Result insert(const std::uint8_t* key);
  Result remove(const std::uint8_t* key);
  void clear(); // as after reset
  // Clocks until the table is settled, without accesses.
  void settle();

  // Where is this key? For dumps; nothing may be on the way. `found` = `hit`.
  Result find(const std::uint8_t* key) const;
  void for_each(const std::function<void(const std::uint8_t* key, std::uint32_t slot)>&) const;
  std::uint32_t size() const;
  const Shape& shape() const;
  const Counters& counters() const;
  // Place by its number, as the host reads it ({key, slot, valid}); key is nullptr if it is empty.
  struct Entry {
    const std::uint8_t* key = nullptr;
    std::uint32_t slot = 0;
  };
  Entry place(std::uint32_t number) const;
  std::uint32_t place_count() const; // those of the rows and the stash

private:
  struct Core;
  std::unique_ptr<Core> core_;
};

} // namespace pw
