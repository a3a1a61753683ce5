// What the model keeps of a packet on its way through the stages. The JIT-compiled functions get a
// pointer to it and nothing else: a fixed part, the window of header bytes, then the values that
// live from one function to another.
#pragma once

#include "support/skb.h"

#include <cstdint>
#include <string>
#include <vector>

namespace pw::model {

struct TraceCall {
  std::uint32_t operation = 0; // index into Pipeline::operations: program order
  std::uint32_t format = 0;
  std::uint64_t args[3] = {};
};

struct EventCall {
  std::uint32_t operation = 0; // index into Pipeline::operations: program order
  std::uint32_t map = 0;       // index into Pipeline::event_maps
  std::uint32_t packet = 0;    // Record::packet_index
  std::vector<std::uint8_t> bytes;
};

struct Record {
  // Inputs.
  std::uint64_t time = 0;
  std::uint32_t length = 0, ifindex = 0, rx_queue = 0, cpu = 0, seed = 0, packet_index = 0;
  SkbState skb{}; // tc: what comes with the packet
  const std::uint8_t* packet = nullptr; // `length` bytes as received
  // Where functions put what is not a value.
  std::uint8_t* out = nullptr;      // byte at coordinate 0, for packet writes
  std::uint64_t* handles = nullptr; // for the handles of a region's interlocks
  std::vector<TraceCall>* trace = nullptr;
  std::vector<EventCall>* events = nullptr;
  // Results, as pipeline::Result.
  std::uint64_t redirect_flags = 0;
  std::uint32_t retval = 0, redirect_key = 0, redirect_ifindex = 0;
  std::uint32_t redirect_map = 0, trap = 0;
  std::int32_t head = 0, tail = 0;
  std::uint32_t fill = 0;
  SkbState skb_out{}; // what the program does not change is set before
};

using StageFunction = void (*)(Record*);

} // namespace pw::model
