#include "backends/nfp/select/reads.h"

#include "backends/nfp/select/flow.h"
#include "backends/nfp/select/tables.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Operator.h>

#include <algorithm>

namespace pw::nfp {

using namespace llvm;

namespace {

constexpr std::int64_t packet_origin = 512; // index of coordinate 0 in @pw.packet
constexpr unsigned direct_words = 8;        // without an override of the length
constexpr std::int64_t most_bytes = 64;     // of one cluster

bool is_packet(const Value* v) { return isa<GlobalVariable>(v) && v->getName() == "pw.packet"; }

Place packet_place(const Value* index) {
  if (const auto* c = dyn_cast<ConstantInt>(index))
    return {true, nullptr, c->getSExtValue() - packet_origin};
  const auto* i = dyn_cast<BinaryOperator>(index);
  const auto* c = i ? dyn_cast<ConstantInt>(i->getOperand(1)) : nullptr;
  const bool adds =
      i &&
      (i->getOpcode() == llvm::Instruction::Add ||
       (i->getOpcode() == llvm::Instruction::Or && cast<PossiblyDisjointInst>(i)->isDisjoint()));
  if (c && adds)
    return {true, i->getOperand(0), c->getSExtValue() - packet_origin};
  return {true, index, -packet_origin};
}

} // namespace

unsigned bytes_of(const Type* t) {
  return t->isPointerTy() ? 4 : (t->getIntegerBitWidth() + 7) / 8;
}

std::optional<Place> place_of(const Value* address) {
  if (is_packet(address))
    return Place{true, nullptr, -packet_origin};
  if (const auto* gep = dyn_cast<GEPOperator>(address))
    if (is_packet(gep->getPointerOperand()))
      return packet_place(gep->getOperand(1));
  Place place{false, address, 0};
  while (const auto* gep = dyn_cast<GEPOperator>(place.base)) {
    const auto* c = dyn_cast<ConstantInt>(gep->getOperand(1));
    if (!c)
      break;
    place.offset += c->getSExtValue();
    place.base = gep->getPointerOperand();
  }
  if (isa<Constant>(place.base))
    return std::nullopt;
  const auto* gep = dyn_cast<GEPOperator>(place.base);
  if (gep && isa<GlobalVariable>(gep->getPointerOperand()))
    return std::nullopt;
  return place;
}

namespace {

struct Load {
  const LoadInst* load;
  Place place;
  unsigned bytes;
};

struct Cluster {
  std::vector<Load> loads;
  const llvm::Instruction* before = nullptr;
  std::int64_t first() const {
    std::int64_t v = loads[0].place.offset;
    for (const Load& l : loads)
      v = std::min(v, l.place.offset);
    return v;
  }
  std::int64_t end() const {
    std::int64_t v = loads[0].place.offset;
    for (const Load& l : loads)
      v = std::max(v, l.place.offset + l.bytes);
    return v;
  }
};

// ---- one cluster as commands ----

constexpr unsigned command_cost(std::int64_t bytes) {
  return bytes > std::int64_t(4 * direct_words) ? 2 : 1;
}

// Instructions that getting the load's words out of a read that starts at `first` costs.
unsigned extraction_cost(const Load& l, std::int64_t first) {
  const unsigned shift = unsigned((l.place.offset - first) & 3);
  unsigned cost = 0;
  for (unsigned done = 0; done < l.bytes; done += 4) {
    const unsigned bytes = std::min(4u, l.bytes - done);
    if (shift + bytes > 4)
      cost += 2; // parts of two words
    else if (bytes < 4 && !(bytes == 1))
      cost += shift == 0 ? 0 : 0;
  }
  return cost;
}

struct Choice {
  unsigned cost = ~0u;
  std::size_t from = 0;   // loads [from, ...] are one read
  std::int64_t first = 0; // which starts here
};

std::int64_t floor4(std::int64_t v) { return v & ~std::int64_t{3}; }

// The best start for loads [from, to] (ascending by offset) in one read.
Choice best_start(const std::vector<Load>& loads, std::size_t from, std::size_t to, bool aligned) {
  Choice best;
  std::int64_t low = loads[from].place.offset, high = low;
  for (std::size_t i = from; i <= to; ++i)
    high = std::max(high, loads[i].place.offset + loads[i].bytes);
  for (unsigned back = 0; back < 4; ++back) {
    const std::int64_t first = aligned ? floor4(low) : low - back;
    if (aligned && back > 0)
      break;
    unsigned cost = command_cost(high - first) +
                    (loads[from].place.base && !loads[from].place.packet && first != 0);
    for (std::size_t i = from; i <= to; ++i)
      cost += extraction_cost(loads[i], first);
    if (cost < best.cost)
      best = {cost, from, first};
  }
  return best;
}

std::vector<Read> split(std::vector<Load> loads) {
  std::stable_sort(loads.begin(), loads.end(),
                   [](const Load& a, const Load& b) { return a.place.offset < b.place.offset; });
  const bool aligned = !loads[0].place.packet;
  std::vector<Choice> best(loads.size());
  for (std::size_t to = 0; to < loads.size(); ++to)
    for (std::size_t from = 0; from <= to; ++from) {
      Choice c = best_start(loads, from, to, aligned);
      c.cost += from ? best[from - 1].cost : 0;
      if (c.cost < best[to].cost)
        best[to] = c;
    }
  std::vector<Read> reads;
  for (std::size_t to = loads.size(); to-- > 0;) {
    const Choice& c = best[to];
    Read r{loads[0].place.packet, loads[0].place.base, c.first, 0, false, {}};
    for (std::size_t i = c.from; i <= to; ++i) {
      r.loads.push_back(loads[i].load);
      r.words =
          std::max(r.words, unsigned(loads[i].place.offset + loads[i].bytes - c.first + 3) / 4);
    }
    reads.push_back(std::move(r));
    to = c.from;
  }
  std::reverse(reads.begin(), reads.end());
  return reads;
}

// ---- which loads go together ----

class Gatherer {
public:
  Gatherer(llvm::Function& f, const TablePlan& tables) : f_(f), tables_(tables), flow_(f) {}

  ReadPlan run() {
    for (const BasicBlock* block : flow_.order())
      for (const llvm::Instruction& i : *block)
        if (const auto* load = dyn_cast<LoadInst>(&i))
          if (const auto place = place_of(load->getPointerOperand()))
            add({load, *place, bytes_of(load->getType())});
    ReadPlan plan;
    for (const Cluster& c : clusters_)
      for (Read& r : split(c.loads)) {
        r.counters = counters(r);
        plan[c.before].push_back(std::move(r));
      }
    return plan;
  }

private:
  void add(const Load& l) {
    for (auto c = clusters_.rbegin(); c != clusters_.rend(); ++c)
      if (join(*c, l))
        return;
    clusters_.push_back({{l}, l.load});
  }

  bool kind(const Load& l) const {
    return !l.place.packet && tables_.counter(l.place.base, l.place.offset);
  }
  bool counters(const Read& r) const {
    const auto place = place_of(r.loads[0]->getPointerOperand());
    return kind({r.loads[0], *place, 0});
  }

  bool join(Cluster& c, const Load& l) {
    const Load& other = c.loads[0];
    if (other.place.packet != l.place.packet || other.place.base != l.place.base ||
        kind(other) != kind(l))
      return false;
    Cluster together = c;
    together.loads.push_back(l);
    if (together.end() - together.first() > most_bytes)
      return false;
    together.before = flow_.meeting(c.before, l.load);
    if (!allowed(together, c.before, l.load))
      return false;
    c = std::move(together);
    return true;
  }

  bool allowed(const Cluster& c, const llvm::Instruction* one, const llvm::Instruction* two) {
    const bool moved_up = c.before != one && c.before != two;
    if (c.loads[0].place.base && !flow_.available(c.loads[0].place.base, c.before))
      return false;
    if (moved_up && c.loads[0].place.base && !harmless(c.loads[0].place, c.before))
      return false;
    return std::all_of(c.loads.begin(), c.loads.end(), [&](const Load& l) {
      return flow_.clear(c.before, l.load,
                         [&](const llvm::Instruction& i) { return disturbs(i, l); });
    });
  }

  // Before the program has looked at the pointer it may be null, or any number.
  bool harmless(const Place& p, const llvm::Instruction* before) {
    if (p.packet)
      return false;
    const auto* call = dyn_cast<CallInst>(p.base);
    const bool global = call && call->getCalledFunction()->getName().starts_with("pw.map.value");
    return global || flow_.not_null(p.base, before);
  }

  // Helpers use transfer registers, and writes may change the bytes.
  bool disturbs(const llvm::Instruction& i, const Load& l) {
    if (const auto* call = dyn_cast<CallInst>(&i))
      return map_of(call->getCalledFunction()->getName()).has_value();
    const Value* address = nullptr;
    unsigned bytes = 0;
    if (const auto* store = dyn_cast<StoreInst>(&i)) {
      address = store->getPointerOperand();
      bytes = bytes_of(store->getValueOperand()->getType());
    } else if (const auto* add = dyn_cast<AtomicRMWInst>(&i)) {
      address = add->getPointerOperand();
      bytes = bytes_of(add->getType());
    } else {
      return false;
    }
    return overlaps(place_of(address), bytes, l);
  }

  bool overlaps(const std::optional<Place>& p, unsigned bytes, const Load& l) {
    if (!p || p->packet != l.place.packet)
      return false;
    if (p->base == l.place.base)
      return p->offset < l.place.offset + l.bytes && l.place.offset < p->offset + bytes;
    if (p->packet)
      return true;
    const std::set<unsigned> these = maps_of(p->base), those = maps_of(l.place.base);
    return std::any_of(these.begin(), these.end(), [&](unsigned m) { return those.contains(m); });
  }

  llvm::Function& f_;
  const TablePlan& tables_;
  Flow flow_;
  std::vector<Cluster> clusters_;
};

} // namespace

ReadPlan plan_reads(llvm::Function& f, const TablePlan& tables) {
  return Gatherer(f, tables).run();
}

} // namespace pw::nfp
