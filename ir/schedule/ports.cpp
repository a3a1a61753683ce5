#include "ir/schedule/ports.h"

#include "ir/dialect/prefixes.h"
#include "ir/passes/exclusion.h"

namespace pw::schedule {

using namespace pw::ir;
using mlir::Value;

namespace {

constexpr const char* port_attribute = "port";

bool never(Value v) {
  auto c = constant_of(v);
  return c && c->isZero();
}

// An access of one prefix may give its entry another key, and ports for look-ups know the longest
// only.
bool changes(AccessOp a) {
  return inserts(a) || removes(a) || (holds_prefixes(map_of(a)) && !only_longest(a));
}

std::vector<Value> conditions(AccessOp a) {
  return {a.getEnable(), a.getKey(), a.getInsert(), a.getRemove()};
}

bool depends(AccessOp a, AccessOp on) {
  return llvm::any_of(conditions(a), [&](Value v) { return depends_on(v, {on.getOutcome()}); });
}

std::vector<Value> outcomes(llvm::ArrayRef<AccessOp> accesses) {
  std::vector<Value> all;
  for (AccessOp a : accesses)
    all.push_back(a.getOutcome());
  return all;
}

void set_port(AccessOp a, unsigned port) {
  a->setAttr(port_attribute, mlir::OpBuilder(a).getI64IntegerAttr(port));
}

// The one that changes the table; another one behind it all may delete.
struct Roles {
  AccessOp main, remover;
};

std::optional<Roles> roles_of(llvm::ArrayRef<AccessOp> accesses) {
  std::vector<AccessOp> changing;
  for (AccessOp a : accesses) {
    auto all = outcomes(accesses);
    if (depends_on(a.getKey(), all))
      return std::nullopt;
    if (changes(a))
      changing.push_back(a);
  }
  if (changing.empty())
    return Roles{accesses[0], {}};
  if (changing.size() == 1)
    return Roles{changing[0], {}};
  if (changing.size() == 2 && !removes(changing[0]) && !inserts(changing[1]) &&
      changing[1] == accesses.back())
    return Roles{changing[0], changing[1]};
  return std::nullopt;
}

// LRU: a look-up stamps an entry, so it must be known in time whether there is one. It comes behind
// the access at the access port, and there is one such stamp.
bool stamps_in_time(llvm::ArrayRef<AccessOp> accesses, const Roles& roles) {
  AccessOp first = accesses[0];
  return !first.getStamp() || (accesses.size() == 2 && !roles.remover && roles.main == first &&
                               !depends(accesses[1], first));
}

constexpr const char* always_attribute = "always"; // asked although not wanted (ask_always)

void ask_always(AccessOp a) {
  a->setAttr(always_attribute, mlir::UnitAttr::get(a.getContext()));
  mlir::OpBuilder builder(a);
  Value enable = a.getEnable();
  Value one = builder.create<mlir::arith::ConstantOp>(a.getLoc(), builder.getBoolAttr(true));
  a.getEnableMutable().assign(one);
  builder.setInsertionPointAfter(a);
  Value zero = builder.create<mlir::arith::ConstantOp>(
      a.getLoc(), builder.getIntegerAttr(a.getOutcome().getType(), 0));
  auto outcome = builder.create<mlir::arith::SelectOp>(a.getLoc(), enable, a.getOutcome(), zero);
  a.getOutcome().replaceAllUsesExcept(outcome, outcome);
}

// At the access port each access costs, so that it is done only where it is wanted.
void ask_if_wanted(AccessOp a) {
  if (!a->removeAttr(always_attribute))
    return;
  auto outcome = mlir::cast<mlir::arith::SelectOp>(*a.getOutcome().user_begin());
  a.getEnableMutable().assign(outcome.getCondition());
  outcome.replaceAllUsesWith(a.getOutcome());
  outcome.erase();
}

// A look-up of a prefix may find what another key's access changes: so no interlock by key helps,
// and look-ups are at ports of their own only where they need none.
bool needs_interlock(const Roles& roles, llvm::ArrayRef<AccessOp> accesses) {
  return roles.remover || llvm::any_of(accesses, [&](AccessOp a) {
           return a != roles.main && depends(roles.main, a);
         });
}

void assign(llvm::ArrayRef<AccessOp> accesses) {
  auto roles = accesses.size() < 2 ? std::nullopt : roles_of(accesses);
  if (!roles || !stamps_in_time(accesses, *roles) ||
      (holds_prefixes(map_of(accesses[0])) && needs_interlock(*roles, accesses)))
    return;
  unsigned next = 1;
  if (roles->remover)
    set_port(roles->remover, next++);
  for (AccessOp a : accesses) {
    if (a == roles->main || a == roles->remover)
      continue;
    set_port(a, next++);
    if (depends_on(a.getEnable(), outcomes(accesses)))
      ask_always(a);
  }
}

} // namespace

bool inserts(AccessOp a) { return !never(a.getInsert()); }
bool removes(AccessOp a) { return !never(a.getRemove()); }

unsigned port_of(AccessOp a) {
  auto port = a->getAttrOfType<mlir::IntegerAttr>(port_attribute);
  return port ? unsigned(port.getInt()) : 0;
}

llvm::StringMap<std::vector<AccessOp>> accesses_of(ProgramOp program) {
  llvm::StringMap<std::vector<AccessOp>> all;
  for (auto access : program.getBody().front().getOps<AccessOp>())
    all[access.getMap()].push_back(access);
  return all;
}

void assign_ports(ProgramOp program) {
  for (auto& [map, accesses] : accesses_of(program))
    assign(accesses);
}

void clear_ports(ProgramOp program) {
  std::vector<AccessOp> all(program.getBody().front().getOps<AccessOp>().begin(),
                            program.getBody().front().getOps<AccessOp>().end());
  for (AccessOp access : all) {
    access->removeAttr(port_attribute);
    ask_if_wanted(access);
  }
}

PortUse::PortUse(llvm::ArrayRef<AccessOp> accesses) {
  bool insertions = false, removals = false;
  for (AccessOp a : accesses) {
    unsigned port = port_of(a);
    several |= port > 0;
    insertions |= inserts(a);
    removals |= removes(a);
    if (port == 0)
      main = a;
    else if (removes(a))
      remover = a;
  }
  if (!several)
    main = {};
  crowds = remover && insertions;
  slots = !insertions || !removals ? Slots::Apart
          : remover                ? Slots::ApartByDistance
                                   : Slots::NotApart;
  aligned = several && llvm::all_of(accesses, [&](AccessOp a) { return a == main || offset(a); });
}

std::optional<int> PortUse::offset(AccessOp a) const {
  if (!main || a == main || a == remover || depends(a, main) || depends(main, a))
    return std::nullopt;
  return a->isBeforeInBlock(main) || a.getStamp() ? 0 : 1;
}

std::optional<int> least_distance(AccessOp first, AccessOp second) {
  if (port_of(first) == 0)
    return port_of(second) > 0 && second.getStamp() ? 0 : 1;
  if (port_of(second) == 0 || removes(second))
    return 0;
  return std::nullopt;
}

namespace {

// Whether the key is accessed, as far as that is known before any access.
Value accessed(llvm::ArrayRef<AccessOp> all, Value key, mlir::OpBuilder& builder,
               Exclusion& exclusion) {
  auto outs = outcomes(all);
  std::vector<Value> early;
  std::vector<AccessOp> late;
  for (AccessOp a : all)
    if (a.getKey() == key) {
      if (depends_on(a.getEnable(), outs))
        late.push_back(a);
      else if (!llvm::is_contained(early, a.getEnable()))
        early.push_back(a.getEnable());
    }
  for (AccessOp a : late)
    if (llvm::none_of(early, [&](Value e) { return exclusion.implies(a.getEnable(), e); }))
      return builder.create<mlir::arith::ConstantOp>(a.getLoc(), builder.getBoolAttr(true));
  Value any = early[0];
  for (Value e : llvm::ArrayRef(early).drop_front())
    any = builder.create<mlir::arith::OrIOp>(all[0]->getLoc(), any, e);
  return any;
}

} // namespace

llvm::StringMap<TableKeys> make_keys(ProgramOp program) {
  llvm::StringMap<TableKeys> keys;
  Exclusion exclusion;
  for (auto& [map, accesses] : accesses_of(program)) {
    PortUse use(accesses);
    if (!use.several || use.aligned)
      continue;
    mlir::OpBuilder builder(accesses.back());
    std::vector<Value> seen;
    for (bool change : {true, false})
      for (AccessOp a : accesses) {
        Value key = a.getKey();
        if (changes(a) != change || llvm::is_contained(seen, key))
          continue;
        seen.push_back(key);
        keys[map].handles.push_back(builder.create<ConcatOp>(
            a.getLoc(), builder.getIntegerType(1 + width_of(key)),
            mlir::ValueRange{accessed(accesses, key, builder, exclusion), key}));
        keys[map].looks += !change;
      }
  }
  return keys;
}

} // namespace pw::schedule
