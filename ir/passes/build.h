// Making operations whose place follows from their operands: right behind the last of them. So a
// value made once can be used from wherever its operands can, and equal requests give the same
// value.
#pragma once

#include "ir/dialect/dialect.h"

#include "llvm/ADT/DenseMap.h"

#include <map>
#include <tuple>

namespace pw::ir {

// Which operation of a block comes first. Numbers with wide gaps: an insertion costs nothing, where
// MLIR's own order, asked between insertions, numbers the whole block again and again. What moves
// operations must not be done between two questions.
class BlockOrder : public mlir::OpBuilder::Listener {
public:
  explicit BlockOrder(mlir::Block& block) : block_(block) {}
  bool before(mlir::Operation* a, mlir::Operation* b);
  void notifyOperationInserted(mlir::Operation*, mlir::OpBuilder::InsertPoint) override;

private:
  std::uint64_t number(mlir::Operation*);
  void renumber();
  bool in_order(mlir::Operation*) const;

  mlir::Block& block_;
  llvm::DenseMap<mlir::Operation*, std::uint64_t> numbers_;
};

class Build {
public:
  explicit Build(mlir::Block& block)
      : block_(block), order_(block), builder_(block.getParentOp()->getContext(), &order_) {}
  Build(const Build&) = delete;

  void at(mlir::Location where) { where_ = where; }
  mlir::Value constant(const llvm::APInt&);
  mlir::Value constant(unsigned width, std::uint64_t x) { return constant(llvm::APInt(width, x)); }
  mlir::Value bits(mlir::Value, unsigned offset, unsigned width);
  mlir::Value concat(llvm::ArrayRef<mlir::Value>); // low first; operands may be null (of no width)
  mlir::Value resize(mlir::Value, unsigned width); // zero-extends or truncates
  mlir::Value field(std::int64_t offset, unsigned bytes);
  mlir::Value equal(mlir::Value, const llvm::APInt&);
  mlir::Value select(mlir::Value c, mlir::Value t, mlir::Value f);
  mlir::Value both(mlir::Value, mlir::Value);
  mlir::Value either(mlir::Value, mlir::Value); // the first may be null
  mlir::Value negate(mlir::Value condition);
  mlir::Value add(mlir::Value, mlir::Value);
  mlir::Value mul(mlir::Value, mlir::Value);
  mlir::Value mux(llvm::ArrayRef<mlir::Value> conditions, llvm::ArrayRef<mlir::Value> values);

  // Behind the last of the operands (at the start of the block if there is none).
  mlir::OpBuilder& behind(llvm::ArrayRef<mlir::Value> operands);
  mlir::MLIRContext* context() { return builder_.getContext(); }
  mlir::Location where() { return where_ ? *where_ : mlir::Location(builder_.getUnknownLoc()); }

private:
  template <typename Op, typename... Args>
  mlir::Value make(llvm::ArrayRef<mlir::Value> operands, Args&&... args) {
    return behind(operands).createOrFold<Op>(where(), std::forward<Args>(args)...);
  }

  mlir::Block& block_;
  BlockOrder order_;
  mlir::OpBuilder builder_;
  std::optional<mlir::Location> where_;
  std::map<std::pair<std::int64_t, unsigned>, mlir::Value> fields_;
  std::map<std::tuple<void*, unsigned, unsigned>, mlir::Value> bits_;
  std::map<std::vector<void*>, mlir::Value> concats_;
  std::map<std::pair<unsigned, std::string>, mlir::Value> constants_;
};

} // namespace pw::ir
