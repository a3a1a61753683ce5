// The programs whose words `bench nfp` counts do on the card what they do in the kernel, or, where
// they choose queues and the kernel refuses them, in the interpreter.
#include "sim/maps/contents.h"
#include "tests/nway/card_contest.h"

#include <gtest/gtest.h>

namespace pw::nway {
namespace {

// Little-endian number of `size` bytes.
std::vector<std::uint8_t> number(std::uint64_t n, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size && i < 8; ++i)
    bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return bytes;
}

// Something in every entry; queues below and above what a card has.
MapState filled(const Object& object) {
  MapState state;
  for (const MapDefinition& map : object.maps) {
    if (map.name == "servers")
      for (std::uint32_t i = 0; i < map.max_entries; ++i) {
        auto& value = state[map.name][number(i, map.key_size)] =
            number(i * 0x01020305 + 1, map.value_size);
        value[24] = static_cast<std::uint8_t>(i);
      }
    if (map.name == "buckets")
      for (std::uint32_t i = 0; i < map.max_entries; ++i)
        state[map.name][number(i, map.key_size)] =
            number(i * 3 + (i % 5 == 0 ? 200 : 0), map.value_size);
  }
  return state;
}

// Plain packets, then packets in a tunnel: the same behind an IPv4 or an IPv6 header that says so.
std::vector<Packet> packets() {
  std::vector<Packet> all = generated_packets({}, 800);
  for (Packet& p : harsh_packets(800))
    all.push_back(std::move(p));
  const std::size_t plain = all.size();
  for (std::size_t i = 0; i < plain; i += 2) {
    Packet p = all[i];
    if (p.bytes.size() < 60)
      continue;
    const bool six = p.bytes[12] == 0x86;
    const bool outer_six = i % 4 == 0;
    std::vector<std::uint8_t> outer(outer_six ? 40 : 20, 0x11);
    outer[0] = outer_six ? 0x60 : 0x45;
    outer[outer_six ? 6 : 9] = six ? 41 : 4;
    p.bytes[12] = outer_six ? 0x86 : 0x08;
    p.bytes[13] = outer_six ? 0xdd : 0x00;
    p.bytes.insert(p.bytes.begin() + 14, outer.begin(), outer.end());
    all.push_back(std::move(p));
  }
  return all;
}

class CardProgram : public testing::TestWithParam<Subject> {};

TEST_P(CardProgram, Agrees) {
  CardContest contest(GetParam());
  contest.without_kernel = GetParam().name.starts_with("rss"); // it chooses queues
  ASSERT_EQ(contest.refusal(), "");
  const auto all = packets();
  EXPECT_EQ(contest.differences(all, {}), "");
  EXPECT_EQ(contest.differences(all, filled(contest.object())), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, CardProgram, testing::ValuesIn(card_programs()),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace pw::nway
