// What lies between two places of a function without loops.
#pragma once

#include <llvm/IR/Dominators.h>
#include <llvm/IR/Function.h>

#include <functional>
#include <map>
#include <set>
#include <vector>

namespace pw::nfp {

class Flow {
public:
  explicit Flow(llvm::Function&);

  // Each block behind all that lead to it.
  const std::vector<const llvm::BasicBlock*>& order() const { return order_; }
  // The last place that comes before both on every path: one of them, or the end of a block.
  const llvm::Instruction* meeting(const llvm::Instruction*, const llvm::Instruction*) const;
  bool available(const llvm::Value*, const llvm::Instruction* at) const;
  // No instruction on a way from `from` (included) to `to` (excluded) is as the predicate says.
  bool clear(const llvm::Instruction* from, const llvm::Instruction* to,
             const std::function<bool(const llvm::Instruction&)>& hit) const;
  // A comparison with null has been passed on every path.
  bool not_null(const llvm::Value* pointer, const llvm::Instruction* at) const;
  bool reaches(const llvm::BasicBlock* from, const llvm::BasicBlock* to) const;

private:
  llvm::DominatorTree tree_;
  std::vector<const llvm::BasicBlock*> order_;
  std::map<const llvm::BasicBlock*, std::set<const llvm::BasicBlock*>> behind_; // itself included
};

} // namespace pw::nfp
