// A SystemC kernel of its own for each NIC: SystemC allows one elaboration in a kernel, and a
// process makes many NICs one after another.
#pragma once

#include <systemc>

namespace pw::nic {

class Kernel {
public:
  Kernel();
  ~Kernel(); // after all modules
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

private:
  sc_core::sc_simcontext* context_;
};

} // namespace pw::nic
