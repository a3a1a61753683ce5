// What a reader wants to know beside the text: C lines, and what an operation on memories does.
#pragma once

#include "backends/verilog/emit/context.h"

namespace pw::verilog {

// "prog.c:12: the line", or nothing if it is not known or the same as `last`, which is set to it.
std::string source_comment(const SourceLocation&, SourceLocation& last);

// What a look-up, read or write of a map, a packet write or a trace does; nothing for other
// operations.
std::string effect_comment(const Context&, const pipeline::Operation&);

} // namespace pw::verilog
