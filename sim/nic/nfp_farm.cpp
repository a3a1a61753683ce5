#include "sim/nic/nfp_farm.h"

#include "sim/maps/contents.h"

#include <algorithm>

namespace pw::nic {

namespace {

constexpr std::uint64_t piece = 100; // clocks of the firmware between two turns

nfp::FirmwareProfile profile_of(const EngineInput& input) {
  return input.firmware_file.empty() ? nfp::FirmwareProfile{}
                                     : nfp::read_firmware_profile(input.firmware_file);
}

} // namespace

NfpFarm::NfpFarm(const sc_core::sc_module_name& name, const EngineInput& input,
                 const me::CardProfile& card, const MapState& maps, Ledger& ledger)
    : FrameEngine(name), card_(card), profile_(profile_of(input)),
      code_(me::load_code(*input.nfp_elf, profile_)), router_(*input.object, code_.tc),
      clock_(card.clock_mhz), ledger_(ledger),
      contexts_(std::clamp(card.contexts, 1u, me::contexts_per_engine)),
      maps_(std::make_shared<me::MapMemory>(*input.object, code_.tables)),
      memories_(std::make_shared<me::MemorySystem>(card.memories, card.engines)) {
  check_maps(maps, *input.object);
  maps_->replace(maps);
  for (unsigned i = 0; i < card.engines; ++i) {
    Engine& engine = engines_.emplace_back();
    engine.firmware =
        std::make_unique<me::Firmware>(*input.object, code_, card_, profile_, input.environment,
                                       me::SharedParts{maps_, memories_, i});
  }
}

void NfpFarm::begin_program(Engine& engine, unsigned number) {
  const Frame& frame = frame_of(*engine.slots[number].transaction);
  engine.firmware->enter(engine.core().context(number), Packet{frame.bytes, frame.stamp_ns},
                         std::uint32_t(frame.index));
}

void NfpFarm::end_program(Engine& engine, unsigned number) {
  Slot& slot = engine.slots[number];
  const me::Context& context = engine.core().context(number);
  const PacketResult& result = engine.firmware->result(context);
  Frame& frame = frame_of(*slot.transaction);
  frame.retval = router_.verdict(result.retval);
  frame.length = result.length;
  frame.way = router_.way(frame.retval, 0);
  waited_ += context.waited;
  queued_ += context.queued;
  inside_ += engine.clock() - slot.entered;
  ++finished_;
  done_.push_back({engine.clock(), slot.transaction});
  slot = {};
  --engine.used;
}

// Until it waits, is done, or the time is up.
void NfpFarm::run_slot(Engine& engine, unsigned number, std::uint64_t until) {
  Slot& slot = engine.slots[number];
  me::Context& context = engine.core().context(number);
  const std::uint64_t begin = engine.clock();
  if (slot.firmware != 0) {
    const std::uint64_t now = std::min({piece, slot.firmware, until - begin});
    engine.core().advance(begin + now);
    slot.firmware -= now;
    if (slot.firmware == 0)
      begin_program(engine, number);
  } else {
    while (context.running && context.wake <= engine.clock() && engine.clock() < until)
      engine.core().step(context);
    program_ += engine.clock() - begin;
    if (!context.running)
      end_program(engine, number);
  }
  busy_ += engine.clock() - begin;
}

// The next context that can go on does; if none can before `until`, nothing happens.
bool NfpFarm::take_turn(Engine& engine, std::uint64_t until) {
  std::uint64_t soonest = until;
  for (unsigned i = 0; i < contexts_; ++i) {
    const unsigned number = (engine.turn + i) % contexts_;
    const Slot& slot = engine.slots[number];
    if (slot.transaction == nullptr)
      continue;
    const std::uint64_t wake =
        slot.firmware != 0 ? engine.clock() : engine.core().context(number).wake;
    if (wake <= engine.clock()) {
      run_slot(engine, number, until);
      engine.turn = (number + 1) % contexts_;
      return true;
    }
    soonest = std::min(soonest, wake);
  }
  engine.core().advance(soonest);
  return engine.clock() < until;
}

// In turns, the engine that is furthest behind first: so maps and memories are used about in the
// order of time.
void NfpFarm::advance_all(std::uint64_t until) {
  for (;;) {
    Engine* behind = nullptr;
    for (Engine& engine : engines_)
      if (engine.used != 0 && engine.clock() < (behind ? behind->clock() : until))
        behind = &engine;
    if (behind == nullptr)
      break;
    take_turn(*behind, std::min(until, behind->clock() + piece));
  }
  for (Engine& engine : engines_)
    engine.core().advance(until);
}

NfpFarm::Engine* NfpFarm::free_engine() {
  Engine* best = &engines_.front();
  for (Engine& engine : engines_)
    if (engine.used < best->used)
      best = &engine;
  return best->used < contexts_ ? best : nullptr;
}

// All contexts are busy: the engine that is furthest behind goes on until a context is free; then
// the others come up to that clock.
std::uint64_t NfpFarm::wait_for_context() {
  while (free_engine() == nullptr) {
    Engine& engine = *std::ranges::min_element(engines_, {}, &Engine::clock);
    take_turn(engine, engine.clock() + piece);
  }
  const std::uint64_t free = free_engine()->clock();
  advance_all(free);
  return free;
}

// Engines are all at `until` or behind it.
void NfpFarm::give_out(std::uint64_t until) {
  std::ranges::sort(done_, [](const Done& a, const Done& b) {
    return std::pair(a.clock, frame_of(*a.transaction).index) <
           std::pair(b.clock, frame_of(*b.transaction).index);
  });
  std::size_t given = 0;
  for (; given < done_.size() && done_[given].clock <= until; ++given) {
    Transaction& transaction = *done_[given].transaction;
    Frame& frame = frame_of(transaction);
    frame.decided = frame.left = clock_.edge(done_[given].clock);
    last_ = done_[given].clock;
    ledger_.decided(frame);
    out.send(transaction, frame.left);
    transaction.release();
  }
  done_.erase(done_.begin(), done_.begin() + std::ptrdiff_t(given));
}

// A packet's. Were it the same for all, contexts of all engines would run in step and queue at
// memories in bursts that no card has.
std::uint64_t NfpFarm::firmware_clocks(std::uint64_t packet) const {
  constexpr std::uint32_t seed = 1;
  const std::uint64_t spread = card_.firmware_clocks / 4;
  return std::max<std::uint64_t>(1,
                                 card_.firmware_clocks - spread +
                                     random_u32(seed, std::uint32_t(packet), 0) % (2 * spread + 1));
}

Time NfpFarm::accept(Transaction& transaction, Time time) {
  const Frame& frame = frame_of(transaction);
  std::uint64_t now = clock_.edge_from(time);
  if (!engines_.front().firmware->fits(Packet{frame.bytes, 0})) {
    ledger_.lost(frame, "card");
    return time;
  }
  advance_all(now);
  if (free_engine() == nullptr)
    now = std::max(now, wait_for_context());
  give_out(now);
  Engine& engine = *free_engine();
  const auto slot = std::ranges::find(engine.slots, nullptr, &Slot::transaction);
  transaction.acquire();
  slot->transaction = &transaction;
  slot->firmware = firmware_clocks(frame.index);
  slot->entered = std::max(now, engine.clock());
  ++engine.used;
  if (frames_++ == 0)
    first_ = now;
  return clock_.edge(now);
}

void NfpFarm::pass_time(Time time) {
  if (time < end_of_time) {
    advance_all(clock_.edge_from(time));
    give_out(clock_.edge_from(time));
  } else {
    while (std::ranges::any_of(engines_, [](const Engine& e) { return e.used != 0; }))
      advance_all(std::ranges::max_element(engines_, {}, &Engine::clock)->clock() + piece);
    give_out(~std::uint64_t{0});
  }
  out.send_time(time);
}

void NfpFarm::restart() {
  frames_ = finished_ = busy_ = program_ = waited_ = inside_ = queued_ = 0;
  memories_->restart();
  first_ = last_ = 0;
}

CardFigures NfpFarm::card() const {
  CardFigures f;
  f.card = card_.name;
  f.engines = card_.engines;
  f.contexts = contexts_;
  f.words = unsigned(code_.words.size());
  f.clock_mhz = card_.clock_mhz;
  if (finished_ == 0 || last_ <= first_)
    return f;
  const double frames = double(finished_);
  f.busy = std::min(1.0, double(busy_) / (double(last_ - first_) * card_.engines));
  f.waiting = inside_ == 0 ? 0 : std::min(1.0, double(waited_) / double(inside_));
  f.program_clocks = double(program_) / frames;
  f.firmware_clocks = card_.firmware_clocks;
  f.wait_clocks = double(waited_) / frames;
  f.queue_clocks = double(queued_) / frames;
  return f;
}

ComponentFigures NfpFarm::memory_figures(const char* name, bool ctm) const {
  const me::MemorySystem::Figures memory = memories_->figures(ctm);
  ComponentFigures f{.name = name, .frames = memory.commands};
  if (last_ > first_)
    f.utilisation = std::min(1.0, double(memory.busiest) / double(last_ - first_));
  f.why = "its " + std::to_string(memory.commands) + " commands waited " +
          std::to_string(std::uint64_t(memory.mean_wait + 0.5)) +
          " clocks each for the unit they belong to";
  return f;
}

std::vector<ComponentFigures> NfpFarm::figures() const {
  const CardFigures card = this->card();
  ComponentFigures engines{.name = "engines", .utilisation = card.busy, .frames = finished_};
  const auto tenths = [](double share) { return std::to_string(int(share * 100 + 0.5)) + " %"; };
  engines.why = "a packet's contexts wait for memory " + tenths(card.waiting) + " of their time";
  ComponentFigures contexts{.name = "contexts", .frames = finished_};
  if (last_ > first_)
    contexts.utilisation =
        std::min(1.0, double(inside_) / (double(last_ - first_) * card_.engines * contexts_));
  contexts.why =
      "all " + std::to_string(card_.engines * contexts_) + " contexts hold packets; " + engines.why;
  return {engines, contexts, memory_figures("packet memory", true),
          memory_figures("external memory", false)};
}

} // namespace pw::nic
