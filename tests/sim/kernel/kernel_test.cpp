// The interpreter against the kernel: programs that take every decision from random bytes, so that
// each helper meets arguments of all kinds.
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
  for (const char* name :
       {"frame_helpers", "csum", "redirects", "map_helpers", "locks", "lpm", "mtu",
        "environment", "control"})
    for (const char* cpu : {"v1", "v2", "v3", "v4"})
      all.push_back({name, cpu});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Programs, AgainstKernel, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param.name + "_" + info.param.cpu; });

} // namespace
} // namespace pw
