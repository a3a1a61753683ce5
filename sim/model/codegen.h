// Turns the chunks of a plan into LLVM IR: one `void f(ptr record)` each, named "chunk<N>".
#pragma once

#include "sim/model/plan.h"
#include "sim/tables/host_tables.h"

#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace pw::model {

// Addresses of the tables' memories are written into the code: the tables must outlive it.
std::unique_ptr<llvm::Module> generate_code(llvm::LLVMContext&, const pipeline::Pipeline&,
                                            const Plan&, HostTables&);

// What the code calls; pointers are MapTable* and Record*.
extern "C" {
std::uint64_t pw_model_find(const void* table, const std::uint8_t* key);
void pw_model_trace(void* record, std::uint32_t operation, std::uint32_t format, std::uint64_t a,
                    std::uint64_t b, std::uint64_t c);
}

} // namespace pw::model
