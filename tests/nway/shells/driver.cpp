// Drives a Verilated shell (class Vshell: shell_bench with PW_PORTS ports; PW_DIVIDE clocks of the
// streams are one of the bus) as the shell would, and looks whether what comes out keeps to the
// shell's rules.
#include "Vshell.h"
#include "tests/nway/shells/shell_abi.h"
#include "verilated.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <random>
#include <vector>

namespace {

constexpr unsigned bus = 64;
constexpr std::uint64_t patience = 200'000; // clocks

template <typename Port>
void put(Port& port, std::size_t at, const void* bytes, std::size_t count) {
  std::memcpy(reinterpret_cast<char*>(&port) + at, bytes, count);
}
template <typename Port>
void get(const Port& port, std::size_t at, void* bytes, std::size_t count) {
  std::memcpy(bytes, reinterpret_cast<const char*>(&port) + at, count);
}
template <typename Port> void set_bit(Port& port, unsigned bit, bool value) {
  port = static_cast<Port>((port & ~(Port{1} << bit)) | Port{value} << bit);
}
template <typename Port> bool bit(const Port& port, unsigned index) { return port >> index & 1; }

// One port's frames in one direction.
struct Source {
  std::deque<const PwShellFrame*> frames;
  std::size_t beat = 0;
  bool offered = false;
};

struct Sink {
  bool in_frame = false, held = false;
  PwShellSeen frame = {};
  std::vector<std::uint8_t> bytes;
  std::uint8_t beat[bus + 8 + 16] = {}; // that was offered and not taken
};

class Shell {
public:
  bool reset();
  std::uint32_t access(bool write, std::uint32_t address, std::uint32_t* data);
  void run(PwShellRun&);
  bool completion(std::uint32_t tag);

private:
  void poll();
  void tick();
  void offer_received(unsigned port);
  void offer_sent(unsigned port);
  void sample_source(Source&, bool taken);
  void sample_sink(Sink&, bool wire, unsigned port, bool valid, bool ready, bool last, bool ours);
  void take_beat(Sink&, const std::uint8_t* beat, bool last);
  void check_frame(const Sink&);
  void sample();
  bool chance(unsigned percent) { return percent != 0 && random_() % 100 < percent; }
  void fail(const char* what) { run_.error = run_.error ? run_.error : what; }
  void begin(const PwShellRun&);

  VerilatedContext context_;
  std::unique_ptr<Vshell> top_ = std::make_unique<Vshell>(&context_);
  std::uint64_t now_ = 0, progress_ = 0;
  std::mt19937 random_;
  PwShellRun run_ = {};
  Source received_[PW_PORTS], sent_[PW_PORTS];
  Sink host_[PW_PORTS], wire_[PW_PORTS];
  std::vector<PwShellSeen> seen_;
  std::vector<std::uint8_t> bytes_;
  std::vector<char> order_;
};

std::size_t beats(const PwShellFrame& frame) {
  return std::max<std::size_t>(1, (frame.length + bus - 1) / bus);
}

// Bytes that are not there are noise.
void beat_of(const PwShellFrame& frame, std::size_t beat, std::uint8_t* data, std::uint64_t& keep) {
  const std::size_t from = beat * bus, count = std::min<std::size_t>(bus, frame.length - from);
  std::memset(data, 0xee, bus);
  std::memcpy(data, frame.bytes + from, count);
  keep = count == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

void Shell::offer_received(unsigned port) {
  Source& source = received_[port];
  if (!source.offered)
    source.offered = !source.frames.empty() && !chance(run_.idle_percent);
  set_bit(top_->rx_tvalid, port, source.offered);
  if (!source.offered)
    return;
  const PwShellFrame& frame = *source.frames.front();
  std::uint8_t data[bus];
  std::uint64_t keep = 0;
  beat_of(frame, source.beat, data, keep);
  const std::uint16_t length = static_cast<std::uint16_t>(frame.length);
  // Seconds 48, 0 2, nanoseconds 30, fraction 16.
  const std::uint64_t seconds = frame.time_ns / 1'000'000'000;
  const std::uint64_t low = frame.time_ns % 1'000'000'000 << 16 | 0xabcd;
  std::uint8_t stamp[12];
  std::memcpy(stamp, &low, 6);
  std::memcpy(stamp + 6, &seconds, 6);
  put(top_->rx_tdata, port * bus, data, bus);
  put(top_->rx_tkeep, port * 8, &keep, 8);
  put(top_->rx_length, port * 2, &length, 2);
  put(top_->rx_stamp, port * 12, stamp, 12);
  set_bit(top_->rx_tlast, port, source.beat + 1 == beats(frame));
  set_bit(top_->rx_bad, port, frame.bad);
}

void Shell::offer_sent(unsigned port) {
  Source& source = sent_[port];
  if (!source.offered) // frames of the host have no gaps
    source.offered = !source.frames.empty() && (source.beat != 0 || chance(run_.sent_percent));
  set_bit(top_->sent_tvalid, port, source.offered);
  if (!source.offered)
    return;
  const PwShellFrame& frame = *source.frames.front();
  std::uint8_t data[bus];
  std::uint64_t keep = 0;
  beat_of(frame, source.beat, data, keep);
  const std::uint16_t length = static_cast<std::uint16_t>(frame.length);
  put(top_->sent_tdata, port * bus, data, bus);
  put(top_->sent_tkeep, port * 8, &keep, 8);
  put(top_->sent_length, port * 2, &length, 2);
  set_bit(top_->sent_tlast, port, source.beat + 1 == beats(frame));
}

void Shell::sample_source(Source& source, bool taken) {
  if (!source.offered || !taken)
    return;
  source.offered = false;
  progress_ = now_;
  if (++source.beat == beats(*source.frames.front())) {
    source.beat = 0;
    source.frames.pop_front();
  }
}

// The length of an OpenNIC frame stands on each of its beats.
void Shell::check_frame(const Sink& sink) {
#if PW_LENGTHS
  std::uint16_t size = 0;
  std::memcpy(&size, sink.frame.user, 2);
  if (size != sink.bytes.size())
    fail("tuser_size is not the length of the frame");
#endif
}

void Shell::take_beat(Sink& sink, const std::uint8_t* beat, bool last) {
  std::uint64_t keep = 0;
  std::memcpy(&keep, beat + bus, 8);
  if ((keep & (keep + 1)) != 0 || (!last && keep != ~std::uint64_t{0}))
    fail("tkeep is not that of a stream");
  if (!sink.in_frame) {
    sink.frame.first = now_;
    sink.frame.gaps = 0;
    std::memcpy(sink.frame.user, beat + bus + 8, 16);
    sink.bytes.clear();
  } else if (std::memcmp(sink.frame.user, beat + bus + 8, 16) != 0) {
    fail("tuser changes within a frame");
  }
  for (unsigned i = 0; i < bus && (keep >> i & 1) != 0; ++i)
    sink.bytes.push_back(beat[i]);
  sink.in_frame = !last;
  progress_ = now_;
}

void Shell::sample_sink(Sink& sink, bool wire, unsigned port, bool valid, bool ready, bool last,
                        bool ours) {
  std::uint8_t beat[sizeof sink.beat];
  get(wire ? top_->wire_tdata : top_->host_tdata, port * bus, beat, bus);
  get(wire ? top_->wire_tkeep : top_->host_tkeep, port * 8, beat + bus, 8);
  get(wire ? top_->wire_user : top_->host_user, port * 16, beat + bus + 8, 16);
  if (sink.held && (!valid || std::memcmp(beat, sink.beat, sizeof beat) != 0))
    fail("a beat that was offered and not taken has changed");
  sink.held = valid && !ready;
  std::memcpy(sink.beat, beat, sizeof beat);
  if (!valid && sink.in_frame)
    ++sink.frame.gaps;
  if (!valid || !ready)
    return;
  take_beat(sink, beat, last);
  sink.frame.ours = ours;
  if (!last)
    return;
  check_frame(sink);
  sink.frame.wire = wire;
  sink.frame.port = port;
  sink.frame.last = now_;
  sink.frame.begin = bytes_.size();
  bytes_.insert(bytes_.end(), sink.bytes.begin(), sink.bytes.end());
  sink.frame.end = bytes_.size();
  seen_.push_back(sink.frame);
}

void Shell::sample() {
  if (top_->begins_packet)
    order_.push_back('P');
  if (top_->begins_operation)
    order_.push_back('O');
  for (unsigned p = 0; p < PW_PORTS; ++p) {
    if (run_.first_in == ~std::uint64_t{0} && received_[p].offered && bit(top_->rx_tready, p))
      run_.first_in = now_;
    sample_source(received_[p], bit(top_->rx_tready, p));
    sample_source(sent_[p], bit(top_->sent_tready, p));
    sample_sink(host_[p], false, p, bit(top_->host_tvalid, p), bit(top_->host_tready, p),
                bit(top_->host_tlast, p), true);
    sample_sink(wire_[p], true, p, bit(top_->wire_tvalid, p), bit(top_->wire_tready, p),
                bit(top_->wire_tlast, p), bit(top_->wire_ours, p));
  }
}

// One clock of the streams; the bus has its rising edge in the first of PW_DIVIDE.
void Shell::tick() {
  for (unsigned p = 0; p < PW_PORTS; ++p) {
    offer_received(p);
    offer_sent(p);
    set_bit(top_->host_tready, p, !chance(run_.host_stall_percent));
    set_bit(top_->wire_tready, p, !chance(run_.wire_stall_percent));
  }
  top_->clk = 0;
  top_->eval();
  if (!top_->rst)
    sample();
  top_->clk = 1;
  top_->bus_clk = now_ % PW_DIVIDE == 0;
  top_->eval();
  ++now_;
}

void Shell::begin(const PwShellRun& run) {
  run_ = run;
  run_.error = nullptr;
  run_.first_in = ~std::uint64_t{0};
  run_.polls = 0;
  random_.seed(run.seed);
  seen_.clear();
  bytes_.clear();
  order_.clear();
  progress_ = now_;
}

bool Shell::reset() {
  begin({});
  for (unsigned p = 0; p < PW_PORTS; ++p)
    received_[p] = sent_[p] = {}, host_[p] = wire_[p] = {};
  top_->rst = 1;
  for (unsigned i = 0; i < 8 * PW_DIVIDE; ++i)
    tick();
  top_->rst = 0;
  for (std::uint64_t i = 0; i < patience; ++i) {
    tick();
    if (top_->reset_done)
      return true;
  }
  return false;
}

// Address and data of a write come together, or one of them first.
std::uint32_t Shell::access(bool write, std::uint32_t address, std::uint32_t* data) {
  while (now_ % PW_DIVIDE != 0)
    tick();
  const unsigned order = random_() % 3;
  bool awaits_address = write, awaits_data = write, awaits_read = !write;
  top_->bus_awaddr = top_->bus_araddr = address;
  top_->bus_wdata = write ? *data : 0;
  top_->bus_wstrb = 15;
  std::uint32_t response = 9;
  for (std::uint64_t i = 0; i < patience && response == 9; ++i) {
    top_->bus_awvalid = awaits_address && (order != 1 || !awaits_data);
    top_->bus_wvalid = awaits_data && (order != 2 || !awaits_address);
    top_->bus_arvalid = awaits_read;
    top_->bus_bready = write && chance(70);
    top_->bus_rready = !write && chance(70);
    top_->eval();
    awaits_address = awaits_address && !(top_->bus_awvalid && top_->bus_awready);
    awaits_data = awaits_data && !(top_->bus_wvalid && top_->bus_wready);
    awaits_read = awaits_read && !(top_->bus_arvalid && top_->bus_arready);
    if (top_->bus_bvalid && top_->bus_bready)
      response = top_->bus_bresp;
    if (top_->bus_rvalid && top_->bus_rready)
      response = top_->bus_rresp, *data = top_->bus_rdata;
    for (unsigned clock = 0; clock < PW_DIVIDE; ++clock)
      tick();
  }
  top_->bus_awvalid = top_->bus_wvalid = top_->bus_arvalid = top_->bus_bready = top_->bus_rready =
      0;
  return response;
}

void Shell::run(PwShellRun& run) {
  begin(run);
  for (std::uint64_t i = 0; i < run.received_count; ++i)
    received_[run.received[i].port].frames.push_back(&run.received[i]);
  for (std::uint64_t i = 0; i < run.sent_count; ++i)
    sent_[run.sent[i].port].frames.push_back(&run.sent[i]);
  auto left = [&] {
    return std::ranges::any_of(received_, [](auto& s) { return !s.frames.empty(); }) ||
           std::ranges::any_of(sent_, [](auto& s) { return !s.frames.empty(); });
  };
  while (!run_.error && (run_.host || left() || now_ < progress_ + run.clocks)) {
    if (run_.poll)
      poll();
    else if (run_.host == nullptr)
      tick();
    else if (!run_.host(run_.context))
      run_.host = nullptr;
    if (now_ > progress_ + patience)
      fail("nothing moves any more");
  }
  for (unsigned p = 0; p < PW_PORTS; ++p)
    if (host_[p].in_frame || wire_[p].in_frame)
      fail("a frame has no end");
  run = run_;
  run.seen = seen_.data();
  run.seen_count = seen_.size();
  run.bytes = bytes_.data();
  run.order = order_.data();
  run.order_count = order_.size();
  run_ = {};
}

void Shell::poll() {
  std::uint32_t data = 0;
  if (access(false, run_.poll_address, &data) != 0)
    fail("a register isn't answered while frames flow");
  ++run_.polls;
}

bool Shell::completion(std::uint32_t tag) {
  top_->completion_valid = 1;
  top_->completion_tag = static_cast<std::uint16_t>(tag);
  top_->eval();
  const bool seen = top_->completion_seen;
  top_->completion_valid = 0;
  return seen;
}

} // namespace

#define PW_EXPORT extern "C" __attribute__((visibility("default")))

PW_EXPORT void* pw_shell_create() {
  auto shell = std::make_unique<Shell>();
  return shell->reset() ? shell.release() : nullptr;
}
PW_EXPORT void pw_shell_destroy(void* shell) { delete static_cast<Shell*>(shell); }
PW_EXPORT bool pw_shell_reset(void* shell) { return static_cast<Shell*>(shell)->reset(); }
PW_EXPORT std::uint32_t pw_shell_bus(void* shell, bool write, std::uint32_t address,
                                     std::uint32_t* data) {
  return static_cast<Shell*>(shell)->access(write, address, data);
}
PW_EXPORT void pw_shell_run(void* shell, PwShellRun* run) { static_cast<Shell*>(shell)->run(*run); }
PW_EXPORT bool pw_shell_completion(void* shell, std::uint32_t tag) {
  return static_cast<Shell*>(shell)->completion(tag);
}
