// State of one import; the work is spread over the files of this folder by subject.
#pragma once

#include "ir/import/import.h"
#include "ir/import/predicates.h"
#include "ir/passes/report.h"
#include "support/control_format.h"

#include "llvm/Analysis/AssumptionCache.h"
#include "llvm/Analysis/LazyValueInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/IR/PassManager.h"

#include <map>
#include <memory>

namespace pw::ir {

// Which values a variable offset can take: min, min + stride, ..., max.
struct OffsetRange {
  std::int64_t min = 0, max = 0;
  std::uint64_t stride = 1;
};

// What an LLVM pointer points at. Its offset is base + variable (if there is one).
struct Pointer {
  enum class Kind { Null, Packet, Map } kind = Kind::Null;
  unsigned map = 0;      // object index
  mlir::Value handle;    // Map
  std::int64_t base = 0; // bytes; for the packet a coordinate
  mlir::Value variable;  // i32, signed
  OffsetRange range;     // of base + variable, when there is a variable
};

class Importer {
public:
  Importer(mlir::MLIRContext&, const Object&, const LiftedProgram&);
  mlir::OwningOpRef<mlir::ModuleOp> run();

private:
  friend class Predicates;

  // blocks.cpp
  void import_block(llvm::BasicBlock&);
  void import_phis(llvm::BasicBlock&);
  mlir::Value merge(llvm::BasicBlock&, llvm::ArrayRef<mlir::Value> incoming);
  Pointer merge_pointers(llvm::BasicBlock&, llvm::PHINode&);
  void enter_packet(llvm::BasicBlock&);

  // arithmetic.cpp
  void import_instruction(llvm::Instruction&);
  mlir::Value import_binary(llvm::BinaryOperator&);
  mlir::Value import_cast(llvm::CastInst&);
  mlir::Value import_compare(llvm::ICmpInst&);
  mlir::Value value(llvm::Value*);
  mlir::Value constant(const llvm::APInt&);
  mlir::Value constant(unsigned width, std::uint64_t);
  mlir::Value resize(mlir::Value, unsigned width, bool is_signed = false);
  template <typename Op, typename... Args> mlir::Value make(Args&&... args) {
    return builder_.createOrFold<Op>(where_, std::forward<Args>(args)...);
  }
  mlir::Value compare(mlir::arith::CmpIPredicate, mlir::Value, mlir::Value);
  mlir::Value negate(mlir::Value condition); // of an i1

  // division.cpp
  mlir::Value divide(llvm::BinaryOperator&);
  mlir::Value divide_unsigned(mlir::Value x, mlir::Value y, bool remainder);
  mlir::Value divide_by_constant(mlir::Value x, const llvm::APInt& divisor);
  mlir::Value divide_signed(mlir::Value x, mlir::Value y, bool remainder);
  mlir::Value magnitude(mlir::Value);

  // intrinsics.cpp
  void import_call(llvm::CallInst&);
  void import_project_call(llvm::CallInst&, llvm::StringRef name);
  mlir::Value import_intrinsic(llvm::IntrinsicInst&);
  mlir::Value byte_swap(mlir::Value);
  mlir::Value bit_reverse(mlir::Value);
  mlir::Value funnel_shift(mlir::Value, mlir::Value, mlir::Value, bool left);
  mlir::Value count_ones(mlir::Value);
  mlir::Value count_zeros(mlir::Value, bool trailing);
  mlir::Value saturate(llvm::IntrinsicInst&);
  void with_overflow(llvm::IntrinsicInst&);
  mlir::Value three_way(llvm::IntrinsicInst&);

  // memory.cpp
  Pointer pointer(llvm::Value*, llvm::Instruction* context);
  Pointer pointer_of_gep(llvm::GEPOperator&, llvm::Instruction* context);
  Pointer select_pointer(mlir::Value c, Pointer t, Pointer f, unsigned);
  OffsetRange range_of(llvm::Value*, llvm::Instruction* context);
  void import_load(llvm::LoadInst&);
  void import_store(llvm::StoreInst&);
  void import_atomic(llvm::AtomicRMWInst&);
  void import_exchange(llvm::AtomicCmpXchgInst&);
  mlir::Value load(const Pointer&, unsigned bits);
  void store(const Pointer&, mlir::Value data, mlir::Value enable);
  void import_memory_intrinsic(llvm::MemIntrinsic&);

  // maps.cpp
  MapOp map(unsigned object_index); // declared on first use
  mlir::Value& state(unsigned object_index);
  mlir::Value find(unsigned object_index, mlir::Value key);
  mlir::Value find(unsigned object_index, llvm::CallInst&);

  // prefixes.cpp
  struct PrefixKey {
    mlir::Value key, fits; // as accesses take it; is its length one that prefixes have?
  };
  std::optional<std::uint32_t> prefix_length(llvm::CallInst&);
  bool looks_up_parts(unsigned object_index);
  PrefixKey prefix_key(llvm::CallInst&, bool longest, mlir::Value replaces);
  mlir::Value array_handle(MapOp, mlir::Value key);
  mlir::Value one_value(unsigned object_index);

  // tables.cpp
  struct Outcome {
    AccessOp op;
    mlir::Value handle, hit, found;
  };
  // An update or deletion of an element that may have been there.
  struct Replaced {
    unsigned map = 0;
    llvm::BasicBlock* block = nullptr;
    Outcome outcome;
    mlir::Value replaces, state; // state: of the values before
  };
  bool is_table(unsigned object_index);
  Outcome access(unsigned object_index, mlir::Value key, mlir::Value insert, mlir::Value remove,
                 mlir::Value when = {});
  void need_table(unsigned object_index, llvm::CallInst&);
  void keep_key(unsigned object_index, mlir::Value handle, mlir::Value key, mlir::Value enable);
  void forget_key(unsigned object_index, const Outcome&);
  void store_state(unsigned keys, mlir::Value handle, control::SlotState, mlir::Value enable);
  void import_update(llvm::CallInst&, unsigned object_index);
  void import_delete(llvm::CallInst&, unsigned object_index);

  // elements.cpp
  bool may_follow(llvm::BasicBlock* before, llvm::BasicBlock* after);
  void note_replaced(unsigned object_index, const Outcome&, mlir::Value replaces);
  std::vector<std::pair<const Replaced*, mlir::Value>> replacements(unsigned map,
                                                                    mlir::Value handle);
  mlir::Value detached(unsigned map, mlir::Value handle);
  mlir::Value when_attached(const Pointer&, mlir::Value enable);
  [[noreturn]] void refuse_lost(unsigned map, const char* why);
  mlir::Value load_before(const Replaced&, const Pointer&, mlir::Value handle, LoadOp now);
  mlir::Value load_detached(const Pointer&, mlir::Value handle, LoadOp now);
  mlir::Value element_bytes(const Pointer&, LoadOp now);

  unsigned rodata_index(const llvm::GlobalVariable&);

  void import_exit(llvm::CallInst&);
  void import_trace(llvm::CallInst&, unsigned format);
  void import_event(llvm::CallInst&, unsigned object_index, bool sample); // events.cpp
  mlir::Value input(const char* what, unsigned width);
  [[noreturn]] void refuse(llvm::Instruction*, const std::string& why);
  mlir::Location location(const llvm::Instruction&);
  mlir::Value predicate() { return predicates_->of(*block_); }

  mlir::MLIRContext& context_;
  const Object& object_;
  llvm::Module& module_;
  const std::map<unsigned, unsigned>& key_maps_; // LiftedProgram::key_maps
  llvm::Function* function_ = nullptr;
  mlir::OwningOpRef<mlir::ModuleOp> out_;
  mlir::OpBuilder builder_;
  mlir::Location where_;
  ProgramOp program_;
  std::unique_ptr<Predicates> predicates_;
  llvm::FunctionAnalysisManager analyses_;
  llvm::LazyValueInfo* values_info_ = nullptr;
  llvm::AssumptionCache* assumptions_ = nullptr;
  llvm::BasicBlock* block_ = nullptr;
  mlir::Value packet_;
  llvm::DenseMap<llvm::BasicBlock*, mlir::Value> packet_at_end_;
  llvm::DenseMap<llvm::Value*, mlir::Value> values_;
  llvm::DenseMap<llvm::Value*, Pointer> pointers_;
  llvm::DenseMap<llvm::Value*, std::pair<mlir::Value, mlir::Value>> pairs_;
  std::map<unsigned, MapOp> maps_;
  std::map<unsigned, mlir::Value> states_; // of values
  std::map<unsigned, mlir::Value> keys_;   // of the keys of tables
  std::vector<Replaced> replaced_;
  std::vector<std::pair<unsigned, llvm::BasicBlock*>> lost_stores_; // map, where
  llvm::DenseMap<mlir::Operation*, llvm::BasicBlock*> access_block_;
  llvm::DenseMap<llvm::BasicBlock*, llvm::DenseSet<llvm::BasicBlock*>> behind_;
  std::map<std::string, mlir::Value> inputs_;
  std::map<unsigned, mlir::Value> changed_fields_; // of a tc program's packet, by SkbField
};

} // namespace pw::ir
