#include "backends/nfp/select/tables.h"

#include "backends/nfp/select/reads.h"

#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>

#include <algorithm>
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
  if (name.consume_front("pw.event.") || name.consume_front("pw.sample."))
    name = name.split('.').first;
  else if (name.starts_with("pw.map."))
    name = name.rsplit('.').second;
  else
    return std::nullopt;
  return name.getAsInteger(10, map) ? std::nullopt : std::optional(map);
}

namespace {
// A pointer may lead into several maps, where paths meet.
void search(const Value* v, std::set<const Value*>& seen, std::set<unsigned>& maps) {
  if (!seen.insert(v).second)
    return;
  if (const auto* call = dyn_cast<CallInst>(v)) {
    if (call->getCalledFunction())
      if (const auto map = map_of(call->getCalledFunction()->getName()))
        maps.insert(*map);
  } else if (const auto* gep = dyn_cast<GetElementPtrInst>(v))
    search(gep->getPointerOperand(), seen, maps);
  else if (const auto* user = dyn_cast<User>(v); user && (isa<PHINode>(v) || isa<SelectInst>(v)))
    for (const Value* o : user->operands())
      if (o->getType()->isPointerTy())
        search(o, seen, maps);
}

} // namespace

std::set<unsigned> maps_of(const Value* pointer) {
  std::set<const Value*> seen;
  std::set<unsigned> maps;
  search(pointer, seen, maps);
  return maps;
}

bool TablePlan::counter(const Value* base, std::int64_t offset) const {
  const std::set<unsigned> maps = maps_of(base);
  return !maps.empty() && counter(*maps.begin(), isa<GetElementPtrInst>(base) ? 0 : offset);
}

namespace {
struct Access {
  std::set<unsigned> maps;
  std::int64_t first = 0, end = 0; // words
  WordUse use = WordUse::Value;
};

std::optional<Access> access_of(const TablePlan& plan, const llvm::Instruction& i) {
  const auto* add = dyn_cast<AtomicRMWInst>(&i);
  const Value* address = add ? add->getPointerOperand() : getLoadStorePointerOperand(&i);
  const auto place = address ? place_of(address) : std::nullopt;
  if (!place || place->packet)
    return std::nullopt;
  Access a;
  a.maps = maps_of(address);
  const unsigned bytes =
      bytes_of(add ? add->getType() : getLoadStoreType(const_cast<llvm::Instruction*>(&i)));
  a.use = add ? WordUse::Counter : WordUse::Value;
  a.first = place->offset / 4;
  a.end = (place->offset + bytes + 3) / 4;
  if (isa<GetElementPtrInst>(place->base)) { // at a variable offset
    a.first = 0;
    for (const unsigned map : a.maps)
      a.end = std::max(a.end, std::int64_t(plan.table(map).words.size()));
  }
  return a;
}

// True if that made a difference. What is a counter in one map is one in all that the access may
// lead into: it is one instruction.
bool mark(TablePlan& plan, const Access& a) {
  bool changed = false;
  for (std::int64_t word = std::max<std::int64_t>(a.first, 0); word < a.end; ++word) {
    const auto at = std::size_t(word);
    std::vector<WordUse*> uses;
    for (const unsigned map : a.maps)
      if (auto& words = plan.tables[plan.of_map.at(map)].words; at < words.size())
        uses.push_back(&words[at]);
    const bool counter = a.use == WordUse::Counter || std::ranges::any_of(uses, [](WordUse* u) {
                           return *u == WordUse::Counter;
                         });
    for (WordUse* use : uses) {
      changed |= counter && *use != WordUse::Counter;
      *use = counter ? WordUse::Counter : WordUse::Value;
    }
  }
  return changed;
}

void mark_words(TablePlan& plan, const llvm::Function& f) {
  std::vector<Access> accesses;
  for (const llvm::Instruction& i : instructions(f))
    if (auto access = access_of(plan, i); access && !access->maps.empty())
      accesses.push_back(std::move(*access));
  for (bool changed = true; changed;) {
    changed = false;
    for (const Access& access : accesses)
      changed |= mark(plan, access);
  }
}
} // namespace

TablePlan plan_tables(const Object& object, const llvm::Function& f) {
  TablePlan plan;
  for (const llvm::Instruction& i : instructions(f)) {
    const auto* call = dyn_cast<CallInst>(&i);
    const auto map = call ? map_of(call->getCalledFunction()->getName()) : std::nullopt;
    if (!map || plan.of_map.contains(*map))
      continue;
    plan.of_map[*map] = unsigned(plan.tables.size());
    Table t;
    t.map = *map;
    t.id = std::uint32_t(plan.tables.size() + 1);
    t.words.resize((object.maps[*map].value_size + 3) / 4, WordUse::None);
    plan.tables.push_back(std::move(t));
  }
  mark_words(plan, f);
  return plan;
}

} // namespace pw::nfp
