// Bloom filters: bits in words of 32, in a map of its own (MapRole::Bits). Each hash function is
// the kernel's jhash with a seed of 0 plus the function's number.
#include "frontend/lift/lifter.h"

#include "support/bloom.h"

#include <cerrno>

namespace pw::lift {

namespace {

struct Sums {
  llvm::Value *a, *b, *c;
};

class Hash {
public:
  explicit Hash(llvm::IRBuilder<>& b) : b_(b) {}

  // words: the value, zeros behind its end; bytes: its size.
  llvm::Value* of(const std::vector<llvm::Value*>& words, unsigned bytes, unsigned seed) {
    llvm::Value* start = b_.getInt32(0xdeadbeefu + bytes + seed);
    Sums s{start, start, start};
    for (unsigned at = 0;; at += 3) {
      s = {b_.CreateAdd(s.a, words[at]), b_.CreateAdd(s.b, words[at + 1]),
           b_.CreateAdd(s.c, words[at + 2])};
      if (at + 3 >= words.size())
        return last(s);
      mix(s);
    }
  }

private:
  llvm::Value* rotated(llvm::Value* x, unsigned n) {
    return b_.CreateIntrinsic(llvm::Intrinsic::fshl, {x->getType()}, {x, x, b_.getInt32(n)});
  }
  // x = (x - y) ^ rotated y; y += z
  void turn(llvm::Value*& x, llvm::Value*& y, llvm::Value* z, unsigned n) {
    x = b_.CreateXor(b_.CreateSub(x, y), rotated(y, n));
    y = b_.CreateAdd(y, z);
  }
  // x = (x ^ y) - rotated y
  void fold(llvm::Value*& x, llvm::Value* y, unsigned n) {
    x = b_.CreateSub(b_.CreateXor(x, y), rotated(y, n));
  }
  void mix(Sums& s) {
    turn(s.a, s.c, s.b, 4);
    turn(s.b, s.a, s.c, 6);
    turn(s.c, s.b, s.a, 8);
    turn(s.a, s.c, s.b, 16);
    turn(s.b, s.a, s.c, 19);
    turn(s.c, s.b, s.a, 4);
  }
  llvm::Value* last(Sums s) {
    fold(s.c, s.b, 14);
    fold(s.a, s.c, 11);
    fold(s.b, s.a, 25);
    fold(s.c, s.b, 16);
    fold(s.a, s.c, 4);
    fold(s.b, s.a, 14);
    fold(s.c, s.b, 24);
    return s.c;
  }

  llvm::IRBuilder<>& b_;
};

} // namespace

bool Lifter::is_bloom(const State& s) const {
  return object_.maps[s.reg(1).index].type == BPF_MAP_TYPE_BLOOM_FILTER;
}

// Numbers of the bits that stand for the value in r2.
std::vector<llvm::Value*> Lifter::bloom_places(const State& s) {
  const MapDefinition& map = object_.maps[s.reg(1).index];
  std::vector<llvm::Value*> words;
  for (unsigned at = 0; at < map.value_size;) {
    const unsigned end = std::min(map.value_size, at / 4 * 4 + 4), bytes = natural_bytes(at, end);
    llvm::Value* part = b_.CreateZExt(read(s, s.reg(2), reg(s, 2), at, bytes), bits(32));
    if (at % 4 == 0)
      words.push_back(part);
    else
      words.back() = b_.CreateOr(words.back(), b_.CreateShl(part, 8 * (at % 4)));
    at += bytes;
  }
  while (words.size() % 3 != 0)
    words.push_back(c32(0));
  std::vector<llvm::Value*> places;
  llvm::Value* mask = c32(std::int64_t(bloom_size(map.max_entries, map.extra) - 1));
  for (unsigned f = 0; f < bloom_functions(map.extra); ++f)
    places.push_back(b_.CreateAnd(Hash(b_).of(words, map.value_size, f), mask));
  return places;
}

void Lifter::lift_bloom_push(const State& s) {
  const unsigned map = *object_.maps[s.reg(1).index].made;
  llvm::Value* good = b_.CreateICmpEQ(number(s, isa::Register(3)), c64(BPF_ANY));
  const std::vector<llvm::Value*> places = bloom_places(s);
  auto *push = edge_block("push"), *done = edge_block("pushed");
  set_number(s, 0, b_.CreateSelect(good, c64(0), c64(-EINVAL)));
  b_.CreateCondBr(good, push, done);
  b_.SetInsertPoint(push);
  for (llvm::Value* place : places) {
    llvm::Value* element = find(map, b_.CreateLShr(place, 5));
    llvm::Value* word = load(element, 4, "map." + std::to_string(map));
    llvm::Value* bit = b_.CreateShl(c32(1), b_.CreateAnd(place, c32(31)));
    store(element, b_.CreateOr(word, bit), 4, "map." + std::to_string(map));
  }
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

void Lifter::lift_bloom_peek(const State& s) {
  const unsigned map = *object_.maps[s.reg(1).index].made;
  llvm::Value* all = nullptr;
  for (llvm::Value* place : bloom_places(s)) {
    llvm::Value* word = load(find(map, b_.CreateLShr(place, 5)), 4, "map." + std::to_string(map));
    llvm::Value* bit = b_.CreateLShr(word, b_.CreateAnd(place, c32(31)));
    all = all ? b_.CreateAnd(all, bit) : bit;
  }
  llvm::Value* there = b_.CreateTrunc(all, bits(1));
  set_number(s, 0, b_.CreateSelect(there, c64(0), c64(-ENOENT)));
}

} // namespace pw::lift
