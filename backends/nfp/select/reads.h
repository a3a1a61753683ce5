// Which loads share one read command. Loads of one base (the packet, the packet at a variable
// place, a map's value) are gathered where nothing between the read and the load may change the
// bytes or the transfer registers; a read stands in front of an instruction that dominates all of
// its loads.
#pragma once

#include <llvm/IR/Dominators.h>
#include <llvm/IR/Instructions.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace pw::nfp {

// An address: a constant distance from a base. Packet: base is the variable part of the coordinate
// (nullptr: none) and offset a coordinate. Maps: base is the pointer, offset counts bytes.
struct Place {
  bool packet = false;
  const llvm::Value* base = nullptr;
  std::int64_t offset = 0;
};
// nullopt: neither (constant data).
std::optional<Place> place_of(const llvm::Value* address);
unsigned bytes_of(const llvm::Type*);

struct Read {
  bool packet = false;
  const llvm::Value* base = nullptr;
  std::int64_t first = 0; // byte
  unsigned words = 0;
  bool counters = false; // maps: words that are kept big-endian
  std::vector<const llvm::LoadInst*> loads;
};

using ReadPlan = std::map<const llvm::Instruction*, std::vector<Read>>; // in front of it

struct TablePlan;
ReadPlan plan_reads(llvm::Function&, const TablePlan&);

} // namespace pw::nfp
