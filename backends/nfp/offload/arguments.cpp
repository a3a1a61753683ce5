// Keys and values for map helpers, data of events: the card takes them from the function's own
// stack, at a constant offset that is a multiple of 4. What lies elsewhere is copied there in front
// of the call; data of events, which may lie in other memory, only if it is misaligned.
#include "backends/nfp/offload/arguments.h"

#include "backends/nfp/offload/passes.h"

#include <algorithm>

namespace pw::nfp::offload {

using verify::Kind;

namespace {

constexpr Register key_register = 2, value_register = 3, data_register = 4, size_register = 5;
constexpr std::uint64_t most_data = 256; // bytes; more is left as it is

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

void move_to_stack(Site& site, Register r, unsigned bytes) {
  const int to = site.slot(std::max(bytes, 1u));
  copy_memory(site.code, {.base = r, .known = site.before(r)}, to, bytes, 0);
  site.code.move(true, r, 10);
  site.code.alu_imm(true, BPF_ADD, r, to);
}

bool copy(Draft& draft, Site& site, const Known& map, Register r) {
  const Known& from = site.before(r);
  if (card_takes(from) || !can_be_copied(from) || !map.is(Kind::Map) || !map.one_index)
    return false;
  move_to_stack(site, r, argument_bytes(draft, map, r));
  return true;
}

// As many bytes as may be sent: the verifier has seen to it that there are so many.
bool copy_data(Site& site) {
  const Known &from = site.before(data_register), &size = site.before(size_register);
  if (!from.is(Kind::Stack) || card_takes(from) || !size.number() ||
      size.scalar.all.umax > most_data)
    return false;
  move_to_stack(site, data_register, unsigned(size.scalar.all.umax));
  return true;
}

bool is_helper(const isa::Instruction& insn, std::uint32_t id) {
  const auto* call = std::get_if<isa::CallHelper>(&insn);
  return call && call->id == id;
}

// False if there is nothing to copy.
bool copy_arguments(Draft& draft, Site& site, const isa::Instruction& insn) {
  if (is_helper(insn, BPF_FUNC_perf_event_output))
    return copy_data(site);
  if (!is_map_call(insn))
    return false;
  const bool key = copy(draft, site, site.before(1), key_register);
  const bool value = is_helper(insn, BPF_FUNC_map_update_elem) &&
                     copy(draft, site, site.before(1), value_register);
  return key || value;
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
    if (!facts.explored.code[i] || !facts.reached[i])
      continue;
    Site site(facts, i);
    if (!copy_arguments(draft, site, *facts.explored.code[i]))
      continue;
    draft.note(i, "PW-NFP-301", "an argument of a helper is copied to the stack",
               "the driver takes keys, values and events from the stack, 4-byte aligned");
    site.code.raw(draft.program.insns[i]);
    instead[i] = site.finish();
  }
  if (instead.empty())
    return false;
  draft.replace(instead);
  return true;
}

} // namespace pw::nfp::offload
