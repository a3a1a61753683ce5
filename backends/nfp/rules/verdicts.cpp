#include "backends/nfp/rules/rules.h"

#include <linux/pkt_cls.h>

namespace pw::nfp::rules {

using verify::Kind;
using verify::Value;

namespace {
bool on_card(std::uint64_t verdict) {
  return verdict == TC_ACT_SHOT || verdict == TC_ACT_STOLEN || verdict == TC_ACT_QUEUED ||
         verdict > TC_ACT_REDIRECT;
}

std::string verdicts_text(const std::set<std::uint64_t>& all) {
  static const char* const names[] = {"TC_ACT_OK",     "TC_ACT_RECLASSIFY", "TC_ACT_SHOT",
                                      "TC_ACT_PIPE",   "TC_ACT_STOLEN",     "TC_ACT_QUEUED",
                                      "TC_ACT_REPEAT", "TC_ACT_REDIRECT"};
  std::string text;
  for (const std::uint64_t verdict : all)
    if (!on_card(verdict))
      text += (text.empty() ? "" : ", ") + std::string(names[verdict]);
  return text;
}
} // namespace

void check_verdict(const Subject& s, const Visit& v) {
  const bool ends = std::holds_alternative<isa::Exit>(v.instruction) && v.state.frames.size() == 1;
  const Value& r0 = v.state.reg(0);
  if (!s.is_tc() || !ends || r0.kind == Kind::Poison || r0.kind == Kind::Uninit)
    return;
  const Constants verdicts = known_constants(v.shadow, v.state, 0);
  if (!verdicts) {
    s.report.add(diagnose("PW-NFP-184", "the verdict is not a constant")
                     .breaks("Linux must know what a tc program on the card returns")
                     .limited("a constant at each end",
                              r0.is_scalar() ? to_string(r0.scalar) : kind_name(r0.kind))
                     .help("return constants in branches of their own"),
                 v.insn);
    return;
  }
  if (const std::string others = verdicts_text(*verdicts); !others.empty())
    s.report.add(diagnose("PW-NFP-185", "a verdict that the card doesn't have")
                     .breaks("of a packet that passes the card can't tell more than that")
                     .limited("TC_ACT_UNSPEC, TC_ACT_SHOT, TC_ACT_STOLEN, TC_ACT_QUEUED", others)
                     .help("return TC_ACT_UNSPEC to let packets pass"),
                 v.insn);
}

} // namespace pw::nfp::rules
