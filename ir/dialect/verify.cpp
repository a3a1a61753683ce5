// Verifiers. The one of `pw.pipeline` rejects a value used before it is available; the independent
// checker of schedules is schedule/checker.cpp.
#include "ir/dialect/dialect.h"
#include "ir/dialect/prefixes.h"
#include "support/skb.h"

#include "mlir/IR/BuiltinOps.h"

namespace pw::ir {

using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

LogicalResult MapOp::verify() {
  if (!is("array") && !is("present") && !is("hash") && !is("table") && !is("lpm"))
    return emitOpError("kind is not array, present, hash, table or lpm");
  if (is("lpm") && getKeyBytes() < 5)
    return emitOpError("keys have no bytes behind their length");
  for (mlir::Attribute a : getColumns().value_or(mlir::ArrayAttr::get(getContext(), {}))) {
    auto column = mlir::dyn_cast<ColumnAttr>(a);
    if (!column)
      return emitOpError("columns must be #pw.column");
    if (column.getOffset() + column.getBytes() * column.getCount() > getValueBytes())
      return emitOpError("column ends behind the value");
  }
  return success();
}

namespace {

LogicalResult ends_with_exit(mlir::Operation* op, mlir::Block& block) {
  if (block.empty() || !mlir::isa<ExitOp>(block.back()))
    return op->emitOpError("must end with pw.exit");
  return success();
}

// A state may be changed by one operation only: the order of effects is a chain.
LogicalResult states_are_chains(mlir::Block& block) {
  for (mlir::Operation& op : block)
    for (mlir::Value v : op.getResults()) {
      if (!mlir::isa<StateType>(v.getType()))
        continue;
      auto changes = [](mlir::Operation* user) { return mlir::isa<StoreOp, WriteOp, AccessOp>(user); };
      if (llvm::count_if(v.getUsers(), changes) > 1)
        return op.emitOpError("its state is changed by two operations");
    }
  return success();
}

unsigned latency(mlir::Operation* op) {
  auto given = op->getAttrOfType<mlir::IntegerAttr>("latency");
  return given ? given.getInt() : 0;
}

LogicalResult available(StageOp user_stage, mlir::Operation& user) {
  for (mlir::Value v : user.getOperands()) {
    auto from = v.getDefiningOp<StageOp>();
    mlir::Operation* made = v.getDefiningOp();
    if (from) {
      auto registers = mlir::cast<RegisterOp>(from.getBody().front().getTerminator());
      made = registers.getValues()[mlir::cast<mlir::OpResult>(v).getResultNumber()].getDefiningOp();
    } else if (made) {
      from = mlir::dyn_cast<StageOp>(made->getParentOp());
    }
    if (!from || !made || mlir::isa<RegisterOp>(user))
      continue;
    if (from.getIndex() + latency(made) > user_stage.getIndex())
      return user.emitOpError("uses a value before it is available: made in stage ")
             << from.getIndex() << " with latency " << latency(made);
  }
  return success();
}

} // namespace

LogicalResult ProgramOp::verify() {
  mlir::Block& block = getBody().front();
  if (failed(ends_with_exit(*this, block)))
    return failure();
  return states_are_chains(block);
}

LogicalResult PipelineOp::verify() {
  std::uint64_t next = 0;
  StageOp last;
  for (mlir::Operation& op : getBody().front()) {
    auto stage = mlir::dyn_cast<StageOp>(op);
    if (!stage)
      return op.emitOpError("is not a stage");
    if (stage.getIndex() != next++)
      return stage.emitOpError("is out of order");
    if (last && stage.getGroup() != last.getGroup() && stage.getGroup() != last.getGroup() + 1)
      return stage.emitOpError("groups of stages must count up");
    last = stage;
    for (mlir::Operation& inner : stage.getBody().front())
      if (failed(available(stage, inner)))
        return failure();
  }
  return last ? ends_with_exit(last, last.getBody().front()) : emitOpError("has no stage");
}

LogicalResult RegisterOp::verify() {
  if (getValues().getTypes() != (*this)->getParentOp()->getResultTypes())
    return emitOpError("does not match the results of its stage");
  return success();
}

LogicalResult InputOp::verify() {
  static const llvm::StringMap<unsigned> widths = [] {
    llvm::StringMap<unsigned> all = {{"length", 16}, {"ifindex", 32}, {"rxq", 32},
                                     {"cpu", 32},    {"time", 64},    {"seed", 32},
                                     {"packet_index", 32}};
    for (unsigned f = 0; f < skb_input_count; ++f)
      all[skb_fields[f].name] = skb_fields[f].bits;
    return all;
  }();
  auto found = widths.find(getWhat());
  if (found == widths.end())
    return emitOpError("unknown input");
  if (found->second != width_of(getResult()))
    return emitOpError("must have ") << found->second << " bits";
  return success();
}

LogicalResult MuxOp::verify() {
  for (mlir::Value v : getValues())
    if (v.getType() != getType())
      return emitOpError("values and result differ in type");
  return success();
}

LogicalResult BitsOp::verify() {
  if (getOffset() + width_of(getResult()) > width_of(getValue()))
    return emitOpError("takes bits behind the end of its operand");
  return success();
}

LogicalResult ConcatOp::verify() {
  unsigned sum = 0;
  for (mlir::Value v : getValues())
    sum += width_of(v);
  if (sum != width_of(getResult()))
    return emitOpError("result must have ") << sum << " bits";
  return success();
}

LogicalResult AccessOp::verify() {
  MapOp map = map_of(*this);
  if (!map || !map.is("table"))
    return emitOpError("is not of a table");
  if (width_of(getOutcome()) != map.handle_bits() + 1)
    return emitOpError("outcome must have ") << map.handle_bits() + 1 << " bits";
  if (holds_prefixes(map) && width_of(getKey()) != access_key_bits(map))
    return emitOpError("key of a prefix must have ") << access_key_bits(map) << " bits";
  if (map.lru() != bool(getStamp()))
    return emitOpError("a stamp belongs to LRU maps, and to no others");
  return success();
}

LogicalResult FieldOp::verify() {
  if (static_cast<std::int64_t>(getOffset()) < 0 || width_of(getResult()) % 8 != 0)
    return emitOpError("must be whole bytes at a coordinate of at least 0");
  return success();
}

LogicalResult PacketReadOp::verify() {
  if (width_of(getResult()) % 8 != 0)
    return emitOpError("must read whole bytes");
  return success();
}

LogicalResult EventOp::verify() {
  if (width_of(getData()) % 8)
    return emitOpError("the record must be whole bytes");
  if (bool(getCopied()) != bool(getHead()) || ((getPacket() || !getBytes().empty()) && !getHead()))
    return emitOpError("bytes of the packet need their number and the first coordinate");
  auto places = getCoordinates();
  if (getBytes().size() != (places ? places->size() : 0))
    return emitOpError("each byte needs a coordinate");
  if (places && !llvm::is_sorted(*places))
    return emitOpError("coordinates must ascend");
  return success();
}

LogicalResult ExitOp::verify() {
  llvm::SmallVector<unsigned> widths = {32, 16, 16, 16, 8, 8, 32, 32, 64};
  const std::size_t plain = widths.size();
  if (auto fields = (*this)->getAttrOfType<mlir::DenseI64ArrayAttr>("skb"))
    for (std::int64_t f : fields.asArrayRef()) {
      if (f < 0 || f >= std::int64_t(skb_field_count))
        return emitOpError("unknown field of the metadata");
      widths.push_back(skb_fields[std::size_t(f)].bits);
    }
  if (getValues().size() != widths.size())
    return emitOpError("needs ") << plain << " results and one a field of the metadata";
  for (auto [v, width] : llvm::zip(getValues(), widths))
    if (width_of(v) != width)
      return emitOpError("results must be i32, i16, i16, i16, i8, i8, i32, i32, i64 and as wide as "
                         "fields");
  return success();
}

} // namespace pw::ir
