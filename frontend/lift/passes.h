// What happens to the lifted module before it leaves the frontend, in this order.
#pragma once

namespace llvm {
class Module;
}

namespace pw::lift {

void promote_cells(llvm::Module&);           // memory cells become SSA values
void optimize(llvm::Module&, bool switches); // LLVM's passes, our own list; may switches stay?
void split_nulls(llvm::Module&); // no pointer of two maps for the sake of its being null
void normalize(llvm::Module&);   // one spelling of everything: see README.md
void check_form(llvm::Module&,
                bool switches); // throws Failure PW-INT-001 if the module is not in the lifted form

} // namespace pw::lift
