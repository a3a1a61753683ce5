// One packet in an island's CTM, as its address in the packet vector names it.
#pragma once

#include "backends/nfp/firmware/firmware.h"
#include "sim/nfp/value.h"

#include <cstdint>
#include <span>
#include <vector>

namespace pw::me {

// Head room holds zeros, as in the kernel's test run. Behind the packet's end lies whatever the
// packets before have left: programs may read it (a load that is done early, its result not used),
// so it is defined, but another garbage for each packet; it can't leave with the packet.
class PacketBuffer {
public:
  PacketBuffer(const nfp::FirmwareProfile&, unsigned number);

  static bool fits(const nfp::FirmwareProfile&, std::size_t bytes);
  void load(std::span<const std::uint8_t> bytes, std::uint32_t index);
  std::uint32_t address() const; // word 2 of the packet vector

  // Address of a byte in CTM as the program computes it. Throw Stop PW-ME-009: another packet, or
  // outside of the buffer.
  Byte read(std::uint32_t address) const;
  void write(std::uint32_t address, std::uint8_t byte);
  // The packet that is there at the exit. Throws Stop PW-ME-009 for writes behind its end,
  // PW-ME-005 for bytes that were never written, PW-ME-011 for a place that the firmware can't
  // handle.
  std::vector<std::uint8_t> take(std::uint32_t address, std::uint32_t length) const;

private:
  std::size_t place(std::uint32_t address) const;

  unsigned number_, first_, lowest_, highest_;
  std::vector<std::uint8_t> bytes_;
  std::vector<bool> written_;    // by packet or program
  std::size_t end_ = 0;          // of the packet as it came
  std::size_t last_written_ = 0; // behind the last byte written behind that
};

} // namespace pw::me
