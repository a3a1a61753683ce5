// pipewright sweep, here and under mpirun.

#include "tests/cli/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace pw::cli_test {
namespace {

using testing::HasSubstr;

std::vector<std::string> sweep_of(const std::string& folder,
                                  const std::vector<std::string>& more = {}) {
  std::vector<std::string> all = {
      "sweep",     example("firewall"),      "--vary", "size=64,256", "--vary", "port=10G,100G",
      "--traffic", "packets=2000,rate=line", "--fix",  "no-search",   "-o",     folder};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::size_t lines(const std::string& text) {
  return std::size_t(std::count(text.begin(), text.end(), '\n'));
}

TEST(Sweep, RunsEveryCombination) {
  const Scratch scratch;
  const Outcome o = pipewright(sweep_of(scratch.path("out"), {"--json"}));
  ASSERT_EQ(o.code, 0) << o.err;
  const auto points = o.json().at("points");
  ASSERT_EQ(points.size(), 4u);
  for (const auto& point : points) {
    EXPECT_TRUE(point.at("error").is_null()) << point.dump();
    EXPECT_EQ(point.at("result").at("offered").at("frames"), 2000);
  }
  EXPECT_EQ(points[1].at("where").at("port"), "100G");
  EXPECT_LT(points[0].at("result").at("offered").at("mpps"), 15);
  EXPECT_GT(points[1].at("result").at("offered").at("mpps"), 140);
  EXPECT_EQ(lines(slurp(scratch.path("out/results.csv"))), 5u);
  EXPECT_EQ(lines(slurp(scratch.path("out/results.jsonl"))), 4u);
}

TEST(Sweep, GoesOnWhereItWasStopped) {
  const Scratch scratch;
  ASSERT_EQ(pipewright(sweep_of(scratch.path("out"))).code, 0);
  const std::string whole = slurp(scratch.path("out/results.jsonl"));
  const std::string table = slurp(scratch.path("out/results.csv"));
  // As if it had been killed while it wrote the third result.
  const std::size_t second = whole.find('\n', whole.find('\n') + 1);
  std::ofstream(scratch.path("out/results.jsonl")) << whole.substr(0, second + 20);
  ASSERT_EQ(pipewright(sweep_of(scratch.path("out"))).code, 0);
  EXPECT_EQ(slurp(scratch.path("out/results.csv")), table) << "the same figures in every run";
  const std::string again = slurp(scratch.path("out/results.jsonl"));
  EXPECT_EQ(again.substr(0, second + 1), whole.substr(0, second + 1)) << "these were not run again";
  EXPECT_EQ(lines(again), 4u);
}

TEST(Sweep, KeepsGoingBehindAPointThatFails) {
  const Scratch scratch;
  const Outcome o =
      pipewright({"sweep", example("firewall"), "--vary", "port=10G,33G", "--traffic",
                  "packets=500", "--fix", "no-search", "-o", scratch.path("out"), "--json"});
  ASSERT_EQ(o.code, 1) << o.err;
  EXPECT_TRUE(o.json().at("points")[0].at("error").is_null());
  EXPECT_THAT(o.json().at("points")[1].at("error").get<std::string>(), HasSubstr("PW-NIC-001"));
}

TEST(Sweep, RefusesWrongCommandLines) {
  const Scratch scratch;
  const std::string out = scratch.path("out");
  EXPECT_THAT(pipewright({"sweep", example("firewall"), "--vary", "port", "-o", out}).err,
              HasSubstr("PW-OPT-008"));
  EXPECT_THAT(pipewright({"sweep", scratch.path("none.o"), "-o", out}).err,
              HasSubstr("PW-OBJ-001"));
  EXPECT_EQ(pipewright({"sweep", "-o", out}).code, 1);
  for (const char* option : {"--vary", "--fix"}) {
    const Outcome o = pipewright({"sweep", example("firewall"), option, "prot=1", "-o", out});
    EXPECT_EQ(o.code, 1);
    EXPECT_THAT(o.err, testing::AllOf(HasSubstr("PW-OPT-008"), HasSubstr("is it port?")));
  }
  EXPECT_THAT(pipewright({"sweep", example("firewall"), "-o", scratch.path("no/such")}).err,
              HasSubstr("PW-OPT-002"));
  EXPECT_THAT(scratch.names(), testing::IsEmpty());
}

bool has_mpi() {
  return std::system("mpirun --version >/dev/null 2>&1") == 0 &&
         std::filesystem::exists(std::filesystem::path(PW_BINARY).parent_path() /
                                 "pipewright_mpi.so");
}

TEST(Sweep, RunsUnderMpi) {
  if (!has_mpi())
    GTEST_SKIP() << "there is no mpirun here, or this build has no MPI";
  const Scratch scratch;
  ASSERT_EQ(pipewright(sweep_of(scratch.path("here"))).code, 0);
  std::string command = "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun "
                        "--oversubscribe -n 3 " PW_BINARY;
  for (const std::string& word : sweep_of(scratch.path("mpi")))
    command += " '" + word + "'";
  ASSERT_EQ(std::system((command + " >" + scratch.path("log") + " 2>&1").c_str()), 0)
      << slurp(scratch.path("log"));
  EXPECT_EQ(slurp(scratch.path("mpi/results.csv")), slurp(scratch.path("here/results.csv")));
}

TEST(Sweep, SaysThatABuildHasNoMpi) {
  const Scratch scratch;
  std::filesystem::copy_file(PW_BINARY, scratch.path("alone")); // without the module beside it
  const std::string command = "OMPI_COMM_WORLD_RANK=0 " + scratch.path("alone") + " sweep " +
                              example("firewall") + " >" + scratch.path("log") + " 2>&1";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 2);
  EXPECT_THAT(slurp(scratch.path("log")), HasSubstr("PW-OPT-010"));
}

} // namespace
} // namespace pw::cli_test
