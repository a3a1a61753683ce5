// Access points: accesses of one column by one handle, from the first to where another handle that
// may name the same entry needs the column.
#pragma once

#include "ir/passes/build.h"
#include "ir/passes/columns.h"

namespace pw::ir {

// Where in a column an access goes.
struct Place {
  mlir::Value handle;
  mlir::Value index; // which word; null if there is one
  unsigned byte = 0; // within the word
  mlir::Value shift; // further bytes within the word, known at run time; null if none
};

struct Member {
  const Access* access;
  unsigned column;
  Place place;
  std::size_t stores_before = 0; // of its group, when it is reached
  mlir::Value when = {}; // if not null, in place of the enable: that this place is the one that
                         // counts, said without what its group reads

  mlir::Value counts() const { return when ? when : access->enable; }
};

struct Group {
  unsigned id = 0;
  unsigned column = 0;
  Place place;
  std::vector<Place> others; // of accesses on paths that exclude those of `place`
  std::vector<Member*> members, stores;
  bool alone = false;                        // takes no other places
  mlir::Value word;                          // what was read
  std::pair<std::size_t, mlir::Value> known; // contents after so many stores
  std::size_t writes_before = 0;             // writes of the column that its read comes after
};

// In the order of their writes. merge: the columns for which accesses on paths that
// exclude each other share one access point, though their handles differ.
std::vector<Group> form_groups(std::vector<Member>& members, const std::vector<bool>& merge);

// Gives a group that was merged from several handles the one that counts.
void merge_places(Group&, Build&);

} // namespace pw::ir
