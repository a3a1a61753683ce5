#include "sim/model/timing.h"

#include "backends/verilog/structure.h"

#include <utility>

namespace pw {
namespace {

std::int32_t floor_div(std::int32_t a, std::int32_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

} // namespace

Timing::Timing(const pipeline::Pipeline& p, Client& client)
    : client_(client), bus_(static_cast<std::int32_t>(p.bus_bytes)), moves_head_(p.moves_head) {
  verilog::Structure s = verilog::structure_of(p);
  window_beats_ = s.window_beats;
  header_depth_ = s.header_depth;
  packet_depth_ = s.packet_depth;
  packet_delay_ = s.packet_delay;
  merge_delay_ = s.merge_delay;
  whole_packet_ = s.whole_packet;
  has_events_ = s.events;
  samples_ = s.samples;
  event_delay_ = s.event_delay;
  event_depth_ = s.result_depth;
  for (std::size_t r = 0; r < p.regions.size(); ++r) {
    const pipeline::Region& region = p.regions[r];
    RegionState state;
    state.stages = region.last_stage - region.first_stage + 1;
    state.guarded = !region.interlocks.empty();
    state.credits = r + 1 < p.regions.size() ? p.regions[r + 1].fifo_depth : s.result_depth;
    regions_.push_back(std::move(state));
  }
  for (unsigned m = 0; m < p.maps.size(); ++m)
    if (const verilog::TableUse use = verilog::table_use(p, m); use.used)
      regions_[use.region].guarded = true;
}

// All decisions of a clock are made on what the registers hold at its start: entries made in it
// become visible later, and `room` and the credits are looked at before anything is taken away.
bool Timing::clock(const Input& in) {
  bool accepted = in.valid && room();
  bool out_pop = drain(in.ready);
  enter_regions();
  deparse();
  if (has_events_)
    give_events(in.events_ready);
  if (out_pop)
    output_.pop_front();
  if (accepted)
    accept(in);
  ++now_;
  return accepted;
}

bool Timing::idle() const {
  bool waiting = beat_ != 0 || !beats_.empty() || !results_.empty();
  for (const RegionState& r : regions_)
    waiting = waiting || !r.waiting.empty();
  return !waiting && !shift_.valid && !flush_ && output_.empty() && event_entries_.empty() &&
         event_output_.empty();
}

bool Timing::room() const {
  return beats_.size() < packet_depth_ && regions_[0].waiting.size() < header_depth_ &&
         (!samples_ || stored_beats_ < packet_depth_);
}

void Timing::accept(const Input& in) {
  if (beat_ == 0)
    swallow_ = in.bad;
  if (!swallow_) {
    beats_.push_back({in.packet, now_ + packet_delay_, in.last});
    stored_beats_ += samples_;
    stored_next_ += samples_;
    if (in.last && samples_)
      stored_.push_back(std::exchange(stored_next_, 0));
    bool captured = !whole_packet_ && beat_ >= window_beats_;
    bool complete = !whole_packet_ && beat_ == window_beats_ - 1;
    if (!captured && (complete || in.last))
      regions_[0].waiting.push_back({in.packet, now_ + 1});
  }
  beat_ = in.last ? 0 : beat_ + 1;
}

bool Timing::enters(const RegionState& r, unsigned region) {
  if (r.waiting.empty() || r.waiting.front().visible > now_ || r.credits == 0)
    return false;
  const bool last = region + 1 == regions_.size();
  if (last && has_events_ && event_entries_.size() == event_depth_)
    return false;
  return !r.guarded || client_.may_enter(r.waiting.front().packet, region);
}

// A packet that enters in clock t is in the last stage in t + stages, and behind it from the next
// clock on.
void Timing::enter_regions() {
  for (unsigned i = 0; i < regions_.size(); ++i) {
    RegionState& r = regions_[i];
    if (!enters(r, i))
      continue;
    Entry entry = r.waiting.front();
    r.waiting.pop_front();
    bool last = i + 1 == regions_.size();
    entry.visible = now_ + r.stages + 1 + (last ? merge_delay_ : 0);
    (last ? results_ : regions_[i + 1].waiting).push_back(entry);
    if (last && has_events_) // not merged with anything
      event_entries_.push_back({entry.packet, now_ + r.stages + 1, false});
    --r.credits;
    if (i > 0)
      ++regions_[i - 1].credits; // it has been asked already in this clock
    client_.enter(entry.packet, i);
  }
}

void Timing::start(PacketId packet) {
  Outcome o = client_.outcome(packet);
  Deparse& d = deparse_;
  std::int32_t head = moves_head_ ? o.head : 0;
  std::int32_t bytes = o.tail - head;
  d = {};
  d.known = true;
  d.drop = !o.leaves;
  d.leading = head < 0;
  d.first_beat = floor_div(head, bus_);
  d.aligned = d.first_beat * bus_ == head;
  d.final_beat = floor_div(bytes == 0 ? head : o.tail - 1, bus_);
  d.beats = d.left = bytes == 0 ? 1 : (bytes - 1) / bus_ + 1;
  d.beat = d.leading ? d.first_beat + (d.aligned ? 0 : 1) : 0;
}

void Timing::look() {
  if (!deparse_.known && !results_.empty() && results_.front().visible <= now_)
    start(results_.front().packet);
}

bool Timing::can_step() const {
  bool takes = deparse_.beat >= 0 && !deparse_.input_done;
  return deparse_.known && (!takes || (!beats_.empty() && beats_.front().visible <= now_));
}

Timing::Shift Timing::step() {
  Deparse& d = deparse_;
  Shift out;
  out.valid = true;
  if (d.beat >= 0 && !d.input_done) {
    d.input_done = beats_.front().last;
    beats_.pop_front();
  }
  bool sends = !d.drop && d.left != 0;
  bool solo = sends && d.beat >= d.first_beat &&
              (d.aligned || (d.beat == d.first_beat && d.beat == d.final_beat));
  bool joins = sends && !d.aligned && d.beat > d.first_beat;
  out.flushes = joins && d.beat == d.final_beat && d.left == 2;
  out.output = {results_.front().packet, d.drop ? !d.started : d.left == d.beats, d.drop};
  out.sends = solo || joins || (d.drop && !d.started);
  d.left = out.flushes ? 0 : d.left - (solo || joins ? 1 : 0);
  d.started = true;
  ++d.beat;
  if (d.input_done && (d.drop || d.left == 0)) {
    results_.pop_front();
    ++regions_.back().credits; // it has been asked already in this clock
    d.known = false;
  }
  return out;
}

void Timing::deparse() {
  bool out_room = output_.size() < 2;
  look();
  if (moves_head_) {
    deparse_shifted(out_room);
  } else if (out_room && can_step()) {
    Shift made = step();
    if (made.sends)
      output_.push_back(made.output);
  }
}

void Timing::deparse_shifted(bool out_room) {
  bool flush_now = out_room && flush_;
  bool advance = out_room && shift_.valid && !(flush_ && shift_.sends);
  bool step_now = (!shift_.valid || advance) && can_step();
  if (flush_now)
    output_.push_back({});
  else if (out_room && shift_.valid && shift_.sends)
    output_.push_back(shift_.output);
  if (advance)
    flush_ = shift_.flushes;
  else if (out_room)
    flush_ = false;
  if (step_now)
    shift_ = step();
  else if (advance)
    shift_.valid = false;
}

// The event unit. A credit is a place of its output FIFO; what leaves in this clock gives it back
// in the next one.
void Timing::give_events(bool ready) {
  const bool credit = event_output_.size() < verilog::event_room;
  const bool leaves = !event_output_.empty() && event_output_.front() <= now_ && ready;
  if (!event_known_ && !event_entries_.empty() && event_entries_.front().visible <= now_) {
    event_known_ = true;
    event_beats_left_ = 0;
    for (const unsigned beats : client_.event_beats(event_entries_.front().packet))
      event_beats_left_ += beats;
  }
  if (event_known_ && event_beats_left_ != 0 && credit) {
    event_output_.push_back(now_ + event_delay_ + 1);
    --event_beats_left_;
    finish_events();
  } else if (event_known_ && event_beats_left_ == 0) {
    finish_events();
  }
  if (leaves)
    event_output_.pop_front();
}

// Its last beat, or nothing at all, was sent: the packet's copy may be overwritten.
void Timing::finish_events() {
  if (event_beats_left_ != 0)
    return;
  event_entries_.pop_front();
  event_known_ = false;
  if (!samples_)
    return;
  stored_beats_ -= stored_.front();
  stored_.pop_front();
}

// True if the head of the output register leaves in this clock.
bool Timing::drain(bool ready) {
  if (output_.empty())
    return false;
  const Output& out = output_.front();
  if (!out.drop && !ready)
    return false;
  if (out.first)
    client_.result(out.packet);
  return true;
}

} // namespace pw
