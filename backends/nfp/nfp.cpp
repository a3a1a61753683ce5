#include "backends/nfp/nfp.h"

#include "backends/nfp/allocate/allocate.h"
#include "backends/nfp/code/print.h"
#include "backends/nfp/link/link.h"
#include "backends/nfp/select/select.h"

namespace pw::nfp {

LiftOptions lift_options(const FirmwareProfile& profile, LiftOptions environment) {
  environment.verify.micro_engine = true;
  environment.head_room = profile.adjust_head.guaranteed_sub;
  return environment;
}

NfpProgram compile_program(const Object& object, const Program& program,
                           const LiftedProgram& lifted, const FirmwareProfile& profile) {
  NfpProgram out;
  std::vector<Table> tables;
  Function function = select(object, program, lifted, profile, tables, out.warnings);
  allocate(function, profile);
  out.image = link(function, std::move(tables), profile);
  return out;
}

std::string selected_text(const Object& object, const Program& program, const LiftedProgram& lifted,
                          const FirmwareProfile& profile) {
  std::vector<Table> tables;
  std::vector<Diagnostic> warnings;
  return print(select(object, program, lifted, profile, tables, warnings));
}

} // namespace pw::nfp
