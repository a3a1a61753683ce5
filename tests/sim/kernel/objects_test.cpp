// The interpreter against the kernel on whole programs: the examples, and the objects of Debian's
// xdp-tools and libxdp1, on generated traffic and on real captures.
#include "sim/capture/capture.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace pw {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files(const fs::path& folder, const std::string& suffix) {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none))
    if (entry.path().string().ends_with(suffix))
      found.push_back(entry.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = fs::path(info.param).filename().string();
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)))
      c = '_';
  return name;
}

// Programs that one of the two can't run are skipped by name; "" if everything else agrees.
std::string compare_all(const Object& object, std::span<const Packet> packets, unsigned& compared) {
  std::string text;
  Environment environment;
  environment.ifindex = 2;
  for (const Program& program : object.programs) {
    if (program.type == ProgramType::Other)
      continue;
    for (const MapState& maps :
         {MapState{}, test::some_entries(object, 1), test::some_entries(object, 2)})
      try {
        const auto found = test::compare_with_kernel(object, program, packets, maps, environment);
        text += found.empty() ? "" : program.name + ": " + found + "\n";
        ++compared;
      } catch (const Failure& failure) {
        if (failure.diagnostics().front().code != "PW-ENG-004")
          throw;
      }
  }
  return text;
}

class Examples : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Examples);

TEST_P(Examples, AgreeWithTheKernel) {
  PW_SKIP_WITHOUT_KERNEL();
  unsigned compared = 0;
  for (const char* cpu : {"v3", "v4"}) {
    const Object object = open_object(test::compile_file(GetParam(), cpu));
    EXPECT_EQ(compare_all(object, test::mixed_packets(2000, 1), compared), "") << cpu;
  }
  EXPECT_GT(compared, 0u);
}

INSTANTIATE_TEST_SUITE_P(Objects, Examples,
                         testing::ValuesIn(files(test::source_dir() + "/examples", ".bpf.c")),
                         test_name);

class Packaged : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Packaged);

TEST_P(Packaged, AgreeWithTheKernel) {
  PW_SKIP_WITHOUT_KERNEL();
  unsigned compared = 0;
  const Object object = open_object(GetParam());
  EXPECT_EQ(compare_all(object, test::mixed_packets(2000, 2), compared), "");
  if (compared == 0)
    GTEST_SKIP() << "no program in it that both engines run";
}

std::vector<std::string> packaged_objects() {
  auto all = files("/usr/lib/x86_64-linux-gnu/bpf", ".o");
  const auto more = files("/usr/lib/aarch64-linux-gnu/bpf", ".o");
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

INSTANTIATE_TEST_SUITE_P(Objects, Packaged, testing::ValuesIn(packaged_objects()), test_name);

// Every capture, through programs that parse deeply and that write.
TEST(Captures, AgreeWithTheKernel) {
  PW_SKIP_WITHOUT_KERNEL();
  const fs::path folder = fs::path(test::source_dir()) / ".." / "shared" / "captures";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "SKIPPED: no captures in " << folder;
  std::vector<Packet> packets;
  for (const char* suffix : {".pcap", ".pcapng"})
    for (const std::string& path : files(folder, suffix)) {
      const auto more = read_capture(path).packets;
      packets.insert(packets.end(), more.begin(), more.end());
    }
  ASSERT_GT(packets.size(), 1000u);
  unsigned compared = 0;
  for (const std::string& source : files(test::source_dir() + "/examples", ".bpf.c")) {
    const Object object = open_object(test::compile_file(source));
    EXPECT_EQ(compare_all(object, packets, compared), "") << source;
  }
  EXPECT_GT(compared, 0u);
}

} // namespace
} // namespace pw
