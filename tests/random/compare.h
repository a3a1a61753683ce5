// Runs a case on two engines and says what differs.
#pragma once

#include "backends/nfp/firmware/firmware.h"
#include "tests/random/case.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pw::random {

struct Contestant {
  std::string name;
  std::function<std::unique_ptr<Engine>(const Case&)> make;
};

// The published firmware, but with every type of map that the simulator has.
pw::nfp::FirmwareProfile generous_card();

struct Verdict {
  enum Kind {
    Same,
    Different,
    Refused
  } kind = Same;    // Refused: valid, but not supported (exit code 2)
  std::string what; // for Different: packet, field and values; for Refused: the diagnostic
};

// Of a case: tc programs get random metadata, on an interface whose address is all zeros.
Environment environment_of(const Case&);

Contestant interp();
Contestant kernel();
struct ModelOptions {
  std::optional<std::uint64_t> random_schedule;
  unsigned stall_percent = 0;
  std::uint32_t stall_seed = 1;
};
Contestant model(const ModelOptions& = {});
Contestant rtl(const ModelOptions& = {});
Contestant nfp(); // the card, with generous_card()

// The first difference in verdict, length, bytes, redirect, clocks (where both have them) or maps.
// An exception other than a refusal counts as a difference. Packets that one of them can't run are
// skipped.
Verdict compare(const Case&, const Contestant& a, const Contestant& b);

} // namespace pw::random
