// The pipeline's stages as compiled functions, and Timing around them.
#include "backends/verilog/structure.h"
#include "sim/model/core.h"
#include "sim/model/feed.h"
#include "sim/model/timing.h"
#include "sim/nic/clocked.h"

#include <deque>

namespace pw::nic {

namespace {

using model::Core;
using model::Record;

class ModelPipeline final : public ClockedPipeline, private Timing::Client {
public:
  explicit ModelPipeline(const EngineInput& input)
      : input_(input), pipeline_(*input.pipeline), tables_(*input.object, pipeline_),
        core_(pipeline_, tables_), timing_(pipeline_, *this) {
    core_.load_keys();
  }

  void set_maps(const MapState& state) override {
    tables_.set(state);
    core_.load_keys();
  }
  Taken take(const Offer&, std::uint64_t from) override;
  void advance(std::uint64_t clock) override;
  void drain() override;
  std::uint64_t now() const override { return timing_.now(); }
  const std::vector<Result>& results() override;
  std::map<std::string, std::uint64_t> held() const override;

private:
  bool may_enter(Timing::PacketId packet, unsigned region) override {
    return core_.may_enter(record(packet), region, timing_.now());
  }
  void enter(Timing::PacketId packet, unsigned region) override {
    core_.enter(record(packet), region, timing_.now());
    progress_ = timing_.now();
  }
  Timing::Outcome outcome(Timing::PacketId) override;
  void result(Timing::PacketId) override;
  std::vector<unsigned> event_beats(Timing::PacketId) override;

  Record* record(Timing::PacketId packet) const { return flights_[packet - first_]; }
  Record* make_record(const Offer&);
  bool clock(const Timing::Input&);
  void skip(std::uint64_t clock);

  EngineInput input_;
  const pipeline::Pipeline& pipeline_;
  HostTables tables_;
  Core core_;
  Timing timing_;
  std::deque<Record*> flights_;           // inside, oldest first
  Timing::PacketId first_ = 0, next_ = 0; // numbers of the oldest and the next one
  std::vector<Result> made_, given_;
  std::vector<model::TraceCall> trace_;
  std::vector<model::EventCall> events_;
  std::uint64_t progress_ = 0, quiet_since_ = 0;
};

Record* ModelPipeline::make_record(const Offer& offer) {
  Record* record = core_.take_record(offer.bytes, offer.length);
  record->time = input_.environment.time == Environment::Time::Capture ? offer.time_ns : next_ * 4;
  record->length = offer.length;
  record->ifindex = input_.environment.ifindex;
  record->rx_queue = input_.environment.rx_queue;
  record->cpu = input_.environment.cpu;
  record->seed = input_.environment.seed;
  record->packet_index = std::uint32_t(next_);
  if (pipeline_.tc)
    record->skb = record->skb_out =
        skb_at_start(input_.environment, record->packet_index, {offer.bytes, offer.length});
  record->trace = &trace_;
  record->events = &events_;
  return record;
}

bool ModelPipeline::clock(const Timing::Input& in) {
  constexpr std::uint64_t patience = 1'000'000; // clocks in which nothing at all happens
  const std::uint64_t now = timing_.now();
  const bool taken = timing_.clock(in);
  core_.run_stages(now);
  if (in.valid || !flights_.empty())
    quiet_since_ = now;
  else
    progress_ = now;
  if (now > progress_ + patience)
    throw Failure(diagnose("PW-INT-001", "the model's pipeline stands still"));
  return taken;
}

ClockedPipeline::Taken ModelPipeline::take(const Offer& offer, std::uint64_t from) {
  advance(from);
  flights_.push_back(make_record(offer));
  const std::uint32_t bus = pipeline_.bus_bytes;
  std::uint32_t beats = std::max(1u, (offer.length + bus - 1) / bus);
  Timing::Input in;
  in.valid = true;
  in.packet = next_++;
  progress_ = timing_.now();
  Taken taken;
  for (bool first = true; beats != 0;) {
    in.last = beats == 1;
    if (!clock(in))
      continue;
    taken.last = timing_.now() - 1;
    taken.first = first ? taken.last : taken.first;
    first = false;
    --beats;
  }
  return taken;
}

// Long pauses are left out as model and rtl do it: tables without packets come to rest.
void ModelPipeline::skip(std::uint64_t clock) {
  if (!flights_.empty() || timing_.now() < quiet_since_ + pause_clocks(pipeline_) ||
      !timing_.idle() || clock <= timing_.now())
    return;
  timing_.skip(clock - timing_.now());
  core_.skip();
  progress_ = timing_.now();
}

void ModelPipeline::advance(std::uint64_t until) {
  while (timing_.now() < until) {
    skip(until);
    if (timing_.now() < until)
      clock({});
  }
}

void ModelPipeline::drain() {
  while (!flights_.empty() || !timing_.idle())
    clock({});
}

Timing::Outcome ModelPipeline::outcome(Timing::PacketId packet) {
  Record& r = *record(packet);
  core_.results(&r);
  return {leaves(r.retval, pipeline_.tc), r.head, r.tail};
}

void ModelPipeline::result(Timing::PacketId packet) {
  Record* r = flights_.front();
  flights_.pop_front();
  ++first_;
  made_.push_back({timing_.now(), r->retval, std::uint16_t(r->tail - r->head), r->redirect_map});
  core_.give_back(r);
  trace_.clear();
  progress_ = timing_.now();
}

// Their order does not matter here.
std::vector<unsigned> ModelPipeline::event_beats(Timing::PacketId packet) {
  std::vector<unsigned> beats;
  std::erase_if(events_, [&](const model::EventCall& call) {
    if (call.packet != std::uint32_t(packet))
      return false;
    beats.push_back(std::max(1u, (unsigned(call.bytes.size()) + pipeline_.bus_bytes - 1) /
                                     pipeline_.bus_bytes));
    return true;
  });
  return beats;
}

const std::vector<ClockedPipeline::Result>& ModelPipeline::results() {
  given_.clear();
  std::swap(given_, made_);
  return given_;
}

std::map<std::string, std::uint64_t> ModelPipeline::held() const {
  std::map<std::string, std::uint64_t> held;
  for (const unsigned map : verilog::holding_maps(pipeline_))
    held[pipeline_.maps[map].name] = core_.held(map);
  return held;
}

} // namespace

std::unique_ptr<ClockedPipeline> make_model_pipeline(const EngineInput& input) {
  return std::make_unique<ModelPipeline>(input);
}

} // namespace pw::nic
