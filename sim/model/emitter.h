// Emits the operations of one function of the model as LLVM IR.
#pragma once

#include "sim/model/plan.h"
#include "sim/model/ports.h"
#include "sim/tables/host_tables.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/IRBuilder.h>

namespace pw::model {

class Emitter {
public:
  Emitter(llvm::IRBuilder<>& builder, const pipeline::Pipeline& pipeline, const Plan& plan,
          HostTables& tables, Ports& ports, llvm::Value* record)
      : b_(builder), pipeline_(pipeline), plan_(plan), tables_(tables), ports_(ports),
        record_(record) {}

  void operation(unsigned index); // into Pipeline::operations
  void access(unsigned index);    // the first half of a MapAccess: asks
  void handles(const std::vector<pipeline::ValueId>&);
  void results();

private:
  using Operation = pipeline::Operation;

  llvm::Value* value(pipeline::ValueId);
  llvm::Value* operand(const Operation& op, std::size_t i) { return value(op.operands[i]); }
  void define(pipeline::ValueId, llvm::Value*);
  llvm::Value* source(const Operation&);
  llvm::Value* compute(const Operation&);

  llvm::Value* constant(const pipeline::Bits&);
  llvm::Value* input(pipeline::Input);
  llvm::Value* shift(const Operation&);
  llvm::Value* compare(const Operation&);
  llvm::Value* mux(const Operation&);
  llvm::Value* concat(const Operation&);

  llvm::Value* map_find(const Operation&);
  llvm::Value* find_array(const Operation&);
  llvm::Value* find_present(const Operation&);
  llvm::Value* find_hash(const Operation&);
  llvm::Value* access_result(const Operation&);
  llvm::Value* map_read(const Operation&);
  void map_write(const Operation&);
  llvm::Value* packet_read(const Operation&);
  void packet_write(const Operation&);
  void trace(unsigned index);
  void event(unsigned index);
  // Address of the word that a MapRead or MapWrite means, or of harmless bytes if it is disabled.
  llvm::Value* word_address(const Operation&, std::size_t index_operand);
  llvm::Value* slot_as_handle(const Operation&, llvm::Value* slot, llvm::Value* hit);
  void store_bytes(llvm::Value* data, unsigned first, unsigned count, llvm::Value* address);

  unsigned width(pipeline::ValueId v) const { return pipeline_.values[v].width; }
  llvm::Type* type(unsigned bits) { return b_.getIntNTy(bits); }
  llvm::Value* field(std::size_t offset) {
    return b_.CreateConstGEP1_64(b_.getInt8Ty(), record_, offset);
  }
  llvm::Value* address(const void*);
  llvm::Value* call(const char* name, llvm::Type* result, llvm::ArrayRef<llvm::Value*> args);
  void store_result(pipeline::ValueId, std::size_t offset, unsigned bits, bool is_signed);

  llvm::IRBuilder<>& b_;
  const pipeline::Pipeline& pipeline_;
  const Plan& plan_;
  HostTables& tables_;
  Ports& ports_;
  llvm::Value* record_;
  llvm::DenseMap<pipeline::ValueId, llvm::Value*> local_;
};

// Where disabled accesses go: zeros to read, and bytes to overwrite that nobody reads.
inline constexpr std::size_t harmless_bytes = 8192;
extern const std::uint8_t harmless_zeros[harmless_bytes];
extern std::uint8_t harmless_sink[harmless_bytes];

} // namespace pw::model
