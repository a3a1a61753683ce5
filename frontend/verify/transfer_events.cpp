// Perf event arrays and ring buffers: what calls take, and the records that are reserved.
#include "frontend/verify/transfer.h"

#include "support/events.h"

#include <algorithm>

namespace pw::verify {

using namespace isa;

bool may_copy_packet(const Scalar& flags) {
  return ((flags.bits.value | flags.bits.mask) & BPF_F_CTXLEN_MASK) != 0;
}

bool Transfer::check_events(State& s, unsigned insn, std::uint32_t helper) {
  switch (helper) {
  case BPF_FUNC_perf_event_output: // its bytes of the packet are those of now
    if (micro_engine_)
      check_event_cpu(s, insn);
    return check_regrown(s, insn, may_copy_packet(s.reg(3).scalar));
  case BPF_FUNC_ringbuf_reserve:
    return check_reserve(s, insn);
  case BPF_FUNC_ringbuf_query: {
    const Scalar& what = s.reg(2).scalar;
    const bool known =
        what.is_constant() && what.value() != BPF_RB_CONS_POS && what.value() != BPF_RB_PROD_POS;
    if (!known)
      report_.add(diagnose("PW-EVT-004", "bpf_ringbuf_query may ask for a position")
                      .breaks("positions count the bytes of all packets since the start")
                      .limited("a constant: BPF_RB_AVAIL_DATA or BPF_RB_RING_SIZE", to_string(what))
                      .help("ask for the bytes that are there, or count events in a map"),
                  insn);
    return known;
  }
  default:
    return true;
  }
}

// A micro-engine doesn't know which CPU of the host will take its event.
void Transfer::check_event_cpu(const State& s, unsigned insn) {
  const Scalar index = zero_extend(s.reg(3).scalar, 32);
  if (!index.is(BPF_F_CURRENT_CPU))
    report_.add(diagnose("PW-NFP-159", "an event for another CPU than the current one")
                    .limited("BPF_F_CURRENT_CPU", to_string(index))
                    .help("pass BPF_F_CURRENT_CPU"),
                insn);
}

bool Transfer::never_fits(const State& s) const {
  const Scalar& size = s.reg(2).scalar;
  return !ring_takes(map(s.reg(1)).max_entries, 0, size.value());
}

bool Transfer::check_reserve(State& s, unsigned insn) {
  const Scalar& size = s.reg(2).scalar;
  const bool small = size.is_constant() && (never_fits(s) || size.value() <= max_record_bytes);
  if (!small)
    report_.add(diagnose("PW-EVT-003", "the size of a ring buffer record is not a constant, or is "
                                       "too large for the pipeline")
                    .limited(std::to_string(max_record_bytes) + " bytes", to_string(size))
                    .help("reserve a constant number of bytes, or use bpf_ringbuf_output"),
                insn);
  if (s.records.size() < max_records)
    return small;
  report_.add(diagnose("PW-EVT-003", "too many ring buffer records are open at the same time")
                  .limited(std::to_string(max_records), std::to_string(s.records.size() + 1))
                  .help("submit a record before the next one is reserved"),
              insn);
  return false;
}

Value Transfer::reserve_record(State& s) {
  if (never_fits(s))
    return Value::constant(0);
  unsigned number = 0;
  while (std::ranges::find(s.records, number, &State::Record::number) != s.records.end())
    ++number;
  s.records.push_back({number, s.reg(1).index, unsigned(s.reg(2).scalar.value()), false, false});
  Value v = Value::pointer(Kind::RecordOrNull, 0, s.reg(1).index);
  v.frame = std::uint8_t(number);
  return v;
}

bool Transfer::check_record(State& s, unsigned insn, const Value& v, std::int64_t offset,
                            unsigned bytes) {
  const auto record = std::ranges::find(s.records, unsigned(v.frame), &State::Record::number);
  const std::int64_t first = v.min_offset() + offset, last = v.max_offset() + offset + bytes;
  const std::int64_t size = record == s.records.end() ? 0 : record->bytes;
  if (first >= 0 && last <= size)
    return true;
  report_.add(
      diagnose("PW-EVT-005", "access outside of a record of ring buffer '" + map(v).name + "'")
          .limited("bytes [0, " + std::to_string(size) + ")",
                   "bytes [" + std::to_string(first) + ", " + std::to_string(last) + ")")
          .help("check the index against the size of the array"),
      insn);
  return false;
}

bool Transfer::check_records_closed(const State& s, unsigned insn, const std::string& what) {
  if (s.records.empty())
    return true;
  report_.add(diagnose("PW-EVT-001", what + " while a record of ring buffer '" +
                                         object_.maps.at(s.records.front().map).name +
                                         "' is neither submitted nor discarded")
                  .breaks("the consumer would wait for it for ever, so Linux refuses it, too")
                  .help("call bpf_ringbuf_submit or bpf_ringbuf_discard on every path"),
              insn);
  return false;
}

namespace {
// Copies of the pointer: in registers and on stacks.
template <typename Change> void change_copies(State& s, unsigned number, Change change) {
  s.each_value([&](Value& v) {
    if ((v.kind == Kind::Record || v.kind == Kind::RecordOrNull) && v.frame == number)
      change(v);
  });
}
} // namespace

// r1 is submitted or discarded: nobody may use it from now on. Those that no earlier record of the
// ring buffer keeps back are over.
void Transfer::close_record(State& s, bool submit) {
  const unsigned number = s.reg(1).frame;
  const auto closed = std::ranges::find(s.records, number, &State::Record::number);
  if (closed == s.records.end())
    return;
  (submit ? closed->submitted : closed->discarded) = true;
  const std::uint32_t map = closed->map;
  for (Frame& frame : s.frames)
    std::erase_if(frame.stack, [&](const Piece& p) {
      return (p.value.kind == Kind::Record || p.value.kind == Kind::RecordOrNull) &&
             p.value.frame == number;
    });
  change_copies(s, number, [](Value& v) { v = Value{}; });
  for (auto at = s.records.begin(); at != s.records.end();) {
    if (at->map != map)
      ++at;
    else if (!at->submitted && !at->discarded)
      return;
    else
      at = s.records.erase(at);
  }
}

void Transfer::branch_record(State& s, const Value& p, bool null) {
  const unsigned number = p.frame;
  change_copies(s, number, [&](Value& v) {
    if (null)
      v = Value::constant(0);
    else
      v.kind = Kind::Record;
  });
  if (null)
    std::erase_if(s.records, [&](const State::Record& r) { return r.number == number; });
}

} // namespace pw::verify
