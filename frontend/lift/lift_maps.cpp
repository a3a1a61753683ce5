// Helper calls that look maps up and change them, as Linux 6.18 does.
#include "frontend/lift/lifter.h"

#include <cerrno>

namespace pw::lift {

using llvm::MemoryEffects;
using llvm::ModRefInfo;

namespace {

bool is_array(bpf_map_type t) { return t == BPF_MAP_TYPE_ARRAY || t == BPF_MAP_TYPE_PERCPU_ARRAY; }

bool is_lru(bpf_map_type t) {
  return t == BPF_MAP_TYPE_LRU_HASH || t == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool is_per_cpu(bpf_map_type t) {
  return t == BPF_MAP_TYPE_PERCPU_HASH || t == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

// The keys of a map can't be reached through pointers. A lookup in an LRU map leaves a trace.
MemoryEffects effects_of_find(bpf_map_type t) {
  return MemoryEffects::inaccessibleMemOnly(is_lru(t) ? ModRefInfo::ModRef : ModRefInfo::Ref);
}

// An update makes a new element: what earlier lookups gave is not touched. Per-CPU values are
// changed in place, so that earlier lookups see it.
MemoryEffects effects_of_update(bpf_map_type t) {
  const MemoryEffects keys = MemoryEffects::inaccessibleMemOnly(ModRefInfo::ModRef);
  return is_per_cpu(t) ? keys | MemoryEffects(llvm::IRMemLocation::Other, ModRefInfo::Mod) : keys;
}

} // namespace

unsigned natural_bytes(unsigned offset, unsigned end) {
  unsigned bytes = 8;
  while (offset % bytes != 0 || offset + bytes > end)
    bytes /= 2;
  return bytes;
}

// Calls that belong to one map are apart from other maps and from the packet.
llvm::CallInst* Lifter::call_map(const char* what, unsigned map, llvm::Type* result,
                                 MemoryEffects effects,
                                 const std::vector<llvm::Value*>& arguments) {
  std::vector<llvm::Type*> types;
  for (llvm::Value* v : arguments)
    types.push_back(v->getType());
  const std::string name = "pw.map." + std::string(what) + "." + std::to_string(map);
  auto callee = m_.getOrInsertFunction(name, llvm::FunctionType::get(result, types, false));
  auto* declared = llvm::cast<llvm::Function>(callee.getCallee());
  declared->setMemoryEffects(effects);
  declared->setDoesNotThrow();
  declared->setWillReturn();
  llvm::CallInst* call = b_.CreateCall(callee, arguments);
  call->setMetadata(llvm::LLVMContext::MD_tbaa, area_tag("map." + std::to_string(map)));
  return call;
}

llvm::Value* Lifter::find(unsigned map, llvm::Value* key) {
  return call_map("find", map, b_.getPtrTy(), effects_of_find(object_.maps[map].type), {key});
}

// Where inner maps are joined the number of the one that is meant goes in front.
llvm::Value* Lifter::read_key(const State& s) {
  const MapDefinition& m = object_.maps[s.reg(1).index];
  llvm::Value* key = read(s, s.reg(2), reg(s, 2), 0, verify::key_bytes(m));
  if (m.role != MapRole::Joined)
    return key;
  llvm::Value* map = b_.CreateTrunc(value_of(reg(s, 1).number), bits(32));
  if (!is_array(m.type)) {
    llvm::Type* type = bits(8 * m.key_size);
    return b_.CreateOr(b_.CreateShl(b_.CreateZExt(key, type), 32), b_.CreateZExt(map, type));
  }
  llvm::Value* index = b_.CreateAdd(b_.CreateMul(map, c32(verify::entries(m))), key);
  return b_.CreateSelect(b_.CreateICmpULT(key, c32(verify::entries(m))), index, c32(-1));
}

// Likewise of an element of an array.
llvm::Value* Lifter::element_place(const State& s, std::uint64_t element) {
  const MapDefinition& m = object_.maps[s.reg(1).index];
  if (m.role != MapRole::Joined)
    return c32(std::int64_t(element));
  llvm::Value* map = b_.CreateTrunc(value_of(reg(s, 1).number), bits(32));
  return b_.CreateAdd(b_.CreateMul(map, c32(verify::entries(m))), c32(std::int64_t(element)));
}

void Lifter::lift_lookup(const State& s) {
  b_.CreateStore(find(s.reg(1).index, read_key(s)), reg(s, 0).pointer);
}

// ---- update ----

// The value that r3 points to, in parts that fields are likely to be; a lock is left out.
std::vector<Lifter::Part> Lifter::read_value(const State& s) {
  const MapDefinition& map = object_.maps[s.reg(1).index];
  constexpr unsigned lock_bytes = 4;
  std::vector<Part> parts;
  for (unsigned at = 0; at < map.value_size;) {
    if (map.spin_lock && at == *map.spin_lock) {
      at += lock_bytes;
      continue;
    }
    const bool before_lock = map.spin_lock && at < *map.spin_lock;
    const unsigned bytes = natural_bytes(at, before_lock ? *map.spin_lock : map.value_size);
    parts.push_back({at, read(s, s.reg(3), reg(s, 3), at, bytes)});
    at += bytes;
  }
  return parts;
}

// One wide number; a lock is zero in it.
llvm::Value* Lifter::joined(const std::vector<Part>& parts, unsigned value_size) {
  llvm::Type* type = bits(8 * value_size);
  llvm::Value* all = llvm::ConstantInt::get(type, 0);
  for (const Part& part : parts)
    all = b_.CreateOr(all, b_.CreateShl(b_.CreateZExt(part.value, type), 8 * part.offset));
  return all;
}

void Lifter::store_value(unsigned map, llvm::Value* element, const std::vector<Part>& parts) {
  for (const Part& part : parts)
    store(b_.CreateGEP(bits(8), element, c32(part.offset)), part.value,
          part.value->getType()->getIntegerBitWidth() / 8, "map." + std::to_string(map));
}

void Lifter::lift_update(const State& s) {
  if (is_array(object_.maps[s.reg(1).index].type))
    lift_array_update(s);
  else
    lift_hash_update(s);
}

// Changed in place. What is wrong is looked for in the order in which Linux does it.
void Lifter::lift_array_update(const State& s) {
  const unsigned map = s.reg(1).index;
  llvm::Value *key = read_key(s), *flags = number(s, isa::Register(4));
  const std::vector<Part> parts = read_value(s);
  llvm::Value* element = find(map, key);
  const auto has = [&](std::uint64_t flag) {
    return b_.CreateICmpNE(b_.CreateAnd(flags, c64(std::int64_t(flag))), c64(0));
  };
  llvm::Value* error = c64(0);
  if (!object_.maps[map].spin_lock)
    error = b_.CreateSelect(has(BPF_F_LOCK), c64(-EINVAL), error);
  error = b_.CreateSelect(has(BPF_NOEXIST), c64(-EEXIST), error);
  error = b_.CreateSelect(b_.CreateIsNull(element), c64(-E2BIG), error);
  llvm::Value* mode = b_.CreateAnd(flags, c64(~std::int64_t{BPF_F_LOCK}));
  error = b_.CreateSelect(b_.CreateICmpUGT(mode, c64(BPF_EXIST)), c64(-EINVAL), error);
  set_number(s, 0, error);
  auto *change = edge_block("change"), *done = edge_block("updated");
  b_.CreateCondBr(b_.CreateICmpEQ(error, c64(0)), change, done);
  b_.SetInsertPoint(change);
  store_value(map, element, parts);
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

void Lifter::lift_hash_update(const State& s) {
  const unsigned map = s.reg(1).index;
  const MapDefinition& m = object_.maps[map];
  llvm::Value *key = read_key(s), *flags = number(s, isa::Register(4)), *mode = flags;
  const std::vector<Part> parts = read_value(s);
  auto *update = edge_block("update"), *done = edge_block("updated");
  set_number(s, 0, c64(-EINVAL));
  if (m.spin_lock && m.type == BPF_MAP_TYPE_HASH) {
    mode = b_.CreateAnd(flags, c64(~std::int64_t{BPF_F_LOCK}));
    lift_locked_update(s, key, flags, parts, done);
  }
  b_.CreateCondBr(b_.CreateICmpULE(mode, c64(BPF_EXIST)), update, done);
  b_.SetInsertPoint(update);
  set_number(s, 0,
             call_map("update", map, bits(64), effects_of_update(m.type),
                      {key, joined(parts, m.value_size), mode}));
  b_.CreateBr(done);
  b_.SetInsertPoint(done);
}

// With BPF_F_LOCK an element that is there is changed in place. Goes on where that is not so.
void Lifter::lift_locked_update(const State& s, llvm::Value* key, llvm::Value* flags,
                                const std::vector<Part>& parts, llvm::BasicBlock* done) {
  const verify::Scalar& known = s.reg(4).scalar;
  if (!((known.bits.value | known.bits.mask) & BPF_F_LOCK))
    return;
  const unsigned map = s.reg(1).index;
  auto *locked = edge_block("locked"), *found = edge_block("found"), *change = edge_block("change"),
       *other = edge_block("other");
  llvm::Value* marked = b_.CreateICmpNE(b_.CreateAnd(flags, c64(BPF_F_LOCK)), c64(0));
  llvm::Value* valid = b_.CreateICmpULE(flags, c64(BPF_F_LOCK | BPF_EXIST));
  b_.CreateCondBr(b_.CreateAnd(marked, valid), locked, other);
  b_.SetInsertPoint(locked);
  llvm::Value* element = find(map, key);
  b_.CreateCondBr(b_.CreateIsNull(element), other, found);
  b_.SetInsertPoint(found);
  llvm::Value* refused = b_.CreateICmpEQ(flags, c64(BPF_F_LOCK | BPF_NOEXIST));
  set_number(s, 0, b_.CreateSelect(refused, c64(-EEXIST), c64(0)));
  b_.CreateCondBr(refused, done, change);
  b_.SetInsertPoint(change);
  store_value(map, element, parts);
  b_.CreateBr(done);
  b_.SetInsertPoint(other);
}

// ---- delete ----

void Lifter::lift_delete(const State& s) {
  const unsigned map = s.reg(1).index;
  llvm::Value* key = read_key(s);
  if (is_array(object_.maps[map].type)) // there is nothing to delete in it
    return set_number(s, 0, c64(-EINVAL));
  const MemoryEffects keys = MemoryEffects::inaccessibleMemOnly(ModRefInfo::ModRef);
  set_number(s, 0, call_map("delete", map, bits(64), keys, {key}));
}

} // namespace pw::lift
