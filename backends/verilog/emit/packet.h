// Reads of the packet behind the header window.
#pragma once

#include "ir/pipeline.h"

namespace pw::verilog {

// If the pipeline has PacketRead operations: each gets, behind its own operands, where the packet
// stands in the memories (input `packet_place`), and its length.
pipeline::Pipeline with_packet_place(pipeline::Pipeline);

} // namespace pw::verilog
