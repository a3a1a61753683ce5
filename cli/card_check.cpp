#include "cli/card_check.h"

#include "cli/session.h"

#include <algorithm>

namespace pw::cli {
namespace {

constexpr unsigned code_store = 8192; // words of a micro-engine

bool has_error(const std::vector<Diagnostic>& all) {
  return std::ranges::any_of(all,
                             [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

// The driver would take it; where our own compiler can't, that is worth knowing, and no refusal.
void compile_words(CardFinding& f, const CommonOptions& o, const nfp::FirmwareProfile& firmware,
                   const Object& object, const Program& program) try {
  nfp::FirmwareProfile roomy = firmware; // what is too long is counted, too
  roomy.max_words = std::max(firmware.max_words, code_store);
  const LiftedProgram lifted =
      lift_program(object, program, nfp::lift_options(roomy, lift_options(o)));
  f.words = unsigned(nfp::compile_program(object, program, lifted, roomy).image.words.size());
} catch (const Failure& failure) {
  for (Diagnostic d : failure.diagnostics()) {
    const bool known = std::ranges::any_of(f.diagnostics, [&](const Diagnostic& other) {
      return other.code == d.code && other.insn == d.insn;
    });
    if (!known)
      f.diagnostics.push_back(d.warning());
  }
}

} // namespace

CardFinding check_for_card(const CommonOptions& o, const nfp::FirmwareProfile& firmware,
                           const Object& object, const Program& selected) {
  Program program = selected;
  program.type = o.type != ProgramType::Unknown ? o.type : program_type(selected);
  nfp::RuleOptions options{o.environment.mtu, std::nullopt};
  CardFinding f;
  f.diagnostics = nfp::check_rules(object, program, firmware, options);
  if (!has_error(f.diagnostics))
    compile_words(f, o, firmware, object, program);
  if (f.words && *f.words > firmware.max_words) {
    options.words = f.words;
    f.diagnostics = nfp::check_rules(object, program, firmware, options);
  }
  f.accepted = !has_error(f.diagnostics);
  return f;
}

} // namespace pw::cli
