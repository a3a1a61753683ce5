#include "backends/nfp/select/tables.h"

#include "backends/nfp/select/reads.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>

#include <set>

namespace pw::nfp {

using namespace llvm;

bool TablePlan::counter(unsigned map, std::int64_t offset) const {
  const auto& words = table(map).words;
  const auto word = std::size_t(offset / 4);
  return offset >= 0 && word < words.size() && words[word] == WordUse::Counter;
}

std::optional<unsigned> map_of(StringRef name) {
  unsigned map = 0;
  if (!name.starts_with("pw.map.") || name.rsplit('.').second.getAsInteger(10, map))
    return std::nullopt;
  return map;
}

namespace {
std::optional<unsigned> search(const Value* v, std::set<const Value*>& seen) {
  if (!seen.insert(v).second)
    return std::nullopt;
  if (const auto* call = dyn_cast<CallInst>(v))
    return call->getCalledFunction() ? map_of(call->getCalledFunction()->getName()) : std::nullopt;
  if (const auto* gep = dyn_cast<GetElementPtrInst>(v))
    return search(gep->getPointerOperand(), seen);
  const auto* user = dyn_cast<User>(v);
  if (!user || !(isa<PHINode>(v) || isa<SelectInst>(v)))
    return std::nullopt;
  for (const Value* o : user->operands())
    if (const auto map = o->getType()->isPointerTy() ? search(o, seen) : std::nullopt)
      return map;
  return std::nullopt;
}

void mark(const Object& object, TablePlan& plan, const Value* address, unsigned bytes,
          WordUse use) {
  const auto map = map_of(address);
  const auto place = place_of(address);
  if (!map || !place)
    return;
  auto& words = plan.tables[plan.of_map.at(*map)].words;
  const bool whole = isa<GetElementPtrInst>(place->base); // at a variable offset
  const std::int64_t first = whole ? 0 : place->offset;
  const std::int64_t end = whole ? std::int64_t(words.size()) * 4 : place->offset + bytes;
  for (std::int64_t at = first / 4; at * 4 < end && at < std::int64_t(words.size()); ++at)
    if (at >= 0 && words[std::size_t(at)] != WordUse::Counter)
      words[std::size_t(at)] = use;
}
} // namespace

std::optional<unsigned> map_of(const Value* pointer) {
  std::set<const Value*> seen;
  return search(pointer, seen);
}

TablePlan plan_tables(const Object& object, const llvm::Function& f) {
  TablePlan plan;
  for (const llvm::Instruction& i : instructions(f)) {
    const auto* call = dyn_cast<CallInst>(&i);
    const auto map = call ? map_of(call) : std::nullopt;
    if (!map || plan.of_map.contains(*map))
      continue;
    plan.of_map[*map] = unsigned(plan.tables.size());
    Table t;
    t.map = *map;
    t.id = std::uint32_t(plan.tables.size() + 1);
    t.words.resize((object.maps[*map].value_size + 3) / 4, WordUse::None);
    plan.tables.push_back(std::move(t));
  }
  for (const llvm::Instruction& i : instructions(f))
    if (const auto* add = dyn_cast<AtomicRMWInst>(&i))
      mark(object, plan, add->getPointerOperand(), bytes_of(add->getType()), WordUse::Counter);
  for (const llvm::Instruction& i : instructions(f))
    if (const Value* p = getLoadStorePointerOperand(&i))
      mark(object, plan, p, bytes_of(getLoadStoreType(const_cast<llvm::Instruction*>(&i))),
           WordUse::Value);
  return plan;
}

} // namespace pw::nfp
