// Entries that are inserted with counters that don't begin with 0. The card keeps counters in
// another byte order, which the update helper doesn't know; so they are inserted as 0 and added to:
//
//   r0 = update(map, key, value, flags)      V = value, its counters 0
//                                       ->   r0 = update(map, key, V, flags)
//                                            if r0 == 0: r0 = lookup(map, key)
//                                              lock *(r0 + c) += value's counter; r0 = 0
#include "backends/nfp/nfp.h"
#include "backends/nfp/offload/arguments.h"
#include "backends/nfp/offload/passes.h"

#include <algorithm>
#include <set>

namespace pw::nfp::offload {
namespace {

using namespace isa;
using verify::Kind;

constexpr Register map_register = 1, key_register = 2, value_register = 3;

struct Counter {
  std::int64_t offset; // in the value
  unsigned bytes;
  auto operator<=>(const Counter&) const = default;
};

// Of one map; empty if an addition's place is not known or two overlap in part.
std::set<Counter> counters_of(const Facts& facts, std::uint32_t map) {
  std::set<Counter> all;
  for (unsigned i = 0; i < facts.before.size(); ++i) {
    const auto& insn = facts.explored.code[i];
    const auto* a = insn && facts.reached[i] ? std::get_if<Atomic>(&*insn) : nullptr;
    if (!a || !facts.before[i][a->base].may_be(Kind::MapValue))
      continue;
    const Known& base = facts.before[i][a->base];
    if (!base.one_index || (base.index == map && !base.constant_offset()))
      return {};
    if (base.index == map)
      all.insert({base.low + a->offset, a->bytes});
  }
  const auto overlap = std::ranges::adjacent_find(
      all, [](const Counter& a, const Counter& b) { return b.offset < a.offset + a.bytes; });
  return overlap == all.end() ? all : std::set<Counter>{};
}

bool at_one_place(const Known& k) {
  return k.is(Kind::Stack) && k.own_frame && k.constant_offset();
}

void load_counter(Sequence& code, int place, unsigned bytes) {
  if (place % int(bytes) == 0)
    return code.load(bytes, 1, 10, place);
  code.load(4, 1, 10, place + 4);
  code.alu_imm(true, BPF_LSH, 1, 32);
  code.load(4, 2, 10, place);
  code.alu(true, BPF_OR, 1, 2);
}

std::optional<Insns> rewritten(Draft& draft, const Facts& facts, unsigned insn) {
  Site site(facts, insn);
  const Known &map = site.before(map_register), &key = site.before(key_register),
              &value = site.before(value_register);
  if (!map.is(Kind::Map) || !map.one_index || !at_one_place(key) || !at_one_place(value) ||
      value.low % 4 != 0)
    return std::nullopt;
  const std::set<Counter> counters = counters_of(facts, map.index);
  if (counters.empty())
    return std::nullopt;
  const unsigned size = draft.object.maps.at(map.index).value_size;
  const int copy = site.slot(size);
  copy_memory(site.code, {.base = value_register, .known = value}, copy, size, 0);
  site.code.set(0, 0);
  for (const Counter& c : counters)
    site.code.store(c.bytes, 10, copy + int(c.offset), 0);
  site.code.move(true, value_register, 10);
  site.code.alu_imm(true, BPF_ADD, value_register, copy);
  site.code.call(BPF_FUNC_map_update_elem);
  const auto end = site.code.label(), gone = site.code.label();
  site.code.jump_imm(true, BPF_JNE, 0, 0, end);
  site.code.map(map_register, map.index);
  site.code.move(true, key_register, 10);
  site.code.alu_imm(true, BPF_ADD, key_register, std::int32_t(key.low));
  site.code.call(BPF_FUNC_map_lookup_elem);
  site.code.jump_imm(true, BPF_JEQ, 0, 0, gone);
  for (const Counter& c : counters) {
    load_counter(site.code, int(value.low + c.offset), c.bytes);
    site.code.atomic_add(c.bytes, 0, int(c.offset), 1);
  }
  site.code.place(gone);
  site.code.set(0, 0);
  site.code.place(end);
  return site.finish();
}

// Calls that the rules complain about.
std::set<unsigned> wrong_calls(const Draft& draft) {
  std::set<unsigned> calls;
  for (const Diagnostic& d : check_rules(draft.object, draft.program, draft.firmware))
    if (d.code == "PW-NFP-129" && d.insn)
      calls.insert(*d.insn);
  return calls;
}

} // namespace

bool rewrite_initial_counters(Draft& draft) {
  const Facts& facts = draft.facts();
  std::map<unsigned, Insns> instead;
  for (const unsigned i : wrong_calls(draft)) {
    const auto* call = std::get_if<CallHelper>(&*facts.explored.code.at(i));
    if (!call || call->id != BPF_FUNC_map_update_elem || !facts.reached[i])
      continue;
    if (auto code = rewritten(draft, facts, i)) {
      instead[i] = std::move(*code);
      draft.note(i, "PW-NFP-306", "counters of a new entry are inserted as 0 and then added to",
                 "the card keeps counters in network order");
    }
  }
  if (instead.empty())
    return false;
  draft.replace(instead);
  return true;
}

} // namespace pw::nfp::offload
