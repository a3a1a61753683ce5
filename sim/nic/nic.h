// The NIC put together. The README of this folder has its picture.
#pragma once

#include "sim/nic/config.h"
#include "sim/nic/engine.h"
#include "sim/nic/feed.h"
#include "sim/nic/host.h"
#include "sim/nic/kernel.h"
#include "sim/nic/mac.h"
#include "sim/nic/receive_buffer.h"
#include "sim/nic/source.h"

#include <functional>

namespace pw::nic {

class Nic {
public:
  using EngineMaker = std::function<std::unique_ptr<FrameEngine>(Ledger&)>;

  // One NIC at a time in a process. Throws Failure PW-NIC-003.
  Nic(const NicConfig&, const EngineMaker&);

  // Sends the frames and waits until all have come to their ends. The NIC and its maps stay as they
  // are then; time goes on. Throws what the engine throws; nothing can be run after that.
  RunFigures run(Feed&);

  const Ledger& ledger() const { return ledger_; }
  const ReceiveBuffer& buffer() const { return *buffer_; }
  FrameEngine& engine() { return *engine_; }

private:
  void connect();
  void restart();
  void simulate(Feed&);
  std::vector<ComponentFigures> components() const;
  ComponentFigures host_figures() const;
  ComponentFigures transmit_figures(const std::string& name, const MacTransmit&) const;
  double share(Time busy) const;

  NicConfig config_;
  Kernel kernel_;
  Ledger ledger_;
  TrafficSource source_;
  MacReceive port_;
  std::unique_ptr<FrameEngine> engine_;
  std::unique_ptr<ReceiveBuffer> buffer_;
  VerdictSwitch switch_;
  PcieDma dma_;
  HostQueues host_;
  MacTransmit transmit_, redirect_;
  Time begin_ = 0;
};

} // namespace pw::nic
