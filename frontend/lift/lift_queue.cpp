// Queues and stacks: values in a ring of max_entries slots, and where it begins and how many there
// are in a map of its own (MapRole::Ends).
#include "frontend/lift/lifter.h"

#include <cerrno>

namespace pw::lift {

using namespace isa;

Lifter::Ends Lifter::ends_of(unsigned queue) {
  Ends e;
  e.map = *object_.maps[queue].made;
  const std::string area = "map." + std::to_string(e.map);
  e.place = value_base(e.map);
  e.first = load(e.place, 4, area);
  e.count = load(b_.CreateGEP(bits(8), e.place, c32(4)), 4, area);
  return e;
}

void Lifter::set_ends(const Ends& e, llvm::Value* first, llvm::Value* count) {
  const std::string area = "map." + std::to_string(e.map);
  store(e.place, first, 4, area);
  store(b_.CreateGEP(bits(8), e.place, c32(4)), count, 4, area);
}

// The slot `count` behind `first`; count is at most the number of slots.
llvm::Value* Lifter::slot_behind(unsigned queue, llvm::Value* first, llvm::Value* count) {
  llvm::Value* slots = c32(object_.maps[queue].max_entries);
  llvm::Value* sum = b_.CreateAdd(first, count);
  return b_.CreateSelect(b_.CreateICmpUGE(sum, slots), b_.CreateSub(sum, slots), sum);
}

// With BPF_EXIST a full one loses its oldest value, a stack, too.
void Lifter::lift_push(const State& s) {
  const unsigned queue = s.reg(1).index;
  llvm::Value* flags = number(s, Register(3));
  auto *valid = edge_block("valid"), *push = edge_block("push"), *done = edge_block("pushed");
  set_number(s, 0, c64(-EINVAL));
  llvm::Value* force = b_.CreateICmpEQ(flags, c64(BPF_EXIST));
  b_.CreateCondBr(b_.CreateOr(force, b_.CreateICmpEQ(flags, c64(0))), valid, done);
  b_.SetInsertPoint(valid);
  const Ends e = ends_of(queue);
  llvm::Value* full = b_.CreateICmpEQ(e.count, c32(object_.maps[queue].max_entries));
  llvm::Value* refused = b_.CreateAnd(full, b_.CreateNot(force));
  set_number(s, 0, b_.CreateSelect(refused, c64(-E2BIG), c64(0)));
  b_.CreateCondBr(refused, done, push);
  b_.SetInsertPoint(push);
  std::vector<Part> parts;
  const unsigned bytes = object_.maps[queue].value_size;
  for (unsigned at = 0; at < bytes; at += parts.back().value->getType()->getIntegerBitWidth() / 8)
    parts.push_back({at, read(s, s.reg(2), reg(s, 2), at, natural_bytes(at, bytes))});
  store_value(queue, find(queue, slot_behind(queue, e.first, e.count)), parts);
  set_ends(e, b_.CreateSelect(full, slot_behind(queue, e.first, c32(1)), e.first),
           b_.CreateSelect(full, e.count, b_.CreateAdd(e.count, c32(1))));
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// Where there is nothing the value becomes zeros.
void Lifter::lift_pop(const State& s, bool remove) {
  const unsigned queue = s.reg(1).index;
  const MapDefinition& map = object_.maps[queue];
  const Ends e = ends_of(queue);
  llvm::Value* empty = b_.CreateICmpEQ(e.count, c32(0));
  llvm::Value* less = b_.CreateSub(e.count, c32(1));
  const bool oldest = map.type == BPF_MAP_TYPE_QUEUE;
  llvm::Value* element = find(queue, oldest ? e.first : slot_behind(queue, e.first, less));
  set_number(s, 0, b_.CreateSelect(empty, c64(-ENOENT), c64(0)));
  auto *take = edge_block("take"), *none = edge_block("none"), *done = edge_block("taken");
  b_.CreateCondBr(empty, none, take);
  b_.SetInsertPoint(none);
  for (unsigned at = 0; at < map.value_size; at += natural_bytes(at, map.value_size))
    write(s, s.reg(2), reg(s, 2), at, natural_bytes(at, map.value_size),
          llvm::ConstantInt::get(bits(8 * natural_bytes(at, map.value_size)), 0));
  b_.CreateBr(done);
  b_.SetInsertPoint(take);
  for (unsigned at = 0; at < map.value_size; at += natural_bytes(at, map.value_size)) {
    const unsigned bytes = natural_bytes(at, map.value_size);
    llvm::Value* part =
        load(b_.CreateGEP(bits(8), element, c32(at)), bytes, "map." + std::to_string(queue));
    write(s, s.reg(2), reg(s, 2), at, bytes, part);
  }
  if (remove)
    set_ends(e, oldest ? slot_behind(queue, e.first, c32(1)) : e.first, less);
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

} // namespace pw::lift
