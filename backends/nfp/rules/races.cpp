#include "backends/nfp/rules/rules.h"

#include <algorithm>

namespace pw::nfp::rules {

using verify::Kind;
using verify::Value;

namespace {

bool constant_data(const MapDefinition& m) {
  return m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig ||
         (m.flags & BPF_F_RDONLY_PROG);
}

void warn(const Subject& s, unsigned insn, std::uint32_t map, bool derived, const char* how) {
  s.report.add(diagnose("PW-NFP-190", std::string("read-modify-write of map '") + s.map(map).name +
                                          "' is not atomic")
                   .breaks(derived ? "what is written comes from a value that was read before; "
                                     "engines run in parallel without a lock"
                                   : "what was read before is replaced; engines run in parallel "
                                     "without a lock")
                   .limited("__sync_fetch_and_add", how)
                   .help("use __sync_fetch_and_add where sums are needed, or accept that changes "
                         "get lost")
                   .warning(),
               insn);
}

void at_store(const Subject& s, const Visit& v, const Store& st) {
  const Value& base = v.state.reg(st.base);
  if (base.kind != Kind::MapValue || constant_data(s.map(base.index)) || v.state.lock)
    return;
  const MapSet source = st.src.reg ? v.shadow.frames.back().regs[*st.src.reg] : 0;
  const bool derived = source & map_set(base.index);
  bool looked_at = false;
  if (const auto loaded = v.shadow.loaded.find(base.index); loaded != v.shadow.loaded.end()) {
    const std::int64_t first = base.min_offset() + st.offset,
                       end = base.max_offset() + st.offset + st.bytes;
    const auto at = loaded->second.lower_bound(std::uint32_t(std::max<std::int64_t>(first, 0)));
    looked_at = at != loaded->second.end() && std::int64_t{*at} < end;
  }
  if (derived || looked_at)
    warn(s, v.insn, base.index, derived, "load and store");
}

void at_update(const Subject& s, const Visit& v) {
  const Value &map = v.state.reg(1), &value = v.state.reg(3);
  if (map.kind != Kind::Map || map.index >= s.object.maps.size())
    return;
  MapSet source = 0;
  if (value.kind == Kind::Stack)
    source = v.shadow.stack_sources(value.frame, value.min_offset(),
                                    value.max_offset() - value.min_offset() +
                                        s.map(map.index).value_size);
  const bool derived = source & map_set(map.index);
  if (derived || v.shadow.loaded.contains(map.index))
    warn(s, v.insn, map.index, derived, "load and bpf_map_update_elem");
}

} // namespace

void warn_of_race(const Subject& s, const Visit& v) {
  if (const auto* st = std::get_if<Store>(&v.instruction))
    at_store(s, v, *st);
  else if (const auto* call = std::get_if<CallHelper>(&v.instruction))
    if (call->id == BPF_FUNC_map_update_elem)
      at_update(s, v);
}

} // namespace pw::nfp::rules
