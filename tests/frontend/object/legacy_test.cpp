// Definitions in SEC("maps"): the same maps as before, and an image that libbpf 1.x and the kernel
// take.
#include "objects.h"

#include "frontend/isa/isa.h"
#include "frontend/object/legacy_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cstring>
#include <gmock/gmock.h>

using namespace pw;
using namespace pw::test;

namespace {

class Legacy : public testing::TestWithParam<const char*> {
protected:
  const std::string path = test_object(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Forms, Legacy,
                         testing::Values("legacy", "legacy_bare", "iproute2", "iproute2_bare"));

TEST_P(Legacy, Definitions) {
  const Object object = open_object(path);
  const MapDefinition& packets = map_named(object, "packets");
  EXPECT_TRUE(packets.legacy);
  EXPECT_EQ(packets.type, BPF_MAP_TYPE_PERCPU_ARRAY);
  EXPECT_EQ(packets.key_size, 4u);
  EXPECT_EQ(packets.value_size, 8u);
  EXPECT_EQ(packets.max_entries, 256u);
  const MapDefinition& members = map_named(object, "members");
  EXPECT_EQ(members.key_size, 6u);
  EXPECT_EQ(members.value_size, 16u);
  EXPECT_EQ(members.max_entries, 3000000u);
  EXPECT_EQ(map_named(object, "events").type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  EXPECT_FALSE(map_named(object, ".bss").legacy);
}

TEST_P(Legacy, InnerMap) {
  const Object object = open_object(path);
  const MapDefinition& groups = map_named(object, "groups");
  ASSERT_TRUE(groups.inner.has_value());
  EXPECT_EQ(object.maps.at(*groups.inner).key_size, 6u);
  EXPECT_EQ(object.maps.at(*groups.inner).max_entries, 3000000u);
}

TEST_P(Legacy, ReferencesFindTheirMaps) {
  const Object object = open_object(path);
  std::vector<std::string> used;
  for (const auto& i : isa::decode(select_program(object, "").insns))
    if (const auto* load = i ? std::get_if<isa::LoadMap>(&*i) : nullptr)
      used.push_back(object.maps.at(load->map).name);
  EXPECT_THAT(used, testing::ElementsAre("packets", "members", "groups", "events"));
}

TEST_P(Legacy, TheKernelTakesTheImage) {
  if (bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 4, 1, nullptr) < 0)
    GTEST_SKIP() << "no root, or no BPF here: " << std::strerror(errno);
  const auto image = libbpf_image(path);
  bpf_object* object = bpf_object__open_mem(image.data(), image.size(), nullptr);
  ASSERT_NE(object, nullptr);
  bpf_program* program = bpf_object__find_program_by_name(object, "legacy");
  ASSERT_NE(program, nullptr);
  bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
  EXPECT_EQ(bpf_object__load(object), 0);
  const bpf_map* members = bpf_object__find_map_by_name(object, "members");
  ASSERT_NE(members, nullptr);
  bpf_map_info info{};
  std::uint32_t size = sizeof info;
  EXPECT_EQ(bpf_obj_get_info_by_fd(bpf_map__fd(members), &info, &size), 0);
  EXPECT_EQ(info.max_entries, 3000000u);
  EXPECT_STREQ(info.name, "members");
  bpf_object__close(object);
}

TEST(LegacyForms, SectionsOfIproute2FillProgramArrays) {
  const Object object = open_object(test_object("iproute2_slots"));
  EXPECT_EQ(map_named(object, "jumps").initial_programs,
            (std::map<std::uint32_t, std::string>{{1, "called"}}));
  EXPECT_TRUE(map_named(object, "numbers").initial_programs.empty());
}

class Mixed : public testing::Test {
protected:
  const std::string path = test_object("mixed");
};

TEST_F(Mixed, OldAndNewStandSideBySide) {
  const Object object = open_object(path);
  EXPECT_TRUE(map_named(object, "before").legacy);
  EXPECT_EQ(map_named(object, "before").value_size, 8u);
  EXPECT_FALSE(map_named(object, "after").legacy);
  EXPECT_EQ(map_named(object, "after").max_entries, 3u);
  EXPECT_EQ(map_named(object, "behind").max_entries, 5u);
  std::vector<std::string> used;
  for (const auto& i : isa::decode(select_program(object, "").insns))
    if (const auto* load = i ? std::get_if<isa::LoadMap>(&*i) : nullptr)
      used.push_back(object.maps.at(load->map).name);
  EXPECT_THAT(used, testing::ElementsAre("before", "after", "behind", "jumps"));
}

// A program that is static in C, in a section that names its slot and not its type.
TEST_F(Mixed, StaticProgramsStandInTheirSlots) {
  const Object object = open_object(path);
  EXPECT_EQ(map_named(object, "jumps").initial_programs,
            (std::map<std::uint32_t, std::string>{{1, "called"}}));
  EXPECT_EQ(program_type(program_named(object, "called")), ProgramType::Xdp);
  EXPECT_EQ(select_program(object, "").name, "entry");
}

TEST_F(Mixed, TheKernelTakesTheImage) {
  if (bpf_map_create(BPF_MAP_TYPE_ARRAY, "probe", 4, 4, 1, nullptr) < 0)
    GTEST_SKIP() << "no root, or no BPF here: " << std::strerror(errno);
  const auto image = libbpf_image(path);
  bpf_object* object = bpf_object__open_mem(image.data(), image.size(), nullptr);
  ASSERT_NE(object, nullptr);
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) bpf_program__set_type(program, BPF_PROG_TYPE_XDP);
  EXPECT_EQ(bpf_object__load(object), 0);
  bpf_object__close(object);
}

TEST(LegacyForms, UnknownLayoutIsRefused) {
  EXPECT_THAT(codes_of([] { open_object(test_object("odd_maps")); }),
              testing::ElementsAre("PW-OBJ-008"));
}

TEST(LegacyImage, OthersAreLeftAlone) {
  const auto bytes = read_bytes(test_object("tour.v3"));
  EXPECT_EQ(object::translate_legacy_maps(bytes), bytes);
}

} // namespace
