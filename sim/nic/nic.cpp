#include "sim/nic/nic.h"

#include "sim/engine.h"

namespace pw::nic {

namespace {

double ns(double ps) { return ps / 1000; }

NicConfig checked(const NicConfig& config) {
  check(config);
  return config;
}

LatencyFigures figures(const Histogram& h) {
  LatencyFigures f;
  f.frames = h.count();
  f.least_ns = ns(double(h.least()));
  f.mean_ns = ns(h.mean());
  f.p50_ns = ns(double(h.at(0.5)));
  f.p99_ns = ns(double(h.at(0.99)));
  f.p999_ns = ns(double(h.at(0.999)));
  f.most_ns = ns(double(h.most()));
  for (const Histogram::Bin& bin : h.bins())
    f.bins.push_back({ns(double(bin.from)), ns(double(bin.below)), bin.count});
  return f;
}

void set_queue(ComponentFigures& f, const QueueMeter& queue, double capacity,
               const std::string& unit) {
  const QueueMeter::Figures q = queue.figures();
  f.frames = q.entered;
  f.mean_level = q.mean_level;
  f.mean_count = q.mean_count;
  f.most_level = double(q.most);
  f.capacity = capacity;
  f.unit = unit;
  f.mean_wait_ns = ns(q.mean_wait_ps);
}

std::unique_ptr<ReceiveBuffer> make_buffer(const NicConfig& nic, const FrameEngine& engine,
                                           Ledger& ledger) {
  if (engine.in_kernel_time())
    return std::make_unique<TimedReceiveBuffer>("buffer", nic.buffer, nic.pause, ledger);
  return std::make_unique<ReceiveBuffer>("buffer", nic.buffer, nic.pause, ledger);
}

// The second port: the host sends through the first one.
TransmitConfig without_host(TransmitConfig config) {
  config.host_gbps = 0;
  return config;
}

// The source is never so far ahead of the kernel that a pause frame would come too late.
Time quantum(const NicConfig& nic) {
  return nic.pause ? std::clamp<Time>(nic.pause->reaction_ns * ps_per_ns, 1, nic.quantum)
                   : nic.quantum;
}

} // namespace

Nic::Nic(const NicConfig& config, const EngineMaker& make_engine)
    : config_(checked(config)), source_("source"), port_("port", config.port, ledger_),
      engine_(make_engine(ledger_)), buffer_(make_buffer(config, *engine_, ledger_)),
      switch_("verdicts", ledger_), dma_("dma", config.pcie, config.host, ledger_),
      host_("host", config.host, ledger_),
      transmit_("transmit", "transmit buffer", config.port, config.transmit, ledger_),
      redirect_("redirect", "redirect buffer", config.port, without_host(config.transmit),
                ledger_) {
  tlm::tlm_global_quantum::instance().set(sc_core::sc_time::from_value(quantum(config)));
  connect();
}

void Nic::connect() {
  source_.out.socket.bind(port_.in);
  port_.out.socket.bind(buffer_->in);
  buffer_->out.socket.bind(engine_->in);
  buffer_->sender.bind(source_);
  engine_->out.socket.bind(switch_.in);
  switch_.host.socket.bind(dma_.in);
  switch_.transmit.socket.bind(transmit_.in);
  switch_.redirect.socket.bind(redirect_.in);
  dma_.out.socket.bind(host_.in);
}

void Nic::restart() {
  begin_ = kernel_time();
  ledger_.restart();
  buffer_->restart(begin_);
  engine_->restart();
  dma_.restart(begin_);
  host_.restart(begin_);
  transmit_.restart(begin_);
  redirect_.restart(begin_);
}

// Time goes on a little behind each run, the same for all kinds of engines.
void Nic::simulate(Feed& feed) {
  constexpr Time pause = 100'000'000; // ps
  source_.begin(feed);
  sc_core::sc_start();
  for (const std::exception_ptr& error : {source_.error(), buffer_->error()})
    if (error)
      std::rethrow_exception(error);
  source_.rest_until(std::max(ledger_.end(), source_.wire_free()) + pause);
  sc_core::sc_start();
}

RunFigures Nic::run(Feed& feed) {
  restart();
  ledger_.expect(feed.count());
  simulate(feed);
  RunFigures run;
  run.offered = ledger_.offered();
  run.carried = ledger_.carried();
  // Where frames meet a clock's edges the last one may come a little less late than the first.
  run.carried.mpps = std::min(run.carried.mpps, run.offered.mpps);
  run.carried.gbps = std::min(run.carried.gbps, run.offered.gbps);
  run.lost = ledger_.lost();
  for (const auto& [place, frames] : ledger_.losses())
    run.losses.push_back({place, frames});
  Histogram all;
  for (unsigned v = 0; v < verdicts; ++v) {
    all.merge(ledger_.latency(v));
    run.verdicts.push_back({verdict_name(v), ledger_.decided(v), figures(ledger_.latency(v))});
  }
  run.latency = figures(all);
  run.components = components();
  run.paused = share(source_.paused());
  run.growth = ledger_.growth();
  return run;
}

double Nic::share(Time busy) const {
  const Time span = ledger_.end() - begin_;
  return span == 0 ? 0 : std::min(1.0, double(busy) / double(span));
}

ComponentFigures Nic::host_figures() const {
  ComponentFigures f{.name = "host"};
  for (unsigned q = 0; q < host_.count(); ++q) {
    ComponentFigures one{.name = "host"};
    set_queue(one, host_.queue(q), config_.host.depth, "packets");
    one.utilisation = share(host_.busy(q));
    const std::uint64_t frames = f.frames + one.frames;
    const double mean = f.mean_count + one.mean_count;
    if (q == 0 || one.utilisation > f.utilisation || one.most_level > f.most_level)
      f = one;
    f.frames = frames;
    f.mean_count = mean;
  }
  if (config_.host.queues > 1)
    f.why = "use and wait are those of the busiest of " + std::to_string(config_.host.queues) +
            " queues";
  return f;
}

ComponentFigures Nic::transmit_figures(const std::string& name, const MacTransmit& port) const {
  ComponentFigures f{.name = name, .utilisation = share(port.busy())};
  set_queue(f, port.queue(), double(config_.transmit.buffer_bytes), "bytes");
  if (port.host_frames() != 0)
    f.why = "its wire is shared with " + std::to_string(port.host_frames()) +
            " packets of the host's own";
  return f;
}

std::vector<ComponentFigures> Nic::components() const {
  std::vector<ComponentFigures> all;
  const RateFigures offered = ledger_.offered(); // the time behind the last frame doesn't count
  all.push_back({.name = "port",
                 .utilisation = std::min(1.0, offered.gbps / config_.port.gbps),
                 .frames = offered.frames});
  ComponentFigures buffer{.name = "receive buffer"};
  set_queue(buffer, buffer_->queue(), double(config_.buffer.bytes), "bytes");
  all.push_back(buffer);
  for (ComponentFigures& figures : engine_->figures())
    all.push_back(std::move(figures));
  ComponentFigures dma{.name = "PCIe", .utilisation = share(dma_.busy())};
  set_queue(dma, dma_.queue(), double(config_.pcie.buffer_bytes), "bytes");
  all.push_back(dma);
  all.push_back(host_figures());
  all.push_back(transmit_figures("transmit", transmit_));
  all.push_back(transmit_figures("redirect", redirect_));
  return all;
}

} // namespace pw::nic
