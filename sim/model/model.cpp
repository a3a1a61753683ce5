// The `model` engine: Core says what the stages do, Timing in which clock.
#include "backends/verilog/structure.h"
#include "sim/engine.h"
#include "sim/model/core.h"
#include "sim/model/feed.h"
#include "sim/model/timing.h"

#include <algorithm>
#include <cstring>

namespace pw {

namespace {

using model::Core;
using model::Record;

// Coordinates that a packet write may have: head room and grown tail included.
constexpr std::size_t head_room = 33'000, coordinates = 2 * head_room;

class ModelEngine final : public Engine, private Timing::Client {
public:
  explicit ModelEngine(const EngineInput& input)
      : input_(input), pipeline_(*input.pipeline), tables_(*input.object, pipeline_),
        core_(pipeline_, tables_), timing_(pipeline_, *this), frame_(coordinates) {
    core_.load_keys();
  }

  void set_maps(const MapState& state) override {
    tables_.set(state);
    core_.load_keys();
  }
  MapState maps() override {
    core_.store_keys();
    return tables_.state();
  }
  std::vector<PacketResult> run(std::span<const Packet>) override;
  std::optional<std::uint64_t> cycles() const override { return timing_.now(); }
  std::optional<std::map<std::string, std::uint64_t>> held_cycles() const override;

private:
  struct Flight { // what is known of a packet of this run
    Record* record = nullptr;
    std::vector<model::TraceCall> trace;
    std::vector<model::EventCall> events;
  };

  bool may_enter(Timing::PacketId packet, unsigned region) override {
    return core_.may_enter(flights_[packet].record, region, timing_.now());
  }
  void enter(Timing::PacketId packet, unsigned region) override {
    core_.enter(flights_[packet].record, region, timing_.now());
    progress();
  }
  Timing::Outcome outcome(Timing::PacketId) override;
  std::vector<unsigned> event_beats(Timing::PacketId) override;
  void take_events(Timing::PacketId);
  void result(Timing::PacketId) override;

  std::size_t beats(const Packet&) const;
  bool offered(Timing::Input&) const;
  void clock();
  void accepted();
  void skip_idle();
  void settle();
  void progress() { last_progress_ = timing_.now(); }
  std::vector<std::uint8_t> deparse(const Packet&, Record&);

  EngineInput input_;
  const pipeline::Pipeline& pipeline_;
  HostTables tables_;
  Core core_;
  Timing timing_;
  std::vector<std::uint8_t> frame_; // one packet by coordinate, for packet writes
  std::uint64_t packet_index_ = 0;  // over all runs

  // Of the current run.
  std::span<const Packet> packets_;
  std::vector<std::uint64_t> offer_;
  std::vector<Flight> flights_;
  std::vector<PacketResult> results_;
  std::uint64_t start_ = 0, last_progress_ = 0;
  std::uint64_t quiet_since_ = 0; // idle, and nothing accepted
  bool idle_ = false;             // in the clock before this one
  std::size_t next_ = 0, next_beat_ = 0, finished_ = 0;
};

std::size_t ModelEngine::beats(const Packet& packet) const {
  return std::max<std::size_t>(1, (packet.bytes.size() + pipeline_.bus_bytes - 1) /
                                      pipeline_.bus_bytes);
}

bool ModelEngine::offered(Timing::Input& in) const {
  if (next_ == packets_.size() || (next_beat_ == 0 && timing_.now() - start_ < offer_[next_]))
    return false;
  in.valid = true;
  in.packet = next_;
  in.last = next_beat_ + 1 == beats(packets_[next_]);
  return true;
}

// The record is there before the ingress unit needs it: from the first beat on.
void ModelEngine::accepted() {
  const Packet& packet = packets_[next_];
  if (next_beat_ == 0) {
    results_[next_].cycle_in = timing_.now() - 1;
    progress();
  }
  quiet_since_ = timing_.now() - 1;
  if (++next_beat_ == beats(packet)) {
    ++next_;
    next_beat_ = 0;
  }
}

void ModelEngine::clock() {
  constexpr std::uint64_t patience = 1'000'000; // clocks in which nothing at all happens
  Timing::Input in;
  if (offered(in) && next_beat_ == 0 && !flights_[next_].record) {
    const Packet& packet = packets_[next_];
    Flight& flight = flights_[next_];
    Record* record = core_.take_record(packet.bytes.data(), packet.bytes.size());
    record->time = packet_time(packet, packet_index_, input_.environment);
    record->length = std::uint32_t(packet.bytes.size());
    record->ifindex = packet_ifindex(packet, input_.environment);
    record->rx_queue = input_.environment.rx_queue;
    record->cpu = input_.environment.cpu;
    record->seed = input_.environment.seed;
    record->packet_index = std::uint32_t(packet_index_++);
    if (pipeline_.tc)
      record->skb = record->skb_out =
          skb_at_start(input_.environment, record->packet_index, packet.bytes);
    record->trace = &flight.trace;
    record->events = &flight.events;
    flight.record = record;
  }
  in.ready = sink_ready(input_, timing_.now());
  in.events_ready = event_sink_ready(input_, timing_.now());
  const std::uint64_t now = timing_.now();
  const bool idle = timing_.idle();
  if (idle && !idle_)
    quiet_since_ = now;
  idle_ = idle;
  const bool taken = timing_.clock(in);
  core_.run_stages(now);
  if (in.valid && taken)
    accepted();
  if (now > last_progress_ + patience)
    throw Failure(diagnose("PW-INT-001", "the model's pipeline stands still"));
}

Timing::Outcome ModelEngine::outcome(Timing::PacketId id) {
  Record& record = *flights_[id].record;
  core_.results(&record);
  return {leaves(record.retval, pipeline_.tc), record.head, record.tail};
}

// Into the packet's result, in the order of the program.
void ModelEngine::take_events(Timing::PacketId id) {
  auto& calls = flights_[id].events;
  std::stable_sort(calls.begin(), calls.end(),
                   [](const auto& a, const auto& b) { return a.operation < b.operation; });
  for (auto& call : calls)
    results_[id].events.push_back({pipeline_.event_maps[call.map].name, std::move(call.bytes)});
  calls.clear();
}

// The packet itself may be gone already.
std::vector<unsigned> ModelEngine::event_beats(Timing::PacketId id) {
  take_events(id);
  std::vector<unsigned> beats;
  for (const Event& event : results_[id].events)
    beats.push_back(unsigned(std::max<std::size_t>(
        1, (event.bytes.size() + pipeline_.bus_bytes - 1) / pipeline_.bus_bytes)));
  return beats;
}

void ModelEngine::result(Timing::PacketId id) {
  Flight& flight = flights_[id];
  Record& record = *flight.record;
  PacketResult& result = results_[id];
  result.cycle_out = timing_.now();
  result.retval = record.retval;
  result.length = std::uint16_t(record.tail - record.head);
  result.redirect =
      pipeline_.tc
          ? tc_redirect_target(record.retval, record.redirect_ifindex, record.redirect_flags)
          : redirect_target(*input_.object, record.retval, record.redirect_map, record.redirect_key,
                            record.redirect_ifindex, record.redirect_flags);
  if (pipeline_.tc)
    result.skb = record.skb_out;
  if (leaves(result))
    result.bytes = deparse(packets_[id], record);
  std::stable_sort(flight.trace.begin(), flight.trace.end(),
                   [](const auto& a, const auto& b) { return a.operation < b.operation; });
  for (const auto& call : flight.trace)
    add_trace_line(result.trace, pipeline_, call.format, call.args);
  take_events(id);
  core_.give_back(&record);
  flight = {};
  ++finished_;
  progress();
}

// Received bytes keep their coordinates; head room and what `fill` covers are zeros; then come the
// program's writes.
std::vector<std::uint8_t> ModelEngine::deparse(const Packet& packet, Record& record) {
  std::uint8_t* zero = frame_.data() + head_room;
  const auto received = std::min<std::int64_t>(std::int64_t(packet.bytes.size()), record.fill);
  std::int64_t at = record.head;
  const std::int64_t tail = std::max(record.head, record.tail);
  if (at < 0) {
    std::memset(zero + at, 0, std::size_t(std::min<std::int64_t>(0, tail) - at));
    at = 0;
  }
  if (const std::int64_t end = std::min(received, tail); at < end) {
    std::memcpy(zero + at, packet.bytes.data() + at, std::size_t(end - at));
    at = end;
  }
  if (at < tail)
    std::memset(zero + at, 0, std::size_t(tail - at));
  record.out = zero;
  core_.write_packet(&record);
  return {zero + record.head, zero + tail};
}

std::optional<std::map<std::string, std::uint64_t>> ModelEngine::held_cycles() const {
  std::map<std::string, std::uint64_t> held;
  for (const unsigned map : verilog::holding_maps(pipeline_))
    held[pipeline_.maps[map].name] = core_.held(map);
  return held;
}

// With --pace capture there may be long times without a packet. The harness of rtl leaves out the
// same clocks: what goes on in tables without packets goes on in none of them.
void ModelEngine::skip_idle() {
  if (next_ == packets_.size() || next_beat_ != 0 || !idle_)
    return;
  const std::uint64_t target = start_ + offer_[next_];
  if (timing_.now() < quiet_since_ + pause_clocks(pipeline_) || target <= timing_.now() + 1)
    return;
  timing_.skip(target - timing_.now() - 1);
  core_.skip();
  progress();
}

void ModelEngine::settle() {
  while (!timing_.idle())
    clock();
  for (std::uint64_t i = 0; i < settle_clocks(pipeline_); ++i)
    clock();
}

std::vector<PacketResult> ModelEngine::run(std::span<const Packet> packets) {
  check_lengths(packets);
  packets_ = packets;
  offer_ = offer_clocks(packets, input_);
  flights_.assign(packets.size(), {});
  results_.assign(packets.size(), {});
  start_ = timing_.now();
  next_ = next_beat_ = finished_ = 0;
  quiet_since_ = start_;
  idle_ = false;
  progress();
  while (finished_ < packets.size() || next_ < packets.size()) {
    skip_idle();
    clock();
  }
  settle();
  return std::move(results_);
}

} // namespace

std::unique_ptr<Engine> make_model_engine(const EngineInput& input) {
  return std::make_unique<ModelEngine>(input);
}

} // namespace pw
