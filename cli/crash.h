// The last line of defence: a mistake of ours ends in PW-INT-001 and exit code 3, never in a bare
// signal.
#pragma once

namespace pw::cli {

// For this process only; children that it forks keep dying of signals, which their parents
// understand.
void install_crash_handlers();

} // namespace pw::cli
