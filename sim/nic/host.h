// From the engine to the host: the switch by verdict, DMA over PCIe, receive queues.
#pragma once

#include "sim/nic/config.h"
#include "sim/nic/ledger.h"
#include "sim/nic/stage.h"

namespace pw::nic {

// Frames with a verdict, each to the component its way leads to. Dropped ones end here.
class VerdictSwitch : public FrameStage {
public:
  FrameOutput host{"host"}, transmit{"transmit"}, redirect{"redirect"};

  VerdictSwitch(const sc_core::sc_module_name&, Ledger&);

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  Ledger& ledger_;
};

// Chooses a queue by RSS and writes the frame to the host's memory. What waits for the link stands
// in a buffer; what finds no room there is lost ("DMA buffer").
class PcieDma : public FrameStage {
public:
  FrameOutput out{"out"};

  PcieDma(const sc_core::sc_module_name&, const PcieConfig&, const HostConfig&, Ledger&);

  Time busy() const { return busy_; } // of the link's busier direction, ps
  const QueueMeter& queue() const { return queue_; }
  void restart(Time now);
  // Time of the link that a frame of so many bytes takes, with its share of descriptors.
  Time link_time(std::uint64_t bytes) const;

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  PcieConfig pcie_;
  std::vector<std::uint16_t> table_; // RSS: 128 entries, queues in turn
  Ledger& ledger_;
  QueueMeter queue_;
  double ps_per_byte_;
  Time link_free_ = 0, busy_ = 0;
};

// The host: each queue's packets are taken one after another. Taken: when the packet's descriptor
// is free again; a packet that finds no descriptor is lost ("host queue").
class HostQueues : public FrameStage {
public:
  HostQueues(const sc_core::sc_module_name&, const HostConfig&, Ledger&);

  unsigned count() const { return unsigned(queues_.size()); }
  const QueueMeter& queue(unsigned n) const { return queues_[n].meter; }
  Time busy(unsigned n) const { return queues_[n].busy; }
  std::uint64_t lost(unsigned n) const { return queues_[n].lost; }
  void restart(Time now);

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  struct Queue {
    QueueMeter meter;
    Time free = 0, busy = 0;
    std::uint64_t lost = 0;
  };
  HostConfig config_;
  Ledger& ledger_;
  Time service_;
  std::vector<Queue> queues_;
};

} // namespace pw::nic
