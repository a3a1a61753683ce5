// pipewright check --target nfp: would a Netronome card's driver and firmware take the program?
#pragma once

#include "backends/nfp/nfp.h"
#include "cli/options.h"

#include <optional>
#include <vector>

namespace pw::cli {

struct CardFinding {
  bool accepted = false; // exactly if no error is among the diagnostics
  std::vector<Diagnostic> diagnostics;
  std::optional<unsigned> words; // what compile makes of it, if it can
};
// Never throws for what is wrong with the program.
CardFinding check_for_card(const CommonOptions&, const nfp::FirmwareProfile&, const Object&,
                           const Program&);

} // namespace pw::cli
