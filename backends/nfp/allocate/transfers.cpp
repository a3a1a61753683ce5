// Transfer groups get consecutive numbers; the file that reads fill and the one that writes take
// from are numbered apart. Groups that live at the same time don't share.
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"

#include <algorithm>
#include <set>

namespace pw::nfp {
namespace {

using Kind = Operand::Kind;

class TransferNumbers {
public:
  explicit TransferNumbers(Function& f)
      : f_(f), places_(f), clashes_(f.transfers.size()), used_(f.transfers.size()) {
    const Liveness live(f, places_);
    for (BlockId b = 0; b < f.blocks.size(); ++b)
      walk_back(
          f.blocks[b], places_, live.at_end(b),
          [&](const Instruction&, const Effects& e, const PlaceSet& behind) { note(e, behind); });
  }

  void run() {
    std::vector<unsigned> order;
    for (unsigned g = 0; g < f_.transfers.size(); ++g)
      if (used_[g])
        order.push_back(g);
    std::stable_sort(order.begin(), order.end(), [&](unsigned x, unsigned y) {
      return f_.transfers[x].words > f_.transfers[y].words;
    });
    begin_.resize(f_.transfers.size());
    std::set<unsigned> placed;
    for (unsigned g : order) {
      begin_[g] = first_fit(g, placed);
      placed.insert(g);
    }
    rewrite();
  }

private:
  void note(const Effects& e, const PlaceSet& behind) {
    std::set<unsigned> together;
    for (Place p : e.writes)
      if (places_.is_group_word(p))
        together.insert(places_.group_of(p));
    for (Place p : e.reads)
      if (places_.is_group_word(p))
        used_[places_.group_of(p)] = true;
    if (together.empty())
      return;
    for (Place p = places_.group_word(0, 0); p < places_.conditions(); ++p)
      if (behind.test(p))
        together.insert(places_.group_of(p));
    for (unsigned x : together) {
      used_[x] = true;
      for (unsigned y : together)
        if (x != y && f_.transfers[x].out == f_.transfers[y].out)
          clashes_[x].insert(y);
    }
  }

  unsigned first_fit(unsigned g, const std::set<unsigned>& placed) const {
    const unsigned words = f_.transfers[g].words;
    for (unsigned begin = 0; begin + words <= transfer_registers; ++begin) {
      const bool free = std::none_of(clashes_[g].begin(), clashes_[g].end(), [&](unsigned other) {
        return placed.count(other) && begin_[other] < begin + words &&
               begin < begin_[other] + f_.transfers[other].words;
      });
      if (free)
        return begin;
    }
    fail(g);
  }

  [[noreturn]] void fail(unsigned g) const {
    throw Failure(diagnose("PW-NFP-251", "program '" + f_.name +
                                             "' holds more of the packet and of map values at a "
                                             "time than the card has transfer registers")
                      .breaks("what reads bring and writes take away lies in transfer registers")
                      .limited(std::to_string(transfer_registers) + " words each way",
                               std::to_string(f_.transfers[g].words) + " words more")
                      .help("copy less at a time"));
  }

  void rewrite(Operand& o) const {
    if (o.kind != Kind::Transfer || !o.grouped)
      return;
    o.number = begin_[o.number] + o.word;
    o.word = 0;
    o.grouped = false;
  }

  void rewrite() {
    for (Block& b : f_.blocks) {
      for (Instruction& i : b.body)
        for (Operand* o : {&i.dst, &i.a, &i.b, &i.data})
          rewrite(*o);
      if (b.branch)
        rewrite(b.branch->a);
    }
    f_.transfers.clear();
  }

  Function& f_;
  Places places_;
  std::vector<std::set<unsigned>> clashes_;
  std::vector<bool> used_;
  std::vector<unsigned> begin_;
};

} // namespace

void number_transfers(Function& f) {
  if (!f.transfers.empty())
    TransferNumbers(f).run();
}

} // namespace pw::nfp
