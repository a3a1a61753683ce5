// Linking of hand-made files, for what no compiler makes and libbpf would refuse before us.
#include "frontend/object/link.h"

#include "objects.h"

#include <gmock/gmock.h>

#include <cstring>
#include <elf.h>

using namespace pw;
using namespace pw::object;
using pw::test::codes_of;
using testing::ElementsAre;

namespace {

bpf_insn make(unsigned code, unsigned src, std::int32_t imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.src_reg = src & 15;
  i.imm = imm;
  return i;
}

const bpf_insn Leave = make(BPF_JMP | BPF_EXIT, 0, 0);
const bpf_insn LocalCall = make(BPF_JMP | BPF_CALL, BPF_PSEUDO_CALL, -1);
const bpf_insn Wide = make(BPF_LD | BPF_IMM | BPF_DW, 0, 0);
const bpf_insn WideRest = make(0, 0, 0);

class Linking : public testing::Test {
protected:
  Linking() {
    elf_.sections.resize(1);
    elf_.symbols.resize(1);
  }

  std::size_t section(const std::string& name, const std::vector<bpf_insn>& insns) {
    ElfSection s;
    s.name = name;
    s.type = SHT_PROGBITS;
    s.flags = SHF_EXECINSTR;
    s.data.resize(insns.size() * sizeof(bpf_insn));
    if (!insns.empty())
      std::memcpy(s.data.data(), insns.data(), s.data.size());
    s.size = s.data.size();
    elf_.sections.push_back(s);
    return elf_.sections.size() - 1;
  }

  std::size_t symbol(const std::string& name, std::size_t section, unsigned first, unsigned count,
                     unsigned type = STT_FUNC) {
    elf_.symbols.push_back({name, first * 8ull, count * 8ull, section, type, STB_GLOBAL});
    return elf_.symbols.size() - 1;
  }

  void relocation(std::size_t section, unsigned insn, std::size_t symbol) {
    Elf64_Rel raw{insn * 8ull, ELF64_R_INFO(symbol, 1)};
    ElfSection s;
    s.type = SHT_REL;
    s.info = static_cast<std::uint32_t>(section);
    s.data.resize(sizeof raw);
    std::memcpy(s.data.data(), &raw, sizeof raw);
    elf_.sections.push_back(s);
  }

  Program link(std::size_t symbol) {
    Program p;
    link_program({elf_, nullptr, debug_, {{".data", 3}}, {}}, elf_.symbols.at(symbol), p);
    return p;
  }

  std::vector<std::string> refused(std::size_t symbol) {
    return codes_of([&] { link(symbol); });
  }

  ElfFile elf_;
  BtfExt debug_;
};

TEST_F(Linking, RecursionIsPlacedOnce) {
  const auto text = section(".text", {LocalCall, Leave});
  const auto code = section("xdp", {LocalCall, Leave});
  const auto loop = symbol("loop", text, 0, 2);
  const auto main = symbol("main", code, 0, 2);
  relocation(text, 0, loop);
  relocation(code, 0, loop);
  const Program p = link(main);
  ASSERT_EQ(p.insns.size(), 4u);
  EXPECT_EQ(p.insns[0].imm, 1);  // to 2
  EXPECT_EQ(p.insns[2].imm, -1); // to itself
}

TEST_F(Linking, CallOfNothing) {
  const auto code = section("xdp", {make(BPF_JMP | BPF_CALL, BPF_PSEUDO_CALL, 100), Leave});
  EXPECT_THAT(refused(symbol("main", code, 0, 2)), ElementsAre("PW-OBJ-006"));
}

TEST_F(Linking, FunctionBeyondItsSection) {
  const auto code = section("xdp", {Leave});
  EXPECT_THAT(refused(symbol("main", code, 0, 2)), ElementsAre("PW-OBJ-006"));
  EXPECT_THAT(refused(symbol("late", code, 9, 1)), ElementsAre("PW-OBJ-006"));
}

TEST_F(Linking, ReferenceFromAnInstructionThatHoldsNone) {
  const auto code = section("xdp", {Leave});
  const auto data = section(".data", {Leave});
  const auto main = symbol("main", code, 0, 1);
  relocation(code, 0, symbol("variable", data, 0, 1, STT_OBJECT));
  EXPECT_THAT(refused(main), ElementsAre("PW-OBJ-006"));
}

TEST_F(Linking, HalfAnImmediate) {
  const auto code = section("xdp", {Wide});
  EXPECT_THAT(refused(symbol("main", code, 0, 1)), ElementsAre("PW-OBJ-006"));
}

TEST_F(Linking, ReferencesToSectionsThatHoldNoData) {
  const auto code = section("xdp", {Wide, WideRest, Leave});
  const auto main = symbol("main", code, 0, 3);
  const auto other = section("notes", {});
  elf_.sections[other].flags = 0;
  relocation(code, 0, symbol("note", other, 0, 1, STT_OBJECT));
  EXPECT_THAT(refused(main), ElementsAre("PW-OBJ-006"));
}

TEST_F(Linking, DataOffsetsAddUp) {
  const auto code = section("xdp", {make(BPF_LD | BPF_IMM | BPF_DW, 0, 4), WideRest, Leave});
  const auto main = symbol("main", code, 0, 3);
  const auto data = section(".data", {Leave, Leave, Leave});
  elf_.sections[data].flags = 0;
  relocation(code, 0, symbol("variable", data, 2, 1, STT_OBJECT));
  const Program p = link(main);
  EXPECT_EQ(p.insns[0].src_reg, 6); // BPF_PSEUDO_MAP_IDX_VALUE
  EXPECT_EQ(p.insns[0].imm, 3);
  EXPECT_EQ(p.insns[1].imm, 20);
}

TEST_F(Linking, ExternWithoutTypeInformation) {
  const auto code = section("xdp", {Wide, WideRest, Leave});
  const auto main = symbol("main", code, 0, 3);
  relocation(code, 0, symbol("unknown", SHN_UNDEF, 0, 0, STT_NOTYPE));
  EXPECT_THAT(refused(main), ElementsAre("PW-OBJ-009"));
}

} // namespace
