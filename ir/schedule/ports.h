// Which port of its table an access uses (OpKind::MapAccess in ir/pipeline.h).
//
//   update(k1); lookup(k2)      the lookup has a port of its own, one clock behind the update: it
//                               sees that and no later packet's
//   the same, LRU map           the lookup is done in the clock of the update, behind it: both
//                               stamps are there before the next packet may evict something
//   lookup(k); if (value) del   as the first, but the deletion comes several clocks later: an
//                               interlock keeps packets with the same key apart (keys), others
//                               don't care
//
// Where more than that is changed, and where an LRU map is looked up first or twice, all accesses
// stay at the one port, and a packet has the table for itself from the first to the last.
#pragma once

#include "ir/dialect/dialect.h"

#include "llvm/ADT/StringMap.h"

#include <optional>
#include <vector>

namespace pw::schedule {

bool inserts(ir::AccessOp);
bool removes(ir::AccessOp);
unsigned port_of(ir::AccessOp);

// By table, in program order.
llvm::StringMap<std::vector<ir::AccessOp>> accesses_of(ir::ProgramOp);

// Chooses ports. A lookup whose condition another access decides is made in any case, and its
// outcome dropped where it was not asked for.
void assign_ports(ir::ProgramOp);
void clear_ports(ir::ProgramOp); // all at the access port

// Accesses of one table in program order, with ports.
struct PortUse {
  explicit PortUse(llvm::ArrayRef<ir::AccessOp>);

  bool several = false; // are there other ports than the access port?
  bool aligned = false; // all look-ups can be done in the clocks that offset() says
  bool crowds = false;  // a deletion is done after other packets' insertions: those must find room
  // A packet that is given a slot comes this way behind the one that freed it.
  enum class Slots { NotApart, Apart, ApartByDistance } slots = Slots::NotApart;
  ir::AccessOp main; // at the access port; null if there are several
  ir::AccessOp remover;

  // Stages behind the access at the access port; none: it can't be kept.
  std::optional<int> offset(ir::AccessOp) const;
};

// Least number of stages from one access to a later one of the packet; none: in any order.
std::optional<int> least_distance(ir::AccessOp first, ir::AccessOp second);

// Handles {key, accessed}, one for each key; those that are only looked up come last.
struct TableKeys {
  std::vector<mlir::Value> handles;
  unsigned looks = 0;
};

// For each table with ports of which not all are aligned. Adds the operations that make them.
llvm::StringMap<TableKeys> make_keys(ir::ProgramOp);

} // namespace pw::schedule
