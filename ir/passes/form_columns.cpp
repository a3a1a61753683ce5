// Map value bytes become columns, and all accesses of a column by one handle at most one read and
// one write.
//
//   %a = load @m[%h, 0] on %s0           =>  %a = read @m column 0 [%h] on %s0
//   %s1 = store @m[%h, 0], %b on %s0         (a load here gets %b)
//   exit states %s1                      =>  %s1 = write @m column 0 [%h], %b; exit states %s1
//
// Handles may name the same entry. So before another handle touches a column that was stored to,
// that store is done, and reads come after it.
#include "ir/passes/build.h"
#include "ir/passes/columns.h"
#include "ir/passes/exclusion.h"
#include "ir/passes/groups.h"
#include "ir/passes/passes.h"

namespace pw::ir {

#define GEN_PASS_DEF_FORMCOLUMNS
#include "ir/passes/passes.h.inc"

namespace {

using mlir::Value;

class Former {
public:
  Former(ProgramOp program, MapOp map)
      : block_(program.getBody().front()), build_(block_), map_(map),
        name_(mlir::FlatSymbolRefAttr::get(map.getSymNameAttr())) {}

  bool run();

private:
  bool cut();
  void declare_columns();
  Place place_of(const Access& a, const CutColumn& c);
  Value index_of(const Access& a, const CutColumn& c);
  void emit(Group& g);
  Value read(Group& g);
  Value contents(Group& g, std::size_t stores);
  Value loaded(Group& g, const Member& m);
  Value merged(Value word, const Member& m);
  bool apart(llvm::ArrayRef<Member*> stores);
  Value choice(llvm::ArrayRef<Member*> stores);
  void write(Group& g);
  void renamed(Value old, Value v);
  void follow(Value& use) {
    while (use && renames_.count(use))
      use = renames_[use];
  }
  void finish_states();

  mlir::Block& block_;
  Build build_;
  Exclusion exclusion_;
  MapOp map_;
  mlir::FlatSymbolRefAttr name_;
  std::vector<Access> accesses_;
  std::vector<Member> members_;
  Cut cut_;
  llvm::DenseMap<Value, Value> renames_;
  std::vector<std::vector<Value>> states_; // by column: what it was at first, then after each write
};

bool Former::run() {
  split_whole_stores(block_, map_);
  for (mlir::Operation& op : block_)
    if (mlir::isa<LoadOp, StoreOp>(op) && op.getAttr("map") == name_)
      accesses_.emplace_back(&op);
  if (!cut())
    return false;
  declare_columns();
  for (std::size_t i = 0; i < accesses_.size(); ++i)
    members_.push_back({&accesses_[i], cut_.column_of[i],
                        place_of(accesses_[i], cut_.columns[cut_.column_of[i]])});
  // One port for what is written; what is only read may as well have a copy, unless it is large.
  std::vector<bool> merge;
  for (const CutColumn& c : cut_.columns)
    merge.push_back(std::uint64_t(map_.slots()) * c.count > 64);
  for (std::size_t i = 0; i < accesses_.size(); ++i)
    if (accesses_[i].store)
      merge[cut_.column_of[i]] = true;
  for (Group& g : form_groups(members_, merge))
    emit(g);
  finish_states();
  return true;
}

bool Former::cut() {
  cut_ = cut_columns(accesses_, std::int64_t(map_.getValueBytes()));
  if (!cut_.bad)
    return true;
  report(cut_.bad,
         diagnose("PW-MAP-022", "this access of map '" + map_.getSymName().str() +
                                    "' computes an offset that no column fits")
             .limited("an index times the size of an element, below the size of the value",
                      "value of " + std::to_string(map_.getValueBytes()) + " bytes")
             .help("index an array of elements of one size, or bound the offset"));
  return false;
}

void Former::declare_columns() {
  std::vector<mlir::Attribute> columns;
  for (const CutColumn& c : cut_.columns)
    columns.push_back(ColumnAttr::get(map_.getContext(), unsigned(c.offset), c.bytes, c.count));
  map_.setColumnsAttr(mlir::ArrayAttr::get(map_.getContext(), columns));
  for (unsigned c = 0; c < columns.size(); ++c) {
    auto type = StateType::get(map_.getContext(), (map_.getSymName() + ":" + llvm::Twine(c)).str());
    states_.push_back({build_.behind({}).create<StateOp>(map_.getLoc(), type)});
  }
}

// The index is the distance divided by the word's size: a shift, and a multiplication by the
// inverse of the odd part (the division leaves no rest).
Value Former::index_of(const Access& a, const CutColumn& c) {
  auto first = llvm::APInt(32, std::uint64_t(a.low - c.offset) / c.bytes);
  if (!a.at)
    return build_.constant(first);
  Value at = a.at;
  unsigned zeros = llvm::countr_zero(c.bytes);
  unsigned odd = c.bytes >> zeros;
  Value shifted = build_.resize(build_.bits(at, zeros, width_of(at) - zeros), 32);
  if (odd != 1)
    shifted = build_.mul(shifted, build_.constant(llvm::APInt(32, odd).multiplicativeInverse()));
  unsigned bits = std::max(1u, llvm::Log2_64_Ceil(c.count));
  return build_.resize(build_.add(shifted, build_.constant(first)), bits);
}

Place Former::place_of(const Access& a, const CutColumn& c) {
  build_.at(a.op->getLoc());
  Place p;
  p.handle = a.handle;
  if (c.count > 1) {
    p.index = build_.resize(index_of(a, c), std::max(1u, llvm::Log2_64_Ceil(c.count)));
    p.byte = unsigned((a.low - c.offset) % c.bytes);
  } else {
    p.byte = unsigned(a.low - c.offset);
    p.shift = a.at;
  }
  return p;
}

Value Former::read(Group& g) {
  if (g.word)
    return g.word;
  unsigned width = cut_.columns[g.column].bytes * 8;
  Value always = build_.constant(1, 1);
  Value state = states_[g.column][g.writes_before];
  std::vector<Value> operands = {g.place.handle, state, always};
  if (g.place.index)
    operands.push_back(g.place.index);
  mlir::OpBuilder& builder = build_.behind(operands);
  g.word = builder.create<ReadOp>(build_.where(), builder.getIntegerType(width), name_.getValue(),
                                  g.column, state, always, g.place.handle, g.place.index);
  return g.word;
}

// The word with the bytes of one store in it.
Value Former::merged(Value word, const Member& m) {
  unsigned width = width_of(word), at = m.place.byte * 8;
  Value data = m.access->data;
  if (!m.place.shift) {
    unsigned end = at + width_of(data);
    return build_.concat({at ? build_.bits(word, 0, at) : Value(), data,
                          end < width ? build_.bits(word, end, width - end) : Value()});
  }
  Value result = word;
  for (std::int64_t k = 0; k <= m.access->high - m.access->bytes - m.access->low;
       k += std::int64_t(m.access->stride)) {
    Member fixed = m;
    fixed.place.shift = {};
    fixed.place.byte = m.place.byte + unsigned(k);
    Value here =
        build_.equal(m.place.shift, llvm::APInt(width_of(m.place.shift), std::uint64_t(k)));
    result = build_.select(here, merged(word, fixed), result);
  }
  return result;
}

// The word after the first `count` stores, from the last on which the enable makes certain.
Value Former::contents(Group& g, std::size_t count) {
  if (count == 0)
    return read(g);
  auto& [known_count, known] = g.known;
  std::size_t from = known && known_count <= count ? known_count : 0;
  Value word = from ? known : read(g);
  for (std::size_t n = from; n < count; ++n) {
    const Member& m = *g.stores[n];
    build_.at(m.access->op->getLoc());
    word = build_.select(m.access->enable, merged(word, m), word);
  }
  g.known = {count, word};
  return word;
}

Value Former::loaded(Group& g, const Member& m) {
  unsigned width = m.access->bytes * 8;
  std::size_t before = m.stores_before;
  // What is stored on paths that exclude this load's can't be what it gets.
  while (before && exclusion_.exclusive(g.stores[before - 1]->access->enable, m.access->enable))
    --before;
  if (before && !m.place.shift) {
    const Member& last = *g.stores[before - 1];
    if (last.access->enable == m.access->enable && !last.place.shift &&
        last.place.byte == m.place.byte && last.access->bytes == m.access->bytes)
      return last.access->data;
  }
  Value word = contents(g, before);
  if (!m.place.shift)
    return build_.bits(word, m.place.byte * 8, width);
  Value result;
  std::vector<Value> conditions, values;
  for (std::int64_t k = 0; k <= m.access->high - m.access->bytes - m.access->low;
       k += std::int64_t(m.access->stride)) {
    conditions.push_back(
        build_.equal(m.place.shift, llvm::APInt(width_of(m.place.shift), std::uint64_t(k))));
    values.push_back(build_.bits(word, (m.place.byte + unsigned(k)) * 8, width));
  }
  return build_.mux(conditions, values);
}

// Stores of which at most one is done are chosen from at once, not one after another.
bool Former::apart(llvm::ArrayRef<Member*> stores) {
  for (std::size_t i = 0; i < stores.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!exclusion_.exclusive(stores[i]->access->enable, stores[j]->access->enable))
        return false;
  return stores.size() > 2;
}

Value Former::choice(llvm::ArrayRef<Member*> stores) {
  std::vector<Value> conditions, values;
  for (const Member* m : stores) {
    conditions.push_back(m->access->enable);
    values.push_back(m->access->data);
  }
  return build_.mux(conditions, values);
}

// Stores to the same bytes need no read: the last one enabled wins. Others are merged into the
// whole word.
void Former::write(Group& g) {
  const Member& first = *g.stores[0];
  unsigned bytes = cut_.columns[g.column].bytes;
  bool same_bytes = llvm::all_of(g.stores, [&](const Member* m) {
    return !m->place.shift && m->place.byte == first.place.byte &&
           m->access->bytes == first.access->bytes;
  });
  std::vector<bool> touched(bytes, !same_bytes);
  Value enable, data;
  for (const Member* m : g.stores) {
    build_.at(m->access->op->getLoc());
    enable = build_.either(enable, m->access->enable);
    if (same_bytes)
      data = data ? build_.select(m->access->enable, m->access->data, data) : m->access->data;
  }
  if (same_bytes && apart(g.stores))
    data = choice(g.stores);
  if (same_bytes) {
    std::fill_n(touched.begin() + first.place.byte, first.access->bytes, true);
    data = build_.concat(
        {first.place.byte ? build_.constant(first.place.byte * 8, 0) : Value(), data,
         first.place.byte + first.access->bytes < bytes
             ? build_.constant((bytes - first.place.byte - first.access->bytes) * 8, 0)
             : Value()});
  } else {
    data = contents(g, g.stores.size());
  }
  Value state = states_[g.column].back();
  std::vector<Value> operands = {enable, data, state, g.place.handle};
  if (g.place.index)
    operands.push_back(g.place.index);
  llvm::SmallVector<bool> enables(touched.begin(), touched.end());
  auto written = build_.behind(operands).create<WriteOp>(
      build_.where(), state.getType(), name_.getValue(), g.column, state, enable, g.place.handle,
      data, g.place.index, enables);
  states_[g.column].push_back(written.getResult());
}

// What was noted about accesses follows the replacement of a load.
void Former::renamed(Value old, Value v) {
  auto rename = [&](Value& use) {
    if (use == old)
      use = v;
  };
  for (Access& a : accesses_)
    for (Value* use : {&a.data, &a.enable, &a.handle, &a.at})
      rename(*use);
  for (Member& m : members_)
    for (Value* use : {&m.place.handle, &m.place.index, &m.place.shift, &m.when})
      rename(*use);
  renames_[old] = v;
}

void Former::emit(Group& g) {
  for (Value* use : {&g.place.handle, &g.place.index})
    follow(*use);
  for (Place& p : g.others)
    for (Value* use : {&p.handle, &p.index})
      follow(*use);
  build_.at(g.members[0]->access->op->getLoc());
  merge_places(g, build_);
  for (Member* m : g.members) {
    if (m->access->store)
      continue;
    build_.at(m->access->op->getLoc());
    Value v = loaded(g, *m);
    Value old = m->access->op->getResult(0);
    old.replaceAllUsesWith(v);
    renamed(old, v);
  }
  if (!g.stores.empty())
    write(g);
}

// From here on each column has a chain of states of its own; the map's is left to lookups.
void Former::finish_states() {
  auto exit = mlir::cast<ExitOp>(block_.back());
  llvm::SmallVector<Value> kept;
  for (Value s : exit.getStates())
    if (mlir::cast<StateType>(s.getType()).getMap() != map_.getSymName())
      kept.push_back(s);
  for (auto& states : states_)
    if (states.size() > 1)
      kept.push_back(states.back());
  exit.getStatesMutable().assign(kept);
  for (Access& a : llvm::reverse(accesses_)) {
    if (auto store = mlir::dyn_cast<StoreOp>(a.op))
      store.getResult().replaceAllUsesWith(store.getState());
    a.op->erase();
  }
}

struct Pass : impl::FormColumnsBase<Pass> {
  void runOnOperation() override {
    for (auto program : getOperation().getOps<ProgramOp>())
      for (auto map : getOperation().getOps<MapOp>())
        if (!Former(program, map).run())
          return signalPassFailure();
    for (auto program : getOperation().getOps<ProgramOp>())
      sort_block(program.getBody().front());
  }
};

} // namespace
} // namespace pw::ir
