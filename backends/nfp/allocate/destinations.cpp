// alu[v, a, +, b]; ... alu[$xfer0, --, B, v]   =>   alu[$xfer0, a, +, b]
// where nothing else reads v: what goes to a transfer register or to local memory is computed
// there.
#include "backends/nfp/allocate/constants.h"
#include "backends/nfp/allocate/passes.h"
#include "backends/nfp/allocate/values.h"

#include <algorithm>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

constexpr unsigned restricted_local_words = 8;

class Destinations {
public:
  explicit Destinations(Function& f) : f_(f), places_(f), defs_(f), reads_(f.values) {
    Effects e;
    const auto count = [&](const Instruction& i) {
      effects(i, places_, e);
      for (Place p : e.reads)
        if (places_.is_value(p))
          ++reads_[p];
    };
    for (const Block& b : f.blocks) {
      std::for_each(b.body.begin(), b.body.end(), count);
      if (b.branch)
        count(*b.branch);
    }
  }

  void run() {
    for (Block& b : f_.blocks)
      for (std::size_t n = b.body.size(); n-- > 0;)
        if (is_store(b.body[n]) && (n + 1 == b.body.size() || !b.body[n + 1].follows))
          if (write_through(b.body, n))
            b.body.erase(b.body.begin() + long(n));
  }

private:
  bool is_store(const Instruction& i) const {
    return is_move(i) && !i.set_conditions && !i.follows && i.b.kind == Kind::Virtual &&
           (i.dst.kind == Kind::Transfer ||
            (i.dst.kind == Kind::Local && i.dst.step == Operand::Step::None)) &&
           defs_.values[i.b.number].count == 1 && reads_[i.b.number] == 1;
  }

  bool write_through(std::vector<Instruction>& body, std::size_t store) {
    const Operand value = body[store].b, place = body[store].dst;
    for (std::size_t n = store; n-- > 0;) {
      if (body[n].dst == value) {
        if (!takes(body[n], place))
          return false;
        body[n].dst = place;
        return true;
      }
      if (touches(body[n], place))
        return false;
    }
    return false;
  }

  static bool takes(const Instruction& i, const Operand& place) {
    const bool local = place.kind == Kind::Local;
    switch (i.op) {
    case Op::Alu:
      return true;
    case Op::Immed:
      return i.immediate_width == 0;
    case Op::Shift:
      return !local || place.offset < restricted_local_words;
    case Op::LdField:
      return i.zero_others && i.b.kind != place.kind &&
             (!local || place.offset < restricted_local_words);
    case Op::LoadValue: {
      Instruction moved = i;
      moved.dst = place;
      return value_words(moved).size() == 1;
    }
    default:
      return false;
    }
  }

  bool touches(const Instruction& i, const Operand& place) {
    if (i.op == Op::Call || i.op == Op::CsrWrite)
      return true;
    if (place.kind == Kind::Local)
      return touches_local(i.dst, place) || touches_local(i.a, place) || touches_local(i.b, place);
    const Place word = places_.group_word(place.number, place.word);
    effects(i, places_, effects_);
    for (const auto* all : {&effects_.reads, &effects_.writes})
      if (std::find(all->begin(), all->end(), word) != all->end())
        return true;
    return false;
  }

  // Words behind the same index differ where their offsets do.
  static bool touches_local(const Operand& o, const Operand& place) {
    return o.kind == Kind::Local &&
           (o.number != place.number || o.offset == place.offset || o.step != Operand::Step::None);
  }

  Function& f_;
  Places places_;
  const Definitions defs_;
  std::vector<unsigned> reads_;
  Effects effects_;
};

} // namespace

void write_through(Function& f) { Destinations(f).run(); }

} // namespace pw::nfp
