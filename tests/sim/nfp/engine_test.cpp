// Whole programs as ELF files, in the surroundings of the firmware: entry, exit, packets, maps.
#include "backends/nfp/isa/ecc.h"
#include "backends/nfp/nfp.h"
#include "sim/nfp/nfp_engine.h"
#include "tests/sim/nfp/bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::me::test {
namespace {

using testing::HasSubstr;

constexpr unsigned lm_address_2 = 0x94;

MapDefinition hash(unsigned key_size, unsigned value_size) {
  MapDefinition map;
  map.name = "counts";
  map.type = BPF_MAP_TYPE_HASH;
  map.key_size = key_size;
  map.value_size = value_size;
  map.max_entries = 4;
  return map;
}

// Instructions with what the linker would add.
struct Assembly {
  nfp::Image image;
  Object object;

  Assembly() {
    image.program = "prog";
    object.maps = {hash(4, 8)};
    object.programs.resize(1);
    image.tables = {{.map = 0, .id = 7, .words = {nfp::WordUse::Counter, nfp::WordUse::Value}}};
    image.stack_bytes = 64;
  }

  unsigned here() const { return static_cast<unsigned>(image.instructions.size()); }
  void relocate(nfp::RelocationKind kind, unsigned value = 0) {
    image.relocations.push_back({here() - 1, kind, value});
  }
  template <class... Pieces> void add(const Pieces&... pieces) {
    for (const Instruction& i : program(pieces...)) {
      image.instructions.push_back(i);
      if (i.op == Op::Branch || i.op == Op::BranchBit)
        relocate(nfp::RelocationKind::Branch);
    }
  }
  void call(unsigned helper) {
    image.instructions.push_back(
        {.op = Op::Branch, .target = {nfp::Target::Kind::Helper, helper}, .defer = 2});
    relocate(nfp::RelocationKind::Helper, helper);
    add(load(a(0), 7), load(b(0), here() + 2));
    relocate(nfp::RelocationKind::Immediate);
  }
  void exit(unsigned code) {
    image.instructions.push_back(
        {.op = Op::Branch, .target = {nfp::Target::Kind::Done}, .defer = 1});
    relocate(nfp::RelocationKind::NextPacket);
    add(verdict(code));
  }
  static Instruction verdict(unsigned code) {
    return {.op = Op::Immed,
            .dst = a(0),
            .immediate = static_cast<std::uint16_t>(code),
            .byte_shift = 2};
  }

  std::vector<std::uint8_t> elf() {
    image.words.clear();
    for (const Instruction& i : image.instructions)
      image.words.push_back(nfp::with_ecc(nfp::encode(i)));
    return nfp::write_elf(image, object, nfp::FirmwareProfile{});
  }
};

// An engine and the file it was made of.
struct Machine {
  std::vector<std::uint8_t> elf;
  std::unique_ptr<NfpEngine> engine;

  explicit Machine(Assembly& code) : elf(code.elf()) {
    EngineInput input;
    input.object = &code.object;
    input.nfp_elf = &elf;
    engine = std::make_unique<NfpEngine>(input);
  }
  PacketResult run(std::vector<std::uint8_t> bytes) {
    const Packet packet = {std::move(bytes), 0};
    return engine->run(std::span(&packet, 1)).front();
  }
};

std::vector<std::uint8_t> frame(unsigned size) {
  std::vector<std::uint8_t> bytes(size);
  for (unsigned i = 0; i < size; ++i)
    bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

std::string stop_of(Assembly& code) {
  try {
    Machine(code).run(frame(60));
    return "";
  } catch (const Failure& failure) {
    return failure.diagnostics().front().code;
  }
}

Instruction memory(nfp::Memory what, Operand base, Operand offset, unsigned count,
                   nfp::AddressMode mode = nfp::AddressMode::Sum32) {
  return {.op = Op::Command,
          .a = base,
          .b = offset,
          .memory = what,
          .mode = mode,
          .count = static_cast<std::uint8_t>(count),
          .data = xfer(0)};
}

Instruction packet_address() { return alu(a(2), none(), AluOp::B, lm(1, 2)); }

TEST(Engine, Verdicts) {
  for (const auto& [code, verdict] : {std::pair{0x11U, "XDP_PASS"},
                                      {0x22U, "XDP_DROP"},
                                      {0x44U, "XDP_TX"},
                                      {0x82U, "XDP_ABORTED"}}) {
    Assembly program;
    program.exit(code);
    const PacketResult r = Machine(program).run(frame(60));
    EXPECT_EQ(verdict_name(r.retval), verdict);
    EXPECT_EQ(r.length, 60U);
    EXPECT_EQ(r.bytes, leaves(r.retval) ? frame(60) : std::vector<std::uint8_t>());
  }
  Assembly none_of_them;
  none_of_them.exit(0x12);
  EXPECT_EQ(stop_of(none_of_them), "PW-ME-011");
}

TEST(Engine, ReadsAndWritesThePacket) {
  Assembly program;
  program.add(packet_address(), memory(nfp::Memory::Read32Swap, a(2), imm(10), 1),
              alu(xfer(0), none(), AluOp::NotB, xfer(0)),
              memory(nfp::Memory::Write8Swap, a(2), imm(20), 3));
  program.exit(0x44);
  auto expected = frame(60);
  for (unsigned i = 0; i < 3; ++i)
    expected[20 + i] = static_cast<std::uint8_t>(~(10 + i));
  EXPECT_EQ(Machine(program).run(frame(60)).bytes, expected);
}

TEST(Engine, WritesBehindThePacket) {
  Assembly program;
  program.add(packet_address(), alu(xfer(0), none(), AluOp::B, imm(1)),
              memory(nfp::Memory::Write8Swap, a(2), imm(58), 3));
  program.exit(0x11);
  EXPECT_EQ(stop_of(program), "PW-ME-009");
}

TEST(Engine, BytesBehindThePacketAreGarbageThatCantLeave) {
  Assembly copies, grows;
  copies.add(packet_address(), memory(nfp::Memory::Read32Swap, a(2), imm(60), 1),
             alu(xfer(0), none(), AluOp::B, xfer(0)),
             memory(nfp::Memory::Write32Swap, a(2), imm(0), 1));
  copies.exit(0x11);
  Machine machine(copies);
  EXPECT_NE(machine.run(frame(60)).bytes, machine.run(frame(60)).bytes);
  grows.add(alu(lm(1, 0), lm(1, 0), AluOp::Add, imm(1)));
  grows.exit(0x11);
  EXPECT_EQ(stop_of(grows), "PW-ME-005");
}

TEST(Engine, MovesTheHeadAndChoosesAQueue) {
  Assembly program;
  program.add(alu(lm(1, 2), lm(1, 2), AluOp::Add, imm(6)),
              alu(lm(1, 0), lm(1, 0), AluOp::Subtract, imm(6)),
              alu(lm(1, 4), lm(1, 4), AluOp::Or, imm(16)),
              Instruction{.op = Op::LdField, .dst = lm(1, 6), .b = imm(5), .byte_mask = 1});
  program.exit(0x11);
  const PacketResult r = Machine(program).run(frame(60));
  EXPECT_EQ(r.length, 54U);
  EXPECT_EQ(r.bytes.front(), 6);
  EXPECT_EQ(r.queue, 5U);
}

TEST(Engine, FirmwaresBitsOfThePacketVectorStay) {
  Assembly program;
  program.add(load(a(1), 60), alu(lm(1, 0), none(), AluOp::B, a(1)));
  program.exit(0x11);
  EXPECT_EQ(stop_of(program), "PW-ME-011");
}

// The word behind byte 12 is the key: counts it, or inserts it with (0, 9).
Assembly counting() {
  Assembly p;
  p.add(packet_address(), memory(nfp::Memory::Read32Swap, a(2), imm(12), 1),
        alu(lm(0, 0), none(), AluOp::B, xfer(0)));
  p.call(BPF_FUNC_map_lookup_elem);
  p.add(alu(none(), none(), AluOp::B, a(1)));
  const unsigned miss = p.here() + 8;
  p.add(branch(Condition::Equal, miss));
  Instruction add = memory(nfp::Memory::AddImmediate, a(1), b(0), 1, nfp::AddressMode::Shift8A);
  add.swap_context = false;
  add.indirect = true;
  p.add(load(a(6), 1U << 16 | 8 << 8 | 1 << 7 | 2 << 3), alu(none(), none(), AluOp::B, a(6)), add);
  p.exit(0x11);
  p.add(nop());
  EXPECT_EQ(p.here(), miss);
  p.add(alu(a(1), a(22), AluOp::Add, imm(16)), csr_write(lm_address_2, a(1)),
        alu(lm(0, 4), none(), AluOp::B, imm(0)), alu(lm(0, 5), none(), AluOp::B, imm(9)),
        load(both(8), BPF_ANY), load(both(9), 0));
  p.call(BPF_FUNC_map_update_elem);
  p.exit(0x22);
  return p;
}

TEST(Engine, CountsInAMap) {
  Assembly program = counting();
  Machine machine(program);
  const std::vector<std::uint8_t> key = {12, 13, 14, 15};
  EXPECT_EQ(machine.run(frame(60)).retval, 1U);
  EXPECT_EQ(machine.engine->maps()["counts"][key],
            (std::vector<std::uint8_t>{0, 0, 0, 0, 9, 0, 0, 0}));
  machine.engine->set_maps({{"counts", {{key, {0xff, 1, 0, 0, 8, 0, 0, 0}}}}});
  EXPECT_EQ(machine.run(frame(60)).retval, 2U);
  EXPECT_EQ(machine.engine->maps()["counts"][key],
            (std::vector<std::uint8_t>{0, 2, 0, 0, 8, 0, 0, 0}))
      << "counters stand the other way round in the card's memory only";
}

TEST(Engine, HelpersLoseWhatTheyMayLose) {
  Assembly kept, lost;
  for (Assembly* p : {&kept, &lost}) {
    p->add(load(a(12), 5), load(a(11), 5), alu(lm(0, 0), none(), AluOp::B, imm(1)));
    p->call(BPF_FUNC_map_lookup_elem);
    p->add(alu(a(3), a(p == &kept ? 12 : 11), AluOp::Add, imm(1)));
    p->exit(0x11);
  }
  EXPECT_EQ(stop_of(kept), "");
  EXPECT_EQ(stop_of(lost), "PW-ME-005");
}

TEST(Engine, HelpersWantAKeyAndATable) {
  Assembly no_key;
  no_key.call(BPF_FUNC_map_lookup_elem);
  no_key.exit(0x11);
  EXPECT_EQ(stop_of(no_key), "PW-ME-005");
  Assembly no_table = counting();
  no_table.image.tables.front().id = 8;
  EXPECT_EQ(stop_of(no_table), "PW-ME-014");
}

TEST(Engine, AccessOutsideOfAMapValue) {
  Assembly program;
  program.add(alu(lm(0, 0), none(), AluOp::B, imm(1)));
  program.call(BPF_FUNC_map_lookup_elem);
  program.add(alu(b(5), b(0), AluOp::Add, imm(8)),
              memory(nfp::Memory::Read32Swap, a(1), b(5), 1, nfp::AddressMode::Shift8A));
  program.exit(0x11);
  Machine machine(program);
  machine.engine->set_maps({{"counts", {{{1, 0, 0, 0}, {1, 2, 3, 4, 5, 6, 7, 8}}}}});
  try {
    machine.run(frame(60));
    ADD_FAILURE();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-ME-009");
    EXPECT_THAT(failure.what(), HasSubstr("word 5, 'mem[0x5c.2, $xfer_0, gprA_1, gprB_5"));
  }
}

TEST(Engine, RandomNumbersAreThoseOfTheEnvironment) {
  Assembly program;
  program.add(packet_address());
  for (unsigned i = 0; i < 2; ++i)
    program.add(Instruction{.op = Op::CsrRead, .csr = 0x148}, load(xfer(i), 0));
  program.add(memory(nfp::Memory::Write32Swap, a(2), imm(0), 2));
  program.exit(0x11);
  const PacketResult r = Machine(program).run(frame(60));
  for (unsigned call = 0; call < 2; ++call)
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(r.bytes[4 * call + i], random_u32(1, 0, call) >> (8 * i) & 0xff);
}

TEST(Engine, LargeFramesAreNotForTheCard) {
  Assembly program;
  program.exit(0x11);
  EXPECT_FALSE(Machine(program).run(frame(1920)).unsupported);
  EXPECT_TRUE(Machine(program).run(frame(1921)).unsupported);
}

TEST(Engine, ClocksOfAPacketAndOfACard) {
  Assembly program;
  program.add(packet_address(), memory(nfp::Memory::Read32Swap, a(2), imm(0), 1));
  program.exit(0x11);
  Machine machine(program);
  const PacketResult r = machine.run(frame(60));
  // Two instructions; the read's latency, the read itself in it; branch, its slot, a clock lost.
  EXPECT_EQ(*r.cycle_out - *r.cycle_in, 1 + CardProfile{}.ctm_clocks + 3U);
  EXPECT_EQ(machine.engine->statistics().instructions, 4U);
  const std::vector<Packet> packets(400, Packet{frame(60), 0});
  const auto rate = machine.engine->estimate(packets);
  ASSERT_TRUE(rate);
  // Four contexts share the wait of one.
  EXPECT_NEAR(rate->clocks_per_packet, double(*r.cycle_out - *r.cycle_in) / 4, 2);
  EXPECT_NEAR(rate->packets_per_second, 50 * 800e6 / rate->clocks_per_packet, 1);
  EXPECT_EQ(machine.engine->statistics().packets, 1U) << "an estimate leaves no trace";
}

TEST(Loader, ChangedWordsAreSeen) {
  Assembly program;
  program.exit(0x11);
  program.elf();
  for (unsigned bit = 0; bit < 64; bit += 7) {
    nfp::Image image = program.image;
    image.words[1] ^= std::uint64_t{1} << bit;
    const auto elf = nfp::write_elf(image, program.object, {});
    try {
      load_code(elf, {});
      ADD_FAILURE() << bit;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.diagnostics().front().code, "PW-ME-003");
    }
  }
}

TEST(Loader, FilesThatAreNone) {
  Assembly program;
  program.exit(0x11);
  auto elf = program.elf();
  const auto code = [&](const std::vector<std::uint8_t>& file) -> std::string {
    try {
      load_code(file, {});
      return "";
    } catch (const Failure& failure) {
      return failure.diagnostics().front().code;
    }
  };
  EXPECT_EQ(code(elf), "");
  EXPECT_EQ(code({1, 2, 3}), "PW-ME-001");
  elf[18] ^= 1; // e_machine
  EXPECT_EQ(code(elf), "PW-ME-001");
}

TEST(Loader, ProgramsTooLongForTheFirmware) {
  Assembly program;
  program.exit(0x11);
  nfp::FirmwareProfile small;
  small.max_words = 1;
  try {
    load_code(program.elf(), small);
    ADD_FAILURE();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-ME-002");
  }
}

} // namespace
} // namespace pw::me::test
