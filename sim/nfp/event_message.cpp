#include "sim/nfp/event_message.h"

#include "sim/nfp/stop.h"

#include <algorithm>

namespace pw::me {

namespace {

constexpr std::uint8_t event_type = 8, version = 1;
constexpr std::size_t header_bytes = 4, fixed_bytes = header_bytes + 4 + 8 + 4 + 4;

void put(std::vector<std::uint8_t>& out, std::uint64_t number, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;)
    out.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

std::uint64_t number(std::span<const std::uint8_t> bytes) {
  std::uint64_t n = 0;
  for (const std::uint8_t b : bytes)
    n = n << 8 | b;
  return n;
}

std::size_t padded(std::size_t bytes) { return (bytes + 3) / 4 * 4; }

std::vector<std::uint8_t> copy(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

} // namespace

std::vector<std::uint8_t> write_event(const EventMessage& event) {
  std::vector<std::uint8_t> out = {event_type, version, 0, 0};
  put(out, event.cpu, 4);
  put(out, event.map, 8);
  put(out, event.record.size(), 4);
  put(out, event.packet.size(), 4);
  out.insert(out.end(), event.packet.begin(), event.packet.end());
  out.resize(fixed_bytes + padded(event.packet.size()));
  out.insert(out.end(), event.record.begin(), event.record.end());
  return out;
}

EventMessage read_event(std::span<const std::uint8_t> message) {
  if (message.size() < fixed_bytes || message[0] != event_type || message[1] != version)
    throw Stop("PW-ME-012", "the host got a message that is no event");
  EventMessage event;
  event.cpu = static_cast<std::uint32_t>(number(message.subspan(4, 4)));
  event.map = number(message.subspan(8, 8));
  const std::uint64_t record = number(message.subspan(16, 4)),
                      packet = number(message.subspan(20, 4));
  const std::span<const std::uint8_t> data = message.subspan(fixed_bytes);
  if (padded(packet) + record != data.size())
    throw Stop("PW-ME-012", "an event's message has other bytes than it says");
  event.packet = copy(data.first(packet));
  event.record = copy(data.subspan(padded(packet)));
  return event;
}

} // namespace pw::me
