// The control of the fixed hardware around a pipeline, clock by clock: ingress unit, header FIFO,
// region entrances with credits, region FIFOs, packet FIFO, result FIFO, deparser and output
// register. It holds no packet data and no values: what depends on them (interlocks, verdicts,
// lengths) it asks of its client. Under the same offered beats and the same m_axis_tready it does
// in each clock what the emitted Verilog does in that clock (backends/verilog/README.md, "Clock by
// clock"; tests/backends compares the two).
//
// Clock 0 is the first clock in which s_axis_tready can be high, that is, in which `clear_done` is.
//
//   for (;;) {
//     offered beat and m_axis_tready of this clock -> Timing::Input
//     accepted = timing.clock(input);             // calls the client back
//     execute the stages that are active in this clock
//   }
//
// The two steps of the loop may also be done in the other order: nothing that clock() asks depends
// on what stages do in the same clock. A packet that `enter`s region r in clock t is in stage
// first_stage + k of that region in clock t + 1 + k.
#pragma once

#include "ir/pipeline.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace pw {

class Timing {
public:
  // Packets are numbered by the caller; numbers come back in the call-backs. Any numbers will do,
  // but bad frames, which get no PacketIndex, must be told by Input::bad.
  using PacketId = std::uint64_t;

  // What the deparser is told of a packet (pipeline::Result).
  struct Outcome {
    bool leaves = false;   // PASS, TX or REDIRECT
    std::int32_t head = 0; // coordinate of the first byte out
    std::int32_t tail = 0; // coordinate behind the last byte out
  };

  class Client {
  public:
    virtual ~Client() = default;
    // May the packet enter the region in this clock, as far as the region's interlocks are
    // and tables are concerned? Asked once in every clock in which everything else would let it in.
    // Not asked for regions without interlocks and tables.
    virtual bool may_enter(PacketId, unsigned region) = 0;
    // It enters in this clock: its first stage is active in the next one.
    virtual void enter(PacketId, unsigned region) = 0;
    // Asked once, in the first clock in which the deparser looks at the result (at least one clock
    // after the last stage).
    virtual Outcome outcome(PacketId) = 0;
    // res_valid is high in this clock: cycle_out of the packet.
    virtual void result(PacketId) = 0;
    // Beats of each of the packet's events, in order. Asked once, behind the last stage; only of
    // pipelines with events.
    virtual std::vector<unsigned> event_beats(PacketId) { return {}; }
  };

  // One clock's inputs. A beat that was not accepted is to be offered again.
  struct Input {
    bool valid = false;       // s_axis_tvalid
    PacketId packet = 0;      // of the offered beat
    bool last = false;        // s_axis_tlast
    bool bad = false;         // s_axis_bad; looked at on the first beat only
    bool ready = true;        // m_axis_tready
    bool events_ready = true; // m_events_tready
  };

  Timing(const pipeline::Pipeline&, Client&);

  // Advances by one clock. True if the offered beat was accepted (s_axis_tready): cycle_in of a
  // packet is now() of the clock in which its first beat is.
  bool clock(const Input&);

  // Number of the clock that the next call of clock() is.
  std::uint64_t now() const { return now_; }
  // No packet inside (port `idle`).
  bool idle() const;
  // Leaves out clocks of a long pause: nothing is inside, nothing is offered, and the last packet
  // is at least 16 clocks away.
  void skip(std::uint64_t clocks) { now_ += clocks; }

private:
  // An entry of a FIFO.
  struct Entry {
    PacketId packet = 0;
    std::uint64_t visible = 0; // first clock in which it can be at the head
    bool last = false;         // packet FIFO: last beat of its packet
  };
  struct RegionState {
    std::deque<Entry> waiting; // the FIFO in front of it, and what is on the way to it
    unsigned stages = 0;
    bool guarded = false; // by interlocks or tables
    unsigned credits = 0; // of the FIFO behind it, as its register shows them in this clock
  };
  // The packet that the deparser takes apart. Names as in rtl/pw_deparser.sv.
  struct Deparse {
    bool known = false; // the outcome has been asked for
    bool started = false;
    bool input_done = false;
    bool drop = false, leading = false, aligned = false;
    std::int32_t first_beat = 0, final_beat = 0;
    std::int32_t beats = 0; // out
    std::int32_t beat = 0;  // of the next step
    std::int32_t left = 0;  // beats still to be sent
  };
  // One entry of the output register: a beat, or the mark of a dropped packet.
  struct Output {
    PacketId packet = 0;
    bool first = false;
    bool drop = false;
  };
  // Register between the two halves of a deparser that can move the head.
  struct Shift {
    bool valid = false;
    bool sends = false;   // gives an output beat in its own clock
    bool flushes = false; // and one more, of the bytes left over, in the next
    Output output;
  };

  bool room() const;
  void enter_regions();
  bool enters(const RegionState&, unsigned region);
  void accept(const Input&);
  void look();
  void start(PacketId);
  bool can_step() const;
  Shift step();
  void deparse();
  void deparse_shifted(bool out_room);
  bool drain(bool ready);
  void give_events(bool ready);
  void finish_events();

  Client& client_;
  std::uint64_t now_ = 0;
  std::int32_t bus_ = 64;
  unsigned window_beats_ = 1, header_depth_ = 0, packet_depth_ = 0, packet_delay_ = 0,
           merge_delay_ = 0;
  bool moves_head_ = false, whole_packet_ = false;

  std::uint32_t beat_ = 0; // number of the next beat of the packet that comes in
  bool swallow_ = false;   // it is a bad one
  std::vector<RegionState> regions_;
  std::deque<Entry> results_; // result FIFO, and what is on the way to it
  std::deque<Entry> beats_;   // packet FIFO
  Deparse deparse_;
  Shift shift_;
  bool flush_ = false; // bytes left over wait to be sent
  std::deque<Output> output_;

  // Names as in rtl/pw_events.sv.
  bool has_events_ = false, samples_ = false;
  unsigned event_delay_ = 0, event_depth_ = 0;
  std::deque<Entry> event_entries_; // event FIFO, and what is on the way to it
  bool event_known_ = false;        // the beats of the first of them have been asked for
  unsigned event_beats_left_ = 0;   // of its events
  std::deque<std::uint64_t>
      event_output_;            // output FIFO: first clock in which it can be at the head
  std::deque<unsigned> stored_; // beats of packets that the event unit may still read
  unsigned stored_beats_ = 0, stored_next_ = 0; // in all; of the packet that comes in
};

} // namespace pw
