// Turns the chunks of a plan into LLVM IR: one `void f(ptr record)` each, named "chunk<N>".
#pragma once

#include "sim/model/plan.h"
#include "sim/model/ports.h"
#include "sim/tables/host_tables.h"

#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace pw::model {

// Addresses of the tables' memories and of the ports are written into the code: both must outlive
// it.
std::unique_ptr<llvm::Module> generate_code(llvm::LLVMContext&, const pipeline::Pipeline&,
                                            const Plan&, HostTables&, Ports&);

// What the code calls; pointers are MapTable*, Port* and Record*.
extern "C" {
std::uint64_t pw_model_find(const void* table, const std::uint8_t* key);
// Bytes [at, at + count) of the record's packet, zeros outside of it.
void pw_model_packet_read(const void* record, std::int32_t at, std::uint8_t* to,
                          std::uint32_t count);
void pw_model_access(void* port, const std::uint8_t* key, std::uint32_t insert,
                     std::uint32_t remove, std::uint32_t stamp);
// At a port for look-ups; number >= 1.
void pw_model_find_access(void* port, std::uint32_t number, const std::uint8_t* key,
                          std::uint32_t remove, std::uint32_t stamp);
// operation: an Event; data: its record; copied, head, bytes: as its operands.
void pw_model_event(void* record, const void* operation, std::uint32_t number,
                    std::uint32_t length, const std::uint8_t* data, std::uint32_t copied,
                    std::int32_t head, const std::uint8_t* bytes);
void pw_model_trace(void* record, std::uint32_t operation, std::uint32_t format, std::uint64_t a,
                    std::uint64_t b, std::uint64_t c);
}

} // namespace pw::model
