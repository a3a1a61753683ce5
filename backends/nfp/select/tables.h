// The maps that a program uses, and what each word of their values is used for.
#pragma once

#include "backends/nfp/code/code.h"
#include "frontend/object/object.h"

#include <llvm/IR/Function.h>

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace pw::nfp {

struct TablePlan {
  std::vector<Table> tables;
  std::map<unsigned, unsigned> of_map; // index into Object::maps -> into tables

  const Table& table(unsigned map) const { return tables[of_map.at(map)]; }
  bool counter(unsigned map, std::int64_t offset) const; // of the word with this byte
  // The same, for the place of an access. At a variable place: as the first word.
  bool counter(const llvm::Value* base, std::int64_t offset) const;
};

// Map of a lifted declaration "pw.map.find.3", "pw.event.3.0"; nullopt for another name.
std::optional<unsigned> map_of(llvm::StringRef name);
// The maps that a pointer leads into: several where code for them was merged.
std::set<unsigned> maps_of(const llvm::Value* pointer);

TablePlan plan_tables(const Object&, const llvm::Function&);

} // namespace pw::nfp
