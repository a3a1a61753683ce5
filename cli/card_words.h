// Where the words of a card's program go: to which C lines, and to what.
#pragma once

#include "backends/nfp/code/code.h"
#include "cli/output.h"

#include <string>

namespace pw::cli {

// The lines with the most words, for people; every line for JSON: [{"file","line","words"}],
// descending by words. Words without a line (the prefetch window) are not listed.
std::string lines_text(const nfp::Image&);
Json lines_json(const nfp::Image&);

// {"commands":..,"branches":..,"nops":..}: accesses to memory outside the engine, branches and
// returns, and words that do nothing (empty defer slots; the eight behind the end are not counted).
Json classes_json(const nfp::Image&);

} // namespace pw::cli
