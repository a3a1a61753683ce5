// The objects of Debian's xdp-tools and libxdp1.
#include "objects.h"

#include "frontend/isa/isa.h"

#include <gtest/gtest.h>

using namespace pw;
using namespace pw::test;

namespace {

class Debian : public testing::Test {
protected:
  void SetUp() override {
    if (debian_objects().empty())
      GTEST_SKIP() << "packages xdp-tools and libxdp1 are not installed";
  }
};

TEST_F(Debian, AllOpenAndDecode) {
  for (const std::string& path : debian_objects()) {
    const Object object = open_object(path);
    EXPECT_FALSE(object.programs.empty()) << path;
    EXPECT_EQ(object.sha256.size(), 64u);
    EXPECT_EQ(object.license, "GPL") << path;
    for (const Program& p : object.programs)
      EXPECT_NO_THROW(isa::decode(p.insns)) << path << " " << p.name;
  }
}

TEST_F(Debian, EveryInstructionHasALineOfC) {
  for (const std::string& path : debian_objects())
    for (const Program& p : open_object(path).programs)
      for (unsigned i = 0; i < p.insns.size(); ++i) {
        const SourceLocation where = p.location(i);
        ASSERT_TRUE(where.known()) << path << " " << p.name << " " << i;
        const std::string extension = std::filesystem::path(where.file).extension();
        EXPECT_TRUE(extension == ".c" || extension == ".h") << where.file;
      }
}

TEST_F(Debian, FilterHasItsMaps) {
  const Object object = open_object(DebianObjects / "xdpfilt_alw_all.o");
  EXPECT_EQ(map_named(object, "filter_ipv6").key_size, 16u);
  EXPECT_EQ(map_named(object, "filter_ipv6").type, BPF_MAP_TYPE_PERCPU_HASH);
  EXPECT_EQ(map_named(object, "filter_ethernet").max_entries, 10000u);
  EXPECT_EQ(select_program(object, "").name, "xdpfilt_alw_all");
}

TEST_F(Debian, TracingProgramsAreNoPacketPrograms) {
  const Object object = open_object(DebianObjects / "xdpdump_bpf.o");
  EXPECT_EQ(codes_of([&] { select_program(object, "trace_on_entry"); }),
            std::vector<std::string>{"PW-PRG-003"});
}

} // namespace
