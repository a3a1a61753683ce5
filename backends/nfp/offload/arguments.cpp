// Keys and values for map helpers: the card takes them from the function's own stack, at a constant
// offset that is a multiple of 4. What lies elsewhere is copied there in front of the call.
#include "backends/nfp/offload/arguments.h"

#include "backends/nfp/offload/passes.h"

namespace pw::nfp::offload {

using verify::Kind;

namespace {

constexpr Register key_register = 2, value_register = 3;

unsigned argument_bytes(const Draft& draft, const Known& map, Register r) {
  const MapDefinition& m = draft.object.maps.at(map.index);
  return r == key_register ? m.key_size : m.value_size;
}

bool card_takes(const Known& k) {
  return k.is(Kind::Stack) && k.own_frame && k.fixed && k.low % 4 == 0 && k.high % 4 == 0;
}

// Only memory of one kind is read by one instruction.
bool can_be_copied(const Known& k) {
  return k.is(Kind::Stack) || k.is(Kind::Packet) || k.is(Kind::MapValue);
}

bool copy(Draft& draft, Site& site, const Known& map, Register r) {
  const Known& from = site.before(r);
  if (card_takes(from) || !can_be_copied(from) || !map.is(Kind::Map) || !map.one_index)
    return false;
  const unsigned bytes = argument_bytes(draft, map, r);
  const int to = site.slot(bytes);
  copy_memory(site.code, {.base = r, .known = from}, to, bytes, 0);
  site.code.move(true, r, 10);
  site.code.alu_imm(true, BPF_ADD, r, to);
  return true;
}

} // namespace

bool is_map_call(const isa::Instruction& insn) {
  const auto* call = std::get_if<isa::CallHelper>(&insn);
  return call && (call->id == BPF_FUNC_map_lookup_elem || call->id == BPF_FUNC_map_update_elem ||
                  call->id == BPF_FUNC_map_delete_elem);
}

// Linux wants accesses to the stack aligned, the copy's as well.
unsigned widest_access(const Source& from, unsigned done, unsigned left) {
  unsigned bytes = 8;
  const bool stack = from.known.is(Kind::Stack);
  const auto misaligned = [&](unsigned n) {
    return stack && (!from.known.fixed || (from.known.low + from.offset + done) % n != 0 ||
                     (from.known.high + from.offset + done) % n != 0);
  };
  while (bytes > left || done % bytes != 0 || misaligned(bytes))
    bytes /= 2;
  return bytes;
}

void copy_memory(Sequence& code, const Source& from, int to, unsigned bytes, Register by_way_of) {
  for (unsigned done = 0; done < bytes;) {
    const unsigned n = widest_access(from, done, bytes - done);
    code.load(n, by_way_of, from.base, from.offset + int(done));
    code.store(n, 10, to + int(done), by_way_of);
    done += n;
  }
}

bool rewrite_arguments(Draft& draft) {
  const Facts& facts = draft.facts();
  std::map<unsigned, Insns> instead;
  for (unsigned i = 0; i < facts.before.size(); ++i) {
    if (!facts.explored.code[i] || !facts.reached[i] || !is_map_call(*facts.explored.code[i]))
      continue;
    Site site(facts, i);
    const bool updates =
        std::get<isa::CallHelper>(*facts.explored.code[i]).id == BPF_FUNC_map_update_elem;
    bool copied = copy(draft, site, site.before(1), key_register);
    if (updates)
      copied |= copy(draft, site, site.before(1), value_register);
    if (!copied)
      continue;
    draft.note(i, "PW-NFP-301", "an argument of a map helper is copied to the stack",
               "the driver takes keys and values from the stack, 4-byte aligned");
    site.code.raw(draft.program.insns[i]);
    instead[i] = site.finish();
  }
  if (instead.empty())
    return false;
  draft.replace(instead);
  return true;
}

} // namespace pw::nfp::offload
