#include "backends/nfp/allocate/allocate.h"

#include "backends/nfp/allocate/check.h"
#include "backends/nfp/allocate/flow.h"
#include "backends/nfp/allocate/liveness.h"
#include "backends/nfp/allocate/passes.h"

namespace pw::nfp {

namespace {

// Values that may be read before anything writes them: LLVM's undefined ones.
bool reads_unset(const Function& f) {
  const Places places(f);
  const Liveness live(f, places);
  const std::size_t first = live.at_begin(0).find_first();
  return first != PlaceSet::npos && places.is_value(Place(first));
}

} // namespace

void allocate(Function& f, const FirmwareProfile& profile) {
  if (f.stack_bytes > profile.stack_bytes)
    throw Failure(
        diagnose("PW-NFP-250", "keys and values of program '" + f.name +
                                   "' need more local memory than the card gives a packet")
            .limited(std::to_string(profile.stack_bytes) + " bytes of local memory a packet",
                     std::to_string(f.stack_bytes) + " bytes")
            .help("use smaller keys and values, or a firmware with more of it"));
  simplify_flow(f);
  remove_dead(f);
  const UnsetReads unset = reads_unset(f) ? UnsetReads::OnSome : UnsetReads::Refused;
  relax_conditions(f);
  share_values(f);
  reuse_flags(f);
  remove_dead(f);
  merge_fields(f);
  forward_transfers(f);
  relieve_transfers(f);
  write_through(f);
  merge_tails(f);
  legalize(f);
  number_transfers(f);
  color(f, profile);
  settle_banks(f);
  remove_dead(f);
  relax_conditions(f);
  drop_known_constants(f);
  normalize_conditions(f);
  simplify_flow(f);
  merge_tails(f);
  expand_values(f);
  lay_out(f);
  delay_addresses(f);
  relax_conditions(f);
  fill_slots(f);
  check_code(f, profile, unset);
}

} // namespace pw::nfp
