// Helper calls. What they do is what Linux 6.18 does for a packet that came in through
// BPF_PROG_TEST_RUN or a driver with the usual 256 bytes of head room.
#include "frontend/lift/lifter.h"

#include "support/environment.h"

#include <cerrno>

namespace pw::lift {

using namespace isa;

namespace {
constexpr int frame_end = 3520; // a page less head room and struct skb_shared_info
constexpr int ethernet_header = 14;
constexpr int max_metadata = 252; // a byte holds its length, which is a multiple of 4
} // namespace

llvm::Value* Lifter::environment(const char* name, llvm::Type* type) {
  auto callee = m_.getOrInsertFunction(name, type);
  return b_.CreateCall(callee);
}

void Lifter::replace_if(llvm::Value* when, llvm::AllocaInst* variable, llvm::Value* v) {
  b_.CreateStore(b_.CreateSelect(when, v, value_of(variable)), variable);
}

void Lifter::lift(const State& s, const State& after, const CallHelper& x) {
  if (tc() && lift_skb_helper(s, x))
    return;
  switch (x.id) {
  case BPF_FUNC_map_lookup_elem:
    return lift_lookup(s);
  case BPF_FUNC_map_update_elem:
    return lift_update(s);
  case BPF_FUNC_map_delete_elem:
    return lift_delete(s);
  case BPF_FUNC_map_push_elem:
    return is_bloom(s) ? lift_bloom_push(s) : lift_push(s);
  case BPF_FUNC_map_pop_elem:
    return lift_pop(s, true);
  case BPF_FUNC_map_peek_elem:
    return is_bloom(s) ? lift_bloom_peek(s) : lift_pop(s, false);
  case BPF_FUNC_spin_lock: // packets are processed as if one after another
  case BPF_FUNC_spin_unlock:
    return;
  case BPF_FUNC_ktime_get_ns:
  case BPF_FUNC_ktime_get_boot_ns:
  case BPF_FUNC_ktime_get_coarse_ns:
  case BPF_FUNC_ktime_get_tai_ns:
    return set_number(s, 0, environment("pw.time", bits(64)));
  case BPF_FUNC_jiffies64:
    return set_number(s, 0,
                      b_.CreateUDiv(environment("pw.time", bits(64)), c64(std::int64_t(jiffy_ns))));
  case BPF_FUNC_get_smp_processor_id:
    return set_number(s, 0, environment("pw.cpu", bits(32)));
  case BPF_FUNC_get_prandom_u32:
    return lift_random(s);
  case BPF_FUNC_get_numa_node_id:
    return set_number(s, 0, c64(0));
  case BPF_FUNC_probe_read_kernel:
    return lift_probe_read(s);
  case BPF_FUNC_strncmp:
    return lift_compare_strings(s);
  case BPF_FUNC_trace_printk:
    return lift_trace(s);
  case BPF_FUNC_redirect:
    return tc() ? lift_tc_redirect(s) : lift_redirect(s);
  case BPF_FUNC_redirect_map:
    return lift_redirect_map(s);
  case BPF_FUNC_csum_diff:
    return lift_csum_diff(s);
  case BPF_FUNC_xdp_adjust_head:
    return lift_adjust_head(s);
  case BPF_FUNC_xdp_adjust_tail:
    return lift_adjust_tail(s);
  case BPF_FUNC_xdp_adjust_meta:
    return lift_adjust_meta(s);
  case BPF_FUNC_check_mtu:
    return lift_check_mtu(s);
  case BPF_FUNC_fib_lookup:
    return lift_fib_lookup(s);
  case BPF_FUNC_xdp_get_buff_len:
    return set_number(s, 0, b_.CreateNSWSub(value_of(vars_.tail), value_of(vars_.head)));
  case BPF_FUNC_xdp_load_bytes:
    return lift_packet_bytes(s, true);
  case BPF_FUNC_xdp_store_bytes:
    return lift_packet_bytes(s, false);
  case BPF_FUNC_perf_event_output:
  case BPF_FUNC_ringbuf_output:
  case BPF_FUNC_ringbuf_reserve:
  case BPF_FUNC_ringbuf_submit:
  case BPF_FUNC_ringbuf_discard:
  case BPF_FUNC_ringbuf_query:
    return lift_event(s, x.id);
  default:
    throw Failure(diagnose("PW-INT-001", "helper " + verify::helper_name(x.id) +
                                             " is accepted by the verifier but not lifted"));
  }
}

// The one value of a map.
llvm::Value* Lifter::value_base(unsigned map) {
  auto callee = m_.getOrInsertFunction("pw.map.value." + std::to_string(map), b_.getPtrTy());
  auto* declared = llvm::cast<llvm::Function>(callee.getCallee());
  declared->setMemoryEffects(llvm::MemoryEffects::none());
  declared->setDoesNotThrow();
  declared->setWillReturn();
  declared->addRetAttr(llvm::Attribute::NonNull);
  return b_.CreateCall(callee);
}

void Lifter::lift_map_value(const State& s, const LoadMapValue& x) {
  const MapDefinition& map = object_.maps[x.map];
  llvm::Value* base;
  if (map.global == GlobalData::Rodata || map.global == GlobalData::Kconfig) {
    const std::string name = "pw.rodata." + std::to_string(x.map);
    llvm::GlobalVariable* g = m_.getNamedGlobal(name);
    if (!g) {
      auto* data = llvm::ConstantDataArray::get(m_.getContext(), map.initial);
      g = new llvm::GlobalVariable(m_, data->getType(), true, llvm::GlobalValue::PrivateLinkage,
                                   data, name);
      g->setAlignment(llvm::Align(1));
    }
    base = g;
  } else {
    base = value_base(x.map);
  }
  b_.CreateStore(b_.CreateGEP(bits(8), base, c32(x.offset)), reg(s, x.dst).pointer);
}

void Lifter::lift_trace(const State& s) {
  const verify::TraceFormat format = *transfer_.trace_format(s);
  const auto [it, fresh] = formats_.try_emplace(format.text, unsigned(out_.trace_formats.size()));
  if (fresh)
    out_.trace_formats.push_back(format.text);
  const std::string name = "pw.trace." + std::to_string(it->second);
  auto callee = effect(
      name.c_str(), llvm::FunctionType::get(b_.getVoidTy(), {bits(64), bits(64), bits(64)}, false));
  std::array<llvm::Value*, 3> numbers{c64(0), c64(0), c64(0)};
  for (unsigned i = 0; i < format.arguments; ++i)
    numbers[i] = number(s, Register(3 + i));
  b_.CreateCall(callee, numbers);
  set_number(s, 0, c64(std::int64_t(format.text.size())));
}

llvm::FunctionCallee Lifter::effect(const char* name, llvm::FunctionType* type) {
  auto callee = m_.getOrInsertFunction(name, type);
  auto* declared = llvm::cast<llvm::Function>(callee.getCallee());
  declared->setMemoryEffects(llvm::MemoryEffects::inaccessibleMemOnly());
  declared->setDoesNotThrow();
  declared->setWillReturn();
  return callee;
}

// Micro-engines make their own; else the steps of random_u32 (support/environment.h).
void Lifter::lift_random(const State& s) {
  if (options_.verify.micro_engine)
    return set_number(s, 0,
                      b_.CreateCall(effect("pw.random", llvm::FunctionType::get(bits(32), false))));
  llvm::Value* call = value_of(vars_.calls);
  b_.CreateStore(b_.CreateAdd(call, c32(1)), vars_.calls);
  llvm::Value* a = b_.CreateXor(environment("pw.seed", bits(32)), c32(0x9e3779b9));
  llvm::Value* b = b_.CreateAdd(environment("pw.packet_index", bits(32)), c32(0x7f4a7c15));
  llvm::Value* c = b_.CreateXor(call, c32(0x85ebca6b));
  const auto rotated = [&](llvm::Value* x, unsigned n) {
    return b_.CreateOr(b_.CreateShl(x, n), b_.CreateLShr(x, 32 - n));
  };
  for (unsigned round = 0; round < 3; ++round) {
    a = b_.CreateXor(b_.CreateAdd(a, b), rotated(c, 7));
    b = b_.CreateXor(b_.CreateAdd(b, c), rotated(a, 11));
    c = b_.CreateXor(b_.CreateAdd(c, a), rotated(b, 19));
  }
  set_number(s, 0, c);
}

// ---- redirection ----

void Lifter::set_redirect(llvm::Value* when, llvm::Value* map, llvm::Value* key,
                          llvm::Value* ifindex, llvm::Value* flags) {
  replace_if(when, vars_.redirect_map, map);
  replace_if(when, vars_.redirect_key, key);
  replace_if(when, vars_.redirect_ifindex, ifindex);
  replace_if(when, vars_.redirect_flags, flags);
}

void Lifter::lift_redirect(const State& s) {
  llvm::Value* good = b_.CreateICmpEQ(number(s, Register(2)), c64(0));
  set_redirect(good, c32(0), c32(0), low32(s, 1), c64(0));
  set_number(s, 0, b_.CreateSelect(good, c32(XDP_REDIRECT), c32(XDP_ABORTED)));
}

// Flags that the map does not know: XDP_ABORTED, and an earlier target stays. An empty slot: the
// two lowest bits of the flags, and no target. A broadcast needs no entry: its target is the map.
void Lifter::lift_redirect_map(const State& s) {
  const unsigned map = s.reg(1).index;
  const bpf_map_type type = object_.maps[map].type;
  const bool devmap = type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
  constexpr std::uint64_t actions = 3;
  const std::uint64_t known = actions | (devmap ? BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS : 0);
  llvm::Value *key = low32(s, 2), *flags = number(s, Register(3));
  llvm::Value* good = b_.CreateICmpEQ(b_.CreateAnd(flags, c64(std::int64_t(~known))), c64(0));
  llvm::Value* slot = find(map, key);
  llvm::Value* hit = b_.CreateIsNotNull(slot);
  llvm::Value* ifindex = c32(0);
  if (devmap) { // the value is the target; an empty slot can't be read
    auto *there = edge_block("slot"), *joined = edge_block("target"), *here = b_.GetInsertBlock();
    b_.CreateCondBr(hit, there, joined);
    b_.SetInsertPoint(there);
    llvm::Value* target = load(slot, 4, map_area(s.reg(1)));
    b_.CreateBr(joined);
    b_.SetInsertPoint(joined);
    llvm::PHINode* phi = b_.CreatePHI(bits(32), 2);
    phi->addIncoming(target, there);
    phi->addIncoming(c32(0), here);
    ifindex = phi;
  }
  if (devmap) {
    llvm::Value* all = b_.CreateICmpNE(b_.CreateAnd(flags, c64(BPF_F_BROADCAST)), c64(0));
    ifindex = b_.CreateSelect(all, c32(0), ifindex);
    hit = b_.CreateOr(hit, all);
  }
  const auto if_hit = [&](llvm::Value* v) {
    return b_.CreateSelect(hit, v, llvm::ConstantInt::get(v->getType(), 0));
  };
  set_redirect(good, if_hit(c32(map + 1)), if_hit(key), if_hit(ifindex), if_hit(flags));
  llvm::Value* fallback = b_.CreateAnd(b_.CreateTrunc(flags, bits(32)), c32(actions));
  llvm::Value* verdict = b_.CreateSelect(hit, c32(XDP_REDIRECT), fallback);
  set_number(s, 0, b_.CreateSelect(good, verdict, c32(XDP_ABORTED)));
}

// ---- head, tail, metadata ----

// In Linux 256 bytes of head room less struct xdp_frame.
std::int64_t Lifter::first_head() const { return -std::int64_t{options_.head_room}; }

namespace {
llvm::Value* error_or_zero(llvm::IRBuilder<>& b, llvm::Value* good, int error) {
  return b.CreateSelect(good, b.getInt64(0), b.getInt64(std::uint64_t(std::int64_t(-error))));
}
} // namespace

// Offsets are any 32-bit numbers: sums are made with 64 bits, so that they can't wrap.
void Lifter::lift_adjust_head(const State& s) {
  llvm::Value* offset = b_.CreateSExt(low32(s, 2), bits(64));
  llvm::Value *head = value_of(vars_.head), *meta = value_of(vars_.meta);
  llvm::Value* moved = b_.CreateNSWAdd(b_.CreateSExt(head, bits(64)), offset);
  llvm::Value* last = b_.CreateNSWAdd(value_of(vars_.tail), c32(-ethernet_header));
  llvm::Value* good = b_.CreateAnd(b_.CreateICmpSGE(moved, c64(first_head())),
                                   b_.CreateICmpSLE(moved, b_.CreateSExt(last, bits(64))));
  llvm::Value *to = b_.CreateTrunc(moved, bits(32)), *meta_to = to;
  if (s.metadata > 0) { // umin: so that passes see how far away it can be
    llvm::Value* size = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, b_.CreateNSWSub(head, meta),
                                                 c32(s.metadata));
    meta_to = b_.CreateNSWSub(to, size);
    llvm::Value* first = b_.CreateNSWAdd(b_.CreateZExt(size, bits(64)), c64(first_head()));
    good = b_.CreateAnd(good, b_.CreateICmpSGE(moved, first));
    move_metadata(s, good, meta, meta_to, head);
  }
  replace_if(good, vars_.head, to);
  replace_if(good, vars_.meta, meta_to);
  set_number(s, 0, error_or_zero(b_, good, EINVAL));
}

// Metadata moves along with the head, in words of 4 bytes. All are read before one is written.
void Lifter::move_metadata(const State& s, llvm::Value* good, llvm::Value* from, llvm::Value* to,
                           llvm::Value* head) {
  auto *move = edge_block("move"), *done = edge_block("moved");
  b_.CreateCondBr(b_.CreateAnd(good, b_.CreateICmpSLT(from, head)), move, done);
  b_.SetInsertPoint(move);
  std::vector<llvm::Value*> words;
  for (unsigned at = 0; at < s.metadata; at += 4)
    words.push_back(load(packet_address(from, at), 4, "packet"));
  for (unsigned at = 0; at < s.metadata; at += 4) {
    store(packet_address(to, at), words[at / 4], 4, "packet");
    auto* next = at + 4 < s.metadata ? edge_block("word") : done;
    if (next == done)
      b_.CreateBr(done);
    else
      b_.CreateCondBr(b_.CreateICmpSLT(b_.CreateNSWAdd(from, c32(at + 4)), head), next, done);
    b_.SetInsertPoint(next);
  }
}

void Lifter::lift_adjust_tail(const State& s) {
  llvm::Value* offset = b_.CreateSExt(low32(s, 2), bits(64));
  llvm::Value* tail = value_of(vars_.tail);
  llvm::Value* moved = b_.CreateNSWAdd(b_.CreateSExt(tail, bits(64)), offset);
  llvm::Value* least = b_.CreateNSWAdd(value_of(vars_.head), c32(ethernet_header));
  llvm::Value* good = b_.CreateAnd(b_.CreateICmpSLE(moved, c64(frame_end)),
                                   b_.CreateICmpSGE(moved, b_.CreateSExt(least, bits(64))));
  if (s.reg(2).scalar.low.smax > 0)
    replace_if(b_.CreateAnd(good, b_.CreateICmpSGT(offset, c64(0))), vars_.fill,
               fill_from(s, tail));
  replace_if(good, vars_.tail, b_.CreateTrunc(moved, bits(32)));
  set_number(s, 0, error_or_zero(b_, good, EINVAL));
}

// What has grown before stays filled. A tail that was cut off may stand in the head room, which is
// zeros anyway.
llvm::Value* Lifter::fill_from(const State& s, llvm::Value* tail) {
  if (s.tail_shrunk)
    tail = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, tail, c32(0));
  return b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, value_of(vars_.fill), tail);
}

void Lifter::lift_adjust_meta(const State& s) {
  llvm::Value* offset = b_.CreateSExt(low32(s, 2), bits(64));
  llvm::Value* moved = b_.CreateNSWAdd(b_.CreateSExt(value_of(vars_.meta), bits(64)), offset);
  llvm::Value* head = b_.CreateSExt(value_of(vars_.head), bits(64));
  llvm::Value* inside =
      b_.CreateAnd(b_.CreateICmpSGE(moved, c64(first_head())), b_.CreateICmpSLE(moved, head));
  llvm::Value* length = b_.CreateSub(head, moved);
  llvm::Value* fits = b_.CreateAnd(b_.CreateICmpEQ(b_.CreateAnd(length, c64(3)), c64(0)),
                                   b_.CreateICmpULE(length, c64(max_metadata)));
  llvm::Value* good = b_.CreateAnd(inside, fits);
  replace_if(good, vars_.meta, b_.CreateTrunc(moved, bits(32)));
  llvm::Value* error = error_or_zero(b_, fits, EACCES);
  set_number(s, 0, b_.CreateSelect(inside, error, c64(-EINVAL)));
}

// ---- checksums ----

// Sum of two 32-bit numbers with the carry added at the low end.
llvm::Value* Lifter::add_with_carry(llvm::Value* a, llvm::Value* b) {
  llvm::Value* sum = b_.CreateAdd(a, b);
  return b_.CreateAdd(sum, b_.CreateZExt(b_.CreateICmpULT(sum, a), bits(32)));
}

// One's complement sum of the 32-bit words in memory, with what it starts from.
llvm::Value* Lifter::sum_words(const State& s, Register memory, Register size, llvm::Value* start) {
  const verify::Scalar& bytes = s.reg(size).scalar;
  const bool constant = bytes.is_constant();
  llvm::Value* length = number(s, size);
  llvm::Value* wide = b_.CreateZExt(start, bits(64));
  for (unsigned at = 0; at < bytes.all.umax; at += 4) {
    const unsigned part = std::min<unsigned>(4, unsigned(bytes.all.umax) - at);
    llvm::Value* word = read(s, s.reg(memory), reg(s, memory), at, part);
    word = b_.CreateZExt(word, bits(64));
    if (!constant)
      word = b_.CreateSelect(b_.CreateICmpUGT(length, c64(at)), word, c64(0));
    wide = b_.CreateAdd(wide, word);
  }
  return add_with_carry(b_.CreateTrunc(wide, bits(32)),
                        b_.CreateTrunc(b_.CreateLShr(wide, 32), bits(32)));
}

// sum(to) - sum(from) + seed, folded to 16 bits (Linux from 6.13 on). Where one of them is empty
// Linux takes another formula; they differ in which of the two zeros of one's complement they give.
void Lifter::lift_csum_diff(const State& s) {
  llvm::Value* seed = low32(s, 5);
  const auto pick = [&](Register size, auto with, auto without) -> llvm::Value* {
    const verify::Scalar& bytes = s.reg(size).scalar;
    if (bytes.low.umax == 0)
      return without();
    if (bytes.low.umin > 0)
      return with();
    llvm::Value *x = with(), *y = without();
    return b_.CreateSelect(b_.CreateICmpNE(low32(s, size), c32(0)), x, y);
  };
  llvm::Value* sum = pick(
      4,
      [&] {
        llvm::Value* added = sum_words(s, 3, 4, seed);
        return pick(
            2, [&] { return add_with_carry(added, b_.CreateNot(sum_words(s, 1, 2, c32(0)))); },
            [&] { return added; });
      },
      [&] {
        return pick(
            2, [&] { return b_.CreateNot(sum_words(s, 1, 2, b_.CreateNot(seed))); },
            [&] { return seed; });
      });
  llvm::Value* swapped = b_.CreateOr(b_.CreateLShr(sum, 16), b_.CreateShl(sum, 16));
  set_number(s, 0, b_.CreateLShr(b_.CreateAdd(sum, swapped), 16));
}

// ---- bpf_check_mtu ----

// r3 points to a length without the Ethernet header, or 0 for that of the frame; the MTU goes
// there. Every interface has the same, so it does not matter which one r2 names.
void Lifter::lift_check_mtu(const State& s) {
  auto *check = edge_block("check"), *done = edge_block("checked");
  llvm::Value* given = read(s, s.reg(3), reg(s, 3), 0, 4);
  llvm::Value* flags = number(s, Register(5));
  llvm::Value* good = b_.CreateICmpEQ(flags, c64(0));
  if (tc()) { // the longest segment: a frame is one
    llvm::Value* plain = b_.CreateICmpEQ(b_.CreateOr(given, low32(s, 4)), c32(0));
    good = b_.CreateOr(good, b_.CreateAnd(plain, b_.CreateICmpEQ(flags, c64(BPF_MTU_CHK_SEGS))));
  }
  set_number(s, 0, c64(-EINVAL));
  b_.CreateCondBr(good, check, done);
  b_.SetInsertPoint(check);
  llvm::Value* frame = b_.CreateSub(value_of(vars_.tail), value_of(vars_.head));
  llvm::Value* length = b_.CreateSelect(b_.CreateICmpEQ(given, c32(0)), frame,
                                        b_.CreateAdd(given, c32(ethernet_header)));
  length = b_.CreateAdd(length, low32(s, 4));
  llvm::Value* too_long =
      b_.CreateICmpSGT(length, c32(std::int64_t{options_.mtu} + ethernet_header));
  set_number(s, 0, too_long);
  write(s, s.reg(3), reg(s, 3), 0, 4, c32(options_.mtu));
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// ---- bytes of the packet, by a helper ----

void Lifter::lift_packet_bytes(const State& s, bool load_them) {
  const verify::Scalar& size = s.reg(4).scalar;
  const unsigned most = unsigned(size.all.umax);
  llvm::Value* offset = low32(s, 2);
  llvm::Value* length = b_.CreateTrunc(number(s, Register(4)), bits(32));
  llvm::Value* head = value_of(vars_.head);
  llvm::Value* available = b_.CreateNSWSub(value_of(vars_.tail), head);
  llvm::Value* near = b_.CreateICmpULE(offset, c32(0xffff));
  llvm::Value* good = b_.CreateAnd(near, b_.CreateICmpULE(b_.CreateAdd(offset, length), available));
  auto *copy = edge_block("copy"), *done = edge_block("copied");
  b_.CreateCondBr(good, copy, done);
  b_.SetInsertPoint(copy);
  llvm::Value* at = b_.CreateNSWAdd(head, offset);
  for (unsigned i = 0; i < most; ++i) {
    llvm::BasicBlock* next = nullptr;
    if (!size.is_constant()) {
      auto* byte = edge_block("byte");
      next = edge_block("next");
      b_.CreateCondBr(b_.CreateICmpUGT(length, c32(i)), byte, next);
      b_.SetInsertPoint(byte);
    }
    if (load_them)
      write(s, s.reg(3), reg(s, 3), i, 1, load(packet_address(at, i), 1, "packet"));
    else
      store(packet_address(at, i), read(s, s.reg(3), reg(s, 3), i, 1), 1, "packet");
    if (next) {
      b_.CreateBr(next);
      b_.SetInsertPoint(next);
    }
  }
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
  llvm::Value* error = b_.CreateSelect(near, c64(-EINVAL), c64(-EFAULT));
  set_number(s, 0, b_.CreateSelect(good, c64(0), error));
}

} // namespace pw::lift
