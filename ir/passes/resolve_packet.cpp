// Packet resolution.
//
//   %p1 = insert %p0[14], %x        extract %p1[14] : i16   =>  bits of %x
//   %p2 = insert %p1[20], %y        extract %p1[12] : i32   =>  concat(field 12 : i16, bits of %x)
//
//   extract_at %p2[%at in 34 to 74 step 4]   =>  a shifter over field 34 ..., by (%at - 34) / 4
//   extract_at %p0[%at in 54 to 2119 step 1]   =>  packet_read[%at]: behind the window
//   exit packet %p2                          =>  put 14, %x; put 20, %y
//   event ... of %p1                         =>  event ... but [14, 15](bytes of %x)
#include "ir/compile.h"
#include "ir/passes/build.h"
#include "ir/passes/packet_reads.h"
#include "ir/passes/passes.h"

#include "mlir/IR/PatternMatch.h"

#include <set>

namespace pw::ir {

#define GEN_PASS_DEF_RESOLVEPACKET
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;

constexpr std::int64_t head_room = 512; // no byte lies further in front of the packet

struct Place {
  std::int64_t offset;
  unsigned bytes;
  std::int64_t end() const { return offset + bytes; }
  auto operator<=>(const Place&) const = default;
};

// Bytes at a coordinate known at run time.
struct Spot {
  Coordinate where;
  Value at;
  std::int64_t min, max; // of at
  unsigned bytes;
  std::int64_t end() const { return max + bytes; }
};

class Resolver {
public:
  Resolver(ProgramOp program, const ResolvePacketOptions& options)
      : block_(program.getBody().front()), build_(block_), options_(options),
        reads_(build_, unsigned(options.widest)) {}

  bool run() {
    reach_ = furthest_byte();
    if (!bound_places())
      return false;
    want_reads();
    for (mlir::Operation& op : llvm::make_early_inc_range(block_)) {
      build_.at(op.getLoc());
      if (auto extract = mlir::dyn_cast<ExtractOp>(op))
        replace(extract,
                bytes_of(extract.getPacket(), {std::int64_t(extract.getOffset()), bytes(extract)}));
      else if (auto at = mlir::dyn_cast<ExtractAtOp>(op))
        replace(at, extract_at(at));
      else if (auto event = mlir::dyn_cast<EventOp>(op); event && event.getPacket())
        resolve(event);
      if (!ok_)
        return false;
    }
    emit_puts();
    erase_packets();
    return ok_;
  }

private:
  static unsigned bytes(mlir::Operation* op) { return width_of(op->getResult(0)) / 8; }
  void replace(mlir::Operation* op, Value v) {
    if (!v)
      return;
    op->getResult(0).replaceAllUsesWith(v);
    reads_.replaced(op->getResult(0), v);
    op->erase();
  }

  Value bytes_of(Value packet, Place place);
  Value compute(Value packet, Place place);
  Value received(Place place);
  Value through_insert(InsertOp insert, Place place);
  Value through_insert_at(InsertAtOp insert, Place place);
  struct Written {
    Value any, data; // whether the byte is written, and what; null: never
  };
  const Written& written(InsertAtOp insert, std::int64_t here);
  template <typename BytesIn> Value merged(mlir::Operation* merge, BytesIn bytes_in);
  Value extract_at(ExtractAtOp op);
  void want_reads();
  Value read(Value packet, const Spot& spot);
  Value read_new(Value packet, const Spot& spot);
  // Where `data` lies: its first byte is in front of that of what is read by x - base, which is
  // least to most.
  struct Overlap {
    Value x;
    std::int64_t base, least, most;
  };
  Value overlay(Value old, Value data, const Overlap&);
  Value shift_down(Value wide, Value at, std::int64_t min, std::uint64_t stride, unsigned steps,
                   unsigned width);
  void resolve(EventOp event);
  void emit_puts();
  void put_at(mlir::OpBuilder& builder, InsertAtOp insert);
  void erase_packets();
  bool in_window(mlir::Operation* op, std::int64_t end);
  std::int64_t furthest_byte();
  bool bound_places();
  template <typename Op> bool bound_place(Op op, unsigned bytes);

  bool behind_window(std::int64_t end) const { return end > options_.window; }
  bool behind_fixed_window(std::int64_t end) const {
    return options_.wholePacket && end > options_.fixedWindow;
  }

  mlir::Block& block_;
  Build build_;
  ResolvePacketOptions options_;
  PacketReads reads_;
  std::int64_t reach_ = 0; // the window that would hold every access
  bool ok_ = true;
  std::map<std::pair<void*, Place>, Value> known_;
  std::map<std::pair<mlir::Operation*, std::int64_t>, Written> written_;
  llvm::DenseMap<mlir::Operation*, Coordinate> wanted_; // of an extract_at behind the window
  std::map<std::tuple<void*, Coordinate, unsigned>, Value> read_;
};

bool overlap(std::int64_t a, std::int64_t a_end, std::int64_t b, std::int64_t b_end) {
  return a < b_end && b < a_end;
}

// Steps over inserts elsewhere before anything is remembered, so that long chains cost no depth.
Value Resolver::bytes_of(Value packet, Place place) {
  for (;;) {
    mlir::Operation* op = packet.getDefiningOp();
    if (auto insert = mlir::dyn_cast<InsertOp>(op)) {
      auto offset = std::int64_t(insert.getOffset());
      if (overlap(offset, offset + width_of(insert.getData()) / 8, place.offset, place.end()))
        break;
      packet = insert.getPacket();
    } else if (auto at = mlir::dyn_cast<InsertAtOp>(op)) {
      if (overlap(at.getMin(), std::int64_t(at.getMax()) + width_of(at.getData()) / 8, place.offset,
                  place.end()))
        break;
      packet = at.getPacket();
    } else {
      break;
    }
  }
  auto [at, fresh] = known_.try_emplace({packet.getAsOpaquePointer(), place});
  if (!fresh)
    return at->second;
  Value v = compute(packet, place);
  return known_[{packet.getAsOpaquePointer(), place}] = v;
}

Value Resolver::compute(Value packet, Place place) {
  mlir::Operation* op = packet.getDefiningOp();
  if (auto insert = mlir::dyn_cast<InsertOp>(op))
    return through_insert(insert, place);
  if (auto at = mlir::dyn_cast<InsertAtOp>(op))
    return through_insert_at(at, place);
  if (mlir::isa<ReceivedOp>(op))
    return received(place);
  return merged(op, [&](Value packet) { return bytes_of(packet, place); });
}

// Head room reads as zero.
Value Resolver::received(Place place) {
  if (place.end() <= 0)
    return build_.constant(place.bytes * 8, 0);
  if (behind_fixed_window(place.end()))
    return reads_.read(reads_.constant(place.offset), place.bytes);
  if (place.offset >= 0)
    return build_.field(place.offset, place.bytes);
  auto before = static_cast<unsigned>(-place.offset);
  return build_.concat({build_.constant(before * 8, 0), build_.field(0, place.bytes - before)});
}

Value Resolver::through_insert(InsertOp insert, Place place) {
  auto offset = std::int64_t(insert.getOffset());
  std::int64_t end = offset + width_of(insert.getData()) / 8;
  std::int64_t from = std::max(offset, place.offset), to = std::min(end, place.end());
  Value low, high;
  if (place.offset < from)
    low = bytes_of(insert.getPacket(), {place.offset, unsigned(from - place.offset)});
  if (to < place.end())
    high = bytes_of(insert.getPacket(), {to, unsigned(place.end() - to)});
  Value middle =
      build_.bits(insert.getData(), unsigned(from - offset) * 8, unsigned(to - from) * 8);
  return build_.concat({low, middle, high});
}

// Of each byte once: it is asked for as a part of many places.
const Resolver::Written& Resolver::written(InsertAtOp insert, std::int64_t here) {
  auto [known, fresh] = written_.try_emplace({insert.getOperation(), here});
  Written& result = known->second;
  if (!fresh)
    return result;
  auto length = std::int64_t(width_of(insert.getData()) / 8),
       stride = std::int64_t(insert.getStride());
  std::vector<Value> conditions, values;
  for (auto k = std::int64_t(insert.getMin()); k <= std::int64_t(insert.getMax()); k += stride) {
    if (here < k || here >= k + length)
      continue;
    conditions.push_back(
        build_.equal(insert.getAt(), llvm::APInt(width_of(insert.getAt()), k, true)));
    values.push_back(build_.bits(insert.getData(), unsigned(here - k) * 8, 8));
    result.any = build_.either(result.any, conditions.back());
  }
  if (!conditions.empty())
    result.data = conditions.size() == 1 ? values[0] : build_.mux(conditions, values);
  return result;
}

// Byte by byte: that byte of the data which the coordinate brings there, or what was there.
Value Resolver::through_insert_at(InsertAtOp insert, Place place) {
  Value old = bytes_of(insert.getPacket(), place);
  std::vector<Value> result;
  for (unsigned b = 0; b < place.bytes; ++b) {
    const Written& w = written(insert, place.offset + b);
    Value before = build_.bits(old, b * 8, 8);
    result.push_back(w.any ? build_.select(w.any, w.data, before) : before);
  }
  return build_.concat(result);
}

template <typename BytesIn> Value Resolver::merged(mlir::Operation* merge, BytesIn bytes_in) {
  if (auto select = mlir::dyn_cast<mlir::arith::SelectOp>(merge)) {
    Value t = bytes_in(select.getTrueValue()), f = bytes_in(select.getFalseValue());
    return build_.select(select.getCondition(), t, f);
  }
  auto mux = mlir::cast<MuxOp>(merge);
  llvm::MapVector<Value, Value> conditions; // by value: paths that agree share one input
  for (auto [c, packet] : llvm::zip(mux.getConditions(), mux.getValues())) {
    Value& any = conditions[bytes_in(packet)];
    any = build_.either(any, c);
  }
  std::vector<Value> cs, vs;
  for (auto& [v, c] : conditions) {
    cs.push_back(c);
    vs.push_back(v);
  }
  if (vs.size() == 1)
    return vs[0];
  return vs.size() == 2 ? build_.select(cs[0], vs[0], vs[1]) : build_.mux(cs, vs);
}

void Resolver::want_reads() {
  for (mlir::Operation& op : block_) {
    if (auto extract = mlir::dyn_cast<ExtractOp>(op)) {
      auto offset = std::int64_t(extract.getOffset());
      if (behind_fixed_window(offset + bytes(extract)))
        reads_.want(offset, bytes(extract));
    } else if (auto at = mlir::dyn_cast<ExtractAtOp>(op)) {
      if (options_.wholePacket && behind_window(std::int64_t(at.getMax()) + bytes(at)))
        wanted_[at] = reads_.want(at.getAt(), bytes(at));
    }
  }
}

// As bytes_of, at a coordinate known at run time.
Value Resolver::read(Value packet, const Spot& spot) {
  for (;;) {
    mlir::Operation* op = packet.getDefiningOp();
    if (auto insert = mlir::dyn_cast<InsertOp>(op)) {
      auto offset = std::int64_t(insert.getOffset());
      if (overlap(offset, offset + width_of(insert.getData()) / 8, spot.min, spot.end()))
        break;
      packet = insert.getPacket();
    } else if (auto at = mlir::dyn_cast<InsertAtOp>(op)) {
      if (overlap(at.getMin(), std::int64_t(at.getMax()) + width_of(at.getData()) / 8, spot.min,
                  spot.end()))
        break;
      packet = at.getPacket();
    } else {
      break;
    }
  }
  std::tuple key(packet.getAsOpaquePointer(), spot.where, spot.bytes);
  if (auto known = read_.find(key); known != read_.end())
    return known->second;
  return read_[key] = read_new(packet, spot);
}

Value Resolver::read_new(Value packet, const Spot& spot) {
  mlir::Operation* op = packet.getDefiningOp();
  if (mlir::isa<ReceivedOp>(op))
    return reads_.read(spot.where, spot.bytes);
  if (auto insert = mlir::dyn_cast<InsertOp>(op)) {
    auto offset = std::int64_t(insert.getOffset());
    return overlay(read(insert.getPacket(), spot), insert.getData(),
                   {spot.at, offset, spot.min - offset, spot.max - offset});
  }
  if (auto at = mlir::dyn_cast<InsertAtOp>(op)) {
    Value distance = build_.behind({spot.at, at.getAt()})
                         .createOrFold<mlir::arith::SubIOp>(build_.where(), spot.at, at.getAt());
    return overlay(
        read(at.getPacket(), spot), at.getData(),
        {distance, 0, spot.min - std::int64_t(at.getMax()), spot.max - std::int64_t(at.getMin())});
  }
  return merged(op, [&](Value before) { return read(before, spot); });
}

// Where the two overlap, the data counts.
Value Resolver::overlay(Value old, Value data, const Overlap& where) {
  auto length = std::int64_t(width_of(data) / 8);
  std::vector<Value> result;
  for (std::int64_t b = 0; b < std::int64_t(width_of(old) / 8); ++b) {
    std::vector<Value> conditions, values;
    Value any, before = build_.bits(old, unsigned(b) * 8, 8);
    for (auto d = std::max(where.least, -b); d <= std::min(where.most, length - 1 - b); ++d) {
      auto x = llvm::APInt(width_of(where.x), std::uint64_t(where.base + d), true);
      conditions.push_back(build_.equal(where.x, x));
      values.push_back(build_.bits(data, unsigned(d + b) * 8, 8));
      any = build_.either(any, conditions.back());
    }
    if (conditions.empty())
      result.push_back(before);
    else
      result.push_back(build_.select(
          any, conditions.size() == 1 ? values[0] : build_.mux(conditions, values), before));
  }
  return build_.concat(result);
}

std::int64_t Resolver::furthest_byte() {
  std::int64_t end = 0;
  for (mlir::Operation& op : block_) {
    auto extract = mlir::dyn_cast<ExtractOp>(op);
    auto at = mlir::dyn_cast<ExtractAtOp>(op);
    if (extract && !options_.wholePacket)
      end = std::max(end, std::int64_t(extract.getOffset()) + bytes(extract));
    else if (at && !options_.wholePacket)
      end = std::max(end, std::int64_t(at.getMax()) + bytes(at));
    else if (auto insert = mlir::dyn_cast<InsertAtOp>(op))
      end = std::max(end, std::int64_t(insert.getMax()) + width_of(insert.getData()) / 8);
  }
  return end;
}

// What would help: naming the window that is wanted, where one can be had.
std::string window_remedy(std::int64_t end) {
  const std::string bound = "bound the offset by a comparison before the access";
  return end <= widest_window
             ? bound + ", or use --window " + std::to_string(end)
             : bound + " (a window has at most " + std::to_string(widest_window) + " bytes)";
}

bool Resolver::in_window(mlir::Operation* op, std::int64_t end) {
  if (!behind_window(end))
    return true;
  const bool writes = mlir::isa<InsertAtOp>(op);
  report(op, diagnose("PW-PKT-020", (writes ? "this write at an offset known only at run time"
                                            : std::string("this access")) +
                                        " may reach byte " + std::to_string(end - 1) +
                                        " of the packet, behind the header window")
                 .limited(std::to_string(std::int64_t(options_.window)) + " bytes",
                          std::to_string(end) + " bytes")
                 .help(window_remedy(reach_)));
  ok_ = false;
  return false;
}

Value Resolver::extract_at(ExtractAtOp op) {
  auto min = std::int64_t(op.getMin()), max = std::int64_t(op.getMax());
  unsigned width = width_of(op.getResult());
  if (options_.wholePacket && behind_window(max + width / 8))
    return read(op.getPacket(), {wanted_.lookup(op), op.getAt(), min, max, width / 8});
  Value wide = bytes_of(op.getPacket(), {min, unsigned(max - min) + width / 8});
  auto steps = unsigned((max - min) / std::int64_t(op.getStride()));
  return shift_down(wide, op.getAt(), min, op.getStride(), steps, width);
}

// One selection for each bit of the step number, the largest shift first, each only as wide as what
// follows needs.
Value Resolver::shift_down(Value wide, Value at, std::int64_t min, std::uint64_t stride,
                           unsigned steps, unsigned width) {
  if (steps == 0)
    return build_.bits(wide, 0, width);
  unsigned n = width_of(at);
  Value distance = build_.add(at, build_.constant(llvm::APInt(n, -min, true)));
  unsigned zeros = llvm::countr_zero(stride);
  unsigned unit = 1u << zeros; // bytes a step of the shifter
  unsigned last = unsigned(steps * stride) / unit;
  for (unsigned bit = llvm::Log2_32(last) + 1; bit-- > 0;) {
    unsigned shift = (unit << bit) * 8, rest = (unit * ((1u << bit) - 1)) * 8;
    unsigned needed = std::min(width + rest, width_of(wide));
    Value keep = build_.bits(wide, 0, needed);
    unsigned available = width_of(wide) > shift ? width_of(wide) - shift : 0;
    if (available == 0)
      continue;
    Value moved = build_.resize(build_.bits(wide, shift, std::min(available, needed)), needed);
    wide = build_.select(build_.bits(distance, zeros + bit, 1), moved, keep);
  }
  return build_.resize(wide, width);
}

// Nothing lies in front of the head room, whatever the range of a coordinate says; and where code
// is dead the range may say anything. False: the operation is gone.
template <typename Op> bool Resolver::bound_place(Op op, unsigned bytes) {
  auto min = std::int64_t(op.getMin()), max = std::int64_t(op.getMax());
  if (max < -head_room) {
    if constexpr (std::is_same_v<Op, InsertAtOp>)
      op.getResult().replaceAllUsesWith(op.getPacket());
    else
      op.getResult().replaceAllUsesWith(build_.constant(bytes * 8, 0));
    op.erase();
    return false;
  }
  auto stride = std::max<std::int64_t>(1, std::int64_t(op.getStride()));
  if (min < -head_room) // the first place of the row in the head room or behind it
    op.setMin(
        std::uint64_t(std::min(max, min + (-head_room - min + stride - 1) / stride * stride)));
  return true;
}

// Before anything is made for the places of an operation, as there may be billions of them.
bool Resolver::bound_places() {
  for (mlir::Operation& op : llvm::make_early_inc_range(block_)) {
    build_.at(op.getLoc());
    if (auto extract = mlir::dyn_cast<ExtractAtOp>(op)) {
      if (bound_place(extract, bytes(extract)) && !options_.wholePacket)
        in_window(extract, std::int64_t(extract.getMax()) + bytes(extract));
    } else if (auto insert = mlir::dyn_cast<InsertAtOp>(op)) {
      unsigned length = width_of(insert.getData()) / 8;
      if (bound_place(insert, length))
        in_window(insert, std::int64_t(insert.getMax()) + length);
    }
    if (!ok_)
      return false;
  }
  return true;
}

// Coordinates that the program may have written before.
static std::set<std::int64_t> written_before(Value packet) {
  std::set<std::int64_t> places;
  llvm::SetVector<mlir::Operation*> work;
  work.insert(packet.getDefiningOp());
  for (unsigned i = 0; i < work.size(); ++i) {
    mlir::Operation* op = work[i];
    std::int64_t first = 0, end = 0;
    if (auto insert = mlir::dyn_cast<InsertOp>(op)) {
      first = std::int64_t(insert.getOffset());
      end = first + width_of(insert.getData()) / 8;
    } else if (auto at = mlir::dyn_cast<InsertAtOp>(op)) {
      first = std::int64_t(at.getMin());
      end = std::int64_t(at.getMax()) + width_of(at.getData()) / 8;
    }
    for (; first < end; ++first)
      places.insert(first);
    for (Value v : op->getOperands())
      if (mlir::isa<PacketType>(v.getType()))
        work.insert(v.getDefiningOp());
  }
  return places;
}

// Bytes that were not written come from the packet as it was received.
void Resolver::resolve(EventOp event) {
  const auto places = written_before(event.getPacket());
  std::vector<std::int64_t> coordinates(places.begin(), places.end());
  std::vector<Value> bytes;
  for (std::int64_t place : coordinates)
    bytes.push_back(bytes_of(event.getPacket(), {place, 1}));
  event.getPacketMutable().clear();
  event.getBytesMutable().assign(bytes);
  if (!coordinates.empty())
    event.setCoordinates(coordinates);
}

void Resolver::put_at(mlir::OpBuilder& builder, InsertAtOp insert) {
  auto stride = std::int64_t(insert.getStride());
  for (auto k = std::int64_t(insert.getMin()); k <= std::int64_t(insert.getMax()); k += stride) {
    Value here = build_.equal(insert.getAt(), llvm::APInt(width_of(insert.getAt()), k, true));
    builder.create<PutOp>(insert.getLoc(), k, build_.both(here, insert.getEnable()),
                          insert.getData());
  }
}

void Resolver::emit_puts() {
  mlir::OpBuilder builder(&block_.back());
  for (mlir::Operation& op : llvm::make_early_inc_range(block_)) {
    build_.at(op.getLoc());
    if (auto insert = mlir::dyn_cast<InsertOp>(op)) {
      builder.create<PutOp>(insert.getLoc(), std::int64_t(insert.getOffset()), insert.getEnable(),
                            insert.getData());
    } else if (auto at = mlir::dyn_cast<InsertAtOp>(op)) {
      put_at(builder, at);
    }
  }
}

void Resolver::erase_packets() {
  if (!ok_)
    return;
  mlir::cast<ExitOp>(block_.back()).getPacketMutable().clear();
  for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(block_)))
    if (op.getNumResults() == 1 && mlir::isa<PacketType>(op.getResult(0).getType()))
      op.erase();
}

struct Pass : impl::ResolvePacketBase<Pass> {
  using ResolvePacketBase::ResolvePacketBase;
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      if (!Resolver(program, {window, fixedWindow, wholePacket, widest}).run())
        signalPassFailure();
  }
};

} // namespace
} // namespace pw::ir
