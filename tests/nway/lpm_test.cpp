// Longest-prefix tables with random nested prefixes, and keys near their borders, on every engine.
// The values that were found are counted in, so that a wrong slot shows.
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include "support/hash.h"

#include <gtest/gtest.h>

namespace pw::nway {
namespace {

using enum EngineKind;

struct Shape {
  unsigned data_bytes = 4, entries = 16;
  bool rtl = false;
};

struct Random {
  std::uint64_t state = 0;
  std::uint64_t below(std::uint64_t limit) { return splitmix64(state++) % limit; }
};

using Bytes = std::vector<std::uint8_t>;

std::string source(const Shape& shape) {
  const std::string bytes = std::to_string(shape.data_bytes);
  return R"(#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct key { __u32 length; __u8 data[)" +
         bytes + R"(]; } __attribute__((packed));
struct value { __u32 number; __u32 packets; __u64 bytes; };
struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, )" +
         std::to_string(shape.entries) + R"();
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct key);
  __type(value, struct value);
} table SEC(".maps");
SEC("xdp") int prog(struct xdp_md *ctx) {
  __u8 *data = (__u8 *)(long)ctx->data, *end = (__u8 *)(long)ctx->data_end;
  struct key key = {.length = 8 * )" +
         bytes + R"(};
  if (data + 14 + )" +
         bytes + R"( > end)
    return XDP_DROP;
  __builtin_memcpy(key.data, data + 14, )" +
         bytes + R"();
  struct value *value = bpf_map_lookup_elem(&table, &key);
  if (!value)
    return XDP_PASS;
  value->packets += 1;
  __sync_fetch_and_add(&value->bytes, end - data);
  *(__u32 *)data = value->number;
  return XDP_TX;
}
char LICENSE[] SEC("license") = "GPL";
)";
}

// Prefixes of which many begin like one before; bits behind them are anything.
MapContents random_prefixes(const Shape& shape, Random& random) {
  MapContents contents;
  std::vector<Bytes> given;
  for (unsigned n = 0; n < shape.entries; ++n) {
    Bytes data(shape.data_bytes);
    if (n > 0 && random.below(3) != 0)
      data = given[random.below(n)];
    for (std::uint64_t flips = random.below(4); flips > 0; --flips)
      data[random.below(data.size())] ^= std::uint8_t(random.below(256));
    given.push_back(data);
    Bytes key = {0, 0, 0, 0};
    const std::uint64_t length = random.below(8 * shape.data_bytes + 1);
    key[0] = std::uint8_t(length);
    key[1] = std::uint8_t(length >> 8);
    key.insert(key.end(), data.begin(), data.end());
    Bytes value(16);
    value[0] = std::uint8_t(n + 1);
    value[1] = std::uint8_t((n + 1) >> 8);
    contents[key] = value;
  }
  return contents;
}

// Keys that a prefix begins with, its first and its last, those beside them, and others.
std::vector<Packet> packets_near(const MapContents& contents, const Shape& shape, unsigned count,
                                 Random& random) {
  std::vector<Bytes> keys;
  for (const auto& [key, value] : contents)
    keys.push_back(key);
  std::vector<Packet> packets(count);
  for (Packet& packet : packets) {
    const Bytes& key = keys[random.below(keys.size())];
    Bytes data(key.begin() + 4, key.end());
    const unsigned length = key[0] | key[1] << 8;
    const std::uint64_t how = random.below(4);
    for (unsigned bit = length; bit < 8 * data.size(); ++bit) {
      const auto mask = std::uint8_t(0x80 >> bit % 8);
      const bool set = how == 0 || (how > 1 && random.below(2) != 0);
      data[bit / 8] = std::uint8_t(set ? data[bit / 8] | mask : data[bit / 8] & ~mask);
    }
    if (random.below(3) == 0) // the key before or behind
      for (std::size_t at = data.size(); at-- > 0;)
        if (how == 0 ? ++data[at] != 0 : data[at]-- != 0)
          break;
    packet.bytes.assign(std::max<std::size_t>(60, 14 + shape.data_bytes), 0);
    std::copy(data.begin(), data.end(), packet.bytes.begin() + 14);
  }
  return packets;
}

class LongestPrefix : public testing::TestWithParam<Shape> {};

TEST_P(LongestPrefix, IsWhatLinuxFinds) {
  const Shape& shape = GetParam();
  const Contest contest({"lpm", test::compile_c(source(shape)), "", ""});
  ASSERT_EQ(contest.refusal(), "");
  std::vector<EngineKind> engines = {Interp, Model};
  if (test::kernel_missing().empty())
    engines.insert(engines.begin(), Kernel);
  if (shape.rtl)
    engines.push_back(Rtl);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Random random{seed << 32 | shape.data_bytes << 16 | shape.entries};
    const MapContents contents = random_prefixes(shape, random);
    const auto packets = packets_near(contents, shape, shape.rtl ? 500 : 2000, random);
    EXPECT_EQ(contest.differences(engines, packets, {{"table", contents}}), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(NWay, LongestPrefix,
                         testing::Values(Shape{4, 1}, Shape{4, 15, true}, Shape{4, 300, true},
                                         Shape{1, 64}, Shape{3, 40, true}, Shape{16, 100, true},
                                         Shape{4, 5000}, Shape{13, 1000}, Shape{40, 77},
                                         Shape{64, 20, true}),
                         [](const auto& info) {
                           return std::to_string(info.param.data_bytes) + "Bytes" +
                                  std::to_string(info.param.entries) + "Entries";
                         });

} // namespace
} // namespace pw::nway
