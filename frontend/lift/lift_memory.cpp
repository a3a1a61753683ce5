#include "frontend/lift/lifter.h"

#include <llvm/IR/MDBuilder.h>

#include <algorithm>

namespace pw::lift {

using namespace isa;

namespace {
constexpr int packet_origin = 512; // index of coordinate 0 in @pw.packet

// Powers of two are marked `unordered` while the passes run: LLVM then never moves a load behind a
// phi of addresses (a multiplexer of values is better hardware than one of addresses). The mark is
// taken off at the end.
bool can_be_unordered(unsigned bytes) {
  return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
}
} // namespace

llvm::MDNode* Lifter::area_tag(const std::string& area) {
  llvm::MDNode*& tag = tags_[area];
  if (!tag) {
    llvm::MDBuilder metadata(m_.getContext());
    llvm::MDNode* type =
        metadata.createTBAAScalarTypeNode(area, metadata.createTBAARoot("pipewright"));
    tag = metadata.createTBAAStructTagNode(type, type, 0);
  }
  return tag;
}

std::string Lifter::map_area(const Abstract& v) const { return "map." + std::to_string(v.index); }

llvm::Value* Lifter::load(llvm::Value* address, unsigned bytes, const std::string& area) {
  llvm::LoadInst* l = b_.CreateAlignedLoad(bits(8 * bytes), address, llvm::Align(1));
  if (can_be_unordered(bytes))
    l->setAtomic(llvm::AtomicOrdering::Unordered);
  l->setMetadata(llvm::LLVMContext::MD_tbaa, area_tag(area));
  return l;
}

void Lifter::store(llvm::Value* address, llvm::Value* v, unsigned bytes, const std::string& area) {
  llvm::StoreInst* st =
      b_.CreateAlignedStore(b_.CreateZExtOrTrunc(v, bits(8 * bytes)), address, llvm::Align(1));
  if (can_be_unordered(bytes))
    st->setAtomic(llvm::AtomicOrdering::Unordered);
  st->setMetadata(llvm::LLVMContext::MD_tbaa, area_tag(area));
}

llvm::Value* Lifter::packet_address(llvm::Value* coordinate, std::int64_t offset) {
  llvm::Value* index = b_.CreateNSWAdd(coordinate, c32(offset + packet_origin));
  return b_.CreateGEP(bits(8), packet_, index);
}

void Lifter::check_packet(const State& s, const Abstract& v, llvm::Value* at, std::int64_t offset,
                          std::int64_t bytes) {
  const verify::PacketCheck check = verify::packet_check(v, offset, bytes);
  if (!check.needed())
    return;
  const bool meta = v.kind == Kind::PacketMeta;
  llvm::Value *begin = value_of(meta ? vars_.meta : vars_.head),
              *end = value_of(meta ? vars_.head : vars_.tail);
  llvm::Value* outside = b_.getFalse();
  if (check.low)
    outside = b_.CreateICmpSLT(b_.CreateNSWAdd(at, c32(offset)), begin);
  if (check.high)
    outside = b_.CreateOr(outside, b_.CreateICmpSGT(b_.CreateNSWAdd(at, c32(offset + bytes)), end));
  auto* inside = edge_block("inside");
  b_.CreateCondBr(outside, trap_, inside);
  b_.SetInsertPoint(inside);
}

// ---- the stack ----

llvm::Value* Lifter::read_stack(unsigned frame, int first, unsigned bytes) {
  const StackLayout& layout = stacks_[frame];
  llvm::Type* type = bits(8 * bytes);
  llvm::Value* all = nullptr;
  for (unsigned p = layout.first_overlapping(first);
       p < layout.pieces().size() && layout.pieces()[p].offset < first + int(bytes); ++p) {
    const auto [offset, size] = layout.pieces()[p];
    llvm::Value* part = value_of(pieces_[frame][p]);
    if (first > offset) // the tail of a piece
      part = b_.CreateLShr(part, 8 * unsigned(first - offset));
    part = b_.CreateZExtOrTrunc(part, type);
    if (offset > first)
      part = b_.CreateShl(part, 8 * unsigned(offset - first));
    all = all ? b_.CreateOr(all, part) : part;
  }
  return all;
}

void Lifter::write_stack(unsigned frame, int first, unsigned bytes, llvm::Value* v) {
  const StackLayout& layout = stacks_[frame];
  const int end = first + int(bytes);
  v = b_.CreateZExtOrTrunc(v, bits(8 * bytes));
  for (unsigned p = layout.first_overlapping(first);
       p < layout.pieces().size() && layout.pieces()[p].offset < end; ++p) {
    const auto [offset, size] = layout.pieces()[p];
    llvm::AllocaInst* piece = pieces_[frame][p];
    llvm::Value* part = offset > first ? b_.CreateLShr(v, 8 * unsigned(offset - first)) : v;
    part = b_.CreateZExtOrTrunc(part, bits(8 * size));
    const int from = std::max(first, offset), to = std::min(end, offset + int(size));
    if (to - from < int(size)) { // only some bytes of the piece change
      const unsigned shift = 8 * unsigned(from - offset);
      const llvm::APInt mask =
          llvm::APInt::getBitsSet(8 * size, shift, shift + 8 * unsigned(to - from));
      part = b_.CreateAnd(b_.CreateShl(part, shift), b_.getInt(mask));
      part = b_.CreateOr(b_.CreateAnd(value_of(piece), b_.getInt(~mask)), part);
    }
    b_.CreateStore(part, piece);
  }
}

// One wide number holds all bytes that the access may touch; a shift picks those that it does.
llvm::Value* Lifter::read_variable_stack(const Abstract& v, const Cell& c, std::int64_t offset,
                                         unsigned bytes) {
  const verify::StackRange r = verify::stack_range(v, offset, bytes);
  llvm::Value* wide = read_stack(v.frame, r.first, r.bytes);
  llvm::Value* skip = b_.CreateSub(b_.CreateNSWAdd(coordinate(v, c), c32(offset)), c32(r.first));
  skip = b_.CreateZExtOrTrunc(b_.CreateShl(skip, 3), wide->getType());
  return b_.CreateTrunc(b_.CreateLShr(wide, skip), bits(8 * bytes));
}

void Lifter::write_variable_stack(const Abstract& v, const Cell& c, std::int64_t offset,
                                  unsigned bytes, llvm::Value* value) {
  const verify::StackRange r = verify::stack_range(v, offset, bytes);
  llvm::Value* wide = read_stack(v.frame, r.first, r.bytes);
  llvm::Type* type = wide->getType();
  llvm::Value* skip = b_.CreateSub(b_.CreateNSWAdd(coordinate(v, c), c32(offset)), c32(r.first));
  skip = b_.CreateZExtOrTrunc(b_.CreateShl(skip, 3), type);
  llvm::Value* ones = b_.getInt(llvm::APInt::getLowBitsSet(8 * r.bytes, 8 * bytes));
  llvm::Value* kept = b_.CreateAnd(wide, b_.CreateNot(b_.CreateShl(ones, skip)));
  value = b_.CreateZExt(b_.CreateZExtOrTrunc(value, bits(8 * bytes)), type);
  write_stack(v.frame, r.first, r.bytes, b_.CreateOr(kept, b_.CreateShl(value, skip)));
}

// ---- any memory ----

// A pointer into a record as one into the frame that keeps it.
Abstract Lifter::in_frame(const Abstract& v) const {
  Abstract place = v;
  place.kind = Kind::Stack;
  place.frame = std::uint8_t(first_record_ + v.frame);
  return place;
}

llvm::Value* Lifter::read(const State& s, const Abstract& v, const Cell& c, std::int64_t offset,
                          unsigned bytes) {
  if (v.kind == Kind::Record) // as in a frame of the stack
    return read(s, in_frame(v), c, offset + record_place(0), bytes);
  if (v.kind == Kind::Stack)
    return v.constant_offset() ? read_stack(v.frame, int(v.offset + offset), bytes)
                               : read_variable_stack(v, c, offset, bytes);
  if (v.kind == Kind::MapValue)
    return load(b_.CreateGEP(bits(8), pointer(c), c32(offset)), bytes, map_area(v));
  llvm::Value* at = coordinate(v, c);
  check_packet(s, v, at, offset, bytes);
  return load(packet_address(at, offset), bytes, "packet");
}

void Lifter::write(const State& s, const Abstract& v, const Cell& c, std::int64_t offset,
                   unsigned bytes, llvm::Value* value) {
  if (v.kind == Kind::Record)
    return write(s, in_frame(v), c, offset + record_place(0), bytes, value);
  if (v.kind == Kind::Stack) {
    if (v.constant_offset())
      write_stack(v.frame, int(v.offset + offset), bytes, value);
    else
      write_variable_stack(v, c, offset, bytes, value);
    return;
  }
  if (v.kind == Kind::MapValue)
    return store(b_.CreateGEP(bits(8), pointer(c), c32(offset)), value, bytes, map_area(v));
  llvm::Value* at = coordinate(v, c);
  check_packet(s, v, at, offset, bytes);
  store(packet_address(at, offset), value, bytes, "packet");
}

void Lifter::lift_context(const State& s, const Load& x) {
  Lifted r;
  switch (s.reg(x.base).offset + x.offset) {
  case 0:
    r.coordinate = value_of(vars_.head);
    break;
  case 4:
    r.coordinate = value_of(vars_.tail);
    break;
  case 8:
    r.coordinate = value_of(vars_.meta);
    break;
  case 12:
    return set_number(s, x.dst, environment("pw.ifindex", bits(32)));
  case 20:
    return set_number(s, x.dst, c32(options_.egress));
  default:
    return set_number(s, x.dst, environment("pw.rxq", bits(32)));
  }
  b_.CreateStore(r.coordinate, reg(s, x.dst).coordinate);
}

void Lifter::lift(const State& s, const State& after, const Load& x) {
  const Abstract& base = s.reg(x.base);
  const Abstract& result = after.reg(x.dst);
  if (base.kind == Kind::Context)
    return tc() ? lift_skb_load(s, x) : lift_context(s, x);
  if (result.is_scalar() && result.scalar.is_constant() && !base.is_packet())
    return set_number(s, x.dst, c64(std::int64_t(result.scalar.value())));
  if (!result.is_scalar()) // a pointer that was spilled
    return put(result, reg(s, x.dst), get(result, spill(base.frame, int(base.offset + x.offset))));
  llvm::Value* n = read(s, base, reg(s, x.base), x.offset, x.bytes);
  set_number(s, x.dst, x.sign_extend ? b_.CreateSExt(n, bits(64)) : n);
}

void Lifter::lift(const State& s, const State& after, const Store& x) {
  const Abstract& base = s.reg(x.base);
  if (base.kind == Kind::Context && tc())
    return lift_skb_store(s, x);
  if (base.kind == Kind::Context) {
    llvm::Value* queue = b_.CreateTrunc(number(s, x.src), bits(32));
    b_.CreateCall(effect("pw.queue", llvm::FunctionType::get(b_.getVoidTy(), {bits(32)}, false)),
                  {queue});
    return;
  }
  if (x.src.reg && !s.reg(*x.src.reg).is_scalar())
    return put(s.reg(*x.src.reg), spill(base.frame, int(base.offset + x.offset)),
               get(s.reg(*x.src.reg), reg(s, *x.src.reg)));
  write(s, base, reg(s, x.base), x.offset, x.bytes, number(s, x.src));
}

// ---- atomic operations ----

llvm::Value* Lifter::atomic_plain(const Atomic& x, llvm::Value* old, llvm::Value* operand,
                                  llvm::Value* expected) {
  switch (x.op) {
  case AtomicOp::Add:
    return b_.CreateAdd(old, operand);
  case AtomicOp::Or:
    return b_.CreateOr(old, operand);
  case AtomicOp::And:
    return b_.CreateAnd(old, operand);
  case AtomicOp::Xor:
    return b_.CreateXor(old, operand);
  case AtomicOp::Xchg:
    return operand;
  case AtomicOp::CmpXchg:
    return b_.CreateSelect(b_.CreateICmpEQ(old, expected), operand, old);
  }
  return old;
}

llvm::Value* Lifter::atomic_on_map(const Atomic& x, llvm::Value* address, llvm::Value* operand,
                                   llvm::Value* expected, const std::string& area) {
  using enum llvm::AtomicOrdering;
  const auto rmw = [&](llvm::AtomicRMWInst::BinOp op) -> llvm::Value* {
    auto* i = b_.CreateAtomicRMW(op, address, operand, llvm::MaybeAlign(1), Monotonic);
    i->setMetadata(llvm::LLVMContext::MD_tbaa, area_tag(area));
    return i;
  };
  switch (x.op) {
  case AtomicOp::Add:
    return rmw(llvm::AtomicRMWInst::Add);
  case AtomicOp::Or:
    return rmw(llvm::AtomicRMWInst::Or);
  case AtomicOp::And:
    return rmw(llvm::AtomicRMWInst::And);
  case AtomicOp::Xor:
    return rmw(llvm::AtomicRMWInst::Xor);
  case AtomicOp::Xchg:
    return rmw(llvm::AtomicRMWInst::Xchg);
  case AtomicOp::CmpXchg:
    break;
  }
  auto* i =
      b_.CreateAtomicCmpXchg(address, expected, operand, llvm::MaybeAlign(1), Monotonic, Monotonic);
  i->setMetadata(llvm::LLVMContext::MD_tbaa, area_tag(area));
  return b_.CreateExtractValue(i, 0);
}

void Lifter::lift(const State& s, const State& after, const Atomic& x) {
  const Abstract& base = s.reg(x.base);
  llvm::Type* type = bits(8 * x.bytes);
  llvm::Value* operand = b_.CreateTrunc(number(s, x.src), type);
  llvm::Value* expected =
      x.op == AtomicOp::CmpXchg ? b_.CreateTrunc(number(s, Register(0)), type) : nullptr;
  llvm::Value* old;
  if (base.kind == Kind::Stack || base.kind == Kind::Record) {
    old = read(s, base, reg(s, x.base), x.offset, x.bytes);
    write(s, base, reg(s, x.base), x.offset, x.bytes, atomic_plain(x, old, operand, expected));
  } else {
    llvm::Value* address = b_.CreateGEP(bits(8), pointer(reg(s, x.base)), c32(x.offset));
    old = atomic_on_map(x, address, operand, expected, map_area(base));
  }
  if (x.fetch)
    set_number(s, x.op == AtomicOp::CmpXchg ? Register(0) : x.src, old);
}

} // namespace pw::lift
