// Passes over `pw.program`. One file a pass.
#ifndef PW_PASSES_TD
#define PW_PASSES_TD

include "mlir/Pass/PassBase.td"

def ResolvePacket : Pass<"pw-resolve-packet", "mlir::ModuleOp"> {
  let summary = "packet bytes become fields of the received packet and writes of the deparser";
  let description = [{
    An extract is forwarded through the inserts before it, byte ranges at a time. An extract at a variable
    coordinate becomes a shifter over the coordinates that are possible. Inserts become `pw.put`.
  }];
  let options = [Option<"window", "window", "int64_t", "256", "largest header window in bytes">];
}

def FormColumns : Pass<"pw-form-columns", "mlir::ModuleOp"> {
  let summary = "loads and stores of map values become reads and writes of columns";
  let description = [{
    The bytes of a value that the program touches are cut into columns. All accesses of one column by one
    handle become at most one read and one write; what is loaded after a store is forwarded.
  }];
}

def MergeFinds : Pass<"pw-merge-finds", "mlir::ModuleOp"> {
  let summary = "lookups of one map on paths that exclude each other become one";
}

def SplitFields : Pass<"pw-split-fields", "mlir::ModuleOp"> {
  let summary = "fields of the received packet that overlap are cut into pieces that don't";
}

def Narrow : Pass<"pw-narrow", "mlir::ModuleOp"> {
  let summary = "arithmetic only as wide as it must be";
}

def JoinPieces : Pass<"pw-join-pieces", "mlir::ModuleOp"> {
  let summary = "shifts by constants, masks, and joins of bits that don't overlap become wires";
}

def MergeLoads : Pass<"pw-merge-loads", "mlir::ModuleOp"> {
  let summary = "loads of the same bytes of a map become one";
}

def SimplifyLogic : Pass<"pw-simplify-logic", "mlir::ModuleOp"> {
  let summary = "predicates without what they say twice";
}

def CompareRanges : Pass<"pw-compare-ranges", "mlir::ModuleOp"> {
  let summary = "a difference to a read value that is compared becomes two comparisons side by side";
}

def Balance : Pass<"pw-balance", "mlir::ModuleOp"> {
  let summary = "chains of an associative operation become trees, what comes last on top";
}

def CompressSums : Pass<"pw-compress-sums", "mlir::ModuleOp"> {
  let summary = "a read word plus or minus two numbers, written back, has one carry chain";
}

def AddFirst : Pass<"pw-add-first", "mlir::ModuleOp"> {
  let summary = "sums of read words are made before the choice among them";
}

#endif
