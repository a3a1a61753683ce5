#include "backends/nfp/allocate/liveness.h"

#include "backends/nfp/allocate/flow.h"

namespace pw::nfp {

void step_back(const Effects& e, PlaceSet& live) {
  for (Place p : e.writes)
    live.reset(p);
  for (Place p : e.reads)
    live.set(p);
}

namespace {

struct Summary {
  PlaceSet read_first, written;
};

Summary summarize(const Block& b, const Places& places) {
  Summary s{PlaceSet(places.count()), PlaceSet(places.count())};
  Effects e;
  const auto step = [&](const Instruction& i) {
    effects(i, places, e);
    for (Place p : e.reads)
      if (!s.written.test(p))
        s.read_first.set(p);
    for (Place p : e.writes)
      s.written.set(p);
  };
  for (const Instruction& i : b.body)
    step(i);
  if (b.branch)
    step(*b.branch);
  return s;
}

} // namespace

Liveness::Liveness(const Function& f, const Places& places)
    : in_(f.blocks.size(), PlaceSet(places.count())), out_(in_) {
  std::vector<Summary> summaries;
  for (const Block& b : f.blocks)
    summaries.push_back(summarize(b, places));
  const std::vector<BlockId> order = reverse_post_order(f);
  for (bool changed = true; changed;) {
    changed = false;
    for (auto b = order.rbegin(); b != order.rend(); ++b) {
      PlaceSet out(places.count());
      if (exits(f.blocks[*b]))
        out.set(places.reg(Bank::A, 0));
      for (BlockId s : successors(f.blocks[*b]))
        out |= in_[s];
      PlaceSet in = (out - summaries[*b].written) | summaries[*b].read_first;
      changed |= in != in_[*b];
      out_[*b] = std::move(out);
      in_[*b] = std::move(in);
    }
  }
}

} // namespace pw::nfp
