// Which programs a pipeline holds besides the one that it was made of.
#pragma once

#include "cli/output.h"
#include "frontend/object/object.h"
#include "ir/pipeline.h"

#include <string>

namespace pw::cli {

// What the slots of program arrays lead to: "tail calls by jumps: 0 tx, 1 drop", one line an array
// that is part of the pipeline; and the same by array and slot.
std::string slots_text(const Object&, const pipeline::Pipeline&);
Json slots_json(const Object&, const pipeline::Pipeline&);

} // namespace pw::cli
