#include "frontend/control/control.h"

#include "frontend/control/parts.h"
#include "frontend/lift/passes.h"
#include "support/control_format.h"

#include <linux/bpf.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>

#include <algorithm>
#include <cerrno>
#include <functional>

namespace pw {
namespace {

using namespace control;
using llvm::BasicBlock;
using llvm::Value;
using Parts = std::vector<Part>;

bool is_array(const MapDefinition& m) {
  if (m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig)
    return false;
  return m.global != GlobalData::None || m.type == BPF_MAP_TYPE_ARRAY ||
         m.type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

bool is_hash(const MapDefinition& m) {
  return m.global == GlobalData::None &&
         (m.type == BPF_MAP_TYPE_HASH || m.type == BPF_MAP_TYPE_PERCPU_HASH ||
          m.type == BPF_MAP_TYPE_LRU_HASH || m.type == BPF_MAP_TYPE_LRU_PERCPU_HASH);
}

bool fits(const MapDefinition& m) {
  return key_at + std::uint64_t{m.key_size} + m.value_size <= longest;
}

MapDefinition keys_of(const MapDefinition& hash) {
  MapDefinition m;
  m.name = hash.name + ".keys";
  m.type = BPF_MAP_TYPE_ARRAY;
  m.key_size = 4;
  m.value_size = hash.key_size + 1;
  m.max_entries = hash.max_entries;
  return m;
}

// What one map's part of the branch leaves behind.
struct Answer {
  BasicBlock* block = nullptr;
  Value* result = nullptr; // i32
  Value* image = nullptr;  // key and value, as wide as those of the longest operation
};

class Brancher {
public:
  Brancher(LiftedProgram& lifted, const Object& object, unsigned bytes)
      : module_(*lifted.module), object_(object), program_(*module_.getFunction("pw.program")),
        builder_(module_.getContext()), bytes_(bytes) {}

  void add(const std::vector<ControlledMap>&, const std::vector<Parts>&);

private:
  llvm::IntegerType* bits(unsigned n) { return builder_.getIntNTy(n); }
  Value* number(unsigned width, std::int64_t n) {
    return llvm::ConstantInt::get(bits(width), std::uint64_t(n), true);
  }
  BasicBlock* block(const char* name) {
    return BasicBlock::Create(module_.getContext(), name, &program_);
  }
  Value* call(const std::string& name, llvm::Type* type, const std::vector<Value*>& arguments);
  Value* packet(unsigned at) {
    constexpr unsigned head_room = 512; // of @pw.packet
    return llvm::GetElementPtrInst::Create(bits(8), module_.getNamedGlobal("pw.packet"),
                                           {number(32, at + head_room)}, "",
                                           builder_.GetInsertBlock());
  }
  Value* field(unsigned at, unsigned bytes) {
    return builder_.CreateAlignedLoad(bits(8 * bytes), packet(at), llvm::Align(1));
  }
  Value* is(Operation op) { return builder_.CreateICmpEQ(operation_, number(8, int(op))); }

  static Value* number_of(llvm::Type* type, std::uint64_t n) {
    return llvm::ConstantInt::get(type, n);
  }

  BasicBlock* leaving_block();
  void begin(BasicBlock* program_entry);
  Value* image_of(Value* key, unsigned key_bytes, Value* value);
  Value* load_value(Value* element, unsigned map, const Parts&);
  void store_value(Value* element, unsigned map, const Parts&);
  Answer together(const std::vector<Answer>&);
  Answer found(Value* element, unsigned map, const Parts&);
  Answer taken(unsigned map, const Parts&);
  Answer changed_in_place(Value* element, unsigned map, const Parts&);
  using Way = std::pair<std::vector<Operation>, std::function<Answer()>>;
  Answer ways(const std::vector<Way>&);
  Answer array(const ControlledMap&, const Parts&);
  Answer hash(const ControlledMap&, const Parts&);
  Answer update(unsigned map);
  Answer remove(unsigned map, Value* key);
  Answer entry(unsigned map, unsigned keys);
  Value* key(unsigned map) { return field(key_at, object_.maps[map].key_size); }
  unsigned value_at(unsigned map) { return key_at + object_.maps[map].key_size; }
  std::string suffix(unsigned map) { return "." + std::to_string(map); }
  void finish(BasicBlock* leaving, const Answer&);

  llvm::Module& module_;
  const Object& object_;
  llvm::Function& program_;
  llvm::IRBuilder<> builder_;
  unsigned bytes_;                                                 // of the longest operation
  Value *operation_ = nullptr, *map_ = nullptr, *flags_ = nullptr; // i8
  Value* image_ = nullptr;                                         // of the request
};

Value* Brancher::call(const std::string& name, llvm::Type* type,
                      const std::vector<Value*>& arguments) {
  std::vector<llvm::Type*> types;
  for (const Value* v : arguments)
    types.push_back(v->getType());
  return builder_.CreateCall(
      module_.getOrInsertFunction(name, llvm::FunctionType::get(type, types, false)), arguments);
}

// The call of @pw.exit alone in a block, so that others can come to it.
BasicBlock* Brancher::leaving_block() {
  for (llvm::Instruction& i : llvm::instructions(program_))
    if (auto* exit = llvm::dyn_cast<llvm::CallInst>(&i);
        exit && exit->getCalledFunction() && exit->getCalledFunction()->getName() == "pw.exit")
      return llvm::SplitBlock(exit->getParent(), exit->getIterator());
  throw Failure(diagnose("PW-INT-001", "the lifted program has no exit"));
}

// The new entry: is this an operation? Its fields are read behind that.
void Brancher::begin(BasicBlock* program_entry) {
  BasicBlock* first = BasicBlock::Create(module_.getContext(), "arrives", &program_, program_entry);
  BasicBlock* branch = block("operation");
  builder_.SetInsertPoint(first);
  Value* ifindex = call("pw.ifindex", bits(32), {});
  Value* marked = builder_.CreateTrunc(builder_.CreateLShr(ifindex, number(32, mark_bit)), bits(1));
  builder_.CreateCondBr(marked, branch, program_entry);
  builder_.SetInsertPoint(branch);
  operation_ = field(operation_at, 1);
  map_ = field(map_at, 1);
  flags_ = field(flags_at, 1);
  image_ = field(key_at, bytes_ - key_at);
}

// Key and value as they stand in a packet; behind them what stands in the request.
Value* Brancher::image_of(Value* key, unsigned key_bytes, Value* value) {
  llvm::Type* type = image_->getType();
  const unsigned used = 8 * key_bytes + (value ? value->getType()->getIntegerBitWidth() : 0);
  Value* out = builder_.CreateZExt(key, type);
  if (value)
    out = builder_.CreateOr(
        out, builder_.CreateShl(builder_.CreateZExt(value, type), number_of(type, 8 * key_bytes)));
  const unsigned all = type->getIntegerBitWidth();
  if (used == all)
    return out;
  const llvm::APInt rest = llvm::APInt::getHighBitsSet(all, all - used);
  return builder_.CreateOr(out, builder_.CreateAnd(image_, llvm::ConstantInt::get(type, rest)));
}

Value* Brancher::load_value(Value* element, unsigned map, const Parts& parts) {
  llvm::Type* type = bits(8 * object_.maps[map].value_size);
  Value* all = llvm::ConstantInt::get(type, 0);
  for (const Part& part : parts) {
    Value* at = builder_.CreateGEP(bits(8), element, number(32, part.offset));
    Value* word = builder_.CreateAlignedLoad(bits(8 * part.bytes), at, llvm::Align(1));
    all = builder_.CreateOr(
        all, builder_.CreateShl(builder_.CreateZExt(word, type), number_of(type, 8 * part.offset)));
  }
  return all;
}

void Brancher::store_value(Value* element, unsigned map, const Parts& parts) {
  for (const Part& part : parts) {
    Value* at = builder_.CreateGEP(bits(8), element, number(32, part.offset));
    builder_.CreateAlignedStore(field(value_at(map) + part.offset, part.bytes), at, llvm::Align(1));
  }
}

// Blocks come together: what each leaves behind is chosen.
Answer Brancher::together(const std::vector<Answer>& answers) {
  Answer out;
  out.block = block("answered");
  for (const Answer& a : answers) {
    builder_.SetInsertPoint(a.block);
    builder_.CreateBr(out.block);
  }
  builder_.SetInsertPoint(out.block);
  llvm::PHINode* result = builder_.CreatePHI(bits(32), unsigned(answers.size()));
  llvm::PHINode* image = builder_.CreatePHI(image_->getType(), unsigned(answers.size()));
  for (const Answer& a : answers) {
    result->addIncoming(a.result, a.block);
    image->addIncoming(a.image, a.block);
  }
  out.result = result;
  out.image = image;
  return out;
}

// What a look-up gives that found `element`, or null.
Answer Brancher::found(Value* element, unsigned map, const Parts& parts) {
  const MapDefinition& m = object_.maps[map];
  BasicBlock *there = block("there"), *absent = block("absent");
  builder_.CreateCondBr(builder_.CreateIsNull(element), absent, there);
  builder_.SetInsertPoint(there);
  Value* image = image_of(key(map), m.key_size, load_value(element, map, parts));
  return together({{there, number(32, 0), image}, {absent, number(32, -ENOENT), image_}});
}

// ... and then perhaps removed. Whether it was found makes no difference to that: so both are one
// access of the table.
Answer Brancher::taken(unsigned map, const Parts& parts) {
  Value* wanted = key(map);
  Answer answer =
      found(call("pw.map.find" + suffix(map), builder_.getPtrTy(), {wanted}), map, parts);
  BasicBlock *goes = block("goes"), *answers = block("answers");
  builder_.CreateCondBr(is(Operation::LookupAndDelete), goes, answers);
  builder_.SetInsertPoint(goes);
  remove(map, wanted);
  builder_.CreateBr(answers);
  builder_.SetInsertPoint(answers);
  answer.block = answers;
  return answer;
}

// Changed in place; what is wrong is looked for in the order in which Linux does it.
Answer Brancher::changed_in_place(Value* element, unsigned map, const Parts& parts) {
  Value* error = number(32, 0);
  error = builder_.CreateSelect(builder_.CreateICmpEQ(flags_, number(8, BPF_NOEXIST)),
                                number(32, -EEXIST), error);
  error = builder_.CreateSelect(builder_.CreateIsNull(element), number(32, -E2BIG), error);
  BasicBlock *change = block("change"), *refuse = block("refuse");
  builder_.CreateCondBr(builder_.CreateICmpEQ(error, number(32, 0)), change, refuse);
  builder_.SetInsertPoint(change);
  store_value(element, map, parts);
  return together({{change, number(32, 0), image_}, {refuse, error, image_}});
}

// A chain of comparisons, and what none of them takes.
Answer Brancher::ways(const std::vector<Way>& ways) {
  std::vector<Answer> answers;
  for (const auto& [operations, make] : ways) {
    BasicBlock *mine = block("way"), *other = block("other");
    Value* taken = is(operations[0]);
    for (std::size_t i = 1; i < operations.size(); ++i)
      taken = builder_.CreateOr(taken, is(operations[i]));
    builder_.CreateCondBr(taken, mine, other);
    builder_.SetInsertPoint(mine);
    answers.push_back(make());
    builder_.SetInsertPoint(other);
  }
  answers.push_back({builder_.GetInsertBlock(), number(32, -EINVAL), image_});
  return together(answers);
}

Answer Brancher::array(const ControlledMap& map, const Parts& parts) {
  Value* element = object_.maps[map.map].global == GlobalData::None
                       ? call("pw.map.find" + suffix(map.map), builder_.getPtrTy(), {key(map.map)})
                       : call("pw.map.value" + suffix(map.map), builder_.getPtrTy(), {});
  return ways({{{Operation::Lookup}, [&] { return found(element, map.map, parts); }},
               {{Operation::Update}, [&] { return changed_in_place(element, map.map, parts); }}});
}

Answer Brancher::update(unsigned map) {
  const MapDefinition& m = object_.maps[map];
  Value* value = field(value_at(map), m.value_size);
  if (m.spin_lock) {
    llvm::APInt kept = llvm::APInt::getAllOnes(8 * m.value_size);
    kept &= ~llvm::APInt::getBitsSet(8 * m.value_size, 8 * *m.spin_lock, 8 * *m.spin_lock + 32);
    value = builder_.CreateAnd(value, llvm::ConstantInt::get(value->getType(), kept));
  }
  Value* error = call("pw.map.update" + suffix(map), bits(64),
                      {key(map), value, builder_.CreateZExt(flags_, bits(64))});
  return {builder_.GetInsertBlock(), builder_.CreateTrunc(error, bits(32)), image_};
}

Answer Brancher::remove(unsigned map, Value* key) {
  Value* error = call("pw.map.delete" + suffix(map), bits(64), {key});
  return {builder_.GetInsertBlock(), builder_.CreateTrunc(error, bits(32)), image_};
}

Answer Brancher::entry(unsigned map, unsigned keys) {
  const unsigned key_bytes = object_.maps[map].key_size;
  Value* slot = call("pw.map.find" + suffix(keys), builder_.getPtrTy(), {field(result_at, 4)});
  BasicBlock *there = block("there"), *absent = block("absent");
  builder_.CreateCondBr(builder_.CreateIsNull(slot), absent, there);
  builder_.SetInsertPoint(there);
  Value* key = builder_.CreateAlignedLoad(
      bits(8 * key_bytes), builder_.CreateGEP(bits(8), slot, number(32, 0)), llvm::Align(1));
  Value* state = builder_.CreateAlignedLoad(
      bits(8), builder_.CreateGEP(bits(8), slot, number(32, key_bytes)), llvm::Align(1));
  const auto in = [&](SlotState s) { return builder_.CreateICmpEQ(state, number(8, int(s))); };
  Value* result = builder_.CreateSelect(in(SlotState::Free), number(32, -ENOENT), number(32, 0));
  result = builder_.CreateSelect(in(SlotState::NeverUsed), number(32, -ENXIO), result);
  return together(
      {{there, result, image_of(key, key_bytes, nullptr)}, {absent, number(32, -ENXIO), image_}});
}

Answer Brancher::hash(const ControlledMap& map, const Parts& parts) {
  return ways(
      {{{Operation::Lookup, Operation::LookupAndDelete}, [&] { return taken(map.map, parts); }},
       {{Operation::Update}, [&] { return update(map.map); }},
       {{Operation::Delete}, [&] { return remove(map.map, key(map.map)); }},
       {{Operation::Entry}, [&] { return entry(map.map, *map.keys); }}});
}

// The answer goes into the packet, which leaves as it came otherwise.
void Brancher::finish(BasicBlock* leaving, const Answer& answer) {
  builder_.SetInsertPoint(answer.block);
  builder_.CreateAlignedStore(answer.result, packet(result_at), llvm::Align(1));
  builder_.CreateAlignedStore(answer.image, packet(key_at), llvm::Align(1));
  Value* length = call("pw.length", bits(32), {});
  auto* exit = llvm::cast<llvm::CallInst>(&leaving->front());
  BasicBlock* program = leaving->getSinglePredecessor();
  Value* const given[] = {number(32, XDP_TX), number(32, 0),    length,
                          number(32, 65535),  number(32, trap), number(32, 0),
                          number(32, 0),      number(32, 0),    number(64, 0)};
  builder_.CreateBr(leaving);
  builder_.SetInsertPoint(exit);
  for (unsigned i = 0; i < std::size(given); ++i) {
    llvm::PHINode* phi = builder_.CreatePHI(given[i]->getType(), 2);
    phi->addIncoming(exit->getArgOperand(i), program);
    phi->addIncoming(given[i], answer.block);
    exit->setArgOperand(i, phi);
  }
}

void Brancher::add(const std::vector<ControlledMap>& maps, const std::vector<Parts>& parts) {
  BasicBlock* leaving = leaving_block();
  begin(&program_.getEntryBlock());
  std::vector<Answer> answers;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    BasicBlock *mine = block("map"), *other = block("other");
    builder_.CreateCondBr(builder_.CreateICmpEQ(map_, number(8, maps[i].map)), mine, other);
    builder_.SetInsertPoint(mine);
    answers.push_back(maps[i].keys ? hash(maps[i], parts[i]) : array(maps[i], parts[i]));
    builder_.SetInsertPoint(other);
  }
  answers.push_back({builder_.GetInsertBlock(), number(32, -ENOENT), image_});
  finish(leaving, together(answers));
}

} // namespace

std::vector<ControlledMap> add_control(LiftedProgram& lifted, Object& object) {
  std::vector<ControlledMap> maps;
  std::vector<Parts> parts;
  unsigned bytes = key_at + 1;
  const std::size_t count = object.maps.size();
  for (unsigned m = 0; m < count && m <= highest_map; ++m) {
    const MapDefinition map = object.maps[m];
    // What was made for hardware of several maps is none of the host's.
    if (map.role != MapRole::Own || !uses_map(lifted, m) || !(is_array(map) || is_hash(map)) ||
        !fits(map))
      continue;
    auto pieces = parts_of(lifted, object, m);
    if (!pieces)
      continue;
    maps.push_back({m, std::nullopt, key_at + map.key_size + map.value_size});
    if (is_hash(map)) {
      maps.back().keys = lifted.key_maps[m] = unsigned(object.maps.size());
      object.maps.push_back(keys_of(map));
    }
    parts.push_back(std::move(*pieces));
    bytes = std::max(bytes, maps.back().bytes);
  }
  if (maps.empty())
    return maps;
  Brancher(lifted, object, bytes).add(maps, parts);
  lift::check_form(*lifted.module, false);
  return maps;
}

} // namespace pw
