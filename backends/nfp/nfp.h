// The NFP backend as the layers to its right see it: a lifted program in, the words of a
// micro-engine or an eBPF object for the card's Linux driver out.
#pragma once

#include "backends/nfp/code/code.h"
#include "backends/nfp/firmware/firmware.h"
#include "frontend/frontend.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pw::nfp {

struct NfpProgram {
  Image image;
  std::vector<Diagnostic> warnings; // a read-modify-write that isn't atomic, ...
};

// How a program is lifted for the card; of `environment` only what the card has no say in is kept.
LiftOptions lift_options(const FirmwareProfile&, LiftOptions environment = {});

// Instruction selection, allocation, scheduling, linking. The program must have been lifted for
// this target (lift_options). Throws Failure (PW-NFP-...): what the card can't do.
NfpProgram compile_program(const Object&, const Program&, const LiftedProgram&,
                           const FirmwareProfile&);

// The instructions before they get registers, block by block (--emit code). Throws Failure as
// above.
std::string selected_text(const Object&, const Program&, const LiftedProgram&,
                          const FirmwareProfile&);

// NAME.nfp.elf; README.md, "The ELF file".
std::vector<std::uint8_t> write_elf(const Image&, const Object&, const FirmwareProfile&);
// NAME.nfp.s: the instructions with the C lines between.
std::string listing(const Image&, const Object&);

struct RuleOptions {
  unsigned mtu = 1500;           // of the interface, bytes
  std::optional<unsigned> words; // of the program as compiled by compile_program, if it was
};
// Every rule of the driver and of the firmware that the program breaks, all at once, ordered by
// instruction; with warnings for read-modify-writes that aren't atomic. Accepted if no error is
// among them.
std::vector<Diagnostic> check_rules(const Object&, const Program&, const FirmwareProfile&,
                                    const RuleOptions& = {});

// Of these the verdicts of a tc program alone, which the card's words need to be the driver's, too.
std::vector<Diagnostic> check_verdicts(const Object&, const Program&);

struct Offload {
  std::vector<std::uint8_t> object;  // eBPF ELF image, NAME.offload.o
  std::vector<Diagnostic> rewritten; // notes: what was changed, by instruction
};
// The program given back as eBPF that obeys the driver's rules. Throws Failure with every rule that
// can't be obeyed.
Offload make_offload(const Object&, const Program&, const FirmwareProfile&);

} // namespace pw::nfp
