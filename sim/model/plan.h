// Which function of the model runs which operations, and where values wait in between.
//
// Only memories make the stage of an operation visible, so a function runs at a stage that reads a
// memory, and does the combinational work of all stages up to the next such one. Writes, and what
// is asked of tables, are functions of their own: within a clock, every read of every stage comes
// before them.
#pragma once

#include "ir/pipeline.h"
#include "sim/model/record.h"

#include <cstddef>
#include <vector>

namespace pw::model {

// Access: what MapAccess operations ask of their table; their results are there in a later Compute.
enum class Phase : std::uint8_t { Handles, Compute, Access, Write, Finish };

struct Chunk {
  unsigned stage = 0; // Handles: of the region's first; Finish: behind the last
  Phase phase = Phase::Compute;
  std::vector<unsigned> operations;       // indices into Pipeline::operations, in order
  std::vector<pipeline::ValueId> handles; // Handles only
  bool results = false;                   // Finish only: store Pipeline::result too
};

struct Plan {
  std::vector<Chunk> chunks; // in the order in which one packet meets them
  std::vector<std::size_t>
      slot_offset; // by value: byte offset in the record; no_slot if it needs none
  std::vector<const pipeline::Operation*> definition; // by value
  std::size_t window_offset = 0;
  std::size_t record_bytes = 0;
};

inline constexpr std::size_t no_slot = ~std::size_t{0};

// Throws Failure PW-INT-001 if the schedule uses a value before it is there, or a memory's latency
// crosses the border of a region: the hardware could not do it, so neither does the model.
Plan make_plan(const pipeline::Pipeline&);

// Bytes of the integer type in which a value of this width is stored: 1, 2, 4 or a multiple of 8.
std::size_t storage_bytes(unsigned width);

// Words of 64 bits in which a handle of an interlock is compared.
constexpr unsigned handle_words(unsigned width) { return (width + 63) / 64; }

// Constants, inputs and packet fields: made anew where they are used.
bool is_source(const pipeline::Operation&);

} // namespace pw::model
