// Pass after pass until none finds anything. What a pass writes is rewritten by those that come
// later or in the next round: a signed modulo by an unsigned one, that by a division.
#include "backends/nfp/nfp.h"
#include "backends/nfp/offload/passes.h"
#include "backends/nfp/offload/write.h"

#include <algorithm>
#include <stdexcept>

namespace pw::nfp {
namespace {

using Pass = bool (*)(offload::Draft&);

constexpr Pass passes[] = {
    offload::rewrite_map_definitions, offload::rewrite_globals,
    offload::rewrite_counters,        offload::rewrite_atomics,
    offload::rewrite_map_stores,      offload::rewrite_arguments,
    offload::rewrite_simple,          offload::rewrite_signed_division,
    offload::rewrite_modulo,          offload::rewrite_division,
    offload::rewrite_multiplication,  offload::rewrite_initial_counters,
};

constexpr unsigned most_rounds = 16; // each thing is rewritten a few times at most

// Linux refuses to offload a program that says that it can read packets in fragments; the card has
// each packet in one piece.
void leave_fragments(offload::Draft& draft) {
  static const std::string fragments = "xdp.frags";
  std::string& section = draft.program.section;
  if (section != fragments && !section.starts_with(fragments + "/"))
    return;
  section = "xdp" + section.substr(fragments.size());
  draft.note(0, "PW-NFP-307", "the program no longer says that it reads packets in fragments",
             "Linux offloads no such program, and the card has packets in one piece");
}

bool one_round(offload::Draft& draft) {
  bool changed = false;
  for (const Pass pass : passes)
    changed |= pass(draft);
  return changed;
}

void rewrite(offload::Draft& draft) {
  for (unsigned round = 0; round < most_rounds; ++round)
    if (!one_round(draft))
      return;
  throw std::logic_error("the rewriting of a program for the card comes to no end");
}

// What a rewriting says of an instruction is more to the point than the rule that it breaks.
bool said_already(const std::vector<Diagnostic>& reasons, const Diagnostic& d) {
  return d.code == "PW-NFP-177" && std::ranges::any_of(reasons, [&](const Diagnostic& r) {
           return r.insn == d.insn && r.code == "PW-NFP-311";
         });
}

// What the driver and the firmware still refuse, said of the user's own instructions.
std::vector<Diagnostic> remaining(const offload::Draft& draft) {
  std::vector<Diagnostic> reasons = draft.refusals();
  for (Diagnostic d : check_rules(draft.object, draft.program, draft.firmware)) {
    if (d.severity != Severity::Error)
      continue;
    if (d.insn)
      d.insn = draft.original(*d.insn);
    if (!said_already(draft.refusals(), d))
      reasons.push_back(std::move(d));
  }
  std::ranges::stable_sort(reasons, {}, [](const Diagnostic& d) { return d.insn.value_or(0); });
  return reasons;
}

} // namespace

Offload make_offload(const Object& object, const Program& program,
                     const FirmwareProfile& firmware) {
  offload::Draft draft(object, program, firmware);
  leave_fragments(draft);
  rewrite(draft);
  if (std::vector<Diagnostic> reasons = remaining(draft); !reasons.empty())
    throw Failure(reasons);
  Offload out;
  out.object = offload::write_object(draft.object, draft.program);
  out.rewritten = draft.take_notes();
  return out;
}

} // namespace pw::nfp
