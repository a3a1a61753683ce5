// The interpreter against the kernel: programs that take every decision from random bytes, so that
// each helper meets arguments of all kinds.
#include "sim/diff/diff.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

using test::compare_with_kernel;
using test::compile_file;
using test::random_packets;

std::string program(const std::string& name) {
  return test::source_dir() + "/tests/sim/kernel/programs/" + name + ".bpf.c";
}

struct Case {
  std::string name, cpu;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name << " " << c.cpu; }

class AgainstKernel : public testing::TestWithParam<Case> {};

TEST_P(AgainstKernel, RandomArguments) {
  PW_SKIP_WITHOUT_KERNEL();
  const std::string path = compile_file(program(GetParam().name), GetParam().cpu);
  const Object object = open_object(path);
  Environment environment;
  environment.ifindex = 3;
  environment.rx_queue = 2;
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    environment.seed = seed;
    const MapState maps =
        GetParam().name == "redirects" ? test::some_entries(object, seed) : MapState{};
    const auto packets = random_packets(1200, seed, 14, 400);
    EXPECT_EQ(compare_with_kernel(path, packets, maps, environment), "");
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* name : {"frame_helpers", "csum", "redirects", "map_helpers", "locks", "lpm",
                           "lru", "mtu", "environment", "control"})
    for (const char* cpu : {"v1", "v2", "v3", "v4"})
      all.push_back({name, cpu});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Programs, AgainstKernel, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name + "_" + info.param.cpu; });

// How far the kernel could be followed, and how many entries it has then.
struct Followed {
  std::optional<std::size_t> evicted;
  std::size_t entries = 0;
  std::string difference;
};

Followed follow(const std::string& name, std::uint32_t packets) {
  const Object object = open_object(compile_file(program("lru")));
  EngineInput input;
  input.object = &object;
  input.program = &select_program(object, "on_" + name);
  const auto sent = random_packets(packets, 1, 20, 60);
  const std::vector<DiffEngine> engines = {{"kernel", [&] { return make_kernel_engine(input); }},
                                           {"interp", [&] { return make_interp_engine(input); }}};
  const DiffResult result = diff_engines(engines, sent, {});
  const auto kernel = make_kernel_engine(input);
  kernel->run(sent);
  return {result.evicted, kernel->maps().at(name).size(),
          result.difference ? result.difference->field : ""};
}

TEST(Lru, TheKernelIsFollowedUntilItMayEvict) {
  PW_SKIP_WITHOUT_KERNEL();
  const Followed never = follow("large", 2000);
  EXPECT_EQ(never.difference, "");
  EXPECT_FALSE(never.evicted);
  EXPECT_GT(never.entries, 500u); // and it did work
  const Followed full = follow("percpu", 3000);
  EXPECT_EQ(full.difference, "");
  ASSERT_TRUE(full.evicted);
  EXPECT_GT(*full.evicted, 450u); // 600 less a batch of 128 can be filled
  EXPECT_LE(full.entries, 600u);
  const Followed small = follow("small", 400);
  EXPECT_EQ(small.difference, "");
  EXPECT_TRUE(small.evicted);
}

// Which map a redirect names is known by its address, however many maps there are.
TEST(Redirects, BehindManyMaps) {
  PW_SKIP_WITHOUT_KERNEL();
  std::string source = "#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n";
  for (unsigned i = 0; i < 70; ++i)
    source += "struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 4); "
              "__type(key, __u32); __type(value, __u32); } m" +
              std::to_string(i) + " SEC(\".maps\");\n";
  source += "SEC(\"xdp\") int p(struct xdp_md *ctx) { return ctx->rx_queue_index == 1 ? "
            "bpf_redirect_map(&m69, 0, 0) : bpf_redirect_map(&m33, 1, XDP_PASS); }\n";
  const std::string path = test::compile_c(source);
  const Object object = open_object(path);
  for (const std::uint32_t queue : {0u, 1u}) {
    Environment environment;
    environment.ifindex = 3;
    environment.rx_queue = queue;
    EXPECT_EQ(compare_with_kernel(path, random_packets(5, 1, 14, 100),
                                  test::some_entries(object, 1), environment),
              "");
  }
}

} // namespace
} // namespace pw
