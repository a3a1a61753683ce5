// Perf event arrays and ring buffers, as Linux 6.18 does it with a consumer that takes all that is
// there after each packet. An event is one call, whose last arguments are its bytes side by side.
#include "frontend/lift/lifter.h"

#include "support/events.h"

#include <algorithm>
#include <cerrno>

namespace pw::lift {

using namespace isa;

void Lifter::lift_event(const State& s, std::uint32_t helper) {
  switch (helper) {
  case BPF_FUNC_perf_event_output:
    return lift_perf_output(s);
  case BPF_FUNC_ringbuf_output:
    return lift_ring_output(s);
  case BPF_FUNC_ringbuf_reserve:
    return lift_reserve(s);
  case BPF_FUNC_ringbuf_query:
    return lift_query(s);
  default:
    return lift_close(s, helper == BPF_FUNC_ringbuf_submit);
  }
}

// ---- what is in an event ----

std::vector<llvm::Value*> Lifter::pieces_of(unsigned frame, int first, unsigned bytes) {
  const StackLayout& layout = stacks_[frame];
  std::vector<llvm::Value*> parts;
  for (unsigned p = bytes == 0 ? unsigned(layout.pieces().size()) : layout.first_overlapping(first);
       p < layout.pieces().size() && layout.pieces()[p].offset < first + int(bytes); ++p)
    parts.push_back(value_of(pieces_[frame][p]));
  return parts;
}

// `most` bytes from what the register points to, in parts that fields are likely to be.
std::vector<llvm::Value*> Lifter::bytes_of(const State& s, Register r, std::uint64_t most) {
  const Abstract& v = s.reg(r);
  if (v.kind == Kind::Stack && v.constant_offset())
    return pieces_of(v.frame, int(v.offset), unsigned(most));
  if (v.kind == Kind::Record && v.constant_offset())
    return pieces_of(first_record_ + v.frame, record_place(v.offset), unsigned(most));
  std::vector<llvm::Value*> parts;
  for (unsigned at = 0; at < most;) {
    unsigned bytes = 8;
    while (at + bytes > most)
      bytes /= 2;
    parts.push_back(read(s, v, reg(s, r), at, bytes));
    at += bytes;
  }
  return parts;
}

// Calls of one kind have arguments of the same types.
void Lifter::emit_event(unsigned map, llvm::Value* length, const std::vector<llvm::Value*>& parts,
                        llvm::Value* copied) {
  std::vector<llvm::Value*> arguments{b_.CreateTrunc(length, bits(32))};
  if (copied)
    arguments.insert(arguments.end(), {copied, value_of(vars_.head)});
  arguments.insert(arguments.end(), parts.begin(), parts.end());
  std::vector<llvm::Type*> types;
  for (llvm::Value* v : arguments)
    types.push_back(v->getType());
  auto* type = llvm::FunctionType::get(b_.getVoidTy(), types, false);
  const std::string name = (copied ? "pw.sample." : "pw.event.") + std::to_string(map);
  const unsigned kind =
      event_kinds_.try_emplace({name, type}, unsigned(event_kinds_.size())).first->second;
  auto callee = effect((name + "." + std::to_string(kind)).c_str(), type);
  if (copied) // reads the packet
    llvm::cast<llvm::Function>(callee.getCallee())
        ->setMemoryEffects(llvm::MemoryEffects::inaccessibleMemOnly() |
                           llvm::MemoryEffects(llvm::IRMemLocation::Other, llvm::ModRefInfo::Ref));
  b_.CreateCall(callee, arguments);
}

// ---- perf event arrays ----

// What is wrong is looked for in the order in which Linux does it; the result is there before.
void Lifter::lift_perf_output(const State& s) {
  const MapDefinition& map = object_.maps[s.reg(2).index];
  llvm::Value *flags = number(s, Register(3)), *size = number(s, Register(5));
  llvm::Value* copied = b_.CreateTrunc(b_.CreateLShr(flags, 32), bits(32));
  llvm::Value* length = b_.CreateSub(value_of(vars_.tail), value_of(vars_.head));
  llvm::Value* error = c64(0);
  const auto unless = [&](llvm::Value* bad, int number) {
    error = b_.CreateSelect(bad, c64(-number), error);
  };
  if (!options_.verify.micro_engine) { // there the host looks for the slot, afterwards
    llvm::Value *index = b_.CreateTrunc(flags, bits(32)), *cpu = environment("pw.cpu", bits(32));
    llvm::Value* current = b_.CreateICmpEQ(index, c32(std::int64_t(BPF_F_CURRENT_CPU)));
    index = b_.CreateSelect(current, cpu, index);
    unless(b_.CreateICmpNE(index, cpu), EOPNOTSUPP);
    unless(b_.CreateICmpUGE(index, c32(perf_slots(map.max_entries))), E2BIG);
  }
  unless(b_.CreateICmpUGT(copied, length), EFAULT);
  unless(b_.CreateICmpUGT(copied, c32(BPF_F_CTXLEN_MASK >> 32)), EINVAL);
  set_number(s, 0, error);
  auto *output = edge_block("output"), *done = edge_block("put_out");
  b_.CreateCondBr(b_.CreateICmpEQ(error, c64(0)), output, done);
  b_.SetInsertPoint(output);
  emit_event(s.reg(2).index, size, bytes_of(s, 4, s.reg(5).scalar.all.umax),
             verify::may_copy_packet(s.reg(3).scalar) ? copied : nullptr);
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// ---- ring buffers ----

// Room for a record, if there is some: the consumer took everything before this packet.
llvm::Value* Lifter::take_ring(unsigned map, llvm::Value* size) {
  llvm::Value* used = value_of(ring_used_.at(map));
  llvm::Value* bytes = b_.CreateAnd(b_.CreateAdd(size, c64(15)), c64(-8));
  llvm::Value* sum = b_.CreateAdd(used, bytes);
  llvm::Value* fits = b_.CreateICmpULT(sum, c64(object_.maps[map].max_entries));
  b_.CreateStore(b_.CreateSelect(fits, sum, used), ring_used_.at(map));
  return fits;
}

void Lifter::lift_ring_output(const State& s) {
  const unsigned map = s.reg(1).index;
  llvm::Value* size = number(s, Register(3));
  auto *allowed = edge_block("allowed"), *output = edge_block("output"),
       *done = edge_block("put_out");
  const std::int64_t known = BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP;
  llvm::Value* flags = b_.CreateAnd(number(s, Register(4)), c64(~known));
  set_number(s, 0, c64(-EINVAL));
  b_.CreateCondBr(b_.CreateICmpEQ(flags, c64(0)), allowed, done);
  b_.SetInsertPoint(allowed);
  llvm::Value* fits = take_ring(map, size);
  set_number(s, 0, b_.CreateSelect(fits, c64(0), c64(-EAGAIN)));
  b_.CreateCondBr(fits, output, done);
  b_.SetInsertPoint(output);
  emit_event(map, size, bytes_of(s, 2, s.reg(3).scalar.all.umax));
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// The result is 1 where there is a record: it is only ever compared with NULL.
void Lifter::lift_reserve(const State& s) {
  if (transfer_.never_fits(s))
    return set_number(s, 0, c64(0));
  auto *take = edge_block("reserve"), *done = edge_block("reserved");
  set_number(s, 0, c64(0));
  b_.CreateCondBr(b_.CreateICmpEQ(number(s, Register(3)), c64(0)), take, done);
  b_.SetInsertPoint(take);
  set_number(s, 0, take_ring(s.reg(1).index, number(s, Register(2))));
  State after = s;
  transfer_.finish_call(after, transfer_.reserve_record(after));
  clear_stack(first_record_ + after.reg(0).frame);
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// Records leave in the order in which they were reserved.
void Lifter::lift_close(const State& s, bool submit) {
  std::vector<State::Record> records = s.records;
  const auto closed = std::ranges::find(records, unsigned(s.reg(1).frame), &State::Record::number);
  (submit ? closed->submitted : closed->discarded) = true;
  const std::uint32_t map = closed->map;
  for (const State::Record& r : records) {
    if (r.map != map)
      continue;
    if (!r.submitted && !r.discarded)
      return;
    if (r.submitted)
      emit_event(map, c64(r.bytes), pieces_of(first_record_ + r.number, record_place(0), r.bytes));
  }
}

void Lifter::lift_query(const State& s) {
  const unsigned map = s.reg(1).index;
  switch (s.reg(2).scalar.value()) {
  case BPF_RB_AVAIL_DATA:
    return set_number(s, 0, value_of(ring_used_.at(map)));
  case BPF_RB_RING_SIZE:
    return set_number(s, 0, c64(object_.maps[map].max_entries));
  default: // Linux knows no other
    return set_number(s, 0, c64(0));
  }
}

} // namespace pw::lift
