#include "sim/nic/mac.h"

#include <algorithm>

namespace pw::nic {

MacReceive::MacReceive(const sc_core::sc_module_name& name, const PortConfig& port, Ledger& ledger)
    : FrameStage(name), port_(port), clock_(port.bus_mhz * port.segments), ledger_(ledger) {}

// The bus moves a frame while it comes in, and can only be later than the wire. Its segments are
// counted as clocks of a bus as narrow as one of them.
Time MacReceive::accept(Transaction& transaction, Time time) {
  Frame& frame = frame_of(transaction);
  const std::size_t bytes = frame.bytes.size();
  frame.wire_begin = std::max(time, wire_free_);
  frame.wire_end = frame.wire_begin + framed_bytes(bytes) * port_.ps_per_byte();
  wire_free_ = frame.wire_begin + wire_bytes(bytes) * port_.ps_per_byte();
  ledger_.offered(frame);
  const std::uint64_t segments =
      ceil_div(std::max<std::uint64_t>(bytes, 1) * 8, port_.bus_bits / port_.segments);
  const std::uint64_t start = clock_.edge_from(std::max(bus_free_, frame.wire_begin));
  const Time moved = clock_.edge(start + segments);
  if (moved > frame.wire_end + slack) {
    ledger_.lost(frame, "port");
    return wire_free_;
  }
  bus_free_ = moved;
  out.send(transaction, std::max(moved, frame.wire_end) + port_.receive_ns * ps_per_ns);
  return wire_free_;
}

MacTransmit::MacTransmit(const sc_core::sc_module_name& name, std::string place,
                         const PortConfig& port, const TransmitConfig& config, Ledger& ledger)
    : FrameStage(name), place_(std::move(place)), port_(port), config_(config), ledger_(ledger) {}

void MacTransmit::restart(Time now) {
  queue_.restart(now);
  busy_ = 0;
  next_host_ = now;
  host_frames_ = 0;
}

// bytes: without FCS. When its first bit goes out.
Time MacTransmit::begin_on_wire(Time time, std::uint64_t bytes) {
  const Time begin = std::max(time, wire_free_);
  const Time taken = wire_bytes(bytes) * port_.ps_per_byte();
  wire_free_ = begin + taken;
  busy_ += taken;
  return begin;
}

// All that begin when they are there, or one right behind the other, at once.
std::uint64_t send_steadily(const SteadyFrames& frames, Time until, Time& next, Time& wire_free) {
  const std::uint64_t count = until < next ? 0 : (until - next) / frames.gap + 1;
  for (std::uint64_t left = count, n = 0; left != 0; left -= n) {
    const bool idle = wire_free < next;
    n = left;
    if (idle && frames.gap < frames.taken)
      n = 1; // and from then on the wire is never free
    else if (!idle && frames.gap > frames.taken)
      n = std::min(left, (wire_free - next) / (frames.gap - frames.taken) + 1);
    wire_free = idle ? next + (n - 1) * frames.gap + frames.taken : wire_free + n * frames.taken;
    next += n * frames.gap;
  }
  return count;
}

void MacTransmit::send_host(Time until) {
  if (config_.host_gbps == 0)
    return;
  const std::uint64_t bytes = wire_bytes(config_.host_bytes - fcs_bytes);
  const double gap = double(bytes) * 8000 / config_.host_gbps + 0.5;
  constexpr double longest = 1e18; // ps
  const SteadyFrames frames{Time(std::clamp(gap, 1.0, longest)), bytes * port_.ps_per_byte()};
  const std::uint64_t sent = send_steadily(frames, until, next_host_, wire_free_);
  busy_ += sent * frames.taken;
  host_frames_ += sent;
}

Time MacTransmit::accept(Transaction& transaction, Time time) {
  const Frame& frame = frame_of(transaction);
  send_host(time);
  queue_.pass(time);
  if (queue_.level() + frame.length + fcs_bytes > config_.buffer_bytes) {
    ledger_.lost(frame, place_);
    return time;
  }
  const Time begin = begin_on_wire(time, frame.length);
  queue_.enter(time, begin + framed_bytes(frame.length) * port_.ps_per_byte(),
               frame.length + fcs_bytes);
  ledger_.done(frame, begin + port_.transmit_ns * ps_per_ns);
  return begin;
}

void MacTransmit::pass_time(Time time) {
  if (time < end_of_time)
    send_host(time);
  queue_.pass(time);
}

} // namespace pw::nic
