// Between the rtl engine and a Verilated pipeline in a shared library: plain C, so that every
// program's simulator looks alike although its ports differ. This file is compiled into both sides.
#pragma once

#include <cstddef>
#include <cstdint>

extern "C" {

struct PwRtlPacket {
  const std::uint8_t* bytes;
  std::uint32_t length, ifindex, rx_queue;
  std::uint64_t time;
  std::uint64_t offer; // first clock of the run in which it may be offered
  std::uint64_t skb[8]; // metadata of a tc program's packet, by SkbField
};

struct PwRtlResult {
  std::uint64_t cycle_in, cycle_out;
  std::uint64_t redirect_flags;
  std::uint32_t retval, length, trap, redirect_map, redirect_key, redirect_ifindex;
  std::uint64_t out_begin, out_end; // within PwRtlRun::output
  std::uint64_t skb[16];            // by SkbField: what the program may have changed; else 0
};

struct PwRtlTrace {
  std::uint64_t packet;    // index within the run
  std::uint32_t operation; // number of the Trace operation, in program order
  std::uint64_t args[3];
};

struct PwRtlEvent {
  std::uint32_t packet; // m_events_index: counts since reset
  std::uint32_t map;    // index into Pipeline::event_maps
  std::uint64_t begin, end; // within PwRtlRun::event_bytes
};

// Inputs and outputs of one run. The memory of the outputs but `results` belongs to the simulator
// and is valid until its next run.
struct PwRtlRun {
  const PwRtlPacket* packets;
  std::uint64_t count;
  std::uint32_t stall_percent, stall_seed;
  std::uint64_t settle; // clocks to go on after the hardware is idle again
  std::uint64_t pause;  // clocks without anything after which a pause of the input is left out
  PwRtlResult* results; // count elements
  const std::uint8_t* output;
  const PwRtlTrace* traces;
  std::uint64_t trace_count;
  const PwRtlEvent* events;
  std::uint64_t event_count;
  const std::uint8_t* event_bytes;
  const std::uint64_t* held; // by bit of port `held`: clocks of this run
  const char* error;         // what is wrong with the hardware, or null
};

// Packets one by one instead of a run (no waveform of pauses, no traces). Clocks count from the
// first one after reset, also over pauses that are left out.
struct PwRtlTaken {
  std::uint64_t first, last; // clocks in which its first and its last beat were taken
};

// One table of a map, rows [first, first + count), row_bytes bytes each, least significant first.
// `answer`, if not null: where the bytes of what the hardware answers to a write go, too.
struct PwRtlAccess {
  std::uint32_t map, table, first, count;
  std::uint32_t row_bytes;
  bool write;
  std::uint8_t* data;
  std::uint8_t* answer;
};

// The functions of the library, by these names with "pw_rtl_" in front.
using PwRtlCreate = void* (*)(std::uint32_t cpu, std::uint32_t seed,
                              const char* trace_file); // null: no answer to reset
using PwRtlDestroy = void (*)(void*);
using PwRtlRunAll = void (*)(void*, PwRtlRun*);
using PwRtlHost = bool (*)(void*, const PwRtlAccess*); // false: no answer
// Offers the packet from clock packet->offer on and goes on until it is taken. Like the next three
// it gives what is wrong with the hardware, or null. The packet's bytes are not needed any more.
using PwRtlTake = const char* (*)(void*, const PwRtlPacket*, std::uint64_t pause, PwRtlTaken*);
// All clocks before `until` are done; pauses of more than `pause` clocks are left out.
using PwRtlAdvance = const char* (*)(void*, std::uint64_t until, std::uint64_t pause);
using PwRtlDrain = const char* (*)(void*); // until nothing is inside
// Results since the last call, as many as it returns; valid until the next call of any function.
using PwRtlResults = std::uint64_t (*)(void*, const PwRtlResult**);
using PwRtlHeld = const std::uint64_t* (*)(void*); // by bit of `held`, since the first packet
using PwRtlCycles = std::uint64_t (*)(const void*);

// The library of the module of SystemC has these instead, with "pw_sc_" in front.
struct PwScClient {
  void* self;
  void (*clocked)(void* self); // at each edge of the clock
};

// While a kernel is elaborated. Edge n of the module's clock is at n / hz.
using PwScCreate = void* (*)(const char* name, std::uint64_t hz, std::uint32_t cpu,
                             std::uint32_t seed, const PwScClient*);
using PwScDestroy = void (*)(void*);
// These two outside of processes, behind elaboration; simulated time stands still.
using PwScReset = bool (*)(void*); // false: no answer
using PwScHost = PwRtlHost;
// A packet, from clock packet->offer on; the one before it has been taken.
using PwScOffer = void (*)(void*, const PwRtlPacket*, std::uint64_t pause);
using PwScTaken = bool (*)(void*, PwRtlTaken*); // false: not yet; true right behind its last beat
using PwScEmpty = bool (*)(void*);              // nothing is inside
using PwScError = const char* (*)(void*);
using PwScResults = PwRtlResults;
using PwScHeld = PwRtlHeld;
using PwScCycles = std::uint64_t (*)(void*);
}
