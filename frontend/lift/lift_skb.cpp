// What only tc programs do: the metadata of the packet (struct __sk_buff) and helpers that change
// it. What they do is what Linux 6.18 does for a packet that came in through BPF_PROG_TEST_RUN.
#include "frontend/lift/lifter.h"

#include "frontend/verify/skb.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>

#include <cerrno>

namespace pw::lift {

using namespace isa;
using verify::SkbPlace;
using verify::SkbSource;

namespace {
unsigned network_order(unsigned x) { return (x & 0xff) << 8 | x >> 8; }
constexpr int not_supported = 524; // ENOTSUPP of Linux
} // namespace

// ---- at the start ----

void Lifter::create_skb() {
  b_.SetInsertPoint(entry_);
  for (unsigned f = 0; f < skb_field_count; ++f) {
    const auto& [name, width] = skb_fields[f];
    skb_.fields[f] = cell(bits(width), name);
    if (f < skb_input_count)
      b_.CreateStore(environment((std::string("pw.") + name).c_str(), bits(width)), skb_.fields[f]);
  }
  skb_.network = cell(bits(32), "network");
  skb_.encapsulated = cell(bits(1), "encapsulated");
  skb_.tstamp_type = cell(bits(8), "tstamp_type");
  skb_.checksum = cell(bits(32), "checksum");
  b_.CreateStore(c32(verify::ethernet_bytes), skb_.network);
  b_.CreateStore(packet_type(), field(SkbField::PktType));
  b_.CreateStore(protocol_at(c32(0), 12), field(SkbField::Protocol));
}

// To whom the frame is addressed, as eth_type_trans of Linux sees it.
llvm::Value* Lifter::packet_type() {
  std::uint64_t mac = 0;
  for (unsigned i = 0; i < options_.mac.size(); ++i)
    mac |= std::uint64_t{options_.mac[i]} << 8 * i;
  llvm::Value* low = load(packet_address(c32(0), 0), 4, "packet");
  llvm::Value* high = load(packet_address(c32(0), 4), 2, "packet");
  llvm::Value* to =
      b_.CreateOr(b_.CreateZExt(low, bits(64)), b_.CreateShl(b_.CreateZExt(high, bits(64)), 32));
  const auto type = [&](unsigned t) { return b_.getIntN(3, t); };
  llvm::Value* group = b_.CreateSelect(b_.CreateICmpEQ(to, c64(0xffff'ffff'ffff)),
                                       type(PACKET_BROADCAST), type(PACKET_MULTICAST));
  llvm::Value* other = b_.CreateSelect(b_.CreateICmpEQ(b_.CreateAnd(to, c64(1)), c64(0)),
                                       type(PACKET_OTHERHOST), group);
  return b_.CreateSelect(b_.CreateICmpEQ(to, c64(std::int64_t(mac))), type(PACKET_HOST), other);
}

// What Linux makes of the type at head + at: a number below 1536 is a length.
llvm::Value* Lifter::protocol_at(llvm::Value* head, unsigned at) {
  llvm::Value* type = load(packet_address(head, at), 2, "packet");
  llvm::Value* next = load(packet_address(head, at + 2), 2, "packet");
  const auto word = [&](unsigned x) { return b_.getInt16(std::uint16_t(network_order(x))); };
  llvm::Value* plain = b_.CreateSelect(b_.CreateICmpEQ(next, b_.getInt16(0xffff)),
                                       word(ETH_P_802_3), word(ETH_P_802_2));
  llvm::Value* is_type = b_.CreateICmpUGE(b_.CreateAnd(type, b_.getInt16(0xff)), b_.getInt16(6));
  return b_.CreateSelect(is_type, type, plain);
}

// ---- fields ----

void Lifter::set_field(SkbField f, llvm::Value* v) {
  b_.CreateStore(b_.CreateZExtOrTrunc(v, field(f)->getAllocatedType()), field(f));
  skb_.changed.insert(unsigned(f));
}

void Lifter::set_field_if(llvm::Value* when, SkbField f, llvm::Value* v) {
  v = b_.CreateZExtOrTrunc(v, field(f)->getAllocatedType());
  set_field(f, b_.CreateSelect(when, v, value_of(field(f))));
}

llvm::Value* Lifter::vlan_present() {
  llvm::Value* tag =
      b_.CreateOr(value_of(field(SkbField::VlanTci)), value_of(field(SkbField::VlanProto)));
  return b_.CreateICmpNE(tag, b_.getInt16(0));
}

llvm::Value* Lifter::packet_length() {
  return b_.CreateNSWSub(value_of(vars_.tail), value_of(vars_.head));
}

llvm::Value* Lifter::read_cb(unsigned offset, unsigned bytes) {
  const auto word = [&](unsigned i) -> llvm::Value* {
    return b_.CreateZExt(value_of(skb_.fields[unsigned(SkbField::Cb0) + i]), bits(64));
  };
  llvm::Value* v = word(offset / 4);
  if (bytes == 8)
    return b_.CreateOr(v, b_.CreateShl(word(offset / 4 + 1), 32));
  return b_.CreateTrunc(b_.CreateLShr(v, 8 * (offset % 4)), bits(8 * bytes));
}

void Lifter::write_cb(unsigned offset, unsigned bytes, llvm::Value* v) {
  const auto f = [&](unsigned i) { return SkbField(unsigned(SkbField::Cb0) + i); };
  if (bytes == 8) {
    set_field(f(offset / 4), v);
    return set_field(f(offset / 4 + 1), b_.CreateLShr(v, 32));
  }
  const unsigned shift = 8 * (offset % 4);
  const std::uint32_t mask = std::uint32_t((std::uint64_t{1} << 8 * bytes) - 1) << shift;
  llvm::Value* part = b_.CreateAnd(b_.CreateShl(b_.CreateTrunc(v, bits(32)), shift), c32(mask));
  llvm::Value* kept = b_.CreateAnd(value_of(field(f(offset / 4))), c32(~mask));
  set_field(f(offset / 4), b_.CreateOr(kept, part));
}

llvm::Value* Lifter::skb_number(const SkbPlace& p) {
  switch (p.source) {
  case SkbSource::Length:
    return packet_length();
  case SkbSource::WireLength:
    return environment("pw.length", bits(32));
  case SkbSource::Interface:
    return environment("pw.ifindex", bits(32));
  case SkbSource::VlanPresent:
    return vlan_present();
  case SkbSource::TstampType:
    return value_of(skb_.tstamp_type);
  case SkbSource::Field:
    return value_of(field(p.field));
  default:
    return c32(0);
  }
}

void Lifter::lift_skb_load(const State& s, const Load& x) {
  const std::int64_t offset = s.reg(x.base).offset + x.offset;
  const SkbPlace p = *verify::skb_place(offset, x.bytes, false);
  const unsigned skip = unsigned(offset) - p.first;
  if (p.source == SkbSource::Data || p.source == SkbSource::DataMeta)
    return (void)b_.CreateStore(value_of(vars_.head), reg(s, x.dst).coordinate);
  if (p.source == SkbSource::DataEnd)
    return (void)b_.CreateStore(value_of(vars_.tail), reg(s, x.dst).coordinate);
  llvm::Value* v = nullptr;
  if (p.source == SkbSource::Cb) {
    v = read_cb(skip, x.bytes);
  } else {
    v = b_.CreateZExtOrTrunc(skb_number(p), bits(64));
    v = b_.CreateTrunc(b_.CreateLShr(v, 8 * skip), bits(8 * x.bytes));
  }
  set_number(s, x.dst, x.sign_extend ? b_.CreateSExt(v, bits(64)) : v);
}

void Lifter::lift_skb_store(const State& s, const Store& x) {
  const std::int64_t offset = s.reg(x.base).offset + x.offset;
  const SkbPlace p = *verify::skb_place(offset, x.bytes, true);
  llvm::Value* v = number(s, x.src);
  if (p.source == SkbSource::Cb)
    return write_cb(unsigned(offset) - p.first, x.bytes, v);
  if (p.field == SkbField::QueueMapping) // NO_QUEUE_MAPPING is not stored
    return set_field_if(b_.CreateICmpULT(v, c64(0xffff)), p.field, v);
  set_field(p.field, v);
}

// Which of them may have changed, and what they are in the end: in front of @pw.exit.
void Lifter::finish_skb() {
  b_.SetInsertPoint(exit_->back().getPrevNode());
  for (const unsigned f : skb_.changed) {
    llvm::Value* v = value_of(skb_.fields[f]);
    const std::string name = "pw.skb." + std::to_string(f);
    b_.CreateCall(
        effect(name.c_str(), llvm::FunctionType::get(b_.getVoidTy(), {v->getType()}, false)), {v});
  }
}

// ---- helpers ----

llvm::Value* Lifter::chosen(std::initializer_list<std::pair<llvm::Value*, int>> errors,
                            llvm::Value* otherwise) {
  llvm::Value* result = otherwise ? otherwise : c64(0);
  for (auto e = std::rbegin(errors); e != std::rend(errors); ++e)
    result = b_.CreateSelect(e->first, c64(-std::int64_t{e->second}), result);
  return result;
}

void Lifter::lift_tc_redirect(const State& s) {
  llvm::Value* flags = number(s, Register(2));
  llvm::Value* good = b_.CreateICmpULE(flags, c64(BPF_F_INGRESS));
  set_redirect(good, c32(0), c32(0), low32(s, 1), flags);
  set_number(s, 0, b_.CreateSelect(good, c32(TC_ACT_REDIRECT), c32(TC_ACT_SHOT)));
}

void Lifter::lift_change_type(const State& s) {
  llvm::Value* to = low32(s, 2);
  llvm::Value* is = value_of(field(SkbField::PktType));
  llvm::Value* good = b_.CreateAnd(b_.CreateICmpULE(to, c32(PACKET_OTHERHOST)),
                                   b_.CreateICmpULE(is, b_.getIntN(3, PACKET_OTHERHOST)));
  set_field_if(good, SkbField::PktType, to);
  set_number(s, 0, chosen({{b_.CreateNot(good), EINVAL}}));
}

void Lifter::lift_set_tstamp(const State& s) {
  llvm::Value *stamp = number(s, Register(2)), *type = low32(s, 3);
  llvm::Value* no_protocol =
      b_.CreateNot(b_.CreateOr(is_protocol(ETH_P_IP), is_protocol(ETH_P_IPV6)));
  llvm::Value* none = b_.CreateAnd(b_.CreateICmpEQ(stamp, c64(0)), b_.CreateICmpNE(type, c32(0)));
  llvm::Value* bad = b_.CreateOr(none, b_.CreateICmpUGT(type, c32(2)));
  llvm::Value* good = b_.CreateNot(b_.CreateOr(no_protocol, bad));
  set_field_if(good, SkbField::Tstamp, stamp);
  replace_if(good, skb_.tstamp_type, b_.CreateTrunc(type, bits(8)));
  set_number(s, 0, chosen({{no_protocol, EOPNOTSUPP}, {bad, EINVAL}}));
}

llvm::Value* Lifter::is_protocol(unsigned ethertype) {
  return b_.CreateICmpEQ(value_of(field(SkbField::Protocol)),
                         b_.getInt16(std::uint16_t(network_order(ethertype))));
}

// Frames come with a checksum that nobody has looked at (0); otherwise it is 1 + csum_level.
void Lifter::lift_csum_level(const State& s) {
  constexpr int max_level = 3; // SKB_MAX_CSUM_LEVEL
  llvm::Value *what = number(s, Register(2)), *is = value_of(skb_.checksum);
  const auto asked = [&](std::int64_t x) { return b_.CreateICmpEQ(what, c64(x)); };
  llvm::Value* none = b_.CreateICmpEQ(is, c32(0));
  llvm::Value* more =
      b_.CreateSelect(b_.CreateICmpULE(is, c32(max_level)), b_.CreateAdd(is, c32(1)), is);
  llvm::Value* less = b_.CreateSelect(none, is, b_.CreateSub(is, c32(1)));
  replace_if(asked(BPF_CSUM_LEVEL_INC), skb_.checksum, more);
  replace_if(asked(BPF_CSUM_LEVEL_DEC), skb_.checksum, less);
  replace_if(asked(BPF_CSUM_LEVEL_RESET), skb_.checksum, c32(0));
  llvm::Value* level = b_.CreateZExt(b_.CreateSub(is, c32(1)), bits(64));
  llvm::Value* unknown = b_.CreateICmpUGT(what, c64(BPF_CSUM_LEVEL_RESET));
  llvm::Value* query = asked(BPF_CSUM_LEVEL_QUERY);
  set_number(s, 0,
             chosen({{unknown, EINVAL}, {b_.CreateAnd(query, none), EACCES}},
                    b_.CreateSelect(query, level, c64(0))));
}

bool Lifter::lift_skb_helper(const State& s, const CallHelper& x) {
  switch (x.id) {
  case BPF_FUNC_skb_load_bytes:
  case BPF_FUNC_skb_load_bytes_relative:
    lift_skb_load_bytes(s, x.id == BPF_FUNC_skb_load_bytes_relative);
    return true;
  case BPF_FUNC_skb_store_bytes:
    lift_skb_store_bytes(s);
    return true;
  case BPF_FUNC_l3_csum_replace:
  case BPF_FUNC_l4_csum_replace:
    lift_csum_replace(s, x.id == BPF_FUNC_l4_csum_replace);
    return true;
  case BPF_FUNC_skb_pull_data: // everything is linear
    set_number(s, 0, chosen({{b_.CreateICmpUGT(low32(s, 2), packet_length()), ENOMEM}}));
    return true;
  case BPF_FUNC_skb_vlan_push:
    lift_vlan_push(s);
    return true;
  case BPF_FUNC_skb_vlan_pop:
    lift_vlan_pop(s);
    return true;
  case BPF_FUNC_skb_change_head:
    lift_change_head(s);
    return true;
  case BPF_FUNC_skb_change_tail:
    lift_change_tail(s);
    return true;
  case BPF_FUNC_skb_change_proto:
    lift_change_proto(s);
    return true;
  case BPF_FUNC_skb_adjust_room:
    lift_adjust_room(s);
    return true;
  case BPF_FUNC_skb_change_type:
    lift_change_type(s);
    return true;
  case BPF_FUNC_skb_set_tstamp:
    lift_set_tstamp(s);
    return true;
  case BPF_FUNC_csum_level:
    lift_csum_level(s);
    return true;
  case BPF_FUNC_csum_update: // there is no sum of the whole packet
    set_number(s, 0, c64(-not_supported));
    return true;
  case BPF_FUNC_set_hash_invalid:
    set_field(SkbField::Hash, c32(0));
    set_number(s, 0, c64(0));
    return true;
  case BPF_FUNC_set_hash:
    set_field(SkbField::Hash, low32(s, 2));
    set_number(s, 0, c64(0));
    return true;
  default:
    return false;
  }
}

} // namespace pw::lift
