// Maps that packets insert into and delete from: which accesses become one, and what packets see.
#include "ir/compile.h"
#include "tests/ir/definitions.h"
#include "tests/ir/evaluator.h"

#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/SourceMgr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pw::test {
namespace {

using Bytes = std::vector<std::uint8_t>;
using pipeline::OpKind;

struct Setting {
  bpf_map_type type = BPF_MAP_TYPE_HASH;
  unsigned entries = 4;
};

Object object_of(const Setting& s) {
  Object o;
  o.maps.push_back(map_definition("flows", s.type, 1, 8, s.entries));
  o.maps.push_back(map_definition("wide", BPF_MAP_TYPE_HASH, 4, 24, 1000));
  o.maps.push_back(map_definition("next", BPF_MAP_TYPE_ARRAY, 4, 8, 1));
  return o;
}

// The text of a function body around its first block: %k, %l, %x are bytes 0, 1, 2 of the packet.
std::string program(const std::string& body) {
  return R"(
    @pw.packet = external global [66048 x i8]
    declare i32 @pw.length()
    declare ptr @pw.map.find.0(i8)
    declare i64 @pw.map.update.0(i8, i64, i64)
    declare i64 @pw.map.delete.0(i8)
    declare ptr @pw.map.find.1(i32)
    declare i64 @pw.map.update.1(i32, i192, i64)
    declare ptr @pw.map.find.2(i32)
    declare void @pw.exit(i32, i32, i32, i32, i32, i32, i32, i32, i64)
    define void @pw.program() {
      %pk = getelementptr i8, ptr @pw.packet, i32 512
      %k = load i8, ptr %pk, align 1
      %pl = getelementptr i8, ptr @pw.packet, i32 513
      %l = load i8, ptr %pl, align 1
      %px = getelementptr i8, ptr @pw.packet, i32 514
      %x = load i8, ptr %px, align 1
      %x64 = zext i8 %x to i64
      br label %begin
    begin:
  )" + body +
         R"(
      call void @pw.exit(i32 %r, i32 0, i32 4, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
      ret void
    })";
}

LiftedProgram parse(const std::string& text) {
  LiftedProgram l;
  l.context = std::make_unique<llvm::LLVMContext>();
  llvm::SMDiagnostic error;
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(text);
  l.module = llvm::parseIR(*buffer, error, *l.context);
  if (!l.module)
    throw std::runtime_error(error.getMessage().str() + " in line " +
                             std::to_string(error.getLineNo()));
  return l;
}

pipeline::Pipeline compile(const std::string& body, const Setting& s = {},
                           std::optional<std::uint64_t> seed = std::nullopt) {
  CompileOptions options;
  options.random_schedule = seed;
  return compile_pipeline(object_of(s), parse(program(body)), options).pipeline;
}

unsigned count(const pipeline::Pipeline& p, OpKind kind) {
  return unsigned(std::count_if(p.operations.begin(), p.operations.end(),
                                [&](const auto& op) { return op.kind == kind; }));
}

unsigned interlocks(const pipeline::Pipeline& p) {
  unsigned n = 0;
  for (const auto& r : p.regions)
    n += unsigned(r.interlocks.size());
  return n;
}

// What every packet returns; every schedule must give the same.
std::vector<std::uint32_t> run(const std::string& body, const std::vector<Bytes>& packets,
                               const Setting& s = {}) {
  std::vector<std::uint32_t> expected;
  for (int seed = -1; seed < 5; ++seed) {
    auto p = seed < 0 ? compile(body, s) : compile(body, s, seed);
    Evaluator e(p);
    std::vector<std::uint32_t> got;
    for (const Bytes& b : packets)
      got.push_back(e.run(b).retval);
    if (seed < 0)
      expected = got;
    else
      EXPECT_EQ(got, expected) << "random schedule " << seed;
  }
  return expected;
}

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

// (g) One map under two keys, the second from a counter.
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

TEST(Tables, TwoKeysOfOneMapAreTwoAccesses) {
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

TEST(Tables, LookupsByOtherKeysHavePortsOfTheirOwn) {
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

TEST(Tables, LookupsThatPortsDoNotFitShareTheOneAndAreDoneWhereTheyAreWanted) {
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
