// bpf_perf_event_output: the firmware makes a message of what the registers name, the host's driver
// puts it into the perf event array of that number.
#include "support/events.h"
#include "sim/nfp/event_message.h"
#include "sim/nfp/firmware.h"
#include "sim/nfp/stop.h"

#include <linux/bpf.h>

namespace pw::me {

namespace {

enum Source : std::uint32_t { Nothing = 1, MapValue = 4, Stack = 6, InPacket = 8 }; // A1

std::vector<std::uint8_t> defined(const std::vector<Byte>& bytes) {
  std::vector<std::uint8_t> out;
  for (const Byte& b : bytes) {
    if (!b.defined)
      throw Stop("PW-ME-005",
                 "byte " + std::to_string(out.size()) + " of an event was never written");
    out.push_back(b.value);
  }
  return out;
}

} // namespace

// A register of eBPF, the same in both banks.
std::uint64_t Firmware::pair(Context& c, unsigned bpf_register, const char* what) {
  std::uint64_t value = 0;
  for (unsigned word = 0; word < 2; ++word) {
    const std::uint32_t a = argument(c, 0, 2 * bpf_register + word, what);
    if (a != argument(c, 1, 2 * bpf_register + word, what))
      throw Stop("PW-ME-012", std::string(what) + ": not the same in both banks");
    value |= std::uint64_t{a} << (32 * word);
  }
  return value;
}

std::vector<std::uint8_t> Firmware::packet_bytes(const Context& c, std::uint32_t address,
                                                 std::size_t bytes) {
  std::vector<Byte> out(bytes);
  read(c, true, address, out);
  return defined(out);
}

std::vector<std::uint8_t> Firmware::event_data(Context& c, std::uint64_t address,
                                               std::size_t bytes) {
  const auto low = static_cast<std::uint32_t>(address);
  switch (argument(c, 0, 1, "the kind of an event's memory")) {
  case Nothing:
    if (bytes == 0)
      return {};
    break;
  case MapValue: {
    std::vector<Byte> out(bytes);
    read(c, false, ((address >> 32) << 8) + low, out);
    return defined(out);
  }
  case Stack:
    if (low % 4 == 0)
      return stack_bytes(c, low, bytes, "the event");
    break;
  case InPacket:
    return packet_bytes(c, low, bytes);
  default:
    break;
  }
  throw Stop("PW-ME-014", "an event's data are nowhere that the firmware knows");
}

std::size_t Firmware::send_event(Context& c) {
  constexpr unsigned map = 2, flags = 3, data = 4, size = 5, address_word = 2;
  const std::uint64_t how = pair(c, flags, "an event's flags");
  EventMessage event;
  event.cpu = static_cast<std::uint32_t>(how & BPF_F_INDEX_MASK);
  event.map = pair(c, map, "an event's map");
  event.record = event_data(c, pair(c, data, "an event's address"), pair(c, size, "its length"));
  event.packet = packet_bytes(c, vector_word(c, address_word), (how & BPF_F_CTXLEN_MASK) >> 32);
  const std::vector<std::uint8_t> message = write_event(event);
  deliver(c, message);
  return message.size();
}

// One write to the queue of messages in external memory.
std::uint64_t Firmware::event_wait(Context& c, std::size_t bytes) {
  const std::uint64_t queued = memory_wait(
      {false, c.packet * std::uint64_t{bytes}, unsigned(bytes), false}, engine_.clock());
  c.queued += queued;
  return queued + card_.emem_clocks;
}

// What the host does with a message: an array without that slot takes nothing.
void Firmware::deliver(Context& c, std::span<const std::uint8_t> message) {
  const EventMessage event = read_event(message);
  const MapDefinition& map = maps().table(std::uint32_t(event.map)).definition();
  if (map.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
    throw Stop("PW-ME-014", "an event goes to map '" + map.name + "', which takes none");
  const auto here = static_cast<std::uint32_t>(environment_.cpu);
  const std::uint32_t slot = event.cpu == BPF_F_CURRENT_CPU ? here : event.cpu;
  if (slot != here || slot >= perf_slots(map.max_entries))
    return;
  Event out{map.name, event.record};
  out.bytes.insert(out.bytes.end(), event.packet.begin(), event.packet.end());
  events_.at(c.number).push_back(std::move(out));
}

} // namespace pw::me
