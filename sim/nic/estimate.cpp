#include "sim/nic/estimate.h"

#include "sim/model/feed.h"
#include "sim/nic/nfp_farm.h"
#include "sim/nic/nic.h"
#include "sim/nic/pipeline_engine.h"
#include "sim/nic/search.h"

namespace pw::nic {

namespace {

// The rate of the traffic at its port, where the specification leaves it open.
TrafficSpec at_port(const TrafficSpec& spec, const NicConfig& nic) {
  TrafficSpec at = spec;
  if (at.line_rate)
    at.rate_gbps = nic.port.gbps;
  return at;
}

// Mean bytes of a frame on the wire.
double mean_wire_bytes(const EstimateInput& input) {
  if (!input.capture) {
    const TrafficSpec& spec = input.traffic;
    const double around = preamble_bytes + gap_bytes;
    return spec.imix ? (7 * 64 + 4 * 594 + 1518) / 12.0 + around
                     : (std::max(spec.min_size, 64u) + std::max(spec.max_size, 64u)) / 2.0 + around;
  }
  double sum = 0;
  for (const Packet& packet : *input.capture)
    sum += double(wire_bytes(packet.bytes.size()));
  return sum / double(input.capture->size());
}

void check_rate(const ArrivalSpec& rate, const EstimateInput& input) {
  const unsigned port = input.nic.port.gbps;
  const double gbps = rate.mpps != 0 ? rate.mpps * mean_wire_bytes(input) * 8 / 1000 : rate.gbps;
  if (gbps <= port * (1 + 1e-9))
    return;
  throw Failure(
      diagnose("PW-NIC-004", "the port can't bring that much traffic")
          .limited(std::to_string(port) + " Gb/s", std::to_string(gbps) + " Gb/s on the wire")
          .help("give a lower rate, rate=line, or a faster --port"));
}

void check_traffic(const EstimateInput& input) {
  constexpr std::uint64_t fewest = 1000;
  if (input.capture ? input.capture->empty() : input.traffic.count == 0)
    throw Failure(diagnose("PW-NIC-005", "there are no packets to send")
                      .help("give a capture with packets, or packets=N"));
  if (input.capture)
    check_lengths(*input.capture);
  if (!input.capture)
    check_rate(at_port(input.traffic, input.nic).arrivals(), input);
  else if (input.capture_rate)
    check_rate(*input.capture_rate, input);
  if (input.search && input.search_frames < fewest)
    throw Failure(diagnose("PW-NIC-003", "a search needs runs of at least 1000 packets"));
}

PipelineFigures figures(const pipeline::Pipeline& p) {
  PipelineFigures f;
  f.stages = p.stages;
  f.regions = unsigned(p.regions.size());
  f.window_bytes = p.window_bytes;
  f.bus_bits = p.bus_bytes * 8;
  f.register_bits = p.register_bits;
  f.clock_mhz = p.clock_mhz;
  f.device = p.device;
  return f;
}

bool is_tc(const EstimateInput& input) {
  return input.engine == EstimateEngine::Nfp
             ? input.program.program && input.program.program->type == ProgramType::Tc
             : input.program.pipeline->tc;
}

// Verdicts are XDP's inside (Router): named as those of a tc program that do the same.
void name_tc_verdicts(RunFigures& run) {
  const std::pair<const char*, const char*> names[] = {
      {"XDP_DROP", "TC_ACT_SHOT"}, {"XDP_PASS", "TC_ACT_OK"}, {"XDP_REDIRECT", "TC_ACT_REDIRECT"}};
  std::erase_if(run.verdicts, [&](VerdictFigures& v) {
    for (const auto& [xdp, tc] : names)
      if (v.verdict == xdp) {
        v.verdict = tc;
        return false;
      }
    return true;
  });
}

// The NIC with the engine that was asked for.
class Simulation {
public:
  explicit Simulation(const EstimateInput& input) : input_(input) {
    if (input.engine == EstimateEngine::Nfp)
      make_farm();
    else
      make_pipeline();
  }

  std::optional<CardFigures> card() const {
    return farm_ ? std::optional(farm_->card()) : std::nullopt;
  }

  RunFigures run() {
    if (!input_.capture)
      return run(*make_feed(at_port(input_.traffic, input_.nic)));
    if (!input_.capture_rate)
      return run(*make_feed(*input_.capture));
    return run(*make_feed(*input_.capture, *input_.capture_rate, input_.capture->size()));
  }

  // The same traffic at another mean rate.
  RunFigures run_at(double gbps) {
    TrafficSpec traffic = input_.traffic;
    traffic.rate_gbps = gbps;
    traffic.rate_mpps = 0;
    traffic.count = unsigned(input_.search_frames);
    if (!input_.capture)
      return run(*make_feed(traffic));
    ArrivalSpec rate = input_.capture_rate.value_or(ArrivalSpec{});
    rate.gbps = gbps;
    rate.mpps = 0;
    return run(*make_feed(*input_.capture, rate, input_.search_frames));
  }

private:
  RunFigures run(Feed& feed) { return nic_->run(feed); }

  std::unique_ptr<ClockedPipeline> pipeline() const {
    switch (input_.engine) {
    case EstimateEngine::Rtl:
      return make_rtl_module(input_.program);
    case EstimateEngine::PlainRtl:
      return make_rtl_pipeline(input_.program);
    default:
      return make_model_pipeline(input_.program);
    }
  }

  void make_pipeline() {
    const pipeline::Pipeline& p = *input_.program.pipeline;
    nic_ = std::make_unique<Nic>(input_.nic, [&](Ledger& ledger) {
      auto made = pipeline();
      made->set_maps(input_.maps);
      return std::make_unique<PipelineEngine>("engine", std::move(made),
                                              Router(*input_.program.object, p.tc), p.clock_mhz,
                                              p.bus_bytes, ledger);
    });
  }

  void make_farm() {
    nic_ = std::make_unique<Nic>(input_.nic, [&](Ledger& ledger) {
      auto farm =
          std::make_unique<NfpFarm>("engine", input_.program, input_.card, input_.maps, ledger);
      farm_ = farm.get();
      return farm;
    });
  }

  const EstimateInput& input_;
  NfpFarm* farm_ = nullptr;
  std::unique_ptr<Nic> nic_;
};

} // namespace

EstimateResult estimate(const EstimateInput& input) {
  check(input.nic);
  check_traffic(input);
  EstimateResult result;
  if (input.engine != EstimateEngine::Nfp)
    result.pipeline = figures(*input.program.pipeline);
  Simulation simulation(input);
  result.run = simulation.run();
  result.card = simulation.card();
  if (input.search)
    result.lossless = search_lossless(double(input.nic.port.gbps),
                                      [&](double gbps) { return simulation.run_at(gbps); });
  if (is_tc(input))
    name_tc_verdicts(result.run);
  const Bottleneck bottleneck = find_bottleneck(result.run, result.lossless);
  result.bottleneck = bottleneck.component;
  result.bottleneck_text = bottleneck.text;
  return result;
}

} // namespace pw::nic
