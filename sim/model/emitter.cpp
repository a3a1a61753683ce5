#include "sim/model/emitter.h"

namespace pw::model {

using llvm::Value;
using pipeline::no_value;
using pipeline::OpKind;
using pipeline::ValueId;

void Emitter::operation(unsigned index) {
  const Operation& op = pipeline_.operations[index];
  switch (op.kind) {
  case OpKind::MapWrite:
    map_write(op);
    break;
  case OpKind::PacketWrite:
    packet_write(op);
    break;
  case OpKind::Trace:
    trace(index);
    break;
  case OpKind::Event:
    event(index);
    break;
  default:
    define(op.result, compute(op));
  }
}

// A value of this function, a source made here, or a load of what an earlier function left.
Value* Emitter::value(ValueId id) {
  if (const auto known = local_.find(id); known != local_.end())
    return known->second;
  const Operation& def = *plan_.definition[id];
  Value* result = nullptr;
  if (is_source(def)) {
    result = source(def);
  } else {
    Value* stored =
        b_.CreateLoad(type(unsigned(storage_bytes(width(id)) * 8)), field(plan_.slot_offset[id]));
    result = b_.CreateTrunc(stored, type(width(id)));
  }
  local_[id] = result;
  return result;
}

void Emitter::define(ValueId id, Value* result) {
  local_[id] = result;
  if (plan_.slot_offset[id] == no_slot)
    return;
  Value* stored = b_.CreateZExt(result, type(unsigned(storage_bytes(width(id)) * 8)));
  b_.CreateStore(stored, field(plan_.slot_offset[id]));
}

Value* Emitter::source(const Operation& op) {
  if (op.kind == OpKind::Constant)
    return constant(op.constant);
  if (op.kind == OpKind::Input)
    return b_.CreateZExtOrTrunc(input(op.input), type(width(op.result)));
  const auto at = plan_.window_offset + std::size_t(op.offset);
  return b_.CreateAlignedLoad(type(width(op.result)), field(at), llvm::Align(1));
}

Value* Emitter::constant(const pipeline::Bits& bits) {
  return b_.getInt(llvm::APInt(bits.width, bits.words));
}

Value* Emitter::input(pipeline::Input input) {
  auto load = [&](std::size_t offset, unsigned bits) {
    return b_.CreateLoad(type(bits), field(offset));
  };
  switch (input) {
  case pipeline::Input::Length:
    return load(offsetof(Record, length), 32);
  case pipeline::Input::Ifindex:
    return load(offsetof(Record, ifindex), 32);
  case pipeline::Input::RxQueue:
    return load(offsetof(Record, rx_queue), 32);
  case pipeline::Input::Cpu:
    return load(offsetof(Record, cpu), 32);
  case pipeline::Input::Time:
    return load(offsetof(Record, time), 64);
  case pipeline::Input::Seed:
    return load(offsetof(Record, seed), 32);
  case pipeline::Input::PacketIndex:
    return load(offsetof(Record, packet_index), 32);
  default: // of the packet's metadata
    return load(offsetof(Record, skb) +
                    sizeof(std::uint64_t) * (unsigned(input) - unsigned(pipeline::Input::Mark)),
                64);
  }
}

Value* Emitter::compute(const Operation& op) {
  switch (op.kind) {
  case OpKind::Constant:
  case OpKind::Input:
  case OpKind::PacketField:
    return source(op);
  case OpKind::Add:
    return b_.CreateAdd(operand(op, 0), operand(op, 1));
  case OpKind::Sub:
    return b_.CreateSub(operand(op, 0), operand(op, 1));
  case OpKind::Mul:
    return b_.CreateMul(operand(op, 0), operand(op, 1));
  case OpKind::And:
    return b_.CreateAnd(operand(op, 0), operand(op, 1));
  case OpKind::Or:
    return b_.CreateOr(operand(op, 0), operand(op, 1));
  case OpKind::Xor:
    return b_.CreateXor(operand(op, 0), operand(op, 1));
  case OpKind::Shl:
  case OpKind::Lshr:
  case OpKind::Ashr:
    return shift(op);
  case OpKind::Compare:
    return compare(op);
  case OpKind::Select:
    return b_.CreateSelect(operand(op, 0), operand(op, 1), operand(op, 2));
  case OpKind::Mux:
    return mux(op);
  case OpKind::Zext:
    return b_.CreateZExt(operand(op, 0), type(width(op.result)));
  case OpKind::Sext:
    return b_.CreateSExt(operand(op, 0), type(width(op.result)));
  case OpKind::Trunc:
    return b_.CreateTrunc(operand(op, 0), type(width(op.result)));
  case OpKind::Extract:
    return b_.CreateTrunc(b_.CreateLShr(operand(op, 0), std::uint64_t(op.offset)),
                          type(width(op.result)));
  case OpKind::Concat:
    return concat(op);
  case OpKind::MapFind:
    return map_find(op);
  case OpKind::MapAccess:
    return access_result(op);
  case OpKind::MapRead:
    return map_read(op);
  case OpKind::PacketRead:
    return packet_read(op);
  default:
    return nullptr; // effects are not values
  }
}

// LLVM's shifts are undefined for amounts of the width and above; those of a pipeline are not.
Value* Emitter::shift(const Operation& op) {
  Value* x = operand(op, 0);
  Value* amount = operand(op, 1);
  auto* bits = llvm::cast<llvm::IntegerType>(x->getType());
  Value* fits =
      b_.CreateICmpULT(amount, b_.getInt(llvm::APInt(bits->getBitWidth(), bits->getBitWidth())));
  Value* zero = llvm::ConstantInt::get(bits, 0);
  if (op.kind == OpKind::Ashr)
    return b_.CreateAShr(
        x, b_.CreateSelect(fits, amount, llvm::ConstantInt::get(bits, bits->getBitWidth() - 1)));
  Value* defined = b_.CreateSelect(fits, amount, zero);
  Value* shifted = op.kind == OpKind::Shl ? b_.CreateShl(x, defined) : b_.CreateLShr(x, defined);
  return b_.CreateSelect(fits, shifted, zero);
}

Value* Emitter::compare(const Operation& op) {
  using Predicate = llvm::CmpInst::Predicate;
  static constexpr Predicate predicates[] = {Predicate::ICMP_EQ,  Predicate::ICMP_NE,
                                             Predicate::ICMP_ULT, Predicate::ICMP_ULE,
                                             Predicate::ICMP_SLT, Predicate::ICMP_SLE};
  return b_.CreateICmp(predicates[unsigned(op.compare)], operand(op, 0), operand(op, 1));
}

Value* Emitter::mux(const Operation& op) {
  Value* zero = llvm::ConstantInt::get(type(width(op.result)), 0);
  Value* result = zero;
  for (std::size_t i = 0; i + 1 < op.operands.size(); i += 2)
    result = b_.CreateOr(result, b_.CreateSelect(operand(op, i), operand(op, i + 1), zero));
  return result;
}

Value* Emitter::concat(const Operation& op) {
  auto* result_type = type(width(op.result));
  Value* result = llvm::ConstantInt::get(result_type, 0);
  std::uint64_t at = 0;
  for (const ValueId part : op.operands) {
    Value* wide = b_.CreateZExt(value(part), result_type);
    result = b_.CreateOr(result, b_.CreateShl(wide, at));
    at += width(part);
  }
  return result;
}

void Emitter::handles(const std::vector<ValueId>& ids) {
  Value* out = b_.CreateLoad(b_.getPtrTy(), field(offsetof(Record, handles)));
  unsigned at = 0;
  for (const ValueId id : ids) {
    const unsigned words = handle_words(width(id));
    Value* handle = b_.CreateZExt(value(id), type(64 * words));
    b_.CreateAlignedStore(handle, b_.CreateConstGEP1_64(b_.getInt64Ty(), out, at), llvm::Align(8));
    at += words;
  }
}

void Emitter::store_result(ValueId id, std::size_t offset, unsigned bits, bool is_signed) {
  if (id == no_value)
    return;
  Value* result = is_signed ? b_.CreateSExtOrTrunc(value(id), type(bits))
                            : b_.CreateZExtOrTrunc(value(id), type(bits));
  b_.CreateStore(result, field(offset));
}

void Emitter::results() {
  const auto& r = pipeline_.result;
  store_result(r.retval, offsetof(Record, retval), 32, false);
  store_result(r.head, offsetof(Record, head), 32, true);
  store_result(r.tail, offsetof(Record, tail), 32, true);
  store_result(r.fill, offsetof(Record, fill), 32, false);
  store_result(r.trap, offsetof(Record, trap), 32, false);
  store_result(r.redirect_map, offsetof(Record, redirect_map), 32, false);
  store_result(r.redirect_key, offsetof(Record, redirect_key), 32, false);
  store_result(r.redirect_ifindex, offsetof(Record, redirect_ifindex), 32, false);
  store_result(r.redirect_flags, offsetof(Record, redirect_flags), 64, false);
  for (const auto& [field, v] : r.skb)
    store_result(v, offsetof(Record, skb_out) + unsigned(field) * sizeof(std::uint64_t), 64, false);
}

} // namespace pw::model
