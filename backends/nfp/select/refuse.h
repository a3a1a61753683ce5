// What a micro-engine can't do, in a program as it is before selection.
#pragma once

#include "backends/nfp/firmware/firmware.h"
#include "backends/nfp/select/tables.h"
#include "frontend/object/object.h"

#include <vector>

namespace pw::nfp {

// Errors and warnings, by C line. Empty: all of it can be selected.
std::vector<Diagnostic> refusals(const Object&, const Program&, const llvm::Function&,
                                 const FirmwareProfile&, const TablePlan&, bool tc);

} // namespace pw::nfp
