// Changes to the LLVM IR before instructions are selected, each over the one function @pw.program
// of a copy of the lifted module.
#pragma once

#include <memory>

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace pw::nfp {

// A copy that this target's passes went over: LLVM's own with 32-bit registers in mind, then those
// below. More than in the lifted form: several blocks may end with @pw.exit and return.
std::unique_ptr<llvm::Module> prepare(const llvm::Module&);

// Intrinsics other than bswap become plain instructions; divisions by constants multiplications.
void expand_intrinsics(llvm::Function&);
// Every way out with constants of its own gets an exit of its own; equal ones share it.
void part_exits(llvm::Function&);
// Choices (select, `and`, `or` and extensions of conditions) become branches: they are what this
// machine has.
void branch_instead(llvm::Function&);

} // namespace pw::nfp
