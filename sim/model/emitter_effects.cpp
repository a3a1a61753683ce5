// Maps, packet writes and traces: what touches memory other than the record.
#include "sim/model/codegen.h"
#include "sim/model/emitter.h"

#include <llvm/IR/Module.h>

#include <bit>

namespace pw::model {

using llvm::Value;
using pipeline::MapKind;

const std::uint8_t harmless_zeros[harmless_bytes] = {};
std::uint8_t harmless_sink[harmless_bytes];

Value* Emitter::address(const void* pointer) {
  return b_.CreateIntToPtr(b_.getInt64(std::bit_cast<std::uint64_t>(pointer)), b_.getPtrTy());
}

Value* Emitter::call(const char* name, llvm::Type* result, llvm::ArrayRef<Value*> args) {
  std::vector<llvm::Type*> types;
  for (Value* arg : args)
    types.push_back(arg->getType());
  auto* module = b_.GetInsertBlock()->getModule();
  return b_.CreateCall(
      module->getOrInsertFunction(name, llvm::FunctionType::get(result, types, false)), args);
}

Value* Emitter::map_find(const Operation& op) {
  switch (pipeline_.maps[op.map].kind) {
  case MapKind::Array:
    return find_array(op);
  case MapKind::Present:
    return find_present(op);
  case MapKind::Hash:
  case MapKind::Lpm:
    return find_hash(op);
  }
  return nullptr;
}

Value* Emitter::slot_as_handle(const Operation& op, Value* slot, Value* hit) {
  Value* handle = b_.CreateOr(b_.CreateShl(b_.CreateZExt(slot, b_.getInt64Ty()), 1), 1);
  handle = b_.CreateSelect(hit, handle, b_.getInt64(0));
  return b_.CreateZExtOrTrunc(handle, type(width(op.result)));
}

Value* Emitter::find_array(const Operation& op) {
  Value* key = b_.CreateZExtOrTrunc(operand(op, 1), b_.getInt32Ty());
  Value* below = b_.CreateICmpULT(key, b_.getInt32(pipeline_.maps[op.map].max_entries));
  return slot_as_handle(op, key, b_.CreateAnd(operand(op, 0), below));
}

Value* Emitter::find_present(const Operation& op) {
  Value* key = b_.CreateZExtOrTrunc(operand(op, 1), b_.getInt32Ty());
  Value* below = b_.CreateAnd(
      operand(op, 0), b_.CreateICmpULT(key, b_.getInt32(pipeline_.maps[op.map].max_entries)));
  Value* base = address(tables_.table(op.map).presence().data());
  Value* at = b_.CreateGEP(b_.getInt8Ty(), base, b_.CreateZExt(key, b_.getInt64Ty()));
  at = b_.CreateSelect(below, at, address(harmless_zeros));
  Value* present = b_.CreateICmpNE(b_.CreateLoad(b_.getInt8Ty(), at), b_.getInt8(0));
  return slot_as_handle(op, key, present);
}

// Lookups that are too long to be made inline.
Value* Emitter::find_hash(const Operation& op) {
  Value* enable = operand(op, 0);
  Value* key = operand(op, 1);
  auto* function = b_.GetInsertBlock()->getParent();
  auto* lookup = llvm::BasicBlock::Create(b_.getContext(), "", function);
  auto* done = llvm::BasicBlock::Create(b_.getContext(), "", function);
  auto* before = b_.GetInsertBlock();
  auto& entry = function->getEntryBlock();
  Value* buffer = llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(key->getType());
  b_.CreateCondBr(enable, lookup, done);
  b_.SetInsertPoint(lookup);
  b_.CreateStore(key, buffer);
  Value* found = call("pw_model_find", b_.getInt64Ty(), {address(&tables_.table(op.map)), buffer});
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  auto* handle = b_.CreatePHI(b_.getInt64Ty(), 2);
  handle->addIncoming(b_.getInt64(0), before);
  handle->addIncoming(found, lookup);
  return b_.CreateZExtOrTrunc(handle, type(width(op.result)));
}

void Emitter::access(unsigned index) {
  const Operation& op = pipeline_.operations[index];
  Value* enable = operand(op, 0);
  Value* key = operand(op, 1);
  Value* insert = b_.CreateZExt(operand(op, 2), b_.getInt32Ty());
  Value* remove = b_.CreateZExt(operand(op, 3), b_.getInt32Ty());
  Value* stamp = op.operands.size() > 4 ? operand(op, 4) : b_.getInt32(0);
  auto* function = b_.GetInsertBlock()->getParent();
  auto* then = llvm::BasicBlock::Create(b_.getContext(), "", function);
  auto* done = llvm::BasicBlock::Create(b_.getContext(), "", function);
  auto& entry = function->getEntryBlock();
  llvm::Type* bytes = type((width(op.operands[1]) + 7) / 8 * 8);
  Value* buffer = llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(bytes);
  b_.CreateCondBr(enable, then, done);
  b_.SetInsertPoint(then);
  b_.CreateStore(b_.CreateZExt(key, bytes), buffer);
  if (op.port > 0)
    call("pw_model_find_access", b_.getVoidTy(),
         {address(ports_.of_map(op.map)), b_.getInt32(op.port), buffer, remove,
          b_.CreateZExtOrTrunc(stamp, b_.getInt32Ty())});
  else
    call("pw_model_access", b_.getVoidTy(),
         {address(ports_.of_map(op.map)), buffer, insert, remove,
          b_.CreateZExtOrTrunc(stamp, b_.getInt32Ty())});
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// A port has one access a clock, and of those that are on the way only one is answered in it.
Value* Emitter::access_result(const Operation& op) {
  Value* result = b_.CreateLoad(b_.getInt64Ty(), address(&ports_.of_map(op.map)->results[op.port]));
  return b_.CreateTrunc(result, type(width(op.result)));
}

Value* Emitter::word_address(const Operation& op, std::size_t index_operand) {
  const auto& map = pipeline_.maps[op.map];
  const auto& column = map.columns[op.column];
  auto* i64 = b_.getInt64Ty();
  Value* word = b_.CreateLShr(b_.CreateZExtOrTrunc(operand(op, 1), i64), 1);
  word = b_.CreateMul(word, b_.getInt64(column.count));
  if (op.operands.size() > index_operand)
    word = b_.CreateAdd(word, b_.CreateZExtOrTrunc(operand(op, index_operand), i64));
  if (column.bytes > harmless_bytes)
    throw Failure(diagnose("PW-INT-001", "a word of map '" + map.name + "' is too wide"));
  const std::uint64_t words = std::uint64_t(map.slots) * column.count;
  Value* enable = b_.CreateAnd(operand(op, 0), b_.CreateICmpULT(word, b_.getInt64(words)));
  Value* base = address(tables_.table(op.map).column(op.column).data());
  Value* at = b_.CreateGEP(b_.getInt8Ty(), base, b_.CreateMul(word, b_.getInt64(column.bytes)));
  const bool reads = op.kind == pipeline::OpKind::MapRead;
  return b_.CreateSelect(enable, at, address(reads ? harmless_zeros : harmless_sink));
}

Value* Emitter::map_read(const Operation& op) {
  const unsigned bits = pipeline_.maps[op.map].columns[op.column].bytes * 8;
  Value* word = b_.CreateAlignedLoad(type(bits), word_address(op, 2), llvm::Align(1));
  return b_.CreateZExtOrTrunc(word, type(width(op.result)));
}

void Emitter::store_bytes(Value* data, unsigned first, unsigned count, Value* address) {
  Value* part = b_.CreateTrunc(b_.CreateLShr(data, std::uint64_t(first) * 8), type(count * 8));
  Value* at = b_.CreateConstGEP1_64(b_.getInt8Ty(), address, first);
  b_.CreateAlignedStore(part, at, llvm::Align(1));
}

// One store for each run of enabled bytes.
void Emitter::map_write(const Operation& op) {
  const unsigned bytes = pipeline_.maps[op.map].columns[op.column].bytes;
  Value* data = b_.CreateZExtOrTrunc(operand(op, 2), type(bytes * 8));
  Value* at = word_address(op, 3);
  auto enabled = [&](unsigned byte) {
    return op.byte_enables.empty() || (byte < op.byte_enables.size() && op.byte_enables[byte]);
  };
  for (unsigned first = 0; first < bytes; ++first) {
    unsigned end = first;
    while (end < bytes && enabled(end))
      ++end;
    if (end > first)
      store_bytes(data, first, end - first, at);
    first = end;
  }
}

// From anywhere in the packet, not only its window.
Value* Emitter::packet_read(const Operation& op) {
  const unsigned bits = width(op.result);
  auto& entry = b_.GetInsertBlock()->getParent()->getEntryBlock();
  Value* buffer = llvm::IRBuilder<>(&entry, entry.begin()).CreateAlloca(type(bits));
  Value* at = b_.CreateSExtOrTrunc(operand(op, 1), b_.getInt32Ty());
  call("pw_model_packet_read", b_.getVoidTy(), {record_, at, buffer, b_.getInt32(bits / 8)});
  Value* bytes = b_.CreateAlignedLoad(type(bits), buffer, llvm::Align(1));
  return b_.CreateSelect(operand(op, 0), bytes, llvm::ConstantInt::get(type(bits), 0));
}

void Emitter::packet_write(const Operation& op) {
  Value* data = operand(op, 1);
  const unsigned bytes = width(op.operands[1]) / 8;
  if (bytes > harmless_bytes)
    throw Failure(diagnose("PW-INT-001", "a packet write is too wide"));
  Value* out = b_.CreateLoad(b_.getPtrTy(), field(offsetof(Record, out)));
  Value* at =
      b_.CreateGEP(b_.getInt8Ty(), out, b_.getInt64(std::uint64_t(std::int64_t(op.offset))));
  store_bytes(data, 0, bytes, b_.CreateSelect(operand(op, 0), at, address(harmless_sink)));
}

void Emitter::trace(unsigned index) {
  const Operation& op = pipeline_.operations[index];
  Value* enable = operand(op, 0);
  Value* args[3];
  for (unsigned i = 0; i < 3; ++i)
    args[i] = b_.CreateZExtOrTrunc(operand(op, i + 1), b_.getInt64Ty());
  auto* function = b_.GetInsertBlock()->getParent();
  auto* then = llvm::BasicBlock::Create(b_.getContext(), "", function);
  auto* done = llvm::BasicBlock::Create(b_.getContext(), "", function);
  b_.CreateCondBr(enable, then, done);
  b_.SetInsertPoint(then);
  call("pw_model_trace", b_.getVoidTy(),
       {record_, b_.getInt32(index), b_.getInt32(op.format), args[0], args[1], args[2]});
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

void Emitter::event(unsigned index) {
  const Operation& op = pipeline_.operations[index];
  auto* function = b_.GetInsertBlock()->getParent();
  auto* then = llvm::BasicBlock::Create(b_.getContext(), "", function);
  auto* done = llvm::BasicBlock::Create(b_.getContext(), "", function);
  llvm::IRBuilder<> entry(&function->getEntryBlock(), function->getEntryBlock().begin());
  const auto number = [&](std::size_t i, bool is_signed) {
    if (op.operands.size() <= i)
      return static_cast<Value*>(b_.getInt32(0));
    return is_signed ? b_.CreateSExt(operand(op, i), b_.getInt32Ty())
                     : b_.CreateZExt(operand(op, i), b_.getInt32Ty());
  };
  Value *enable = operand(op, 0), *record = operand(op, 2);
  Value* data = entry.CreateAlloca(record->getType());
  Value* bytes = entry.CreateAlloca(
      llvm::ArrayType::get(b_.getInt8Ty(), std::max<std::size_t>(1, op.coordinates.size())));
  Value *length = number(1, false), *copied = number(3, false), *head = number(4, true);
  std::vector<Value*> changed;
  for (std::size_t i = 0; i < op.coordinates.size(); ++i)
    changed.push_back(operand(op, 5 + i));
  b_.CreateCondBr(enable, then, done);
  b_.SetInsertPoint(then);
  b_.CreateAlignedStore(record, data, llvm::Align(1));
  for (std::size_t i = 0; i < changed.size(); ++i)
    b_.CreateStore(changed[i], b_.CreateConstGEP1_64(b_.getInt8Ty(), bytes, i));
  call("pw_model_event", b_.getVoidTy(),
       {record_, address(&op), b_.getInt32(index), length, data, copied, head, bytes});
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

} // namespace pw::model
