// What one instruction makes of a state, and what it complains about. A pure function of the state,
// so that the lifter can run it again to learn what is known before each instruction.
#pragma once

#include "frontend/verify/helpers.h"
#include "frontend/verify/report.h"
#include "frontend/verify/state.h"

namespace pw::verify {

inline constexpr int stack_bytes = 512;            // of all frames on the stack together
inline constexpr int element_key = -stack_bytes;   // where a callback of for_each finds its key
inline constexpr unsigned max_record_bytes = 1024; // of what is reserved in a ring buffer
inline constexpr unsigned max_records = 8;         // reserved at the same time

// Which borders of the packet (or of the metadata) an access may cross, for all that is known: they
// are checked when the packet is there.
struct PacketCheck {
  bool low = false, high = false;
  bool needed() const { return low || high; }
};
PacketCheck packet_check(const Value& pointer, std::int64_t offset, std::int64_t bytes);

// The bytes of a frame that a stack access may touch: [first, first + bytes).
struct StackRange {
  int first = 0;
  unsigned bytes = 0;
};
StackRange stack_range(const Value& pointer, std::int64_t offset, unsigned bytes);

// Key and entries of a map as the program sees it: of one inner map where they are joined.
unsigned key_bytes(const MapDefinition&);
unsigned entries(const MapDefinition&);

// A printk format that could be read out of constant memory.
struct TraceFormat {
  std::string text;
  unsigned arguments = 0;
};

// May these flags of bpf_perf_event_output ask for bytes of the packet?
bool may_copy_packet(const Scalar& flags);

class Transfer {
public:
  // micro_engine: VerifyOptions::micro_engine.
  Transfer(const Object&, const Program&, const isa::Code&, Report&, bool micro_engine);

  // All but Jump, Exit, CallLocal, bpf_loop and bpf_tail_call, which the explorer sees to.
  void step(State&, unsigned insn);
  // Narrows the state to where the jump goes the way of `taken`; false: it never does.
  bool branch(State&, unsigned insn, const isa::Jump&, bool taken);
  bool check_loop_call(State&, unsigned insn);      // arguments of bpf_loop or for_each_map_elem
  std::uint64_t rounds_of_walk(const State&) const; // for_each: entries of the map in r1
  Value element_of_walk(const State&);              // and a pointer to a value of it
  bool check_tail_call(State&, unsigned insn);      // likewise
  // Programs that a tail call in this state may go to, and by which slots.
  std::map<std::string, std::vector<std::uint32_t>> tail_targets(const State&) const;
  // Look-ups in maps of maps, likewise.
  bool looks_up_map(const State&) const; // by what r1 holds
  bool check_map_choice(State&, unsigned insn);
  std::vector<Value> inner_maps(const State&) const; // what the slots may hold
  void check_exit(State&, unsigned insn);
  // Of the reservation that a call in this state asks for: does it never fit into the ring buffer?
  bool never_fits(const State&) const;
  Value reserve_record(State&); // what it gives, if it is there
  std::uint32_t& next_id() { return next_id_; }

  // Text of the format argument of bpf_trace_printk, when it can be known.
  std::optional<TraceFormat> trace_format(const State&) const;
  // Text of constant memory up to a NUL within its map.
  std::optional<std::string> constant_string(const State&, const Value&) const;
  // Value of `bytes` bytes of constant memory or of known stack; nullopt if not known.
  std::optional<std::uint64_t> constant_memory(const State&, const Value&, std::int64_t offset,
                                               unsigned bytes) const;
  // Bytes of the memory that a pointer argument gives, with the size that follows it.
  void finish_call(State&, const Value& result);

private:
  // alu
  void alu(State&, unsigned insn, const isa::Alu&);
  void move(State&, unsigned insn, const isa::Alu&);
  void byte_swap(State&, unsigned insn, const isa::ByteSwap&);
  Value scalar_alu(const isa::Alu&, const Value& dst, const Value& src) const;
  Value pointer_alu(State&, unsigned insn, const isa::Alu&, const Value& dst, const Value& src);
  Value pointer_plus(State&, unsigned insn, const Value& pointer, const Value& by, bool subtract);
  void add_number(State&, Value& pointer, const Value& by, bool subtract);
  void name_number(Value&); // gives a number without an id one
  Value packet_distance(bool is64, const Value&, const Value&);
  Value stack_distance(unsigned insn, const Value&, const Value&);
  // memory
  void load(State&, unsigned insn, const isa::Load&);
  void store(State&, unsigned insn, const isa::Store&);
  void atomic(State&, unsigned insn, const isa::Atomic&);
  Value load_context(unsigned insn, std::int64_t offset, unsigned bytes);
  Value load_map(unsigned insn, const Value& base, std::int64_t offset, unsigned bytes);
  Value load_stack(State&, unsigned insn, const Value& base, std::int64_t offset, unsigned bytes);
  void store_stack(State&, unsigned insn, const Value& base, std::int64_t offset, unsigned bytes,
                   const Value&);
  // Is [offset, offset + bytes) behind base memory that may be read (written)? Reports if not.
  bool access(State&, unsigned insn, const Value& base, std::int64_t offset, unsigned bytes,
              bool write);
  bool access_stack(State&, unsigned insn, const Value&, std::int64_t offset, unsigned bytes);
  bool access_map(unsigned insn, const Value&, std::int64_t offset, unsigned bytes, bool write);
  bool access_packet(State&, unsigned insn, const Value&, std::int64_t offset, unsigned bytes,
                     bool write);
  void refuse_access(unsigned insn, const Value&);
  void store_context(unsigned insn, std::int64_t offset, unsigned bytes, const Value&);
  // transfer_skb.cpp
  Value load_skb(unsigned insn, std::int64_t offset, unsigned bytes);
  void store_skb(unsigned insn, std::int64_t offset, unsigned bytes, const Value&);
  void load_packet(State&, unsigned insn, const isa::LoadPacket&);
  bool check_skb_moves(State&, unsigned insn, std::uint32_t helper);
  bool check_growth(State&, unsigned insn, std::uint32_t helper);
  bool check_mac_header(State&, unsigned insn, std::uint32_t helper);
  void note_skb(State&, std::uint32_t helper);
  // branch
  bool branch_scalars(State&, const isa::Jump&, bool taken, Value a, Value b);
  bool branch_null(State&, const isa::Jump&, bool taken, const Value&);
  bool branch_packet(State&, const isa::Jump&, bool taken, const Value&, const Value&);
  // calls
  void call(State&, unsigned insn, const isa::CallHelper&);
  void refuse_helper(unsigned insn, std::uint32_t id);
  bool check_arguments(State&, unsigned insn, const HelperSignature&);
  bool check_argument(State&, unsigned insn, const HelperSignature&, unsigned index);
  bool check_memory(State&, unsigned insn, unsigned index, bool write, bool may_be_null);
  bool check_map(unsigned insn, std::uint32_t helper, const Value&); // transfer_maps.cpp
  bool check_changeable(unsigned insn, const MapDefinition&);
  bool check_fixed_memory(State&, unsigned insn, const Value&, unsigned bytes);
  bool check_written_memory(State&, unsigned insn, const Value&, unsigned bytes);
  bool check_lock_argument(State&, unsigned insn, const Value&);
  bool check_spin_lock(State&, unsigned insn, std::uint32_t helper);
  bool check_unlocked(const State&, unsigned insn, const std::string& what);
  bool check_mtu_argument(State&, unsigned insn, const Value&);
  bool check_special(State&, unsigned insn, std::uint32_t helper);
  // transfer_events.cpp
  bool check_events(State&, unsigned insn, std::uint32_t helper);
  void check_event_cpu(const State&, unsigned insn);
  bool check_reserve(State&, unsigned insn);
  bool check_record(State&, unsigned insn, const Value&, std::int64_t offset, unsigned bytes);
  bool check_records_closed(const State&, unsigned insn, const std::string& what);
  void close_record(State&, bool submit);
  void branch_record(State&, const Value&, bool null);
  bool check_trace(State&, unsigned insn);
  bool check_probe_source(State&, unsigned insn, const Value&, unsigned bytes);
  bool check_string(const State&, unsigned insn, const Value&);
  void call_kernel(State&, unsigned insn, const isa::CallKfunc&);
  bool check_metadata_call(State&, unsigned insn, const std::string& name);
  bool check_redirect_map(State&, unsigned insn);
  bool check_moves(State&, unsigned insn, std::uint32_t helper);
  bool check_regrown(const State&, unsigned insn, bool reads);
  void note_packet(State&, std::uint32_t helper);
  Value call_result(State&, const HelperSignature&);
  Value lookup_result(State&);

  Value use(const State&, unsigned insn, isa::Register); // reports uninitialised ones
  Value use(const State&, unsigned insn, const isa::Operand&);
  void refine(State&, const Value& old, const Scalar&, std::optional<isa::Register>);
  const MapDefinition& map(const Value& v) const { return object_.maps.at(v.index); }
  bool check_inner_changes(unsigned insn, const MapDefinition&);
  bool tc() const { return program_.type == ProgramType::Tc; }

  const Object& object_;
  const Program& program_;
  const isa::Code& code_;
  Report& report_;
  bool micro_engine_;
  std::uint32_t next_id_ = 1;
};

} // namespace pw::verify
