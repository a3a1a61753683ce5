// The text of a bpf_trace_printk line, as the kernel's bprintf makes it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pw {

// Bytes [address, address + size) of the program's memory, or nullopt; needed for %s and %pI4 only.
using TraceMemory = std::function<std::optional<std::vector<std::uint8_t>>(std::uint64_t address,
                                                                           std::size_t size)>;

// nullopt: the kernel refuses the format (-EINVAL): an unknown conversion, or more than args.size()
// of them. A trailing newline is kept. Without `memory`, %s and %pI4 give "?".
std::optional<std::string> format_trace(const std::string& format,
                                        std::span<const std::uint64_t> args,
                                        const TraceMemory& memory = {});

} // namespace pw
