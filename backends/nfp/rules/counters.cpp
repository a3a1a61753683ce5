#include "backends/nfp/rules/rules.h"

#include <algorithm>

namespace pw::nfp::rules {

using verify::Kind;
using verify::Value;

void CounterRules::note(std::map<Word, std::set<unsigned>>& uses, const Value& base,
                        std::int64_t offset, unsigned bytes, unsigned insn) {
  if (base.kind != Kind::MapValue || !base.constant_offset() ||
      s_.map(base.index).global != GlobalData::None)
    return;
  const std::int64_t first = base.offset + offset;
  if (first < 0 || first + bytes > std::int64_t{s_.map(base.index).value_size})
    return;
  for (std::int64_t word = first / 4; word <= (first + bytes - 1) / 4; ++word)
    uses[{base.index, std::uint32_t(word)}].insert(insn);
}

void CounterRules::visit(const Visit& v) {
  if (const auto* l = std::get_if<Load>(&v.instruction))
    note(reads_, v.state.reg(l->base), l->offset, l->bytes, v.insn);
  else if (const auto* a = std::get_if<Atomic>(&v.instruction))
    note(counts_, v.state.reg(a->base), a->offset, a->bytes, v.insn);
  else if (const auto* call = std::get_if<CallHelper>(&v.instruction))
    if (call->id == BPF_FUNC_map_update_elem)
      update(v);
}

// Notes the words of the value that may not be 0.
void CounterRules::update(const Visit& v) {
  const Value &map = v.state.reg(1), &value = v.state.reg(3);
  if (map.kind != Kind::Map || value.kind != Kind::Stack || !value.constant_offset())
    return;
  const std::uint32_t bytes = s_.map(map.index).value_size;
  for (std::uint32_t at = 0; at < bytes; at += 4) {
    const std::uint32_t count = std::min(4u, bytes - at);
    if (!v.shadow.stack_zero(value.frame, value.offset + at, count))
      written_[{map.index, at / 4}].insert(v.insn);
  }
}

std::string CounterRules::word_text(const Word& w) const {
  const std::uint32_t first = 4 * w.second;
  const std::uint32_t end = std::min(first + 4, s_.map(w.first).value_size);
  return "bytes [" + std::to_string(first) + ", " + std::to_string(end) + ") of map '" +
         s_.map(w.first).name + "'";
}

std::string CounterRules::place_of(unsigned insn) const {
  const SourceLocation where = s_.program.location(insn);
  return where.known() ? "line " + std::to_string(where.line)
                       : "instruction " + std::to_string(insn);
}

void CounterRules::finish() {
  for (const auto& [word, counts] : counts_) {
    const std::string counted = "counted in " + place_of(*counts.begin());
    if (const auto reads = reads_.find(word); reads != reads_.end())
      for (unsigned insn : reads->second)
        s_.report.add(
            diagnose("PW-NFP-128", word_text(word) + " are read, and counted elsewhere")
                .breaks("counters are kept in network order, what is read is not")
                .limited("4 bytes of a value either read or counted", counted)
                .help("put the counter into other 4 bytes than what is read, or let the host read "
                      "it"),
            insn);
    if (const auto written = written_.find(word); written != written_.end())
      for (unsigned insn : written->second)
        s_.report.add(
            diagnose("PW-NFP-129", word_text(word) + " are counted, and may not begin with 0")
                .breaks("counters are kept in network order, bpf_map_update_elem does not swap "
                        "them")
                .limited("0", counted)
                .help("store 0 to the counter, on its own, on every way to the call"),
            insn);
  }
}

} // namespace pw::nfp::rules
