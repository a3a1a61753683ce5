// A pipeline simulated under Verilator, and what it did.
#pragma once

#include "backends/verilog/verilog.h"
#include "tests/backends/verilog/reference.h"

#include <string>

namespace pw::test {

struct Rates {
  unsigned idle_percent = 0, stall_percent = 0;
  std::uint32_t seed = 1;
};

struct SeenPacket {
  std::uint64_t cycle_in = 0;             // first beat
  std::vector<std::uint64_t> beat_cycles; // in
};

struct SeenResult {
  std::uint64_t cycle = 0;
  std::uint32_t retval = 0, length = 0, trap = 0, redirect_map = 0, redirect_key = 0,
                redirect_ifindex = 0;
  std::uint64_t redirect_flags = 0;
};

struct SeenOutput {
  std::uint64_t cycle = 0; // first beat
  std::uint32_t length = 0, verdict = 0;
  std::vector<std::uint8_t> bytes;
  bool ended = false; // its last beat was seen
};

struct SeenTrace {
  std::uint64_t cycle = 0;
  std::vector<std::uint8_t> active, valid, args; // bytes of the ports
};

struct Seen {
  std::vector<SeenPacket> packets;
  std::vector<SeenResult> results;
  std::vector<SeenOutput> outputs;
  std::vector<SeenTrace> traces;
  std::map<std::vector<unsigned>, std::vector<std::uint8_t>> rows; // read by the host afterwards
  std::uint64_t idle_from = 0;
  bool idle = false;
};

struct Access {
  unsigned map = 0, table = 0, row = 0;
  Wide data;
};

class Simulation {
public:
  explicit Simulation(const pipeline::Pipeline&);
  ~Simulation();
  // Reset (in the middle of the first `aborted` clocks of the same traffic, if not 0), host writes,
  // packets, host reads.
  Seen run(const std::vector<PacketIn>&, const Rates&, const std::vector<Access>& writes,
           const std::vector<Access>& reads, std::uint64_t aborted = 0);

private:
  std::string directory_;
};

// Directory with the emitted files; made anew.
std::string emit_to(const pipeline::Pipeline&, const std::string& directory);
// Runs a command; its exit code, and its output in `output`.
int shell(const std::string& command, std::string& output);
std::string scratch(const std::string& name); // a directory in the build tree

} // namespace pw::test
