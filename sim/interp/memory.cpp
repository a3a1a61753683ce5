#include "sim/interp/memory.h"

#include <algorithm>
#include <cstring>

namespace pw::interp {

namespace {

constexpr unsigned tag(Space space) { return static_cast<unsigned>(space); }

// [offset, offset + size) within [low, high)?
bool inside(std::int64_t offset, std::size_t size, std::int64_t low, std::int64_t high) {
  return offset >= low && offset <= high && static_cast<std::int64_t>(size) <= high - offset;
}

} // namespace

Memory::Memory(std::vector<std::unique_ptr<MapStore>>& maps)
    : maps_(maps), stack_(std::size_t{frame_stride} * max_frames) {}

void Memory::load_packet(std::span<const std::uint8_t> bytes) {
  const auto length = static_cast<std::int64_t>(bytes.size());
  packet_.assign(static_cast<std::size_t>(Frame::head_room + std::max(length, Frame::end_of_page)),
                 0);
  std::copy(bytes.begin(), bytes.end(), packet_.begin() + Frame::head_room);
  frame = {.meta = 0, .head = 0, .tail = length};
  records_.clear();
}

std::vector<std::uint8_t> Memory::packet() const {
  const auto begin = packet_.begin() + Frame::head_room;
  return {begin + frame.head, begin + frame.tail};
}

std::span<std::uint8_t> Memory::packet_bytes(std::int64_t from, std::int64_t size) {
  return std::span(packet_).subspan(static_cast<std::size_t>(from + Frame::head_room),
                                    static_cast<std::size_t>(size));
}

void Memory::reach(std::int64_t tail) {
  const auto bytes = static_cast<std::size_t>(tail + Frame::head_room);
  if (packet_.size() < bytes)
    packet_.resize(bytes);
}

void Memory::clear_frame(unsigned index) {
  std::fill_n(stack_.begin() + index * frame_stride, frame_bytes, std::uint8_t{0});
}

std::uint64_t Memory::stack_top(unsigned index) {
  return address_in(tag(Space::Stack), std::int64_t{index} * frame_stride + frame_bytes);
}

// Values lie apart from each other, so that running over the end of one does not reach the next.
std::int64_t Memory::value_stride(unsigned map) const {
  const std::int64_t size = maps_[map]->definition().value_size;
  return (size + 7) / 8 * 8 + 64;
}

std::uint64_t Memory::value_address(unsigned map, Element element) const {
  return address_in(tag(Space::Value) + map, element * value_stride(map));
}

std::span<std::uint8_t> Memory::at(std::uint64_t address, std::size_t size, bool write) {
  const unsigned space = space_of(address);
  const std::int64_t offset = offset_of(address);
  if (space == tag(Space::Packet))
    return packet_at(offset, size);
  if (space == tag(Space::Stack))
    return stack_at(offset, size);
  if (space == tag(Space::Record))
    return record_at(offset, size);
  if (space >= tag(Space::Value) && space - tag(Space::Value) < maps_.size())
    return value_at(space - tag(Space::Value), offset, size, write);
  throw MemoryFault("no memory at this address");
}

std::span<std::uint8_t> Memory::packet_at(std::int64_t offset, std::size_t size) {
  if (!inside(offset, size, frame.meta, frame.tail))
    throw MemoryFault("outside of the packet");
  return packet_bytes(offset, static_cast<std::int64_t>(size));
}

std::span<std::uint8_t> Memory::stack_at(std::int64_t offset, std::size_t size) {
  const std::int64_t low = offset / frame_stride * frame_stride;
  if (offset < 0 || offset >= std::int64_t{frame_stride} * max_frames ||
      !inside(offset, size, low, low + frame_bytes))
    throw MemoryFault("outside of the stack");
  return std::span(stack_).subspan(static_cast<std::size_t>(offset), size);
}

std::span<std::uint8_t> Memory::value_at(unsigned map, std::int64_t offset, std::size_t size,
                                         bool write) {
  MapStore& store = *maps_[map];
  const std::int64_t stride = value_stride(map);
  if (offset < 0 || offset / stride >= store.elements())
    throw MemoryFault("outside of the map");
  if (!inside(offset % stride, size, 0, store.definition().value_size))
    throw MemoryFault("outside of a map's value");
  if (write && store.read_only())
    throw MemoryFault("write to read-only data");
  return store.value(static_cast<Element>(offset / stride))
      .subspan(static_cast<std::size_t>(offset % stride), size);
}

namespace {
constexpr std::int64_t record_stride = std::int64_t{1} << 32; // no record is as long
}

std::uint64_t Memory::new_record(std::size_t bytes) {
  records_.push_back({true, std::vector<std::uint8_t>(bytes)});
  return address_in(tag(Space::Record),
                    static_cast<std::int64_t>(records_.size() - 1) * record_stride);
}

unsigned Memory::record_number(std::uint64_t address) const {
  const std::int64_t offset = offset_of(address);
  if (space_of(address) != tag(Space::Record) || offset < 0 || offset % record_stride != 0 ||
      offset / record_stride >= static_cast<std::int64_t>(records_.size()))
    throw MemoryFault("not a record");
  return static_cast<unsigned>(offset / record_stride);
}

std::vector<std::uint8_t> Memory::take_record(unsigned number) {
  if (!records_.at(number).open)
    throw MemoryFault("the record is closed");
  records_[number].open = false;
  return std::move(records_[number].bytes);
}

std::span<std::uint8_t> Memory::record_at(std::int64_t offset, std::size_t size) {
  const auto number = static_cast<std::size_t>(offset / record_stride);
  if (offset < 0 || number >= records_.size() || !records_[number].open ||
      !inside(offset % record_stride, size, 0,
              static_cast<std::int64_t>(records_[number].bytes.size())))
    throw MemoryFault("outside of a record");
  return std::span(records_[number].bytes)
      .subspan(static_cast<std::size_t>(offset % record_stride), size);
}

std::uint64_t Memory::load(std::uint64_t address, unsigned size) {
  std::uint64_t value = 0;
  std::memcpy(&value, at(address, size, false).data(), size);
  return value;
}

void Memory::store(std::uint64_t address, unsigned size, std::uint64_t value) {
  std::memcpy(at(address, size, true).data(), &value, size);
}

} // namespace pw::interp
