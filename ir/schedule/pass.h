// Scheduling as an MLIR pass, for pipewright-opt.
#pragma once

namespace pw::schedule {

// --pw-schedule{clock=MHz device=NAME random=SEED}
void register_schedule_pass();

} // namespace pw::schedule
