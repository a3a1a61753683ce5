// Calls that change maps, take locks or ask for the MTU: what is accepted and what is not.
#include "tests/frontend/verify/assembly.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

using namespace assembly;

constexpr int hash = 0, array = 1, sockmap = 3, cpumap = 4, constants = 5, devmap = 6, lru = 7,
              lpm = 8, locked = 9;

// Codes of all complaints, in order; "" if there are none.
std::string complaints(const Insns& insns, std::vector<unsigned> subprograms = {}) {
  const Object o = object_of(insns, std::move(subprograms));
  std::string text;
  for (const Diagnostic& d : verify_program(o, o.programs[0]))
    text += (text.empty() ? "" : " ") + d.code;
  return text;
}

const Insns pass = {mov(0, 2), leave()};

Insns join(std::initializer_list<Insns> parts) {
  Insns all;
  for (const Insns& part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

// Key of 8 bytes at r10 - 8, value of 16 bytes at r10 - 24.
Insns update(int index, std::int32_t flags = 0) {
  Code c;
  for (int at : {-8, -16, -24})
    c << store_k(BPF_DW, 10, at, 0);
  c << map(1, index) << mov_r(2, 10) << add(2, -8) << mov_r(3, 10) << add(3, -24) << mov(4, flags)
    << call(BPF_FUNC_map_update_elem);
  return c;
}

Insns remove(int index) {
  Code c;
  c << store_k(BPF_DW, 10, -8, 0) << map(1, index) << mov_r(2, 10) << add(2, -8)
    << call(BPF_FUNC_map_delete_elem);
  return c;
}

TEST(MapRules, MapsThatLinuxLetsAProgramChange) {
  for (int index : {hash, array, lru, locked, lpm}) {
    EXPECT_EQ(complaints(join({update(index), pass})), "") << index;
    EXPECT_EQ(complaints(join({remove(index), pass})), "") << index;
  }
  for (int index : {cpumap, devmap, 2}) {
    EXPECT_EQ(complaints(join({update(index), pass})), "PW-MAP-004") << index;
    EXPECT_EQ(complaints(join({remove(index), pass})), "PW-MAP-004") << index;
  }
  EXPECT_EQ(complaints(join({update(constants), pass})), "PW-MAP-005");
  EXPECT_EQ(complaints(join({update(sockmap), pass})), "PW-MAP-003");
}

TEST(MapRules, MapsThatLinuxLetsAProgramLookInto) {
  for (int index : {lru, locked})
    EXPECT_EQ(complaints(join({lookup(index), pass})), "") << index;
  EXPECT_EQ(
      complaints(join({Insns{store_k(BPF_DW, 10, -8, 0)}, map(1, lpm),
                       Insns{mov_r(2, 10), add(2, -8), call(BPF_FUNC_map_lookup_elem)}, pass})),
      "");
}

TEST(MapRules, KeyAndValueAreMemory) {
  const Insns value_is_a_number = {mov_r(2, 10), add(2, -8), mov(3, 7), mov(4, 0),
                                   call(BPF_FUNC_map_update_elem)};
  EXPECT_EQ(
      complaints(join({Insns{store_k(BPF_DW, 10, -8, 0)}, map(1, hash), value_is_a_number, pass})),
      "PW-CALL-004");
  const Insns value_beside_the_stack = {mov_r(2, 10), add(2, -8), mov_r(3, 10),
                                        add(3, -4),   mov(4, 0),  call(BPF_FUNC_map_update_elem)};
  EXPECT_EQ(complaints(join(
                {Insns{store_k(BPF_DW, 10, -8, 0)}, map(1, hash), value_beside_the_stack, pass})),
            "PW-STK-001");
  const Insns value_holds_a_pointer = {
      store(BPF_DW, 10, -16, 1), mov_r(2, 10), add(2, -8), mov_r(3, 10), add(3, -16), mov(4, 0)};
  EXPECT_EQ(complaints(join({Insns{store_k(BPF_DW, 10, -8, 0)}, value_holds_a_pointer, map(1, hash),
                             Insns{call(BPF_FUNC_map_update_elem)}, pass})),
            "PW-CALL-004");
}

TEST(MapRules, PointersStayGoodAfterUpdateAndDelete) {
  const Insns keep = {jump_if(BPF_JNE, 0, 0, 1), leave(), mov_r(6, 0)};
  EXPECT_EQ(complaints(join({lookup(hash), keep, update(hash), remove(hash),
                             Insns{load(BPF_DW, 1, 6, 0), store_k(BPF_DW, 6, 0, 1)}, pass})),
            "");
}

// ---- locks ----

// r6 = value of the map with the lock; r1 = address of the lock.
const Insns find_lock =
    join({lookup(locked), Insns{jump_if(BPF_JNE, 0, 0, 1), leave(), mov_r(6, 0)}});
const Insns lock = {mov_r(1, 6), add(1, 4), call(BPF_FUNC_spin_lock)};
const Insns unlock = {mov_r(1, 6), add(1, 4), call(BPF_FUNC_spin_unlock)};

TEST(SpinLock, TakenAndGivenBack) {
  EXPECT_EQ(complaints(join({find_lock, lock, unlock, pass})), "");
  EXPECT_EQ(complaints(join(
                {find_lock, lock, Insns{store_k(BPF_W, 6, 0, 1)}, unlock, lock, unlock, pass})),
            "");
  // Paths join while it is held.
  EXPECT_EQ(complaints(join({find_lock, lock,
                             Insns{load(BPF_W, 2, 6, 0), jump_if(BPF_JEQ, 2, 0, 1),
                                   store_k(BPF_W, 6, 0, 1), store_k(BPF_W, 6, 8, 1)},
                             unlock, pass})),
            "");
}

TEST(SpinLock, HeldAtTheEnd) {
  EXPECT_EQ(complaints(join({find_lock, lock, pass})), "PW-CALL-013");
  // On one of two paths.
  EXPECT_EQ(
      complaints(join(
          {find_lock, lock, Insns{load(BPF_W, 2, 6, 0), jump_if(BPF_JEQ, 2, 0, 3)}, unlock, pass})),
      "PW-CALL-013");
}

TEST(SpinLock, OneAtATimeAndNoCalls) {
  EXPECT_EQ(complaints(join({find_lock, unlock, pass})), "PW-CALL-013");
  EXPECT_EQ(complaints(join({find_lock, lock, lock, unlock, pass})), "PW-CALL-013");
  EXPECT_EQ(complaints(join({find_lock, lock, Insns{call(BPF_FUNC_ktime_get_ns)}, unlock, pass})),
            "PW-CALL-013");
  // The lock of one element is not that of another.
  const Insns other = join({find_lock, Insns{mov_r(7, 6)}, find_lock});
  EXPECT_EQ(complaints(join(
                {other, lock, Insns{mov_r(1, 7), add(1, 4), call(BPF_FUNC_spin_unlock)}, pass})),
            "PW-CALL-013 PW-CALL-013");
}

TEST(SpinLock, NothingElseTouchesIt) {
  for (int at : {3, 4, 7}) {
    EXPECT_EQ(complaints(join({find_lock, Insns{load(BPF_H, 2, 6, at)}, pass})), "PW-MAP-009");
    EXPECT_EQ(complaints(join({find_lock, Insns{store_k(BPF_W, 6, at, 0)}, pass})), "PW-MAP-009");
  }
  EXPECT_EQ(complaints(join({find_lock, Insns{load(BPF_W, 2, 6, 0), load(BPF_DW, 2, 6, 8)}, pass})),
            "");
  // As the value of an update, which would copy it.
  EXPECT_EQ(complaints(join({find_lock, Insns{store_k(BPF_W, 10, -4, 0)}, map(1, locked),
                             Insns{mov_r(2, 10), add(2, -4), mov_r(3, 6), mov(4, 0),
                                   call(BPF_FUNC_map_update_elem)},
                             pass})),
            "PW-MAP-009");
}

TEST(SpinLock, OnlyWhereTheMapHasOne) {
  EXPECT_EQ(complaints(join({lookup(hash), Insns{jump_if(BPF_JNE, 0, 0, 1), leave(), mov_r(1, 0)},
                             Insns{call(BPF_FUNC_spin_lock)}, pass})),
            "PW-MAP-009");
  EXPECT_EQ(complaints(join({find_lock, Insns{mov_r(1, 6), call(BPF_FUNC_spin_lock)}, pass})),
            "PW-MAP-009");
  EXPECT_EQ(complaints(join({lookup(locked), Insns{mov_r(1, 0), call(BPF_FUNC_spin_lock)}, pass})),
            "PW-MAP-002");
}

// ---- bpf_check_mtu ----

Insns check_mtu(const Insns& where) {
  return join({where, Insns{mov(2, 0), mov(4, 0), mov(5, 0), call(BPF_FUNC_check_mtu)}, pass});
}

TEST(CheckMtu, TheLengthIsInMemoryThatCanBeWritten) {
  EXPECT_EQ(complaints(check_mtu({store_k(BPF_W, 10, -4, 0), mov_r(3, 10), add(3, -4)})), "");
  EXPECT_EQ(complaints(check_mtu({mov(3, 0)})), "PW-CALL-004");
  EXPECT_EQ(complaints(check_mtu({load(BPF_W, 3, 1, 0)})), "PW-CALL-004");
  EXPECT_EQ(complaints(check_mtu({mov_r(3, 10)})), "PW-STK-001");
}

} // namespace
} // namespace pw
