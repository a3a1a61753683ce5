#include "objects.h"

#include "frontend/isa/isa.h"

#include <gmock/gmock.h>

using namespace pw;
using namespace pw::test;
using testing::ElementsAre;

namespace {

class Tour : public testing::TestWithParam<const char*> {
protected:
  const Object object = open_object(test_object(GetParam()));
};
INSTANTIATE_TEST_SUITE_P(InstructionSets, Tour,
                         testing::Values("tour.v1", "tour.v2", "tour.v3", "tour.v4"));

std::vector<std::string> functions(const Program& p) {
  std::vector<std::string> out;
  for (const Subprogram& s : p.subprograms)
    out.push_back(s.name);
  return out;
}

TEST_P(Tour, SubprogramsFollowInTheOrderOfTheirFirstUse) {
  EXPECT_THAT(functions(program_named(object, "first")),
              ElementsAre("first", "visit", "leaf", "global_function", "branch"));
  EXPECT_THAT(functions(program_named(object, "second")), ElementsAre("second", "branch", "leaf"));
  EXPECT_THAT(functions(program_named(object, "third")), ElementsAre("third"));
}

TEST_P(Tour, CallsAndCallbacksPointAtSubprograms) {
  for (const Program& p : object.programs) {
    const isa::Code code = isa::decode(p.insns);
    const auto begins = [&](unsigned target) {
      return std::any_of(p.subprograms.begin(), p.subprograms.end(),
                         [&](const Subprogram& s) { return s.insn == target; });
    };
    for (const auto& i : code) {
      if (const auto* call = i ? std::get_if<isa::CallLocal>(&*i) : nullptr) {
        EXPECT_TRUE(begins(call->target));
      }
      if (const auto* load = i ? std::get_if<isa::LoadFunction>(&*i) : nullptr) {
        EXPECT_EQ(p.subprograms[1].insn, load->target); // visit
      }
    }
  }
}

TEST_P(Tour, TypesComeFromSections) {
  EXPECT_EQ(program_named(object, "first").type, ProgramType::Xdp);
  EXPECT_EQ(program_named(object, "second").type, ProgramType::Xdp);
  EXPECT_EQ(program_named(object, "second").type_name, "xdp");
  EXPECT_EQ(program_named(object, "third").type, ProgramType::Tc);
  EXPECT_EQ(object.license, "GPL");
}

TEST_P(Tour, Maps) {
  const MapDefinition& flows = map_named(object, "flows");
  EXPECT_EQ(flows.type, BPF_MAP_TYPE_HASH);
  EXPECT_EQ(flows.key_size, 4u);
  EXPECT_EQ(flows.value_size, 16u);
  EXPECT_EQ(flows.max_entries, 1000u);
  EXPECT_EQ(flows.flags, static_cast<unsigned>(BPF_F_NO_PREALLOC));
  EXPECT_EQ(flows.global, GlobalData::None);
  EXPECT_FALSE(flows.legacy);
  EXPECT_TRUE(flows.initial.empty());
  EXPECT_EQ(map_named(object, "stats").value_size, 24u);
}

TEST_P(Tour, InitialSlots) {
  const MapDefinition& jumps = map_named(object, "jumps");
  EXPECT_EQ(jumps.initial_programs,
            (std::map<std::uint32_t, std::string>{{1, "second"}, {3, "first"}}));
  const MapDefinition& outer = map_named(object, "outer");
  ASSERT_TRUE(outer.inner.has_value());
  EXPECT_EQ(object.maps.at(*outer.inner).max_entries, 5u);
  ASSERT_EQ(outer.initial_maps.size(), 2u);
  EXPECT_EQ(object.maps.at(outer.initial_maps.at(0)).name, "inner_b");
  EXPECT_EQ(object.maps.at(outer.initial_maps.at(2)).name, "inner_a");
}

TEST_P(Tour, GlobalDataByTheNameOfItsSection) {
  const MapDefinition& rodata = map_named(object, ".rodata");
  EXPECT_EQ(rodata.global, GlobalData::Rodata);
  EXPECT_EQ(rodata.initial.size(), rodata.value_size);
  EXPECT_EQ(rodata.initial.at(0), 1500 & 255);
  EXPECT_EQ(map_named(object, ".data").initial.at(0), 77);
  const MapDefinition& bss = map_named(object, ".bss");
  EXPECT_EQ(bss.global, GlobalData::Bss);
  EXPECT_EQ(bss.initial, std::vector<std::uint8_t>(18 + 2, 0));
}

TEST_P(Tour, EveryInstructionHasALineOfThisFile) {
  for (const Program& p : object.programs)
    for (unsigned i = 0; i < p.insns.size(); ++i) {
      const SourceLocation where = p.location(i);
      ASSERT_TRUE(where.known()) << p.name << " " << i;
      EXPECT_EQ(std::filesystem::path(where.file).filename(), "tour.bpf.c");
    }
}

TEST_P(Tour, LinesOfSubprogramsMoveWithThem) {
  const auto source =
      read_bytes(std::string(PW_SOURCE_DIR) + "/tests/frontend/object/programs/tour.bpf.c");
  const std::string text(source.begin(), source.end());
  ASSERT_NE(text.find("return x * 3 + hidden;"), std::string::npos);
  const auto line_of = [&](const std::string& what) {
    return 1 + std::count(text.begin(), text.begin() + static_cast<long>(text.find(what)), '\n');
  };
  for (const Program& p : object.programs)
    for (const Subprogram& s : p.subprograms)
      if (s.name == "leaf") {
        EXPECT_EQ(p.location(s.insn + 1).line, line_of("return x * 3 + hidden;"));
        EXPECT_EQ(p.location(s.insn + 1).text, "return x * 3 + hidden;");
      }
}

TEST_P(Tour, KernelFunctionsKeepTheirNames) {
  ASSERT_EQ(object.kernel_functions.size(), 1u);
  EXPECT_EQ(object.kernel_functions.begin()->second, "bpf_missing_kernel_function");
  unsigned calls = 0;
  for (const auto& i : isa::decode(program_named(object, "second").insns))
    if (const auto* call = i ? std::get_if<isa::CallKfunc>(&*i) : nullptr) {
      EXPECT_EQ(call->btf_id, object.kernel_functions.begin()->first);
      ++calls;
    }
  EXPECT_EQ(calls, 1u);
}

TEST_P(Tour, MapReferencesAreIndices) {
  std::set<std::string> used;
  for (const auto& i : isa::decode(program_named(object, "first").insns)) {
    if (const auto* load = i ? std::get_if<isa::LoadMap>(&*i) : nullptr)
      used.insert(object.maps.at(load->map).name);
    if (const auto* load = i ? std::get_if<isa::LoadMapValue>(&*i) : nullptr) {
      const MapDefinition& map = object.maps.at(load->map);
      EXPECT_NE(map.global, GlobalData::None);
      EXPECT_LT(load->offset, map.value_size);
      used.insert(map.name);
    }
  }
  EXPECT_THAT(used, ElementsAre(".bss", ".data", ".rodata", "flows", "jumps"));
}

TEST(Config, ValuesHaveDefaults) {
  const Object object = open_object(test_object("config"));
  const MapDefinition& config = map_named(object, ".kconfig");
  EXPECT_EQ(config.global, GlobalData::Kconfig);
  EXPECT_EQ(config.initial.size(), 13u); // u64, int, bool
  EXPECT_NE(config.initial.at(10), 0);   // the major version of any kernel there is
}

TEST(Config, ValuesCanBeSet) {
  const Object object = open_object(
      test_object("config_strong"),
      {{{"CONFIG_PIPEWRIGHT_STRONG", "3"}, {"CONFIG_HZ", "250"}, {"CONFIG_PIPEWRIGHT", "true"}}});
  EXPECT_THAT(map_named(object, ".kconfig").initial,
              ElementsAre(250, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, testing::_, testing::_, testing::_,
                          testing::_, 1));
}

TEST(Config, UnknownValueIsRefused) {
  EXPECT_THAT(codes_of([] { open_object(test_object("config_strong")); }),
              ElementsAre("PW-OBJ-009"));
}

} // namespace
