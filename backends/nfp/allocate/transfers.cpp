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
  TransferNumbers(Function& f, const std::set<unsigned>& relieved)
      : f_(f), relieved_(relieved), places_(f), clashes_(f.transfers.size()),
        used_(f.transfers.size()) {
    const Liveness live(f, places_);
    for (BlockId b = 0; b < f.blocks.size(); ++b)
      walk_back(
          f.blocks[b], places_, live.at_end(b),
          [&](const Instruction&, const Effects& e, const PlaceSet& behind) { note(e, behind); });
  }

  // The groups that are in the way of one that finds no place; none: done.
  std::set<unsigned> run() {
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
      const auto begin = first_fit(g, placed);
      if (!begin)
        return in_the_way(g);
      begin_[g] = *begin;
      placed.insert(g);
    }
    rewrite();
    return {};
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

  std::optional<unsigned> first_fit(unsigned g, const std::set<unsigned>& placed) const {
    const unsigned words = f_.transfers[g].words;
    for (unsigned begin = 0; begin + words <= transfer_registers; ++begin) {
      const bool free = std::none_of(clashes_[g].begin(), clashes_[g].end(), [&](unsigned other) {
        return placed.count(other) && begin_[other] < begin + words &&
               begin < begin_[other] + f_.transfers[other].words;
      });
      if (free)
        return begin;
    }
    return std::nullopt;
  }

  // Those that bring words, which can be copied out. What relief has made lives for a moment only.
  std::set<unsigned> in_the_way(unsigned g) {
    std::set<unsigned> all;
    for (unsigned other : clashes_[g])
      if (!f_.transfers[other].out && !relieved_.count(other))
        all.insert(other);
    if (all.empty() && !f_.transfers[g].out && !relieved_.count(g))
      all.insert(g);
    if (all.empty())
      fail(g);
    return all;
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
  const std::set<unsigned>& relieved_;
  Places places_;
  std::vector<std::set<unsigned>> clashes_;
  std::vector<bool> used_;
  std::vector<unsigned> begin_;
};

} // namespace

void number_transfers(Function& f) {
  std::set<unsigned> relieved;
  while (!f.transfers.empty()) {
    const std::set<unsigned> more = TransferNumbers(f, relieved).run();
    if (more.empty())
      return;
    copy_out(f, more);
    relieved.insert(more.begin(), more.end());
  }
}

} // namespace pw::nfp
