// A linked program by hand, with something in every section of its file.
#pragma once

#include "backends/nfp/code/code.h"
#include "frontend/object/object.h"

namespace pw::nfp {

// 12 words: calls the map lookup, loops, exits; one table with a counter.
Image sample_image();
Object sample_object();

} // namespace pw::nfp
