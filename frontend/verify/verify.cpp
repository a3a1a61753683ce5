#include "frontend/frontend.h"
#include "frontend/verify/explore.h"

namespace pw {

std::vector<Diagnostic> verify_program(const Object& object, const Program& program,
                                       const VerifyOptions& options) {
  const verify::Linked linked(object, program);
  verify::Report report(linked);
  try {
    verify::explore(object, linked, options, report);
  } catch (const Failure& failure) { // of decoding
    return failure.diagnostics();
  }
  return report.take();
}

} // namespace pw
