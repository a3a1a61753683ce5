// Files that are no eBPF objects.
#include "objects.h"

#include "frontend/object/elf_file.h"

#include <gmock/gmock.h>

using namespace pw;
using namespace pw::test;
using testing::ElementsAre;

namespace {

// Of one test: others run at the same time.
std::string temporary(const std::string& name) {
  const int line = testing::UnitTest::GetInstance()->current_test_info()->line();
  return testing::TempDir() + "/pw_refuse_" + std::to_string(line) + name;
}

std::vector<std::string> open_bytes(const std::vector<std::uint8_t>& bytes) {
  const std::string path = temporary("file.o");
  write_bytes(path, bytes);
  return codes_of([&] { open_object(path); });
}

TEST(Refuse, NoFile) {
  EXPECT_THAT(codes_of([] { open_object("/nowhere/at/all.o"); }), ElementsAre("PW-OBJ-001"));
  EXPECT_THAT(codes_of([] { open_object(""); }), ElementsAre("PW-OBJ-001"));
}

TEST(Refuse, Directory) {
  EXPECT_THAT(codes_of([] { open_object(testing::TempDir()); }), ElementsAre("PW-OBJ-001"));
  EXPECT_THAT(codes_of([] { open_object("/dev/null"); }), ElementsAre("PW-OBJ-001"));
}

TEST(Refuse, Empty) { EXPECT_THAT(open_bytes({}), ElementsAre("PW-OBJ-002")); }

TEST(Refuse, Text) {
  EXPECT_THAT(open_bytes({'h', 'e', 'l', 'l', 'o'}), ElementsAre("PW-OBJ-002"));
  EXPECT_THAT(codes_of([] { open_object(std::string(PW_SOURCE_DIR) + "/CMakeLists.txt"); }),
              ElementsAre("PW-OBJ-002"));
}

TEST(Refuse, AnotherMachine) {
  EXPECT_THAT(codes_of([] { open_object("/proc/self/exe"); }), ElementsAre("PW-OBJ-002"));
}

TEST(Refuse, BigEndian) {
  EXPECT_THAT(codes_of([] { open_object(test_object("big_endian")); }), ElementsAre("PW-OBJ-002"));
}

TEST(Refuse, CSourceIsToldHowToCompileIt) {
  const std::string path = temporary("prog.bpf.c");
  write_bytes(path, {'i', 'n', 't', ' ', 'x', ';'});
  try {
    open_object(path);
    ADD_FAILURE() << "opened";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics().at(0).code, "PW-OBJ-002");
    EXPECT_THAT(f.what(), testing::HasSubstr("prog.bpf.c': it is C source"));
    EXPECT_THAT(f.diagnostics().at(0).remedy, testing::HasSubstr("prog.bpf.o"));
  }
}

TEST(Refuse, OnlyAHeader) {
  auto bytes = read_bytes(test_object("probe"));
  bytes.resize(64);
  EXPECT_THAT(open_bytes(bytes), ElementsAre("PW-OBJ-003"));
}

TEST(Refuse, ASlotWithAnotherKindOfMap) {
  EXPECT_THAT(codes_of([] { open_object(test_object("unlike")); }), ElementsAre("PW-IN-116"));
}

TEST(Refuse, AMapTypeOfLaterDays) {
  auto bytes = read_bytes(test_object("legacy"));
  const object::ElfFile elf = object::parse_elf(bytes);
  bytes.at(elf.sections[*elf.find("maps")].offset) = 47; // the type of "packets"
  EXPECT_THAT(open_bytes(bytes), ElementsAre("PW-OBJ-003"));
}

TEST(Refuse, TheReasonIsLibbpfs) {
  auto bytes = read_bytes(test_object("tour.v3"));
  const object::ElfFile elf = object::parse_elf(bytes);
  const auto types = bytes.begin() + static_cast<long>(elf.sections[*elf.find(".BTF")].offset);
  const std::string attribute = "max_entries";
  const auto at = std::search(types, bytes.end(), attribute.begin(), attribute.end());
  ASSERT_NE(at, bytes.end());
  *(at + 1) = 'x'; // a map attribute that libbpf doesn't know
  const std::string path = temporary("attribute.o");
  write_bytes(path, bytes);
  testing::internal::CaptureStderr();
  try {
    open_object(path);
    ADD_FAILURE() << "opened";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics().at(0).code, "PW-OBJ-004");
    EXPECT_THAT(f.diagnostics().at(0).rule, testing::HasSubstr("unknown field 'mxx_entries'"));
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

} // namespace
