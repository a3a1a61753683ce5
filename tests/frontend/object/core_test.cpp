// CO-RE relocation records that make no sense. (Those that do are compared with libbpf's in
// libbpf_test.cpp.)
#include "frontend/object/btf_info.h"
#include "frontend/object/core_relocations.h"

#include "objects.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>

using namespace pw;
using namespace pw::object;
using namespace pw::test;
using testing::ElementsAre;

namespace {

// The object with the words of one CO-RE record replaced.
class Core : public testing::Test {
protected:
  Core() {
    const ElfFile elf = parse_elf(image_);
    const Btf types = parse_btf(elf);
    const BtfExt debug = parse_btf_ext(elf, types.get());
    record_ = debug.core.at("xdp").at(0);
    const ElfSection& ext = elf.sections[*elf.find(".BTF.ext")];
    const auto* wanted = reinterpret_cast<const std::uint8_t*>(&record_);
    const auto found =
        std::search(ext.data.begin(), ext.data.end(), wanted, wanted + sizeof record_);
    at_ = ext.offset + static_cast<std::size_t>(found - ext.data.begin());
  }

  std::vector<std::string> with(const CoreRecord& changed) {
    Bytes image = image_;
    std::memcpy(image.data() + at_, &changed, sizeof changed);
    return codes_of([&] { apply_core_relocations(image); });
  }

  const Bytes image_ = read_bytes(test_object("tour.v3"));
  CoreRecord record_;
  std::size_t at_ = 0;
};

TEST_F(Core, AsItIs) { EXPECT_TRUE(with(record_).empty()); }

TEST_F(Core, UnknownKind) {
  record_.kind = 99;
  EXPECT_THAT(with(record_), ElementsAre("PW-OBJ-007"));
}

TEST_F(Core, UnknownType) {
  record_.type = 100'000;
  EXPECT_THAT(with(record_), ElementsAre("PW-OBJ-007"));
}

TEST_F(Core, NoInstruction) {
  record_.offset = 0x7ffffff8;
  EXPECT_THAT(with(record_), ElementsAre("PW-OBJ-007"));
}

TEST_F(Core, AccessThatIsNoPath) {
  record_.access = 1; // some name
  EXPECT_THAT(with(record_), ElementsAre("PW-OBJ-007"));
}

TEST(CoreImage, LibbpfSeesNoRelocations) {
  Bytes image = read_bytes(test_object("tour.v3"));
  apply_core_relocations(image);
  const ElfFile elf = parse_elf(image);
  const Btf types = parse_btf(elf);
  EXPECT_TRUE(parse_btf_ext(elf, types.get()).core.empty());
  EXPECT_FALSE(parse_btf_ext(elf, types.get()).lines.empty());
}

} // namespace
