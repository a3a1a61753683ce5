#include "frontend/verify/reasons.h"
#include "frontend/verify/trace_format.h"
#include "frontend/verify/transfer.h"
#include "support/fib.h"

#include <linux/pkt_cls.h>

#include <algorithm>
#include <cerrno>

namespace pw::verify {

using namespace isa;

namespace {

bool is_array(bpf_map_type t) { return t == BPF_MAP_TYPE_ARRAY || t == BPF_MAP_TYPE_PERCPU_ARRAY; }

std::string register_name(unsigned index) { return "r" + std::to_string(index + 1); }

constexpr unsigned max_moved_metadata = 32;
constexpr unsigned max_dynamic_bytes = 512; // of memory arguments whose size is not constant

} // namespace

void Transfer::finish_call(State& s, const Value& result) {
  for (unsigned r = 1; r <= 5; ++r)
    s.reg(r) = Value{};
  s.reg(0) = result;
}

void Transfer::refuse_helper(unsigned insn, std::uint32_t id) {
  const std::string name = helper_name(id);
  if (name.empty())
    report_.add(diagnose("PW-CALL-001", "unknown helper function " + std::to_string(id))
                    .limited("helpers 1 to 211", std::to_string(id)),
                insn);
  else if (!(tc() ? allowed_for_tc(id) : allowed_for_xdp(id)))
    report_.add(diagnose("PW-CALL-003",
                         "helper " + name + " is not for " + (tc() ? "tc" : "XDP") + " programs")
                    .breaks("Linux refuses it in a program of this type, too"),
                insn);
  else
    report_.add(diagnose("PW-CALL-002", "helper " + name + " is not supported")
                    .breaks(reason_against(id).why)
                    .help(reason_against(id).remedy),
                insn);
}

namespace {
void forget_packet(State& s) {
  s.sums.clear();
  s.each_value([](Value& v) {
    if (!v.is_packet() && v.kind != Kind::PacketEnd)
      return;
    v.kind = Kind::Stale; // where it points is still known, but not what is there
    v.id = 0;
    v.range = 0;
  });
}
} // namespace

void Transfer::call(State& s, unsigned insn, const CallHelper& c) {
  const HelperSignature* sig = signature(c.id);
  if (!sig || !(tc() ? allowed_for_tc(c.id) : allowed_for_xdp(c.id))) {
    refuse_helper(insn, c.id);
    return finish_call(s, Value::poison());
  }
  // All arguments are looked at, so that all that is wrong is told at once.
  bool good = check_arguments(s, insn, *sig);
  good = good && check_special(s, insn, c.id);
  const Value result = good ? call_result(s, *sig) : Value::poison();
  if (sig->moves_packet)
    forget_packet(s);
  if (good)
    note_packet(s, c.id);
  finish_call(s, result);
}

bool Transfer::check_arguments(State& s, unsigned insn, const HelperSignature& sig) {
  if (sig.id != BPF_FUNC_spin_unlock && !check_unlocked(s, insn, "call of " + helper_name(sig.id)))
    return false;
  if (sig.id == BPF_FUNC_trace_printk) // the format says how many there are
    return check_trace(s, insn);
  bool good = true;
  for (unsigned i = 0; i < 5 && sig.arguments[i] != Argument::None; ++i)
    good &= check_argument(s, insn, sig, i);
  return good;
}

bool Transfer::check_argument(State& s, unsigned insn, const HelperSignature& sig, unsigned i) {
  const Value v = use(s, insn, Register(i + 1));
  if (v.kind == Kind::Poison)
    return false;
  const auto expect = [&](bool good, const char* what) {
    if (!good)
      report_.add(diagnose("PW-CALL-004", "argument " + std::to_string(i + 1) + " of " +
                                              helper_name(sig.id) + " is " + kind_name(v.kind))
                      .limited(what, kind_name(v.kind)),
                  insn);
    return good;
  };
  switch (sig.arguments[i]) {
  case Argument::Any:
  case Argument::Size:
  case Argument::SizeOrZero:
    return expect(v.is_scalar(), "a number");
  case Argument::Context:
    return expect(v.kind == Kind::Context, "the context pointer");
  case Argument::Map:
    return expect(v.kind == Kind::Map, "a map") && check_map(insn, sig.id, v);
  case Argument::Key: {
    const Value& m = s.reg(Register(i));
    if (m.kind != Kind::Map)
      return false;
    if (!v.is_pointer() || v.kind == Kind::Context)
      return expect(false, "a pointer to memory");
    return check_fixed_memory(s, insn, v, key_bytes(map(m)));
  }
  case Argument::MapValue: {
    const Value& m = s.reg(1);
    if (m.kind != Kind::Map)
      return false;
    if (!v.is_pointer() || v.kind == Kind::Context)
      return expect(false, "a pointer to memory");
    return check_fixed_memory(s, insn, v, map(m).value_size);
  }
  case Argument::MapValueOut: {
    if (s.reg(1).kind != Kind::Map)
      return false;
    if (!v.is_pointer() || v.kind == Kind::Context)
      return expect(false, "a pointer to memory");
    // What is asked of a Bloom filter is a value.
    return map(s.reg(1)).type == BPF_MAP_TYPE_BLOOM_FILTER
               ? check_fixed_memory(s, insn, v, map(s.reg(1)).value_size)
               : check_written_memory(s, insn, v, map(s.reg(1)).value_size);
  }
  case Argument::Lock:
    return expect(v.kind == Kind::MapValue || v.kind == Kind::MapValueOrNull, "a map value") &&
           check_lock_argument(s, insn, v);
  case Argument::MtuLength:
    return expect(v.is_pointer() && v.kind != Kind::Context, "a pointer to memory") &&
           check_mtu_argument(s, insn, v);
  case Argument::Memory:
    return check_memory(s, insn, i, false, false);
  case Argument::MemoryOrNull:
    return check_memory(s, insn, i, false, true);
  case Argument::MemoryOut:
    return check_memory(s, insn, i, true, false);
  case Argument::FibLookup:
    return expect(v.is_pointer() && v.kind != Kind::Context && !v.is_packet(),
                  "a pointer to the stack or a map value") &&
           check_memory(s, insn, i, true, false);
  case Argument::Callback:
    return expect(v.kind == Kind::Function, "a function");
  case Argument::StackPointerOrNull:
    return expect(v.kind == Kind::Stack || v.is_null(), "a stack pointer or NULL");
  case Argument::Record:
    return expect(v.kind == Kind::Record && v.offset == 0 && v.constant_offset(),
                  "the start of a ring buffer record");
  case Argument::Source:
    return s.reg(2).is_scalar() && s.reg(2).scalar.all.umax <= max_dynamic_bytes &&
           check_probe_source(s, insn, v, unsigned(s.reg(2).scalar.all.umax));
  case Argument::ConstantString:
    return check_string(s, insn, v);
  case Argument::None:
    break;
  }
  return true;
}

bool Transfer::check_memory(State& s, unsigned insn, unsigned i, bool write, bool may_be_null) {
  const Value v = use(s, insn, Register(i + 1)), size = use(s, insn, Register(i + 2));
  if (!size.is_scalar())
    return false; // told with the next argument
  if (v.is_null() && may_be_null && size.scalar.is(0))
    return true;
  const std::uint64_t bytes = size.scalar.all.umax;
  if (bytes > max_dynamic_bytes) {
    report_.add(diagnose("PW-CALL-008",
                         "the size in " + register_name(i + 1) + " has no small enough bound")
                    .limited(std::to_string(max_dynamic_bytes) + " bytes", to_string(size.scalar))
                    .help("check the size against a bound before the call"),
                insn);
    return false;
  }
  if (bytes == 0)
    return true;
  if (!access(s, insn, v, 0, unsigned(bytes), write))
    return false;
  if (v.kind != Kind::Stack)
    return true;
  const StackRange r = stack_range(v, 0, unsigned(bytes));
  if (has_pointer(s.frames[v.frame], r.first, r.bytes))
    report_.add(diagnose("PW-STK-002", "a helper is given stack memory that holds a pointer"),
                insn);
  if (write)
    forget_stack(s.frames[v.frame], r.first, r.bytes);
  return true;
}

bool Transfer::check_special(State& s, unsigned insn, std::uint32_t helper) {
  switch (helper) {
  case BPF_FUNC_redirect_map:
    return check_redirect_map(s, insn);
  case BPF_FUNC_fib_lookup:
    return check_fib_lookup(s, insn);
  case BPF_FUNC_spin_lock:
  case BPF_FUNC_spin_unlock:
    return check_spin_lock(s, insn, helper);
  case BPF_FUNC_xdp_adjust_head:
  case BPF_FUNC_xdp_adjust_tail:
  case BPF_FUNC_xdp_load_bytes:
    return check_moves(s, insn, helper);
  case BPF_FUNC_skb_load_bytes:
  case BPF_FUNC_skb_load_bytes_relative:
  case BPF_FUNC_skb_store_bytes:
  case BPF_FUNC_l3_csum_replace:
  case BPF_FUNC_l4_csum_replace:
  case BPF_FUNC_skb_vlan_push:
  case BPF_FUNC_skb_vlan_pop:
  case BPF_FUNC_skb_change_proto:
  case BPF_FUNC_skb_change_tail:
  case BPF_FUNC_skb_change_head:
  case BPF_FUNC_skb_adjust_room:
    return check_skb_moves(s, insn, helper);
  default:
    return check_events(s, insn, helper);
  }
}

bool Transfer::check_redirect_map(State& s, unsigned insn) {
  const Scalar flags = s.reg(3).scalar;
  const bpf_map_type type = map(s.reg(1)).type;
  const bool devmap = type == BPF_MAP_TYPE_DEVMAP || type == BPF_MAP_TYPE_DEVMAP_HASH;
  const std::uint64_t may_set = flags.bits.value | flags.bits.mask;
  if (!devmap || !(may_set & BPF_F_BROADCAST))
    return true;
  report_.add(diagnose("PW-CALL-011", "bpf_redirect_map is asked to broadcast")
                  .breaks("one packet in is one packet out, with the map and the flags beside it: "
                          "who takes it sends it to every interface of the map")
                  .limited("flags without BPF_F_BROADCAST", to_string(flags))
                  .warning(),
              insn);
  return true;
}

// What the tables that the host fills can answer (support/fib.h).
bool Transfer::check_fib_lookup(State& s, unsigned insn) {
  const Scalar size = s.reg(3).scalar, flags = s.reg(4).scalar;
  const std::uint64_t may_set = (flags.bits.value | flags.bits.mask) & fib::all_flags;
  const bool known = (may_set & ~std::uint64_t{fib::modelled_flags}) == 0;
  if (!known)
    report_.add(diagnose("PW-CALL-016", "bpf_fib_lookup may be asked for a table by its number "
                                        "(BPF_FIB_LOOKUP_TBID) or for a source address "
                                        "(BPF_FIB_LOOKUP_SRC)")
                    .breaks("the routes in hardware are those that the kernel finds without both")
                    .limited("DIRECT, OUTPUT, SKIP_NEIGH and MARK", to_string(flags))
                    .help("pass constant flags without them"),
                insn);
  if (!size.is_constant())
    report_.add(diagnose("PW-CALL-016", "the size of struct bpf_fib_lookup is not a constant")
                    .limited("a constant", to_string(size))
                    .help("pass sizeof"),
                insn);
  return known && size.is_constant();
}

bool Transfer::check_moves(State& s, unsigned insn, std::uint32_t helper) {
  if (helper == BPF_FUNC_xdp_adjust_head && s.metadata > max_moved_metadata) {
    report_.add(diagnose("PW-PKT-004", "the head is moved with too much metadata in front of it")
                    .breaks("metadata moves along with the head of the packet")
                    .limited(std::to_string(max_moved_metadata) + " bytes",
                             "up to " + std::to_string(s.metadata))
                    .help("move the head first, or ask for a small constant number of bytes"),
                insn);
    return false;
  }
  const bool may_grow = s.reg(2).scalar.low.smax > 0;
  if (helper == BPF_FUNC_xdp_adjust_tail && may_grow && s.tail_shrunk && s.packet_written) {
    report_.add(diagnose("PW-PKT-005", "the tail grows over bytes that were cut off before, and "
                                       "the packet was written")
                    .breaks("what was written and cut off would have to become zeros")
                    .help("move the tail first, and once"),
                insn);
    return false;
  }
  return check_regrown(s, insn, helper == BPF_FUNC_xdp_load_bytes);
}

// Bytes that were cut off and grown again are zeros, but the received ones are what hardware reads.
bool Transfer::check_regrown(const State& s, unsigned insn, bool reads) {
  if (!reads || !s.tail_regrown)
    return true;
  report_.add(diagnose("PW-PKT-005", "the packet is read after its tail was cut off and has grown "
                                     "again")
                  .breaks("received bytes would have to become zeros")
                  .help("read the packet first, or move the tail once"),
              insn);
  return false;
}

// What later calls must know of this one, which moves or writes the packet.
void Transfer::note_packet(State& s, std::uint32_t helper) {
  const Interval32 by = s.reg(2).scalar.low;
  switch (helper) {
  case BPF_FUNC_xdp_adjust_head: // metadata is written to a new place
    s.packet_written |= s.metadata > 0;
    break;
  case BPF_FUNC_xdp_store_bytes:
    s.packet_written = true;
    break;
  case BPF_FUNC_xdp_adjust_meta:
    if (by.smin < 0)
      s.metadata = unsigned(std::min(std::int64_t{252}, s.metadata - std::int64_t{by.smin}));
    break;
  case BPF_FUNC_xdp_adjust_tail:
    s.tail_regrown |= s.tail_shrunk && by.smax > 0;
    s.tail_shrunk |= by.smin < 0;
    break;
  case BPF_FUNC_ringbuf_submit:
  case BPF_FUNC_ringbuf_discard:
    close_record(s, helper == BPF_FUNC_ringbuf_submit);
    break;
  default:
    note_skb(s, helper);
    break;
  }
}

std::optional<TraceFormat> Transfer::trace_format(const State& s) const {
  const Value &text = s.reg(1), &size = s.reg(2);
  if (!size.is_scalar() || !size.scalar.is_constant() || size.scalar.value() > 512)
    return std::nullopt;
  TraceFormat format;
  for (std::uint64_t i = 0; i < size.scalar.value(); ++i) {
    const auto byte = constant_memory(s, text, std::int64_t(i), 1);
    if (!byte)
      return std::nullopt;
    if (*byte == 0)
      break;
    format.text += char(*byte);
  }
  const auto count = count_conversions(format.text);
  if (!count)
    return std::nullopt;
  format.arguments = *count;
  return format;
}

bool Transfer::check_trace(State& s, unsigned insn) {
  const bool memory = check_memory(s, insn, 0, false, false);
  if (!memory || use(s, insn, Register(1)).kind == Kind::Poison)
    return false;
  const auto format = trace_format(s);
  if (!format) {
    report_.add(diagnose("PW-CALL-010",
                         "the format of bpf_trace_printk is not a constant, or has "
                         "conversions other than %d %i %u %x %X %c and %p (l, ll) and %%")
                    .help("use a literal format with at most three numbers"),
                insn);
    return false;
  }
  bool good = true;
  for (unsigned i = 0; i < format->arguments; ++i) {
    const Value v = use(s, insn, Register(3 + i));
    if (v.is_scalar())
      continue;
    good = false;
    if (v.kind != Kind::Poison)
      report_.add(
          diagnose("PW-CALL-004", std::string("bpf_trace_printk is to print ") + kind_name(v.kind))
              .limited("numbers", kind_name(v.kind)),
          insn);
  }
  return good;
}

Value Transfer::lookup_result(State& s) {
  const Value m = s.reg(1), key = s.reg(2);
  const MapDefinition& definition = map(m);
  if (definition.inner) // the explorer's
    return Value::poison();
  Value v = Value::pointer(Kind::MapValueOrNull, 0, m.index);
  // Linux (from 6.14) takes a lookup with a constant key below max_entries in an array as found.
  if (is_array(definition.type)) {
    const auto k = constant_memory(s, key, 0, 4);
    if (k && *k < entries(definition))
      v.kind = Kind::MapValue;
  }
  v.id = v.kind == Kind::MapValue && !definition.spin_lock ? 0 : next_id_++;
  return v;
}

Value Transfer::call_result(State& s, const HelperSignature& sig) {
  switch (sig.result) {
  case Result::MapValueOrNull:
    return lookup_result(s);
  case Result::Verdict:
    return Value::of(tc() ? Scalar::unsigned_range(TC_ACT_SHOT, TC_ACT_REDIRECT)
                          : Scalar::unsigned_range(0, 4));
  case Result::Length:
    return Value::of(Scalar::unsigned_range(14, 65535));
  case Result::Nothing:
    return Value{};
  case Result::RecordOrNull:
    return reserve_record(s);
  case Result::Number:
    break;
  }
  switch (sig.id) {
  case BPF_FUNC_trace_printk: { // the length of the line: known if it is always the same
    const auto format = trace_format(s);
    const bool fixed = format && format->text.find('%') == std::string::npos;
    return fixed ? Value::constant(format->text.size()) : Value{};
  }
  case BPF_FUNC_get_numa_node_id:
    return Value::constant(0);
  case BPF_FUNC_strncmp:
    return Value::of(Scalar::signed_range(-1, 1));
  case BPF_FUNC_get_prandom_u32:
  case BPF_FUNC_get_smp_processor_id:
    return Value::of(Scalar::unsigned_range(0, 0xffffffff));
  case BPF_FUNC_csum_diff:
    return Value::of(Scalar::unsigned_range(0, 0xffff));
  case BPF_FUNC_check_mtu:
    return Value::of(Scalar::signed_range(-95, 1));
  case BPF_FUNC_fib_lookup:
    return Value::of(Scalar::signed_range(-EAFNOSUPPORT, BPF_FIB_LKUP_RET_NO_SRC_ADDR));
  case BPF_FUNC_probe_read_kernel:
  case BPF_FUNC_map_update_elem:
  case BPF_FUNC_map_delete_elem:
  case BPF_FUNC_map_push_elem:
  case BPF_FUNC_map_pop_elem:
  case BPF_FUNC_map_peek_elem:
  case BPF_FUNC_perf_event_output:
  case BPF_FUNC_ringbuf_output:
  case BPF_FUNC_xdp_adjust_head:
  case BPF_FUNC_xdp_adjust_meta:
  case BPF_FUNC_xdp_adjust_tail:
  case BPF_FUNC_xdp_load_bytes:
  case BPF_FUNC_xdp_store_bytes:
  case BPF_FUNC_skb_load_bytes:
  case BPF_FUNC_skb_load_bytes_relative:
  case BPF_FUNC_skb_store_bytes:
  case BPF_FUNC_l3_csum_replace:
  case BPF_FUNC_l4_csum_replace:
  case BPF_FUNC_skb_pull_data:
  case BPF_FUNC_skb_vlan_pop:
  case BPF_FUNC_skb_change_type:
    return Value::of(Scalar::signed_range(-95, 0));
  default:
    return Value::of(Scalar{});
  }
}

bool Transfer::check_loop_call(State& s, unsigned insn) {
  const auto& call = std::get<CallHelper>(*code_[insn]);
  if (!check_arguments(s, insn, *signature(call.id)))
    return false;
  if (!s.reg(4).scalar.is(0)) {
    report_.add(diagnose("PW-CALL-012", helper_name(call.id) + " takes no flags")
                    .limited("0", to_string(s.reg(4).scalar)),
                insn);
    return false;
  }
  return true;
}

} // namespace pw::verify
