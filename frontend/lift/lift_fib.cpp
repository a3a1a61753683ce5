// bpf_fib_lookup, as Linux 6.18 does it without policy rules: look-ups in tables that the host
// makes of its routes, neighbours and interfaces (support/fib.h).
#include "frontend/lift/lifter.h"

#include <linux/in6.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace pw::lift {

using namespace isa;

namespace {
constexpr unsigned link_bits[] = {fib::forwards_ipv4, fib::forwards_ipv6};

// Multicast, link-local and loopback addresses are never forwarded. Byte 0 is in bits 7:0.
llvm::Value* stays_on_link(llvm::IRBuilder<>& b, llvm::Value* address) {
  llvm::Value* first = b.CreateTrunc(address, b.getInt16Ty());
  const auto starts = [&](unsigned mask, unsigned with) {
    return b.CreateICmpEQ(b.CreateAnd(first, b.getInt16(std::uint16_t(mask))),
                          b.getInt16(std::uint16_t(with)));
  };
  const llvm::APInt loopback = llvm::APInt::getOneBitSet(128, 120);
  return b.CreateOr(b.CreateOr(starts(0x00ff, 0x00ff), starts(0xc0ff, 0x80fe)),
                    b.CreateICmpEQ(address, b.getInt(loopback)));
}
} // namespace

llvm::Value* Lifter::fib_param(const FibCall& c, unsigned offset, unsigned bytes) {
  return read(c.state, c.state.reg(2), reg(c.state, 2), offset, bytes);
}

void Lifter::set_fib_param(const FibCall& c, unsigned offset, unsigned bytes, llvm::Value* v) {
  write(c.state, c.state.reg(2), reg(c.state, 2), offset, bytes, v);
}

llvm::Value* Lifter::fib_address(const FibCall& c, unsigned offset, bool v6) {
  llvm::Value* all = nullptr;
  for (unsigned at = 0; at < (v6 ? 16u : 4u); at += 4) {
    llvm::Value* word = fib_param(c, offset + at, 4);
    if (v6)
      word = b_.CreateShl(b_.CreateZExt(word, bits(128)), 8 * at);
    all = all ? b_.CreateOr(all, word) : word;
  }
  return all;
}

// i1
llvm::Value* Lifter::fib_flag(const FibCall& c, unsigned flag) {
  if ((c.may_set & flag) == 0)
    return b_.getFalse();
  if ((c.must_set & flag) != 0)
    return b_.getTrue();
  return b_.CreateICmpNE(b_.CreateAnd(c.flags, c32(flag)), c32(0));
}

unsigned Lifter::fib_map(const char* name) const {
  const auto map = std::ranges::find(object_.maps, name, &MapDefinition::name);
  if (map == object_.maps.end())
    throw Failure(diagnose("PW-INT-001", std::string("no table ") + name));
  return unsigned(map - object_.maps.begin());
}

void Lifter::set_fib_result(const FibCall& c, int result) { b_.CreateStore(c32(result), c.result); }

// The length to compare with the MTU; in tc programs 0 if there is none.
llvm::Value* Lifter::fib_length(const FibCall& c) {
  return b_.CreateZExt(fib_param(c, fib::params::tot_len, 2), bits(32));
}

void Lifter::lift_fib_lookup(const State& s) {
  if (s.reg(3).scalar.value() < fib::params::bytes)
    return set_number(s, 0, c64(-EINVAL));
  const verify::Scalar& known = s.reg(4).scalar;
  const FibCall c{s, cell(bits(32), "fib"), low32(s, 4), known.bits.value | known.bits.mask,
                  known.bits.value};
  set_fib_result(c, -EINVAL);
  llvm::Value* good = b_.CreateICmpEQ(
      b_.CreateAnd(c.flags, c32(std::int64_t(std::uint32_t(~fib::all_flags)))), c32(0));
  when(good, [&] {
    set_fib_result(c, -EAFNOSUPPORT);
    llvm::Value* family = fib_param(c, fib::params::family, 1);
    const auto is = [&](unsigned f) {
      return b_.CreateICmpEQ(family, b_.getInt8(std::uint8_t(f)));
    };
    llvm::Value *v4 = is(AF_INET), *v6 = is(AF_INET6);
    when(v4, [&] { find_route(c, false); });
    when(v6, [&] {
      set_fib_result(c, BPF_FIB_LKUP_RET_NOT_FWDED);
      llvm::Value* stays =
          b_.CreateOr(stays_on_link(b_, fib_address(c, fib::params::target, true)),
                      stays_on_link(b_, fib_address(c, fib::params::source, true)));
      when(b_.CreateNot(stays), [&] { find_route(c, true); });
    });
  });
  set_number(s, 0, b_.CreateSExt(value_of(c.result), bits(64)));
}

// The tables are looked up side by side: what the first says only decides what counts of the
// others.
void Lifter::find_route(const FibCall& c, bool v6) {
  llvm::Value* ifindex = fib_param(c, fib::params::ifindex, 4);
  llvm::Value* address = fib_address(c, fib::params::target, v6);
  llvm::Value* other = fib_flag(c, v6 ? fib::direct : fib::output);
  llvm::Value* wide = address;
  if (!v6)
    wide = b_.CreateOr(b_.CreateShl(b_.CreateZExt(address, bits(64)), 32),
                       b_.CreateZExt(ifindex, bits(64)));
  const Route usual = find_route(v6 ? fib::ipv6 : fib::ipv4, b_.CreateNot(other), address);
  const Route special = find_route(v6 ? fib::ipv6_main : fib::ipv4_output, other, wide);
  const unsigned links = fib_map(fib::links);
  llvm::Value* link = find(links, ifindex);
  set_fib_result(c, -ENODEV);
  when(b_.CreateIsNotNull(link), [&] {
    set_fib_result(c, BPF_FIB_LKUP_RET_FWD_DISABLED);
    llvm::Value* forwards = load(link, 4, "map." + std::to_string(links));
    when(b_.CreateICmpNE(b_.CreateAnd(forwards, c32(link_bits[v6])), c32(0)), [&] {
      set_fib_result(c, BPF_FIB_LKUP_RET_NOT_FWDED);
      for (const Route& route : {usual, special})
        when(route.there, [&] { use_route(c, route.map, route.entry, v6); });
    });
  });
}

Lifter::Route Lifter::find_route(const char* name, llvm::Value* wanted, llvm::Value* address) {
  if (wanted == b_.getFalse())
    return {0, nullptr, wanted};
  const unsigned map = fib_map(name), width = address->getType()->getIntegerBitWidth();
  llvm::Type* type = bits(32 + width);
  llvm::Value* key = b_.CreateShl(b_.CreateZExt(address, type), 32);
  llvm::Value* entry = find(map, b_.CreateOr(key, llvm::ConstantInt::get(type, width)));
  return {map, entry, b_.CreateAnd(wanted, b_.CreateIsNotNull(entry))};
}

void Lifter::use_route(const FibCall& c, unsigned map, llvm::Value* entry, bool v6) {
  const auto field = [&](unsigned offset, unsigned bytes) {
    return load(b_.CreateGEP(bits(8), entry, c32(offset)), bytes, "map." + std::to_string(map));
  };
  llvm::Value* code = field(fib::code, 1);
  b_.CreateStore(b_.CreateZExt(code, bits(32)), c.result);
  when(b_.CreateICmpEQ(code, b_.getInt8(0)), [&] {
    llvm::Value *length = fib_length(c), *mtu = field(fib::mtu, 4);
    llvm::Value* too_long = b_.CreateICmpUGT(length, mtu); // never without a length
    when(too_long, [&] {
      set_fib_param(c, fib::params::tot_len, 2, mtu);
      set_fib_result(c, BPF_FIB_LKUP_RET_FRAG_NEEDED);
    });
    when(b_.CreateNot(too_long), [&] {
      set_fib_param(c, fib::params::metric, 4, field(fib::metric, 4));
      set_fib_param(c, fib::params::ifindex, 4, field(fib::ifindex, 4));
      use_next_hop(c, map, entry, v6);
    });
  });
}

void Lifter::use_next_hop(const FibCall& c, unsigned map, llvm::Value* entry, bool v6) {
  const auto field = [&](unsigned offset, unsigned bytes) {
    return load(b_.CreateGEP(bits(8), entry, c32(offset)), bytes, "map." + std::to_string(map));
  };
  const auto copy = [&](unsigned to, unsigned from, unsigned bytes) {
    for (unsigned at = 0; at < bytes; at += 4)
      set_fib_param(c, to + at, 4, field(from + at, 4));
  };
  llvm::Value* flags = field(fib::flags, 1);
  const auto has = [&](unsigned flag) {
    return b_.CreateICmpNE(b_.CreateAnd(flags, b_.getInt8(std::uint8_t(flag))), b_.getInt8(0));
  };
  when(has(fib::has_gateway), [&] { copy(fib::params::target, fib::gateway, v6 ? 16 : 4); });
  llvm::Value* skip = fib_flag(c, fib::skip_neighbour);
  set_fib_result(c, BPF_FIB_LKUP_RET_NO_NEIGH);
  when(b_.CreateOr(skip, has(fib::has_neighbour)), [&] {
    when(b_.CreateNot(skip), [&] { copy(fib::params::macs, fib::macs, 12); });
    set_fib_param(c, fib::params::vlan, 4, c32(0));
    set_fib_result(c, BPF_FIB_LKUP_RET_SUCCESS);
    set_fib_mtu(c, map, entry);
  });
}

// A tc program without a length asks about the packet that it has, and gets the interface's MTU.
void Lifter::set_fib_mtu(const FibCall& c, unsigned map, llvm::Value* entry) {
  const auto field = [&](unsigned offset) {
    return load(b_.CreateGEP(bits(8), entry, c32(offset)), 4, "map." + std::to_string(map));
  };
  if (!tc())
    return set_fib_param(c, fib::params::tot_len, 2, field(fib::mtu));
  llvm::Value* given = b_.CreateICmpNE(fib_length(c), c32(0));
  llvm::Value* mtu = field(fib::device_mtu);
  llvm::Value* most = b_.CreateNUWAdd(mtu, c32(fib::link_header));
  llvm::Value* fits = b_.CreateOr(given, b_.CreateICmpULE(packet_length(), most));
  b_.CreateStore(
      b_.CreateSelect(fits, c32(BPF_FIB_LKUP_RET_SUCCESS), c32(BPF_FIB_LKUP_RET_FRAG_NEEDED)),
      c.result);
  set_fib_param(c, fib::params::tot_len, 2, b_.CreateSelect(given, field(fib::mtu), mtu));
}

} // namespace pw::lift
