// What a pipeline means, without stages: one packet after another, every operation in order. Shares
// nothing with the model but the data structures.
#pragma once

#include "sim/engine.h"
#include "tests/sim/model/reference_table.h"

#include <llvm/ADT/APInt.h>
#include <llvm/ADT/ArrayRef.h>

namespace pw::test {

class Reference {
public:
  Reference(const Object&, const pipeline::Pipeline&, const Environment&, const MapState& maps);
  PacketResult run(const Packet&);
  MapState maps() const;

private:
  using Operation = pipeline::Operation;
  using Bytes = std::vector<std::uint8_t>;

  llvm::APInt evaluate(const Operation&);
  llvm::APInt source(const Operation&) const;
  llvm::APInt packet_read(const Operation&) const;
  llvm::APInt shift(const Operation&) const;
  llvm::APInt compare(const Operation&) const;
  llvm::APInt mux(const Operation&) const;
  llvm::APInt concat(const Operation&) const;
  llvm::APInt find(const Operation&);
  llvm::APInt access(const Operation&);
  Bytes key(const Operation&) const;
  void load_table(unsigned map);
  Bytes* value_of(const Operation&, std::uint64_t slot);
  llvm::APInt read(const Operation&);
  void write(const Operation&);
  void trace(const Operation&);
  Bytes* word(const Operation&, std::size_t index_operand, std::size_t& offset);
  Bytes deparse() const;
  std::uint64_t number(pipeline::ValueId v) const { return value(v).getLimitedValue(); }
  const llvm::APInt& value(pipeline::ValueId v) const { return values_[v]; }
  const llvm::APInt& operand(const Operation& op, std::size_t i) const {
    return values_[op.operands[i]];
  }
  bool enabled(const Operation& op) const { return operand(op, 0).getBoolValue(); }
  unsigned width(const Operation& op) const { return pipeline_.values[op.result].width; }
  MapContents& contents(const Operation& op) { return maps_[pipeline_.maps[op.map].name]; }

  const Object& object_;
  const pipeline::Pipeline& pipeline_;
  Environment environment_;
  MapState maps_;
  struct Table {
    ReferenceTable keys;
    std::vector<Bytes> values; // by slot
  };
  std::map<unsigned, Table> tables_; // by map: those of kind Table
  std::uint32_t index_ = 0;
  const Packet* packet_ = nullptr;
  std::vector<llvm::APInt> values_;
  PacketResult result_;
};

} // namespace pw::test
