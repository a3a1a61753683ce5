// Sizes of the fixed hardware around a pipeline that are chosen here, and not by the compiler. The
// clock-exact model (sim/model/timing.cpp) takes them from here too.
#pragma once

#include "ir/pipeline.h"

namespace pw::verilog {

struct Structure {
  unsigned window_beats = 1;  // beats that hold the header window; at least 1
  unsigned header_depth = 32; // places of the header FIFO (packets)
  unsigned packet_depth = 0;  // places of the packet FIFO (beats)
  unsigned packet_delay = 3;  // a beat accepted in clock t is at its head from t + packet_delay
  unsigned result_depth = 0;  // places of the result FIFO (packets)
  unsigned writers = 0;       // operations that may write one byte of the packet, at most
  unsigned merge_delay =
      0; // clocks between the last stage and the result FIFO: 1 if `writers` is large
};

// Writers of a byte that are merged behind the last stage in the same clock; those of more bytes
// take another clock.
inline constexpr unsigned merged_at_once = 8;

Structure structure_of(const pipeline::Pipeline&);

} // namespace pw::verilog
