// bpf_fib_lookup on every engine; the kernel answers by its own routes, in a network namespace that
// has the same ones.
#include "tests/nway/contest.h"
#include "tests/nway/routes/random_routes.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

namespace pw::nway {
namespace {

using enum EngineKind;

const std::string& object_of(const std::string& name) {
  static std::map<std::string, std::string> made;
  std::string& path = made[name];
  if (path.empty())
    path = test::compile_file(test::source_dir() + "/tests/nway/routes/" + name + ".bpf.c");
  return path;
}

// PW_ROUNDS: more of them, to hunt for differences.
std::uint32_t rounds() {
  const char* given = std::getenv("PW_ROUNDS");
  return given ? std::uint32_t(std::atoi(given)) : 6;
}

struct Case {
  const char* file;
  const char* program;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.file << "_" << c.program; }

class Lookup : public testing::TestWithParam<Case> {
protected:
  Lookup() : contest_({GetParam().program, object_of(GetParam().file), GetParam().program, ""}) {}
  void SetUp() override { ASSERT_EQ(contest_.refusal(), ""); }

  std::vector<EngineKind> engines() const {
    if (contest_.has_engine(Kernel))
      return {Kernel, Interp, Model};
    return {Interp, Model};
  }

  void use(std::uint32_t seed) {
    contest_.routes = random_routes(seed);
    contest_.environment.ifindex = 2;
    contest_.environment.mac = contest_.routes->link(2)->mac;
  }

  Contest contest_;
};

TEST_P(Lookup, AgreesOnRandomRoutes) {
  for (std::uint32_t seed = 1; seed <= rounds(); ++seed) {
    use(seed);
    EXPECT_EQ(contest_.differences(engines(), questions(*contest_.routes, 400, seed)), "")
        << "seed " << seed;
  }
}

TEST_P(Lookup, WithoutRoutesNothingIsForwarded) {
  const Routes none = random_routes(1); // asks for what there is not
  EXPECT_EQ(contest_.differences(engines(), questions(none, 100, 1)), "");
}

TEST_P(Lookup, AgreesInEverySchedule) {
  use(3);
  contest_.reschedule(7);
  EXPECT_EQ(contest_.differences({Interp, Model}, questions(*contest_.routes, 200, 9)), "");
}

INSTANTIATE_TEST_SUITE_P(NWay, Lookup,
                         testing::Values(Case{"xdp", "plain"}, Case{"xdp", "direct"},
                                         Case{"xdp", "output"}, Case{"xdp", "skip"},
                                         Case{"xdp", "any"}, Case{"xdp", "in_map"},
                                         Case{"xdp", "small"}, Case{"tc", "plain"},
                                         Case{"tc", "output"}, Case{"tc", "any"}),
                         [](const auto& info) { return testing::PrintToString(info.param); });

// What is compared above is worth something: all answers are among it, each many times.
TEST(RandomRoutes, GetEveryAnswer) {
  Contest contest({"plain", object_of("xdp"), "plain", ""});
  ASSERT_EQ(contest.refusal(), "");
  std::map<std::int64_t, unsigned> answers;
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    const Routes routes = random_routes(seed);
    EngineInput input;
    input.object = &contest.object();
    input.program = &contest.program();
    input.environment.ifindex = 2;
    input.routes = &routes;
    const auto packets = questions(routes, 400, seed);
    for (const PacketResult& r : make_engine(Interp, input)->run(packets)) {
      std::int64_t answer = 0;
      std::memcpy(&answer, r.bytes.data() + 14 + 64 + 8, sizeof answer);
      ++answers[answer];
    }
  }
  for (const std::int64_t answer :
       {std::int64_t{BPF_FIB_LKUP_RET_SUCCESS}, std::int64_t{BPF_FIB_LKUP_RET_BLACKHOLE},
        std::int64_t{BPF_FIB_LKUP_RET_UNREACHABLE}, std::int64_t{BPF_FIB_LKUP_RET_PROHIBIT},
        std::int64_t{BPF_FIB_LKUP_RET_NOT_FWDED}, std::int64_t{BPF_FIB_LKUP_RET_FWD_DISABLED},
        std::int64_t{BPF_FIB_LKUP_RET_NO_NEIGH}, std::int64_t{BPF_FIB_LKUP_RET_FRAG_NEEDED},
        std::int64_t{-ENODEV}, std::int64_t{-EAFNOSUPPORT}})
    EXPECT_GE(answers[answer], 20u) << answer;
}

TEST(RoutesRefusal, TablesByNumber) {
  EXPECT_NE(Contest({"table", object_of("xdp"), "table", ""}).refusal().find("PW-CALL-016"),
            std::string::npos);
}

TEST(RoutesRefusal, MoreThanTheTableHolds) {
  Contest contest({"plain", object_of("xdp"), "plain", ""});
  contest.environment.ifindex = 2;
  contest.routes = random_routes(1);
  for (unsigned i = 0; i < 300; ++i) {
    Routes::Route r = contest.routes->routes.front();
    r.to.address.bytes = {11, std::uint8_t(i >> 8), std::uint8_t(i), 0};
    r.to.length = 24;
    contest.routes->routes.push_back(r);
  }
  const auto packets = questions(*contest.routes, 20, 1);
  try {
    contest.differences({Interp, Model}, packets);
    FAIL() << "it had room";
  } catch (const Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find("PW-IN-306"), std::string::npos) << failure.what();
  }
}

} // namespace
} // namespace pw::nway
