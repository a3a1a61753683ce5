#include "backends/nfp/allocate/allocate.h"

#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/passes.h"

namespace pw::nfp {

void allocate(Function& f, const FirmwareProfile& profile) {
  remove_unreachable(f);
  remove_dead(f);
  legalize(f);
  number_transfers(f);
  color(f, profile);
  settle_banks(f);
  remove_dead(f);
  expand_values(f);
  lay_out(f);
  delay_addresses(f);
}

} // namespace pw::nfp
