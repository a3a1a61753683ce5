// Calls: those of the lifted form, and LLVM's intrinsics as plain arithmetic.
#include "ir/import/importer.h"
#include "support/skb.h"

#include "llvm/IR/Intrinsics.h"

namespace pw::ir {

using mlir::Value;
using P = mlir::arith::CmpIPredicate;
namespace arith = mlir::arith;

namespace {

std::optional<unsigned> suffix(llvm::StringRef name, llvm::StringRef prefix) {
  unsigned n = 0;
  if (!name.consume_front(prefix) || name.getAsInteger(10, n))
    return std::nullopt;
  return n;
}

// Of "prefixM.K": M.
std::optional<unsigned> first_number(llvm::StringRef name, llvm::StringRef prefix) {
  return suffix(name.rsplit('.').first, prefix);
}

bool ignored(const llvm::IntrinsicInst& i) {
  switch (i.getIntrinsicID()) {
  case llvm::Intrinsic::assume:
  case llvm::Intrinsic::lifetime_start:
  case llvm::Intrinsic::lifetime_end:
  case llvm::Intrinsic::experimental_noalias_scope_decl:
  case llvm::Intrinsic::donothing:
    return true;
  default:
    return llvm::isa<llvm::DbgInfoIntrinsic>(i);
  }
}

} // namespace

void Importer::import_call(llvm::CallInst& i) {
  if (auto* memory = llvm::dyn_cast<llvm::MemIntrinsic>(&i))
    return import_memory_intrinsic(*memory);
  if (auto* intrinsic = llvm::dyn_cast<llvm::IntrinsicInst>(&i)) {
    if (ignored(*intrinsic))
      return;
    if (i.getType()->isStructTy())
      return with_overflow(*intrinsic);
    values_[&i] = import_intrinsic(*intrinsic);
    return;
  }
  llvm::Function* callee = i.getCalledFunction();
  if (!callee)
    refuse(&i, "an indirect call");
  import_project_call(i, callee->getName());
}

// What comes with a packet of a tc program.
static const SkbFieldInfo* field_input(llvm::StringRef name) {
  for (unsigned f = 0; f < skb_input_count; ++f)
    if (name == std::string("pw.") + skb_fields[f].name)
      return &skb_fields[f];
  return nullptr;
}

void Importer::import_project_call(llvm::CallInst& i, llvm::StringRef name) {
  static const std::map<llvm::StringRef, std::pair<const char*, unsigned>> inputs = {
      {"pw.length", {"length", 16}},
      {"pw.ifindex", {"ifindex", 32}},
      {"pw.rxq", {"rxq", 32}},
      {"pw.cpu", {"cpu", 32}},
      {"pw.time", {"time", 64}},
      {"pw.seed", {"seed", 32}},
      {"pw.packet_index", {"packet_index", 32}}};
  if (auto found = inputs.find(name); found != inputs.end()) {
    values_[&i] =
        resize(input(found->second.first, found->second.second), i.getType()->getIntegerBitWidth());
  } else if (auto m = suffix(name, "pw.map.find.")) {
    pointers_[&i] = {Pointer::Kind::Map, *m, find(*m, i), 0, {}, {}};
  } else if (auto global = suffix(name, "pw.map.value.")) {
    pointers_[&i] = {Pointer::Kind::Map, *global, one_value(*global), 0, {}, {}};
  } else if (auto format = suffix(name, "pw.trace.")) {
    import_trace(i, *format);
  } else if (auto event = first_number(name, "pw.event.")) {
    import_event(i, *event, false);
  } else if (auto sample = first_number(name, "pw.sample.")) {
    import_event(i, *sample, true);
  } else if (auto skb_input = field_input(name)) {
    values_[&i] = input(skb_input->name, skb_input->bits);
  } else if (auto skb_field = suffix(name, "pw.skb.")) {
    changed_fields_[*skb_field] = resize(value(i.getArgOperand(0)), pw::skb_fields.at(*skb_field).bits);
  } else if (name == "pw.exit") {
    import_exit(i);
  } else if (auto updated = suffix(name, "pw.map.update.")) {
    import_update(i, *updated);
  } else if (auto reduced = suffix(name, "pw.map.delete.")) {
    import_delete(i, *reduced);
  } else {
    refuse(&i, "a call of @" + name.str());
  }
}

Value Importer::import_intrinsic(llvm::IntrinsicInst& i) {
  auto arg = [&](unsigned n) { return value(i.getArgOperand(n)); };
  auto pick = [&](P how) {
    return make<arith::SelectOp>(compare(how, arg(0), arg(1)), arg(0), arg(1));
  };
  using namespace llvm::Intrinsic;
  switch (i.getIntrinsicID()) {
  case bswap:
    return byte_swap(arg(0));
  case bitreverse:
    return bit_reverse(arg(0));
  case umin:
    return pick(P::ult);
  case umax:
    return pick(P::ugt);
  case smin:
    return pick(P::slt);
  case smax:
    return pick(P::sgt);
  case llvm::Intrinsic::abs:
    return magnitude(arg(0));
  case fshl:
  case fshr:
    return funnel_shift(arg(0), arg(1), arg(2), i.getIntrinsicID() == fshl);
  case ctpop:
    return count_ones(arg(0));
  case cttz:
  case ctlz:
    return count_zeros(arg(0), i.getIntrinsicID() == cttz);
  case uadd_sat:
  case usub_sat:
  case sadd_sat:
  case ssub_sat:
    return saturate(i);
  case ucmp:
  case scmp:
    return three_way(i);
  default:
    refuse(&i, "an intrinsic outside the lifted form");
  }
}

Value Importer::byte_swap(Value x) {
  std::vector<Value> bytes;
  for (unsigned at = width_of(x); at >= 8; at -= 8)
    bytes.push_back(make<BitsOp>(builder_.getIntegerType(8), x, at - 8));
  return make<ConcatOp>(x.getType(), bytes);
}

Value Importer::bit_reverse(Value x) {
  std::vector<Value> bits;
  for (unsigned at = width_of(x); at > 0; --at)
    bits.push_back(make<BitsOp>(builder_.getI1Type(), x, at - 1));
  return make<ConcatOp>(x.getType(), bits);
}

// Bits [n - amount, 2n - amount) of {high, low} for a left shift; amount counts modulo n.
Value Importer::funnel_shift(Value high, Value low, Value amount, bool left) {
  unsigned n = width_of(high);
  if (auto fixed = constant_of(amount)) {
    unsigned a = static_cast<unsigned>(fixed->urem(n));
    Value both = make<ConcatOp>(builder_.getIntegerType(2 * n), mlir::ValueRange{low, high});
    return make<BitsOp>(high.getType(), both, left ? n - a : a);
  }
  Value a = llvm::isPowerOf2_32(n) ? make<arith::AndIOp>(amount, constant(n, n - 1))
                                   : divide_unsigned(amount, constant(n, n), true);
  Value wide = make<ConcatOp>(builder_.getIntegerType(2 * n), mlir::ValueRange{low, high});
  Value by = resize(a, 2 * n);
  if (left)
    return make<BitsOp>(high.getType(), make<arith::ShLIOp>(wide, by), n);
  return make<BitsOp>(high.getType(), make<arith::ShRUIOp>(wide, by), 0);
}

// A tree of additions, each as wide as it must be.
Value Importer::count_ones(Value x) {
  std::vector<Value> sums;
  for (unsigned at = 0; at < width_of(x); ++at)
    sums.push_back(make<BitsOp>(builder_.getI1Type(), x, at));
  while (sums.size() > 1) {
    std::vector<Value> next;
    for (std::size_t n = 0; n + 1 < sums.size(); n += 2) {
      unsigned width = std::max(width_of(sums[n]), width_of(sums[n + 1])) + 1;
      next.push_back(make<arith::AddIOp>(resize(sums[n], width), resize(sums[n + 1], width)));
    }
    if (sums.size() % 2)
      next.push_back(sums.back());
    sums = next;
  }
  return resize(sums[0], width_of(x));
}

// The bits below the lowest 1 are those of x - 1 that x doesn't have.
Value Importer::count_zeros(Value x, bool trailing) {
  if (!trailing)
    x = bit_reverse(x);
  Value below = make<arith::SubIOp>(x, constant(width_of(x), 1));
  Value inverted = make<arith::XOrIOp>(x, constant(llvm::APInt::getAllOnes(width_of(x))));
  return count_ones(make<arith::AndIOp>(below, inverted));
}

Value Importer::saturate(llvm::IntrinsicInst& i) {
  using namespace llvm::Intrinsic;
  bool add = i.getIntrinsicID() == uadd_sat || i.getIntrinsicID() == sadd_sat;
  bool is_signed = i.getIntrinsicID() == sadd_sat || i.getIntrinsicID() == ssub_sat;
  Value a = value(i.getArgOperand(0)), b = value(i.getArgOperand(1));
  unsigned n = width_of(a);
  Value wa = resize(a, n + 1, is_signed), wb = resize(b, n + 1, is_signed);
  Value r = add ? make<arith::AddIOp>(wa, wb) : make<arith::SubIOp>(wa, wb);
  Value top = make<BitsOp>(builder_.getI1Type(), r, n), low = resize(r, n);
  if (!is_signed)
    return make<arith::SelectOp>(
        top, constant(add ? llvm::APInt::getAllOnes(n) : llvm::APInt(n, 0)), low);
  Value sign = make<BitsOp>(builder_.getI1Type(), r, n - 1);
  Value limit = make<arith::SelectOp>(top, constant(llvm::APInt::getSignedMinValue(n)),
                                      constant(llvm::APInt::getSignedMaxValue(n)));
  return make<arith::SelectOp>(make<arith::XOrIOp>(top, sign), limit, low);
}

// In enough bits that nothing is lost; overflow where the narrow result widened again differs.
void Importer::with_overflow(llvm::IntrinsicInst& i) {
  using namespace llvm::Intrinsic;
  auto id = i.getIntrinsicID();
  bool is_signed = id == sadd_with_overflow || id == ssub_with_overflow || id == smul_with_overflow;
  bool product = id == umul_with_overflow || id == smul_with_overflow;
  bool sum = id == uadd_with_overflow || id == sadd_with_overflow;
  if (!product && !sum && id != usub_with_overflow && id != ssub_with_overflow)
    refuse(&i, "an intrinsic outside the lifted form");
  Value a = value(i.getArgOperand(0)), b = value(i.getArgOperand(1));
  unsigned n = width_of(a), wide = product ? 2 * n : n + 1;
  a = resize(a, wide, is_signed);
  b = resize(b, wide, is_signed);
  Value r = product ? make<arith::MulIOp>(a, b)
            : sum   ? make<arith::AddIOp>(a, b)
                    : make<arith::SubIOp>(a, b);
  Value low = resize(r, n);
  pairs_[&i] = {low, compare(P::ne, resize(low, wide, is_signed), r)};
}

Value Importer::three_way(llvm::IntrinsicInst& i) {
  bool is_signed = i.getIntrinsicID() == llvm::Intrinsic::scmp;
  Value a = value(i.getArgOperand(0)), b = value(i.getArgOperand(1));
  unsigned n = i.getType()->getIntegerBitWidth();
  Value less = compare(is_signed ? P::slt : P::ult, a, b);
  Value more = resize(compare(is_signed ? P::sgt : P::ugt, a, b), n);
  return make<arith::SelectOp>(less, constant(llvm::APInt::getAllOnes(n)), more);
}

} // namespace pw::ir
