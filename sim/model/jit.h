// The functions of a plan, compiled for this machine.
#pragma once

#include "sim/model/codegen.h"

#include <memory>
#include <vector>

namespace llvm::orc {
class LLJIT;
}

namespace pw::model {

class CompiledPlan {
public:
  // Throws Failure PW-INT-001 if LLVM refuses.
  CompiledPlan(const pipeline::Pipeline&, const Plan&, HostTables&, Ports&);
  ~CompiledPlan();

  StageFunction function(std::size_t chunk) const { return functions_[chunk]; }

private:
  std::unique_ptr<llvm::orc::LLJIT> jit_;
  std::vector<StageFunction> functions_;
};

} // namespace pw::model
