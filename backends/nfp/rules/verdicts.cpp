#include "backends/nfp/rules/rules.h"

#include <linux/pkt_cls.h>

namespace pw::nfp::rules {

using verify::Kind;
using verify::Value;

void check_verdict(const Subject& s, const Visit& v) {
  const bool ends = std::holds_alternative<isa::Exit>(v.instruction) && v.state.frames.size() == 1;
  const Value& r0 = v.state.reg(0);
  if (!s.is_tc() || !ends || r0.kind == Kind::Poison || r0.kind == Kind::Uninit)
    return;
  if (!r0.is_scalar() || !r0.scalar.is_constant()) {
    s.report.add(diagnose("PW-NFP-184", "the verdict is not a constant")
                     .breaks("Linux must know what a tc program on the card returns")
                     .limited("a constant at each end",
                              r0.is_scalar() ? to_string(r0.scalar) : kind_name(r0.kind))
                     .help("return constants in branches of their own"),
                 v.insn);
    return;
  }
  const auto verdict = std::int64_t(r0.scalar.value());
  const bool has = verdict == TC_ACT_SHOT || verdict == TC_ACT_STOLEN || verdict == TC_ACT_QUEUED ||
                   std::uint64_t(verdict) > TC_ACT_REDIRECT;
  if (!has)
    s.report.add(diagnose("PW-NFP-185", "a verdict that the card doesn't have")
                     .limited("TC_ACT_UNSPEC, TC_ACT_SHOT, TC_ACT_STOLEN, TC_ACT_QUEUED",
                              std::to_string(verdict))
                     .help("return TC_ACT_UNSPEC to let packets pass"),
                 v.insn);
}

} // namespace pw::nfp::rules
