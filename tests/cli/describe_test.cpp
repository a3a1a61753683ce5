#include "cli/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::cli {
namespace {

using namespace pw::pipeline;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

// Two stages: is the EtherType IPv4 (stage 0), then pass or drop, and a counter (stage 1).
class Small {
public:
  Small() {
    p.stages = 2;
    p.regions = {{0, 1, 0, {}}};
    p.maps = {Map{.name = "hits",
                  .value_bytes = 8,
                  .max_entries = 4,
                  .slots = 4,
                  .columns = {Column{.offset = 0, .bytes = 8}}}};
    const ValueId type = add(OpKind::PacketField, 16, 0, {});
    p.operations.back().offset = 12;
    const ValueId ipv4 = constant(16, 0x0008);
    const ValueId match = add(OpKind::Compare, 1, 0, {type, ipv4});
    p.values[match].last_use = 1;
    p.operations.back().location = {"prog.bpf.c", 7, 3, "  if (eth->h_proto == IP)"};
    const ValueId pass = constant(32, 2);
    const ValueId drop = constant(32, 1);
    const ValueId handle = constant(3, 1);
    const ValueId one = constant(64, 1);
    add(OpKind::MapWrite, 0, 1, {match, handle, one});
    p.result.retval = add(OpKind::Select, 32, 1, {match, pass, drop});
  }

  ValueId add(OpKind kind, unsigned width, unsigned stage, std::vector<ValueId> operands) {
    Operation op;
    op.kind = kind;
    op.stage = stage;
    op.operands = std::move(operands);
    if (width != 0) {
      op.result = ValueId(p.values.size());
      p.values.push_back({width, stage, stage, ""});
    }
    p.operations.push_back(op);
    return op.result;
  }

  ValueId constant(unsigned width, std::uint64_t value) {
    const ValueId v = add(OpKind::Constant, width, 0, {});
    p.operations.back().constant = {width, {value}};
    return v;
  }

  Pipeline p;
};

TEST(Describe, SaysWhatEachStageMatchesAndDoes) {
  const auto stages = describe(Small().p);
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_THAT(stages[0].match, ElementsAre("packet[12..13] == bytes 08 00"));
  EXPECT_EQ(stages[0].register_bits, 1u);
  EXPECT_THAT(stages[1].actions,
              Contains(HasSubstr("write hits.value[0..7] = 1 if packet[12..13] == bytes 08 00")));
  EXPECT_THAT(stages[1].actions,
              Contains(HasSubstr("verdict = select(packet[12..13] == bytes 08 00, 2, 1)")));
}

// ((u16)packet[13] << 8) | packet[12] is a 16-bit read for people.
TEST(Describe, BytesThatAreJoinedReadAsOneRange) {
  Small s;
  const ValueId low = s.add(OpKind::PacketField, 8, 0, {});
  s.p.operations.back().offset = 12;
  const ValueId high = s.add(OpKind::PacketField, 8, 0, {});
  s.p.operations.back().offset = 13;
  const ValueId wide_low = s.add(OpKind::Zext, 16, 0, {low});
  const ValueId wide_high = s.add(OpKind::Zext, 16, 0, {high});
  const ValueId up = s.add(OpKind::Shl, 16, 0, {wide_high, s.constant(16, 8)});
  const ValueId both = s.add(OpKind::Or, 16, 0, {up, wide_low});
  s.add(OpKind::Compare, 1, 0, {both, s.constant(16, 0xdd86)});
  EXPECT_THAT(describe(s.p)[0].match, Contains("packet[12..13] == bytes 86 dd"));
}

TEST(Describe, ConcatenatedBytesReadAsTheyCome) {
  Small s;
  const ValueId first = s.add(OpKind::PacketField, 8, 0, {});
  s.p.operations.back().offset = 12;
  const ValueId second = s.add(OpKind::PacketField, 8, 0, {});
  s.p.operations.back().offset = 13;
  const ValueId both = s.add(OpKind::Concat, 16, 0, {first, second});
  s.add(OpKind::Compare, 1, 0, {both, s.constant(16, 0x0608)});
  EXPECT_THAT(describe(s.p)[0].match, Contains("packet[12..13] == bytes 08 06"));
  const ValueId swapped = s.add(OpKind::Concat, 16, 0, {second, first});
  s.add(OpKind::Compare, 1, 0, {swapped, s.constant(16, 0x0806)});
  EXPECT_THAT(describe(s.p)[0].match, Contains("concat(packet[13], packet[12]) == 0x806"));
}

TEST(Describe, AMatchAndItsComplementAreOne) {
  Small s;
  const ValueId type = 0, ipv4 = 1;
  s.add(OpKind::Compare, 1, 0, {type, ipv4});
  s.p.operations.back().compare = Compare::Ne;
  EXPECT_THAT(describe(s.p)[0].match, ElementsAre("packet[12..13] == bytes 08 00"));
}

// The other way round it is a byte swap, which must not read as the plain range.
TEST(Describe, BytesInTheOtherOrderAreNoRange) {
  Small s;
  const ValueId low = s.add(OpKind::PacketField, 8, 0, {});
  s.p.operations.back().offset = 13;
  const ValueId high = s.add(OpKind::PacketField, 8, 0, {});
  s.p.operations.back().offset = 12;
  const ValueId wide_low = s.add(OpKind::Zext, 16, 0, {low});
  const ValueId wide_high = s.add(OpKind::Zext, 16, 0, {high});
  const ValueId up = s.add(OpKind::Shl, 16, 0, {wide_high, s.constant(16, 8)});
  const ValueId both = s.add(OpKind::Or, 16, 0, {up, wide_low});
  s.add(OpKind::Compare, 1, 0, {both, s.constant(16, 0x86dd)});
  EXPECT_THAT(describe(s.p)[0].match, Contains("((packet[12] << 8) | packet[13]) == 0x86dd"));
}

TEST(Describe, TextHasTheCLines) {
  const std::string text = stages_text(Small().p);
  EXPECT_THAT(text, HasSubstr("prog.bpf.c:7"));
  EXPECT_THAT(text, HasSubstr("if (eth->h_proto == IP)"));
}

TEST(Describe, JsonHasOneEntryAStage) {
  const Json j = stages_json(Small().p);
  ASSERT_EQ(j.size(), 2u);
  EXPECT_EQ(j[0].at("lines")[0].at("line"), 7);
  EXPECT_EQ(j[1].at("stage"), 1);
}

TEST(Describe, EmptyPipeline) { EXPECT_EQ(stages_text(Pipeline{}), ""); }

} // namespace
} // namespace pw::cli
