// The memory that a program can reach: a tag in the upper 16 bits of an address names the space,
// the rest is an offset in it with room below and above, so that a pointer that has left its space
// by arithmetic is still known as one of it and can come back.
#pragma once

#include "sim/interp/map_store.h"

#include <memory>
#include <stdexcept>
#include <vector>

namespace pw::interp {

// An access outside of what the program may touch: the packet ends in XDP_ABORTED.
struct MemoryFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Space : std::uint16_t {
  None = 0,
  Packet = 1,
  Context = 2,
  Stack = 3,
  Function = 4,
  Map = 5,
  Record = 6, // reserved in a ring buffer
  Value = 0x1000
};

// Offset 0 of every space. The low half is not 0 either: that is all that compilers look at when
// they ask of a packet pointer whether it is NULL.
inline constexpr std::uint64_t space_middle = (1ull << 40) + (1ull << 31);

constexpr std::uint64_t address_in(unsigned space, std::int64_t offset) {
  return (std::uint64_t{space} << 48) + space_middle + static_cast<std::uint64_t>(offset);
}
constexpr unsigned space_of(std::uint64_t address) { return address >> 48; }
constexpr std::int64_t offset_of(std::uint64_t address) {
  return static_cast<std::int64_t>(address & 0xffff'ffff'ffffull) -
         static_cast<std::int64_t>(space_middle);
}

// Where the frame lies; coordinate 0 is the first byte as received.
struct Frame {
  static constexpr std::int64_t head_room = 256; // XDP_PACKET_HEADROOM, and what tc gets here
  static constexpr std::int64_t grow_head = 216; // less struct xdp_frame, which redirects put there
  static constexpr std::int64_t end_of_page =
      3520;                                    // 4096 less head room and struct skb_shared_info
  static constexpr std::int64_t shortest = 14; // ETH_HLEN

  std::int64_t meta = 0, head = 0, tail = 0;
};

class Memory {
public:
  static constexpr unsigned frame_bytes = 512; // of stack
  static constexpr unsigned frame_stride = 1024;
  static constexpr unsigned max_frames = 16;

  explicit Memory(std::vector<std::unique_ptr<MapStore>>& maps);

  void load_packet(std::span<const std::uint8_t> bytes);
  std::vector<std::uint8_t> packet() const; // from head to tail
  std::span<std::uint8_t> packet_bytes(std::int64_t from,
                                       std::int64_t size); // coordinates; unchecked by frame
  void reach(std::int64_t tail); // there are bytes up to this coordinate, zeros if they are new
  void clear_frame(unsigned frame);

  // Exactly these bytes, or MemoryFault.
  std::span<std::uint8_t> at(std::uint64_t address, std::size_t size, bool write);
  std::uint64_t load(std::uint64_t address, unsigned size);
  void store(std::uint64_t address, unsigned size, std::uint64_t value);

  static std::uint64_t stack_top(unsigned frame);
  std::uint64_t value_address(unsigned map, Element) const;
  // Records of ring buffers: zeros, until they are given back. Numbers count from 0 a packet.
  std::uint64_t new_record(std::size_t bytes);
  unsigned record_number(std::uint64_t address) const; // MemoryFault if it is not one's first byte
  std::vector<std::uint8_t> take_record(unsigned number);

  Frame frame;

private:
  std::span<std::uint8_t> packet_at(std::int64_t offset, std::size_t size);
  std::span<std::uint8_t> stack_at(std::int64_t offset, std::size_t size);
  std::span<std::uint8_t> value_at(unsigned map, std::int64_t offset, std::size_t size, bool write);
  std::int64_t value_stride(unsigned map) const;
  std::span<std::uint8_t> record_at(std::int64_t offset, std::size_t size);

  std::vector<std::unique_ptr<MapStore>>& maps_;
  std::vector<std::uint8_t> packet_; // coordinate c at [c + head_room]
  std::vector<std::uint8_t> stack_;
  struct Record {
    bool open = true;
    std::vector<std::uint8_t> bytes;
  };
  std::vector<Record> records_;
};

} // namespace pw::interp
