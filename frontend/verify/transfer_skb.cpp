// What only tc programs do: fields of struct __sk_buff, helpers that move the borders of the
// packet, LD_ABS and LD_IND.
#include "frontend/verify/skb.h"
#include "frontend/verify/transfer.h"

#include <algorithm>

namespace pw::verify {

using namespace isa;

namespace {

Value below(unsigned bits) {
  return bits >= 64 ? Value::of(Scalar{})
                    : Value::of(Scalar::unsigned_range(0, (std::uint64_t{1} << bits) - 1));
}

std::string access_text(std::int64_t offset, unsigned bytes) {
  return std::to_string(bytes) + " bytes at " + std::to_string(offset);
}

unsigned bits_of(const SkbPlace& p) {
  switch (p.source) {
  case SkbSource::Field:
    return skb_fields[unsigned(p.field)].bits;
  case SkbSource::Length:
  case SkbSource::WireLength:
    return 16;
  case SkbSource::VlanPresent:
  case SkbSource::Zero:
    return 1;
  default:
    return 64;
  }
}

} // namespace

Value Transfer::load_skb(unsigned insn, std::int64_t offset, unsigned bytes) {
  const auto place = skb_place(offset, bytes, false);
  if (!place) {
    const std::string name = refused_skb_field(offset);
    if (name.empty())
      report_.add(diagnose("PW-VER-010", "the context has no such field")
                      .limited("fields of struct __sk_buff that tc programs may read",
                               access_text(offset, bytes)),
                  insn);
    else
      report_.add(diagnose("PW-VER-016", "ctx->" + name + " is read")
                      .breaks("the host's sockets are not in hardware"),
                  insn);
    return Value::poison();
  }
  switch (place->source) {
  case SkbSource::Data:
    return Value::pointer(Kind::Packet);
  case SkbSource::DataEnd:
    return Value::pointer(Kind::PacketEnd);
  case SkbSource::DataMeta:
    return Value::pointer(Kind::PacketMeta);
  default:
    return below(offset == place->first ? std::min(8 * bytes, bits_of(*place)) : 8 * bytes);
  }
}

void Transfer::store_skb(unsigned insn, std::int64_t offset, unsigned bytes, const Value& v) {
  if (!skb_place(offset, bytes, true))
    report_.add(diagnose("PW-VER-011", "the context is written")
                    .breaks("tc programs may write mark, priority, tc_index, tc_classid, "
                            "queue_mapping, tstamp (as a whole) and cb")
                    .limited("such a field", access_text(offset, bytes)),
                insn);
  else if (v.is_pointer())
    report_.add(diagnose("PW-VER-014", std::string(kind_name(v.kind)) + " is stored in the context")
                    .breaks("addresses have no numbers in hardware"),
                insn);
}

// Outside of the packet the program ends with TC_ACT_OK (lift_skb.cpp).
void Transfer::load_packet(State& s, unsigned insn, const LoadPacket& x) {
  const Value context = use(s, insn, Register(6));
  const Value index = x.index ? use(s, insn, *x.index) : Value::constant(0);
  bool good =
      index.is_scalar() && check_unlocked(s, insn, "LD_ABS") &&
              check_records_closed(s, insn, "LD_ABS") && check_regrown(s, insn, true);
  const auto refuse = [&](const Diagnostic& d) {
    report_.add(d, insn);
    good = false;
  };
  if (!tc())
    refuse(diagnose("PW-PKT-006", "LD_ABS and LD_IND are not for XDP programs")
               .help("read the packet through ctx->data"));
  else if (s.frames.size() > 1)
    refuse(diagnose("PW-PKT-008", "LD_ABS or LD_IND in a subprogram")
               .breaks("behind the packet's end it leaves the subprogram only")
               .help("use bpf_skb_load_bytes"));
  else if (context.kind != Kind::Context && context.kind != Kind::Poison)
    refuse(diagnose("PW-CALL-004", std::string("r6 of LD_ABS is ") + kind_name(context.kind))
               .limited("the context pointer", kind_name(context.kind)));
  finish_call(s, good ? below(8 * x.bytes) : Value::poison());
}

namespace {

// By how many bytes a helper makes the head grow at most.
unsigned growth(const State& s, std::uint32_t helper) {
  const auto number = [&](Register r) { return s.reg(r).scalar.low; };
  switch (helper) {
  case BPF_FUNC_skb_vlan_push: // the tag that was beside the packet
    return 4;
  case BPF_FUNC_skb_change_proto:
    return 20;
  case BPF_FUNC_skb_change_head:
    return unsigned(std::clamp<std::int64_t>(number(2).smax, 0, 1 << 20));
  case BPF_FUNC_skb_adjust_room:
    return unsigned(std::clamp<std::int64_t>(number(2).smax, 0, 4095));
  default:
    return 0;
  }
}

bool moves_header(std::uint32_t helper) {
  return helper == BPF_FUNC_skb_vlan_push || helper == BPF_FUNC_skb_vlan_pop ||
         helper == BPF_FUNC_skb_change_proto || helper == BPF_FUNC_skb_adjust_room;
}

} // namespace

bool Transfer::check_growth(State& s, unsigned insn, std::uint32_t helper) {
  const unsigned bytes = s.head_grown + growth(s, helper);
  if (bytes <= tc_head_room)
    return true;
  report_.add(
      diagnose("PW-PKT-007", "the packet may grow too much in front by " + helper_name(helper))
          .limited(std::to_string(tc_head_room) + " bytes in all", "up to " + std::to_string(bytes))
          .help("ask for a constant number of bytes"),
      insn);
  return false;
}

bool Transfer::check_mac_header(State& s, unsigned insn, std::uint32_t helper) {
  if (!moves_header(helper) || !s.head_changed)
    return true;
  report_.add(diagnose("PW-PKT-009", helper_name(helper) + " behind bpf_skb_change_head")
                  .breaks("it moves a header whose length is then not that of Ethernet")
                  .help("call bpf_skb_change_head last"),
              insn);
  return false;
}

bool Transfer::check_skb_moves(State& s, unsigned insn, std::uint32_t helper) {
  const bool reads = helper != BPF_FUNC_skb_store_bytes && helper != BPF_FUNC_skb_change_head &&
                     helper != BPF_FUNC_skb_change_tail;
  if (helper == BPF_FUNC_skb_change_tail && s.tail_shrunk && s.packet_written) {
    report_.add(diagnose("PW-PKT-005", "the tail grows over bytes that were cut off before, and "
                                       "the packet was written")
                    .breaks("what was written and cut off would have to become zeros")
                    .help("move the tail first, and once"),
                insn);
    return false;
  }
  return check_growth(s, insn, helper) && check_mac_header(s, insn, helper) &&
         check_regrown(s, insn, reads);
}

// What later calls must know of this one.
void Transfer::note_skb(State& s, std::uint32_t helper) {
  s.head_grown += growth(s, helper);
  switch (helper) {
  case BPF_FUNC_skb_change_head:
    s.head_changed = true;
    s.packet_written = true;
    break;
  case BPF_FUNC_skb_store_bytes:
  case BPF_FUNC_l3_csum_replace:
  case BPF_FUNC_l4_csum_replace:
  case BPF_FUNC_skb_vlan_push:
  case BPF_FUNC_skb_vlan_pop:
  case BPF_FUNC_skb_change_proto:
  case BPF_FUNC_skb_adjust_room:
    s.packet_written = true;
    break;
  case BPF_FUNC_skb_change_tail: // to a length: it may be less than before or more
    s.tail_regrown |= s.tail_shrunk;
    s.tail_shrunk = true;
    break;
  default:
    break;
  }
}

} // namespace pw::verify
