#include "sim/nfp/packet_buffer.h"

#include "sim/nfp/stop.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace pw::me {

namespace {

constexpr std::uint32_t allocated = 1U << 31;
constexpr unsigned number_at = 16;
constexpr std::uint32_t offset_mask = 0x1fff;
constexpr unsigned shortest = 14; // bytes, an Ethernet header

std::string hex(std::uint32_t v) {
  std::array<char, 12> text{};
  std::snprintf(text.data(), text.size(), "0x%x", v);
  return text.data();
}

std::uint8_t garbage(std::uint32_t packet, std::size_t at) {
  const auto mixed = (packet * 0x9e3779b9U) ^ (static_cast<std::uint32_t>(at) * 0x85ebca6bU);
  return static_cast<std::uint8_t>(mixed >> 24 ^ mixed >> 11);
}

} // namespace

PacketBuffer::PacketBuffer(const nfp::FirmwareProfile& profile, unsigned number)
    : number_(number), first_(profile.adjust_head.offset_min + profile.adjust_head.guaranteed_sub),
      lowest_(profile.adjust_head.offset_min), highest_(profile.adjust_head.offset_max),
      bytes_(first_ + profile.split_bytes), written_(bytes_.size()) {}

bool PacketBuffer::fits(const nfp::FirmwareProfile& profile, std::size_t bytes) {
  return bytes <= profile.split_bytes;
}

void PacketBuffer::load(std::span<const std::uint8_t> packet, std::uint32_t index) {
  std::ranges::fill(bytes_, std::uint8_t{0});
  for (std::size_t i = first_ + packet.size(); i < bytes_.size(); ++i)
    bytes_[i] = garbage(index, i);
  std::ranges::copy(packet, bytes_.begin() + first_);
  end_ = first_ + packet.size();
  last_written_ = 0;
  std::fill(written_.begin(), written_.begin() + static_cast<std::ptrdiff_t>(end_), true);
  std::fill(written_.begin() + static_cast<std::ptrdiff_t>(end_), written_.end(), false);
}

std::uint32_t PacketBuffer::address() const { return allocated | number_ << number_at | first_; }

std::size_t PacketBuffer::place(std::uint32_t address) const {
  if ((address & ~offset_mask) != (allocated | number_ << number_at))
    throw Stop("PW-ME-009", "address " + hex(address) + " is not one of this packet");
  const std::size_t offset = address & offset_mask;
  if (offset < lowest_ || offset >= bytes_.size())
    throw Stop("PW-ME-009",
               "byte " + std::to_string(static_cast<long>(offset) - static_cast<long>(first_)) +
                   " of the packet is outside of its buffer");
  return offset;
}

// A command that starts within the buffer may fetch a few bytes behind it: nothing there is
// defined.
Byte PacketBuffer::read(std::uint32_t address) const {
  const std::size_t offset = address & offset_mask;
  if (offset >= bytes_.size() && offset < bytes_.size() + 4)
    return {0, false};
  return {bytes_[place(address)], true};
}

void PacketBuffer::write(std::uint32_t address, std::uint8_t byte) {
  const std::size_t at = place(address);
  bytes_[at] = byte;
  written_[at] = true;
  if (at >= end_)
    last_written_ = std::max(last_written_, at + 1);
}

std::vector<std::uint8_t> PacketBuffer::take(std::uint32_t address, std::uint32_t length) const {
  if (length < shortest && first_ + length != end_)
    throw Stop("PW-ME-011", "the packet leaves with " + std::to_string(length) + " bytes");
  if (length == 0)
    return {};
  const std::size_t begin = place(address), end = begin + length;
  if (begin > highest_ && begin != first_)
    throw Stop("PW-ME-011", "the packet leaves at offset " + std::to_string(begin) +
                                " of its buffer, behind " + std::to_string(highest_));
  if (end > bytes_.size())
    throw Stop("PW-ME-009", "the packet leaves with more bytes than its buffer has");
  if (last_written_ > end)
    throw Stop("PW-ME-009", "byte " + std::to_string(last_written_ - 1 - begin) +
                                " was written, the packet has " + std::to_string(length));
  const auto unset = std::find(written_.begin() + static_cast<std::ptrdiff_t>(begin),
                               written_.begin() + static_cast<std::ptrdiff_t>(end), false);
  if (unset != written_.begin() + static_cast<std::ptrdiff_t>(end))
    throw Stop("PW-ME-005",
               "byte " + std::to_string(unset - written_.begin() - static_cast<long>(begin)) +
                   " of the packet that leaves was never written");
  return {bytes_.begin() + static_cast<std::ptrdiff_t>(begin),
          bytes_.begin() + static_cast<std::ptrdiff_t>(end)};
}

} // namespace pw::me
