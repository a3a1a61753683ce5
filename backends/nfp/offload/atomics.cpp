// Atomic operations. The card adds, without giving back the old value:
//
//   fetch, and nobody reads the result    a plain addition
//   on the stack                          load, operation, store: only this program sees it
//   in a map value that is also stored to load, operation, store, which then go with the others
//                                         (map_stores.cpp): no longer atomic
#include "backends/nfp/offload/origins.h"
#include "backends/nfp/offload/passes.h"
#include "backends/nfp/offload/site.h"

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

unsigned alu_of(AtomicOp op) {
  switch (op) {
  case AtomicOp::Or:
    return BPF_OR;
  case AtomicOp::And:
    return BPF_AND;
  case AtomicOp::Xor:
    return BPF_XOR;
  default:
    return BPF_ADD;
  }
}

bool result_unread(const Site& site, const Atomic& a) {
  return a.op != AtomicOp::CmpXchg && !site.live_after(a.src);
}

// *p = (*p == r0 ? src : *p), r0 = old value
void compare_exchange(Site& site, const Atomic& a, Register old) {
  const auto differs = site.code.label();
  if (a.bytes == 4) { // compared are the lower halves; r0 itself is overwritten in any case
    site.code.jump_reg(false, BPF_JNE, old, 0, differs);
  } else {
    site.code.jump_reg(true, BPF_JNE, old, 0, differs);
  }
  site.code.store(a.bytes, a.base, a.offset, a.src);
  site.code.place(differs);
  site.code.move(true, 0, old);
}

Insns in_steps(Site& site, const Atomic& a) {
  const Register old = site.scratch();
  site.code.load(a.bytes, old, a.base, a.offset);
  if (a.op == AtomicOp::CmpXchg) {
    compare_exchange(site, a, old);
    return site.finish();
  }
  if (a.op == AtomicOp::Xchg) {
    site.code.store(a.bytes, a.base, a.offset, a.src);
  } else {
    const Register changed = site.scratch();
    site.code.move(true, changed, old);
    site.code.alu(a.bytes == 8, alu_of(a.op), changed, a.src);
    site.code.store(a.bytes, a.base, a.offset, changed);
  }
  if (a.fetch)
    site.code.move(true, a.src, old);
  return site.finish();
}

std::optional<Insns> rewritten(Draft& draft, const Facts& facts,
                               const std::set<std::uint32_t>& written, unsigned i,
                               const Atomic& a) {
  Site site(facts, i);
  if (site.before(a.base).is(Kind::Stack)) {
    draft.note(i, "PW-NFP-300", "an atomic operation on the stack is done by a load and a store",
               "the card's atomic operations work on map values");
    return in_steps(site, a);
  }
  const Known& base = site.before(a.base);
  if (base.is(Kind::MapValue) && base.one_index && written.contains(base.index)) {
    draft.note(i, "PW-NFP-305",
               "an operation on a value of map '" + draft.object.maps.at(base.index).name +
                   "' is no longer atomic",
               "other bytes of the value are stored to, and the card writes it as a whole", true);
    return in_steps(site, a);
  }
  if (a.op != AtomicOp::Add || !a.fetch || !result_unread(site, a))
    return std::nullopt;
  draft.note(i, "PW-NFP-300", "the result of an atomic addition is not asked for",
             "the card doesn't give back the old value, and nothing reads it");
  site.code.atomic_add(a.bytes, a.base, a.offset, a.src);
  return site.finish();
}

} // namespace

bool rewrite_atomics(Draft& draft) {
  const Facts& facts = draft.facts();
  const std::set<std::uint32_t> written = written_maps(facts);
  std::map<unsigned, Insns> instead;
  for (unsigned i = 0; i < facts.before.size(); ++i) {
    if (!facts.explored.code[i] || !facts.reached[i])
      continue;
    if (const auto* a = std::get_if<Atomic>(&*facts.explored.code[i]))
      if (auto code = rewritten(draft, facts, written, i, *a))
        instead[i] = std::move(*code);
  }
  if (instead.empty())
    return false;
  draft.replace(instead);
  return true;
}

} // namespace pw::nfp::offload
