// Passes over `pw.program`. One file a pass.
#ifndef PW_PASSES_TD
#define PW_PASSES_TD

include "mlir/Pass/PassBase.td"

def ResolvePacket : Pass<"pw-resolve-packet", "mlir::ModuleOp"> {
  let summary = "packet bytes become fields of the received packet and writes of the deparser";
  let description = [{
    An extract is forwarded through the inserts before it, byte ranges at a time. An extract at a variable
    coordinate becomes a shifter over the coordinates that are possible, or a `pw.packet_read` if some of
    them are behind the window. Inserts become `pw.put`.
  }];
  let options = [
    Option<"window", "window", "int64_t", "256", "header window for coordinates known at run time, in bytes">,
    Option<"fixedWindow", "fixed-window", "int64_t", "4096", "header window for constant coordinates">,
    Option<"wholePacket", "whole-packet", "bool", "true", "read what is behind the window from the stored packet">,
    Option<"widest", "widest", "int64_t", "64", "bytes of one read of the stored packet">];
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

def FuseAccesses : Pass<"pw-fuse-accesses", "mlir::ModuleOp"> {
  let summary = "accesses of one table by one key, or on paths that exclude each other, become one";
  let description = [{
    Insertion counts only where the key is absent and removal only where it is present, so their conditions
    are taken as cofactors; those must not depend on the access's own outcome.
  }];
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

def ForwardWrites : Pass<"pw-forward-writes", "mlir::ModuleOp"> {
  let summary = "a packet's own writes reach its later reads of the same column directly";
}

def CloseLoops : Pass<"pw-close-loops", "mlir::ModuleOp"> {
  let summary = "read-modify-writes decide side by side and choose last";
}

def PackLoops : Pass<"pw-pack-loops", "mlir::ModuleOp"> {
  let summary = "logic of slow read-modify-writes is packed into LUTs";
}

def AddFirst : Pass<"pw-add-first", "mlir::ModuleOp"> {
  let summary = "sums of read words are made before the choice among them";
}

#endif
