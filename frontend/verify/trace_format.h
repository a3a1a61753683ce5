// Formats of bpf_trace_printk.
#pragma once

#include <optional>
#include <string_view>

namespace pw::verify {

// How many numbers a format prints; nullopt if it has a conversion that is not a number, or more
// than three.
std::optional<unsigned> count_conversions(std::string_view format);

} // namespace pw::verify
