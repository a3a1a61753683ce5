// Perf event arrays and ring buffers (kernel/trace/bpf_trace.c, kernel/bpf/ringbuf.c in Linux),
// with a consumer that takes everything after each packet.
#pragma once

#include "sim/interp/helpers.h"

namespace pw::interp {

std::uint64_t perf_event_output(HelperContext&, const Arguments&);
std::uint64_t ringbuf_output(HelperContext&, const Arguments&);
std::uint64_t ringbuf_reserve(HelperContext&, const Arguments&);
std::uint64_t ringbuf_submit(HelperContext&, const Arguments&);
std::uint64_t ringbuf_discard(HelperContext&, const Arguments&);
std::uint64_t ringbuf_query(HelperContext&, const Arguments&);

// Leaves only what was submitted.
void finish_events(PacketState&);

} // namespace pw::interp
