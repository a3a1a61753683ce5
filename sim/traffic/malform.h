// Breaks a frame in one of the ways that parsers meet.
#pragma once

#include "sim/traffic/headers.h"

namespace pw::traffic {

// l3: where the IP header starts; frame.size() if there is none.
void malform(Bytes& frame, std::size_t l3, Random&);

} // namespace pw::traffic
