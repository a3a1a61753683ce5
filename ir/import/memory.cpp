// Loads, stores and atomic operations through packet and map value pointers.
#include "ir/import/importer.h"

#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Operator.h"

#include <numeric>

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

constexpr std::int64_t packet_base = 512; // index of coordinate 0 in @pw.packet

// Distance between the values that the known low bits allow.
std::uint64_t stride_of(const llvm::KnownBits& bits) {
  llvm::APInt known = bits.Zero | bits.One;
  return std::uint64_t(1) << std::min(known.countr_one(), 16u);
}

} // namespace

OffsetRange Importer::range_of(llvm::Value* v, llvm::Instruction* context) {
  const llvm::DataLayout& layout = module_.getDataLayout();
  llvm::KnownBits bits = llvm::computeKnownBits(v, layout, 0, assumptions_, context);
  auto range = values_info_->getConstantRange(v, context, false);
  range = range.intersectWith(llvm::ConstantRange::fromKnownBits(bits, true),
                              llvm::ConstantRange::Signed);
  range = range.intersectWith(llvm::computeConstantRange(v, true, true, assumptions_, context),
                              llvm::ConstantRange::Signed);
  if (range.isEmptySet()) // never executed
    return {0, 0, 1};
  OffsetRange result{range.getSignedMin().getSExtValue(), range.getSignedMax().getSExtValue(),
                     stride_of(bits)};
  auto low = static_cast<std::int64_t>(result.stride) - 1;
  std::int64_t rest = bits.One.getLoBits(16).zextOrTrunc(64).getZExtValue() & low;
  result.min += (rest - result.min) & low;
  result.max -= (result.max - rest) & low;
  result.max = std::max(result.max, result.min);
  return result;
}

Pointer Importer::pointer(llvm::Value* v, llvm::Instruction* context) {
  auto known = pointers_.find(v);
  if (known != pointers_.end())
    return known->second;
  if (auto* gep = llvm::dyn_cast<llvm::GEPOperator>(v))
    return pointer_of_gep(*gep, context);
  if (auto* global = llvm::dyn_cast<llvm::GlobalVariable>(v)) {
    if (global->getName() == "pw.packet")
      return {Pointer::Kind::Packet, 0, {}, -packet_base, {}, {}};
    unsigned index = rodata_index(*global);
    return {Pointer::Kind::Map, index, one_value(index), 0, {}, {}};
  }
  if (llvm::isa<llvm::ConstantPointerNull, llvm::UndefValue>(v))
    return {};
  if (auto* freeze = llvm::dyn_cast<llvm::FreezeInst>(v))
    return pointer(freeze->getOperand(0), context);
  if (auto* select = llvm::dyn_cast<llvm::SelectInst>(v))
    return select_pointer(value(select->getCondition()), pointer(select->getTrueValue(), context),
                          pointer(select->getFalseValue(), context), 0);
  refuse(llvm::dyn_cast<llvm::Instruction>(v), "a pointer that comes from neither packet nor map");
}

Pointer Importer::pointer_of_gep(llvm::GEPOperator& gep, llvm::Instruction* context) {
  Pointer p = pointer(gep.getPointerOperand(), context);
  const llvm::DataLayout& layout = module_.getDataLayout();
  llvm::MapVector<llvm::Value*, llvm::APInt> terms;
  llvm::APInt fixed(64, 0);
  if (!gep.collectOffset(layout, 64, terms, fixed))
    refuse(llvm::dyn_cast<llvm::Instruction>(&gep), "an address of unknown size");
  std::int64_t constant_part = fixed.getSExtValue();
  p.base += constant_part;
  p.range.min += constant_part;
  p.range.max += constant_part;
  for (auto& [term, scale] : terms) {
    OffsetRange r = range_of(term, context);
    std::int64_t factor = scale.getSExtValue();
    Value scaled = resize(value(term), 32, true);
    if (factor != 1)
      scaled = make<arith::MulIOp>(scaled, constant(32, factor));
    OffsetRange moved{factor * (factor < 0 ? r.max : r.min), factor * (factor < 0 ? r.min : r.max),
                      r.stride * static_cast<std::uint64_t>(std::abs(factor))};
    if (!p.variable) {
      p.variable = scaled;
      p.range = {moved.min + p.base, moved.max + p.base, moved.stride};
      continue;
    }
    p.variable = make<arith::AddIOp>(p.variable, scaled);
    p.range = {p.range.min + moved.min, p.range.max + moved.max,
               std::gcd(p.range.stride, moved.stride)};
  }
  return p;
}

namespace {

OffsetRange as_range(const Pointer& p) {
  return p.variable ? p.range : OffsetRange{p.base, p.base, 0};
}

OffsetRange join(const OffsetRange& a, const OffsetRange& b) {
  std::uint64_t apart = static_cast<std::uint64_t>(std::abs(a.min - b.min));
  std::uint64_t stride = std::gcd(std::gcd(a.stride, b.stride), apart);
  return {std::min(a.min, b.min), std::max(a.max, b.max), std::max<std::uint64_t>(stride, 1)};
}

} // namespace

Pointer Importer::select_pointer(Value c, Pointer t, Pointer f, unsigned) {
  if (t.kind == Pointer::Kind::Null && f.kind == Pointer::Kind::Null)
    return t;
  for (Pointer* p : {&t, &f}) {
    const Pointer& other = p == &t ? f : t;
    if (p->kind == Pointer::Kind::Null) {
      *p = other;
      if (other.handle)
        p->handle = constant(width_of(other.handle), 0);
    }
  }
  if (t.kind != f.kind || t.map != f.map)
    refuse(nullptr, "a pointer into one of two maps");
  Pointer p = t;
  if (t.handle)
    p.handle = make<arith::SelectOp>(c, t.handle, f.handle);
  if (t.base == f.base && !t.variable && !f.variable)
    return p;
  auto whole = [&](const Pointer& q) {
    Value base = constant(llvm::APInt(32, q.base, true));
    return q.variable ? make<arith::AddIOp>(q.variable, base) : base;
  };
  p.variable = make<arith::SelectOp>(c, whole(t), whole(f));
  p.base = 0;
  p.range = join(as_range(t), as_range(f));
  return p;
}

Pointer Importer::merge_pointers(llvm::BasicBlock& block, llvm::PHINode& phi) {
  Pointer result;
  bool first = true;
  for (llvm::BasicBlock* from : predicates_->predecessors(block)) {
    Pointer p = pointer(phi.getIncomingValueForBlock(from), from->getTerminator());
    if (first)
      result = p;
    else
      result = select_pointer(predicates_->of_edge_in_merge({from, &block}), p, result, 0);
    first = false;
  }
  return result;
}

Value Importer::load(const Pointer& p, unsigned bits) {
  unsigned bytes = (bits + 7) / 8;
  auto type = builder_.getIntegerType(bytes * 8);
  Value v;
  auto number = [&](std::int64_t x) { return builder_.getI64IntegerAttr(x); };
  if (p.kind == Pointer::Kind::Null) {
    v = constant(bytes * 8, 0); // guarded by a comparison with null that fails
  } else if (p.kind == Pointer::Kind::Packet) {
    if (!p.variable)
      v = make<ExtractOp>(type, packet_, p.base);
    else
      v = make<ExtractAtOp>(
          type, packet_, make<arith::AddIOp>(p.variable, constant(llvm::APInt(32, p.base, true))),
          p.range.min, p.range.max, p.range.stride);
  } else {
    MapOp m = map(p.map);
    auto name = mlir::FlatSymbolRefAttr::get(m.getSymNameAttr());
    Value at =
        p.variable
            ? make<arith::AddIOp>(p.variable, constant(llvm::APInt(32, p.base - p.range.min, true)))
            : Value();
    v = element_bytes(
        p, builder_.create<LoadOp>(where_, type, name, state(p.map), predicate(), p.handle,
                                   number(p.variable ? p.range.min : p.base), at,
                                   at ? number(p.range.max) : mlir::IntegerAttr(),
                                   at ? number(p.range.stride) : mlir::IntegerAttr()));
  }
  return resize(v, bits);
}

void Importer::store(const Pointer& p, Value data, Value enable) {
  data = resize(data, (width_of(data) + 7) / 8 * 8);
  auto number = [&](std::int64_t x) { return builder_.getI64IntegerAttr(x); };
  if (p.kind == Pointer::Kind::Null)
    return;
  if (p.kind == Pointer::Kind::Packet) {
    if (!p.variable)
      packet_ = make<InsertOp>(packet_, p.base, enable, data);
    else
      packet_ = make<InsertAtOp>(
          packet_, make<arith::AddIOp>(p.variable, constant(llvm::APInt(32, p.base, true))),
          p.range.min, p.range.max, p.range.stride, enable, data);
    return;
  }
  MapOp m = map(p.map);
  auto name = mlir::FlatSymbolRefAttr::get(m.getSymNameAttr());
  Value at = p.variable ? make<arith::AddIOp>(p.variable,
                                              constant(llvm::APInt(32, p.base - p.range.min, true)))
                        : Value();
  enable = when_attached(p, enable);
  Value& before = state(p.map);
  before = builder_.create<StoreOp>(where_, before.getType(), name, before, enable, p.handle,
                                    number(p.variable ? p.range.min : p.base), data, at,
                                    at ? number(p.range.max) : mlir::IntegerAttr(),
                                    at ? number(p.range.stride) : mlir::IntegerAttr());
}

void Importer::import_load(llvm::LoadInst& i) {
  if (!i.getType()->isIntegerTy())
    refuse(&i, "a load of something other than an integer");
  values_[&i] = load(pointer(i.getPointerOperand(), &i), i.getType()->getIntegerBitWidth());
}

void Importer::import_store(llvm::StoreInst& i) {
  store(pointer(i.getPointerOperand(), &i), value(i.getValueOperand()), predicate());
}

void Importer::import_atomic(llvm::AtomicRMWInst& i) {
  using Op = llvm::AtomicRMWInst;
  Pointer p = pointer(i.getPointerOperand(), &i);
  Value old = load(p, i.getType()->getIntegerBitWidth()), x = value(i.getValOperand()), fresh;
  using P = arith::CmpIPredicate;
  auto pick = [&](P how) { return make<arith::SelectOp>(compare(how, old, x), old, x); };
  switch (i.getOperation()) {
  case Op::Xchg:
    fresh = x;
    break;
  case Op::Add:
    fresh = make<arith::AddIOp>(old, x);
    break;
  case Op::Sub:
    fresh = make<arith::SubIOp>(old, x);
    break;
  case Op::And:
    fresh = make<arith::AndIOp>(old, x);
    break;
  case Op::Or:
    fresh = make<arith::OrIOp>(old, x);
    break;
  case Op::Xor:
    fresh = make<arith::XOrIOp>(old, x);
    break;
  case Op::Nand:
    fresh = make<arith::XOrIOp>(make<arith::AndIOp>(old, x),
                                constant(llvm::APInt::getAllOnes(width_of(x))));
    break;
  case Op::UMax:
    fresh = pick(P::ugt);
    break;
  case Op::UMin:
    fresh = pick(P::ult);
    break;
  case Op::Max:
    fresh = pick(P::sgt);
    break;
  case Op::Min:
    fresh = pick(P::slt);
    break;
  default:
    refuse(&i, "an atomic operation outside the lifted form");
  }
  store(p, fresh, predicate());
  values_[&i] = old;
}

void Importer::import_exchange(llvm::AtomicCmpXchgInst& i) {
  Pointer p = pointer(i.getPointerOperand(), &i);
  Value fresh = value(i.getNewValOperand());
  Value old = load(p, width_of(fresh));
  Value same = compare(arith::CmpIPredicate::eq, old, value(i.getCompareOperand()));
  store(p, fresh, make<arith::AndIOp>(predicate(), same));
  pairs_[&i] = {old, same};
}

// Small copies and fills, as instcombine may form them.
void Importer::import_memory_intrinsic(llvm::MemIntrinsic& i) {
  auto* size = llvm::dyn_cast<llvm::ConstantInt>(i.getLength());
  if (!size || size->getZExtValue() > 1024)
    refuse(&i, "a copy of unknown or large size");
  auto bits = static_cast<unsigned>(size->getZExtValue() * 8);
  if (bits == 0)
    return;
  Pointer to = pointer(i.getDest(), &i);
  if (auto* copy = llvm::dyn_cast<llvm::MemTransferInst>(&i)) {
    store(to, load(pointer(copy->getSource(), &i), bits), predicate());
    return;
  }
  Value byte = value(llvm::cast<llvm::MemSetInst>(i).getValue());
  std::vector<Value> bytes(bits / 8, byte);
  store(to, make<ConcatOp>(builder_.getIntegerType(bits), bytes), predicate());
}

} // namespace pw::ir
