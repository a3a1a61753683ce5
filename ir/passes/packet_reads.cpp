#include "ir/passes/packet_reads.h"

#include <algorithm>

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

Coordinate PacketReads::want(Value base, std::int64_t offset, unsigned bytes) {
  auto [at, fresh] = area_of_.try_emplace(base, areas_.size());
  if (fresh)
    areas_.push_back({base, {}, {}});
  unsigned& most = areas_[at->second].wanted[offset];
  most = std::max(most, bytes);
  return {at->second, offset};
}

// Takes the constant part out of a sum.
Coordinate PacketReads::want(Value at, unsigned bytes) {
  std::int64_t offset = 0;
  while (auto sum = at.getDefiningOp<arith::AddIOp>()) {
    auto constant = constant_of(sum.getRhs());
    if (!constant)
      break;
    offset += constant->getSExtValue();
    at = sum.getLhs();
  }
  if (auto constant = constant_of(at))
    return want({}, offset + constant->getSExtValue(), bytes);
  return want(at, offset, bytes);
}

void PacketReads::replaced(Value old, Value fresh) {
  if (auto area = area_of_.find(old); area != area_of_.end())
    areas_[area->second].base = fresh;
}

// From the first byte that is wanted as far as a read goes, and so on. Bytes in between that nobody
// wants are read along.
void PacketReads::group(Area& area) const {
  std::int64_t covered = std::numeric_limits<std::int64_t>::min();
  for (auto [offset, bytes] : area.wanted) {
    std::int64_t from = std::max(offset, covered), end = offset + bytes;
    while (from < end) {
      auto last = area.reads.empty() ? area.reads.end() : std::prev(area.reads.end());
      bool joins = last != area.reads.end() && from < last->first + widest_;
      if (!joins)
        last = area.reads.emplace(from, Wide{}).first;
      covered = std::min(end, last->first + widest_);
      last->second.bytes = std::max(last->second.bytes, unsigned(covered - last->first));
      from = covered;
    }
  }
}

Value PacketReads::value_of(const Area& area, std::int64_t offset, Wide& wide) {
  if (wide.value)
    return wide.value;
  Value at = build_.constant(llvm::APInt(16, std::uint64_t(offset), true));
  if (area.base)
    at = offset == 0 ? build_.resize(area.base, 16) : build_.add(build_.resize(area.base, 16), at);
  Value enable = build_.constant(1, 1);
  mlir::OpBuilder& builder = build_.behind({at, enable});
  wide.value = builder.create<PacketReadOp>(build_.where(), builder.getIntegerType(wide.bytes * 8),
                                            enable, at);
  return wide.value;
}

Value PacketReads::read(Coordinate c, unsigned bytes) {
  Area& area = areas_[c.area];
  if (area.reads.empty())
    group(area);
  std::vector<Value> pieces;
  for (std::int64_t at = c.offset, end = at + bytes; at < end;) {
    auto wide = std::prev(area.reads.upper_bound(at));
    std::int64_t to = std::min(end, wide->first + wide->second.bytes);
    pieces.push_back(build_.bits(value_of(area, wide->first, wide->second),
                                 unsigned(at - wide->first) * 8, unsigned(to - at) * 8));
    at = to;
  }
  return build_.concat(pieces);
}

} // namespace pw::ir
