// Maps that packets insert into and delete from: lookups, updates and deletions are accesses of the
// table, in program order; what an update puts into the value is a store.
#include "ir/dialect/prefixes.h"
#include "ir/import/importer.h"

#include <cerrno>

namespace pw::ir {

using mlir::Value;
using P = mlir::arith::CmpIPredicate;
namespace arith = mlir::arith;

namespace {

bool is_hash(bpf_map_type type) {
  return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_PERCPU_HASH ||
         type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool is_lru(bpf_map_type type) {
  return type == BPF_MAP_TYPE_LRU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

} // namespace

// A lookup in an LRU map says that the entry was used, so such a map changes even if it is only
// read.
bool Importer::is_table(unsigned index) {
  const MapDefinition& m = object_.maps.at(index);
  const bool prefixes = m.type == BPF_MAP_TYPE_LPM_TRIE;
  if (m.global != GlobalData::None || (!is_hash(m.type) && !prefixes))
    return false;
  auto called = [&](const char* name) {
    llvm::Function* f = module_.getFunction(name + std::to_string(index));
    return f && !f->use_empty();
  };
  return is_lru(m.type) || called("pw.map.update.") || called("pw.map.delete.") ||
         (prefixes && looks_up_parts(index));
}

Importer::Outcome Importer::access(unsigned index, Value key, Value insert, Value remove,
                                   Value when) {
  MapOp m = map(index);
  Value& before = keys_[index];
  if (!before) {
    mlir::OpBuilder first(&program_.getBody().front(), program_.getBody().front().begin());
    before =
        first.create<StateOp>(where_, StateType::get(&context_, (m.getSymName() + ":keys").str()));
  }
  Value stamp = m.lru() ? input("packet_index", 32) : Value();
  unsigned bits = m.handle_bits();
  Value enable = when ? make<arith::AndIOp>(predicate(), when) : predicate();
  auto op = builder_.create<AccessOp>(where_, builder_.getIntegerType(bits + 1), before.getType(),
                                      mlir::FlatSymbolRefAttr::get(m.getSymNameAttr()), before,
                                      enable, key, insert, remove, stamp);
  before = op.getResult();
  access_block_[op] = block_;
  Outcome out;
  out.op = op;
  out.handle = make<BitsOp>(builder_.getIntegerType(bits), op.getOutcome(), 0);
  out.hit = make<BitsOp>(builder_.getI1Type(), op.getOutcome(), 0);
  out.found = make<BitsOp>(builder_.getI1Type(), op.getOutcome(), bits);
  if (when) { // it may come to stand for accesses of other paths, and this path looks at it anyway
    out.handle = make<arith::SelectOp>(when, out.handle, constant(bits, 0));
    out.hit = make<arith::AndIOp>(when, out.hit);
    out.found = make<arith::AndIOp>(when, out.found);
  }
  return out;
}

void Importer::need_table(unsigned index, llvm::CallInst& i) {
  MapOp m = map(index);
  if (!m.is("table"))
    throw Failure(diagnose("PW-MAP-021", "map '" + m.getSymName().str() +
                                             "' is of a type that packets can't insert into or "
                                             "delete from")
                      .at(0, source_location(location(i)))
                      .limited("hash, LRU hash and their per-CPU forms, LPM trie",
                               "map type " + std::to_string(m.getType()))
                      .help("let the host fill the map, or use a hash"));
}

// The host's list of keys: an array with the table's slots.
void Importer::keep_key(unsigned index, Value handle, Value key, Value enable) {
  auto keys = key_maps_.find(index);
  if (keys == key_maps_.end())
    return;
  store({Pointer::Kind::Map, keys->second, handle, 0, {}, {}}, key, enable);
  store_state(keys->second, handle, control::SlotState::Used, enable);
}

void Importer::forget_key(unsigned index, const Outcome& out) {
  if (auto keys = key_maps_.find(index); keys != key_maps_.end())
    store_state(keys->second, out.handle, control::SlotState::Free,
                make<arith::AndIOp>(predicate(), out.found));
}

void Importer::store_state(unsigned keys, Value handle, control::SlotState state, Value enable) {
  const std::int64_t at = map(keys).getValueBytes() - 1;
  store({Pointer::Kind::Map, keys, handle, at, {}, {}}, constant(8, unsigned(state)), enable);
}

// Flags: 0 BPF_ANY, 1 BPF_NOEXIST, 2 BPF_EXIST.
void Importer::import_update(llvm::CallInst& i, unsigned index) {
  need_table(index, i);
  Value key = value(i.getArgOperand(0)), data = value(i.getArgOperand(1));
  Value flags = value(i.getArgOperand(2)), asked = key, fits;
  Value fresh_only = compare(P::eq, flags, constant(64, BPF_NOEXIST));
  Value old_only = compare(P::eq, flags, constant(64, BPF_EXIST));
  const bool prefixes = holds_prefixes(map(index));
  if (prefixes) {
    PrefixKey prefix = prefix_key(i, false, negate(fresh_only));
    asked = prefix.key, fits = prefix.fits;
  }
  Outcome out = access(index, asked, negate(old_only), constant(1, 0), fits);
  if (!map(index).keeps_elements())
    note_replaced(index, out, negate(fresh_only));
  Value exists = make<arith::AndIOp>(fresh_only, out.found);
  Value written = make<arith::AndIOp>(out.hit, negate(exists));
  store({Pointer::Kind::Map, index, out.handle, 0, {}, {}}, data,
        make<arith::AndIOp>(predicate(), written));
  keep_key(index, out.handle, key, make<arith::AndIOp>(predicate(), written));
  auto error = [&](int number) { return constant(llvm::APInt(64, std::uint64_t(-number))); };
  Value refused = make<arith::SelectOp>(old_only, error(ENOENT), error(prefixes ? ENOSPC : E2BIG));
  Value failed = make<arith::SelectOp>(exists, error(EEXIST), refused);
  if (prefixes)
    failed = make<arith::SelectOp>(fits, failed, error(EINVAL));
  values_[&i] = make<arith::SelectOp>(written, constant(64, 0), failed);
}

void Importer::import_delete(llvm::CallInst& i, unsigned index) {
  need_table(index, i);
  auto error = [&](int number) { return constant(llvm::APInt(64, std::uint64_t(-number))); };
  Value asked = value(i.getArgOperand(0)), failed = error(ENOENT), fits;
  if (holds_prefixes(map(index))) {
    PrefixKey prefix = prefix_key(i, false, constant(1, 0));
    asked = prefix.key, fits = prefix.fits;
    failed = make<arith::SelectOp>(fits, failed, error(EINVAL));
  }
  Outcome out = access(index, asked, constant(1, 0), constant(1, 1), fits);
  forget_key(index, out);
  note_replaced(index, out, constant(1, 1));
  values_[&i] = make<arith::SelectOp>(out.found, constant(64, 0), failed);
}

} // namespace pw::ir
