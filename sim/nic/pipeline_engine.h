// The pipeline in the NIC, at its own clock.
#pragma once

#include "sim/nic/clocked.h"
#include "sim/nic/engine.h"
#include "sim/nic/ledger.h"

#include <deque>

namespace pw::nic {

// Says where frames go behind a verdict. Redirects to a map of CPUs or sockets end in the host, all
// others leave through the second port. Of a tc program's verdicts the XDP ones count that do the
// same to a frame.
class Router {
public:
  explicit Router(const Object&, bool tc = false);
  std::uint32_t verdict(std::uint32_t retval) const;
  Way way(std::uint32_t retval, std::uint32_t redirect_map) const;

private:
  bool tc_;
  std::vector<bool> to_host_; // by map
};

// Frames come whole and are offered to the pipeline from the next edge of its clock on; taken: the
// edge behind their last beat. They go on when their last beat has left, dropped ones with their
// verdict.
class PipelineEngine : public FrameEngine {
public:
  PipelineEngine(const sc_core::sc_module_name&, std::unique_ptr<ClockedPipeline>, Router,
                 double clock_mhz, unsigned bus_bytes, Ledger&);

  void restart() override;
  std::vector<ComponentFigures> figures() const override;
  bool in_kernel_time() const override { return pipeline_->in_kernel_time(); }

protected:
  Time accept(Transaction&, Time) override;
  void pass_time(Time) override;

private:
  void collect();
  void finish(const ClockedPipeline::Result&);

  std::unique_ptr<ClockedPipeline> pipeline_;
  Router router_;
  Clock clock_;
  unsigned bus_bytes_;
  Ledger& ledger_;
  std::deque<Transaction*> inside_;
  Time last_out_ = 0;
  std::uint64_t taking_ = 0, leaving_ = 0, frames_in_ = 0,
                frames_ = 0;           // clocks with a beat; verdicts
  std::uint64_t first_ = 0, last_ = 0; // clocks of the first beat in and of the last one
  std::map<std::string, std::uint64_t> held_before_;
};

} // namespace pw::nic
