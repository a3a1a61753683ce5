// What a pipeline means: its operations executed in order, one packet after another, without stages
// and clocks.
#pragma once

#include "ir/pipeline.h"
#include "tests/backends/verilog/wide.h"

#include <cstdint>
#include <map>
#include <vector>

namespace pw::test {

struct PacketIn {
  std::vector<std::uint8_t> bytes;
  bool bad = false;
  std::uint32_t ifindex = 3, rxq = 1;
  std::uint64_t time = 0;
};

struct PacketOut {
  std::uint32_t retval = 0;
  std::int32_t head = 0, tail = 0;
  std::uint32_t trap = 0, redirect_map = 0, redirect_key = 0, redirect_ifindex = 0;
  std::uint64_t redirect_flags = 0;
  std::vector<std::uint8_t> bytes;       // [head, tail)
  std::vector<std::vector<Wide>> traces; // args of each Trace operation; empty: not traced
  std::vector<Wide> values;
  bool leaves() const { return retval >= 2 && retval <= 4; }
};

class Reference {
public:
  explicit Reference(const pipeline::Pipeline& p) : p_(p) {}
  PacketOut run(const PacketIn&);
  // Contents as the host port sees them: {map, table, row} -> data; absent = zero.
  std::map<std::vector<unsigned>, Wide> memory;

private:
  Wide execute(const pipeline::Operation&, const PacketIn&, PacketOut&);
  Wide logic(const pipeline::Operation&, const PacketOut&) const;
  Wide shift(const pipeline::Operation&, const Wide& x, const Wide& by) const;
  Wide input(const pipeline::Operation&, const PacketIn&) const;
  Wide find(const pipeline::Operation&, const Wide& key) const;
  Wide& word(const pipeline::Operation&, const Wide& handle, std::uint64_t index);
  void write_packet(const pipeline::Operation&, const Wide& data);

  const pipeline::Pipeline& p_;
  std::uint32_t index_ = 0;
  std::map<int, std::uint8_t> written_;
};

} // namespace pw::test
