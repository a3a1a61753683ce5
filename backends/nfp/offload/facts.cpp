#include "backends/nfp/offload/facts.h"

#include "frontend/verify/helpers.h"
#include "frontend/verify/report.h"

#include <algorithm>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

constexpr RegisterSet caller_saved = 0x3f;

RegisterSet bit(Register r) { return RegisterSet(1u << r); }
RegisterSet bit(const Operand& o) { return o.reg ? bit(*o.reg) : RegisterSet(0); }
RegisterSet arguments(unsigned n) { return RegisterSet(((1u << n) - 1) << 1); }

struct Reads {
  RegisterSet operator()(const Alu& a) const {
    const RegisterSet src = a.op == AluOp::Neg ? RegisterSet(0) : bit(a.src);
    return RegisterSet((a.op == AluOp::Mov ? 0 : bit(a.dst)) | src);
  }
  RegisterSet operator()(const ByteSwap& s) const { return bit(s.dst); }
  RegisterSet operator()(const Load& l) const { return bit(l.base); }
  RegisterSet operator()(const Store& s) const { return RegisterSet(bit(s.base) | bit(s.src)); }
  RegisterSet operator()(const Atomic& a) const {
    return RegisterSet(bit(a.base) | bit(a.src) | (a.op == AtomicOp::CmpXchg ? 1 : 0));
  }
  RegisterSet operator()(const Jump& j) const {
    return j.condition == Condition::Always ? RegisterSet(0) : RegisterSet(bit(j.dst) | bit(j.src));
  }
  RegisterSet operator()(const CallHelper& c) const {
    return arguments(verify::argument_count(c.id));
  }
  RegisterSet operator()(const CallLocal&) const { return arguments(5); }
  RegisterSet operator()(const CallKfunc&) const { return arguments(5); }
  RegisterSet operator()(const isa::Exit&) const { return 1; }
  RegisterSet operator()(const LoadPacket& l) const {
    return RegisterSet(bit(Register(6)) | (l.index ? bit(*l.index) : 0));
  }
  template <class T> RegisterSet operator()(const T&) const { return 0; } // loads of constants
};

struct Writes {
  RegisterSet operator()(const Store&) const { return 0; }
  RegisterSet operator()(const Atomic& a) const {
    return a.fetch ? bit(a.op == AtomicOp::CmpXchg ? Register(0) : a.src) : RegisterSet(0);
  }
  RegisterSet operator()(const Jump&) const { return 0; }
  RegisterSet operator()(const isa::Exit&) const { return 0; }
  RegisterSet operator()(const CallHelper&) const { return caller_saved; }
  RegisterSet operator()(const CallLocal&) const { return caller_saved; }
  RegisterSet operator()(const CallKfunc&) const { return caller_saved; }
  RegisterSet operator()(const LoadPacket&) const { return caller_saved; }
  template <class T> RegisterSet operator()(const T& t) const { return bit(t.dst); }
};

class Finder {
public:
  Finder(const Object& object, const verify::Linked& linked, const Program& program, Facts& out)
      : program_(program), silent_(linked), out_(out),
        transfer_(object, linked.whole, out.explored.code, silent_, true) {}

  void run() {
    const std::size_t count = program_.insns.size();
    out_.before.resize(count);
    out_.reached.resize(count);
    out_.live_after.resize(count);
    for (const verify::Node& node : out_.explored.nodes)
      if (!node.loop_step)
        visit(node);
    for (const auto& [first, function] : out_.explored.graph->functions()) {
      unsigned& bytes = out_.frame_bytes[first];
      bytes = std::max(bytes, function.stack_bytes);
      for (const verify::Block& block : function.blocks)
        find_live(function, block);
    }
  }

private:
  void visit(const verify::Node& node) {
    const verify::Function& f = *out_.explored.contexts[node.context].function;
    const verify::Block& block = f.blocks[node.block];
    verify::State state = node.entry;
    for (unsigned i = block.first; i <= block.last && i < out_.before.size(); ++i) {
      if (!out_.explored.code[i])
        continue;
      see(f, i, state);
      if (i < block.last)
        transfer_.step(state, i);
    }
  }

  void see(const verify::Function& f, unsigned insn, const verify::State& state) {
    out_.reached[insn] = true;
    const auto frame = unsigned(state.frames.size() - 1);
    for (unsigned r = 0; r <= 10; ++r)
      out_.before[insn][r].add(state.reg(r), frame);
    const RegisterSet used = registers_read(*out_.explored.code[insn]);
    for (unsigned r = 0; r < 10; ++r)
      if (used >> r & 1)
        note_stack(f, state.reg(r), frame);
  }

  // Of a stack pointer that is used somehow: the frame reaches at least there.
  void note_stack(const verify::Function& f, const verify::Value& v, unsigned frame) {
    if (v.kind != Kind::Stack || v.frame != frame)
      return;
    const std::int64_t depth = std::clamp<std::int64_t>(-v.min_offset(), 0, 512);
    unsigned& bytes = out_.frame_bytes[f.first];
    bytes = std::max(bytes, unsigned(depth));
  }

  void find_live(const verify::Function& f, const verify::Block& block) {
    RegisterSet live = 0;
    for (const unsigned s : block.successors)
      live |= f.blocks[s].live_in;
    for (unsigned i = block.last + 1; i-- > block.first;) {
      const auto& insn = out_.explored.code[i];
      if (!insn || i >= out_.live_after.size())
        continue;
      out_.live_after[i] = live;
      live = RegisterSet((live & ~registers_written(*insn)) | registers_read(*insn));
    }
  }

  const Program& program_;
  verify::Report silent_;
  Facts& out_;
  verify::Transfer transfer_;
};

} // namespace

void Known::add(const verify::Value& v, unsigned frame) {
  const unsigned bit = 1u << unsigned(v.kind);
  const bool first_of_kind = !(kinds & bit);
  const bool first = (kinds & ~(1u << unsigned(Kind::Scalar))) == 0; // of pointers
  kinds |= bit;
  if (v.is_scalar()) {
    scalar = first_of_kind ? v.scalar : verify::join(scalar, v.scalar);
    return;
  }
  fixed &= v.constant_offset();
  low = first ? v.min_offset() : std::min(low, v.min_offset());
  high = first ? v.max_offset() : std::max(high, v.max_offset());
  one_index &= first || index == v.index;
  index = v.index;
  own_frame &= v.kind != Kind::Stack || v.frame == frame;
}

RegisterSet registers_read(const isa::Instruction& insn) { return std::visit(Reads{}, insn); }
RegisterSet registers_written(const isa::Instruction& insn) { return std::visit(Writes{}, insn); }

const verify::Function& Facts::function_of(unsigned insn) const {
  const auto& all = explored.graph->functions();
  return std::prev(all.upper_bound(insn))->second;
}

const verify::Block& Facts::block_of(unsigned insn) const {
  const verify::Function& f = function_of(insn);
  return f.blocks[std::prev(f.block_at.upper_bound(insn))->second];
}

Facts find_facts(const Object& object, const Program& program) {
  const verify::Linked linked(object, program);
  verify::Report report(linked);
  VerifyOptions options;
  options.micro_engine = true;
  Facts facts;
  facts.explored = verify::explore(object, linked, options, report);
  if (!facts.explored.complete || report.errors()) {
    std::vector<Diagnostic> reasons = report.take();
    std::erase_if(reasons, [](const Diagnostic& d) { return d.severity != Severity::Error; });
    if (reasons.empty())
      throw std::logic_error("a program that was not seen as a whole, without a reason");
    throw Failure(reasons);
  }
  Finder(object, linked, program, facts).run();
  return facts;
}

} // namespace pw::nfp::offload
