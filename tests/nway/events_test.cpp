// Events on every engine: what programs send through perf event arrays and ring buffers, and what
// the helpers return. Programs of tests/nway/events, and random ones.
#include "ir/compile.h"
#include "sim/diff/diff.h"
#include "support/hash.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <iostream>
#include <sstream>

namespace pw::nway {
namespace {

using test::mixed_packets;
using test::random_packets;

struct Compared {
  Object object;
  Compiled compiled;
  Environment environment;
  unsigned stall = 0;

  explicit Compared(const std::string& path, const CompileOptions& options = {})
      : object(open_object(path)),
        compiled(compile_pipeline(object, lift_program(object, program()), options)) {}

  const Program& program() const { return select_program(object, ""); }
  DiffEngine engine(const char* name, std::unique_ptr<Engine> (*make)(const EngineInput&)) const {
    return {name, [this, make] {
              EngineInput input;
              input.object = &object;
              input.program = &program();
              input.pipeline = &compiled.pipeline;
              input.environment = environment;
              input.stall_percent = stall;
              return make(input);
            }};
  }
  // "" or the first difference.
  std::string differences(std::span<const Packet> packets, bool rtl) const {
    std::vector<DiffEngine> engines = {engine("interp", make_interp_engine),
                                       engine("model", make_model_engine)};
    if (test::kernel_missing().empty())
      engines.insert(engines.begin(), engine("kernel", make_kernel_engine));
    else
      std::cout << "the kernel is left out: " << test::kernel_missing() << "\n";
    if (rtl)
      engines.push_back(engine("rtl", make_rtl_engine));
    const DiffResult result = diff_engines(engines, packets, {}, {.minimise = false});
    if (!result.difference)
      return "";
    std::ostringstream text;
    text << "packet " << result.difference->packet.value_or(0) << ", " << result.difference->field
         << " " << result.difference->detail << "\n";
    for (const DiffValue& value : result.difference->values)
      text << "  " << value.engine << ": " << value.value << "\n";
    return text.str();
  }
  std::vector<PacketResult> run(std::span<const Packet> packets) const {
    return engine("model", make_model_engine).make()->run(packets);
  }
};

std::vector<Packet> some_packets(unsigned count, std::uint32_t seed) {
  std::vector<Packet> all = mixed_packets(count / 2, seed);
  const std::vector<Packet> more = random_packets(count / 2, seed, 14, 300);
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::size_t events_in(const std::vector<PacketResult>& results) {
  std::size_t count = 0;
  for (const PacketResult& result : results)
    count += result.events.size();
  return count;
}

std::string program_path(const char* name) {
  return test::compile_c("#include \"" + test::source_dir() + "/tests/nway/events/" + name +
                         ".bpf.c\"\n");
}

class Events : public testing::TestWithParam<const char*> {};

TEST_P(Events, AreThoseOfTheKernel) {
  Compared compared(program_path(GetParam()));
  const auto packets = some_packets(600, 1);
  EXPECT_EQ(compared.differences(packets, false), "");
  EXPECT_GT(events_in(compared.run(packets)), packets.size() / 2);
}

TEST_P(Events, AreThoseOfTheVerilogClockByClock) {
  Compared compared(program_path(GetParam()));
  compared.stall = 30;
  EXPECT_EQ(compared.differences(some_packets(300, 2), true), "");
}

TEST_P(Events, DoNotDependOnTheSchedule) {
  CompileOptions options;
  options.random_schedule = 7;
  EXPECT_EQ(Compared(program_path(GetParam()), options).differences(some_packets(200, 3), false),
            "");
}

TEST_P(Events, OfANarrowBus) {
  CompileOptions options;
  options.bus_bits = 64;
  Compared compared(program_path(GetParam()), options);
  compared.environment.cpu = 1;
  EXPECT_EQ(compared.differences(some_packets(200, 4), true), "");
}

INSTANTIATE_TEST_SUITE_P(Programs, Events, testing::Values("perf", "window", "whole", "ring"),
                         [](const auto& info) { return std::string(info.param); });

double packets_per_clock(const std::vector<PacketResult>& results) {
  return double(results.size() - 1) / double(*results.back().cycle_in - *results.front().cycle_in);
}

// An event of one beat for each packet of one beat.
TEST(EventRate, IsAPacketAClock) {
  const std::string record = "#include \"" + test::source_dir() + R"(/tests/nway/events/programs.h"
PERF(samples, 0);
SEC("xdp") int prog(struct xdp_md *ctx)
{
	__u64 record[8] = {1, 2, 3, 4, 5, 6, ctx->rx_queue_index, ctx->data_end - ctx->data};
	bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, record, sizeof(record));
	return XDP_DROP;
}
)";
  const std::string sample = "#include \"" + test::source_dir() + R"(/tests/nway/events/programs.h"
PERF(samples, 0);
SEC("xdp") int prog(struct xdp_md *ctx)
{
	__u64 length = ctx->data_end - ctx->data;
	bpf_perf_event_output(ctx, &samples, length << 32 | BPF_F_CURRENT_CPU, &length, 4);
	return XDP_PASS;
}
)";
  const auto packets = random_packets(2000, 5, 60, 60);
  for (const std::string& source : {record, sample}) {
    Compared compared(test::compile_c(source));
    const auto results = compared.run(packets);
    EXPECT_EQ(events_in(results), packets.size());
    for (const PacketResult& r : results)
      ASSERT_EQ(r.events.at(0).bytes.size(), 64u);
    EXPECT_GT(packets_per_clock(results), 0.99);
  }
}

// ---- random programs ----

struct Random {
  std::uint64_t state = 0;
  std::uint64_t below(std::uint64_t limit) { return splitmix64(state++) % limit; }
};

// Statements that send, under conditions on bytes of the packet; some change the packet.
std::string statement(Random& random) {
  const auto byte = [&] { return "bytes[" + std::to_string(random.below(20)) + "]"; };
  const auto number = [&](std::uint64_t limit) { return std::to_string(random.below(limit)); };
  switch (random.below(7)) {
  case 0:
    return "NOTE(0, bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, record, " + number(33) +
           "));";
  case 1:
    return "NOTE(1, bpf_perf_event_output(ctx, &samples, (__u64)(" + byte() +
           " & 63) << 32 | BPF_F_CURRENT_CPU, record, " + number(33) + "));";
  case 2:
    return "NOTE(2, bpf_perf_event_output(ctx, &samples, length << 32 | BPF_F_CURRENT_CPU, "
           "record, " +
           byte() + " & 31));";
  case 3:
    return "NOTE(3, bpf_ringbuf_output(&ring, record, " + byte() + " & 31, 0));";
  case 4:
    return "{ __u32 *r = bpf_ringbuf_reserve(&ring, " + number(60) +
           " + 8, 0); if (r) { r[0] = length; r[1] = " + byte() + "; if (" + byte() +
           " & 1) bpf_ringbuf_submit(r, 0); else bpf_ringbuf_discard(r, 0); } }";
  case 5:
    return byte() + " = " + byte() + " + " + number(200) + ";";
  default:
    return "record[" + number(4) + "] += " + byte() + ";";
  }
}

std::string random_program(std::uint64_t seed) {
  Random random{seed << 20};
  std::string body;
  for (std::uint64_t i = 3 + random.below(5); i > 0; --i) {
    if (random.below(2) == 0)
      body += "\tif (bytes[" + std::to_string(random.below(20)) + "] & " +
              std::to_string(1u << random.below(8)) + ")\n\t";
    body += "\t" + statement(random) + "\n";
  }
  return "#include \"" + test::source_dir() + "/tests/nway/events/programs.h\"\n" +
         "PERF(samples, 0);\nRING(ring, 4096);\nRESULTS;\n" +
         "SEC(\"xdp\") int prog(struct xdp_md *ctx)\n{\n\tBEGIN;\n\t__u8 *bytes = data;\n" +
         "\t__u64 length = data_end - data, record[4] = {length, 7};\n" +
         "\tif (bytes + 20 > (__u8 *)data_end) return XDP_DROP;\n" + body +
         "\treturn XDP_PASS;\n}\n";
}

class RandomEvents : public testing::TestWithParam<int> {};

TEST_P(RandomEvents, AreThoseOfTheKernel) {
  const std::string source = random_program(std::uint64_t(GetParam()));
  Compared compared(test::compile_c(source));
  EXPECT_EQ(compared.differences(some_packets(200, std::uint32_t(GetParam())), false), "")
      << source;
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomEvents, testing::Range(0, 16));

} // namespace
} // namespace pw::nway
