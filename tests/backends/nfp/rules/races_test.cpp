// Read-modify-writes of map values.
#include "tests/backends/nfp/rules/programs.h"

#include <gtest/gtest.h>

namespace pw::nfp {
namespace {

using namespace rules_test;

std::set<std::string> warned(const Insns& insns, std::vector<unsigned> subprograms = {}) {
  return warnings(checked(object_with(insns, std::move(subprograms))));
}
const std::set<std::string> race = {"PW-NFP-190"}, none = {};

template <class... T> Insns all(const T&... parts) {
  Code c;
  (c << ... << parts);
  return c;
}

// From the stack at r10 - 16, key at r10 - 4.
Insns update(unsigned map) {
  return all(assembly::map(1, int(map)), mov_r(2, 10), add(2, -4), mov_r(3, 10), add(3, -16),
             mov(4, 0), call(BPF_FUNC_map_update_elem));
}

TEST(NfpRaces, AdditionToAValue) {
  EXPECT_EQ(warned(with_value(Hash, {load(BPF_W, 3, 0, 0), add(3, 1), store(BPF_W, 0, 0, 3)})),
            race);
  EXPECT_EQ(warned(with_value(Hash, {mov(3, 1), atomic_add(0, 0, 3)})), none);
}

TEST(NfpRaces, OneFieldFromAnother) {
  EXPECT_EQ(warned(with_value(Hash, {load(BPF_W, 3, 0, 0), store(BPF_W, 0, 4, 3)})), race);
}

TEST(NfpRaces, ReplacedAfterALook) {
  EXPECT_EQ(warned(with_value(Hash, {load(BPF_W, 3, 0, 0), jump_if(BPF_JNE, 3, 0, 2), mov(3, 1),
                                     store(BPF_W, 0, 0, 3)})),
            race);
  EXPECT_EQ(warned(with_value(Hash, {load(BPF_W, 3, 0, 0), mov(4, 1), store(BPF_W, 0, 4, 4)})),
            none)
      << "another field";
  EXPECT_EQ(warned(with_value(Hash, {mov(4, 1), store(BPF_W, 0, 4, 4), load(BPF_W, 3, 0, 4)})),
            none)
      << "written before it is read";
}

TEST(NfpRaces, ByUpdate) {
  EXPECT_EQ(warned(with_value(Hash, all(load(BPF_DW, 3, 0, 0), add(3, 1), store(BPF_DW, 10, -16, 3),
                                        update(Hash)))),
            race);
}

TEST(NfpRaces, UpdateOfAnotherMapIsNone) {
  EXPECT_EQ(warned(with_value(Hash, all(load(BPF_DW, 3, 0, 0), add(3, 1), store(BPF_DW, 10, -16, 3),
                                        update(Other)))),
            none);
}

TEST(NfpRaces, InsertionAfterAMissIsNone) {
  const Insns insert = all(mov(3, 0), store(BPF_DW, 10, -16, 3), update(Hash));
  Code c;
  c << find(Hash) << jump_if(BPF_JEQ, 0, 0, 3) << load(BPF_DW, 3, 0, 0) << pass() << insert
    << pass();
  EXPECT_EQ(warned(c), none);
}

// *value's second half = f(*value's first half), by way of the stack.
Insns through_function(const bpf_insn& first_of_function) {
  Code body;
  body << mov_r(6, 0) << load(BPF_W, 1, 0, 0) << store(BPF_DW, 10, -24, 1) << mov(1, 0)
       << load(BPF_DW, 1, 10, -24) << call_local(3) << store(BPF_W, 6, 4, 0);
  return all(with_value(Hash, body), first_of_function, leave());
}

TEST(NfpRaces, ThroughTheStackAndAFunction) {
  const auto start = unsigned(through_function(leave()).size()) - 2;
  EXPECT_EQ(warned(through_function(mov_r(0, 1)), {start}), race);
  EXPECT_EQ(warned(through_function(mov(0, 1)), {start}), none);
}

TEST(NfpRaces, OnOneWayOnly) {
  EXPECT_EQ(warned(with_value(Hash, {load(BPF_W, 3, 0, 0), mov(4, 7), jump_if(BPF_JEQ, 3, 5, 1),
                                     mov_r(4, 3), store(BPF_W, 0, 4, 4)})),
            race);
}

} // namespace
} // namespace pw::nfp
