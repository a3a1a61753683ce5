#include "backends/nfp/select/refusals.h"

#include "backends/nfp/select/selector.h"

#include <llvm/IR/Operator.h>

#include <algorithm>

namespace pw::nfp {

using namespace llvm;

std::vector<Diagnostic> Refusals::run() {
  maps();
  helpers();
  for (const llvm::Instruction& i : instructions(f_))
    instruction(i);
  return std::move(all_);
}

namespace {
// Where the program returns.
SourceLocation end_of(const Program& program) {
  for (unsigned at = 0; at < program.insns.size(); ++at)
    if (program.insns[at].code == (BPF_JMP | BPF_EXIT))
      if (SourceLocation where = program.location(at); where.known())
        return where;
  return {};
}
} // namespace

SourceLocation Refusals::place(const llvm::Instruction& from) const {
  std::vector<const llvm::Instruction*> todo{&from};
  std::set<const llvm::Instruction*> seen{&from};
  const auto add = [&](const Value* v) {
    if (const auto* i = dyn_cast<llvm::Instruction>(v); i && seen.insert(i).second)
      todo.push_back(i);
  };
  for (std::size_t n = 0; n < todo.size(); ++n) {
    if (SourceLocation where = location_of(*todo[n], program_); where.known())
      return where;
    for (const User* u : todo[n]->users())
      add(u);
    for (const Value* operand : from.operands()) // what it is made of
      if (n + 1 == todo.size())
        add(operand);
  }
  return end_of(program_);
}

void Refusals::add(const llvm::Instruction* i, Diagnostic d) {
  add(i ? place(*i) : SourceLocation{}, std::move(d));
}

void Refusals::add(SourceLocation where, Diagnostic d) {
  d.location = std::move(where);
  const bool known = std::any_of(all_.begin(), all_.end(), [&](const Diagnostic& o) {
    return o.code == d.code && o.location == d.location && o.message == d.message;
  });
  if (!known)
    all_.push_back(std::move(d));
}

// ---- instructions ----

void Refusals::instruction(const llvm::Instruction& i) {
  if (const auto* c = dyn_cast<CallInst>(&i))
    return call(*c);
  if (isa<AtomicCmpXchgInst>(i) || isa<AtomicRMWInst>(i))
    return atomic(i);
  if (const auto* l = dyn_cast<LoadInst>(&i))
    return access(i, l->getPointerOperand(), bytes_of(l->getType()), false);
  if (const auto* s = dyn_cast<StoreInst>(&i))
    return access(i, s->getPointerOperand(), bytes_of(s->getValueOperand()->getType()), true);
  wide(i);
}

void Refusals::wide(const llvm::Instruction& i) {
  if (!i.getType()->isIntegerTy() || i.getType()->getIntegerBitWidth() <= 64)
    return;
  const bool shift = i.isShift() && !isa<ConstantInt>(i.getOperand(1));
  if (shift || i.getOpcode() == llvm::Instruction::Mul || i.isIntDivRem())
    add(&i, diagnose("PW-NFP-211", "the stack is accessed at a variable place")
                .limited("numbers of 64 bits",
                         std::to_string(i.getType()->getIntegerBitWidth()) + " bits")
                .help("use constant indices for arrays on the stack"));
}

namespace {
// rmw: null for a comparison and exchange.
std::string atomic_name(const AtomicRMWInst* rmw) {
  return "an atomic " + (rmw ? AtomicRMWInst::getOperationName(rmw->getOperation()).str()
                             : std::string("compare-and-exchange"));
}
} // namespace

void Refusals::atomic(const llvm::Instruction& i) {
  const auto* rmw = dyn_cast<AtomicRMWInst>(&i);
  if (!rmw || rmw->getOperation() != AtomicRMWInst::Add || !rmw->use_empty()) {
    const bool adds = rmw && rmw->getOperation() == AtomicRMWInst::Add;
    add(&i, diagnose("PW-NFP-203", adds ? "the result of an atomic addition is used"
                                        : "the card has no such atomic operation")
                .limited("additions of 4 or 8 bytes without a result",
                         adds ? "an addition with its result" : atomic_name(rmw))
                .help("use __sync_fetch_and_add and not its result"));
    return;
  }
  const auto place = place_of(rmw->getPointerOperand());
  if (place && place->offset % 4 != 0)
    pieces(i, "the counter is not at a multiple of 4");
}

void Refusals::pieces(const llvm::Instruction& i, const std::string& what) {
  add(&i, diagnose("PW-NFP-209", "a counter is used in pieces")
              .breaks("counters are words in the byte order of the card's memory")
              .limited("whole counters of 4 or 8 bytes at a multiple of 4", what)
              .help("use fields of 4 or 8 bytes, each of its own"));
}

// ---- memory ----

void Refusals::access(const llvm::Instruction& i, const Value* address, unsigned bytes,
                      bool write) {
  const auto place = place_of(address);
  if (!place)
    return constants(i, address);
  if (place->packet)
    return packet(i, *place, bytes);
  for (const unsigned map : maps_of(place->base)) {
    uses(i, *place, map, bytes, write);
    if (write)
      change(llvm::cast<StoreInst>(i), map);
  }
}

void Refusals::constants(const llvm::Instruction& i, const Value* address) {
  const auto* gep = dyn_cast<GEPOperator>(address);
  if (gep && !isa<ConstantInt>(gep->getOperand(1)))
    add(&i, diagnose("PW-NFP-210", "a table of constants is read at a variable place")
                .breaks("there is no memory for constants")
                .limited("constant places", "a place that is computed")
                .help("put the table into an array map"));
}

void Refusals::packet(const llvm::Instruction& i, const Place& p, unsigned bytes) {
  const auto end = p.offset + std::int64_t(bytes);
  const std::int64_t most = profile_.split_bytes - 32;
  if (!p.base && end > most) // at run-time offsets the program's own bounds hold
    add(&i, diagnose("PW-NFP-208", "the packet is accessed behind the part that the engines see")
                .limited("bytes below " + std::to_string(most), std::to_string(end))
                .help("look at headers nearer to the start of the packet only"));
}

// All words of an access are counters, or none.
void Refusals::uses(const llvm::Instruction& i, const Place& p, unsigned map, unsigned bytes,
                    bool write) {
  const Table& t = tables_.table(map);
  const bool variable = isa<GEPOperator>(p.base);
  const std::int64_t first = variable ? 0 : p.offset / 4;
  const std::int64_t last =
      variable ? std::int64_t(t.words.size()) - 1 : (p.offset + bytes - 1) / 4;
  unsigned counters = 0, words = 0;
  for (std::int64_t w = first; w <= last && w < std::int64_t(t.words.size()); ++w, ++words)
    counters += t.words[std::size_t(w)] == WordUse::Counter;
  if (counters != 0 && counters != words)
    pieces(i, "counters and other fields are accessed together");
  else if (counters && write && (p.offset % 4 != 0 || bytes % 4 != 0))
    pieces(i, "a part of a counter is written");
  else if (counters && variable && bytes % 4 != 0)
    pieces(i, "a part of a counter is read at a variable place");
}

// A store of something computed from a load of the same place.
void Refusals::change(const StoreInst& s, unsigned map) {
  const auto place = place_of(s.getPointerOperand());
  std::set<const Value*> seen;
  if (!comes_from(s.getValueOperand(), *place, 8, seen))
    return;
  add(&s, diagnose("PW-NFP-215", "the value of map '" + object_.maps[map].name +
                                     "' is read, changed and written, but other engines may do "
                                     "the same at this time")
              .limited("atomic additions", "a load and a store")
              .help("use __sync_fetch_and_add")
              .warning());
}

bool Refusals::comes_from(const Value* v, const Place& place, unsigned depth,
                          std::set<const Value*>& seen) {
  if (depth == 0 || !seen.insert(v).second)
    return false;
  if (const auto* load = dyn_cast<LoadInst>(v)) {
    const auto from = place_of(load->getPointerOperand());
    return from && !from->packet && from->base == place.base && from->offset == place.offset;
  }
  const auto* i = dyn_cast<llvm::Instruction>(v);
  return i && !isa<CallInst>(i) && std::any_of(i->op_begin(), i->op_end(), [&](const Use& u) {
           return comes_from(u.get(), place, depth - 1, seen);
         });
}

std::vector<Diagnostic> refusals(const Object& object, const Program& program,
                                 const llvm::Function& f, const FirmwareProfile& profile,
                                 const TablePlan& tables, bool tc) {
  return Refusals(object, program, f, profile, tables, tc).run();
}

} // namespace pw::nfp
