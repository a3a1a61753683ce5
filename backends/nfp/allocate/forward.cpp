// alu[v, --, B, $xfer]; ... alu[d, v, +, x]   =>   alu[d, $xfer, +, x]
// where all that read v can read the transfer register, which keeps the word until a call.
#include "backends/nfp/allocate/filled.h"
#include "backends/nfp/allocate/passes.h"
#include "backends/nfp/allocate/values.h"

#include <map>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

class Forwarding {
public:
  explicit Forwarding(Function& f) : f_(f), defs_(f) {
    for (const Block& b : f.blocks)
      for (const Instruction& i : b.body)
        if (is_candidate(i))
          source_.emplace(i.dst.number, i.b);
  }

  void run() {
    if (source_.empty())
      return;
    walk_filled(f_, [&](const Instruction& i, const Groups& filled) { check(i, filled); });
    replace();
  }

private:
  bool is_candidate(const Instruction& i) const {
    return is_move(i) && !i.set_conditions && !i.follows && i.dst.kind == Kind::Virtual &&
           i.b.kind == Kind::Transfer && i.b.grouped && defs_.values[i.dst.number].count == 1 &&
           defs_.groups[i.b.number].count == 1;
  }

  // Values that the instruction can't read from a transfer register stay values.
  void check(const Instruction& i, const Groups& filled) {
    for (const Operand* o : {&i.b, &i.a}) {
      const bool pair = reads_transfer(i.a) && reads_transfer(i.b); // one at most may
      const auto source = o->kind == Kind::Virtual ? source_.find(o->number) : source_.end();
      if (source == source_.end())
        continue;
      const bool update = i.op == Op::LdField && i.dst.kind == Kind::Transfer;
      if (pair || update || !filled.test(source->second.number))
        source_.erase(source);
    }
  }

  bool reads_transfer(const Operand& o) const {
    return o.kind == Kind::Transfer || (o.kind == Kind::Virtual && source_.count(o.number));
  }

  void replace() {
    for (Block& b : f_.blocks) {
      std::erase_if(b.body, [&](const Instruction& i) {
        return is_candidate(i) && source_.count(i.dst.number);
      });
      for (Instruction& i : b.body)
        replace(i);
      if (b.branch)
        replace(*b.branch);
    }
  }

  void replace(Instruction& i) const {
    for (Operand* o : {&i.a, &i.b})
      if (o->kind == Kind::Virtual)
        if (const auto source = source_.find(o->number); source != source_.end())
          *o = source->second;
  }

  Function& f_;
  const Definitions defs_;
  std::map<unsigned, Operand> source_; // values that are copies of words
};

} // namespace

void forward_transfers(Function& f) { Forwarding(f).run(); }

} // namespace pw::nfp
