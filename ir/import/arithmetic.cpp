// Plain instructions.
#include "ir/import/importer.h"

#include "llvm/IR/InstrTypes.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

Value Importer::constant(const llvm::APInt& x) {
  auto type = builder_.getIntegerType(x.getBitWidth());
  return builder_.create<arith::ConstantOp>(where_, builder_.getIntegerAttr(type, x));
}

Value Importer::constant(unsigned width, std::uint64_t x) {
  return constant(llvm::APInt(width, x));
}

// Undefined values are zero: the kernel's own registers and stack start as zeros here.
Value Importer::value(llvm::Value* v) {
  auto known = values_.find(v);
  if (known != values_.end())
    return known->second;
  if (auto* number = llvm::dyn_cast<llvm::ConstantInt>(v))
    return constant(number->getValue());
  if (llvm::isa<llvm::UndefValue>(v) && v->getType()->isIntegerTy())
    return constant(llvm::APInt(v->getType()->getIntegerBitWidth(), 0));
  refuse(llvm::dyn_cast<llvm::Instruction>(v), "a value that was not defined");
}

Value Importer::resize(Value v, unsigned width, bool is_signed) {
  unsigned from = width_of(v);
  auto type = builder_.getIntegerType(width);
  if (from == width)
    return v;
  if (from > width)
    return make<arith::TruncIOp>(type, v);
  return is_signed ? make<arith::ExtSIOp>(type, v) : make<arith::ExtUIOp>(type, v);
}

Value Importer::compare(arith::CmpIPredicate p, Value a, Value b) {
  return make<arith::CmpIOp>(p, a, b);
}

Value Importer::negate(Value c) { return make<arith::XOrIOp>(c, constant(1, 1)); }

void Importer::import_instruction(llvm::Instruction& i) {
  if (auto* binary = llvm::dyn_cast<llvm::BinaryOperator>(&i))
    values_[&i] = import_binary(*binary);
  else if (auto* cmp = llvm::dyn_cast<llvm::ICmpInst>(&i))
    values_[&i] = import_compare(*cmp);
  else if (auto* cast = llvm::dyn_cast<llvm::CastInst>(&i))
    values_[&i] = import_cast(*cast);
  else if (auto* load = llvm::dyn_cast<llvm::LoadInst>(&i))
    import_load(*load);
  else if (auto* store = llvm::dyn_cast<llvm::StoreInst>(&i))
    import_store(*store);
  else if (auto* call = llvm::dyn_cast<llvm::CallInst>(&i))
    import_call(*call);
  else if (auto* rmw = llvm::dyn_cast<llvm::AtomicRMWInst>(&i))
    import_atomic(*rmw);
  else if (auto* exchange = llvm::dyn_cast<llvm::AtomicCmpXchgInst>(&i))
    import_exchange(*exchange);
  else if (i.getType()->isPointerTy())
    return; // followed from where it is used
  else if (auto* select = llvm::dyn_cast<llvm::SelectInst>(&i))
    values_[&i] =
        make<arith::SelectOp>(value(select->getCondition()), value(select->getTrueValue()),
                              value(select->getFalseValue()));
  else if (auto* freeze = llvm::dyn_cast<llvm::FreezeInst>(&i))
    values_[&i] = value(freeze->getOperand(0));
  else if (auto* part = llvm::dyn_cast<llvm::ExtractValueInst>(&i)) {
    auto pair = pairs_.at(part->getAggregateOperand());
    values_[&i] = part->getIndices()[0] == 0 ? pair.first : pair.second;
  } else
    refuse(&i, "an instruction outside the lifted form");
}

Value Importer::import_binary(llvm::BinaryOperator& i) {
  using Op = llvm::Instruction;
  switch (i.getOpcode()) {
  case Op::UDiv:
  case Op::URem:
  case Op::SDiv:
  case Op::SRem:
    return divide(i);
  default:
    break;
  }
  Value a = value(i.getOperand(0)), b = value(i.getOperand(1));
  switch (i.getOpcode()) {
  case Op::Add:
    return make<arith::AddIOp>(a, b);
  case Op::Sub:
    return make<arith::SubIOp>(a, b);
  case Op::Mul:
    return make<arith::MulIOp>(a, b);
  case Op::And:
    return make<arith::AndIOp>(a, b);
  case Op::Or:
    return make<arith::OrIOp>(a, b);
  case Op::Xor:
    return make<arith::XOrIOp>(a, b);
  case Op::Shl:
    return make<arith::ShLIOp>(a, b);
  case Op::LShr:
    return make<arith::ShRUIOp>(a, b);
  case Op::AShr:
    return make<arith::ShRSIOp>(a, b);
  default:
    refuse(&i, "an arithmetic instruction outside the lifted form");
  }
}

Value Importer::import_cast(llvm::CastInst& i) {
  if (!i.getSrcTy()->isIntegerTy() || !i.getDestTy()->isIntegerTy())
    refuse(&i, "a conversion that is not one of integers");
  return resize(value(i.getOperand(0)), i.getDestTy()->getIntegerBitWidth(),
                i.getOpcode() == llvm::Instruction::SExt);
}

Value Importer::import_compare(llvm::ICmpInst& i) {
  using P = llvm::CmpInst::Predicate;
  using Q = arith::CmpIPredicate;
  if (i.getOperand(0)->getType()->isPointerTy()) {
    bool null_first = llvm::isa<llvm::ConstantPointerNull>(i.getOperand(0));
    Pointer p = pointer(i.getOperand(null_first ? 1 : 0), &i);
    if (!i.isEquality() || !llvm::isa<llvm::ConstantPointerNull>(i.getOperand(null_first ? 0 : 1)))
      refuse(&i, "a comparison of pointers other than with null");
    Value hit = p.kind == Pointer::Kind::Map ? make<BitsOp>(builder_.getI1Type(), p.handle, 0)
                                             : constant(1, p.kind == Pointer::Kind::Packet);
    return i.getPredicate() == P::ICMP_EQ ? negate(hit) : hit;
  }
  static const std::map<P, Q> predicates = {
      {P::ICMP_EQ, Q::eq},   {P::ICMP_NE, Q::ne},   {P::ICMP_UGT, Q::ugt}, {P::ICMP_UGE, Q::uge},
      {P::ICMP_ULT, Q::ult}, {P::ICMP_ULE, Q::ule}, {P::ICMP_SGT, Q::sgt}, {P::ICMP_SGE, Q::sge},
      {P::ICMP_SLT, Q::slt}, {P::ICMP_SLE, Q::sle}};
  return compare(predicates.at(i.getPredicate()), value(i.getOperand(0)), value(i.getOperand(1)));
}

} // namespace pw::ir
