// Maps of maps: what a look-up gives, and what can be done with many inner maps at once.
#include "frontend/verify/transfer.h"

namespace pw::verify {

namespace {
constexpr std::size_t most_separate = 16; // ways behind one look-up

bool is_array(bpf_map_type t) { return t == BPF_MAP_TYPE_ARRAY || t == BPF_MAP_TYPE_PERCPU_ARRAY; }
} // namespace

unsigned key_bytes(const MapDefinition& m) {
  return m.role == MapRole::Joined && !is_array(m.type) ? m.key_size - 4 : m.key_size;
}

unsigned entries(const MapDefinition& m) {
  return m.role == MapRole::Joined ? m.max_entries / unsigned(m.parts.size()) : m.max_entries;
}

bool Transfer::looks_up_map(const State& s) const {
  return s.reg(1).kind == Kind::Map && map(s.reg(1)).inner;
}

bool Transfer::check_map_choice(State& s, unsigned insn) {
  if (!check_arguments(s, insn, *signature(BPF_FUNC_map_lookup_elem)))
    return false;
  const MapDefinition& outer = map(s.reg(1));
  if (outer.made || outer.inner_maps.size() <= most_separate)
    return true;
  report_.add(
      diagnose("PW-MAP-030", "'" + outer.name + "' may hold too many different maps")
          .breaks("what is done with an inner map is there once for each of them, unless all "
                  "are arrays or hashes of one size")
          .limited(std::to_string(most_separate), std::to_string(outer.inner_maps.size()))
          .help("use fewer inner maps, or arrays or hashes of one size without locks, which "
                "nothing else names"),
      insn);
  return false;
}

std::vector<Value> Transfer::inner_maps(const State& s) const {
  const MapDefinition& outer = map(s.reg(1));
  if (outer.made)
    return {Value::pointer(Kind::Map, 0, *outer.made)};
  std::vector<Value> maps;
  for (const unsigned i : outer.inner_maps)
    maps.push_back(Value::pointer(Kind::Map, 0, i));
  return maps;
}

// -E2BIG would have to be counted for each of them.
bool Transfer::check_inner_changes(unsigned insn, const MapDefinition& m) {
  if (m.role != MapRole::Joined || is_array(m.type))
    return true;
  report_.add(diagnose("PW-MAP-032", "packets insert into or delete from one of many inner hashes")
                  .limited("4 inner maps that packets change", std::to_string(m.parts.size()))
                  .help("let the host fill them, use fewer of them, or one hash with the number of "
                        "the inner map in its key"),
              insn);
  return false;
}

} // namespace pw::verify
