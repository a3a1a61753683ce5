#include "tests/random/frame.h"

#include <algorithm>

namespace pw::random {

namespace {

Content join_content(const Content& a, const Content& b) {
  if (a.kind != b.kind || a.map != b.map)
    return {};
  Content both = a;
  both.bytes = std::min(a.bytes, b.bytes);
  both.before = std::min(a.before, b.before);
  both.changed = a.changed || b.changed;
  return both;
}

} // namespace

void Frame::forget_call_registers() {
  for (unsigned reg = 0; reg <= 5; ++reg)
    regs[reg] = {};
}

void Frame::forget_values(unsigned map) {
  for_each_value([&](Content& content) {
    if (content.map == map)
      content = {};
  });
}

void Frame::forget_values() {
  for_each_value([](Content& content) { content = {}; });
}

void Frame::forget_packet_pointers() {
  for (Content& content : regs)
    if (content.kind == Kind::Packet)
      content = {};
  for (Content& content : spills)
    if (content.kind == Kind::Packet)
      content = {};
}

Frame Frame::join(const Frame& a, const Frame& b) {
  Frame both;
  for (unsigned reg = 0; reg < registers; ++reg)
    both.regs[reg] = join_content(a.regs[reg], b.regs[reg]);
  for (unsigned slot = 0; slot < spill_slots; ++slot)
    both.spills[slot] = join_content(a.spills[slot], b.spills[slot]);
  both.written = a.written & b.written;
  return both;
}

} // namespace pw::random
