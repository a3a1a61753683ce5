#include "cli/statistics.h"

#include <gtest/gtest.h>

namespace pw::cli {
namespace {

PacketResult timed(std::uint32_t retval, std::size_t bytes, std::uint64_t in, std::uint64_t out) {
  PacketResult r;
  r.retval = retval;
  r.bytes.resize(bytes);
  r.cycle_in = in;
  r.cycle_out = out;
  return r;
}

Packet packet(std::size_t bytes) {
  Packet p;
  p.bytes.resize(bytes);
  return p;
}

TEST(Throughput, CountsClocksBetweenFirstAndLast) {
  const std::vector<Packet> packets = {packet(60), packet(60), packet(60)};
  const std::vector<PacketResult> results = {timed(2, 60, 10, 20), timed(2, 60, 11, 21),
                                             timed(2, 60, 12, 22)};
  const auto t = throughput(packets, results, 64);
  ASSERT_TRUE(t);
  EXPECT_DOUBLE_EQ(t->packets_per_clock, 1.0);
  EXPECT_DOUBLE_EQ(t->bound, 1.0);
}

TEST(Throughput, FramesThatGrowBoundIt) {
  const std::vector<Packet> packets = {packet(60), packet(60)};
  const std::vector<PacketResult> results = {timed(3, 80, 0, 9), timed(3, 80, 2, 11)};
  const auto t = throughput(packets, results, 64);
  ASSERT_TRUE(t);
  EXPECT_DOUBLE_EQ(t->packets_per_clock, 0.5);
  EXPECT_DOUBLE_EQ(t->bound, 0.5);
}

// The input runs ahead until what is in front of the output is full.
TEST(Throughput, NeverMoreThanTheBusAllows) {
  const std::vector<Packet> packets(4, packet(60));
  const std::vector<PacketResult> results = {timed(3, 80, 0, 9), timed(3, 80, 1, 11),
                                             timed(3, 80, 2, 13), timed(3, 80, 3, 15)};
  const auto t = throughput(packets, results, 64);
  EXPECT_DOUBLE_EQ(t->packets_per_clock, 0.5);
  EXPECT_DOUBLE_EQ(t->bound, 0.5);
}

TEST(Throughput, DroppedPacketsTakeNoBeatsOut) {
  const std::vector<Packet> packets = {packet(60), packet(60)};
  const std::vector<PacketResult> results = {timed(1, 0, 0, 9), timed(1, 0, 1, 10)};
  EXPECT_DOUBLE_EQ(throughput(packets, results, 64)->bound, 1.0);
}

TEST(Throughput, NeedsTwoPacketsAndAClock) {
  const std::vector<Packet> packets = {packet(60), packet(60)};
  EXPECT_FALSE(throughput(packets, std::vector<PacketResult>(2), 64));
  EXPECT_FALSE(
      throughput(std::span(packets).first(1), std::vector<PacketResult>{timed(1, 0, 0, 1)}, 64));
  EXPECT_FALSE(throughput({}, {}, 64));
}

TEST(Latency, Percentiles) {
  std::vector<PacketResult> results;
  for (std::uint64_t i = 0; i < 101; ++i)
    results.push_back(timed(2, 60, i, i + 100 - i % 101));
  const auto l = latency(results);
  ASSERT_TRUE(l);
  EXPECT_EQ(l->min, 0u);
  EXPECT_EQ(l->p50, 50u);
  EXPECT_EQ(l->p99, 99u);
  EXPECT_EQ(l->max, 100u);
  EXPECT_FALSE(latency({}));
}

} // namespace
} // namespace pw::cli
