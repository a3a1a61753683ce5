#include "sim/nic/host.h"

#include "sim/nic/rss.h"

#include <cmath>

namespace pw::nic {

VerdictSwitch::VerdictSwitch(const sc_core::sc_module_name& name, Ledger& ledger)
    : FrameStage(name), ledger_(ledger) {}

Time VerdictSwitch::accept(Transaction& transaction, Time time) {
  switch (frame_of(transaction).way) {
  case Way::Host:
    return host.send(transaction, time);
  case Way::Transmit:
    return transmit.send(transaction, time);
  case Way::Redirect:
    return redirect.send(transaction, time);
  case Way::End:
    break;
  }
  ledger_.done(frame_of(transaction), time);
  return time;
}

void VerdictSwitch::pass_time(Time time) {
  for (FrameOutput* output : {&host, &transmit, &redirect})
    output->send_time(time);
}

PcieDma::PcieDma(const sc_core::sc_module_name& name, const PcieConfig& pcie,
                 const HostConfig& host, Ledger& ledger)
    : FrameStage(name), pcie_(pcie), ledger_(ledger),
      ps_per_byte_(8000 / (pcie_gbps(pcie) * pcie.link_share)) {
  for (unsigned i = 0; i < rss_entries; ++i)
    table_.push_back(std::uint16_t(i % host.queues));
}

void PcieDma::restart(Time now) {
  queue_.restart(now);
  busy_ = 0;
}

// Towards the host: the frame in TLPs, completions in batches, and requests for batches of
// descriptors. Towards the card: the descriptors, in as many TLPs as requests.
Time PcieDma::link_time(std::uint64_t bytes) const {
  const double tlps = double(ceil_div(std::max<std::uint64_t>(bytes, 1), pcie_.payload_bytes));
  const double head = pcie_.tlp_bytes, batch = pcie_.batch;
  const double up = double(bytes) + tlps * head + pcie_.completion_bytes + 2 * head / batch;
  const double down = pcie_.descriptor_bytes + head / batch;
  return Time(std::ceil(std::max(up, down) * ps_per_byte_));
}

Time PcieDma::accept(Transaction& transaction, Time time) {
  Frame& frame = frame_of(transaction);
  queue_.pass(time);
  if (queue_.level() + frame.length > pcie_.buffer_bytes) {
    ledger_.lost(frame, "DMA buffer");
    return time;
  }
  frame.queue = table_[rss_hash(frame.bytes) % rss_entries];
  const Time begin = std::max(time, link_free_);
  const Time taken = link_time(frame.length);
  link_free_ = begin + taken;
  busy_ += taken;
  queue_.enter(time, link_free_, frame.length);
  out.send(transaction, link_free_ + pcie_.latency_ns * ps_per_ns);
  return link_free_;
}

void PcieDma::pass_time(Time time) {
  queue_.pass(time);
  out.send_time(time);
}

HostQueues::HostQueues(const sc_core::sc_module_name& name, const HostConfig& config,
                       Ledger& ledger)
    : FrameStage(name), config_(config), ledger_(ledger),
      service_(config.queue_mpps == 0 ? 0 : Time(1e6 / config.queue_mpps + 0.5)),
      queues_(config.queues) {}

Time HostQueues::accept(Transaction& transaction, Time time) {
  const Frame& frame = frame_of(transaction);
  Queue& queue = queues_.at(frame.queue);
  queue.meter.pass(time);
  if (queue.meter.waiting() >= config_.depth) {
    ++queue.lost;
    ledger_.lost(frame, "host queue");
    return time;
  }
  queue.free = std::max(time, queue.free) + service_;
  queue.busy += service_;
  queue.meter.enter(time, queue.free, 1);
  ledger_.done(frame, time, queue.free - service_ - time);
  return queue.free;
}

void HostQueues::pass_time(Time time) {
  for (Queue& queue : queues_)
    queue.meter.pass(time);
}

void HostQueues::restart(Time now) {
  for (Queue& queue : queues_) {
    queue.meter.restart(now);
    queue.busy = 0;
    queue.lost = 0;
  }
}

} // namespace pw::nic
