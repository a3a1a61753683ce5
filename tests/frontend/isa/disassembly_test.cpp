// Decoding against LLVM's disassembler, which shares nothing with ours: the same text for whole
// objects, after both notations are brought to one.
#include "frontend/isa/isa.h"
#include "frontend/object/object.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <regex>

using namespace pw;

namespace {

std::string output_of(const std::string& command) {
  std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string out;
  std::array<char, 4096> part;
  while (const std::size_t n = fread(part.data(), 1, part.size(), pipe.get()))
    out.append(part.data(), n);
  return out;
}

std::string decimal(const std::string& s) {
  static const std::regex hex("0x[0-9a-f]+");
  std::string out;
  std::size_t at = 0;
  for (auto m = std::sregex_iterator(s.begin(), s.end(), hex); m != std::sregex_iterator(); ++m) {
    out += s.substr(at, static_cast<std::size_t>(m->position()) - at) +
           std::to_string(std::stoull(m->str(), nullptr, 16));
    at = static_cast<std::size_t>(m->position() + m->length());
  }
  return out + s.substr(at);
}

// "if r1 > r2 goto +5 <LBB0_2>" at instruction 7 -> "if r1 > r2 goto 13"
std::string absolute(const std::string& s, long at) {
  static const std::regex jump("gotol? ([+-]\\d+)( <.*>)?$");
  std::smatch m;
  if (!std::regex_search(s, m, jump))
    return s;
  return m.prefix().str() + "goto " + std::to_string(at + 1 + std::stol(m[1].str()));
}

struct Line {
  long insn;
  std::string text;
};

std::vector<Line> llvm_lines(const std::string& object, const std::string& section) {
  static const std::regex line("^ +(\\d+):\\t(.*)$");
  std::vector<Line> out;
  std::istringstream text(output_of(std::string(PW_OBJDUMP) +
                                    " -d --mcpu=v4 --no-show-raw-insn --section=" + section + " " +
                                    object));
  for (std::string l; std::getline(text, l);) {
    std::smatch m;
    if (std::regex_match(l, m, line))
      out.push_back({std::stol(m[1].str()), absolute(decimal(m[2].str()), std::stol(m[1].str()))});
  }
  return out;
}

// Ours in LLVM's words. What linking changes (calls of functions, addresses) is left out of the
// comparison.
std::string in_llvm_words(std::string s) {
  static const std::regex exchange("atomic(64)?_(xchg|cmpxchg)\\(\\(u(32|64) \\*\\)\\((.*)\\), ");
  s = std::regex_replace(s, std::regex("^call helper "), "call ");
  s = std::regex_replace(s, exchange, "$2_$3($4, ");
  s = std::regex_replace(s, std::regex("atomic64_fetch"), "atomic_fetch");
  return s;
}

// LLVM writes w1 for the operand of a 32-bit store or atomic operation, whose size the cell says
// already.
std::string registers_only(const std::string& s) {
  if (s.find("(u") == std::string::npos && s.find("xchg") == std::string::npos)
    return s;
  return std::regex_replace(std::regex_replace(s, std::regex("w(\\d+)"), "r$1"),
                            std::regex("xchg32_32"), "xchg_32");
}

bool changed_by_linking(const std::string& s) {
  return s.find(" ll") != std::string::npos || s.find("map[") != std::string::npos ||
         s.find("function") != std::string::npos ||
         std::regex_search(s, std::regex("^call -?\\d+$"));
}

void compare(const std::string& name, const std::string& section) {
  const std::string path = std::string(PW_TEST_OBJECTS) + "/" + name + ".o";
  const Object object = open_object(path);
  const Program& program = select_program(object, "");
  const isa::Code code = isa::decode(program.insns);
  const auto expected = llvm_lines(path, section);
  ASSERT_GT(expected.size(), 40u);
  std::size_t compared = 0;
  for (const Line& l : expected) {
    ASSERT_LT(static_cast<std::size_t>(l.insn), code.size());
    const auto& ours = code[static_cast<std::size_t>(l.insn)];
    ASSERT_TRUE(ours.has_value()) << name << " " << l.insn << ": " << l.text;
    const std::string text = in_llvm_words(isa::to_string(*ours));
    if (changed_by_linking(text) || changed_by_linking(l.text))
      continue;
    EXPECT_EQ(registers_only(text), registers_only(l.text)) << name << " instruction " << l.insn;
    ++compared;
  }
  EXPECT_GT(compared, expected.size() / 2);
}

TEST(Disassembly, EqualsLlvmV1) { compare("operations.v1", "xdp"); }
TEST(Disassembly, EqualsLlvmV2) { compare("operations.v2", "xdp"); }
TEST(Disassembly, EqualsLlvmV3) { compare("operations.v3", "xdp"); }
TEST(Disassembly, EqualsLlvmV4) { compare("operations.v4", "xdp"); }
TEST(Disassembly, EqualsLlvmAtomicsAndSignedOperations) { compare("operations_v4", "xdp"); }

} // namespace
