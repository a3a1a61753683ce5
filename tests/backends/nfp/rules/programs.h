// Small programs for the card, put together by hand, and what the rules say of them.
#pragma once

#include "backends/nfp/nfp.h"
#include "tests/frontend/verify/assembly.h"

#include <set>
#include <string>

namespace pw::nfp::rules_test {

using namespace pw::assembly;

enum Map : unsigned { Hash, Array, Other, Events, Programs, Lru, Constants };

// Maps: two hashes and an array that the card takes, and some that it doesn't.
inline Object object_with(const Insns& insns, std::vector<unsigned> subprograms = {}) {
  Object o = assembly::object_of(insns, std::move(subprograms));
  o.license = "GPL";
  o.maps.clear();
  const auto add_map = [&](const char* name, bpf_map_type type, unsigned value) {
    MapDefinition m;
    m.name = name;
    m.type = type;
    m.key_size = 4;
    m.value_size = value;
    m.max_entries = 16;
    o.maps.push_back(m);
  };
  add_map("hash", BPF_MAP_TYPE_HASH, 8);
  add_map("array", BPF_MAP_TYPE_ARRAY, 16);
  add_map("other", BPF_MAP_TYPE_HASH, 8);
  add_map("events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4);
  add_map("programs", BPF_MAP_TYPE_PROG_ARRAY, 4);
  add_map("lru", BPF_MAP_TYPE_LRU_HASH, 8);
  add_map(".rodata", BPF_MAP_TYPE_ARRAY, 8);
  o.maps.back().global = GlobalData::Rodata;
  o.maps.back().flags = BPF_F_RDONLY_PROG;
  o.maps.back().initial.assign(8, 7);
  return o;
}

inline Insns pass() {
  Code c;
  c << mov(0, 2) << leave();
  return c;
}

// r6 = context, r2 = packet of at least `bytes` bytes, then the body, then XDP_PASS. Body: no jumps
// to its end but by their distance.
inline Insns with_packet(const Insns& body, int bytes = 14) {
  Code c;
  c << mov_r(6, 1) << load(BPF_W, 2, 1, 0) << load(BPF_W, 3, 1, 4) << mov_r(4, 2) << add(4, bytes)
    << jump_if_r(BPF_JGT, 4, 3, int(body.size())) << body << pass();
  return c;
}

// r0 = entry 0 of a map. Leaves the key at r10 - 4.
inline Insns find(unsigned map) {
  Code c;
  c << mov(1, 0) << store(BPF_W, 10, -4, 1) << assembly::map(1, int(map)) << mov_r(2, 10)
    << add(2, -4) << call(BPF_FUNC_map_lookup_elem);
  return c;
}

// The body sees r0 = value.
inline Insns with_value(unsigned map, const Insns& body) {
  Code c;
  c << find(map) << jump_if(BPF_JEQ, 0, 0, int(body.size())) << body << pass();
  return c;
}

inline std::vector<Diagnostic> checked(const Object& o, const FirmwareProfile& firmware = {},
                                       const RuleOptions& options = {}) {
  return check_rules(o, o.programs.at(0), firmware, options);
}

inline std::set<std::string> codes(const std::vector<Diagnostic>& all, Severity severity) {
  std::set<std::string> out;
  for (const Diagnostic& d : all)
    if (d.severity == severity)
      out.insert(d.code);
  return out;
}
inline std::set<std::string> errors(const std::vector<Diagnostic>& all) {
  return codes(all, Severity::Error);
}
inline std::set<std::string> warnings(const std::vector<Diagnostic>& all) {
  return codes(all, Severity::Warning);
}

} // namespace pw::nfp::rules_test
