#include "backends/nfp/select/select.h"

#include "backends/nfp/select/passes.h"
#include "backends/nfp/select/refuse.h"
#include "backends/nfp/select/selector.h"

#include <algorithm>

namespace pw::nfp {

Function select(const Object& object, const Program& program, const LiftedProgram& lifted,
                const FirmwareProfile& profile, std::vector<Table>& tables,
                std::vector<Diagnostic>& warnings) {
  const std::unique_ptr<llvm::Module> m = prepare(*lifted.module);
  llvm::Function& f = *m->getFunction("pw.program");
  const TablePlan plan = plan_tables(object, f);
  std::vector<Diagnostic> said = refusals(object, program, f, profile, plan, lifted.tc);
  if (std::any_of(said.begin(), said.end(),
                  [](const Diagnostic& d) { return d.severity == Severity::Error; }))
    throw Failure(std::move(said));
  warnings.insert(warnings.end(), said.begin(), said.end());
  Function out;
  out.name = program.name;
  Selector(object, program, f, profile, plan, lifted.tc, out).run();
  tables = plan.tables;
  return out;
}

} // namespace pw::nfp
