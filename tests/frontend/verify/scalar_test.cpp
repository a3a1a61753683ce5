// Abstract arithmetic must contain every concrete result: tried with random sets and random members
// of them.
#include "frontend/verify/scalar.h"

#include <gtest/gtest.h>

#include <random>

namespace pw::verify {
namespace {

using isa::AluOp;
using isa::Condition;

class Sets {
public:
  explicit Sets(unsigned seed) : random_(seed) {}
  std::uint64_t number() {
    const std::uint64_t x = random_();
    switch (random_() % 6) {
    case 0:
      return x;
    case 1:
      return x & 0xff;
    case 2:
      return x & 0xffffffff;
    case 3:
      return std::uint64_t(-std::int64_t(x & 0xffff));
    case 4:
      return std::uint64_t{1} << (x & 63);
    default:
      return x & 7;
    }
  }
  // A set and two of its members.
  Scalar set(std::uint64_t& a, std::uint64_t& b) {
    a = number();
    b = random_() % 3 ? a + random_() % 20 : number();
    Scalar s = join(Scalar::constant(a), Scalar::constant(b));
    for (unsigned i = random_() % 3; i-- > 0;)
      s = join(s, Scalar::constant(number()));
    s.sync();
    return s;
  }

private:
  std::mt19937_64 random_;
};

bool contains(const Scalar& s, std::uint64_t v) { return includes(s, Scalar::constant(v)); }

TEST(Scalar, ArithmeticContainsEveryResult) {
  Sets sets(1);
  for (int i = 0; i < 40'000; ++i)
    for (const bool is64 : {true, false}) {
      std::uint64_t a[2], b[2];
      const Scalar x = sets.set(a[0], a[1]), y = sets.set(b[0], b[1]);
      for (const AluOp op : {AluOp::Add, AluOp::Sub, AluOp::Mul, AluOp::Div, AluOp::Sdiv, AluOp::Or,
                             AluOp::And, AluOp::Lsh, AluOp::Rsh, AluOp::Neg, AluOp::Mod,
                             AluOp::Smod, AluOp::Xor, AluOp::Mov, AluOp::Arsh}) {
        const Scalar r = apply(op, is64, x, y);
        for (const std::uint64_t u : a)
          for (const std::uint64_t v : b) {
            const Scalar exact = apply(op, is64, Scalar::constant(u), Scalar::constant(v));
            ASSERT_TRUE(contains(r, exact.value()))
                << int(op) << (is64 ? " 64 " : " 32 ") << u << " " << v << " -> " << exact.value()
                << " not in " << to_string(r);
          }
      }
    }
}

bool holds(Condition c, bool is64, std::uint64_t a, std::uint64_t b) {
  const auto compare = [&](auto u, auto v, auto s, auto t) {
    switch (c) {
    case Condition::Eq:
      return u == v;
    case Condition::Ne:
      return u != v;
    case Condition::Gt:
      return u > v;
    case Condition::Ge:
      return u >= v;
    case Condition::Lt:
      return u < v;
    case Condition::Le:
      return u <= v;
    case Condition::Set:
      return (u & v) != 0;
    case Condition::Sgt:
      return s > t;
    case Condition::Sge:
      return s >= t;
    case Condition::Slt:
      return s < t;
    case Condition::Sle:
      return s <= t;
    default:
      return true;
    }
  };
  return is64 ? compare(a, b, std::int64_t(a), std::int64_t(b))
              : compare(std::uint32_t(a), std::uint32_t(b), std::int32_t(a), std::int32_t(b));
}

TEST(Scalar, ComparisonsKeepEveryMemberForWhichTheyHold) {
  Sets sets(2);
  for (int i = 0; i < 40'000; ++i)
    for (const bool is64 : {true, false}) {
      std::uint64_t a[2], b[2];
      const Scalar x = sets.set(a[0], a[1]), y = sets.set(b[0], b[1]);
      for (int c = int(Condition::Eq); c <= int(Condition::Sle); ++c)
        for (const bool truth : {true, false}) {
          Scalar p = x, q = y;
          const bool possible = assume(Condition(c), is64, truth, p, q);
          for (const std::uint64_t u : a)
            for (const std::uint64_t v : b)
              if (holds(Condition(c), is64, u, v) == truth) {
                ASSERT_TRUE(possible && contains(p, u) && contains(q, v))
                    << c << (is64 ? " 64 " : " 32 ") << truth << " " << u << " " << v << " of "
                    << to_string(x) << " " << to_string(y);
              }
        }
    }
}

TEST(Scalar, ExtensionsAndBytesContainEveryResult) {
  Sets sets(3);
  for (int i = 0; i < 40'000; ++i) {
    std::uint64_t a[2];
    const Scalar x = sets.set(a[0], a[1]);
    for (const unsigned bits : {8u, 16u, 32u})
      for (const std::uint64_t u : a) {
        ASSERT_TRUE(contains(zero_extend(x, bits), u & ((std::uint64_t{1} << bits) - 1)));
        ASSERT_TRUE(contains(sign_extend(x, bits),
                             std::uint64_t(std::int64_t(u << (64 - bits)) >> (64 - bits))));
        ASSERT_TRUE(
            contains(bytes_of(x, 2, bits / 8), (u >> 16) & ((std::uint64_t{1} << bits) - 1)));
        const isa::ByteSwap swap{isa::ByteSwap::ToBig, bits, 0};
        ASSERT_TRUE(contains(apply(swap, x), __builtin_bswap64(u) >> (64 - bits)));
      }
  }
}

TEST(Scalar, KnowsWhatIsObvious) {
  const Scalar byte = Scalar::unsigned_range(0, 255);
  EXPECT_EQ(apply(AluOp::Lsh, true, byte, Scalar::constant(2)).all.umax, 1020u);
  EXPECT_EQ(apply(AluOp::And, true, Scalar{}, Scalar::constant(0x3c)).all.umax, 0x3cu);
  Scalar x{}, limit = Scalar::constant(10);
  ASSERT_TRUE(assume(Condition::Lt, true, true, x, limit));
  EXPECT_EQ(x.all.umax, 9u);
  EXPECT_FALSE(assume(Condition::Eq, true, true, x, limit));
}

} // namespace
} // namespace pw::verify
