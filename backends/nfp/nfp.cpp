#include "backends/nfp/nfp.h"

#include "backends/nfp/allocate/allocate.h"
#include "backends/nfp/code/print.h"
#include "backends/nfp/link/link.h"
#include "backends/nfp/select/select.h"

#include <algorithm>

namespace pw::nfp {

LiftOptions lift_options(const FirmwareProfile& profile, LiftOptions environment) {
  environment.verify.micro_engine = true;
  environment.head_room = profile.adjust_head.guaranteed_sub;
  return environment;
}

namespace {
std::vector<Diagnostic> check_verdicts(const Object& object, const Program& program,
                                       const LiftedProgram& lifted) {
  if (!lifted.tc)
    return {};
  Program tc = program;
  tc.type = ProgramType::Tc;
  return nfp::check_verdicts(object, tc);
}

// Throws Failure with what both have to say.
Function selected(const Object& object, const Program& program, const LiftedProgram& lifted,
                  const FirmwareProfile& profile, std::vector<Table>& tables,
                  std::vector<Diagnostic>& warnings) {
  std::vector<Diagnostic> wrong = check_verdicts(object, program, lifted);
  Function function;
  try {
    function = select(object, program, lifted, profile, tables, warnings);
  } catch (const Failure& failure) {
    wrong.insert(wrong.end(), failure.diagnostics().begin(), failure.diagnostics().end());
  }
  if (!wrong.empty())
    throw Failure(std::move(wrong));
  return function;
}

// What is said of the program as a whole stands where it begins.
std::vector<Diagnostic> placed(std::vector<Diagnostic> all, const Program& program) {
  const auto begin =
      std::ranges::find_if(program.lines, [](const LineInfo& l) { return l.location.known(); });
  for (Diagnostic& d : all)
    if (!d.location.known() && !d.insn && begin != program.lines.end())
      d.location = begin->location;
  return all;
}
} // namespace

NfpProgram compile_program(const Object& object, const Program& program,
                           const LiftedProgram& lifted, const FirmwareProfile& profile) try {
  NfpProgram out;
  std::vector<Table> tables;
  Function function = selected(object, program, lifted, profile, tables, out.warnings);
  allocate(function, profile);
  out.image = link(function, std::move(tables), profile);
  out.image.tc = lifted.tc;
  return out;
} catch (const Failure& failure) {
  throw Failure(placed(failure.diagnostics(), program));
}

std::string selected_text(const Object& object, const Program& program, const LiftedProgram& lifted,
                          const FirmwareProfile& profile) {
  std::vector<Table> tables;
  std::vector<Diagnostic> warnings;
  return print(select(object, program, lifted, profile, tables, warnings));
}

} // namespace pw::nfp
