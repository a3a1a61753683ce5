// Accesses of one table by one key that are to become one access. For each world (the key was there
// before the packet, or not) it follows whether the key is there now.
#pragma once

#include "ir/passes/build.h"
#include "ir/passes/cofactor.h"
#include "ir/passes/exclusion.h"

namespace pw::ir {

class AccessGroup {
public:
  // bold: a removal that depends on the outcome is taken in, in the hope that an insertion follows
  // wherever it happens (the entry is replaced in its place); see complete().
  AccessGroup(AccessOp first, Build&, Exclusion&, bool bold);

  // Takes the next access in program order; false if it can't be part of the group.
  bool add(AccessOp);
  bool single() const { return members_.size() < 2; }
  bool complete() const { return removed_known_; }
  // Puts one access in the place of all.
  AccessOp replace();

private:
  struct After {
    mlir::Value inserted, removed;
    bool known = true; // does `removed` not depend on the outcome?
  };
  struct Change {
    mlir::Value insert, remove; // null: not known
  };

  Change change(Cofactor&, AccessOp);
  std::optional<mlir::Value> absent_after(AccessOp);
  std::optional<After> present_after(AccessOp);
  bool enable(AccessOp);
  void free_reads();
  void free_read(mlir::Operation*);
  AccessOp create();
  mlir::Value hit(const After&, mlir::Value found, mlir::Value hit_at_end);
  void replace_uses(AccessOp old, mlir::Value found, mlir::Value hit, mlir::Value handle);
  void rename(BitsOp, mlir::Value);
  mlir::Value current(mlir::Value) const;

  Build& build_;
  Exclusion& exclusion_;
  Cofactor absent_, present_;
  bool bold_;
  mlir::Value inserted_, removed_; // so far: without the key, and with it
  bool removed_known_ = true;
  mlir::Value enable_;
  std::vector<AccessOp> members_;
  std::vector<After> after_;
  llvm::DenseMap<mlir::Value, mlir::Value> renamed_;
  std::vector<BitsOp> dead_;
};

} // namespace pw::ir
