#include "frontend/frontend.h"
#include "frontend/verify/explore.h"

namespace pw {

std::vector<Diagnostic> verify_program(const Object& object, const Program& program,
                                       const VerifyOptions& options) {
  verify::Report report(program);
  try {
    verify::explore(object, program, options, report);
  } catch (const Failure& failure) { // of decoding
    return failure.diagnostics();
  }
  return report.take();
}

} // namespace pw
