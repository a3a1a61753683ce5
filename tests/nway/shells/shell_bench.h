// A plug-in in its shell under Verilator: filled through the shell's control bus, fed with frames
// as the shell would, checked for the shell's rules.
#pragma once

#include "backends/verilog/wrap/wrap.h"
#include "sim/rtl/host_port.h"
#include "tests/nway/contest.h"
#include "tests/nway/shells/shell_abi.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace pw::nway {

struct Frame {
  std::vector<std::uint8_t> bytes;
  unsigned port = 0;
  std::uint64_t time_ns = 0;
  bool bad = false;
};

struct Pattern { // of one run
  std::uint32_t seed = 1;
  unsigned idle_percent = 0, host_stall_percent = 0, wire_stall_percent = 0;
  unsigned sent_percent = 0; // of the host's own frames
  bool poll = false;         // the host reads a register all the time
  // What else it does while frames flow: called again and again until it gives false.
  std::function<bool()> host = {};
};

struct SeenFrame {
  std::vector<std::uint8_t> bytes;
  std::uint64_t first = 0, last = 0; // clocks
  unsigned gaps = 0;
  std::vector<std::uint8_t> user;
};

struct Seen {
  // By port: to the host; to the wire from the pipeline; to the wire from the host.
  std::vector<std::vector<SeenFrame>> host, wire, passed;
  std::uint64_t first_in = 0, polls = 0;
  std::string order; // with operations of the host: P and O as they went into the pipeline
};

class ShellBench : public rtl::HostPort {
public:
  // Writes the plug-in's files below the build tree and makes the simulator, if it is not there.
  ShellBench(Shell, const pipeline::Pipeline&, unsigned ports = 1,
             const VerilogOptions& = {"0", "test"});
  ~ShellBench() override;
  ShellBench(const ShellBench&) = delete;
  ShellBench& operator=(const ShellBench&) = delete;

  // What `verilator -Wall` says of the plug-in in its shell; empty = nothing.
  std::string lint() const;

  void access(const PwRtlAccess&) override; // one table of a map, through the registers
  // Registers of the pipeline's page, and of the wrapper's.
  std::uint32_t read(const std::string& name);
  void write(const std::string& name, std::uint32_t value);
  std::uint32_t read_wrapper(std::uint32_t offset);
  void write_wrapper(std::uint32_t offset, std::uint32_t value);
  std::uint32_t bus(bool write, std::uint32_t address,
                    std::uint32_t& data); // the two bits of the answer

  // Frames as they come in, and frames that the host sends. Throws where a rule is broken.
  Seen run(const std::vector<Frame>& received, const std::vector<Frame>& sent, const Pattern&);
  bool reset();
  const std::string& signature() const { return signature_; } // text of its .sig.json
  bool completion(std::uint32_t tag);                         // is it handed on?

private:
  void build();
  template <typename Function> Function symbol(const char* name) const;
  std::uint32_t offset(const std::string& name) const;
  void wait();

  Shell shell_;
  unsigned ports_;
  std::string live_; // an option of Verilator's
  VerilogOutput plugin_;
  std::string signature_, folder_;
  std::uint32_t page_ = 0;
  void* library_ = nullptr;
  void* hardware_ = nullptr;
};

} // namespace pw::nway
