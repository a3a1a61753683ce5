// From lifted LLVM IR to what the pipeline does to packets.
#include "ir/compile.h"
#include "ir/prefixes.h"
#include "support/environment.h"
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

Object sample_object() {
  Object o;
  o.maps.push_back(map_definition("counts", BPF_MAP_TYPE_ARRAY, 4, 8, 256));
  o.maps.push_back(map_definition("flows", BPF_MAP_TYPE_HASH, 4, 16, 1000));
  o.maps.push_back(map_definition("numbers", BPF_MAP_TYPE_ARRAY, 4, 64, 4));
  return o;
}

LiftedProgram parse(const std::string& body) {
  static const std::string declarations = R"(
    @pw.packet = external global [66048 x i8]
    declare i32 @pw.length()
    declare ptr @pw.map.find.0(i32)
    declare ptr @pw.map.find.1(i32)
    declare ptr @pw.map.find.2(i32)
    declare void @pw.exit(i32, i32, i32, i32, i32, i32, i32, i32, i64)
  )";
  LiftedProgram l;
  l.context = std::make_unique<llvm::LLVMContext>();
  llvm::SMDiagnostic error;
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(declarations + body);
  l.module = llvm::parseIR(*buffer, error, *l.context);
  if (!l.module)
    throw std::runtime_error(error.getMessage().str());
  return l;
}

pipeline::Pipeline compile(const std::string& body,
                           std::optional<std::uint64_t> seed = std::nullopt) {
  CompileOptions options;
  options.random_schedule = seed;
  return compile_pipeline(sample_object(), parse(body), options).pipeline;
}

Bytes random_packet(unsigned n, unsigned length) {
  Bytes p;
  for (unsigned b = 0; b < length; ++b)
    p.push_back(std::uint8_t(random_u32(n, b, 7) >> 8));
  return p;
}

// Every schedule must do the same; gives what the best one does.
std::vector<Outcome> run_all(const std::string& body, const std::vector<Bytes>& packets) {
  std::vector<Outcome> expected;
  for (int seed = -1; seed < 8; ++seed) {
    auto p = seed < 0 ? compile(body) : compile(body, seed);
    Evaluator e(p);
    std::vector<Outcome> got;
    for (const Bytes& b : packets)
      got.push_back(e.run(b));
    if (seed < 0)
      expected = got;
    else
      EXPECT_TRUE(got == expected) << "random schedule " << seed;
  }
  return expected;
}

const char* const counter = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i8, ptr %p, align 1
  %key = zext i8 %b to i32
  %len = call i32 @pw.length()
  %v = call ptr @pw.map.find.0(i32 %key)
  %none = icmp eq ptr %v, null
  br i1 %none, label %out, label %count
count:
  %old = load i64, ptr %v, align 1
  %new = add i64 %old, 1
  store i64 %new, ptr %v, align 1
  br label %out
out:
  %r = phi i32 [ 0, %0 ], [ 2, %count ]
  call void @pw.exit(i32 %r, i32 0, i32 %len, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";

TEST(Compile, CounterRunsAtOnePacketPerClock) {
  auto p = compile(counter);
  ASSERT_EQ(p.regions.size(), 1u);
  EXPECT_TRUE(p.regions[0].interlocks.empty());
  Evaluator e(p);
  for (unsigned n = 0; n < 5; ++n)
    EXPECT_EQ(e.run({7, 1, 2}).retval, 2u);
  EXPECT_EQ(e.column(0, 0)[7], 5u);
  EXPECT_EQ(e.column(0, 0)[8], 0u);
}

// The second access may name the entry of the first: it must see its write, and packets must keep
// apart.
const char* const two_lookups = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i8, ptr %p, align 1
  %key = zext i8 %b to i32
  %v = call ptr @pw.map.find.0(i32 %key)
  %old = load i64, ptr %v, align 1
  %new = add i64 %old, 3
  store i64 %new, ptr %v, align 1
  %q = getelementptr i8, ptr @pw.packet, i32 513
  %c = load i8, ptr %q, align 1
  %key2 = zext i8 %c to i32
  %w = call ptr @pw.map.find.0(i32 %key2)
  %old2 = load i64, ptr %w, align 1
  %double = shl i64 %old2, 1
  store i64 %double, ptr %w, align 1
  %len = call i32 @pw.length()
  %r = trunc i64 %double to i32
  call void @pw.exit(i32 %r, i32 0, i32 %len, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";

// As two_lookups, but what is computed between the reads and the writes takes several clocks.
const char* const two_squares = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i8, ptr %p, align 1
  %key = zext i8 %b to i32
  %v = call ptr @pw.map.find.0(i32 %key)
  %old = load i64, ptr %v, align 1
  %new = mul i64 %old, 3
  store i64 %new, ptr %v, align 1
  %q = getelementptr i8, ptr @pw.packet, i32 513
  %c = load i8, ptr %q, align 1
  %key2 = zext i8 %c to i32
  %w = call ptr @pw.map.find.0(i32 %key2)
  %old2 = load i64, ptr %w, align 1
  %double = mul i64 %old2, %old2
  store i64 %double, ptr %w, align 1
  %len = call i32 @pw.length()
  %r = trunc i64 %double to i32
  call void @pw.exit(i32 %r, i32 0, i32 %len, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";

TEST(Compile, LaterLookupSeesEarlierWrite) {
  auto results = run_all(two_lookups, {{1, 1}, {1, 2}, {2, 1}, {1, 1}});
  EXPECT_THAT(std::vector<unsigned>(
                  {results[0].retval, results[1].retval, results[2].retval, results[3].retval}),
              testing::ElementsAre(6, 0, 18, 42));
}

TEST(Compile, HazardGetsKeyedInterlock) {
  auto p = compile(two_squares);
  std::size_t locks = 0;
  for (const auto& r : p.regions)
    for (const auto& l : r.interlocks) {
      ++locks;
      EXPECT_GE(l.distance, 1u);
      EXPECT_EQ(l.handles.size(), 2u);
      for (auto h : l.handles)
        EXPECT_LT(p.values[h].defined, r.first_stage);
    }
  EXPECT_EQ(locks, 1u);
}

TEST(Compile, PacketBytesAtVariableOffset) {
  const char* body = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i8, ptr %p, align 1
  %low = and i8 %b, 7
  %w = zext i8 %low to i32
  %by = shl i32 %w, 2
  %at = add i32 %by, 516
  %q = getelementptr i8, ptr @pw.packet, i32 %at
  %x = load i32, ptr %q, align 1
  %y = add i32 %x, 1
  store i32 %y, ptr %q, align 1
  %s = getelementptr i8, ptr @pw.packet, i32 524
  %z = load i32, ptr %s, align 1
  %len = call i32 @pw.length()
  call void @pw.exit(i32 %z, i32 0, i32 %len, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
  std::vector<Bytes> packets;
  for (unsigned n = 0; n < 40; ++n)
    packets.push_back(random_packet(n, 64));
  auto results = run_all(body, packets);
  for (unsigned n = 0; n < packets.size(); ++n) {
    Bytes expected = packets[n];
    std::uint32_t x, z;
    std::uint8_t* at = expected.data() + 4 + 4 * (expected[0] & 7);
    std::memcpy(&x, at, 4);
    ++x;
    std::memcpy(at, &x, 4);
    std::memcpy(&z, expected.data() + 12, 4);
    EXPECT_EQ(results[n].bytes, expected);
    EXPECT_EQ(results[n].retval, z);
  }
}

struct Division {
  const char* op;
  std::int32_t divisor; // 0: a byte of the packet
};

class Divide : public testing::TestWithParam<Division> {};

std::uint32_t divide(const std::string& op, std::uint32_t x, std::uint32_t y) {
  auto sx = std::int32_t(x), sy = std::int32_t(y);
  if (op == "udiv")
    return x / y;
  if (op == "urem")
    return x % y;
  return std::uint32_t(op == "sdiv" ? std::int64_t(sx) / sy : std::int64_t(sx) % sy);
}

TEST_P(Divide, IsExact) {
  auto [op, divisor] = GetParam();
  std::string y = divisor ? std::to_string(divisor) : "%c";
  std::string body = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %x = load i32, ptr %p, align 1
  %q = getelementptr i8, ptr @pw.packet, i32 516
  %b = load i8, ptr %q, align 1
  %o = or i8 %b, 1
  %c = zext i8 %o to i32
  %r = )" + std::string(op) +
                     " i32 %x, " + y + R"(
  call void @pw.exit(i32 %r, i32 0, i32 8, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
  std::vector<Bytes> packets = {
      {0, 0, 0, 0, 3}, {255, 255, 255, 255, 1}, {0, 0, 0, 128, 255}, {255, 255, 255, 127, 9}};
  for (unsigned n = 0; n < 30; ++n)
    packets.push_back(random_packet(n, 8));
  auto pipeline = compile(body);
  Evaluator evaluator(pipeline);
  for (const Bytes& b : packets) {
    std::uint32_t x;
    std::memcpy(&x, b.data(), 4);
    EXPECT_EQ(evaluator.run(b).retval, divide(op, x, divisor ? std::uint32_t(divisor) : b[4] | 1u))
        << x;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Divide,
    testing::Values(Division{"udiv", 1}, Division{"udiv", 3}, Division{"udiv", 7},
                    Division{"udiv", 10}, Division{"udiv", 64}, Division{"udiv", 641},
                    Division{"udiv", -5}, Division{"urem", 7}, Division{"urem", 1000},
                    Division{"urem", 8}, Division{"sdiv", 7}, Division{"sdiv", -7},
                    Division{"srem", 10}, Division{"udiv", 0}, Division{"urem", 0},
                    Division{"sdiv", 0}, Division{"srem", 0}));

TEST(Compile, IndexIntoValueIsAColumnOfWords) {
  const char* body = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i8, ptr %p, align 1
  %low = and i8 %b, 7
  %i = zext i8 %low to i64
  %by = shl i64 %i, 3
  %v = call ptr @pw.map.find.2(i32 1)
  %q = getelementptr i8, ptr %v, i64 %by
  %x = load i64, ptr %q, align 1
  %y = add i64 %x, 5
  store i64 %y, ptr %q, align 1
  %r = trunc i64 %y to i32
  call void @pw.exit(i32 %r, i32 0, i32 8, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
  auto p = compile(body);
  ASSERT_EQ(p.maps.size(), 1u);
  ASSERT_EQ(p.maps[0].columns.size(), 1u);
  EXPECT_EQ(p.maps[0].columns[0].bytes, 8u);
  EXPECT_EQ(p.maps[0].columns[0].count, 8u);
  auto results = run_all(body, {{3}, {3}, {4}, {3}});
  EXPECT_EQ(results[3].retval, 15u);
  EXPECT_EQ(results[2].retval, 5u);
}

const char* const read_far = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i16, ptr %p, align 1
  %i = zext i16 %b to i32
  %at = add i32 %i, 512
  %q = getelementptr i8, ptr @pw.packet, i32 %at
  %x = load i8, ptr %q, align 1
  %r = zext i8 %x to i32
  call void @pw.exit(i32 %r, i32 0, i32 8, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";

TEST(Compile, AccessBehindTheWindowIsRefusedIfTheUserWantsThat) {
  CompileOptions options;
  options.whole_packet = false;
  try {
    compile_pipeline(sample_object(), parse(read_far), options);
    FAIL() << "accepted";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics()[0].code, "PW-PKT-020");
    EXPECT_EQ(f.exit(), Exit::Unsupported);
  }
}

// The byte at 200 + the first one is written.
TEST(Compile, TheWindowGrowsForWrites) {
  const std::string body = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i8, ptr %p, align 1
  %i = zext i8 %b to i32
  %at = add i32 %i, 712
  %q = getelementptr i8, ptr @pw.packet, i32 %at
  store i8 55, ptr %q, align 1
  call void @pw.exit(i32 2, i32 0, i32 400, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
  std::vector<std::uint8_t> near(400), far(400);
  far[0] = 150;
  const auto results = run_all(body, {near, far});
  EXPECT_EQ(results[0].bytes[200], 55);
  EXPECT_EQ(results[1].bytes[350], 55);
  CompileOptions options;
  options.window = usual_window; // what the user names stays
  EXPECT_THROW(compile_pipeline(sample_object(), parse(body), options), Failure);
}

TEST(Compile, ReadBehindTheWindow) {
  std::vector<std::uint8_t> far(700), behind(300);
  far[0] = 0xbb, far[1] = 0x02; // 699
  far[699] = 77;
  behind[0] = 0x2c, behind[1] = 0x01; // 300
  auto results = run_all(read_far, {far, behind, {0, 0}, {9}});
  EXPECT_EQ(results[0].retval, 77u);
  EXPECT_EQ(results[1].retval, 0u);
  EXPECT_EQ(results[2].retval, 0u);
  EXPECT_EQ(results[3].retval, 0u);
}

TEST(Compile, MapsThatDoNotFitAreRefusedWithTheArithmetic) {
  Object o = sample_object();
  o.maps[0].max_entries = 50'000'000;
  try {
    compile_pipeline(o, parse(counter));
    FAIL() << "accepted";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics()[0].code, "PW-DEV-001");
    EXPECT_THAT(f.diagnostics()[0].value, testing::HasSubstr("counts"));
  }
}

TEST(Compile, TooFastAClockNamesTheFeasiblePeriod) {
  CompileOptions options;
  options.clock_mhz = 700;
  try {
    compile_pipeline(sample_object(), parse(counter), options);
    FAIL() << "accepted";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics()[0].code, "PW-DEV-002");
    EXPECT_THAT(f.diagnostics()[0].value, testing::HasSubstr("ns"));
  }
}

TEST(Compile, InsertionIntoWhatIsNoHashIsUnsupported) {
  const char* body = R"(
declare i64 @pw.map.delete.0(i32)
define void @pw.program() {
  %r = call i64 @pw.map.delete.0(i32 1)
  call void @pw.exit(i32 2, i32 0, i32 8, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
  try {
    compile(body);
    FAIL() << "accepted";
  } catch (const Failure& f) {
    EXPECT_EQ(f.diagnostics()[0].code, "PW-MAP-021");
  }
}

std::string first_code(const Object& object, const std::string& body,
                       const CompileOptions& options = {}) {
  try {
    compile_pipeline(object, parse(body), options);
  } catch (const Failure& f) {
    return f.diagnostics()[0].code;
  }
  return "accepted";
}

TEST(Compile, UnknownDeviceIsAnError) {
  CompileOptions options;
  options.device = "abacus";
  EXPECT_EQ(first_code(sample_object(), counter, options), "PW-DEV-003");
}

TEST(Compile, MapTypeWithoutHardwareIsUnsupported) {
  Object o = sample_object();
  o.maps[0].type = BPF_MAP_TYPE_BLOOM_FILTER;
  EXPECT_EQ(first_code(o, counter), "PW-MAP-020");
}

// A lookup of the longest prefix of 40 bits, with `length` in front of the first five bytes.
std::string prefix_lookup(const std::string& length) {
  return R"(
declare ptr @pw.map.find.3(i72)
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i40, ptr %p, align 1
  %wide = zext i40 %b to i72
  %data = shl i72 %wide, 32
  %n = call i32 @pw.length()
  %length = )" +
         length + R"(
  %l = zext i32 %length to i72
  %key = or i72 %data, %l
  %v = call ptr @pw.map.find.3(i72 %key)
  %none = icmp eq ptr %v, null
  br i1 %none, label %out, label %there
there:
  %x = load i32, ptr %v, align 1
  br label %out
out:
  %r = phi i32 [ 0, %0 ], [ %x, %there ]
  call void @pw.exit(i32 %r, i32 0, i32 8, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
}

Object object_with_prefixes(unsigned entries = 100) {
  Object o = sample_object();
  o.maps.push_back(map_definition("routes", BPF_MAP_TYPE_LPM_TRIE, 9, 4, entries));
  return o;
}

TEST(Compile, LongestPrefixTakesTheKeyWithoutItsLength) {
  auto p = compile_pipeline(object_with_prefixes(), parse(prefix_lookup("add i32 40, 0"))).pipeline;
  ASSERT_EQ(p.maps.size(), 1u);
  EXPECT_EQ(p.maps[0].kind, pipeline::MapKind::Lpm);
  EXPECT_EQ(p.maps[0].slots, 100u);
  EXPECT_EQ(p.maps[0].find_latency, 4u);
  auto find =
      std::ranges::find(p.operations, pipeline::OpKind::MapFind, &pipeline::Operation::kind);
  ASSERT_NE(find, p.operations.end());
  EXPECT_EQ(p.values[find->operands[1]].width, 40u);
  EXPECT_EQ(find->latency, 4u);
}

// All prefixes are compared with such keys: not too many.
TEST(Compile, PartOfAPrefixKeyIsComparedWithAllPrefixes) {
  for (const char* length : {"add i32 39, 0", "add i32 %n, 0"}) {
    auto p = compile_pipeline(object_with_prefixes(), parse(prefix_lookup(length))).pipeline;
    ASSERT_EQ(p.maps.size(), 1u);
    EXPECT_TRUE(holds_prefixes(p.maps[0])) << length;
    EXPECT_EQ(p.maps[0].slots, 100u);
    auto access =
        std::ranges::find(p.operations, pipeline::OpKind::MapAccess, &pipeline::Operation::kind);
    ASSERT_NE(access, p.operations.end());
    EXPECT_EQ(p.values[access->operands[1]].width, 74u);
    EXPECT_EQ(first_code(object_with_prefixes(100'000), prefix_lookup(length)), "PW-MAP-026")
        << length;
  }
}

// As in Linux: a key that is longer than the longest prefix finds nothing.
TEST(Compile, TooLongAPrefixKeyFindsNothing) {
  auto p = compile_pipeline(object_with_prefixes(), parse(prefix_lookup("add i32 41, 0"))).pipeline;
  EXPECT_EQ(std::ranges::count(p.operations, pipeline::OpKind::MapFind, &pipeline::Operation::kind),
            0);
}

TEST(Compile, PrefixesThatDoNotFitTheDeviceAreRefused) {
  EXPECT_EQ(first_code(object_with_prefixes(3'000'000), prefix_lookup("add i32 40, 0")),
            "PW-DEV-001");
}

TEST(Compile, OffsetThatNoColumnFitsIsUnsupported) {
  const char* body = R"(
define void @pw.program() {
  %p = getelementptr i8, ptr @pw.packet, i32 512
  %b = load i8, ptr %p, align 1
  %i = zext i8 %b to i64
  %v = call ptr @pw.map.find.2(i32 1)
  %q = getelementptr i8, ptr %v, i64 %i
  %x = load i32, ptr %q, align 1
  call void @pw.exit(i32 %x, i32 0, i32 8, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
  EXPECT_EQ(first_code(sample_object(), body), "PW-MAP-022");
}

TEST(Compile, CallOutsideTheLiftedFormIsRefused) {
  const char* body = R"(
declare void @surprise()
define void @pw.program() {
  call void @surprise()
  call void @pw.exit(i32 2, i32 0, i32 8, i32 65535, i32 0, i32 0, i32 0, i32 0, i64 0)
  ret void
})";
  EXPECT_EQ(first_code(sample_object(), body), "PW-IR-001");
}

TEST(Compile, SeveralWritersAreWarnedOf) {
  auto warnings = compile_pipeline(sample_object(), parse(two_squares)).warnings;
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].code, "PW-MAP-023");
  EXPECT_EQ(warnings[0].severity, Severity::Warning);
  EXPECT_THAT(warnings[0].message, testing::HasSubstr("bytes [0, 8) of the value of map"));
  EXPECT_THAT(warnings[0].rule, testing::HasSubstr("packets of the same entry wait"));
  EXPECT_FALSE(warnings[0].remedy.empty());
}

} // namespace
} // namespace pw::test
