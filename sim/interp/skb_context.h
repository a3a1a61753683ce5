// struct __sk_buff as loads and stores of a tc program see it.
#pragma once

#include "sim/interp/helpers.h"

namespace pw::interp {

// A load of `bytes` bytes at `offset` of the context; MemoryFault where there is no such field.
std::uint64_t load_skb(const HelperContext&, std::int64_t offset, unsigned bytes);
void store_skb(HelperContext&, std::int64_t offset, unsigned bytes, std::uint64_t value);

// LD_ABS, LD_IND: the number in the order of the host; nullopt outside of the packet.
std::optional<std::uint64_t> load_from_packet(HelperContext&, std::int32_t offset, unsigned bytes);

} // namespace pw::interp
