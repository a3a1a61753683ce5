#include "sim/rtl/harness.h"

#include "support/environment.h"

namespace pw::rtl {

namespace {

// The deepest memory takes a clock a row to be cleared.
constexpr std::uint64_t longest = std::uint64_t{1} << 28;
constexpr std::uint64_t patience = 1'000'000; // clocks in which nothing at all happens

} // namespace

Simulator::Simulator(std::uint32_t cpu, std::uint32_t seed, const char* trace_file) {
#if PW_FST
  context_->traceEverOn(true);
#endif
#if PW_SC
  top_ = std::make_unique<Top>();
#else
  top_ = std::make_unique<Top>(context_.get());
#endif
#if PW_FST
  if (trace_file) {
    waves_ = std::make_unique<VerilatedFstC>();
    top_->trace(waves_.get(), 99);
    waves_->open(trace_file);
  }
#endif
  top_->cfg_cpu = cpu;
  top_->cfg_seed = seed;
}

Simulator::~Simulator() {
  top_->final();
#if PW_FST
  if (waves_)
    waves_->close();
#endif
}

void Simulator::drive_clock(bool level) {
  top_->clk = level;
  top_->eval();
#if PW_FST
  if (waves_)
    waves_->dump(edges_);
#endif
  ++edges_;
}

void Simulator::low() { drive_clock(false); }
void Simulator::rise() { drive_clock(true); }

bool Simulator::reset() {
  top_->rst = 1;
  for (int i = 0; i < 8; ++i) {
    low();
    rise();
  }
  top_->rst = 0;
  for (std::uint64_t i = 0; i < longest; ++i) {
    low();
    if (top_->clear_done)
      return true;
    rise();
  }
  return false;
}

void Simulator::set_beat() {
  const PwRtlPacket& packet = run_->packets[next_];
  const std::uint64_t from = beat_ * PW_BUS;
  const std::uint64_t bytes = std::min<std::uint64_t>(packet.length - from, PW_BUS);
  put(top_->s_axis_tdata, packet.bytes + from, bytes);
  std::uint8_t keep[(PW_BUS + 7) / 8] = {};
  for (std::uint64_t i = 0; i < bytes; ++i)
    keep[i / 8] |= std::uint8_t(1u << (i % 8));
  put(top_->s_axis_tkeep, keep, sizeof keep);
  top_->s_axis_tlast = from + bytes == packet.length;
  top_->s_axis_length = packet.length;
  top_->s_axis_ifindex = packet.ifindex;
  top_->s_axis_rxq = packet.rx_queue;
  top_->s_axis_time = packet.time;
#define PW_PUT(field, name) top_->s_axis_##name = packet.skb[field];
  PW_SKB_IN(PW_PUT)
#undef PW_PUT
  top_->s_axis_bad = 0;
}

void Simulator::offer() {
  const bool ready =
      run_->stall_percent == 0 ||
      pw::random_u32(run_->stall_seed, std::uint32_t(now_), 0) % 100 >= run_->stall_percent;
  top_->m_axis_tready = ready;
#if PW_EVENTS
  top_->m_events_tready =
      run_->stall_percent == 0 ||
      pw::random_u32(run_->stall_seed, std::uint32_t(now_), 1) % 100 >= run_->stall_percent;
#endif
  const bool valid =
      next_ < run_->count && (beat_ != 0 || now_ - start_ >= run_->packets[next_].offer);
  if (valid && !offered_)
    set_beat();
  offered_ = valid;
  top_->s_axis_tvalid = valid;
}

void Simulator::sample_input() {
  if (!top_->s_axis_tvalid || !top_->s_axis_tready)
    return;
  if (beat_ == 0)
    run_->results[next_].cycle_in = now_;
  progress_ = now_;
  offered_ = false;
  ++beat_;
  if (top_->s_axis_tlast) {
    ++next_;
    beat_ = 0;
  }
}

void Simulator::sample_result() {
  if (!top_->res_valid)
    return;
  if (finished_ == next_ + (beat_ != 0)) {
    fail("there are more results than packets");
    return;
  }
  PwRtlResult& result = run_->results[finished_];
  result.cycle_out = now_;
  result.retval = top_->res_retval;
  result.length = top_->res_length;
  result.trap = top_->res_trap;
  result.redirect_map = top_->res_redirect_map;
  result.redirect_key = top_->res_redirect_key;
  result.redirect_ifindex = top_->res_redirect_ifindex;
  result.redirect_flags = top_->res_redirect_flags;
#define PW_GET(field, name) result.skb[field] = top_->res_##name;
  PW_SKB_OUT(PW_GET)
#undef PW_GET
  result.out_begin = result.out_end = output_.size();
  sending_ = finished_++;
  progress_ = now_;
}

void Simulator::check_hold() {
  std::uint8_t data[PW_BUS];
  get(top_->m_axis_tdata, data, PW_BUS);
  if (held_ && (!top_->m_axis_tvalid || std::memcmp(data, held_data_, PW_BUS) != 0))
    fail("m_axis changed a beat that was offered and not taken");
  held_ = top_->m_axis_tvalid && !top_->m_axis_tready;
  if (held_)
    std::memcpy(held_data_, data, PW_BUS);
}

void Simulator::sample_output() {
  check_hold();
  if (!top_->m_axis_tvalid || !top_->m_axis_tready)
    return;
  if (!in_frame_ && !top_->res_valid) {
    fail("a packet leaves without a result");
    return;
  }
  if (!run_->error) {
    PwRtlResult& result = run_->results[sending_];
    if (top_->m_axis_length != result.length)
      fail("m_axis_length is not the length of the result");
    unsigned bytes = 0;
    while (bytes < PW_BUS && bit(top_->m_axis_tkeep, bytes))
      ++bytes;
    output_.resize(output_.size() + bytes);
    get(top_->m_axis_tdata, output_.data() + output_.size() - bytes, bytes);
    result.out_end = output_.size();
    in_frame_ = !top_->m_axis_tlast;
    if (!in_frame_ && result.out_end - result.out_begin != result.length)
      fail("the bytes of a packet are not as many as its length says");
  }
  progress_ = now_;
}

void Simulator::sample_traces() {
#if PW_TRACES > 0
  for (unsigned operation = 0; operation < PW_TRACES; ++operation) {
    if (!bit(top_->trace_active, operation))
      continue;
    const std::uint64_t packet = traced_[operation]++;
    if (!bit(top_->trace_valid, operation))
      continue;
    PwRtlTrace trace = {packet, operation, {}};
    get(top_->trace_args, trace.args, sizeof trace.args, operation * sizeof trace.args);
    traces_.push_back(trace);
  }
#endif
}

void Simulator::sample_held() {
#if PW_HELD > 0
  for (unsigned map = 0; map < PW_HELD; ++map)
    waited_[map] += bit(top_->held, map);
#endif
}

// In the order of packets; of the runs of a stream nobody asks.
void Simulator::sample_events() {
#if PW_EVENTS
  std::uint8_t data[PW_BUS];
  get(top_->m_events_tdata, data, PW_BUS);
  if (event_held_ && (!top_->m_events_tvalid || std::memcmp(data, event_data_, PW_BUS) != 0))
    fail("m_events changed a beat that was offered and not taken");
  event_held_ = top_->m_events_tvalid && !top_->m_events_tready;
  std::memcpy(event_data_, data, PW_BUS);
  if (!top_->m_events_tvalid || !top_->m_events_tready)
    return;
  progress_ = now_;
  if (run_ == &stream_)
    return;
  if (!in_event_)
    events_.push_back({std::uint32_t(top_->m_events_index), std::uint32_t(top_->m_events_map),
                       event_bytes_.size(), event_bytes_.size()});
  PwRtlEvent& event = events_.back();
  unsigned bytes = 0;
  while (bytes < PW_BUS && bit(top_->m_events_tkeep, bytes))
    ++bytes;
  event_bytes_.insert(event_bytes_.end(), data, data + bytes);
  event.end = event_bytes_.size();
  in_event_ = !top_->m_events_tlast;
  if (!in_event_ && event.end - event.begin != top_->m_events_length)
    fail("the bytes of an event are not as many as its length says");
#endif
}

void Simulator::sample() {
  sample_input();
  sample_result();
  sample_output();
  sample_traces();
  sample_held();
  sample_events();
  if (top_->idle != idle_)
    idle_since_ = now_;
  idle_ = top_->idle;
}

void Simulator::clock() {
  offer();
  low();
  sample();
  rise();
  ++now_;
}

void Simulator::begin_clock() {
  offer();
  top_->clk = false;
}

void Simulator::end_clock() {
  sample();
  top_->clk = true;
  ++now_;
  check_progress();
}

// In a long pause nothing changes but the number of the clock.
void Simulator::skip_pause() {
  const std::uint64_t quiet_since = std::max(idle_since_, progress_);
  if (!idle_ || offered_ || next_ == run_->count || now_ < quiet_since + run_->pause)
    return;
  const std::uint64_t target = start_ + run_->packets[next_].offer;
  if (target > now_ + 1)
    now_ = target - 1;
  progress_ = now_;
}

void Simulator::begin() {
  start_ = progress_ = idle_since_ = now_;
  next_ = beat_ = finished_ = sending_ = 0;
  in_frame_ = idle_ = offered_ = held_ = false;
  output_.clear();
  traces_.clear();
  events_.clear();
  event_bytes_.clear();
  std::fill(std::begin(traced_), std::end(traced_), 0);
  std::fill(std::begin(waited_), std::end(waited_), 0);
}

void Simulator::run(PwRtlRun& run) {
  run_ = &run;
  run.error = nullptr;
  begin();
  while (!run.error && (finished_ < run.count || next_ < run.count || in_frame_)) {
    clock();
    skip_pause();
    if (now_ > progress_ + patience)
      fail("nothing has moved for a million clocks");
  }
  for (std::uint64_t left = run.settle; left != 0 && !run.error;) {
    clock();
    if (idle_ || left != run.settle)
      --left;
    if (now_ > progress_ + patience)
      fail("it does not become idle");
  }
  run.output = output_.data();
  run.held = waited_;
  run.events = events_.data();
  run.event_count = events_.size();
  run.event_bytes = event_bytes_.data();
  run.traces = traces_.data();
  run.trace_count = traces_.size();
}

void Simulator::begin_stream() {
  if (run_ == &stream_)
    return;
  run_ = &stream_;
  begin();
  start_ = 0;
  packets_.clear();
  results_.clear();
  stream_.count = given_ = 0;
}

// What nobody will ask for again; the packet whose beats are leaving is kept.
void Simulator::forget_given() {
  constexpr std::uint64_t worth = 1024;
  const std::uint64_t gone = std::min(given_, sending_);
  if (gone < worth || in_frame_)
    return;
  packets_.erase(packets_.begin(), packets_.begin() + std::ptrdiff_t(gone));
  results_.erase(results_.begin(), results_.begin() + std::ptrdiff_t(gone));
  for (std::uint64_t* number : {&next_, &finished_, &sending_, &given_, &stream_.count})
    *number -= gone;
  output_.clear();
  traces_.clear();
}

void Simulator::stream_clock() {
  clock();
  check_progress();
}

void Simulator::check_progress() {
  if (idle_ && next_ == stream_.count)
    progress_ = now_;
  if (now_ > progress_ + patience)
    fail("nothing has moved for a million clocks");
}

const char* Simulator::advance(std::uint64_t until, std::uint64_t pause) {
  begin_stream();
  while (now_ < until && !run_->error) {
    if (idle_ && now_ >= idle_since_ + pause)
      progress_ = now_ = until;
    else
      stream_clock();
  }
  return run_->error;
}

void Simulator::push(const PwRtlPacket& packet) {
  forget_given();
  packets_.push_back(packet);
  results_.emplace_back();
  stream_.packets = packets_.data();
  stream_.results = results_.data();
  ++stream_.count;
  progress_ = now_;
}

const char* Simulator::take(const PwRtlPacket& packet, std::uint64_t pause, PwRtlTaken& taken) {
  advance(packet.offer, pause);
  push(packet);
  while (!pushed_all() && !run_->error)
    stream_clock();
  taken = last_taken();
  return run_->error;
}

const char* Simulator::drain() {
  begin_stream();
  while (!run_->error && (!empty()))
    stream_clock();
  return run_->error;
}

std::uint64_t Simulator::results(const PwRtlResult** results) {
  *results = results_.data() + given_;
  const std::uint64_t count = finished_ - given_;
  given_ = finished_;
  return count;
}

bool Simulator::host_row(const PwRtlAccess& access, std::uint32_t row) {
  std::uint8_t* data = access.data + std::size_t(row - access.first) * access.row_bytes;
  top_->host_valid = 1;
  top_->host_write = access.write;
  top_->host_map = access.map;
  top_->host_table = access.table;
  top_->host_row = row;
  if (access.write)
    put(top_->host_wdata, data, access.row_bytes);
  bool done = false;
  for (std::uint64_t clocks = 0; clocks < longest && !done; ++clocks) {
    low();
    done = top_->host_ready;
    if (done && (!access.write || access.answer))
      get(top_->host_rdata, access.write ? access.answer : data, access.row_bytes);
    rise();
  }
  top_->host_valid = 0;
  low();
  rise();
  return done;
}

bool Simulator::host(const PwRtlAccess& access) {
  top_->s_axis_tvalid = 0;
  for (std::uint32_t row = access.first; row < access.first + access.count; ++row)
    if (!host_row(access, row))
      return false;
  return true;
}

} // namespace pw::rtl

#if !PW_SC

using pw::rtl::Simulator;

// All else in the library is hidden, so that simulators of several programs don't meet.
#define PW_EXPORT extern "C" __attribute__((visibility("default")))

PW_EXPORT void* pw_rtl_create(std::uint32_t cpu, std::uint32_t seed, const char* trace_file) {
  auto simulator = std::make_unique<Simulator>(cpu, seed, trace_file);
  return simulator->reset() ? simulator.release() : nullptr;
}

PW_EXPORT void pw_rtl_destroy(void* simulator) { delete static_cast<Simulator*>(simulator); }

PW_EXPORT void pw_rtl_run(void* simulator, PwRtlRun* run) {
  static_cast<Simulator*>(simulator)->run(*run);
}

PW_EXPORT const char* pw_rtl_take(void* simulator, const PwRtlPacket* packet, std::uint64_t pause,
                                  PwRtlTaken* taken) {
  return static_cast<Simulator*>(simulator)->take(*packet, pause, *taken);
}

PW_EXPORT const char* pw_rtl_advance(void* simulator, std::uint64_t until, std::uint64_t pause) {
  return static_cast<Simulator*>(simulator)->advance(until, pause);
}

PW_EXPORT const char* pw_rtl_drain(void* simulator) {
  return static_cast<Simulator*>(simulator)->drain();
}

PW_EXPORT std::uint64_t pw_rtl_results(void* simulator, const PwRtlResult** results) {
  return static_cast<Simulator*>(simulator)->results(results);
}

PW_EXPORT const std::uint64_t* pw_rtl_held(void* simulator) {
  return static_cast<Simulator*>(simulator)->held();
}

PW_EXPORT bool pw_rtl_host(void* simulator, const PwRtlAccess* access) {
  return static_cast<Simulator*>(simulator)->host(*access);
}

PW_EXPORT std::uint64_t pw_rtl_cycles(const void* simulator) {
  return static_cast<const Simulator*>(simulator)->cycles();
}

#endif
