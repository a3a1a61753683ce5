#include "ir/passes/groups.h"

#include <algorithm>

namespace pw::ir {

using mlir::Value;

namespace {

bool same_place(const Place& a, const Place& b) {
  return a.handle == b.handle && a.index == b.index;
}

bool differ(Value a, Value b) {
  if (!a || !b)
    return false;
  auto x = constant_of(a), y = constant_of(b);
  return x && y && *x != *y;
}

bool may_alias(const Place& a, const Place& b) {
  return !differ(a.handle, b.handle) && !differ(a.index, b.index);
}

class Former {
public:
  void add(Member& m) {
    std::vector<Group>& open = open_[m.column];
    bool stale = false;
    for (std::size_t i = open.size(); i-- > 0;)
      if (!same_place(open[i].place, m.place) && !open[i].stores.empty() &&
          may_alias(open[i].place, m.place)) {
        close(m.column, i);
        stale = true;
      }
    auto mine = find(m);
    if (mine != open.end() && stale) {
      close(m.column, std::size_t(mine - open.begin()));
      mine = open.end();
    }
    if (mine == open.end())
      mine = begin(m);
    m.stores_before = mine->stores.size();
    mine->members.push_back(&m);
    if (m.access->store)
      mine->stores.push_back(&m);
  }

  std::vector<Group> take() {
    for (auto& [column, open] : open_)
      while (!open.empty())
        close(column, 0);
    return std::move(done_);
  }

private:
  std::vector<Group>::iterator find(const Member& m) {
    auto& open = open_[m.column];
    return std::find_if(open.begin(), open.end(),
                        [&](const Group& g) { return same_place(g.place, m.place); });
  }

  std::vector<Group>::iterator begin(const Member& m) {
    Group g;
    g.column = m.column;
    g.place = m.place;
    g.place.shift = {};
    g.place.byte = 0;
    g.writes_before = writes_[m.column];
    open_[m.column].push_back(std::move(g));
    return std::prev(open_[m.column].end());
  }

  void close(unsigned column, std::size_t i) {
    auto& open = open_[column];
    if (!open[i].stores.empty())
      ++writes_[column];
    done_.push_back(std::move(open[i]));
    open.erase(open.begin() + std::ptrdiff_t(i));
  }

  std::map<unsigned, std::vector<Group>> open_; // by column
  std::map<unsigned, std::size_t> writes_;
  std::vector<Group> done_;
};

} // namespace

std::vector<Group> form_groups(std::vector<Member>& members) {
  Former former;
  for (Member& m : members)
    former.add(m);
  return former.take();
}

void merge_places(Group&, Build&) {}

} // namespace pw::ir
