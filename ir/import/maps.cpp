// Maps and their handles; inputs; the program's end.
#include "ir/dialect/prefixes.h"
#include "ir/import/importer.h"

namespace pw::ir {

using mlir::Value;
namespace arith = mlir::arith;

namespace {

const char* kind_of(bpf_map_type type) {
  switch (type) {
  case BPF_MAP_TYPE_ARRAY:
  case BPF_MAP_TYPE_PERCPU_ARRAY:
  case BPF_MAP_TYPE_QUEUE: // by slot
  case BPF_MAP_TYPE_STACK:
    return "array";
  case BPF_MAP_TYPE_DEVMAP:
  case BPF_MAP_TYPE_CPUMAP:
  case BPF_MAP_TYPE_XSKMAP:
  case BPF_MAP_TYPE_PROG_ARRAY:
  case BPF_MAP_TYPE_ARRAY_OF_MAPS:
    return "present";
  case BPF_MAP_TYPE_HASH:
  case BPF_MAP_TYPE_PERCPU_HASH:
  case BPF_MAP_TYPE_LRU_HASH:
  case BPF_MAP_TYPE_LRU_PERCPU_HASH:
  case BPF_MAP_TYPE_DEVMAP_HASH:
  case BPF_MAP_TYPE_HASH_OF_MAPS:
    return "hash";
  case BPF_MAP_TYPE_LPM_TRIE:
    return "lpm";
  default:
    return nullptr;
  }
}

} // namespace

MapOp Importer::map(unsigned index) {
  auto known = maps_.find(index);
  if (known != maps_.end())
    return known->second;
  const MapDefinition& m = object_.maps.at(index);
  const char* kind = m.global == GlobalData::None ? kind_of(m.type) : "array";
  if (is_table(index))
    kind = "table";
  if (!kind)
    throw Failure(
        diagnose("PW-MAP-020",
                 "map '" + m.name + "' is of a type that can't be built in hardware yet")
            .limited(
                "array, hash (per-CPU, LRU), LPM trie, maps of these, queue, stack, devmap, devmap "
                "hash, cpumap, xskmap, ring buffer, perf event array",
                "map type " + std::to_string(m.type))
            .help("use a map of another type in the part that is to be offloaded"));
  mlir::OpBuilder top(out_->getBody(), mlir::Block::iterator(program_));
  auto number = [&](std::uint64_t x) {
    return top.getI64IntegerAttr(static_cast<std::int64_t>(x));
  };
  auto op = top.create<MapOp>(where_, top.getStringAttr(m.name), number(index), number(m.type),
                              top.getStringAttr(kind), number(m.key_size ? m.key_size : 4),
                              number(m.value_size), number(std::max(1u, m.max_entries)),
                              mlir::ArrayAttr());
  return maps_[index] = op;
}

Value& Importer::state(unsigned index) {
  Value& s = states_[index];
  if (!s) {
    MapOp m = map(index);
    mlir::OpBuilder first(&program_.getBody().front(), program_.getBody().front().begin());
    s = first.create<StateOp>(where_, StateType::get(&context_, m.getSymName()));
  }
  return s;
}

Value Importer::one_value(unsigned index) { return constant(map(index).handle_bits(), 1); }

// Every key below the number of entries is there, and is its own slot.
Value Importer::array_handle(MapOp m, Value key) {
  unsigned slot_bits = m.handle_bits() - 1, entries = m.slots();
  Value slot = resize(key, slot_bits);
  Value hit = width_of(key) < 32 && entries >> width_of(key)
                  ? constant(1, 1)
                  : compare(arith::CmpIPredicate::ult, key, constant(width_of(key), entries));
  Value kept = make<arith::SelectOp>(hit, slot, constant(slot_bits, 0));
  return make<ConcatOp>(builder_.getIntegerType(slot_bits + 1), mlir::ValueRange{hit, kept});
}

Value Importer::find(unsigned index, Value key) {
  MapOp m = map(index);
  if (m.is("array"))
    return array_handle(m, key);
  if (m.is("table"))
    return access(index, key, constant(1, 0), constant(1, 0)).handle;
  Value before = state(index);
  return builder_.create<FindOp>(where_, builder_.getIntegerType(m.handle_bits()),
                                 mlir::FlatSymbolRefAttr::get(m.getSymNameAttr()), before,
                                 predicate(), key);
}

// A lookup. Where only the host changes prefixes and all keys are whole ones, the hardware searches
// intervals of keys, and their length is no part of it.
Value Importer::find(unsigned index, llvm::CallInst& i) {
  Value key = value(i.getArgOperand(0));
  MapOp m = map(index);
  if (holds_prefixes(m)) {
    PrefixKey prefix = prefix_key(i, true, constant(1, 0));
    return access(index, prefix.key, constant(1, 0), constant(1, 0), prefix.fits).handle;
  }
  if (!m.is("lpm"))
    return find(index, key);
  unsigned bits = width_of(key) - 32;
  if (prefix_length(i) != bits) // larger ones; as Linux: nothing is found
    return constant(m.handle_bits(), 0);
  return find(index, make<BitsOp>(builder_.getIntegerType(bits), key, 32));
}

unsigned Importer::rodata_index(const llvm::GlobalVariable& global) {
  unsigned index = 0;
  if (!global.getName().starts_with("pw.rodata.") ||
      global.getName().drop_front(sizeof("pw.rodata.") - 1).getAsInteger(10, index) ||
      index >= object_.maps.size())
    refuse(nullptr, "global variable " + global.getName().str());
  return index;
}

Value Importer::input(const char* what, unsigned width) {
  Value& v = inputs_[what];
  if (!v) {
    mlir::OpBuilder first(&program_.getBody().front(), program_.getBody().front().begin());
    v = first.create<InputOp>(where_, first.getIntegerType(width), what);
  }
  return v;
}

void Importer::import_trace(llvm::CallInst& i, unsigned format) {
  builder_.create<TraceOp>(where_, builder_.getI64IntegerAttr(format), predicate(),
                           value(i.getArgOperand(0)), value(i.getArgOperand(1)),
                           value(i.getArgOperand(2)));
}

void Importer::import_exit(llvm::CallInst& i) {
  static const unsigned widths[] = {32, 16, 16, 16, 8, 8, 32, 32, 64};
  std::vector<Value> results, states;
  for (unsigned n = 0; n < 9; ++n)
    results.push_back(resize(value(i.getArgOperand(n)), widths[n]));
  for (const auto* all : {&states_, &keys_})
    for (auto& [index, s] : *all)
      states.push_back(s);
  llvm::SmallVector<std::int64_t> fields;
  for (auto& [field, v] : changed_fields_) {
    fields.push_back(field);
    results.push_back(v);
  }
  auto exit = builder_.create<ExitOp>(where_, results, packet_, states);
  if (!fields.empty())
    exit->setAttr("skb", builder_.getDenseI64ArrayAttr(fields));
}

} // namespace pw::ir
