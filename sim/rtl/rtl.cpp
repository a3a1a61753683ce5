// The `rtl` engine: the emitted Verilog under Verilator.
#include "backends/verilog/structure.h"
#include "sim/engine.h"
#include "sim/model/feed.h"
#include "sim/rtl/design.h"
#include "sim/rtl/memories.h"

#include <algorithm>

namespace pw {

namespace {

class RtlEngine final : public Engine {
public:
  explicit RtlEngine(const EngineInput& input)
      : input_(input), tables_(*input.object, *input.pipeline),
        simulator_(rtl::build_simulator_of(input), input.environment.cpu, input.environment.seed,
                   input.trace_file),
        memories_(simulator_, tables_), traces_(rtl::traces_of(*input.pipeline)) {
    memories_.load();
    add_held({});
  }

  void set_maps(const MapState& state) override {
    memories_.dump();
    tables_.set(state);
    memories_.load();
  }
  MapState maps() override {
    memories_.dump();
    return tables_.state();
  }
  std::vector<PacketResult> run(std::span<const Packet>) override;
  std::optional<std::uint64_t> cycles() const override { return simulator_.cycles(); }
  std::optional<std::map<std::string, std::uint64_t>> held_cycles() const override { return held_; }

private:
  std::vector<PwRtlPacket> inputs(std::span<const Packet>);
  PacketResult result(const PwRtlResult&, const std::uint8_t* output) const;
  SkbState metadata(const PwRtlResult&, const Packet&, std::uint64_t index) const;
  void add_traces(const PwRtlRun&, std::vector<PacketResult>&) const;
  void add_events(const PwRtlRun&, std::vector<PacketResult>&, std::uint64_t first) const;
  void add_held(const PwRtlRun&);

  EngineInput input_;
  HostTables tables_;
  rtl::Simulator simulator_;
  rtl::Memories memories_;
  std::vector<const pipeline::Operation*> traces_;
  std::uint64_t packet_index_ = 0;
  std::map<std::string, std::uint64_t> held_;
};

std::vector<PwRtlPacket> RtlEngine::inputs(std::span<const Packet> packets) {
  const auto offer = offer_clocks(packets, input_);
  std::vector<PwRtlPacket> inputs;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    inputs.push_back({packets[i].bytes.data(),
                      std::uint32_t(packets[i].bytes.size()),
                      packet_ifindex(packets[i], input_.environment),
                      input_.environment.rx_queue,
                      packet_time(packets[i], packet_index_, input_.environment),
                      offer[i],
                      {}});
    for (unsigned f = 0; f < skb_input_count; ++f)
      inputs.back().skb[f] = skb_input(input_.environment, std::uint32_t(packet_index_), f);
    ++packet_index_;
  }
  return inputs;
}

// What the program can't change of the metadata is as it was.
SkbState RtlEngine::metadata(const PwRtlResult& from, const Packet& packet,
                             std::uint64_t index) const {
  SkbState state = skb_at_start(input_.environment, std::uint32_t(index), packet.bytes);
  for (const auto& [field, v] : input_.pipeline->result.skb)
    state[unsigned(field)] = from.skb[unsigned(field)];
  return state;
}

PacketResult RtlEngine::result(const PwRtlResult& from, const std::uint8_t* output) const {
  PacketResult result;
  result.retval = from.retval;
  result.length = from.length;
  result.bytes.assign(output + from.out_begin, output + from.out_end);
  result.redirect =
      input_.pipeline->tc
          ? tc_redirect_target(from.retval, from.redirect_ifindex, from.redirect_flags)
          : redirect_target(*input_.object, from.retval, from.redirect_map, from.redirect_key,
                            from.redirect_ifindex, from.redirect_flags);
  result.cycle_in = from.cycle_in;
  result.cycle_out = from.cycle_out;
  return result;
}

// In program order within a packet, although the stages may be in another one.
void RtlEngine::add_traces(const PwRtlRun& run, std::vector<PacketResult>& results) const {
  std::vector<const PwRtlTrace*> calls;
  for (std::uint64_t i = 0; i < run.trace_count; ++i)
    calls.push_back(&run.traces[i]);
  std::sort(calls.begin(), calls.end(), [](const PwRtlTrace* a, const PwRtlTrace* b) {
    return std::pair(a->packet, a->operation) < std::pair(b->packet, b->operation);
  });
  for (const PwRtlTrace* call : calls)
    add_trace_line(results.at(call->packet).trace, *input_.pipeline,
                   traces_[call->operation]->format, call->args);
}

// first: number of the run's first packet.
void RtlEngine::add_events(const PwRtlRun& run, std::vector<PacketResult>& results,
                           std::uint64_t first) const {
  for (std::uint64_t i = 0; i < run.event_count; ++i) {
    const PwRtlEvent& event = run.events[i];
    results.at(std::uint32_t(event.packet - std::uint32_t(first)))
        .events.push_back({input_.pipeline->event_maps.at(event.map).name,
                           {run.event_bytes + event.begin, run.event_bytes + event.end}});
  }
}

void RtlEngine::add_held(const PwRtlRun& run) {
  unsigned bit = 0;
  for (const unsigned map : verilog::holding_maps(*input_.pipeline))
    held_[input_.pipeline->maps[map].name] += run.held ? run.held[bit++] : 0;
}

std::vector<PacketResult> RtlEngine::run(std::span<const Packet> packets) {
  check_lengths(packets);
  const std::uint64_t first = packet_index_;
  const auto given = inputs(packets);
  std::vector<PwRtlResult> raw(packets.size());
  PwRtlRun run = {};
  run.packets = given.data();
  run.count = given.size();
  run.stall_percent = input_.stall_percent;
  run.stall_seed = input_.stall_seed;
  run.settle = settle_clocks(*input_.pipeline);
  run.pause = pause_clocks(*input_.pipeline);
  run.results = raw.data();
  simulator_.run(run);
  std::vector<PacketResult> results;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    results.push_back(result(raw[i], run.output));
    if (input_.pipeline->tc)
      results.back().skb = metadata(raw[i], packets[i], first + i);
  }
  add_traces(run, results);
  add_events(run, results, first);
  add_held(run);
  return results;
}

} // namespace

std::unique_ptr<Engine> make_rtl_engine(const EngineInput& input) {
  return std::make_unique<RtlEngine>(input);
}

} // namespace pw
