// Instructions that neither the branch nor anything between waits for go behind the branch, where
// they run while it takes effect. Commands let what follows run before the context gives way.
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"

#include <algorithm>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

constexpr unsigned slots = 2;

bool touches_moving_local(const Instruction& i) {
  return (i.dst.kind == Kind::Local && i.dst.number >= 2) ||
         (i.a.kind == Kind::Local && i.a.number >= 2) ||
         (i.b.kind == Kind::Local && i.b.number >= 2);
}

bool touches_local(const Instruction& i) {
  return i.dst.kind == Kind::Local || i.a.kind == Kind::Local || i.b.kind == Kind::Local;
}

class Deferral {
public:
  explicit Deferral(const Function& f) : places_(f) {}

  void run(Block& block) {
    const bool timed = std::any_of(block.body.begin(), block.body.end(), [](const Instruction& i) {
      return i.op == Op::CsrWrite || i.op == Op::Nop || touches_moving_local(i);
    });
    if (block.branch && !timed) // else distances would change
      fill(block);
    commands(block);
  }

private:
  // What has to stay before the branch, or runs before the candidate now and did behind it.
  struct Barrier {
    std::vector<Place> reads, writes;
    bool local = false;
  };

  void fill(Block& block) {
    Barrier barrier;
    Instruction branch = *block.branch;
    branch.target = {}; // what the next packet's code reads may still be written in the slots
    extend(barrier, branch);
    std::vector<std::size_t> chosen; // last first
    for (std::size_t n = block.body.size(); n-- > 0 && chosen.size() < slots;) {
      const Instruction& i = block.body[n];
      const bool bundled = i.follows || (n + 1 < block.body.size() && block.body[n + 1].follows);
      if (!bundled && can_defer(i) && independent(i, barrier))
        chosen.push_back(n);
      else
        extend(barrier, i);
    }
    for (auto n = chosen.rbegin(); n != chosen.rend(); ++n) {
      const auto at = block.body.begin() + long(*n - std::size_t(n - chosen.rbegin()));
      std::rotate(at, at + 1, block.body.end());
    }
    block.branch->defer = std::uint8_t(chosen.size());
  }

  static bool can_defer(const Instruction& i) {
    switch (i.op) {
    case Op::Alu:
    case Op::Shift:
    case Op::Immed:
    case Op::LdField:
      return !i.indirect;
    default:
      return false;
    }
  }

  void extend(Barrier& barrier, const Instruction& i) {
    effects(i, places_, effects_);
    barrier.reads.insert(barrier.reads.end(), effects_.reads.begin(), effects_.reads.end());
    barrier.writes.insert(barrier.writes.end(), effects_.writes.begin(), effects_.writes.end());
    barrier.local |= touches_local(i) || i.op == Op::Call;
  }

  bool independent(const Instruction& i, const Barrier& barrier) {
    const auto in = [](const std::vector<Place>& set, Place p) {
      return std::find(set.begin(), set.end(), p) != set.end();
    };
    if (barrier.local && touches_local(i))
      return false;
    effects(i, places_, effects_);
    return std::none_of(effects_.reads.begin(), effects_.reads.end(),
                        [&](Place p) { return in(barrier.writes, p); }) &&
           std::none_of(effects_.writes.begin(), effects_.writes.end(),
                        [&](Place p) { return in(barrier.writes, p) || in(barrier.reads, p); });
  }

  void commands(Block& block) {
    const std::size_t end = block.body.size() - (block.branch ? block.branch->defer : 0);
    for (std::size_t n = 0; n < end; ++n) {
      Instruction& command = block.body[n];
      if (command.op != Op::Command || !command.swap_context)
        continue;
      Barrier barrier;
      extend(barrier, command);
      while (command.defer < slots && n + command.defer + 1 < end) {
        const std::size_t next = n + command.defer + 1;
        const Instruction& i = block.body[next];
        const bool ends_in_sequence = next + 1 < block.body.size() && block.body[next + 1].follows;
        if (!can_defer(i) || i.follows || ends_in_sequence || !independent(i, barrier))
          break;
        ++command.defer;
      }
    }
  }

  Places places_;
  Effects effects_;
};

} // namespace

void fill_slots(Function& f) {
  Deferral deferral(f);
  for (Block& b : f.blocks)
    deferral.run(b);
}

} // namespace pw::nfp
