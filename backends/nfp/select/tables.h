// The maps that a program uses, and what each word of their values is used for.
#pragma once

#include "backends/nfp/code/code.h"
#include "frontend/object/object.h"

#include <llvm/IR/Function.h>

#include <map>
#include <vector>

namespace pw::nfp {

struct TablePlan {
  std::vector<Table> tables;
  std::map<unsigned, unsigned> of_map; // index into Object::maps -> into tables

  const Table& table(unsigned map) const { return tables[of_map.at(map)]; }
  bool counter(unsigned map, std::int64_t offset) const; // of the word with this byte
};

// Map of a lifted declaration "pw.map.find.3"; nullopt for another name.
std::optional<unsigned> map_of(llvm::StringRef name);
// The map that a pointer leads into.
std::optional<unsigned> map_of(const llvm::Value* pointer);

TablePlan plan_tables(const Object&, const llvm::Function&);

} // namespace pw::nfp
