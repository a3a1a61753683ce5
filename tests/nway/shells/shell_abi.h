// Between a test and a Verilated shell in a shared library: plain C. This file is compiled into
// both sides.
#pragma once

#include <cstdint>

extern "C" {

struct PwShellFrame {
  const std::uint8_t* bytes;
  std::uint32_t length, port;
  std::uint64_t time_ns; // its stamp, where the shell has stamps
  bool bad;
};

struct PwShellSeen {
  bool wire; // else to the host
  bool ours; // on the wire: from the pipeline, not from the host
  std::uint32_t port;
  std::uint64_t first, last; // clocks
  std::uint64_t begin, end;  // its bytes, in PwShellRun::bytes
  std::uint32_t gaps;        // clocks without a beat inside the frame
  std::uint8_t user[16];     // of the first beat
};

struct PwShellRun {
  const PwShellFrame* received;
  std::uint64_t received_count;
  const PwShellFrame* sent; // by the host
  std::uint64_t sent_count;
  std::uint32_t seed, idle_percent, host_stall_percent, wire_stall_percent;
  std::uint32_t sent_percent; // of the clocks in which the host may begin a frame
  std::uint64_t clocks;       // that nothing may happen in before it ends
  bool poll;                  // the host reads register `poll_address` all the time
  std::uint32_t poll_address;
  // What else the host does while frames flow, by accesses to the bus: called again and again until
  // it gives false. Or null.
  bool (*host)(void* context);
  void* context;
  // Out: belongs to the library, until the next run.
  const PwShellSeen* seen;
  std::uint64_t seen_count;
  const std::uint8_t* bytes;
  std::uint64_t polls;    // reads of the host that were answered
  std::uint64_t first_in; // clock in which the first beat was taken
  // What went into the pipeline, in order: P a packet, O an operation of the host. Only of plug-ins
  // that take some.
  const char* order;
  std::uint64_t order_count;
  const char* error; // a rule that was broken, or null
};

// By these names with "pw_shell_" in front.
using PwShellCreate = void* (*)(); // null: reset was never done
using PwShellDestroy = void (*)(void*);
// The answer's two bits, 9 if there was none.
using PwShellBus = std::uint32_t (*)(void*, bool write, std::uint32_t address, std::uint32_t* data);
using PwShellRunAll = void (*)(void*, PwShellRun*);
using PwShellReset = bool (*)(void*);
// Is a completion of a frame with this tag handed on to the host?
using PwShellCompletion = bool (*)(void*, std::uint32_t tag);
}
