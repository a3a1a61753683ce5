// The part of a pipeline's simulator that is the same for every program: clock, reset, AXI4-Stream
// source and sink, results, traces, host port. Compiled with the Verilated model (class Vpw) into a
// shared library; PW_BUS is the bus width in bytes, PW_TRACES the number of Trace operations,
// PW_HELD the bits of port `held`, PW_EVENTS whether there are ports m_events_, PW_FST whether waveforms can be written, PW_SC whether Vpw is a
// module of SystemC.
//
// A clock is evaluated twice: with the clock low, where inputs are set and outputs are sampled, and
// with the rising edge.
#pragma once

#include "sim/rtl/abi.h"
#include "sim/rtl/ports.h"
#include "verilated.h"
#if PW_FST
#include "verilated_fst_c.h"
#endif

#include <memory>
#include <vector>

namespace pw::rtl {

class Simulator {
public:
  Simulator(std::uint32_t cpu, std::uint32_t seed, const char* trace_file);
  ~Simulator();
  bool reset();
  void run(PwRtlRun&);
  bool host(const PwRtlAccess&);
  std::uint64_t cycles() const { return now_; }
  const char* take(const PwRtlPacket&, std::uint64_t pause, PwRtlTaken&);
  const char* advance(std::uint64_t until, std::uint64_t pause);
  const char* drain();
  // The same by someone else's clock: what is to be offered next; the two halves of a clock.
  void begin_stream();
  void push(const PwRtlPacket&);
  void begin_clock(); // inputs, clock low
  void end_clock();   // samples, rising edge
  // Nothing has happened for `pause` clocks: the clock may stop.
  bool resting(std::uint64_t pause) const { return idle_ && now_ >= idle_since_ + pause; }
  void skip_to(std::uint64_t clock) { progress_ = now_ = std::max(now_, clock); }
  bool pushed_all() const { return next_ == stream_.count; }
  bool empty() const { return finished_ == stream_.count && !in_frame_ && idle_; }
  PwRtlTaken last_taken() const { return {results_.back().cycle_in, now_ - 1}; }
  const char* error() const { return run_ ? run_->error : nullptr; }
  std::uint64_t results(const PwRtlResult**);
  const std::uint64_t* held() const { return waited_; }

private:
  void drive_clock(bool level);
  void low();
  void rise();
  void clock();
  void offer();
  void set_beat();
  void sample();
  void sample_input();
  void sample_result();
  void sample_output();
  void sample_traces();
  void sample_held();
  void sample_events();
  void check_hold();
  void skip_pause();
  void fail(const char* what) { run_->error = run_->error ? run_->error : what; }
  bool host_row(const PwRtlAccess&, std::uint32_t row);
  void begin();
  void forget_given();
  void stream_clock();
  void check_progress();

  std::unique_ptr<VerilatedContext> context_ = std::make_unique<VerilatedContext>();
  std::unique_ptr<Top> top_;
#if PW_FST
  std::unique_ptr<VerilatedFstC> waves_;
#endif
  std::uint64_t now_ = 0;   // counted clocks
  std::uint64_t edges_ = 0; // of the waveform

  // Of the current run.
  PwRtlRun* run_ = nullptr;
  std::uint64_t start_ = 0, progress_ = 0, idle_since_ = 0;
  std::uint64_t next_ = 0, beat_ = 0; // packet and its beat that are offered next
  std::uint64_t finished_ = 0, unsent_ = 0;
  std::uint64_t sending_ = 0; // packet whose beats leave
  bool in_frame_ = false, idle_ = false, offered_ = false;
  std::vector<std::uint8_t> output_;
  std::vector<PwRtlTrace> traces_;
  std::uint64_t traced_[PW_TRACES + 1] = {}; // packets that went past each Trace operation
  std::uint64_t waited_[PW_HELD + 1] = {};   // by bit of `held`
  // Packets one by one: those of which something is still to be said.
  PwRtlRun stream_ = {};
  std::vector<PwRtlPacket> packets_;
  std::vector<PwRtlResult> results_;
  std::uint64_t given_ = 0; // results that were given away
  std::vector<PwRtlEvent> events_;
  std::vector<std::uint8_t> event_bytes_;
  bool in_event_ = false, event_held_ = false;
  std::uint8_t event_data_[PW_BUS] = {};
  // An offered output beat that was not taken must not change.
  bool held_ = false;
  std::uint8_t held_data_[PW_BUS] = {};
};

} // namespace pw::rtl
