#include "sim/nic/kernel.h"

#include <cstdlib>

// The library's own main() calls it; here, the kernel is called from ours.
int sc_main(int, char**) { return 0; }

namespace pw::nic {

Kernel::Kernel() {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  context_ = new sc_core::sc_simcontext;
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context_;
}

Kernel::~Kernel() { delete context_; }

} // namespace pw::nic
