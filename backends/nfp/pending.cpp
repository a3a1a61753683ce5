// Parts of the backend that a build may be without: they say so when they are asked for.
#include "backends/nfp/nfp.h"
#include "backends/nfp/select/select.h"

namespace pw::nfp {
namespace {

[[noreturn]] void absent(const char* part) {
  throw Failure(diagnose("PW-OPT-005", std::string("this version has no ") + part));
}

} // namespace

__attribute__((weak)) Function select(const Object&, const Program&, const LiftedProgram&,
                                      const FirmwareProfile&, std::vector<Table>&,
                                      std::vector<Diagnostic>&) {
  absent("instruction selection for micro-engines");
}

__attribute__((weak)) Offload make_offload(const Object&, const Program&, const FirmwareProfile&) {
  absent("rewriting for the card's driver");
}

} // namespace pw::nfp
