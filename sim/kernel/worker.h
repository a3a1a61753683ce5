// The worker process of the kernel engine: a network namespace of its own, one CPU, the loaded
// program.
#pragma once

#include "sim/engine.h"
#include "sim/kernel/message.h"

namespace pw::kernel {

enum class Request : std::uint8_t { SetMaps, GetMaps, Run };
enum class Answer : std::uint8_t { Done, Failed };

inline constexpr std::size_t shortest_frame = 14;  // shorter: EINVAL
inline constexpr std::size_t longest_frame = 3520; // longer: the rest is silently cut off
inline constexpr std::size_t longest_tc_frame = 3712; // longer: EINVAL

void put_maps(Message&, const MapState&);
MapState get_maps(Message&);
void put_packet(Message&, const Packet&);
Packet get_packet(Message&);
void put_result(Message&, const PacketResult&);
PacketResult get_result(Message&);
void put_eviction(Message&, const std::optional<std::uint32_t>& packet);
std::optional<std::uint32_t> get_eviction(Message&);
void put_failure(Message&, const Failure&);
Failure get_failure(Message&);

// Loads, answers Done or Failed, then serves requests until the other side is gone. Does not
// return.
[[noreturn]] void serve(int socket, const EngineInput&);

} // namespace pw::kernel
