#include "ir/schedule/order.h"

#include "ir/schedule/ports.h"

#include <map>

namespace pw::schedule {

using namespace pw::ir;

std::vector<ColumnAccesses> accesses_by_column(const Problem& p) {
  std::map<std::pair<std::string, unsigned>, ColumnAccesses> found;
  for (unsigned n = 1; n < p.nodes.size(); ++n) {
    mlir::Operation* op = p.nodes[n].op;
    auto read = mlir::dyn_cast_or_null<ReadOp>(op);
    auto write = mlir::dyn_cast_or_null<WriteOp>(op);
    if (!read && !write)
      continue;
    auto column = unsigned(read ? read.getColumn() : write.getColumn());
    ColumnAccesses& a = found[{(read ? read.getMap() : write.getMap()).str(), column}];
    a.map = map_of(op);
    a.column = column;
    (read ? a.reads : a.writes).push_back(n);
  }
  std::vector<ColumnAccesses> all;
  for (auto& [key, a] : found)
    all.push_back(std::move(a));
  return all;
}

static void add_order(Problem& p, const TableAccesses& a) {
  std::vector<AccessOp> accesses;
  for (unsigned n : a.accesses)
    accesses.push_back(mlir::cast<AccessOp>(p.nodes[n].op));
  const PortUse use(accesses);
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    for (std::size_t j = i + 1; j < accesses.size(); ++j)
      if (auto least = least_distance(accesses[i], accesses[j]))
        p.constraints.push_back({a.accesses[i], a.accesses[j], *least});
    if (auto offset = use.offset(accesses[i]))
      p.fix(a.accesses[i], p.node_of.at(use.main), *offset);
  }
}

void add_order(Problem& p) {
  for (const TableAccesses& a : accesses_by_table(p))
    add_order(p, a);
  for (unsigned n = 1; n < p.nodes.size(); ++n) {
    auto write = mlir::dyn_cast<WriteOp>(p.nodes[n].op);
    if (!write)
      continue;
    for (mlir::Operation* before : write.getState().getUsers())
      if (mlir::isa<ReadOp>(before)) {
        unsigned r = p.node_of.at(before);
        p.constraints.push_back({r, n, int(p.nodes[r].delay.latency)});
      }
    for (mlir::Operation* after : write.getResult().getUsers()) {
      if (!mlir::isa<ReadOp, WriteOp>(after))
        continue;
      unsigned m = p.node_of.at(after);
      // Of two writes in one stage the later one wins.
      p.constraints.push_back({n, m, mlir::isa<ReadOp>(after) ? 1 : 0});
    }
  }
}

std::vector<TableAccesses> accesses_by_table(const Problem& p) {
  std::map<std::string, TableAccesses> found;
  for (unsigned n = 1; n < p.nodes.size(); ++n)
    if (auto access = mlir::dyn_cast_or_null<AccessOp>(p.nodes[n].op)) {
      TableAccesses& a = found[access.getMap().str()];
      a.map = map_of(access);
      a.accesses.push_back(n);
    }
  std::vector<TableAccesses> all;
  for (auto& [key, a] : found)
    all.push_back(std::move(a));
  return all;
}

namespace {

// The longest time from the read's data to the write, or nothing if a memory lies between.
std::optional<double> loop_time(const Problem& p, unsigned read, unsigned write) {
  std::map<unsigned, double> time; // arrival at the result, by node: in dependence order
  time[read] = p.nodes[read].delay.arrival;
  for (auto at = time.begin(); at != time.end() && at->first < write; ++at)
    for (unsigned user : p.nodes[at->first].users)
      if (user <= write) {
        double& t = time[user];
        t = std::max(t, at->second +
                            (p.nodes[user].delay.latency ? 1e6 : p.nodes[user].delay.through));
      }
  auto end = time.find(write);
  if (end == time.end())
    return p.nodes[write].delay.through;
  return end->second < 1e6 ? std::optional(end->second) : std::nullopt;
}

} // namespace

namespace {

bool comes_before(ReadOp read, WriteOp write) {
  for (WriteOp w = write; w; w = w.getState().getDefiningOp<WriteOp>())
    if (w.getState() == read.getState())
      return true;
  return false;
}

} // namespace

std::vector<Fusion> possible_fusions(const Problem& p) {
  std::vector<Fusion> all;
  for (const ColumnAccesses& a : accesses_by_column(p))
    for (unsigned w : a.writes)
      for (unsigned r : a.reads) {
        bool before =
            comes_before(mlir::cast<ReadOp>(p.nodes[r].op), mlir::cast<WriteOp>(p.nodes[w].op));
        auto t = before ? loop_time(p, r, w) : std::nullopt;
        if (t && *t <= p.period)
          all.push_back({r, w});
      }
  return all;
}

} // namespace pw::schedule
