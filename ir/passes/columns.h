// Cutting a map's value into columns: which bytes belong together, and how an access finds its
// word.
#pragma once

#include "ir/dialect/dialect.h"

#include <optional>
#include <vector>

namespace pw::ir {

// A load or store of map value bytes, before columns are formed.
struct Access {
  mlir::Operation* op = nullptr;
  bool store = false;
  mlir::Value handle, enable, data;
  mlir::Value at;                 // variable part of the offset, 0, stride, ...; null if constant
  std::int64_t low = 0, high = 0; // bytes [low, high) of the value that it may touch
  unsigned bytes = 0;
  std::uint64_t stride = 0; // of `at`

  explicit Access(mlir::Operation*);
};

struct CutColumn {
  std::int64_t offset = 0;
  unsigned bytes = 0, count = 1;
  std::int64_t end() const { return offset + std::int64_t(bytes) * count; }
};

struct Cut {
  std::vector<CutColumn> columns;
  std::vector<unsigned> column_of; // by access
  mlir::Operation* bad = nullptr;  // an access that fits no column
};

// Stores of the whole value become stores of its fields.
void split_whole_stores(mlir::Block&, MapOp);

Cut cut_columns(const std::vector<Access>&, std::int64_t value_bytes);

} // namespace pw::ir
