// Hand-built pipelines for tests: operations are put into stages by number.
#pragma once

#include "ir/pipeline.h"
#include "ir/table_reserve.h"
#include "support/table_shape.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace pw::test {

using namespace pw::pipeline;

class PipelineBuilder {
public:
  explicit PipelineBuilder(const std::string& name) {
    p_.name = name;
    p_.device = "xcu50";
  }

  void at(unsigned stage) { stage_ = stage; }
  unsigned width(ValueId v) const { return p_.values[v].width; }

  ValueId constant(unsigned width, std::uint64_t value) {
    Operation op = make(OpKind::Constant, {});
    op.stage = 0;
    op.constant = {width, std::vector<std::uint64_t>((width + 63) / 64)};
    op.constant.words[0] = value;
    return add(op, width);
  }
  ValueId input(Input input) {
    static constexpr unsigned widths[] = {16, 32, 32, 32, 64, 32, 32};
    Operation op = make(OpKind::Input, {});
    op.stage = 0;
    op.input = input;
    return add(op, widths[unsigned(input)]);
  }
  ValueId field(int offset, unsigned bytes) {
    Operation op = make(OpKind::PacketField, {});
    op.stage = 0;
    op.offset = offset;
    p_.window_bytes = std::max(p_.window_bytes, offset + bytes);
    return add(op, bytes * 8);
  }
  ValueId op(OpKind kind, std::vector<ValueId> operands, unsigned width = 0) {
    const unsigned of_operand = p_.values[operands.size() > 1 ? operands[1] : operands[0]].width;
    return add(make(kind, std::move(operands)), width ? width : of_operand);
  }
  ValueId compare(Compare how, ValueId a, ValueId b) {
    Operation op = make(OpKind::Compare, {a, b});
    op.compare = how;
    return add(op, 1);
  }
  ValueId extract(ValueId x, unsigned offset, unsigned width) {
    Operation op = make(OpKind::Extract, {x});
    op.offset = int(offset);
    return add(op, width);
  }
  ValueId find(unsigned map, ValueId enable, ValueId key) {
    Operation op = make(OpKind::MapFind, {enable, key});
    op.map = map;
    op.latency = p_.maps[map].find_latency;
    return add(op, p_.maps[map].handle_bits);
  }
  // The handle and whether the key was there before: bit handle_bits.
  ValueId access(unsigned map, std::vector<ValueId> operands) {
    if (p_.maps[map].lru)
      operands.push_back(input(Input::PacketIndex));
    Operation op = make(OpKind::MapAccess, std::move(operands));
    op.map = map;
    op.latency = p_.maps[map].find_latency;
    return add(op, p_.maps[map].handle_bits + 1);
  }
  ValueId read(unsigned map, unsigned column, std::vector<ValueId> operands) {
    Operation op = make(OpKind::MapRead, std::move(operands));
    op.map = map;
    op.column = column;
    op.latency = p_.maps[map].columns[column].read_latency;
    return add(op, p_.maps[map].columns[column].bytes * 8);
  }
  void write(unsigned map, unsigned column, std::vector<ValueId> operands,
             std::vector<bool> byte_enables = {}) {
    Operation op = make(OpKind::MapWrite, std::move(operands));
    op.map = map;
    op.column = column;
    op.byte_enables = byte_enables.empty()
                          ? std::vector<bool>(p_.maps[map].columns[column].bytes, true)
                          : byte_enables;
    p_.maps[map].columns[column].written = true;
    effect(op);
  }
  ValueId packet_read(ValueId enable, ValueId at, unsigned bytes) {
    Operation op = make(OpKind::PacketRead, {enable, at});
    op.latency = pipeline::packet_read_latency;
    return add(op, bytes * 8);
  }
  void packet_write(ValueId enable, int offset, ValueId data) {
    Operation op = make(OpKind::PacketWrite, {enable, data});
    op.offset = offset;
    for (unsigned i = 0; i < width(data) / 8; ++i)
      p_.written_bytes.push_back(offset + int(i));
    effect(op);
  }
  void trace(ValueId enable, ValueId a, ValueId b, ValueId c, const std::string& format) {
    Operation op = make(OpKind::Trace, {enable, a, b, c});
    op.format = unsigned(p_.trace_formats.size());
    p_.trace_formats.push_back(format);
    effect(op);
  }

  // Maps: the object's map of the same index has the same name.
  unsigned array(const std::string& name, unsigned value_bytes, unsigned entries,
                 std::vector<Column> columns) {
    Map map = make_map(name, BPF_MAP_TYPE_ARRAY, MapKind::Array, 4, value_bytes, entries);
    map.slots = entries;
    return add_map(map, std::move(columns), 0);
  }
  unsigned present(const std::string& name, unsigned entries) {
    Map map = make_map(name, BPF_MAP_TYPE_DEVMAP, MapKind::Present, 4, 4, entries);
    map.slots = entries;
    return add_map(map, {}, 1);
  }
  unsigned hash(const std::string& name, unsigned key_bytes, unsigned value_bytes,
                unsigned row_bits, std::vector<Column> columns) {
    Map map = make_map(name, BPF_MAP_TYPE_HASH, MapKind::Hash, key_bytes, value_bytes,
                       (4u << row_bits) * 8 / 10);
    map.ways = 4;
    map.row_bits = row_bits;
    map.slots = 4u << row_bits;
    return add_map(map, std::move(columns), 3);
  }
  unsigned table(const std::string& name, unsigned key_bytes, unsigned value_bytes,
                 unsigned entries, std::vector<Column> columns, bool lru = false) {
    Map map = make_map(name, lru ? BPF_MAP_TYPE_LRU_HASH : BPF_MAP_TYPE_HASH, MapKind::Table,
                       key_bytes, value_bytes, entries);
    map.slots = entries;
    map.lru = lru;
    return add_map(map, std::move(columns), 4);
  }
  static Column column(unsigned offset, unsigned bytes, unsigned count = 1, unsigned latency = 1) {
    Column c;
    c.offset = offset;
    c.bytes = bytes;
    c.count = count;
    c.memory = latency == 1 ? Memory::Distributed : Memory::Block;
    c.read_latency = latency;
    return c;
  }

  void region(unsigned first, unsigned last, std::vector<Interlock> interlocks = {}) {
    Region region;
    region.first_stage = first;
    region.last_stage = last;
    region.interlocks = std::move(interlocks);
    region.fifo_depth = p_.regions.empty() ? 0 : 16;
    p_.regions.push_back(region);
    p_.stages = last + 1;
  }

  // The rest of Result is as for a program that neither moves nor redirects.
  Result& result() { return p_.result; }
  Pipeline finish() {
    if (p_.regions.empty())
      region(0, std::max(stage_, deepest_));
    at(0);
    Result& r = p_.result;
    complete(r.retval, 32, XDP_PASS);
    p_.moves_head = r.head != no_value;
    complete(r.head, 16, 0);
    p_.moves_tail = r.tail != no_value;
    if (r.tail == no_value)
      r.tail = input(Input::Length);
    complete(r.fill, 16, 65535);
    complete(r.trap, 8, 0);
    complete(r.redirect_map, 8, 0);
    complete(r.redirect_key, 32, 0);
    complete(r.redirect_ifindex, 32, 0);
    complete(r.redirect_flags, 64, 0);
    std::sort(p_.written_bytes.begin(), p_.written_bytes.end());
    p_.written_bytes.erase(std::unique(p_.written_bytes.begin(), p_.written_bytes.end()),
                           p_.written_bytes.end());
    p_.window_bytes = std::max(p_.window_bytes, 1u);
    fill_uses();
    shape_tables();
    return p_;
  }

private:
  Operation make(OpKind kind, std::vector<ValueId> operands) const {
    Operation op;
    op.kind = kind;
    op.operands = std::move(operands);
    op.stage = stage_;
    return op;
  }
  ValueId add(Operation op, unsigned width) {
    op.result = ValueId(p_.values.size());
    Value value;
    value.width = width;
    value.defined = op.stage + op.latency;
    deepest_ = std::max(deepest_, value.defined);
    p_.values.push_back(value);
    p_.operations.push_back(std::move(op));
    return ValueId(p_.values.size() - 1);
  }
  void effect(Operation op) {
    deepest_ = std::max(deepest_, op.stage);
    p_.operations.push_back(std::move(op));
  }
  void complete(ValueId& result, unsigned width, std::uint64_t value) {
    if (result == no_value)
      result = constant(width, value);
  }
  Map make_map(const std::string& name, bpf_map_type type, MapKind kind, unsigned key_bytes,
               unsigned value_bytes, unsigned entries) const {
    Map map;
    map.object_index = unsigned(p_.maps.size());
    map.name = name;
    map.type = type;
    map.kind = kind;
    map.key_bytes = key_bytes;
    map.value_bytes = value_bytes;
    map.max_entries = entries;
    return map;
  }
  unsigned add_map(Map map, std::vector<Column> columns, unsigned find_latency) {
    map.columns = std::move(columns);
    map.find_latency = find_latency;
    map.handle_bits = 1;
    while ((1u << (map.handle_bits - 1)) < map.slots)
      ++map.handle_bits;
    p_.maps.push_back(map);
    return unsigned(p_.maps.size() - 1);
  }
  void shape_tables() {
    for (unsigned m = 0; m < p_.maps.size(); ++m) {
      Map& map = p_.maps[m];
      if (map.kind != MapKind::Table)
        continue;
      const TableShape shape = table_shape(map.max_entries, table_reserve(p_, m));
      map.ways = shape.ways;
      map.places = shape.places;
      map.row_bits = shape.row_bits;
      map.stash = shape.stash;
    }
  }
  void fill_uses() {
    for (Value& value : p_.values)
      value.last_use = value.defined;
    auto use = [&](ValueId v, unsigned stage) {
      p_.values[v].last_use = std::max(p_.values[v].last_use, stage);
    };
    for (const Operation& op : p_.operations)
      for (const ValueId v : op.operands)
        use(v, op.kind == OpKind::PacketWrite ? p_.stages - 1 : op.stage);
    for (const Region& region : p_.regions)
      for (const Interlock& interlock : region.interlocks)
        for (const ValueId v : interlock.handles)
          use(v, region.first_stage);
    const Result& r = p_.result;
    for (const ValueId v : {r.retval, r.head, r.tail, r.fill, r.trap, r.redirect_map,
                            r.redirect_key, r.redirect_ifindex, r.redirect_flags})
      use(v, p_.stages - 1);
  }

  Pipeline p_;
  unsigned stage_ = 0, deepest_ = 0;
};

} // namespace pw::test
