// Reads of the packet behind the header window: which ones there are, and the few wide reads that
// serve them.
//
//   bytes 0 to 1 at %x, byte 6 at %x + 6   =>   %w = packet_read[%x] : i56, and pieces of it
//
// A wide read is an access point, with a copy of the packet of its own; so bytes near one
// coordinate are read together, though the program may want them in different places, and whether
// it does or not: reading has no effect.
#pragma once

#include "ir/passes/build.h"

#include <map>
#include <vector>

namespace pw::ir {

// Where bytes are: so far behind the coordinate that the area's base is.
struct Coordinate {
  unsigned area = 0;
  std::int64_t offset = 0;
  auto operator<=>(const Coordinate&) const = default;
};

class PacketReads {
public:
  // widest: bytes of one read.
  PacketReads(Build& build, unsigned widest) : build_(build), widest_(widest) {}

  // First all that will be read, then the reads, of what was wanted or parts of it.
  Coordinate want(mlir::Value at, unsigned bytes); // signed
  Coordinate want(std::int64_t at, unsigned bytes) { return want({}, at, bytes); }
  Coordinate constant(std::int64_t at) const { return {area_of_.lookup({}), at}; }
  mlir::Value read(Coordinate, unsigned bytes);
  // A value that coordinates may have been made of has become another one.
  void replaced(mlir::Value old, mlir::Value fresh);

private:
  struct Wide {
    unsigned bytes = 0;
    mlir::Value value; // null: not made yet
  };
  struct Area {                              // around one base
    mlir::Value base;                        // null: coordinate 0
    std::map<std::int64_t, unsigned> wanted; // offset -> bytes
    std::map<std::int64_t, Wide> reads;      // by first byte
  };

  Coordinate want(mlir::Value base, std::int64_t offset, unsigned bytes);
  void group(Area&) const;
  mlir::Value value_of(const Area&, std::int64_t offset, Wide&);

  Build& build_;
  unsigned widest_;
  llvm::DenseMap<mlir::Value, unsigned> area_of_; // by base
  std::vector<Area> areas_;
};

} // namespace pw::ir
