// Bytes of the packet by helpers and instructions of tc programs: load, store, checksums in place,
// LD_ABS and LD_IND.
#include "frontend/lift/lifter.h"

#include <linux/pkt_cls.h>

#include <cerrno>
#include <limits>

namespace pw::lift {

using namespace isa;

namespace {
constexpr std::int64_t most_offset = std::numeric_limits<std::int32_t>::max();
// Bases of negative offsets of LD_ABS.
constexpr std::int64_t network_base = -0x100000, link_base = -0x200000;
} // namespace

// f(i) for each byte below the size in r4, under a condition where it isn't constant.
void Lifter::for_each_byte(const State& s, const std::function<void(unsigned)>& f) {
  const verify::Scalar& size = s.reg(4).scalar;
  llvm::Value* length = low32(s, 4);
  for (unsigned i = 0; i < size.all.umax; ++i) {
    if (size.is_constant()) {
      f(i);
      continue;
    }
    auto *byte = edge_block("byte"), *next = edge_block("next");
    b_.CreateCondBr(b_.CreateICmpUGT(length, c32(i)), byte, next);
    b_.SetInsertPoint(byte);
    f(i);
    b_.CreateBr(next);
    b_.SetInsertPoint(next);
  }
}

// What can't be loaded becomes zeros.
void Lifter::lift_skb_load_bytes(const State& s, bool relative) {
  llvm::Value *offset = low32(s, 2), *length = low32(s, 4);
  llvm::Value* start = value_of(vars_.head);
  llvm::Value* near = b_.CreateICmpULE(offset, c32(relative ? 0xffff : most_offset));
  if (relative) {
    llvm::Value* header = low32(s, 5);
    near = b_.CreateAnd(near, b_.CreateICmpULE(header, c32(BPF_HDR_START_NET)));
    start = b_.CreateSelect(b_.CreateICmpEQ(header, c32(BPF_HDR_START_NET)), value_of(skb_.network),
                            start);
  }
  llvm::Value* available = b_.CreateNSWSub(value_of(vars_.tail), start);
  llvm::Value* inside = b_.CreateICmpSLE(b_.CreateZExt(b_.CreateAdd(offset, length), bits(64)),
                                         b_.CreateSExt(available, bits(64)));
  auto *copy = edge_block("copy"), *clear = edge_block("clear"), *done = edge_block("copied");
  llvm::Value* good = b_.CreateAnd(near, inside);
  b_.CreateCondBr(good, copy, clear);
  b_.SetInsertPoint(copy);
  llvm::Value* at = b_.CreateNSWAdd(start, offset);
  for_each_byte(s, [&](unsigned i) {
    write(s, s.reg(3), reg(s, 3), i, 1, load(packet_address(at, i), 1, "packet"));
  });
  b_.CreateBr(done);
  b_.SetInsertPoint(clear);
  for_each_byte(s, [&](unsigned i) { write(s, s.reg(3), reg(s, 3), i, 1, b_.getInt8(0)); });
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  set_number(s, 0, chosen({{b_.CreateNot(good), EFAULT}}));
}

// There is room for `bytes` at this offset from the head.
llvm::Value* Lifter::inside_packet(llvm::Value* offset, llvm::Value* bytes) {
  llvm::Value* end = b_.CreateAdd(b_.CreateZExt(offset, bits(64)), b_.CreateZExt(bytes, bits(64)));
  return b_.CreateICmpULE(end, b_.CreateZExt(packet_length(), bits(64)));
}

void Lifter::lift_skb_store_bytes(const State& s) {
  llvm::Value *offset = low32(s, 2), *flags = number(s, Register(5));
  llvm::Value* unknown = b_.CreateICmpUGT(flags, c64(BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH));
  llvm::Value* inside =
      b_.CreateAnd(b_.CreateICmpULE(offset, c32(most_offset)), inside_packet(offset, low32(s, 4)));
  llvm::Value* good = b_.CreateAnd(b_.CreateNot(unknown), inside);
  auto *copy = edge_block("copy"), *done = edge_block("copied");
  b_.CreateCondBr(good, copy, done);
  b_.SetInsertPoint(copy);
  llvm::Value* at = b_.CreateNSWAdd(value_of(vars_.head), offset);
  for_each_byte(s, [&](unsigned i) {
    store(packet_address(at, i), read(s, s.reg(3), reg(s, 3), i, 1), 1, "packet");
  });
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  llvm::Value* clears = b_.CreateICmpNE(b_.CreateAnd(flags, c64(BPF_F_INVALIDATE_HASH)), c64(0));
  const verify::Scalar& known = s.reg(5).scalar;
  if (!known.is_constant() || (known.value() & BPF_F_INVALIDATE_HASH))
    set_field_if(b_.CreateAnd(good, clears), SkbField::Hash, c32(0));
  set_number(s, 0, chosen({{unknown, EINVAL}, {b_.CreateNot(inside), EFAULT}}));
}

// ---- checksums in place ----

// csum_fold of Linux: 16 bits, complemented.
llvm::Value* Lifter::folded(llvm::Value* sum) {
  llvm::Value* swapped = b_.CreateOr(b_.CreateLShr(sum, 16), b_.CreateShl(sum, 16));
  llvm::Value* high = b_.CreateLShr(b_.CreateAdd(sum, swapped), 16);
  return b_.CreateNot(b_.CreateTrunc(high, bits(16)));
}

llvm::Value* Lifter::add16(llvm::Value* a, llvm::Value* b) {
  llvm::Value* sum = b_.CreateAdd(a, b);
  return b_.CreateAdd(sum, b_.CreateZExt(b_.CreateICmpULT(sum, b), bits(16)));
}

// The checksum after a field of 0 (a difference), 2 or 4 bytes changed.
llvm::Value* Lifter::replaced_sum(const State& s, llvm::Value* old, llvm::Value* size, bool l4) {
  llvm::Value *from = low32(s, 3), *to = low32(s, 4);
  llvm::Value* base = b_.CreateNot(b_.CreateZExt(old, bits(32)));
  const auto by = [&](llvm::Value* f, llvm::Value* t) {
    return folded(add_with_carry(add_with_carry(base, b_.CreateNot(f)), t));
  };
  const auto low = [&](llvm::Value* v) { return b_.CreateTrunc(v, bits(16)); };
  llvm::Value* two =
      l4 ? by(b_.CreateZExt(low(from), bits(32)), b_.CreateZExt(low(to), bits(32)))
         : b_.CreateNot(add16(add16(b_.CreateNot(old), b_.CreateNot(low(from))), low(to)));
  llvm::Value* difference = folded(add_with_carry(to, base));
  llvm::Value* wide = b_.CreateSelect(b_.CreateICmpEQ(size, c64(4)), by(from, to), difference);
  return b_.CreateSelect(b_.CreateICmpEQ(size, c64(2)), two, wide);
}

void Lifter::lift_csum_replace(const State& s, bool l4) {
  llvm::Value *offset = low32(s, 2), *flags = number(s, Register(5));
  const auto flag = [&](std::uint64_t f) {
    return b_.CreateICmpNE(b_.CreateAnd(flags, c64(std::int64_t(f))), c64(0));
  };
  llvm::Value* unknown = flag(~std::uint64_t{l4 ? 0xffu : BPF_F_HDR_FIELD_MASK});
  llvm::Value* odd =
      b_.CreateOr(b_.CreateICmpUGT(offset, c32(0xffff)), b_.CreateTrunc(offset, bits(1)));
  llvm::Value* outside = b_.CreateOr(odd, b_.CreateNot(inside_packet(offset, c32(2))));
  auto *body = edge_block("sum"), *change = edge_block("change"), *done = edge_block("summed");
  llvm::AllocaInst* wrong = cell(bits(1), "wrong");
  b_.CreateStore(b_.getFalse(), wrong);
  b_.CreateCondBr(b_.CreateOr(unknown, outside), done, body);
  b_.SetInsertPoint(body);
  llvm::Value* at = b_.CreateNSWAdd(value_of(vars_.head), offset);
  llvm::Value* old = load(packet_address(at, 0), 2, "packet");
  llvm::Value* size = b_.CreateAnd(flags, c64(BPF_F_HDR_FIELD_MASK));
  const auto is = [&](std::int64_t n) { return b_.CreateICmpEQ(size, c64(n)); };
  llvm::Value* no_from = b_.CreateICmpEQ(number(s, Register(3)), c64(0));
  llvm::Value* good = b_.CreateOr(b_.CreateOr(is(2), is(4)), b_.CreateAnd(is(0), no_from));
  llvm::Value *mangled = b_.getFalse(), *left = b_.getFalse();
  if (l4) { // zero says that there is no checksum
    mangled = flag(BPF_F_MARK_MANGLED_0);
    left = b_.CreateAnd(b_.CreateAnd(mangled, b_.CreateNot(flag(BPF_F_MARK_ENFORCE))),
                        b_.CreateICmpEQ(old, b_.getInt16(0)));
  }
  b_.CreateStore(b_.CreateNot(b_.CreateOr(good, left)), wrong);
  llvm::Value* sum = replaced_sum(s, old, size, l4);
  llvm::Value* zero = b_.CreateAnd(mangled, b_.CreateICmpEQ(sum, b_.getInt16(0)));
  sum = b_.CreateSelect(zero, b_.getInt16(0xffff), sum);
  b_.CreateCondBr(b_.CreateAnd(good, b_.CreateNot(left)), change, done);
  b_.SetInsertPoint(change);
  store(packet_address(at, 0), sum, 2, "packet");
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  set_number(s, 0, chosen({{unknown, EINVAL}, {outside, EFAULT}, {value_of(wrong), EINVAL}}));
}

// ---- LD_ABS, LD_IND ----

// Outside of the packet the program ends with TC_ACT_OK; on a micro-engine the packet passes, which
// is told as TC_ACT_UNSPEC there.
void Lifter::lift(const State& s, const LoadPacket& x) {
  llvm::Value* offset = c32(x.offset);
  if (x.index)
    offset = b_.CreateAdd(offset, low32(s, *x.index));
  llvm::Value *head = value_of(vars_.head), *tail = value_of(vars_.tail);
  const auto wide = [&](llvm::Value* v) { return b_.CreateSExt(v, bits(64)); };
  llvm::Value* from = wide(offset);
  llvm::Value* low = b_.CreateICmpSGE(from, c64(network_base));
  llvm::Value* negative = b_.CreateSelect(
      low, b_.CreateAdd(wide(value_of(skb_.network)), b_.CreateSub(from, c64(network_base))),
      b_.CreateAdd(wide(head), b_.CreateSub(from, c64(link_base))));
  llvm::Value* at =
      b_.CreateSelect(b_.CreateICmpSGE(from, c64(0)), b_.CreateAdd(wide(head), from), negative);
  llvm::Value* inside = b_.CreateAnd(b_.CreateICmpSGE(from, c64(link_base)),
                                     b_.CreateICmpSLE(b_.CreateAdd(at, c64(x.bytes)), wide(tail)));
  auto *good = edge_block("inside"), *outside = edge_block("outside");
  b_.CreateCondBr(inside, good, outside);
  b_.SetInsertPoint(outside);
  b_.CreateStore(c32(options_.verify.micro_engine ? TC_ACT_UNSPEC : TC_ACT_OK), vars_.retval);
  b_.CreateBr(exit_);
  b_.SetInsertPoint(good);
  llvm::Value* v = load(packet_address(b_.CreateTrunc(at, bits(32)), 0), x.bytes, "packet");
  if (x.bytes > 1)
    v = b_.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, v);
  set_number(s, 0, v);
}

} // namespace pw::lift
