// Fields of the received packet that overlap are cut into pieces that don't, so that no byte is
// kept twice and each is kept only as long as it is needed.
//
//   %a = field 12 : i32          %x = field 12 : i16   %y = field 14 : i16
//   %b = field 14 : i16     =>   %a = concat %x, %y    %b = %y
#include "ir/passes/build.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/passes.h"

#include <set>

namespace pw::ir {

#define GEN_PASS_DEF_SPLITFIELDS
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;

// A part of a field, in whole bytes where possible, is a smaller field.
void shrink(mlir::Block& block, Build& build) {
  for (mlir::Operation& op : llvm::make_early_inc_range(block)) {
    auto bits = mlir::dyn_cast<BitsOp>(op);
    auto field = bits ? bits.getValue().getDefiningOp<FieldOp>() : FieldOp();
    if (!field)
      continue;
    unsigned from = unsigned(bits.getOffset()) / 8, width = width_of(bits.getResult());
    unsigned to = (unsigned(bits.getOffset()) + width + 7) / 8;
    build.at(op.getLoc());
    Value small = build.field(std::int64_t(field.getOffset()) + from, to - from);
    Value v = build.bits(small, unsigned(bits.getOffset()) - from * 8, width);
    if (v == bits.getResult())
      continue;
    bits.getResult().replaceAllUsesWith(v);
    bits.erase();
  }
}

Value pieces(FieldOp field, const std::set<std::int64_t>& cuts, Build& build) {
  auto begin = std::int64_t(field.getOffset()), end = begin + width_of(field.getResult()) / 8;
  std::vector<Value> parts;
  for (auto at = cuts.find(begin); *at < end;) {
    std::int64_t from = *at++;
    parts.push_back(build.field(from, unsigned(*at - from)));
  }
  return parts.size() == 1 ? Value() : build.concat(parts);
}

void split(mlir::Block& block, Build& build) {
  std::set<std::int64_t> cuts;
  std::vector<FieldOp> fields;
  for (auto field : block.getOps<FieldOp>()) {
    if (field.getResult().use_empty())
      continue;
    fields.push_back(field);
    cuts.insert(std::int64_t(field.getOffset()));
    cuts.insert(std::int64_t(field.getOffset()) + width_of(field.getResult()) / 8);
  }
  for (FieldOp field : fields) {
    build.at(field.getLoc());
    if (Value v = pieces(field, cuts, build))
      field.getResult().replaceAllUsesWith(v);
  }
}

struct Pass : impl::SplitFieldsBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>()) {
      mlir::Block& block = program.getBody().front();
      Build build(block);
      shrink(block, build);
      split(block, build);
      sort_block(block); // a concat may stand behind an earlier user of its field
    }
  }
};

} // namespace
} // namespace pw::ir
