// The table for xcup (UltraScale+, speed grade -2). A LUT level is taken as 0.45 ns with its
// routing; two-input logic on single bits as half of that, since three such operations pack into
// one LUT of six inputs; a carry chain as 0.6 ns to get on and off and 12 ps a bit.
#include "ir/schedule/delays.h"

#include "ir/dialect/dialect.h"
#include "ir/schedule/memory.h"
#include "ir/schedule/ports.h"

#include <cmath>

namespace pw::schedule {

namespace {

namespace arith = mlir::arith;
using namespace pw::ir;

constexpr double level = lut_level, gate = 0.22, clock_margin = 0.6;

double chain(unsigned width) { return width <= 2 ? level : 0.6 + 0.012 * width; }
double tree(unsigned leaves, unsigned fan_in) {
  return level *
         std::max(1.0, std::ceil(std::log2(std::max(2u, leaves)) / std::log2(fan_in) - 1e-9));
}

double compare(arith::CmpIOp op) {
  unsigned width = width_of(op.getLhs());
  bool equality = op.getPredicate() == arith::CmpIPredicate::eq ||
                  op.getPredicate() == arith::CmpIPredicate::ne;
  bool fixed = constant_of(op.getRhs()).has_value();
  if (equality)
    return tree((fixed ? width : 2 * width + 5) / 6 + 1, 6) +
           (width > (fixed ? 6u : 3u) ? level : 0);
  return chain(fixed ? (width + 1) / 2 : width);
}

double shift(mlir::Operation* op) {
  if (constant_of(op->getOperand(1)))
    return 0;
  return tree(width_of(op->getResult(0)), 4);
}

Delay multiply(mlir::Operation* op) {
  unsigned width = width_of(op->getResult(0));
  if (width <= 8)
    return {1.8, 0, 0, 0};
  unsigned latency = width <= 18 ? 1 : width <= 36 ? 3 : width <= 72 ? 4 : 6;
  return {0, 0.6, 0.6, latency};
}

// An inverter is part of the LUTs behind it.
Delay logic(mlir::Operation* op) {
  if (mlir::isa<arith::XOrIOp>(op) && constant_of(op->getOperand(1)))
    return {};
  return {width_of(op->getResult(0)) == 1 ? gate : level * 0.6, 0, 0, 0};
}

Delay of_arith(mlir::Operation* op) {
  if (mlir::isa<arith::AddIOp, arith::SubIOp>(op))
    return {chain(width_of(op->getResult(0))), 0, 0, 0};
  if (mlir::isa<arith::MulIOp>(op))
    return multiply(op);
  if (mlir::isa<arith::AndIOp, arith::OrIOp, arith::XOrIOp>(op))
    return logic(op);
  if (mlir::isa<arith::ShLIOp, arith::ShRUIOp, arith::ShRSIOp>(op))
    return {shift(op), 0, 0, 0};
  if (auto c = mlir::dyn_cast<arith::CmpIOp>(op))
    return {compare(c), 0, 0, 0};
  if (mlir::isa<arith::SelectOp>(op))
    return {width_of(op->getResult(0)) == 1 ? gate * 1.5 : level, 0, 0, 0};
  return {}; // extensions and constants are wires
}

} // namespace

Delay delay_of(mlir::Operation* op) {
  if (op->hasAttr(lut_part))
    return {};
  if (op->hasAttr(lut_root))
    return {level, 0, 0, 0};
  if (auto mux = mlir::dyn_cast<MuxOp>(op))
    return {tree(unsigned(mux.getValues().size()), 3), 0, 0, 0};
  if (auto find = mlir::dyn_cast<FindOp>(op)) {
    MapOp map = map_of(op);
    if (map.is("lpm")) // compared with the root; block RAM and a gate
      return {0, 1.4, 1.2, map.find_latency()};
    return {0, 1.2, 0.7, map.find_latency()};
  }
  if (auto access = mlir::dyn_cast<AccessOp>(op)) // as pipeline::access_latency
    return {0, 1.2, 0.7, map_of(op).find_latency() + (access.getStamp() && port_of(access) > 0)};
  if (auto read = mlir::dyn_cast<ReadOp>(op)) {
    MapOp map = map_of(op);
    return {0, 0.5, 0.8, memory_of(map, unsigned(read.getColumn())).latency};
  }
  if (mlir::isa<WriteOp>(op))
    return {0.3, 0, 0, 0};
  if (mlir::isa<PacketReadOp>(
          op)) // the packet's place is added first; the bytes come out of registers
    return {0, chain(16), 0.1, pipeline::packet_read_latency};
  return of_arith(op);
}

double usable_period(double clock_mhz) { return 1000.0 / clock_mhz - clock_margin; }

} // namespace pw::schedule
