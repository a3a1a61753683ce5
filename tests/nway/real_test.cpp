// Programs of the kinds that Katran's balancer and Cilium's XDP datapath are made of, in small.
#include "sim/maps/contents.h"
#include "support/hash.h"
#include "tests/nway/contest.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw::nway {
namespace {

using enum EngineKind;
using Bytes = std::vector<std::uint8_t>;

Contest contest_of(const std::string& name) {
  return Contest({name,
                  test::compile_file(test::source_dir() + "/tests/nway/real/" + name + ".bpf.c"),
                  name, ""});
}

std::vector<EngineKind> engines_for(const Contest& contest) {
  if (contest.has_engine(Kernel))
    return {Kernel, Interp, Model};
  std::cout << "the kernel is left out: it can't run this here\n";
  return {Interp, Model};
}

void add(Bytes& bytes, std::initializer_list<unsigned> more) { // one byte each
  for (const unsigned b : more)
    bytes.push_back(std::uint8_t(b));
}

Bytes word(std::uint32_t n) { // as the machine has it
  Bytes b;
  add(b, {n & 255, n >> 8 & 255, n >> 16 & 255, n >> 24});
  return b;
}

Bytes joined(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// IPv4 and IPv6 from 16 sources to 8 destinations; every tenth is something else.
std::vector<Packet> packets_between(unsigned count) {
  std::vector<Packet> packets;
  for (unsigned i = 0; i < count; ++i) {
    const std::uint64_t random = splitmix64(i);
    const unsigned source = random & 15, destination = random >> 4 & 7;
    Packet p;
    p.time_ns = 1'000'000 + std::uint64_t(i) * 1000;
    add(p.bytes, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2});
    if (random >> 8 & 1) {
      add(p.bytes, {0x08, 0x00, 0x45, 0, 0, 40, 0, 0, 0, 0, 64, 17, 0, 0});
      add(p.bytes, {10, 0, source & 3, source, 10, 1, 0, destination});
    } else {
      add(p.bytes, {0x86, 0xdd, 0x60, 0, 0, 0, 0, 8, 17, 64});
      add(p.bytes, {0xfc, 0, source & 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, source});
      add(p.bytes, {0xfc, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, destination});
    }
    p.bytes.resize(random >> 16 & 7 ? p.bytes.size() + 20 : 14 + (random >> 20 & 31));
    if (random >> 32 % 10 == 0)
      p.bytes[12] ^= 1;
    packets.push_back(p);
  }
  return packets;
}

MapState denied() {
  MapState maps;
  const Bytes value(8, 1);
  for (const unsigned host : {1U, 6U, 11U}) {
    Bytes four = word(32), six = word(128);
    add(four, {10, 0, host & 3, host});
    add(six, {0xfc, 0, host & 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host});
    maps["hosts4"][four] = value;
    maps["hosts6"][six] = value;
  }
  Bytes four = word(24), six = word(24);
  add(four, {10, 0, 2, 0});
  add(six, {0xfc, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  maps["nets4"][four] = value;
  maps["nets6"][six] = value;
  return maps;
}

// Services with and without sessions, with and without servers of this host; some places of the
// ring are empty.
MapState balanced() {
  MapState maps;
  for (unsigned i = 0; i < 7; ++i) {
    Bytes address;
    add(address, {10, 1, 0, i});
    maps["services"][address] = joined(word(i), word(i % 4));
  }
  for (unsigned place = 0; place < 64; ++place)
    maps["ring"][word(place)] = word(place % 7 == 0 ? 0 : place % 11 == 0 ? 1000 : place % 16 + 1);
  for (unsigned server = 1; server <= 16; ++server) {
    Bytes value;
    add(value, {10, 2, 0, server, server % 4, 0, 0, 0});
    maps["servers"][word(server)] = value;
  }
  return maps;
}

void expect_equal(Contest& contest, const MapState& maps) {
  ASSERT_EQ(contest.refusal(), "");
  const auto packets = packets_between(600);
  EXPECT_EQ(contest.differences(engines_for(contest), packets, maps), "");
  EXPECT_EQ(contest.differences({Interp, Rtl}, std::span(packets).first(200), maps), "");
  contest.reschedule(1);
  EXPECT_EQ(contest.differences({Interp, Model}, packets, maps), "");
}

TEST(Real, DenyListsOfTwoMapsEach) {
  Contest contest = contest_of("deny_lists");
  expect_equal(contest, denied());
}

TEST(Real, ServersThatMayBeLocal) {
  Contest contest = contest_of("local_server");
  expect_equal(contest, balanced());
  const pipeline::Pipeline& p = contest.pipeline(); // looked up and inserted at once
  for (unsigned map = 0; map < p.maps.size(); ++map)
    if (p.maps[map].name.ends_with("sessions"))
      EXPECT_EQ(std::ranges::count_if(p.operations,
                                      [&](const pipeline::Operation& o) {
                                        return o.kind == pipeline::OpKind::MapAccess &&
                                               o.map == map;
                                      }),
                1)
          << p.maps[map].name;
}

// A program that takes an outer header off and calls itself: --tail-calls says how often.
class Unwrapping : public testing::Test {
protected:
  static Packet wrapped(unsigned headers) {
    Packet p;
    add(p.bytes, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0});
    for (unsigned i = 0; i <= headers; ++i)
      add(p.bytes,
          {0x45, 0, 0, 40, 0, 0, 0, 0, 64, i < headers ? 4U : 17U, 0, 0, 10, 0, 0, i, 10, 1, 0, i});
    p.bytes.resize(p.bytes.size() + 30);
    return p;
  }

  std::vector<PacketResult> run(EngineKind kind, std::span<const Packet> packets) {
    EngineInput input;
    input.object = &object_;
    input.program = &program_;
    input.pipeline = &compiled_.pipeline;
    return make_engine(kind, input)->run(packets);
  }

  static LiftOptions followed(unsigned tail_calls) {
    LiftOptions options;
    options.verify.tail_calls = tail_calls;
    return options;
  }

  Object object_ =
      open_object(test::compile_file(test::source_dir() + "/tests/nway/real/unwrap.bpf.c"));
  const Program& program_ = select_program(object_, "unwrap");
  LiftedProgram lifted_ = lift_program(object_, program_, followed(2));
  Compiled compiled_ = compile_pipeline(object_, lifted_);
};

TEST_F(Unwrapping, GoesRoundAsOftenAsItIsToldTo) {
  const std::vector<Packet> packets = {wrapped(0), wrapped(1), wrapped(2), wrapped(1), wrapped(3)};
  const auto expected = run(Interp, packets), got = run(Model, packets);
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(got[i].retval, std::uint32_t(XDP_TX)) << i;
    EXPECT_EQ(got[i].retval, expected[i].retval) << i;
    EXPECT_EQ(got[i].bytes, expected[i].bytes) << i;
  }
  EXPECT_EQ(expected[4].retval, std::uint32_t(XDP_TX));
  EXPECT_EQ(got[4].retval, std::uint32_t(XDP_DROP)); // as behind an empty slot
}

TEST_F(Unwrapping, SaysWhereItDiffersFromLinux) {
  ASSERT_EQ(lifted_.warnings.size(), 1u);
  EXPECT_EQ(lifted_.warnings[0].code, "PW-TAIL-007");
  EXPECT_EQ(verify_program(object_, program_).at(0).code, "PW-TAIL-004");
}

} // namespace
} // namespace pw::nway
