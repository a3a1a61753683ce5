#include "objects.h"

#include "frontend/object/elf_file.h"

#include <gmock/gmock.h>

using namespace pw;
using namespace pw::test;
using testing::ElementsAre;

namespace {

using Bytes = std::vector<std::uint8_t>;
using Set = std::map<std::string, std::string>;

const std::string Path = test_object("tour.v3");

// The bytes of a variable after --set, by its symbol in the file.
Bytes value_of(const std::string& variable, const Set& set) {
  const object::ElfFile elf = object::parse_elf(read_bytes(Path));
  const Object opened = open_object(Path, {set});
  for (const object::ElfSymbol& s : elf.symbols)
    if (s.name == variable) {
      const Bytes& all = map_named(opened, elf.sections[s.section].name).initial;
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(s.value);
      return {begin, begin + static_cast<std::ptrdiff_t>(s.size)};
    }
  return {};
}

Bytes set(const std::string& variable, const std::string& text) {
  return value_of(variable, {{variable, text}});
}

std::vector<std::string> refused(const std::string& variable, const std::string& text) {
  return codes_of([&] { set(variable, text); });
}

TEST(Set, Numbers) {
  EXPECT_THAT(set("limit", "9000"), ElementsAre(0x28, 0x23, 0, 0));
  EXPECT_THAT(set("limit", "0xdeadbeef"), ElementsAre(0xef, 0xbe, 0xad, 0xde));
  EXPECT_THAT(set("limit", "0b101"), ElementsAre(5, 0, 0, 0));
  EXPECT_THAT(set("offset", "-128"), ElementsAre(0x80));
  EXPECT_THAT(set("big", "18446744073709551615"), testing::Each(0xff));
  EXPECT_THAT(set("enabled", "false"), ElementsAre(0));
  EXPECT_THAT(set("color", "-7"), ElementsAre(0xf9, 0xff, 0xff, 0xff));
  EXPECT_THAT(set("counter", "1"), ElementsAre(1, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(set("last_zero", "258"), ElementsAre(2, 1));
  EXPECT_THAT(set("hidden", "6"), ElementsAre(6, 0, 0, 0));
}

TEST(Set, Bytes) {
  EXPECT_THAT(set("mac", "02:11:22:33:44:ff"), ElementsAre(2, 0x11, 0x22, 0x33, 0x44, 0xff));
  EXPECT_THAT(set("mac", "0211223344ff"), ElementsAre(2, 0x11, 0x22, 0x33, 0x44, 0xff));
  EXPECT_THAT(set("label", "\"hello\""), ElementsAre('h', 'e', 'l', 'l', 'o', 0, 0, 0));
  EXPECT_THAT(set("zeroed", "0x000102030405060708090a0b0c0d0e0f"),
              ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

TEST(Set, Fields) {
  const Bytes settings = value_of("settings", {{"settings.port", "443"},
                                               {"settings.address", "0x01020304"},
                                               {"settings.mac", "a1:a2:a3:a4:a5:a6"}});
  EXPECT_THAT(settings, ElementsAre(1, testing::_, 0xbb, 1, 4, 3, 2, 1, 0xa1, 0xa2, 0xa3, 0xa4,
                                    0xa5, 0xa6, testing::_, testing::_));
}

TEST(Set, WhatDoesNotFitIsRefused) {
  for (const auto& [variable, text] :
       std::vector<std::pair<std::string, std::string>>{{"limit", "4294967296"},
                                                        {"limit", "-1"},
                                                        {"limit", "many"},
                                                        {"limit", ""},
                                                        {"limit", "0x"},
                                                        {"limit", "12 "},
                                                        {"offset", "-129"},
                                                        {"offset", "256"},
                                                        {"mac", "02:11"},
                                                        {"mac", "zz0000000000"},
                                                        {"mac", "021"},
                                                        {"label", "\"far too long\""},
                                                        {"big", "18446744073709551616"}})
    EXPECT_THAT(refused(variable, text), ElementsAre("PW-OBJ-011")) << variable << "=" << text;
}

TEST(Set, UnknownNamesAreRefusedAllAtOnce) {
  EXPECT_THAT(codes_of([] {
                open_object(Path, {{{"absent", "1"}, {"settings.absent", "1"}, {"mac", "1"}}});
              }),
              ElementsAre("PW-OBJ-010", "PW-OBJ-011", "PW-OBJ-010"));
  EXPECT_THAT(refused("first", "1"), ElementsAre("PW-OBJ-010")); // a program
  EXPECT_THAT(refused("flows", "1"), ElementsAre("PW-OBJ-010")); // a map
  EXPECT_THAT(refused("limit.x", "1"), ElementsAre("PW-OBJ-010"));
  EXPECT_THAT(refused("", "1"), ElementsAre("PW-OBJ-010"));
}

TEST(Set, TheImageForLibbpfHasIt) {
  const auto image = libbpf_image(Path, {{{"limit", "0x61626364"}}});
  const object::ElfFile elf = object::parse_elf(image);
  const Bytes& rodata = elf.sections[*elf.find(".rodata")].data;
  EXPECT_EQ(Bytes(rodata.begin(), rodata.begin() + 4), (Bytes{0x64, 0x63, 0x62, 0x61}));
}

} // namespace
