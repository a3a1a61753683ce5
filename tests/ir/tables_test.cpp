// Maps that packets insert into and delete from: which accesses become one, and what packets see.
#include "tests/ir/table_programs.h"

#include <gmock/gmock.h>

namespace pw::test {
namespace {

using testing::ElementsAre;

// (a) A counter that is put in on a miss.
const char* const counter = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %hit
hit:
  %old = load i64, ptr %v, align 1
  %new = add i64 %old, 1
  store i64 %new, ptr %v, align 1
  %n = trunc i64 %new to i32
  br label %out
miss:
  %e = call i64 @pw.map.update.0(i8 %k, i64 1, i64 1)
  %e32 = trunc i64 %e to i32
  br label %out
out:
  %r = phi i32 [ %n, %hit ], [ %e32, %miss ]
)";

TEST(Tables, CounterInsertedOnAMissIsOneAccessWithoutInterlock) {
  auto p = compile(counter);
  EXPECT_EQ(count(p, OpKind::MapAccess), 1u);
  EXPECT_EQ(count(p, OpKind::MapRead), 1u);
  EXPECT_EQ(count(p, OpKind::MapWrite), 1u);
  EXPECT_EQ(interlocks(p), 0u);
  EXPECT_EQ(p.maps[0].kind, pipeline::MapKind::Table);
  EXPECT_GT(p.maps[0].stash, 0u);
}

TEST(Tables, CounterCountsAndAFullMapRefuses) {
  auto results = run(counter, {{1}, {1}, {2}, {1}, {3}, {4}, {5}, {4}, {5}});
  EXPECT_THAT(results, ElementsAre(0, 2, 0, 3, 0, 0, std::uint32_t(-7), 2, std::uint32_t(-7)));
}

TEST(Tables, LruCounterEvicts) {
  auto results = run(counter, {{1}, {2}, {3}, {4}, {1}, {5}, {2}, {1}}, {BPF_MAP_TYPE_LRU_HASH, 4});
  EXPECT_THAT(results, ElementsAre(0, 0, 0, 0, 2, 0, 0, 3)); // 2 made room for 5
}

// (b) Lookup, insertion of zeros on a miss, second lookup, one way on from there.
const char* const second_lookup = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %go
miss:
  %e = call i64 @pw.map.update.0(i8 %k, i64 100, i64 0)
  %w = call ptr @pw.map.find.0(i8 %k)
  %never = icmp eq ptr %w, null
  br i1 %never, label %out, label %go
go:
  %q = phi ptr [ %v, %begin ], [ %w, %miss ]
  %old = load i64, ptr %q, align 1
  %new = add i64 %old, 1
  store i64 %new, ptr %q, align 1
  %n = trunc i64 %new to i32
  br label %out
out:
  %r = phi i32 [ %n, %go ], [ 0, %miss ]
)";

TEST(Tables, SecondLookupIsPartOfTheAccess) {
  auto p = compile(second_lookup);
  EXPECT_EQ(count(p, OpKind::MapAccess), 1u);
  EXPECT_EQ(count(p, OpKind::MapRead), 1u);
  EXPECT_EQ(count(p, OpKind::MapWrite), 1u);
  EXPECT_EQ(interlocks(p), 0u);
  EXPECT_THAT(run(second_lookup, {{1}, {1}, {2}, {3}, {4}, {5}, {5}, {4}, {1}}),
              ElementsAre(101, 102, 101, 101, 101, 0, 0, 102, 103));
}

// (c) Blind update with the flags in the packet's byte 1.
std::string blind_update(int flags) {
  return R"(
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 )" +
         std::to_string(flags) + R"()
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %out, label %there
there:
  %old = load i64, ptr %v, align 1
  br label %out
out:
  %value = phi i64 [ 0, %begin ], [ %old, %there ]
  %high = shl i64 %value, 8
  %low = and i64 %e, 255
  %both = or i64 %high, %low
  %r = trunc i64 %both to i32
)";
}

TEST(Tables, UpdateObeysItsFlags) {
  std::vector<Bytes> packets = {{1, 0, 7}, {1, 0, 9}, {2, 0, 1}, {3, 0, 2}, {4, 0, 3}, {5, 0, 4}};
  auto p = compile(blind_update(0));
  EXPECT_EQ(count(p, OpKind::MapAccess), 1u);
  EXPECT_EQ(interlocks(p), 0u);
  const unsigned exists = 256 - 17, absent = 256 - 2, full = 256 - 7;
  EXPECT_THAT(run(blind_update(0), packets),
              ElementsAre(7 << 8, 9 << 8, 1 << 8, 2 << 8, 3 << 8, full));
  EXPECT_THAT(run(blind_update(1), packets),
              ElementsAre(7 << 8, 7 << 8 | exists, 1 << 8, 2 << 8, 3 << 8, full));
  EXPECT_THAT(run(blind_update(2), packets),
              ElementsAre(absent, absent, absent, absent, absent, absent));
}

// (d) Counter that goes when byte 1 says so.
const char* const closing = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %hit
hit:
  %old = load i64, ptr %v, align 1
  %new = add i64 %old, %x64
  store i64 %new, ptr %v, align 1
  %fin = icmp eq i8 %l, 1
  br i1 %fin, label %gone, label %out
gone:
  %d = call i64 @pw.map.delete.0(i8 %k)
  br label %out
miss:
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 0)
  br label %out
out:
  %s = phi i64 [ %new, %hit ], [ %d, %gone ], [ %e, %miss ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, DeletionThatThePacketAsksForIsPartOfTheAccess) {
  auto p = compile(closing);
  EXPECT_EQ(count(p, OpKind::MapAccess), 1u);
  EXPECT_EQ(interlocks(p), 0u);
  EXPECT_THAT(run(closing, {{1, 0, 5}, {1, 0, 6}, {1, 1, 6}, {1, 0, 7}, {1, 0, 1}, {2, 1, 1}}),
              ElementsAre(0, 11, 0, 0, 8, 0));
}

TEST(Tables, DeletedSlotsAreFilledAgain) {
  std::vector<Bytes> packets;
  std::vector<std::uint32_t> expected;
  for (unsigned round = 0; round < 10; ++round) {
    for (unsigned n = 0; n < 4; ++n)
      packets.push_back({std::uint8_t(round * 4 + n), 0, 1});
    for (unsigned n = 0; n < 4; ++n)
      packets.push_back({std::uint8_t(round * 4 + n), 1, 1});
  }
  for (std::uint32_t r : run(closing, packets))
    EXPECT_EQ(r, 0u);
}

// (e) A new start when what is there is too old: the update's condition is the value.
const char* const expiry = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %put, label %hit
hit:
  %old = load i64, ptr %v, align 1
  %more = icmp ugt i64 %x64, %old
  br i1 %more, label %put, label %out
put:
  %was = phi i64 [ 0, %begin ], [ %old, %hit ]
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 0)
  br label %out
out:
  %s = phi i64 [ %was, %put ], [ 255, %hit ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, UpdateThatDependsOnTheValueWritesInPlace) {
  auto p = compile(expiry);
  EXPECT_EQ(count(p, OpKind::MapAccess), 1u);
  EXPECT_EQ(interlocks(p), 0u);
  EXPECT_THAT(run(expiry, {{1, 0, 5}, {1, 0, 4}, {1, 0, 6}, {1, 0, 6}, {2, 0, 1}}),
              ElementsAre(0, 255, 5, 255, 0));
}

// A deletion that the value asks for can't be decided in the access that finds it.
const char* const value_deletes = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %hit
hit:
  %old = load i64, ptr %v, align 1
  %new = add i64 %old, 1
  store i64 %new, ptr %v, align 1
  %many = icmp eq i64 %new, 3
  br i1 %many, label %gone, label %out
gone:
  %d = call i64 @pw.map.delete.0(i8 %k)
  br label %out
miss:
  %e = call i64 @pw.map.update.0(i8 %k, i64 1, i64 0)
  br label %out
out:
  %s = phi i64 [ %new, %hit ], [ 77, %gone ], [ 1, %miss ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, DeletionThatTheValueAsksForIsASecondAccessBehindAnInterlockByKey) {
  auto p = compile(value_deletes);
  EXPECT_EQ(count(p, OpKind::MapAccess), 2u);
  ASSERT_EQ(interlocks(p), 2u);
  for (const auto& r : p.regions)
    for (const auto& l : r.interlocks) {
      EXPECT_GE(l.distance, 6u);
      if (!l.when_full) {
        ASSERT_EQ(l.handles.size(), 1u);
        EXPECT_EQ(p.values[l.handles[0]].width, 9u); // the key, and whether it is accessed
      }
    }
  for (const auto& op : p.operations)
    if (op.kind == OpKind::MapAccess)
      EXPECT_EQ(op.port, op.stage > 4 ? 1u : 0u);
  EXPECT_THAT(run(value_deletes, {{1}, {1}, {1}, {1}, {2}, {2}, {2}, {1}}),
              ElementsAre(1, 2, 77, 1, 1, 2, 77, 2));
}

// Reading through the old pointer after an update or a deletion gives the old value, and what is
// written there is lost.
const char* const old_element = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %hit
miss:
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 0)
  br label %out
hit:
  %what = icmp eq i8 %l, 0
  br i1 %what, label %change, label %go
change:
  %f = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 2)
  br label %use
go:
  %d = call i64 @pw.map.delete.0(i8 %k)
  br label %use
use:
  %old = load i64, ptr %v, align 1
  store i64 99, ptr %v, align 1
  br label %out
out:
  %s = phi i64 [ 0, %miss ], [ %old, %use ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, OldElementKeepsItsValueAndLosesWhatIsWrittenToIt) {
  auto p = compile(old_element);
  EXPECT_EQ(count(p, OpKind::MapAccess), 1u);
  EXPECT_EQ(interlocks(p), 0u);
  EXPECT_THAT(run(old_element, {{1, 0, 5}, {1, 0, 6}, {1, 0, 7}, {1, 1, 8}, {1, 0, 9}, {1, 0, 1}}),
              ElementsAre(0, 5, 6, 7, 0, 9));
  EXPECT_THAT(run(old_element, {{1, 0, 5}, {1, 0, 6}, {1, 0, 7}}, {BPF_MAP_TYPE_PERCPU_HASH, 4}),
              ElementsAre(0, 6, 7)); // in place
}

// By another key, which may be the same at run time.
const char* const other_key = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %hit
miss:
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 0)
  br label %out
hit:
  %f = call i64 @pw.map.update.0(i8 %l, i64 %x64, i64 0)
  %old = load i64, ptr %v, align 1
  %new = add i64 %old, 100
  store i64 %new, ptr %v, align 1
  br label %out
out:
  %s = phi i64 [ 0, %miss ], [ %old, %hit ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, UpdateByAKeyThatMayBeTheSame) {
  EXPECT_EQ(count(compile(other_key), OpKind::MapAccess), 2u);
  EXPECT_THAT(run(other_key, {{1, 1, 5}, {1, 1, 6}, {1, 1, 7}, {1, 2, 8}, {1, 2, 9}, {2, 1, 1}}),
              ElementsAre(0, 5, 6, 7, 107, 9));
}

// Regression: a choice among pointers none of which was replaced, where other paths update.
const char* const chosen = R"(
  %first = icmp eq i8 %x, 1
  br i1 %first, label %put, label %second
second:
  %other = icmp eq i8 %x, 2
  br i1 %other, label %look, label %put2
put:
  %e = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 0)
  br label %out
put2:
  %f = call i64 @pw.map.update.0(i8 %k, i64 %x64, i64 0)
  br label %out
look:
  %v = call ptr @pw.map.find.0(i8 %k)
  %w = call ptr @pw.map.find.0(i8 %l)
  %less = icmp ult i8 %k, %l
  %q = select i1 %less, ptr %v, ptr %w
  %none = icmp eq ptr %q, null
  br i1 %none, label %out, label %use
use:
  %old = load i64, ptr %q, align 1
  br label %out
out:
  %s = phi i64 [ %e, %put ], [ %f, %put2 ], [ 88, %look ], [ %old, %use ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, AChoiceAmongPointersNoneOfWhichWasReplaced) {
  EXPECT_THAT(run(chosen, {{1, 0, 1}, {2, 0, 7}, {1, 2, 2}, {2, 1, 2}, {3, 9, 2}}),
              ElementsAre(0, 0, 1, 1, 88));
}

TEST(Tables, ReadingBackWhatIsLostIsRefused) {
  const char* body = R"(
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %out, label %hit
hit:
  %d = call i64 @pw.map.delete.0(i8 %k)
  store i64 %x64, ptr %v, align 1
  %old = load i64, ptr %v, align 1
  br label %out
out:
  %s = phi i64 [ 0, %begin ], [ %old, %hit ]
  %r = trunc i64 %s to i32
)";
  try {
    compile(body);
    FAIL() << "accepted";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics()[0].code, "PW-MAP-024");
  }
}

// Paths that exclude each other share the access although their keys differ.
const char* const two_paths = R"(
  %six = icmp eq i8 %x, 6
  br i1 %six, label %a, label %b
a:
  %v = call ptr @pw.map.find.0(i8 %k)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss.a, label %hit.a
hit.a:
  %old.a = load i64, ptr %v, align 1
  %new.a = add i64 %old.a, 1
  store i64 %new.a, ptr %v, align 1
  br label %out
miss.a:
  %e.a = call i64 @pw.map.update.0(i8 %k, i64 1, i64 0)
  br label %out
b:
  %w = call ptr @pw.map.find.0(i8 %l)
  %none.b = icmp eq ptr %w, null
  br i1 %none.b, label %miss.b, label %hit.b
hit.b:
  %old.b = load i64, ptr %w, align 1
  %new.b = add i64 %old.b, 10
  store i64 %new.b, ptr %w, align 1
  br label %out
miss.b:
  %e.b = call i64 @pw.map.update.0(i8 %l, i64 10, i64 0)
  br label %out
out:
  %s = phi i64 [ %new.a, %hit.a ], [ 1, %miss.a ], [ %new.b, %hit.b ], [ 10, %miss.b ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, PathsThatExcludeEachOtherShareTheAccess) {
  auto p = compile(two_paths);
  EXPECT_EQ(count(p, OpKind::MapAccess), 1u);
  EXPECT_EQ(count(p, OpKind::MapWrite), 1u);
  EXPECT_EQ(interlocks(p), 0u);
  EXPECT_THAT(run(two_paths, {{1, 2, 6}, {1, 2, 5}, {1, 2, 6}, {9, 1, 5}, {1, 9, 6}, {2, 0, 6}}),
              ElementsAre(1, 10, 2, 12, 13, 11));
}

// Fields that nothing but insertions write stay together.
const char* const wide = R"(
  %key = zext i8 %k to i32
  %v = call ptr @pw.map.find.1(i32 %key)
  %none = icmp eq ptr %v, null
  br i1 %none, label %miss, label %hit
hit:
  %at = getelementptr i8, ptr %v, i32 8
  %old = load i64, ptr %at, align 1
  %new = add i64 %old, %x64
  store i64 %new, ptr %at, align 1
  %q = getelementptr i8, ptr %v, i32 18
  %tag = load i8, ptr %q, align 1
  %t = zext i8 %tag to i64
  %both = add i64 %t, %new
  br label %out
miss:
  %w = zext i8 %x to i192
  %hi = shl i192 %w, 144
  %mid = shl i192 %w, 64
  %all = or i192 %hi, %mid
  %e = call i64 @pw.map.update.1(i32 %key, i192 %all, i64 0)
  br label %out
out:
  %s = phi i64 [ %both, %hit ], [ %e, %miss ]
  %r = trunc i64 %s to i32
)";

TEST(Tables, ValuesAreCutIntoFewColumns) {
  auto p = compile(wide);
  ASSERT_EQ(p.maps[0].columns.size(), 3u);
  EXPECT_EQ(p.maps[0].columns[0].bytes, 8u);
  EXPECT_EQ(p.maps[0].columns[1].bytes, 8u);
  EXPECT_EQ(p.maps[0].columns[2].bytes, 8u);
  EXPECT_EQ(interlocks(p), 0u);
  EXPECT_THAT(run(wide, {{1, 0, 5}, {1, 0, 6}, {1, 0, 7}, {2, 0, 7}, {2, 0, 1}}),
              ElementsAre(0, 5 + 11, 5 + 18, 0, 7 + 8));
}

} // namespace
} // namespace pw::test
