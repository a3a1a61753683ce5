// Each operation that the card doesn't have, with operands at the borders: the kernel runs the
// original and the rewritten object, the interpreter the rewritten one.
#include "tests/backends/nfp/offload/rewritten.h"
#include "tests/random/emitter.h"
#include "tests/random/kernel_oracle.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

namespace pw::nfp {
namespace {

using random::Emitter;

constexpr unsigned a = 6, b = 7, packet = 8; // registers of the operands and the packet
constexpr int a_at = 14, b_at = 22, result_at = 30;

const std::vector<std::uint64_t> edges = {0,
                                          1,
                                          2,
                                          3,
                                          7,
                                          10,
                                          255,
                                          65536,
                                          1000003,
                                          (1ull << 31) - 1,
                                          1ull << 31,
                                          (1ull << 32) - 1,
                                          1ull << 32,
                                          (1ull << 32) + 1,
                                          0x123456789abcdefull,
                                          (1ull << 63) - 1,
                                          1ull << 63,
                                          (1ull << 63) + 12345,
                                          ~6ull,
                                          ~0ull};

std::vector<Packet> operands() {
  std::vector<Packet> packets;
  for (const std::uint64_t x : edges)
    for (const std::uint64_t y : edges) {
      Packet p;
      p.bytes.resize(64);
      std::memcpy(&p.bytes[a_at], &x, 8);
      std::memcpy(&p.bytes[b_at], &y, 8);
      packets.push_back(std::move(p));
    }
  return packets;
}

// a and b from the packet, the work, a to the packet; XDP_TX.
Object program_of(const std::function<void(Emitter&)>& work) {
  Emitter e;
  const auto leave = e.label();
  e.load(4, 2, 1, 4);
  e.load(4, packet, 1, 0);
  e.move(3, packet);
  e.alu_imm(true, BPF_ADD, 3, 38);
  e.set(0, 1);
  e.jump_reg(true, BPF_JGT, 3, 2, leave);
  e.load(8, a, packet, a_at);
  e.load(8, b, packet, b_at);
  work(e);
  e.store(8, packet, result_at, a);
  e.set(0, 3);
  e.place(leave);
  e.exit();
  Object object;
  object.license = "GPL";
  Program program;
  program.name = "work";
  program.section = "xdp";
  program.type = ProgramType::Xdp;
  program.type_name = "xdp";
  program.insns = e.finish();
  program.subprograms = {{0, "work"}};
  object.programs.push_back(program);
  return object;
}

struct Operation {
  std::string name;
  std::function<void(Emitter&)> work;
};

void PrintTo(const Operation& o, std::ostream* out) { *out << o.name; }

std::string text(std::int64_t k) {
  return k < 0 ? "minus" + std::to_string(-(k + 1)) + "less1" : std::to_string(k);
}

void add_division(std::vector<Operation>& all, bool wide, std::uint8_t op, std::int16_t off) {
  const std::string name =
      std::string(op == BPF_DIV ? "Div" : "Mod") + (off ? "Signed" : "") + (wide ? "64" : "32");
  all.push_back({name + "Register", [=](Emitter& e) { e.alu_reg(wide, op, a, b, off); }});
  all.push_back({name + "Itself", [=](Emitter& e) { e.alu_reg(wide, op, a, a, off); }});
  all.push_back({name + "Small", [=](Emitter& e) { // operands that are known to be small
                   e.alu_imm(true, BPF_AND, a, 0xffff);
                   e.alu_imm(true, BPF_AND, b, 0xff);
                   e.alu_reg(wide, op, a, b, off);
                 }});
  all.push_back({name + "SmallDividend", [=](Emitter& e) {
                   e.alu_imm(true, BPF_AND, a, 0x7fffffff);
                   e.alu_reg(wide, op, a, b, off);
                 }});
  for (const std::int32_t k : {1, 2, 3, 7, 1000, 65536, INT32_MAX, INT32_MIN, -1, -7})
    all.push_back({name + "By" + text(k), [=](Emitter& e) { e.alu_imm(wide, op, a, k, off); }});
  for (const std::uint64_t k : {std::uint64_t{0}, std::uint64_t{3000000001}, std::uint64_t{1} << 32,
                                std::uint64_t{1} << 40, std::uint64_t{10000000000}})
    all.push_back({name + "ByConstantRegister" + std::to_string(k), [=](Emitter& e) {
                     e.set64(b, k);
                     e.alu_reg(wide, op, a, b, off);
                   }});
}

void add_multiplication(std::vector<Operation>& all, bool wide) {
  const std::string name = wide ? "Mul64" : "Mul32";
  all.push_back({name + "Register", [=](Emitter& e) { e.alu_reg(wide, BPF_MUL, a, b); }});
  all.push_back({name + "Itself", [=](Emitter& e) { e.alu_reg(wide, BPF_MUL, a, a); }});
  all.push_back({name + "SmallFirst", [=](Emitter& e) {
                   e.alu_imm(true, BPF_AND, a, 0x7fffffff);
                   e.alu_reg(wide, BPF_MUL, a, b);
                 }});
  all.push_back({name + "SmallSecond", [=](Emitter& e) {
                   e.alu_imm(true, BPF_AND, b, 0xffff);
                   e.alu_reg(wide, BPF_MUL, a, b);
                 }});
  for (const std::int32_t k : {0, 1, 3, 64, 1000003, INT32_MAX, INT32_MIN, -1, -3})
    all.push_back({name + "By" + text(k), [=](Emitter& e) { e.alu_imm(wide, BPF_MUL, a, k); }});
  all.push_back({name + "ByConstantRegister", [=](Emitter& e) {
                   e.set64(b, 0x9e3779b97f4a7c15);
                   e.alu_reg(wide, BPF_MUL, a, b);
                 }});
}

void add_moves(std::vector<Operation>& all) {
  for (const int bits : {8, 16, 32}) {
    for (const bool wide : {true, false})
      if (wide || bits != 32)
        all.push_back({"MoveSigned" + std::to_string(bits) + (wide ? "to64" : "to32"),
                       [=](Emitter& e) { e.alu_reg(wide, BPF_MOV, a, b, std::int16_t(bits)); }});
    all.push_back({"LoadSigned" + std::to_string(bits),
                   [=](Emitter& e) { e.load(unsigned(bits) / 8, a, packet, b_at, true); }});
  }
  for (const int bits : {16, 32, 64}) {
    all.push_back({"Swap" + std::to_string(bits),
                   [=](Emitter& e) { e.raw(BPF_ALU64 | BPF_END | BPF_TO_LE, a, 0, 0, bits); }});
    all.push_back({"ToLittle" + std::to_string(bits),
                   [=](Emitter& e) { e.raw(BPF_ALU | BPF_END | BPF_TO_LE, a, 0, 0, bits); }});
    all.push_back({"ToBig" + std::to_string(bits),
                   [=](Emitter& e) { e.raw(BPF_ALU | BPF_END | BPF_TO_BE, a, 0, 0, bits); }});
  }
}

void add_stack(std::vector<Operation>& all) {
  for (const unsigned bytes : {1u, 2u, 4u, 8u})
    all.push_back({"StoreConstant" + std::to_string(bytes), [=](Emitter& e) {
                     e.store(8, 10, -8, a);
                     e.store_imm(bytes, 10, -8, -559038737);
                     e.load(8, a, 10, -8);
                   }});
  const std::pair<const char*, std::int32_t> atomics[] = {
      {"Add", BPF_ADD},
      {"Or", BPF_OR},
      {"And", BPF_AND},
      {"Xor", BPF_XOR},
      {"FetchAdd", BPF_ADD | BPF_FETCH},
      {"FetchXor", BPF_XOR | BPF_FETCH},
      {"Exchange", BPF_XCHG},
      {"CompareExchange", BPF_CMPXCHG},
  };
  for (const auto& [name, op] : atomics)
    for (const unsigned bytes : {4u, 8u})
      all.push_back({std::string("Stack") + name + std::to_string(8 * bytes), [=](Emitter& e) {
                       e.store(8, 10, -8, a);
                       e.set(0, 10);
                       e.atomic(bytes, op, 10, -8, b);
                       e.load(8, a, 10, -8);
                       e.alu_reg(true, BPF_ADD, a, b); // what was fetched
                       e.alu_reg(true, BPF_ADD, a, 0);
                     }});
}

std::vector<Operation> operations() {
  std::vector<Operation> all;
  for (const bool wide : {true, false}) {
    for (const std::uint8_t op : {BPF_DIV, BPF_MOD})
      for (const std::int16_t off : {0, 1})
        add_division(all, wide, op, off);
    add_multiplication(all, wide);
  }
  add_moves(all);
  add_stack(all);
  all.push_back({"LongJump", [](Emitter& e) {
                   const auto behind = e.label();
                   e.jump_imm(true, BPF_JEQ, b, 7, behind);
                   e.raw(BPF_JMP32 | BPF_JA, 0, 0, 0, 1);
                   e.place(behind);
                   e.set(a, 1);
                   e.alu_imm(true, BPF_ADD, a, 5);
                 }});
  all.push_back({"AllRegistersInUse", [](Emitter& e) {
                   for (const unsigned r : {0u, 1u, 2u, 3u, 4u, 5u, 9u})
                     e.set(r, std::int32_t(r * 1000 + 1));
                   e.alu_reg(true, BPF_MOD, a, b);
                   e.alu_reg(false, BPF_DIV, b, 9, 1);
                   e.store_imm(4, 10, -4, 77);
                   e.alu_reg(true, BPF_MUL, a, b);
                   for (const unsigned r : {0u, 1u, 2u, 3u, 4u, 5u, 9u})
                     e.alu_reg(true, BPF_XOR, a, r);
                 }});
  return all;
}

class Arithmetic : public testing::TestWithParam<Operation> {};

TEST_P(Arithmetic, IsWhatItWas) {
  const Object original = program_of(GetParam().work);
  const Rewritten rewritten(original, original.programs[0]);
  for (const Diagnostic& d : check_rules(rewritten.object(), rewritten.program(), {}))
    EXPECT_NE(d.severity, Severity::Error) << to_text(d);
  const std::vector<Packet> packets = operands();
  const Outcome interp = run(Runner::Interp, rewritten.object(), rewritten.program(), packets);
  EXPECT_EQ(difference(run(Runner::Interp, original, original.programs[0], packets), interp), "");
  if (!random::kernel_available())
    GTEST_SKIP() << "the kernel is left out: no right to load programs";
  const Outcome kernel = run(Runner::Memory, original, original.programs[0], packets);
  EXPECT_EQ(
      difference(kernel, run(Runner::Kernel, rewritten.object(), rewritten.program(), packets)),
      "");
  EXPECT_EQ(difference(kernel, interp), "");
}

INSTANTIATE_TEST_SUITE_P(Offload, Arithmetic, testing::ValuesIn(operations()),
                         [](const auto& info) { return info.param.name; });

} // namespace
} // namespace pw::nfp
