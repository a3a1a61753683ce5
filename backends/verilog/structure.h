// Sizes of the fixed hardware around a pipeline that are chosen here, and not by the compiler. The
// clock-exact model (sim/model/timing.cpp) takes them from here too.
#pragma once

#include "ir/pipeline.h"

#include <vector>

namespace pw::verilog {

struct Structure {
  unsigned window_beats = 1;  // beats that hold the header window; at least 1
  unsigned header_depth = 32; // places of the header FIFO (packets)
  unsigned packet_depth = 0;  // places of the packet FIFO (beats)
  unsigned packet_delay = 3;  // a beat accepted in clock t is at its head from t + packet_delay
  unsigned result_depth = 0;  // places of the result FIFO (packets)
  unsigned writers = 0;       // operations that may write one byte of the packet, at most
  // Some operation is a PacketRead: a packet's header waits until all of the packet is stored.
  bool whole_packet = false;
  // Clocks between the last stage and the result FIFO: 1 if `writers` is large, or if head or tail
  // come out of logic of the last stage (what they mean in beats is computed behind it).
  unsigned merge_delay = 0;
  bool events = false;  // there are Event operations; the event FIFO is as deep as the result FIFO
  bool samples = false; // some of them copy bytes of the packet: whole_packet, too
  unsigned event_delay = 0; // clocks between the event unit's step and its output FIFO
};

inline constexpr unsigned event_room = 16; // places of the event unit's output FIFO (beats)
inline constexpr unsigned sample_delay = 5; // of a read of the packet (rtl/pw_event_read.sv)

// Writers of a byte that are merged behind the last stage in the same clock; those of more bytes
// take another clock.
inline constexpr unsigned merged_at_once = 8;

// The accesses of a map of MapKind::Table. They are in one region, and hold back packets at its
// entrance.
struct TableUse {
  bool used = false; // are there any?
  unsigned region = 0;
  unsigned first_stage = 0, last_stage = 0; // of the operations, not of their results
};
TableUse table_use(const pipeline::Pipeline&, unsigned map);

// Maps, ascending, for whose sake packets may have to wait at the entrance of a region: because of
// an interlock or of a table that needs time.
std::vector<unsigned> holding_maps(const pipeline::Pipeline&);

// Fields of a tc program's metadata (SkbField) that come in with each packet because the program
// reads them, ascending. Those that it may change: Result::skb.
std::vector<unsigned> metadata_inputs(const pipeline::Pipeline&);

inline constexpr unsigned longest_packet = 32768; // bytes, rounded up: head and tail have 16 bits

bool copies_packet(const pipeline::Operation&); // an Event with bytes of the packet

Structure structure_of(const pipeline::Pipeline&);

} // namespace pw::verilog
