// What stands in the place of helper calls in the kernel engine: the environment is read from, and
// what can't be seen from outside (redirect targets, trace lines) is recorded in, the one value of
// an extra array map. The sequences use r0 .. r5 only, which a call clobbers anyway, and no stack.
#pragma once

#include "frontend/isa/rewrite.h"
#include "support/skb.h"

#include <set>

namespace pw::kernel {

using Code = isa::Insns;
using isa::Replace;

struct TraceRecord {
  static constexpr unsigned max_format = 256;
  std::uint64_t args[3];
  std::uint64_t format_size;
  std::uint64_t result; // of the helper
  char format[max_format];
};

// One call of bpf_redirect (map = 0, key = interface) or bpf_redirect_map.
struct RedirectRecord {
  std::uint64_t map; // address of struct bpf_map
  std::uint64_t key, flags;
  std::uint64_t result; // of the helper
};

// One call of bpf_perf_event_output.
struct EventRecord {
  std::uint64_t map;         // address of struct bpf_map
  std::uint64_t size, flags; // of the record; as the program gave them
  std::uint64_t result;      // of the helper
};

// The value of the extra map. The worker sets the first part before each packet.
struct Exchange {
  std::uint64_t time_ns, jiffies;
  std::uint32_t seed, packet, cpu, random_calls;
  std::uint64_t saved;   // a register, for a moment
  std::uint64_t updates; // calls of bpf_map_update_elem, of all packets
  std::uint64_t redirect_count;
  static constexpr unsigned max_redirects = 16;
  RedirectRecord redirects[max_redirects];
  std::uint64_t trace_count;
  static constexpr unsigned max_traces = 16;
  TraceRecord traces[max_traces];
  std::uint64_t event_count;
  static constexpr unsigned max_events = 128;
  EventRecord events[max_events];
  std::uint32_t skb_seen; // of a tc program: the fields below were read at its end
  std::uint32_t skb[skb_field_count - skb_input_count];
  // Of those that map_address_program was made for. A program may name 64 maps, this one among
  // them.
  static constexpr unsigned max_maps = 32;
  std::uint64_t map_address[max_maps];
};

struct StubOptions {
  int exchange_fd = -1;   // the map of struct Exchange
  bool fixed_cpu = false; // the processor's number is taken from the exchange, too
  bool traces = true;     // bpf_trace_printk is observed
  // Kernel functions that no driver serves here, by the number that calls carry: -EOPNOTSUPP.
  std::set<std::int32_t> unserved = {};
  bool skb = false; // a tc program: so is the packet's metadata at its end
};

// Replacements for the calls of one program.
Replace helper_stubs(std::span<const bpf_insn> code, const StubOptions&);

// A program that stores the address of each map (at most max_maps) into Exchange::map_address and
// returns 0.
Code map_address_program(int exchange_fd, std::span<const int> map_fds);

} // namespace pw::kernel
