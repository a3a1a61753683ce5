// The scheduling problem: operations as nodes, and how many stages must lie between them.
//
// A node stands for one operation; its stage is the one in which it takes its operands. A
// constraint says stage(to) >= stage(from) + distance. Constraints cover data dependence, chaining
// (logic that is too slow for one clock), latencies of memories, the order of accesses, and where
// regions begin.
#pragma once

#include "ir/dialect/dialect.h"
#include "ir/schedule/delays.h"
#include "ir/schedule/ports.h"

#include "llvm/ADT/StringMap.h"

#include <optional>
#include <vector>

namespace pw::schedule {

struct Node {
  mlir::Operation* op = nullptr; // null: a region's entrance
  Delay delay;
  unsigned width = 0;             // bits of the result; 0: costs no register (constants, effects)
  std::vector<unsigned> operands; // nodes; constants left out
  std::vector<unsigned> users;
};

struct Constraint {
  unsigned from = 0, to = 0;
  int distance = 0;
};

struct Problem {
  double period = 0;       // ns for logic
  std::vector<Node> nodes; // in dependence order; node 0 is a source at stage 0
  std::vector<Constraint> constraints;
  unsigned exit = 0;
  llvm::DenseMap<mlir::Operation*, unsigned> node_of;
  llvm::StringMap<mlir::Value> guards; // by table, see guards.h
  llvm::StringMap<TableKeys> keys;     // by table

  // stage(a) == stage(b) + distance
  void fix(unsigned a, unsigned b, int distance = 0) {
    constraints.push_back({b, a, distance});
    constraints.push_back({a, b, -distance});
  }
};

// Throws Failure PW-DEV-002 with the shortest feasible period if a single operation is too slow.
Problem make_problem(ir::ProgramOp, double clock_mhz);

} // namespace pw::schedule
