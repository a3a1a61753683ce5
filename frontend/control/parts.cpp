#include "frontend/control/parts.h"

#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include <algorithm>
#include <set>

namespace pw::control {
namespace {

using namespace llvm;

struct Access {
  std::int64_t low = 0, high = 0;
};

// Follows addresses into a map to the loads and stores that use them.
class Walk {
public:
  explicit Walk(const DataLayout& layout) : layout_(layout) {}

  bool follow(const Value& address, std::int64_t offset) {
    if (!seen_.insert({&address, offset}).second)
      return true;
    return std::all_of(address.user_begin(), address.user_end(),
                       [&](const User* user) { return use(*user, address, offset); });
  }
  std::vector<Access>& accesses() { return accesses_; }

private:
  bool use(const User& user, const Value& address, std::int64_t offset) {
    if (const auto* gep = dyn_cast<GEPOperator>(&user)) {
      APInt step(32, 0);
      return gep->accumulateConstantOffset(layout_, step) &&
             follow(user, offset + step.getSExtValue());
    }
    if (isa<PHINode, SelectInst>(user))
      return follow(user, offset);
    if (const auto* load = dyn_cast<LoadInst>(&user))
      add(*load->getType(), offset);
    else if (const auto* store = dyn_cast<StoreInst>(&user))
      add(*store->getValueOperand()->getType(), offset);
    else if (const auto* rmw = dyn_cast<AtomicRMWInst>(&user))
      add(*rmw->getValOperand()->getType(), offset);
    else if (const auto* exchange = dyn_cast<AtomicCmpXchgInst>(&user))
      add(*exchange->getCompareOperand()->getType(), offset);
    return true;
  }

  void add(const Type& type, std::int64_t offset) {
    accesses_.push_back({offset, offset + (type.getIntegerBitWidth() + 7) / 8});
  }

  const DataLayout& layout_;
  std::set<std::pair<const Value*, std::int64_t>> seen_;
  std::vector<Access> accesses_;
};

std::optional<std::vector<Access>> accesses_of(const LiftedProgram& lifted, unsigned map) {
  Walk walk(lifted.module->getDataLayout());
  for (const char* what : {"find.", "value."}) {
    const Function* f =
        lifted.module->getFunction("pw.map." + std::string(what) + std::to_string(map));
    if (!f)
      continue;
    for (const User* call : f->users())
      if (!walk.follow(*call, 0))
        return std::nullopt;
  }
  return std::move(walk.accesses());
}

// What overlaps belongs together.
std::vector<Access> joined(std::vector<Access> accesses) {
  std::sort(accesses.begin(), accesses.end(),
            [](const Access& a, const Access& b) { return a.low < b.low; });
  std::vector<Access> out;
  for (const Access& a : accesses) {
    if (out.empty() || a.low >= out.back().high)
      out.push_back(a);
    else
      out.back().high = std::max(out.back().high, a.high);
  }
  return out;
}

} // namespace

std::optional<std::vector<Part>> parts_of(const LiftedProgram& lifted, const Object& object,
                                          unsigned map) {
  const MapDefinition& m = object.maps[map];
  auto accesses = accesses_of(lifted, map);
  if (!accesses)
    return std::nullopt;
  constexpr unsigned lock_bytes = 4;
  if (m.spin_lock)
    accesses->push_back({*m.spin_lock, *m.spin_lock + lock_bytes});
  std::vector<Part> parts;
  unsigned at = 0;
  const auto add = [&](std::int64_t end) {
    if (end > at)
      parts.push_back({at, unsigned(end - at)});
    at = std::max(at, unsigned(end));
  };
  for (const Access& a : joined(*accesses)) {
    if (a.low < 0 || a.high > m.value_size)
      return std::nullopt;
    add(a.low);
    if (m.spin_lock && a.low == *m.spin_lock && a.high == a.low + lock_bytes)
      at = unsigned(a.high);
    else
      add(a.high);
  }
  add(m.value_size);
  return parts;
}

bool uses_map(const LiftedProgram& lifted, unsigned map) {
  const auto called = [&](const char* what) {
    const Function* f =
        lifted.module->getFunction("pw.map." + std::string(what) + std::to_string(map));
    return f && !f->use_empty();
  };
  return called("find.") || called("value.") || called("update.") || called("delete.");
}

} // namespace pw::control
