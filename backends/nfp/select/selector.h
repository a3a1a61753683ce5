// The working state of instruction selection: LLVM's blocks in an order in which each comes behind
// all that lead to it, and for each LLVM value its words.
#pragma once

#include "backends/nfp/firmware/firmware.h"
#include "backends/nfp/select/emitter.h"
#include "backends/nfp/select/reads.h"
#include "backends/nfp/select/tables.h"
#include "frontend/object/object.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/KnownBits.h>

#include <map>
#include <set>
#include <vector>

namespace pw::nfp {

class Selector {
public:
  Selector(const Object&, const Program&, llvm::Function&, const FirmwareProfile&, const TablePlan&,
           bool tc, Function& out);
  void run();

private:
  // selector.cpp
  void select_block(llvm::BasicBlock&);
  void select_instruction(llvm::Instruction&);
  void prepare_phis(llvm::BasicBlock&);
  void copy_to_phis(llvm::BasicBlock& from);
  void finish_block(llvm::BasicBlock&);
  void locate(const llvm::Instruction&);
  Words words(const llvm::Value*);
  void set(const llvm::Value*, Words);
  llvm::KnownBits known(const llvm::Value*, const llvm::Instruction* at = nullptr) const;
  Word32 care(const llvm::Value*) const; // of a value of at most 32 bits: all of them
  // The one word of a value that fits 32 bits, whatever its type; its bits behind the type's are 0.
  Word clean(const llvm::Value*, unsigned word = 0);
  BlockId block_of(const llvm::BasicBlock* b) { return blocks_.at(b); }

  // arithmetic.cpp
  void binary(llvm::BinaryOperator&);
  Words add_or_subtract(const Words&, const Words&, bool subtract, unsigned bits);
  Words logic(unsigned opcode, const Words&, const Words&, unsigned bits);
  Word logic_word(unsigned opcode, const Word&, const Word&, Word32 care);
  Words multiply(llvm::BinaryOperator&);
  Word multiply_by(const Word&, Word32 factor);
  Word product(const Word&, const Word&, bool small, Word* high);
  Word sum(const Word&, const Word&, Word32 care);
  void cast(llvm::CastInst&);
  Words sign_extended(const Words&, unsigned from, unsigned to);
  // shifts.cpp
  Words shift_by_constant(unsigned opcode, const Words&, unsigned by, unsigned bits);
  Words shift_by_value(unsigned opcode, const Words&, const Word& by, unsigned bits);
  Operand signed_shift(const Operand& by, const Operand& value);
  Words rotate_left(const Words&, unsigned by, unsigned bits);
  Word funnel(const Word& high, const Word& low, unsigned right);
  Word arithmetic_right(const Word&, unsigned by);
  Words byte_swapped(const Words&, unsigned bits);
  // division.cpp
  Words divide(llvm::BinaryOperator&);

  // compare.cpp
  void branch_on(llvm::Value* condition, BlockId yes, BlockId no);
  void compare(llvm::CmpInst::Predicate, llvm::Value*, llvm::Value*, BlockId yes, BlockId no);
  void compare_equal(const Words&, const Words&, unsigned bits, BlockId yes, BlockId no);
  void word_equal(const Word&, Word32, BlockId yes, BlockId no);
  void word_zero(const Word&, BlockId yes, BlockId no);
  bool bytes_equal(const Word&, Word32, BlockId yes, BlockId no);
  void compare_order(llvm::CmpInst::Predicate, Words, Words, BlockId yes, BlockId no);
  void materialise_condition(llvm::Value&);

  // packet.cpp
  void emit_reads(const llvm::Instruction& before);
  bool waits_for_store(const Read&) const;
  void emit_read(const Read&);
  void load(llvm::LoadInst&);
  void load_constant_data(llvm::LoadInst&, unsigned map);
  Word loaded(const llvm::LoadInst&, std::int64_t at, unsigned bytes);
  void transfer_bytes(Memory, const Operand& a, const Operand& b, AddressMode, unsigned group,
                      unsigned count, bool bytes);
  Operand packet_offset(const llvm::Value* base, std::int64_t coordinate);
  // stores.cpp
  struct Store {
    const llvm::StoreInst* instruction;
    Place place;
    unsigned bytes;
  };
  void store(llvm::StoreInst&);
  void flush_stores();
  void write_run(const std::vector<Store>&);
  Word piece(const std::vector<Store>&, std::int64_t at, unsigned bytes);

  // maps.cpp
  void call(llvm::CallInst&);
  void find(llvm::CallInst&, unsigned map);
  void update(llvm::CallInst&, unsigned map);
  void erase(llvm::CallInst&, unsigned map);
  void first_value(llvm::CallInst&, unsigned map);
  void put_key(const Words&, unsigned bytes);
  void call_helper(unsigned helper, unsigned map);
  Operand result(unsigned number);
  void atomic_add(llvm::AtomicRMWInst&);
  // events.cpp
  void event(llvm::CallInst&, unsigned map);
  void put_record(const Words&, unsigned bytes);
  void put_window(unsigned window);
  void pointer(llvm::GetElementPtrInst&);
  // {register of the high part, of the low part} of a place in a map's value.
  std::pair<Operand, Operand> address(const llvm::Value* base, std::int64_t offset);

  // exit.cpp
  void exit(llvm::CallInst&);
  void move_head(llvm::Value* head);
  void move_tail(llvm::Value* head, llvm::Value* tail);
  void verdict(llvm::Value*);
  void tc_verdict(const Word& number, const Operand& code);
  void xdp_verdict(const Word& number, const Operand& code);
  void choose_queue(const Words&);
  Operand random();
  Operand length();

  const Object& object_;
  const Program& program_;
  llvm::Function& f_;
  const FirmwareProfile& profile_;
  const TablePlan& tables_;
  bool tc_; // verdicts are TC_ACT_*
  Emitter e_;
  ReadPlan reads_;
  std::map<const llvm::Value*, Words> values_;
  std::map<const llvm::BasicBlock*, BlockId> blocks_;
  struct Source { // where a load's bytes are
    unsigned group = 0;
    std::int64_t first = 0;
  };
  std::map<const llvm::LoadInst*, Source> loads_;
  std::vector<Store> pending_; // stores to one area that wait for their neighbours
};

// Where each LLVM instruction stands in the user's C.
SourceLocation location_of(const llvm::Instruction&, const Program&);

} // namespace pw::nfp
