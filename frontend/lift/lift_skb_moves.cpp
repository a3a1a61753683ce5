// Helpers of tc programs that move the borders of the packet. A byte keeps its coordinate: what
// Linux does by moving the bytes behind a header it does by moving the header.
#include "frontend/lift/lifter.h"

#include "frontend/verify/skb.h"

#include <linux/if_ether.h>

#include <algorithm>
#include <cerrno>

namespace pw::lift {

using namespace isa;

namespace {
constexpr int longest = 16064; // BPF_SKB_MAX_LEN
constexpr int not_supported = 524;
constexpr unsigned ipv4_header = 20, ipv6_header = 40, vlan_header = 4, addresses = 12;
constexpr unsigned ethernet = verify::ethernet_bytes;
constexpr std::uint64_t known_room_flags = 0xff000000000001ffull;
constexpr std::uint64_t decap_flags = 0x180, encap_l3_flags = 0x6;

llvm::Constant* word(llvm::IRBuilder<>& b, unsigned ethertype) {
  return b.getInt16(std::uint16_t((ethertype & 0xff) << 8 | ethertype >> 8));
}
} // namespace

void Lifter::move_head(llvm::Value* to) {
  b_.CreateStore(to, vars_.head);
  b_.CreateStore(to, vars_.meta);
}

// The first `bytes` of the packet now start at `to`; all are read before one is written.
void Lifter::move_header(llvm::Value* from, llvm::Value* to, unsigned bytes) {
  std::vector<std::pair<unsigned, llvm::Value*>> words;
  for (unsigned at = 0, n = 0; at < bytes; at += n) {
    n = bytes - at >= 8 ? 8 : bytes - at >= 4 ? 4 : bytes - at >= 2 ? 2 : 1;
    words.emplace_back(at, load(packet_address(from, at), n, "packet"));
  }
  for (const auto& [at, v] : words)
    store(packet_address(to, at), v, v->getType()->getIntegerBitWidth() / 8, "packet");
}

void Lifter::clear_packet(llvm::Value* at, llvm::Value* bytes, unsigned most) {
  const bool constant = llvm::isa<llvm::ConstantInt>(bytes);
  for (unsigned i = 0; i < most; ++i) {
    llvm::BasicBlock* next = nullptr;
    if (!constant) {
      auto* byte = edge_block("byte");
      next = edge_block("next");
      b_.CreateCondBr(b_.CreateICmpUGT(bytes, c32(i)), byte, next);
      b_.SetInsertPoint(byte);
    }
    store(packet_address(at, i), b_.getInt8(0), 1, "packet");
    if (next) {
      b_.CreateBr(next);
      b_.SetInsertPoint(next);
    }
  }
}

// Room of `bytes` (at most `most`) behind the first `header` bytes, zeros.
void Lifter::open_room(unsigned header, llvm::Value* bytes, unsigned most) {
  llvm::Value* head = value_of(vars_.head);
  llvm::Value* to = b_.CreateNSWSub(head, bytes);
  move_header(head, to, header);
  clear_packet(b_.CreateNSWAdd(to, c32(header)), bytes, most);
  move_head(to);
  b_.CreateStore(b_.CreateNSWSub(value_of(skb_.network), bytes), skb_.network);
}

// `bytes` behind the first `header` bytes are gone.
void Lifter::close_room(unsigned header, llvm::Value* bytes) {
  llvm::Value* head = value_of(vars_.head);
  llvm::Value* to = b_.CreateNSWAdd(head, bytes);
  move_header(head, to, header);
  move_head(to);
  b_.CreateStore(b_.CreateNSWAdd(value_of(skb_.network), bytes), skb_.network);
}

// What f makes, under a condition.
void Lifter::when(llvm::Value* condition, const std::function<void()>& f) {
  if (auto* known = llvm::dyn_cast<llvm::ConstantInt>(condition)) {
    if (known->isOne())
      f();
    return;
  }
  auto *yes = edge_block("yes"), *done = edge_block("done");
  b_.CreateCondBr(condition, yes, done);
  b_.SetInsertPoint(yes);
  f();
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// ---- VLAN tags ----

llvm::Value* Lifter::is_vlan() {
  return b_.CreateOr(is_protocol(ETH_P_8021Q), is_protocol(ETH_P_8021AD));
}

// A tag that is beside the packet goes into it; the new one is then beside it.
void Lifter::lift_vlan_push(const State& s) {
  llvm::Value* proto = b_.CreateTrunc(number(s, Register(2)), bits(16));
  llvm::Value* tci = b_.CreateTrunc(number(s, Register(3)), bits(16));
  llvm::Value* tagged = b_.CreateICmpEQ(proto, word(b_, ETH_P_8021AD));
  proto = b_.CreateSelect(tagged, word(b_, ETH_P_8021AD), word(b_, ETH_P_8021Q));
  when(vlan_present(), [&] {
    llvm::Value* head = value_of(vars_.head);
    llvm::Value* to = b_.CreateNSWSub(head, c32(vlan_header));
    move_header(head, to, addresses);
    llvm::Value* outer = value_of(field(SkbField::VlanProto));
    llvm::Value* old = value_of(field(SkbField::VlanTci));
    store(packet_address(to, addresses), outer, 2, "packet");
    store(packet_address(to, addresses + 2), b_.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, old),
          2, "packet");
    move_head(to);
    b_.CreateStore(b_.CreateNSWSub(value_of(skb_.network), c32(vlan_header)), skb_.network);
    set_field(SkbField::Protocol, outer);
  });
  set_field(SkbField::VlanProto, proto);
  set_field(SkbField::VlanTci, tci);
  set_number(s, 0, c64(0));
}

// Takes the tag out of the packet; its number in the order of the host.
llvm::Value* Lifter::take_tag() {
  llvm::Value* head = value_of(vars_.head);
  llvm::Value* tci = load(packet_address(head, ethernet), 2, "packet");
  llvm::Value* protocol = protocol_at(head, ethernet + 2);
  llvm::Value* to = b_.CreateNSWAdd(head, c32(vlan_header));
  move_header(head, to, addresses);
  move_head(to);
  set_field(SkbField::Protocol, protocol);
  llvm::Value* first = b_.CreateNSWAdd(to, c32(ethernet));
  b_.CreateStore(b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, value_of(skb_.network), first),
                 skb_.network);
  return b_.CreateUnaryIntrinsic(llvm::Intrinsic::bswap, tci);
}

void Lifter::lift_vlan_pop(const State& s) {
  llvm::AllocaInst *failed = cell(bits(1), "failed"), *goes_on = cell(bits(1), "goes_on");
  b_.CreateStore(b_.getFalse(), failed);
  llvm::Value* beside = vlan_present();
  b_.CreateStore(beside, goes_on);
  const auto too_short = [&] {
    return b_.CreateICmpULT(packet_length(), c32(ethernet + vlan_header));
  };
  set_field_if(beside, SkbField::VlanTci, c32(0));
  set_field_if(beside, SkbField::VlanProto, c32(0));
  when(b_.CreateAnd(b_.CreateNot(beside), is_vlan()), [&] {
    llvm::Value* cut = too_short();
    b_.CreateStore(cut, failed);
    when(b_.CreateNot(cut), [&] {
      take_tag();
      b_.CreateStore(b_.getTrue(), goes_on);
    });
  });
  // The next tag then stands beside the packet.
  when(b_.CreateAnd(value_of(goes_on), is_vlan()), [&] {
    llvm::Value* cut = too_short();
    b_.CreateStore(cut, failed);
    when(b_.CreateNot(cut), [&] {
      llvm::Value* proto = value_of(field(SkbField::Protocol));
      llvm::Value* tci = take_tag();
      set_field(SkbField::VlanProto, proto);
      set_field(SkbField::VlanTci, tci);
    });
  });
  set_number(s, 0, chosen({{value_of(failed), ENOMEM}}));
}

// ---- head and tail ----

void Lifter::lift_change_head(const State& s) {
  llvm::Value *bytes = low32(s, 2), *flags = number(s, Register(3));
  llvm::Value* wrong =
      b_.CreateOr(b_.CreateICmpNE(flags, c64(0)), b_.CreateICmpUGT(bytes, c32(longest)));
  llvm::Value* end = b_.CreateAdd(packet_length(), bytes);
  wrong = b_.CreateOr(wrong, b_.CreateICmpUGT(end, c32(longest)));
  const auto most = unsigned(std::clamp<std::int64_t>(s.reg(2).scalar.low.smax, 0, 4095));
  when(b_.CreateNot(wrong), [&] {
    llvm::Value* to = b_.CreateNSWSub(value_of(vars_.head), bytes);
    clear_packet(to, bytes, most);
    move_head(to);
  });
  set_number(s, 0, chosen({{wrong, EINVAL}}));
}

void Lifter::lift_change_tail(const State& s) {
  llvm::Value *length = low32(s, 2), *flags = number(s, Register(3));
  llvm::Value *head = value_of(vars_.head), *tail = value_of(vars_.tail);
  llvm::Value* least = b_.CreateNSWSub(value_of(skb_.network), head);
  llvm::Value* wrong =
      b_.CreateOr(b_.CreateICmpNE(flags, c64(0)), b_.CreateICmpUGT(length, c32(longest)));
  wrong = b_.CreateOr(wrong, b_.CreateICmpSLT(length, least));
  llvm::Value* inner = value_of(skb_.encapsulated);
  llvm::Value* good = b_.CreateNot(b_.CreateOr(wrong, inner));
  llvm::Value* moved = b_.CreateNSWAdd(head, length);
  replace_if(b_.CreateAnd(good, b_.CreateICmpSGT(moved, tail)), vars_.fill, fill_from(s, tail));
  replace_if(good, vars_.tail, moved);
  set_number(s, 0, chosen({{wrong, EINVAL}, {inner, not_supported}}));
}

// ---- IPv4 to IPv6 and back ----

void Lifter::lift_change_proto(const State& s) {
  llvm::Value* to = b_.CreateTrunc(number(s, Register(2)), bits(16));
  const auto wants = [&](unsigned type) { return b_.CreateICmpEQ(to, word(b_, type)); };
  llvm::Value* flags = b_.CreateICmpNE(number(s, Register(3)), c64(0));
  llvm::Value* no_flags = b_.CreateNot(flags);
  llvm::Value* grows = b_.CreateAnd(is_protocol(ETH_P_IP), wants(ETH_P_IPV6));
  llvm::Value* shrinks = b_.CreateAnd(is_protocol(ETH_P_IPV6), wants(ETH_P_IP));
  constexpr unsigned bytes = ipv6_header - ipv4_header;
  llvm::Value* cut =
      b_.CreateAnd(shrinks, b_.CreateICmpULT(packet_length(), c32(ethernet + bytes)));
  llvm::Value* other = b_.CreateNot(b_.CreateOr(grows, shrinks));
  when(b_.CreateAnd(no_flags, grows), [&] { open_room(ethernet, c32(bytes), bytes); });
  when(b_.CreateAnd(no_flags, b_.CreateAnd(shrinks, b_.CreateNot(cut))),
       [&] { close_room(ethernet, c32(bytes)); });
  llvm::Value* bad = b_.CreateOr(flags, b_.CreateOr(other, cut));
  set_field_if(b_.CreateNot(bad), SkbField::Protocol, to);
  set_field_if(b_.CreateNot(bad), SkbField::Hash, c32(0));
  set_number(s, 0, chosen({{flags, EINVAL}, {other, not_supported}, {cut, ENOMEM}}));
}

// ---- bpf_skb_adjust_room ----

// What is wrong with the flags of an encapsulation.
llvm::Value* Lifter::encapsulation_error(llvm::Value* flags, llvm::Value* bytes) {
  const auto both = [&](std::uint64_t f) {
    return b_.CreateICmpEQ(b_.CreateAnd(flags, c64(std::int64_t(f))), c64(std::int64_t(f)));
  };
  llvm::Value* inner = b_.CreateTrunc(b_.CreateLShr(flags, 56), bits(32));
  llvm::Value* ethernet_cut =
      b_.CreateAnd(both(BPF_F_ADJ_ROOM_ENCAP_L2_ETH), b_.CreateICmpULT(inner, c32(ethernet)));
  llvm::Value* wrong = b_.CreateOr(b_.CreateOr(both(encap_l3_flags), both(0x18)), ethernet_cut);
  llvm::Value* error = chosen({{wrong, EINVAL},
                               {value_of(skb_.encapsulated), EALREADY},
                               {b_.CreateICmpUGT(inner, bytes), EINVAL}});
  llvm::Value* any = b_.CreateICmpNE(b_.CreateAnd(flags, c64(encap_l3_flags)), c64(0));
  return b_.CreateSelect(any, error, c64(0));
}

// Everything that Linux checks before a byte moves; 0 if all is well.
llvm::Value* Lifter::room_error(const State& s, const Room& r) {
  llvm::Value *mode = low32(s, 3), *shrinks = r.shrinks;
  const auto any = [&](std::uint64_t f) {
    return b_.CreateICmpNE(b_.CreateAnd(r.flags, c64(std::int64_t(f))), c64(0));
  };
  llvm::Value* decap = any(decap_flags);
  llvm::Value* both =
      b_.CreateAnd(any(room_decap_ipv4), any(room_decap_ipv6));
  llvm::Value* bad_decap = b_.CreateOr(b_.CreateAnd(decap, b_.CreateNot(shrinks)), both);
  llvm::Value* least = b_.CreateSelect(
      decap, b_.CreateSelect(any(room_decap_ipv4), c32(ipv4_header), c32(ipv6_header)),
      b_.CreateSelect(r.ipv4, c32(ipv4_header), c32(ipv6_header)));
  llvm::Value* rest = b_.CreateNSWSub(value_of(vars_.tail), value_of(skb_.network));
  llvm::Value* cut = b_.CreateOr(b_.CreateICmpUGE(r.bytes, rest),
                                 b_.CreateICmpULT(b_.CreateSub(rest, r.bytes), least));
  llvm::Value* length = packet_length();
  llvm::Value* too_long = b_.CreateICmpUGT(b_.CreateAdd(length, r.bytes), c32(longest));
  llvm::Value* no_room = b_.CreateSelect(shrinks, cut, too_long);
  llvm::Value* behind = b_.CreateICmpULT(length, b_.CreateAdd(r.header, r.bytes));
  llvm::Value* shrink_error = chosen({{any(~std::uint64_t{0x1a1}), EINVAL}, {behind, ENOMEM}});
  llvm::Value* last = b_.CreateSelect(shrinks, shrink_error, encapsulation_error(r.flags, r.bytes));
  llvm::Value* no_ip = b_.CreateNot(b_.CreateOr(r.ipv4, r.ipv6));
  return chosen({{any(~known_room_flags), EINVAL},
                 {b_.CreateICmpUGT(r.bytes, c32(0xfff)), EFAULT},
                 {no_ip, not_supported},
                 {b_.CreateICmpUGT(mode, c32(BPF_ADJ_ROOM_MAC)), not_supported},
                 {bad_decap, EINVAL},
                 {no_room, not_supported}},
                last);
}

// The outer protocol that encapsulation and decapsulation leave.
void Lifter::set_room_protocol(const Room& r) {
  const auto any = [&](std::uint64_t f) {
    return b_.CreateICmpNE(b_.CreateAnd(r.flags, c64(std::int64_t(f))), c64(0));
  };
  llvm::Value* to4 = b_.CreateSelect(r.shrinks, any(room_decap_ipv4),
                                     any(BPF_F_ADJ_ROOM_ENCAP_L3_IPV4));
  llvm::Value* to6 = b_.CreateSelect(r.shrinks, any(room_decap_ipv6),
                                     any(BPF_F_ADJ_ROOM_ENCAP_L3_IPV6));
  llvm::Value* v = b_.CreateSelect(b_.CreateAnd(r.ipv4, to6), word(b_, ETH_P_IPV6),
                                   value_of(field(SkbField::Protocol)));
  v = b_.CreateSelect(b_.CreateAnd(r.ipv6, to4), word(b_, ETH_P_IP), v);
  set_field(SkbField::Protocol, v);
  llvm::Value* encap = b_.CreateAnd(b_.CreateNot(r.shrinks), any(encap_l3_flags));
  replace_if(encap, skb_.encapsulated, b_.getTrue());
}

void Lifter::lift_adjust_room(const State& s) {
  llvm::Value* by = low32(s, 2);
  Room r;
  r.flags = number(s, Register(4));
  r.shrinks = b_.CreateICmpSLT(by, c32(0));
  r.bytes = b_.CreateSelect(r.shrinks, b_.CreateNeg(by), by);
  r.ipv4 = is_protocol(ETH_P_IP);
  r.ipv6 = is_protocol(ETH_P_IPV6);
  llvm::Value* net = b_.CreateICmpEQ(low32(s, 3), c32(BPF_ADJ_ROOM_NET));
  llvm::Value* behind_ip =
      b_.CreateSelect(r.ipv4, c32(ethernet + ipv4_header), c32(ethernet + ipv6_header));
  r.header = b_.CreateSelect(net, behind_ip, c32(ethernet));
  llvm::Value* error = room_error(s, r);
  llvm::Value* good = b_.CreateICmpEQ(error, c64(0));
  const verify::Interval32 range = s.reg(2).scalar.low;
  const auto most = unsigned(std::clamp<std::int64_t>(range.smax, 0, 0xfff));
  for (const unsigned header : {ethernet, ethernet + ipv4_header, ethernet + ipv6_header}) {
    llvm::Value* here = b_.CreateAnd(good, b_.CreateICmpEQ(r.header, c32(header)));
    if (range.smin < 0)
      when(b_.CreateAnd(here, r.shrinks), [&] { close_room(header, r.bytes); });
    if (range.smax >= 0)
      when(b_.CreateAnd(here, b_.CreateNot(r.shrinks)), [&] { open_room(header, r.bytes, most); });
  }
  const verify::Scalar& flags = s.reg(4).scalar;
  if (!flags.is_constant() || (flags.value() & (decap_flags | encap_l3_flags)))
    when(good, [&] { set_room_protocol(r); });
  llvm::Value* reset =
      b_.CreateICmpEQ(b_.CreateAnd(r.flags, c64(BPF_F_ADJ_ROOM_NO_CSUM_RESET)), c64(0));
  replace_if(b_.CreateAnd(good, reset), skb_.checksum, c32(0));
  set_number(s, 0, error);
}

} // namespace pw::lift
