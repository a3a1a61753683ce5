#include "backends/nfp/select/refuse.h"

#include "backends/nfp/select/reads.h"
#include "backends/nfp/select/selector.h"

#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/ConstantRange.h>
#include <llvm/IR/InstIterator.h>

#include <linux/bpf.h>

#include <algorithm>

namespace pw::nfp {
namespace {

using namespace llvm;
using llvm::Instruction;

constexpr unsigned local_window = 64; // bytes of local memory that one address reaches

constexpr unsigned round8(unsigned n) { return (n + 7) / 8 * 8; }

class Refusals {
public:
  Refusals(const Object& object, const Program& program, const llvm::Function& f,
           const FirmwareProfile& profile, const TablePlan& tables)
      : object_(object), program_(program), f_(f), profile_(profile), tables_(tables) {}

  std::vector<Diagnostic> run() {
    maps();
    helpers();
    for (const llvm::Instruction& i : instructions(f_))
      instruction(i);
    return std::move(all_);
  }

private:
  void add(const llvm::Instruction* i, Diagnostic d) {
    if (i)
      d.location = location_of(*i, program_);
    const bool known = std::any_of(all_.begin(), all_.end(), [&](const Diagnostic& o) {
      return o.code == d.code && o.location == d.location && o.message == d.message;
    });
    if (!known)
      all_.push_back(std::move(d));
  }

  // ---- maps ----

  void maps() {
    std::uint64_t entries = 0;
    for (const Table& t : tables_.tables) {
      const MapDefinition& m = object_.maps[t.map];
      entries += m.max_entries;
      map_type(m);
      limit(m, "key", m.key_size, std::min(profile_.maps.max_key, local_window));
      limit(m, "value", m.value_size, std::min(profile_.maps.max_value, local_window));
      limit(m, "key and value", round8(m.key_size) + round8(m.value_size),
            profile_.maps.max_element);
    }
    if (tables_.tables.size() > profile_.maps.max_maps)
      add(nullptr, diagnose("PW-NFP-205", "the program has too many maps")
                       .limited("max_maps " + std::to_string(profile_.maps.max_maps),
                                std::to_string(tables_.tables.size())));
    if (entries > profile_.maps.max_elements)
      add(nullptr, diagnose("PW-NFP-205", "the program's maps have too many entries")
                       .limited("max_elements " + std::to_string(profile_.maps.max_elements),
                                std::to_string(entries))
                       .help("make max_entries of the maps smaller"));
  }

  void map_type(const MapDefinition& m) {
    const auto& types = profile_.maps.types;
    const bool there = std::find(types.begin(), types.end(), unsigned(m.type)) != types.end();
    if (!there)
      add(nullptr, diagnose("PW-NFP-204", "map '" + m.name +
                                              "' is of a type that the firmware "
                                              "doesn't have")
                       .limited("types of the firmware profile",
                                "bpf_map_type " + std::to_string(unsigned(m.type)))
                       .help("use a hash or an array"));
  }

  void limit(const MapDefinition& m, const std::string& what, unsigned bytes, unsigned most) {
    if (bytes > most)
      add(nullptr, diagnose("PW-NFP-205", what + " of map '" + m.name + "' are too large")
                       .limited(std::to_string(most) + " bytes", std::to_string(bytes)));
  }

  // ---- calls that are seen in the object only: they leave no trace in the lifted program ----

  void helpers() {
    for (unsigned at = 0; at < program_.insns.size(); ++at) {
      const bpf_insn& i = program_.insns[at];
      if (i.code != (BPF_JMP | BPF_CALL) || i.src_reg != 0 || i.imm != BPF_FUNC_xdp_adjust_meta)
        continue;
      Diagnostic d = diagnose("PW-NFP-213", "metadata is put in front of the packet");
      all_.push_back(d.at(at, program_.location(at)));
    }
  }

  // ---- instructions ----

  void instruction(const llvm::Instruction& i) {
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

  void wide(const llvm::Instruction& i) {
    if (!i.getType()->isIntegerTy() || i.getType()->getIntegerBitWidth() <= 64)
      return;
    const bool shift = i.isShift() && !isa<ConstantInt>(i.getOperand(1));
    if (shift || i.getOpcode() == llvm::Instruction::Mul || i.isIntDivRem())
      add(&i, diagnose("PW-NFP-211", "the stack is accessed at a variable place")
                  .limited("numbers of 64 bits",
                           std::to_string(i.getType()->getIntegerBitWidth()) + " bits")
                  .help("use constant indices for arrays on the stack"));
  }

  void call(const CallInst& c) {
    const StringRef name = c.getCalledFunction()->getName();
    if (name == "pw.exit")
      return exit(c);
    for (const auto& [source, what] : {std::pair{"pw.time", "the time"},
                                       {"pw.cpu", "the number of the CPU"},
                                       {"pw.ifindex", "the number of the interface"},
                                       {"pw.rxq", "the number of the receive queue"}})
      if (name == source)
        add(&c, diagnose("PW-NFP-201", std::string(what) + " is not known on the card"));
    if (name.starts_with("pw.trace"))
      add(&c, diagnose("PW-NFP-202", "bpf_trace_printk has nowhere to print to on the card")
                  .help("guard it by a constant, and set that with --set"));
    if (name.starts_with("pw.event.") || name.starts_with("pw.sample."))
      add(&c, diagnose("PW-NFP-214", "events are sent by the card's own firmware only")
                  .help("load NAME.offload.o with the card's driver, which translates the call"));
    if (name == "pw.random" && !profile_.random)
      add(&c, diagnose("PW-NFP-212", "the firmware has no random numbers").limited("random", "no"));
    if (name == "pw.queue" && !profile_.queue_select)
      add(&c, diagnose("PW-NFP-212", "the firmware can't choose a queue")
                  .limited("queue_select", "no"));
    const unsigned helper = name.starts_with("pw.map.update")   ? 2
                            : name.starts_with("pw.map.delete") ? 3
                            : name.starts_with("pw.map.")       ? 1
                                                                : 0;
    if (helper && !profile_.helpers.contains(helper))
      add(&c,
          diagnose("PW-NFP-212", "the firmware doesn't have this map helper")
              .limited("helpers of the firmware profile", "function " + std::to_string(helper)));
  }

  void atomic(const llvm::Instruction& i) {
    const auto* rmw = dyn_cast<AtomicRMWInst>(&i);
    if (!rmw || rmw->getOperation() != AtomicRMWInst::Add || !rmw->use_empty()) {
      add(&i, diagnose("PW-NFP-203", rmw && rmw->getOperation() == AtomicRMWInst::Add
                                         ? "the result of an atomic addition is used"
                                         : "the card has no such atomic operation")
                  .limited("additions of 4 or 8 bytes without a result", "")
                  .help("use __sync_fetch_and_add and not its result"));
      return;
    }
    const auto place = place_of(rmw->getPointerOperand());
    if (place && place->offset % 4 != 0)
      pieces(i, "the counter is not at a multiple of 4");
  }

  void pieces(const llvm::Instruction& i, const std::string& what) {
    add(&i, diagnose("PW-NFP-209", what)
                .breaks("counters are words in the byte order of the card's memory")
                .help("use fields of 4 or 8 bytes, each of its own"));
  }

  // ---- memory ----

  void access(const llvm::Instruction& i, const Value* address, unsigned bytes, bool write) {
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

  void constants(const llvm::Instruction& i, const Value* address) {
    const auto* gep = dyn_cast<GEPOperator>(address);
    if (gep && !isa<ConstantInt>(gep->getOperand(1)))
      add(&i, diagnose("PW-NFP-210", "a table of constants is read at a variable place")
                  .help("put the table into an array map"));
  }

  void packet(const llvm::Instruction& i, const Place& p, unsigned bytes) {
    const auto end = p.offset + std::int64_t(bytes);
    const std::int64_t most = profile_.split_bytes - 32;
    if (!p.base && end > most) // at run-time offsets the program's own bounds hold
      add(&i, diagnose("PW-NFP-208", "the packet is accessed behind the part that the engines see")
                  .limited("bytes below " + std::to_string(most), std::to_string(end))
                  .help("look at headers nearer to the start of the packet only"));
  }

  // All words of an access are counters, or none.
  void uses(const llvm::Instruction& i, const Place& p, unsigned map, unsigned bytes, bool write) {
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
  void change(const StoreInst& s, unsigned map) {
    const auto place = place_of(s.getPointerOperand());
    std::set<const Value*> seen;
    if (!comes_from(s.getValueOperand(), *place, 8, seen))
      return;
    add(&s, diagnose("PW-NFP-215", "the value of map '" + object_.maps[map].name +
                                       "' is read, changed and written, but other engines may do "
                                       "the same at this time")
                .help("use __sync_fetch_and_add")
                .warning());
  }

  bool comes_from(const Value* v, const Place& place, unsigned depth,
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

  // ---- the way out ----

  void exit(const CallInst& c) {
    const auto zero = [&](unsigned argument) {
      const auto* v = dyn_cast<ConstantInt>(c.getArgOperand(argument));
      return v && v->isZero();
    };
    const auto* verdict = dyn_cast<ConstantInt>(c.getArgOperand(0));
    if (!zero(5) || !zero(7) || (verdict && verdict->equalsInt(XDP_REDIRECT)))
      add(&c, diagnose("PW-NFP-200", "packets are redirected")
                  .breaks("the card passes, drops or sends back")
                  .help("return XDP_TX, or leave it to the host"));
    const KnownBits known = computeKnownBits(c.getArgOperand(0), f_.getParent()->getDataLayout());
    const bool may_redirect = known.getMaxValue().uge(XDP_REDIRECT) && !known.Zero[2];
    if (!verdict && may_redirect && zero(5) && zero(7))
      add(&c, diagnose("PW-NFP-200", "the verdict may be XDP_REDIRECT")
                  .breaks("the card passes, drops or sends back")
                  .help("compare the verdict with XDP_TX before it is returned"));
    const auto* fill = dyn_cast<ConstantInt>(c.getArgOperand(3));
    if (!fill || !fill->equalsInt(no_fill))
      add(&c, diagnose("PW-NFP-206", "bpf_xdp_adjust_tail makes the packet longer"));
    head(c);
  }

  void head(const CallInst& c) {
    const Value* h = c.getArgOperand(1);
    std::vector<const Value*> ways{h};
    if (const auto* phi = dyn_cast<PHINode>(h))
      ways.assign(phi->op_begin(), phi->op_end());
    for (const Value* v : ways) {
      const ConstantRange range = isa<ConstantInt>(v)
                                      ? ConstantRange(llvm::cast<ConstantInt>(v)->getValue())
                                      : computeConstantRange(v, true);
      const std::int64_t low = range.getSignedMin().getSExtValue();
      const std::int64_t high = range.getSignedMax().getSExtValue();
      if (!isa<ConstantInt>(v) || (low >= -std::int64_t(profile_.adjust_head.guaranteed_sub) &&
                                   high <= std::int64_t(profile_.adjust_head.guaranteed_add)))
        continue;
      add(&c, diagnose("PW-NFP-207", "bpf_xdp_adjust_head moves the head further than the firmware "
                                     "guarantees")
                  .limited("-" + std::to_string(profile_.adjust_head.guaranteed_sub) + " to " +
                               std::to_string(profile_.adjust_head.guaranteed_add) + " bytes",
                           std::to_string(low)));
    }
  }

  static constexpr std::uint64_t no_fill = 65535;

  const Object& object_;
  const Program& program_;
  const llvm::Function& f_;
  const FirmwareProfile& profile_;
  const TablePlan& tables_;
  std::vector<Diagnostic> all_;
};

} // namespace

std::vector<Diagnostic> refusals(const Object& object, const Program& program,
                                 const llvm::Function& f, const FirmwareProfile& profile,
                                 const TablePlan& tables) {
  return Refusals(object, program, f, profile, tables).run();
}

} // namespace pw::nfp
