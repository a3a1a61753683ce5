#include "sim/nic/receive_buffer.h"

namespace pw::nic {

ReceiveBuffer::ReceiveBuffer(const sc_core::sc_module_name& name, const BufferConfig& config,
                             Ledger& ledger)
    : FrameStage(name), config_(config), ledger_(ledger) {}

// The engine says at once when it takes a frame (sim/nic/stage.h), so all departures are known.
Time ReceiveBuffer::accept(Transaction& transaction, Time time) {
  Frame& frame = frame_of(transaction);
  const std::uint64_t cells =
      ceil_div(frame.bytes.size() + fcs_bytes, config_.cell_bytes) * config_.cell_bytes;
  queue_.pass(time);
  if (queue_.level() + cells > config_.bytes) {
    ledger_.lost(frame, "receive buffer");
    return time;
  }
  frame.stored = time;
  frame.taken = free_ = out.send(transaction, std::max(time, free_));
  queue_.enter(time, frame.taken, cells);
  return time;
}

void ReceiveBuffer::pass_time(Time time) {
  queue_.pass(time);
  out.send_time(time);
}

} // namespace pw::nic
