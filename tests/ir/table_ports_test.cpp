// Accesses of one table that can't be one: by other keys, at ports of their own or behind an
// interlock.
#include "tests/ir/table_programs.h"

#include <gmock/gmock.h>

namespace pw::test {
namespace {

using testing::ElementsAre;

// One map under two keys, the second from a counter.
const char* const translation = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %hit
hit:
  %old = load i64, ptr %v, align 1
  br label %out
miss:
  %c = call ptr @pw.map.find.2(i32 0)
  %n = load i64, ptr %c, align 1
  %n1 = add i64 %n, 1
  store i64 %n1, ptr %c, align 1
  %port = trunc i64 %n to i8
  %port2 = or i8 %port, 128
  %p64 = zext i8 %port2 to i64
  %e = call i64 @pw.map.update.0(i8 %k, i64 %p64, i64 0)
  %k64 = zext i8 %k to i64
  %f = call i64 @pw.map.update.0(i8 %port2, i64 %k64, i64 0)
  %ef = add i64 %e, %f
  br label %out
out:
  %s = phi i64 [ %old, %hit ], [ %ef, %miss ]
  %r = trunc i64 %s to i32
)";

TEST(TablePorts, TwoKeysOfOneMapAreTwoAccesses) {
  auto p = compile(translation, {BPF_MAP_TYPE_HASH, 100});
  EXPECT_EQ(count(p, OpKind::MapAccess), 2u);
  EXPECT_THAT(run(translation, {{1}, {1}, {2}, {2}, {128}, {129}, {130}, {131}, {130}},
                  {BPF_MAP_TYPE_HASH, 100}),
              ElementsAre(0, 128, 0, 129, 1, 2, 0, 0, 130));
}

// One change, and lookups by other keys, the last one only if the change was made.
const char* const learn_and_look = R"(
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 1)
  %v = call ptr @pw.map.find.0(i8 %l)
  %none = icmp eq ptr %v, null
  br i1 %none, label %next, label %there
there:
  %old = load i64, ptr %v, align 1
  br label %next
next:
  %a = phi i64 [ 100, %begin ], [ %old, %there ]
  %bad = icmp ne i64 %e, 0
  br i1 %bad, label %out, label %more
more:
  %w = call ptr @pw.map.find.0(i8 %x)
  %none.2 = icmp eq ptr %w, null
  %b = select i1 %none.2, i64 1000, i64 2000
  %ab = add i64 %a, %b
  br label %out
out:
  %s = phi i64 [ %a, %next ], [ %ab, %more ]
  %r = trunc i64 %s to i32
)";

TEST(TablePorts, LookupsByOtherKeysHavePortsOfTheirOwn) {
  auto p = compile(learn_and_look);
  EXPECT_EQ(count(p, OpKind::MapAccess), 3u);
  EXPECT_EQ(interlocks(p), 0u);
  unsigned change = 0;
  for (const auto& op : p.operations)
    if (op.kind == OpKind::MapAccess && op.port == 0)
      change = op.stage;
  for (const auto& op : p.operations)
    if (op.kind == OpKind::MapAccess && op.port > 0)
      EXPECT_EQ(op.stage, change + 1);
  EXPECT_THAT(run(learn_and_look, {{1, 2, 5}, {2, 1, 1}, {1, 1, 9}, {7, 7, 7}, {8, 8, 8}}),
              ElementsAre(1100, 2005, 5, 2007, 2008));
  EXPECT_EQ(interlocks(compile(learn_and_look, {BPF_MAP_TYPE_LRU_HASH, 4})), 1u);
}

// Two tables whose look-ups and changes would have to be at once, but wait for each other
// crosswise.
const char* const crosswise = R"(
  %l32 = zext i8 %l to i32
  %q = call ptr @pw.map.find.1(i32 %l32)
  %none = icmp eq ptr %q, null
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 1)
  %bad = icmp ne i64 %e, 0
  %c = select i1 %bad, i32 5, i32 9
  %f = call i64 @pw.map.update.1(i32 %c, i192 0, i64 0)
  br i1 %bad, label %out, label %look
look:
  %m = select i1 %none, i8 1, i8 2
  %v = call ptr @pw.map.find.0(i8 %m)
  %none.2 = icmp eq ptr %v, null
  %s2 = select i1 %none.2, i64 1000, i64 2000
  br label %out
out:
  %s = phi i64 [ 100, %begin ], [ %s2, %look ]
  %r = trunc i64 %s to i32
)";

TEST(TablePorts, LookupsThatPortsDoNotFitShareTheOneAndAreDoneWhereTheyAreWanted) {
  auto p = compile(crosswise);
  EXPECT_EQ(count(p, OpKind::MapAccess), 4u);
  EXPECT_GE(interlocks(p), 1u);
  const pipeline::Operation* last = nullptr;
  for (const auto& op : p.operations) {
    if (op.kind != OpKind::MapAccess)
      continue;
    EXPECT_EQ(op.port, 0u);
    if (p.maps[op.map].name == "flows" && (last == nullptr || op.stage > last->stage))
      last = &op;
  }
  ASSERT_NE(last, nullptr);
  for (const auto& op : p.operations)
    if (op.result == last->operands[0])
      EXPECT_NE(op.kind, OpKind::Constant);
  EXPECT_THAT(run(crosswise, {{4, 7, 0}, {1, 5, 0}, {1, 9, 0}, {2, 9, 0}}),
              ElementsAre(1000, 2000, 100, 2000));
}

} // namespace
} // namespace pw::test
