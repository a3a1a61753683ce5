// Records of ring buffers: what must be done with them, and what must not.
#include "tests/frontend/verify/assembly.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pw {
namespace {

using namespace assembly;

constexpr int ring = 40; // index of the ring buffer; maps of the other tests stand in front

Insns operator+(Insns a, const Insns& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const Insns pass = {mov(0, 2), leave()};

std::vector<std::string> codes(const Insns& insns) {
  Object o = object_of(insns, {});
  o.maps.resize(ring + 1);
  o.maps[ring].name = "records";
  o.maps[ring].type = BPF_MAP_TYPE_RINGBUF;
  o.maps[ring].max_entries = 4096;
  std::vector<std::string> all;
  for (const Diagnostic& d : verify_program(o, o.programs[0]))
    all.push_back(d.code);
  return all;
}

// r0 = a record of so many bytes, or NULL.
Insns reserve(int bytes) {
  return map(1, ring) + Insns{mov(2, bytes), mov(3, 0), call(BPF_FUNC_ringbuf_reserve)};
}
// ... and it is there; else the program ends.
Insns take(int bytes) {
  return reserve(bytes) + Insns{jump_if(BPF_JNE, 0, 0, 2), mov(0, 2), leave()};
}
const Insns submit = {mov_r(1, 0), mov(2, 0), call(BPF_FUNC_ringbuf_submit)};

using Codes = std::vector<std::string>;

TEST(VerifyEvents, TakesWhatIsWrittenAndSubmitted) {
  EXPECT_EQ(codes(take(16) + Insns{store_k(BPF_DW, 0, 8, 5)} + submit + pass), Codes{});
  EXPECT_EQ(codes(reserve(4089) + Insns{jump_if(BPF_JEQ, 0, 0, 1), mov(5, 1)} + pass), Codes{})
      << "what never fits is NULL";
}

TEST(VerifyEvents, RefusesRecordsThatAreNotClosed) {
  EXPECT_EQ(codes(take(16) + pass), Codes{"PW-EVT-001"});
  EXPECT_EQ(codes(take(16) + Insns{mov_r(6, 0)} + take(8) + submit + pass), // the first one is open
            Codes{"PW-EVT-001"});
}

TEST(VerifyEvents, RefusesRecordsThatMayBeNull) {
  const Codes found = codes(reserve(16) + Insns{store_k(BPF_DW, 0, 0, 5)} + pass);
  EXPECT_NE(std::ranges::find(found, "PW-EVT-002"), found.end());
}

TEST(VerifyEvents, RefusesSizesThatNoRegistersHold) {
  EXPECT_EQ(codes(reserve(1025) + pass), Codes{"PW-EVT-003"});
  EXPECT_EQ(codes(Insns{load(BPF_W, 2, 1, 12)} + map(1, ring) +
                  Insns{mov(3, 0), call(BPF_FUNC_ringbuf_reserve)} + pass),
            Codes{"PW-EVT-003"});
}

TEST(VerifyEvents, RefusesPositions) {
  EXPECT_EQ(
      codes(map(1, ring) + Insns{mov(2, BPF_RB_PROD_POS), call(BPF_FUNC_ringbuf_query)} + pass),
      Codes{"PW-EVT-004"});
  EXPECT_EQ(
      codes(map(1, ring) + Insns{mov(2, BPF_RB_AVAIL_DATA), call(BPF_FUNC_ringbuf_query)} + pass),
      Codes{});
}

TEST(VerifyEvents, RefusesAccessesBehindTheRecord) {
  EXPECT_EQ(codes(take(16) + Insns{store_k(BPF_DW, 0, 9, 5)} + submit + pass), Codes{"PW-EVT-005"});
}

TEST(VerifyEvents, RefusesOutputBehindAnOpenRecord) {
  const Insns output =
      map(1, ring) +
      Insns{store_k(BPF_DW, 10, -8, 2),   mov_r(2, 10), add(2, -8), mov(3, 8), mov(4, 0),
            call(BPF_FUNC_ringbuf_output)};
  EXPECT_EQ(codes(take(16) + Insns{store_k(BPF_DW, 0, 8, 5), mov_r(6, 0)} + output +
                  Insns{mov_r(0, 6)} + submit + pass),
            Codes{"PW-EVT-006"});
  EXPECT_EQ(codes(take(16) + submit + output + pass), Codes{});
}

TEST(VerifyEvents, ForgetsRecordsThatAreClosed) {
  EXPECT_EQ(
      codes(take(16) + Insns{mov_r(6, 0)} + submit + Insns{store_k(BPF_DW, 6, 0, 5)} + pass).size(),
      1u);
}

} // namespace
} // namespace pw
