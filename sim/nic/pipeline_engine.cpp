#include "sim/nic/pipeline_engine.h"

#include "sim/engine.h"

#include <linux/pkt_cls.h>

namespace pw::nic {

Router::Router(const Object& object, bool tc) : tc_(tc) {
  for (const MapDefinition& map : object.maps)
    to_host_.push_back(map.type == BPF_MAP_TYPE_CPUMAP || map.type == BPF_MAP_TYPE_XSKMAP);
}

std::uint32_t Router::verdict(std::uint32_t retval) const {
  if (!tc_)
    return retval;
  if (!leaves(retval, true))
    return XDP_DROP;
  return retval == TC_ACT_REDIRECT ? XDP_REDIRECT : XDP_PASS;
}

Way Router::way(std::uint32_t retval, std::uint32_t redirect_map) const {
  switch (retval) {
  case XDP_PASS:
    return Way::Host;
  case XDP_TX:
    return Way::Transmit;
  case XDP_REDIRECT:
    return redirect_map != 0 && to_host_.at(redirect_map - 1) ? Way::Host : Way::Redirect;
  default:
    return Way::End;
  }
}

PipelineEngine::PipelineEngine(const sc_core::sc_module_name& name,
                               std::unique_ptr<ClockedPipeline> pipeline, Router router,
                               double clock_mhz, unsigned bus_bytes, Ledger& ledger)
    : FrameEngine(name), pipeline_(std::move(pipeline)), router_(std::move(router)),
      clock_(clock_mhz), bus_bytes_(bus_bytes), ledger_(ledger) {
  pipeline_->when_results([this] { collect(); });
}

Time PipelineEngine::accept(Transaction& transaction, Time time) {
  Frame& frame = frame_of(transaction);
  transaction.acquire();
  inside_.push_back(&transaction);
  const ClockedPipeline::Taken taken =
      pipeline_->take({frame.bytes.data(), std::uint32_t(frame.bytes.size()), frame.stamp_ns},
                      clock_.edge_from(time));
  taking_ += ceil_div(std::max<std::size_t>(frame.bytes.size(), 1), bus_bytes_);
  if (frames_in_++ == 0)
    first_ = taken.first;
  last_ = taken.last;
  collect();
  return clock_.edge(taken.last + 1);
}

void PipelineEngine::collect() {
  for (const ClockedPipeline::Result& result : pipeline_->results())
    finish(result);
}

void PipelineEngine::finish(const ClockedPipeline::Result& result) {
  Transaction& transaction = *inside_.front();
  inside_.pop_front();
  Frame& frame = frame_of(transaction);
  frame.retval = router_.verdict(result.retval);
  frame.length = result.length;
  frame.way = router_.way(frame.retval, result.redirect_map);
  frame.decided = clock_.edge(result.clock + 1);
  const std::uint64_t beats =
      frame.way == Way::End ? 1 : std::max<std::uint64_t>(1, ceil_div(frame.length, bus_bytes_));
  frame.left = clock_.edge(result.clock + beats);
  ++frames_;
  leaving_ += beats;
  ledger_.decided(frame);
  out.send(transaction, frame.left);
  transaction.release();
}

void PipelineEngine::pass_time(Time time) {
  if (time >= end_of_time)
    pipeline_->drain();
  else
    pipeline_->advance(clock_.edge_from(time));
  collect();
  out.send_time(time);
}

void PipelineEngine::restart() {
  pipeline_->begin();
  taking_ = leaving_ = frames_in_ = frames_ = 0;
  held_before_ = pipeline_->held();
}

// The input is busy with a beat, or held for the sake of a map.
std::vector<ComponentFigures> PipelineEngine::figures() const {
  const double clocks = double(last_ - first_ + 1);
  ComponentFigures in{.name = "pipeline"}, deparser{.name = "deparser"};
  if (frames_in_ == 0)
    return {in, deparser};
  std::uint64_t worst = 0;
  for (const auto& [map, held] : pipeline_->held()) {
    const auto before = held_before_.find(map);
    const std::uint64_t here = held - (before == held_before_.end() ? 0 : before->second);
    if (here > worst)
      in.why = "packets wait for map '" + map + "' in " +
               std::to_string(100 * here / std::uint64_t(clocks)) + " % of the clocks";
    worst = std::max(worst, here);
  }
  in.frames = frames_in_;
  in.utilisation = std::min(1.0, (double(taking_) + double(worst)) / clocks);
  deparser.frames = frames_;
  deparser.utilisation = std::min(1.0, double(leaving_) / clocks);
  return {in, deparser};
}

} // namespace pw::nic
