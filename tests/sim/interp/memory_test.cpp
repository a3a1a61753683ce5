// What a program may touch, and what happens when it touches more: XDP_ABORTED, and nothing
// changed.
#include "sim/maps/contents.h"
#include "tests/sim/support/programs.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

bpf_insn insn(unsigned code, unsigned dst, unsigned src, int off, int imm) {
  bpf_insn i{};
  i.code = static_cast<std::uint8_t>(code);
  i.dst_reg = dst & 15;
  i.src_reg = src & 15;
  i.off = static_cast<std::int16_t>(off);
  i.imm = imm;
  return i;
}

using Code = std::vector<bpf_insn>;
const bpf_insn leave = insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0);

bpf_insn move(unsigned reg, int value) {
  return insn(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, value);
}
bpf_insn packet_start(unsigned reg) { return insn(BPF_LDX | BPF_MEM | BPF_W, reg, 1, 0, 0); }

class Interp {
public:
  explicit Interp(Code code, std::vector<MapDefinition> maps = {})
      : object_(test::object_of(std::move(code), std::move(maps))) {
    EngineInput input;
    input.object = &object_;
    input.program = &object_.programs.front();
    engine_ = make_interp_engine(input);
  }
  PacketResult run(std::size_t length) {
    Packet packet;
    packet.bytes.resize(length, 0xee);
    return engine_->run({&packet, 1}).front();
  }
  Engine& engine() { return *engine_; }

private:
  Object object_;
  std::unique_ptr<Engine> engine_;
};

MapDefinition map_of(bpf_map_type type, std::uint32_t entries) {
  MapDefinition map;
  map.name = "m";
  map.type = type;
  map.key_size = 4;
  map.value_size = 8;
  map.max_entries = entries;
  return map;
}

struct Reach {
  int offset;
  unsigned size;
  std::size_t frame;
  bool allowed;
};

TEST(InterpMemory, PacketAccessesEndWithTheFrame) {
  for (const Reach& r :
       {Reach{0, BPF_B, 1, true}, Reach{0, BPF_B, 0, false}, Reach{59, BPF_B, 60, true},
        Reach{60, BPF_B, 60, false}, Reach{53, BPF_DW, 60, false}, Reach{52, BPF_DW, 60, true},
        Reach{-1, BPF_B, 60, false}}) {
    Interp store({packet_start(2), move(0, XDP_PASS),
                  insn(BPF_ST | BPF_MEM | r.size, 2, 0, r.offset, 0x11), leave});
    const auto result = store.run(r.frame);
    EXPECT_EQ(result.retval, r.allowed ? XDP_PASS : XDP_ABORTED) << r.offset << " of " << r.frame;
    EXPECT_EQ(result.length, r.frame);
    if (r.allowed)
      EXPECT_EQ(result.bytes[static_cast<std::size_t>(r.offset)], 0x11);
  }
}

TEST(InterpMemory, TheStackHas512Bytes) {
  for (const auto& [offset, allowed] :
       {std::pair{-512, true}, {-513, false}, {-1, true}, {0, false}}) {
    Interp store({move(0, XDP_PASS), insn(BPF_ST | BPF_MEM | BPF_B, 10, 0, offset, 1), leave});
    EXPECT_EQ(store.run(60).retval, allowed ? XDP_PASS : XDP_ABORTED) << offset;
  }
}

TEST(InterpMemory, NullAndNumbersAreNoAddresses) {
  for (const int address : {0, 1, -1, 0x7fffffff}) {
    Interp load(
        {move(2, address), insn(BPF_LDX | BPF_MEM | BPF_B, 0, 2, 0, 0), move(0, XDP_PASS), leave});
    EXPECT_EQ(load.run(60).retval, XDP_ABORTED) << address;
  }
}

// A pointer to the value of key 0, moved by `offset`, is written through.
Code write_to_value(int offset, unsigned size) {
  return {insn(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0),
          insn(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
          insn(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
          insn(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_IDX, 0, 0),
          insn(0, 0, 0, 0, 0),
          insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
          insn(BPF_ST | BPF_MEM | size, 0, 0, offset, 5),
          move(0, XDP_PASS),
          leave};
}

TEST(InterpMemory, ValuesDoNotReachEachOther) {
  for (const auto& [offset, size, allowed] : {std::tuple{0, BPF_DW, true},
                                              {1, BPF_DW, false},
                                              {7, BPF_B, true},
                                              {8, BPF_B, false},
                                              {-1, BPF_B, false},
                                              {64, BPF_B, false}}) {
    Interp engine(write_to_value(offset, size), {map_of(BPF_MAP_TYPE_ARRAY, 4)});
    EXPECT_EQ(engine.run(60).retval, allowed ? XDP_PASS : XDP_ABORTED) << offset;
    const MapState before = {{"m", initial_contents(map_of(BPF_MAP_TYPE_ARRAY, 4))}};
    EXPECT_EQ(engine.engine().maps() == before, !allowed);
  }
}

TEST(InterpMemory, AMissingElementIsNull) {
  Interp engine(write_to_value(0, BPF_DW), {map_of(BPF_MAP_TYPE_HASH, 4)});
  EXPECT_EQ(engine.run(60).retval, XDP_ABORTED);
}

TEST(InterpMemory, ConstantDataIsNotWritten) {
  MapDefinition map = map_of(BPF_MAP_TYPE_ARRAY, 1);
  map.global = GlobalData::Rodata;
  map.initial = {1, 2, 3, 4, 5, 6, 7, 8};
  Interp engine(write_to_value(0, BPF_B), {map});
  EXPECT_EQ(engine.run(60).retval, XDP_ABORTED);
}

TEST(InterpMemory, EndlessLoopsEndUnsupported) {
  Interp engine({insn(BPF_JMP | BPF_JA, 0, 0, -1, 0)});
  try {
    engine.run(60);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-ENG-004");
  }
}

TEST(InterpMemory, EndlessRecursionIsAborted) {
  Interp engine({insn(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, -1), leave});
  EXPECT_EQ(engine.run(60).retval, XDP_ABORTED);
}

TEST(InterpMemory, FramesOfEveryLength) {
  Interp engine({move(0, XDP_TX), leave});
  for (const std::size_t length : {0u, 1u, 13u, 14u, 60u, 1514u, 3520u, 9000u}) {
    const auto result = engine.run(length);
    EXPECT_EQ(result.retval, XDP_TX);
    EXPECT_EQ(result.length, length);
    EXPECT_EQ(result.bytes, std::vector<std::uint8_t>(length, 0xee));
  }
}

TEST(InterpMemory, UnknownHelpersAreNamedWhereTheyAreCalled) {
  Interp engine({insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_lookup_tcp), leave});
  try {
    engine.run(60);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-ENG-004");
    EXPECT_EQ(failure.diagnostics().front().insn, 0u);
    EXPECT_EQ(failure.exit(), Exit::Unsupported);
  }
}

// Programs are often built with a switch that is constant: the kernel removes what it leaves out.
TEST(InterpMemory, UnknownHelpersThatNoPacketComesToAreNoMatter) {
  Interp engine({move(0, XDP_TX), insn(BPF_JMP | BPF_JA, 0, 0, 1, 0),
                 insn(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_lookup_tcp), leave});
  EXPECT_EQ(engine.run(60).retval, XDP_TX);
}

} // namespace
} // namespace pw
