// A value that finds no register becomes a word of local memory behind the stack. *l$index0[k]
// reaches the first 64 bytes and is an operand like a register; what lies behind is fetched through
// ActLMAddr3:  alu[t, A22, +, block]; csr[ActLMAddr3] = t; ...; *l$index3[k]
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/interference.h"
#include "backends/nfp/allocate/passes.h"

#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

constexpr unsigned window_words = 16, window_bytes = 64, word_bytes = 4, stack_register = 22;
constexpr std::uint16_t address_csr = 0x9c; // ActLMAddr3

class Spill {
public:
  Spill(Function& f, const Interference& graph, const FirmwareProfile& profile)
      : f_(f), graph_(graph), profile_(profile) {}

  void run(const std::vector<Node>& nodes) {
    first_word_ = (f_.stack_bytes + word_bytes - 1) / word_bytes;
    for (Node n : nodes)
      slots_[n] = free_slot(n);
    unsigned end = first_word_;
    for (const auto& [n, slot] : slots_)
      end = std::max(end, slot + 1);
    f_.stack_bytes = end * word_bytes;
    if (f_.stack_bytes > profile_.stack_bytes)
      fail();
    for (Block& b : f_.blocks)
      rewrite(b);
  }

private:
  // Nodes that never live together share a word.
  unsigned free_slot(Node n) const {
    for (unsigned slot = first_word_;; ++slot) {
      bool free = true;
      for (const auto& [other, used] : slots_)
        free &= used != slot || !graph_.clash(n, other);
      if (free)
        return slot;
    }
  }

  [[noreturn]] void fail() const {
    throw Failure(
        diagnose("PW-NFP-250",
                 "program '" + f_.name + "' needs more values at a time than the card has room for")
            .breaks("registers, local memory and the stack's local memory hold all values that "
                    "are still needed")
            .limited(std::to_string(profile_.stack_bytes) + " bytes of local memory a packet",
                     std::to_string(f_.stack_bytes) + " bytes")
            .help("keep fewer values across calls, or use less stack"));
  }

  void rewrite(Block& b) {
    std::vector<Instruction> body;
    for (std::size_t i = 0; i < b.body.size();) {
      const std::size_t end = bundle_end(b.body, i);
      after_.clear();
      const std::size_t begin = body.size();
      for (; i < end; ++i)
        body.push_back(rewritten(b.body[i]));
      body.insert(body.begin() + long(begin), before_.begin(), before_.end());
      before_.clear();
      body.insert(body.end(), after_.begin(), after_.end());
      if (is_move(body.back()) && body.back().dst.kind == Kind::Local &&
          body.back().dst == body.back().b)
        body.pop_back(); // from a word to itself
    }
    if (b.branch)
      b.branch = rewritten(*b.branch);
    body.insert(body.end(), before_.begin(), before_.end());
    before_.clear();
    b.body = std::move(body);
  }

  Instruction rewritten(Instruction i) {
    const bool update = updates_destination(i);
    for (Operand* o : {&i.a, &i.b, &i.dst}) {
      const auto slot = slot_of(*o);
      if (!slot)
        continue;
      if (*slot < window_words)
        *o = local(0, std::uint8_t(*slot));
      else
        *o = far(*slot, o != &i.dst || update, o == &i.dst, i.where);
    }
    return i;
  }

  std::optional<unsigned> slot_of(const Operand& o) const {
    if (o.kind != Kind::Virtual)
      return std::nullopt;
    const auto slot = slots_.find(graph_.node(o.number));
    return slot == slots_.end() ? std::nullopt : std::optional(slot->second);
  }

  // A value for one instruction; fetched before it and stored behind it.
  Operand far(unsigned slot, bool fetch, bool store, const SourceLocation& where) {
    const Operand t = virtual_value(f_.values++);
    const Operand place = local(3, std::uint8_t(slot % window_words));
    if (fetch) {
      point(before_, slot, where);
      before_.push_back(nfp::move(t, place, where));
    }
    if (store) {
      point(after_, slot, where);
      after_.push_back(nfp::move(place, t, where));
    }
    return t;
  }

  void point(std::vector<Instruction>& out, unsigned slot, const SourceLocation& where) {
    const Operand t = virtual_value(f_.values++);
    Instruction add;
    add.op = Op::Alu;
    add.alu = AluOp::Add;
    add.set_conditions = false;
    add.dst = t;
    add.a = register_of(Bank::A, stack_register);
    add.b = constant(slot / window_words * window_bytes);
    add.where = where;
    Instruction set;
    set.op = Op::CsrWrite;
    set.csr = address_csr;
    set.a = t;
    set.where = where;
    out.push_back(add);
    out.push_back(set);
  }

  Function& f_;
  const Interference& graph_;
  const FirmwareProfile& profile_;
  unsigned first_word_ = 0;
  std::map<Node, unsigned> slots_;
  std::vector<Instruction> before_, after_;
};

} // namespace

void spill(Function& f, const Interference& graph, const std::vector<Node>& nodes,
           const FirmwareProfile& profile) {
  Spill(f, graph, profile).run(nodes);
}

} // namespace pw::nfp
