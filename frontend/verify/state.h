// The abstract state of a program at one place: what each register and each stack byte may hold.
#pragma once

#include "frontend/verify/scalar.h"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace pw::verify {

enum class Kind : std::uint8_t {
  Uninit,
  Scalar,
  Packet,     // at or behind data
  PacketMeta, // at or behind data_meta
  PacketHalf, // low 32 bits of a packet pointer: only good for differences
  PacketEnd,  // data_end
  Context,
  Stack, // of the frame `frame`; offset counts from that frame's r10
  MapValue,
  MapValueOrNull,
  Record,       // memory of a ring buffer; frame = number of State::Record
  RecordOrNull, // not yet compared with NULL
  Map,
  Function, // index = first instruction of the callback
  Stale,    // was a packet pointer until a helper moved the packet
  Mixed,    // pointers of different kinds met here; not usable
  Poison,   // result of a faulty instruction: no further complaints
};

struct Value {
  Kind kind = Kind::Uninit;
  std::uint8_t frame = 0;
  std::uint32_t index = 0; // of the map or the callback
  // Values of one id belong together. Scalars: equal, but for their offsets. Packet pointers: same
  // base, so that what a comparison shows of one (range) holds for all. MapValueOrNull: null
  // together. 0: none (for packet pointers: base is data itself).
  std::uint32_t id = 0;
  std::int64_t offset = 0; // pointers: constant part; scalars: distance from others of the id
  std::int64_t range = 0;  // packet pointers: bytes from the base that were shown to be there
  Scalar scalar;           // the value of a Scalar; the variable part of a pointer

  static Value of(Scalar s) {
    Value v;
    v.kind = Kind::Scalar;
    v.scalar = s;
    return v;
  }
  static Value constant(std::uint64_t c) { return of(Scalar::constant(c)); }
  static Value pointer(Kind, std::int64_t offset = 0, std::uint32_t index = 0);
  static Value poison() {
    Value v;
    v.kind = Kind::Poison;
    return v;
  }

  bool is_scalar() const { return kind == Kind::Scalar; }
  bool is_packet() const { return kind == Kind::Packet || kind == Kind::PacketMeta; }
  bool is_pointer() const { return kind >= Kind::Packet && kind <= Kind::Function; }
  bool is_null() const { return is_scalar() && scalar.is(0); }
  bool constant_offset() const { return scalar.is(0); }
  // Signed bounds of offset + variable part.
  std::int64_t min_offset() const { return offset + scalar.all.smin; }
  std::int64_t max_offset() const { return offset + scalar.all.smax; }
  bool operator==(const Value&) const = default;
};
const char* kind_name(Kind);

// What was stored last at [offset, offset + bytes) of a frame (offset < 0, from r10). Bytes in no
// piece: unknown numbers. Pieces never overlap; a pointer is always an aligned piece of 8 bytes.
struct Piece {
  int offset = 0;
  unsigned bytes = 0;
  Value value;
  bool operator==(const Piece&) const = default;
};

struct Frame {
  std::array<Value, 11> regs;
  std::vector<Piece> stack; // ascending
  bool operator==(const Frame&) const = default;
};

// A packet pointer plus a variable number. Made once more it is the same base, of which as much is
// shown to be there.
struct Sum {
  Kind kind = Kind::Packet;
  std::uint32_t base = 0, number = 0, id = 0; // of the pointer, the number and the result
  std::int64_t range = 0;
  bool operator==(const Sum&) const = default;
};

struct State {
  std::vector<Frame> frames;   // [0] = the program, back() = the subprogram that runs
  unsigned metadata = 0;       // most bytes of it that there can be
  bool packet_written = false; // maybe; so are the next two
  bool tail_shrunk = false;
  bool tail_regrown = false;                          // over received bytes
  unsigned head_grown = 0;       // tc: by how many bytes at most, all growth together
  bool head_changed = false;     // tc: maybe by bpf_skb_change_head: the network header stayed
  unsigned least_tail_calls = 0, most_tail_calls = 0; // made so far

  std::vector<Sum> sums;

  struct Lock { // of the map value with this id
    std::uint32_t map = 0, id = 0;
    bool operator==(const Lock&) const = default;
  };
  std::optional<Lock> lock; // bpf_spin_lock is held

  // Reserved in a ring buffer, in this order. What is done while an earlier one of the map is not
  // stays until that is.
  struct Record {
    unsigned number = 0; // of the place that its bytes have: no two of one number
    std::uint32_t map = 0;
    unsigned bytes = 0;
    bool submitted = false, discarded = false;
    bool operator==(const Record&) const = default;
  };
  std::vector<Record> records;

  // From now on `range` bytes from the base of these packet pointers are there.
  void show(Kind, std::uint32_t id, std::int64_t range);

  Frame& top() { return frames.back(); }
  const Frame& top() const { return frames.back(); }
  Value& reg(unsigned r) { return top().regs[r]; }
  const Value& reg(unsigned r) const { return top().regs[r]; }
  template <class F> void each_value(F f) {
    for (Frame& frame : frames) {
      for (Value& v : frame.regs)
        f(v);
      for (Piece& p : frame.stack)
        f(p.value);
    }
  }
  bool operator==(const State&) const = default;
};

// Stack accesses at a known offset; those at a variable one give up what is in [offset, offset +
// bytes).
void write_stack(Frame&, int offset, unsigned bytes, const Value&);
void forget_stack(Frame&, int offset, unsigned bytes);
Value read_stack(const Frame&, int offset, unsigned bytes);
const Piece* find_pointer(const Frame&, int offset,
                          unsigned bytes); // a pointer that overlaps, else nullptr
bool has_pointer(const Frame&, int offset, unsigned bytes);

// Which values matter behind the place where states meet.
struct Live {
  std::vector<std::uint16_t> regs; // per frame, bit r = register r
  std::vector<std::function<bool(int offset)>>
      slots; // per frame: may the 8-byte slot still be read?
  std::vector<int>
      shared_from;           // per frame: from this offset on, memory may be read through pointers
  bool exact_places = false; // pointers into map values are joined only if their offsets agree
};
void drop_dead(State&, const Live&);

// Ids of joined values: a pair of ids (and distance of offsets) becomes one new id.
class IdJoiner {
public:
  explicit IdJoiner(std::uint32_t& next) : next_(next) {}
  std::uint32_t joined(Kind, std::uint32_t a, std::uint32_t b, std::int64_t distance);

private:
  std::uint32_t& next_;
  std::map<std::tuple<Kind, std::uint32_t, std::uint32_t, std::int64_t>, std::uint32_t> pairs_;
};

// Can these be one state (kinds agree wherever a pointer is live)? If so a becomes their union.
bool joinable(const State& a, const State& b, const Live&);
void join_into(State& a, const State& b, const Live&, std::uint32_t& next_id);
bool same_knowledge(const State& a, const State& b); // equal up to the naming of ids

} // namespace pw::verify
