// When packets are offered and the sink is ready: one rule for model and rtl, so that their cycles
// can be compared.
#pragma once

#include "sim/engine.h"

#include <span>
#include <vector>

namespace pw {

// Clocks from the first one in which the hardware is idle after a run to the end of the run: long
// enough that nothing of it is left in any register, not even in those of interlocks.
std::uint64_t settle_clocks(const pipeline::Pipeline&);

// A pause of the input may be left out when the hardware has been idle for that long.
std::uint64_t pause_clocks(const pipeline::Pipeline&);

// For each packet the first clock, counted from the start of the run, in which its first beat may
// be offered: all zeros back to back, or with pace_capture the time since the first packet in
// clocks.
std::vector<std::uint64_t> offer_clocks(std::span<const Packet>, const EngineInput&);

// Is the sink ready in this clock?
bool sink_ready(const EngineInput&, std::uint64_t clock);
bool event_sink_ready(const EngineInput&, std::uint64_t clock); // of events

// What bpf_ktime_get_ns gives a packet.
std::uint64_t packet_time(const Packet&, std::uint64_t packet_index, const Environment&);

// The ingress interface of a packet; of an operation of the host its mark.
std::uint32_t packet_ifindex(const Packet&, const Environment&);

// Lines of bpf_trace_printk: appends that of one call, if the kernel would print it.
void add_trace_line(std::vector<std::string>& lines, const pipeline::Pipeline&,
                    std::uint32_t format, std::span<const std::uint64_t> args);

// Throws Failure PW-IN-090 for packets whose coordinates don't fit the 16 signed bits of head and
// tail.
void check_lengths(std::span<const Packet>);

} // namespace pw
