// Under which condition a block or an edge of the (acyclic) control flow is taken.
#pragma once

#include "ir/dialect/dialect.h"

#include "llvm/Analysis/PostDominators.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"

#include <map>

namespace pw::ir {

struct Edge {
  llvm::BasicBlock* from;
  llvm::BasicBlock* to;
};

class Predicates {
public:
  // `condition` gives the imported value of an i1 or a switch's operand.
  using ValueOf = std::function<mlir::Value(llvm::Value*)>;
  Predicates(llvm::Function&, mlir::OpBuilder&, ValueOf);

  // Of a block, from the program's start. Blocks must be asked for in topological order.
  mlir::Value of(llvm::BasicBlock&);
  // Of the edge from -> to, given that to's immediate dominator is executed. Over all edges into a
  // block exactly one of these is 1.
  mlir::Value of_edge_in_merge(Edge);
  // Predecessors without repetition, leaving out edges that can't be taken.
  std::vector<llvm::BasicBlock*> predecessors(llvm::BasicBlock&);

private:
  mlir::Value relative(llvm::BasicBlock& block, llvm::BasicBlock& top);
  mlir::Value edge(Edge, llvm::BasicBlock& top);
  mlir::Value taken(Edge); // of the terminator alone
  mlir::Value taken_in_switch(llvm::SwitchInst&, llvm::BasicBlock* to);
  mlir::Value both(mlir::Value, mlir::Value);
  mlir::Value either(llvm::ArrayRef<mlir::Value>);
  mlir::Value truth(bool);

  mlir::OpBuilder& builder_;
  mlir::Location where_;
  ValueOf value_of_;
  llvm::DominatorTree dominators_;
  llvm::PostDominatorTree post_dominators_;
  llvm::BasicBlock* entry_;
  std::map<std::pair<llvm::BasicBlock*, llvm::BasicBlock*>, mlir::Value> relative_;
  std::map<std::pair<llvm::BasicBlock*, llvm::BasicBlock*>, mlir::Value> taken_;
  std::size_t budget_ = 0; // of relative predicates; beyond it absolute ones are used
};

} // namespace pw::ir
