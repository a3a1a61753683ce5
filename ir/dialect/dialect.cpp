#include "ir/dialect/dialect.h"

#include "ir/dialect/prefixes.h"
#include "support/lpm.h"
#include "support/table_shape.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <linux/bpf.h>

#include "ir/dialect/dialect.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/dialect/types.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/dialect/attributes.cpp.inc"
#define GET_OP_CLASSES
#include "ir/dialect/ops.cpp.inc"

namespace pw::ir {

void PwDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ir/dialect/types.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/dialect/attributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "ir/dialect/ops.cpp.inc"
      >();
}

mlir::Operation* PwDialect::materializeConstant(mlir::OpBuilder& builder, mlir::Attribute value,
                                                mlir::Type type, mlir::Location where) {
  return mlir::arith::ConstantOp::materialize(builder, value, type, where);
}

unsigned width_of(mlir::Value v) { return v.getType().getIntOrFloatBitWidth(); }

std::optional<llvm::APInt> constant_of(mlir::Value v) {
  auto constant = v.getDefiningOp<mlir::arith::ConstantOp>();
  if (!constant)
    return std::nullopt;
  if (auto number = mlir::dyn_cast<mlir::IntegerAttr>(constant.getValue()))
    return number.getValue();
  return std::nullopt;
}

MapOp map_of(mlir::Operation* op) {
  auto name = op->getAttrOfType<mlir::FlatSymbolRefAttr>("map");
  return name ? mlir::SymbolTable::lookupNearestSymbolFrom<MapOp>(op, name) : MapOp();
}

namespace {

unsigned bits_for(std::uint64_t count) { return count <= 2 ? 1 : llvm::Log2_64_Ceil(count); }

} // namespace

unsigned MapOp::ways() {
  if (holds_prefixes(*this))
    return 0;
  if (is("table"))
    return table_shape(std::uint32_t(getEntries()), 0).ways;
  return is("hash") ? 4 : 0;
}

unsigned MapOp::places() {
  const bool rows = is("table") && !holds_prefixes(*this);
  return rows ? table_shape(std::uint32_t(getEntries()), 0).places : 0;
}

// Four ways and a quarter more room than entries, so that the table can be filled.
unsigned MapOp::row_bits() {
  if (is("table") && !holds_prefixes(*this))
    return table_shape(std::uint32_t(getEntries()), 0).row_bits;
  if (!is("hash"))
    return 0;
  unsigned bits = 2;
  while ((std::uint64_t(4) << bits) * 4 < std::uint64_t(getEntries()) * 5)
    ++bits;
  return bits;
}

unsigned MapOp::slots() { return is("hash") ? ways() << row_bits() : getEntries(); }
unsigned MapOp::handle_bits() { return 1 + bits_for(slots()); }
unsigned MapOp::find_latency() {
  if (is("hash"))
    return 3;
  if (is("table"))
    return 4;
  if (is("lpm"))
    return lpm_shape(getEntries(), unsigned(getKeyBytes()) - 4).latency();
  return is("present") ? (slots() <= 64 ? 1 : 2) : 0;
}

bool MapOp::lru() {
  return is("table") &&
         (getType() == BPF_MAP_TYPE_LRU_HASH || getType() == BPF_MAP_TYPE_LRU_PERCPU_HASH);
}

bool MapOp::keeps_elements() {
  return getType() == BPF_MAP_TYPE_PERCPU_HASH || getType() == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

ColumnAttr MapOp::column(unsigned i) { return mlir::cast<ColumnAttr>((*getColumns())[i]); }

} // namespace pw::ir
