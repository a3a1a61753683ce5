// For each rule a program that breaks it and nothing else, and one beside it that breaks nothing.
#include "tests/backends/nfp/rules/programs.h"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

namespace pw::nfp {
namespace {

using namespace rules_test;

struct Case {
  const char* code;
  const char* name;
  Object bad, good;
  FirmwareProfile firmware{}; // of the bad one, and of the good one unless `other` is set
  bool default_firmware_is_good = false;

  friend std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.code << " " << c.name;
  }
};

Object packet_program(const Insns& body, int bytes = 14) {
  return object_with(with_packet(body, bytes));
}
Object value_program(unsigned map, const Insns& body) { return object_with(with_value(map, body)); }

Insns loaded(int size) { return {load(size, 3, 2, 0)}; }
template <class... T> Insns all(const T&... parts) {
  Code c;
  (c << ... << parts);
  return c;
}

constexpr int memsx = 0x80; // BPF_MEMSX, not in all headers
bpf_insn alu32(int op, int dst, std::int32_t imm) { return make(BPF_ALU | op, dst, 0, 0, imm); }
bpf_insn atomic(int size, int base, int off, int src, int op) {
  return make(BPF_STX | size | BPF_ATOMIC, base, src, off, op);
}

std::vector<Case> instruction_cases() {
  const auto p = [](const auto&... parts) { return packet_program(all(parts...)); };
  return {
      {"PW-NFP-101", "modulo", p(loaded(BPF_B), alu(BPF_MOD, 3, 10)),
       p(loaded(BPF_B), alu(BPF_DIV, 3, 10))},
      {"PW-NFP-102", "signed division", p(loaded(BPF_B), make(BPF_ALU64 | BPF_DIV, 3, 0, 1, 10)),
       p(loaded(BPF_B), alu(BPF_DIV, 3, 10))},
      {"PW-NFP-102", "signed modulo", p(loaded(BPF_B), make(BPF_ALU64 | BPF_MOD, 3, 0, 1, 10)),
       p(loaded(BPF_B))},
      {"PW-NFP-103", "to little-endian",
       p(loaded(BPF_H), make(BPF_ALU | BPF_END | BPF_TO_LE, 3, 0, 0, 16)),
       p(loaded(BPF_H), make(BPF_ALU | BPF_END | BPF_TO_BE, 3, 0, 0, 16))},
      {"PW-NFP-103", "bswap", p(loaded(BPF_W), make(BPF_ALU64 | BPF_END, 3, 0, 0, 32)),
       p(loaded(BPF_W), make(BPF_ALU | BPF_END | BPF_TO_BE, 3, 0, 0, 32))},
      {"PW-NFP-104", "move", p(loaded(BPF_B), make(BPF_ALU64 | BPF_MOV | BPF_X, 3, 3, 8, 0)),
       p(loaded(BPF_B), mov_r(3, 3))},
      {"PW-NFP-104", "load", p(make(BPF_LDX | memsx | BPF_B, 3, 2, 0, 0)), p(loaded(BPF_B))},
      {"PW-NFP-105", "gotol", p(make(BPF_JMP32 | BPF_JA, 0, 0, 0, 0)), p(jump(0))},
  };
}

std::vector<Case> arithmetic_cases() {
  const auto p = [](const auto&... parts) { return packet_program(all(parts...)); };
  return {
      {"PW-NFP-107", "left factor", p(loaded(BPF_DW), alu(BPF_MUL, 3, 3)),
       p(loaded(BPF_W), alu(BPF_MUL, 3, 3))},
      {"PW-NFP-107", "right factor", p(loaded(BPF_DW), load(BPF_W, 4, 2, 0), alu_r(BPF_MUL, 4, 3)),
       p(loaded(BPF_W), load(BPF_W, 4, 2, 0), alu_r(BPF_MUL, 4, 3))},
      {"PW-NFP-107", "of 32 bits, in a register of 64", p(loaded(BPF_DW), alu32(BPF_MUL, 3, 3)),
       p(loaded(BPF_DW), alu(BPF_RSH, 3, 32), alu32(BPF_MUL, 3, 3))},
      {"PW-NFP-107", "just too large", p(loaded(BPF_DW), alu(BPF_RSH, 3, 31), alu(BPF_MUL, 3, 3)),
       p(loaded(BPF_DW), alu(BPF_RSH, 3, 32), alu(BPF_MUL, 3, 3))},
      {"PW-NFP-108", "", p(loaded(BPF_W), alu(BPF_MUL, 3, -3)),
       p(loaded(BPF_W), alu32(BPF_MUL, 3, -3))},
      {"PW-NFP-109", "", p(loaded(BPF_DW), alu(BPF_DIV, 3, 7)),
       p(loaded(BPF_W), alu(BPF_DIV, 3, 7))},
      {"PW-NFP-110", "", p(loaded(BPF_W), load(BPF_B, 4, 2, 4), alu_r(BPF_DIV, 3, 4)),
       p(loaded(BPF_W), mov(4, 7), alu_r(BPF_DIV, 3, 4))},
      {"PW-NFP-110", "two constants",
       p(loaded(BPF_W), mov(4, 7), jump_if(BPF_JEQ, 3, 5, 1), mov(4, 9), alu_r(BPF_DIV, 3, 4)),
       p(loaded(BPF_W), mov(4, 7), jump_if(BPF_JEQ, 3, 5, 1), mov(4, 7), alu_r(BPF_DIV, 3, 4))},
      {"PW-NFP-111", "", p(loaded(BPF_W), wide(4, 0, 0, 1), alu_r(BPF_DIV, 3, 4)),
       p(loaded(BPF_W), wide(4, 0, -1, 0), alu_r(BPF_DIV, 3, 4))},
      {"PW-NFP-112", "", p(loaded(BPF_W), alu(BPF_DIV, 3, -7)),
       p(loaded(BPF_W), alu(BPF_DIV, 3, 7))},
  };
}

// r7 = r10 + one or r10 + two, by a byte of the packet; both places are set.
Insns either_place(int one, int two) {
  return all(mov(4, 0), store(BPF_DW, 10, -8, 4), store(BPF_DW, 10, -16, 4), loaded(BPF_B),
             mov_r(7, 10), add(7, one), jump_if(BPF_JEQ, 3, 5, 2), mov_r(7, 10), add(7, two));
}
// r7 = r10 - 16 + a number below 8.
Insns variable_place() {
  return all(mov(4, 0), store(BPF_DW, 10, -8, 4), store(BPF_DW, 10, -16, 4), loaded(BPF_B),
             alu(BPF_AND, 3, 4), mov_r(7, 10), add(7, -16), alu_r(BPF_ADD, 7, 3));
}

std::vector<Case> memory_cases() {
  const auto p = [](const auto&... parts) { return packet_program(all(parts...)); };
  const auto byte = [](int base, int off) { return load(BPF_B, 5, base, off); };
  FirmwareProfile no_queue;
  no_queue.queue_select = false;
  const Insns queue = all(mov_r(6, 1), mov(3, 5), store(BPF_W, 6, 16, 3), pass());
  return {
      {"PW-NFP-121", "packet and stack",
       p(mov(4, 0), store(BPF_DW, 10, -8, 4), loaded(BPF_B), mov_r(7, 2), jump_if(BPF_JEQ, 3, 5, 2),
         mov_r(7, 10), add(7, -8), byte(7, 0)),
       p(loaded(BPF_B), mov_r(7, 2), jump_if(BPF_JEQ, 3, 5, 1), add(7, 4), byte(7, 0))},
      {"PW-NFP-122", "", p(variable_place(), byte(7, 0)), p(either_place(-8, -16), byte(7, 0))},
      {"PW-NFP-123", "", p(either_place(-8, -6), byte(7, 0)), p(either_place(-8, -4), byte(7, 0))},
      {"PW-NFP-124", "", p(store_k(BPF_W, 10, -4, 7)), p(store_k(BPF_W, 2, 0, 7))},
      {"PW-NFP-126", "", value_program(Hash, {store_k(BPF_W, 0, 0, 6)}),
       value_program(Hash, {load(BPF_W, 3, 0, 0)})},
      {"PW-NFP-127", "",
       value_program(Array, all(load(BPF_W, 3, 0, 0), alu(BPF_AND, 3, 4), alu_r(BPF_ADD, 0, 3),
                                load(BPF_W, 4, 0, 4))),
       value_program(Array, all(load(BPF_W, 3, 0, 0), jump_if(BPF_JEQ, 3, 5, 1), add(0, 4),
                                load(BPF_W, 4, 0, 4)))},
      {"PW-NFP-128", "",
       value_program(Array,
                     all(mov(3, 1), atomic(BPF_DW, 0, 8, 3, BPF_ADD), load(BPF_W, 4, 0, 12))),
       value_program(Array,
                     all(mov(3, 1), atomic(BPF_DW, 0, 8, 3, BPF_ADD), load(BPF_W, 4, 0, 4)))},
      {"PW-NFP-130", "", packet_program({byte(2, 1888)}, 1889),
       packet_program({byte(2, 1887)}, 1889)},
      {"PW-NFP-131", "queue", object_with(all(load(BPF_W, 3, 1, 16), pass())),
       object_with(all(load(BPF_W, 3, 1, 4), pass()))},
      {"PW-NFP-131", "metadata", object_with(all(load(BPF_W, 3, 1, 8), pass())),
       object_with(all(load(BPF_W, 3, 1, 0), pass()))},
      {"PW-NFP-132", "", object_with(all(mov(3, 5), store(BPF_W, 1, 12, 3), pass())),
       object_with(queue)},
      {"PW-NFP-133", "", object_with(queue), object_with(queue), no_queue, true},
      {"PW-NFP-134", "", object_with(all(store_k(BPF_W, 1, 16, 5), pass())), object_with(queue)},
  };
}

std::vector<Case> atomic_cases() {
  const auto v = [](const bpf_insn& operation) {
    return value_program(Array, all(mov(3, 1), operation));
  };
  const Object good = v(atomic(BPF_DW, 0, 8, 3, BPF_ADD));
  return {
      {"PW-NFP-140", "or", v(atomic(BPF_DW, 0, 8, 3, BPF_OR)), good},
      {"PW-NFP-140", "exchange", v(atomic(BPF_DW, 0, 8, 3, BPF_XCHG)), good},
      {"PW-NFP-141", "", v(atomic(BPF_DW, 0, 8, 3, BPF_ADD | BPF_FETCH)), good},
      {"PW-NFP-142", "",
       object_with(
           all(mov(3, 1), store(BPF_DW, 10, -8, 3), atomic(BPF_DW, 10, -8, 3, BPF_ADD), pass())),
       good},
      {"PW-NFP-143", "", v(atomic(BPF_DW, 0, 4, 3, BPF_ADD)), v(atomic(BPF_W, 0, 4, 3, BPF_ADD))},
  };
}

// Key and value on the stack, the second word of the value as given.
Insns update(unsigned map, const Insns& value) {
  return all(mov(3, 0), store(BPF_W, 10, -4, 3), value, assembly::map(1, int(map)), mov_r(2, 10),
             add(2, -4), mov_r(3, 10), add(3, -16), mov(4, 0), call(BPF_FUNC_map_update_elem));
}

std::vector<Case> map_call_cases() {
  const auto p = [](const auto&... parts) { return packet_program(all(parts...)); };
  const auto lookup = [](unsigned map, const Insns& key) {
    return all(key, assembly::map(1, int(map)), call(BPF_FUNC_map_lookup_elem));
  };
  const Insns aligned = all(mov(3, 0), store(BPF_DW, 10, -8, 3), mov_r(2, 10), add(2, -8));
  const auto counted = [](const Insns& value) {
    return object_with(all(update(Hash, value),
                           with_value(Hash, all(mov(3, 1), atomic(BPF_W, 0, 4, 3, BPF_ADD)))));
  };
  const auto by_packet = [&](unsigned one, unsigned two) {
    return p(loaded(BPF_B), mov_r(7, 3), aligned, assembly::map(1, int(one)),
             jump_if(BPF_JEQ, 7, 5, 2), assembly::map(1, int(two)), call(BPF_FUNC_map_lookup_elem));
  };
  return {
      {"PW-NFP-129", "", counted(all(mov(3, 7), store(BPF_DW, 10, -16, 3))),
       counted(all(mov(3, 7), store(BPF_W, 10, -16, 3), mov(3, 0), store(BPF_W, 10, -12, 3)))},
      {"PW-NFP-129", "on one way to the call",
       object_with(with_packet(all(loaded(BPF_B), mov(7, 0), jump_if(BPF_JEQ, 3, 5, 1), mov(7, 1),
                                   update(Hash, all(store(BPF_DW, 10, -16, 7))),
                                   all(find(Hash), jump_if(BPF_JEQ, 0, 0, 2), mov(3, 1),
                                       atomic(BPF_W, 0, 4, 3, BPF_ADD))))),
       object_with(with_packet(all(loaded(BPF_B), mov(7, 0), jump_if(BPF_JEQ, 3, 5, 1), mov(8, 1),
                                   update(Hash, all(store(BPF_DW, 10, -16, 7))),
                                   all(find(Hash), jump_if(BPF_JEQ, 0, 0, 2), mov(3, 1),
                                       atomic(BPF_W, 0, 4, 3, BPF_ADD)))))},
      {"PW-NFP-155", "key", p(lookup(Hash, {})), p(lookup(Hash, aligned))},
      {"PW-NFP-155", "value",
       object_with(with_value(Array, all(mov_r(7, 0), mov(3, 0), store(BPF_W, 10, -4, 3),
                                         assembly::map(1, Hash), mov_r(2, 10), add(2, -4),
                                         mov_r(3, 7), mov(4, 0), call(BPF_FUNC_map_update_elem)))),
       object_with(all(update(Hash, all(mov(3, 0), store(BPF_DW, 10, -16, 3))), pass()))},
      {"PW-NFP-156", "", p(variable_place(), mov_r(2, 7), lookup(Hash, {})),
       p(either_place(-8, -16), mov_r(2, 7), lookup(Hash, {}))},
      {"PW-NFP-157", "",
       p(all(mov(3, 0), store(BPF_DW, 10, -8, 3), mov_r(2, 10), add(2, -6)), lookup(Hash, {})),
       p(lookup(Hash, aligned))},
      {"PW-NFP-158", "", by_packet(Hash, Other), by_packet(Hash, Hash)},
  };
}

std::vector<Case> call_cases() {
  FirmwareProfile lookup_only, no_head, no_room, no_tail, no_random;
  lookup_only.helpers = {{1, 15001}};
  no_head.has_adjust_head = false;
  no_room.adjust_head.offset_max = 0;
  no_tail.adjust_tail = false;
  no_random.random = false;
  const auto calls = [](const Insns& arguments, std::int32_t helper) {
    return object_with(all(arguments, call(helper), pass()));
  };
  const Object updates =
      object_with(all(update(Hash, all(mov(3, 0), store(BPF_DW, 10, -16, 3))), pass()));
  const Object head = calls({mov(2, 14)}, BPF_FUNC_xdp_adjust_head),
               tail = calls({mov(2, -4)}, BPF_FUNC_xdp_adjust_tail),
               random = calls({}, BPF_FUNC_get_prandom_u32);
  return {
      {"PW-NFP-150", "time", calls({}, BPF_FUNC_ktime_get_ns), random},
      {"PW-NFP-150", "not lifted either",
       calls(all(mov_r(2, 10), mov(3, 0), mov(4, 0)), BPF_FUNC_sk_lookup_tcp), random},
      {"PW-NFP-151", "", updates, updates, lookup_only, true},
      {"PW-NFP-152", "", head, head, no_head, true},
      {"PW-NFP-152", "nowhere to", head, head, no_room, true},
      {"PW-NFP-153", "", tail, tail, no_tail, true},
      {"PW-NFP-154", "", random, random, no_random, true},
      {"PW-NFP-162", "",
       object_with(all(assembly::map(2, Programs), mov(3, 0), call(BPF_FUNC_tail_call), pass())),
       object_with(all(call_local(2), pass(), pass()), {3})},
  };
}

Object with_map(const std::function<void(MapDefinition&)>& change, unsigned map = Hash) {
  Object o = object_with(all(find(map), pass()));
  change(o.maps[map]);
  return o;
}

std::vector<Case> map_cases() {
  FirmwareProfile one_map;
  one_map.maps.max_maps = 1;
  const auto sizes = [](unsigned key, unsigned value) {
    Object o = object_with(all(
        mov(1, 0),
        [&] {
          Code c;
          for (int at = 8; at <= 64; at += 8)
            c << store(BPF_DW, 10, -at, 1);
          return c;
        }(),
        assembly::map(1, Hash), mov_r(2, 10), add(2, -64), call(BPF_FUNC_map_lookup_elem), pass()));
    o.maps[Hash].key_size = key;
    o.maps[Hash].value_size = value;
    return o;
  };
  const auto entries = [](unsigned count) {
    return with_map([&](MapDefinition& m) { m.max_entries = count; });
  };
  const Insns both = all(find(Hash), find(Other), pass());
  return {
      {"PW-NFP-170", "", object_with(all(find(Lru), pass())), object_with(all(find(Hash), pass()))},
      {"PW-NFP-171", "", with_map([](MapDefinition& m) { m.flags = BPF_F_NO_PREALLOC; }),
       with_map([](MapDefinition&) {})},
      {"PW-NFP-172", "", sizes(57, 1), sizes(56, 8)},
      {"PW-NFP-173", "", sizes(4, 57), sizes(4, 56)},
      {"PW-NFP-174", "", sizes(49, 16), sizes(48, 16)},
      {"PW-NFP-175", "", object_with(both), object_with(all(find(Hash), find(Hash), pass())),
       one_map},
      {"PW-NFP-176", "", entries(2'048'001), entries(2'048'000)},
      {"PW-NFP-177", "", object_with(all(map_value(3, Constants, 4), load(BPF_W, 4, 3, 0), pass())),
       object_with(all(mov(3, 7), pass()))},
  };
}

// Stores to the lowest bytes of a frame.
Insns frame(int bytes) { return all(mov(3, 0), store(BPF_B, 10, -bytes, 3)); }

Object with_program(const std::function<void(Program&)>& change) {
  Object o = object_with(pass());
  change(o.programs[0]);
  return o;
}

std::vector<Case> program_cases() {
  FirmwareProfile small;
  small.stack_bytes = 64;
  const auto caller = [](int own, const Insns& callee) {
    const Insns front = all(frame(own), call_local(2), pass());
    return object_with(all(front, callee, pass()), {unsigned(front.size())});
  };
  return {
      {"PW-NFP-125", "one frame", object_with(all(frame(65), pass())),
       object_with(all(frame(64), pass())), small},
      {"PW-NFP-125", "return address", caller(448, frame(61)), caller(448, frame(60))},
      {"PW-NFP-125", "saved registers", caller(448, all(mov(6, 1), frame(29))),
       caller(448, all(mov(6, 1), frame(28)))},
      {"PW-NFP-180", "", with_program([](Program& p) {
         p.type = ProgramType::Other;
         p.type_name = "kprobe";
       }),
       with_program([](Program&) {})},
      {"PW-NFP-181", "", with_program([](Program& p) { p.section = "xdp.frags"; }),
       with_program([](Program& p) { p.section = "xdp/frags"; })},
      {"PW-NFP-181", "of a devmap", with_program([](Program& p) { p.section = "xdp/devmap"; }),
       with_program([](Program& p) { p.section = "xdp/dev"; })},
  };
}

std::vector<Case> all_cases() {
  std::vector<Case> out;
  for (const auto& part : {instruction_cases(), arithmetic_cases(), memory_cases(), atomic_cases(),
                           map_call_cases(), call_cases(), map_cases(), program_cases()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

class Rule : public testing::TestWithParam<Case> {};

TEST_P(Rule, IsTheOnlyOneThatIsBroken) {
  const auto found = checked(GetParam().bad, GetParam().firmware);
  EXPECT_EQ(errors(found), std::set<std::string>{GetParam().code});
  for (const Diagnostic& d : found)
    if (d.code == GetParam().code) {
      EXPECT_TRUE(d.insn.has_value());
      EXPECT_EQ(d.location.line, 7u);
      EXPECT_FALSE(d.limit.empty());
      EXPECT_FALSE(d.value.empty());
      EXPECT_FALSE(d.remedy.empty());
      EXPECT_NE(d.exit, Exit::Internal);
    }
}

TEST_P(Rule, IsNotBrokenByTheNextProgram) {
  const FirmwareProfile firmware =
      GetParam().default_firmware_is_good ? FirmwareProfile{} : GetParam().firmware;
  std::string text;
  for (const Diagnostic& d : checked(GetParam().good, firmware))
    text += to_text(d);
  EXPECT_EQ(errors(checked(GetParam().good, firmware)), std::set<std::string>{}) << text;
}

INSTANTIATE_TEST_SUITE_P(Nfp, Rule, testing::ValuesIn(all_cases()));

} // namespace
} // namespace pw::nfp
