// A comparison whose condition codes are there already goes:
//   alu[v, a, AND, b]; alu[--, v, -, 0]; beq   =>   alu[v, a, AND, b]; beq
//   alu[--, a, -, b]; beq x; alu[--, a, -, b]; bcc y   =>   alu[--, a, -, b]; beq x; bcc y
#include "backends/nfp/allocate/fingerprint.h"
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"
#include "backends/nfp/allocate/values.h"

#include <algorithm>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

bool is_zero(const Operand& o) { return o.kind == Kind::Constant && o.number == 0; }

// The value that the instruction only compares with 0.
std::optional<Operand> tested_value(const Instruction& i) {
  if (i.op != Op::Alu || !i.set_conditions || i.dst.kind != Kind::None)
    return std::nullopt;
  if (i.alu == AluOp::B && i.a.kind == Kind::None)
    return i.b;
  if ((i.alu == AluOp::Subtract || i.alu == AluOp::Or || i.alu == AluOp::Xor) && is_zero(i.b))
    return i.a;
  return std::nullopt;
}

// Its result decides N and Z.
bool sets_sign_and_zero(const Instruction& i) {
  if (i.op == Op::Shift)
    return true;
  switch (i.alu) {
  case AluOp::B:
  case AluOp::NotB:
  case AluOp::Add:
  case AluOp::AddCarry:
  case AluOp::Subtract:
  case AluOp::SubtractCarry:
  case AluOp::ReverseSubtract:
  case AluOp::And:
  case AluOp::NotAAndB:
  case AluOp::AAndNotB:
  case AluOp::Or:
  case AluOp::Xor:
    return i.op == Op::Alu;
  default:
    return false;
  }
}

bool needs_sign_or_zero_only(const Instruction& branch) {
  return branch.op == Op::Branch && branch.condition <= Condition::Positive;
}

class FlagReuse {
public:
  explicit FlagReuse(Function& f) : f_(f), places_(f), live_(f, places_), defs_(f) {}

  void run() {
    const auto before = predecessors(f_);
    std::vector<Fingerprint> at_end(f_.blocks.size());
    for (BlockId b : reverse_post_order(f_)) {
      const bool single = b != 0 && before[b].size() == 1;
      at_end[b] = known_flags(b, single ? at_end[before[b][0]] : Fingerprint{});
      drop_test(f_.blocks[b], b);
    }
  }

private:
  // Takes comparisons out that would set the condition codes as they are. Returns what the codes
  // are of at the block's end.
  Fingerprint known_flags(BlockId b, Fingerprint flags) {
    std::vector<Instruction> body;
    for (Instruction& i : f_.blocks[b].body) {
      if (i.op == Op::Call)
        flags.clear();
      if (writes_conditions(i)) {
        const Fingerprint own = print_of(i);
        if (!own.empty() && own == flags && i.dst.kind == Kind::None && !i.follows)
          continue;
        flags = own;
      }
      body.push_back(std::move(i));
    }
    f_.blocks[b].body = std::move(body);
    return flags;
  }

  // Empty: depends on more than its sources' values.
  Fingerprint print_of(Instruction i) const {
    Fingerprint print;
    if (i.op != Op::Alu || reads_conditions(i) || !stable(i.a) || !stable(i.b))
      return print;
    i.dst = none();
    append_fingerprint(i, print);
    return print;
  }

  bool stable(const Operand& o) const {
    return o.kind == Kind::None || o.kind == Kind::Constant ||
           (o.kind == Kind::Virtual && defs_.values[o.number].count == 1);
  }

  // The block's last comparison, if it is one with 0 of a value that was computed just before.
  void drop_test(Block& block, BlockId b) {
    if (!block.branch || !needs_sign_or_zero_only(*block.branch) || conditions_live_behind(b))
      return;
    auto& body = block.body;
    const auto test = std::find_if(body.rbegin(), body.rend(), writes_conditions);
    if (test == body.rend() || std::any_of(body.rbegin(), test, reads_conditions))
      return;
    const auto value = tested_value(*test);
    if (!value || value->kind != Kind::Virtual || bundled(body, test))
      return;
    for (auto i = test + 1; i != body.rend(); ++i) {
      if (i->dst == *value) {
        if (sets_sign_and_zero(*i)) {
          i->set_conditions = true;
          body.erase(test.base() - 1);
        }
        return;
      }
      if (writes_conditions(*i) || reads_conditions(*i) || i->op == Op::Call)
        return;
    }
  }

  template <class Reverse> static bool bundled(const std::vector<Instruction>& body, Reverse i) {
    return i->follows || (i != body.rbegin() && (i - 1)->follows);
  }

  bool conditions_live_behind(BlockId b) const {
    return live_.at_end(b).test(places_.conditions());
  }

  Function& f_;
  Places places_;
  Liveness live_;
  Definitions defs_;
};

} // namespace

void reuse_flags(Function& f) { FlagReuse(f).run(); }

} // namespace pw::nfp
