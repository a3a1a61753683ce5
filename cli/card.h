// pipewright compile --target nfp: what a Netronome card gets of a program, as its own instructions
// and as eBPF.
#pragma once

#include "cli/options.h"

#include <string>

namespace pw::cli {

// NAME.nfp.elf, NAME.nfp.s and NAME.offload.o into the folder, and a report. What can't be made is
// explained; that is only an error if nothing could be made. Returns the exit code; may throw
// Failure.
int compile_for_card(const CommonOptions&, const std::string& folder);

// --emit llvm or code.
std::string emitted_for_card(const CommonOptions&, const std::string& step);

} // namespace pw::cli
