// The last step: pseudo instructions become words, blocks addresses.
#pragma once

#include "backends/nfp/code/code.h"
#include "backends/nfp/firmware/firmware.h"

#include <vector>

namespace pw::nfp {

// Takes what `allocate` leaves. Words are encoded with addresses relative to word 0 and stand
// before 8 nops (the prefetch window). Throws Failure PW-NFP-270: longer than
// FirmwareProfile::max_words.
Image link(const Function&, std::vector<Table> tables, const FirmwareProfile&);

} // namespace pw::nfp
