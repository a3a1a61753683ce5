#include "tests/backends/verilog/builder.h"

#include "ir/table_reserve.h"
#include "support/table_shape.h"

#include <algorithm>
#include <bit>

namespace pw::test {
using namespace pipeline;

Builder::Builder(std::string name, unsigned stages, unsigned window_bytes) {
  p_.name = std::move(name);
  p_.device = "xcu50";
  p_.stages = stages;
  p_.window_bytes = window_bytes;
  p_.regions = {{0, stages - 1, 0, {}}};
}

Builder& Builder::line(unsigned number, std::string text) {
  location_ = {"prog.c", number, 3, std::move(text)};
  return *this;
}

Operation& Builder::add(OpKind kind, std::vector<ValueId> operands) {
  Operation op;
  op.kind = kind;
  op.operands = std::move(operands);
  op.stage = stage_;
  op.location = location_;
  for (ValueId v : op.operands)
    p_.values[v].last_use = std::max(p_.values[v].last_use, stage_);
  p_.operations.push_back(std::move(op));
  return p_.operations.back();
}

Builder::ValueId Builder::result(Operation& op, unsigned width, std::string hint) {
  op.result = static_cast<ValueId>(p_.values.size());
  p_.values.push_back({width, op.stage + op.latency, op.stage + op.latency, std::move(hint)});
  return op.result;
}

Builder::ValueId Builder::constant(unsigned width, std::uint64_t value) {
  Operation& op = add(OpKind::Constant, {});
  op.constant = {width, std::vector<std::uint64_t>((width + 63) / 64)};
  op.constant.words[0] = value;
  return result(op, width, "");
}

Builder::ValueId Builder::input(Input which, unsigned width) {
  Operation& op = add(OpKind::Input, {});
  op.input = which;
  return result(op, width, "");
}

Builder::ValueId Builder::field(int offset, unsigned bytes, std::string hint) {
  Operation& op = add(OpKind::PacketField, {});
  op.offset = offset;
  return result(op, 8 * bytes, std::move(hint));
}

Builder::ValueId Builder::op(OpKind kind, unsigned width, std::vector<ValueId> operands,
                             std::string hint) {
  return result(add(kind, std::move(operands)), width, std::move(hint));
}

Builder::ValueId Builder::compare(Compare how, ValueId a, ValueId b, std::string hint) {
  Operation& op = add(OpKind::Compare, {a, b});
  op.compare = how;
  return result(op, 1, std::move(hint));
}

Builder::ValueId Builder::extract(ValueId from, unsigned offset, unsigned width) {
  Operation& op = add(OpKind::Extract, {from});
  op.offset = static_cast<int>(offset);
  return result(op, width, "");
}

Builder::ValueId Builder::find(unsigned map, ValueId enable, ValueId key, std::string hint) {
  Operation& op = add(OpKind::MapFind, {enable, key});
  op.map = map;
  op.latency = p_.maps[map].find_latency;
  return result(op, p_.maps[map].handle_bits, std::move(hint));
}

Builder::ValueId Builder::access(unsigned map, ValueId enable, ValueId key, ValueId insert,
                                 ValueId remove, std::string hint) {
  std::vector<ValueId> operands = {enable, key, insert, remove};
  if (p_.maps[map].lru)
    operands.push_back(input(Input::PacketIndex, 32));
  Operation& op = add(OpKind::MapAccess, operands);
  op.map = map;
  op.latency = p_.maps[map].find_latency;
  return result(op, p_.maps[map].handle_bits + 1, std::move(hint));
}

Builder::ValueId Builder::look(unsigned map, unsigned port, ValueId enable, ValueId key,
                               ValueId remove) {
  std::vector<ValueId> operands = {enable, key, constant(1, 0), remove};
  if (p_.maps[map].lru)
    for (const Operation& other : p_.operations)
      if (other.kind == OpKind::MapAccess && other.map == map && other.port == 0)
        operands.resize(4), operands.push_back(other.operands.back());
  Operation& op = add(OpKind::MapAccess, operands);
  op.map = map;
  op.port = port;
  op.latency = access_latency(p_.maps[map], port);
  return result(op, p_.maps[map].handle_bits + 1, "");
}

Builder::ValueId Builder::read(unsigned map, unsigned column, ValueId enable, ValueId handle,
                               std::string hint) {
  Operation& op = add(OpKind::MapRead, {enable, handle});
  op.map = map;
  op.column = column;
  op.latency = p_.maps[map].columns[column].read_latency;
  return result(op, 8 * p_.maps[map].columns[column].bytes, std::move(hint));
}

void Builder::write(unsigned map, unsigned column, ValueId enable, ValueId handle, ValueId data) {
  Operation& op = add(OpKind::MapWrite, {enable, handle, data});
  op.map = map;
  op.column = column;
  op.byte_enables.assign(p_.maps[map].columns[column].bytes, true);
}

Builder::ValueId Builder::packet_read(ValueId enable, ValueId at, unsigned bytes,
                                      std::string hint) {
  Operation& op = add(OpKind::PacketRead, {enable, at});
  op.latency = pipeline::packet_read_latency;
  return result(op, 8 * bytes, std::move(hint));
}

void Builder::packet_write(int offset, ValueId enable, ValueId data) {
  add(OpKind::PacketWrite, {enable, data}).offset = offset;
}

void Builder::trace(ValueId enable, ValueId a, ValueId b, ValueId c, std::string format) {
  add(OpKind::Trace, {enable, a, b, c}).format = static_cast<unsigned>(p_.trace_formats.size());
  p_.trace_formats.push_back(std::move(format));
}

unsigned Builder::array(std::string name, unsigned entries, unsigned value_bytes,
                        std::vector<Column> columns) {
  Map m;
  m.object_index = static_cast<unsigned>(p_.maps.size());
  m.name = std::move(name);
  m.type = BPF_MAP_TYPE_ARRAY;
  m.key_bytes = 4;
  m.value_bytes = value_bytes;
  m.max_entries = m.slots = entries;
  m.handle_bits = 1 + static_cast<unsigned>(std::bit_width(entries - 1));
  m.columns = std::move(columns);
  p_.maps.push_back(std::move(m));
  return static_cast<unsigned>(p_.maps.size()) - 1;
}

unsigned Builder::present(std::string name, unsigned entries, std::vector<Column> columns,
                          unsigned latency) {
  unsigned i = array(std::move(name), entries, 4, std::move(columns));
  p_.maps[i].kind = MapKind::Present;
  p_.maps[i].type = BPF_MAP_TYPE_DEVMAP;
  p_.maps[i].find_latency = latency;
  return i;
}

unsigned Builder::hash(std::string name, unsigned key_bytes, unsigned ways, unsigned row_bits,
                       unsigned value_bytes, std::vector<Column> columns) {
  unsigned i = array(std::move(name), ways << row_bits, value_bytes, std::move(columns));
  p_.maps[i].kind = MapKind::Hash;
  p_.maps[i].type = BPF_MAP_TYPE_HASH;
  p_.maps[i].key_bytes = key_bytes;
  p_.maps[i].ways = ways;
  p_.maps[i].row_bits = row_bits;
  p_.maps[i].max_entries = p_.maps[i].slots / 2;
  p_.maps[i].find_latency = 3;
  return i;
}

unsigned Builder::table(std::string name, unsigned key_bytes, unsigned entries,
                        unsigned value_bytes, bool lru, std::vector<Column> columns) {
  unsigned i = array(std::move(name), entries, value_bytes, std::move(columns));
  p_.maps[i].kind = MapKind::Table;
  p_.maps[i].type = lru ? BPF_MAP_TYPE_LRU_HASH : BPF_MAP_TYPE_HASH;
  p_.maps[i].key_bytes = key_bytes;
  p_.maps[i].lru = lru;
  p_.maps[i].find_latency = 4;
  return i;
}

void Builder::regions(std::vector<unsigned> starts, unsigned depth) {
  unsigned last = p_.stages - 1;
  for (unsigned start : starts) {
    p_.regions.back().last_stage = start - 1;
    p_.regions.push_back({start, last, depth, {}});
  }
}

Pipeline Builder::finish(ValueId retval) {
  stage_ = 0;
  auto& r = p_.result;
  ValueId length = input(Input::Length, 16);
  r.retval = retval;
  auto otherwise = [&](ValueId& v, ValueId value) { v = v == no_value ? value : v; };
  otherwise(r.head, constant(16, 0));
  otherwise(r.tail, length);
  otherwise(r.fill, length);
  otherwise(r.trap, constant(8, 0));
  otherwise(r.redirect_map, constant(8, 0));
  otherwise(r.redirect_key, constant(32, 0));
  otherwise(r.redirect_ifindex, constant(32, 0));
  otherwise(r.redirect_flags, constant(64, 0));
  for (ValueId v : {r.retval, r.head, r.tail, r.fill, r.trap, r.redirect_map, r.redirect_key,
                    r.redirect_ifindex, r.redirect_flags})
    p_.values[v].last_use = p_.stages - 1;
  for (unsigned m = 0; m < p_.maps.size(); ++m)
    if (Map& map = p_.maps[m]; map.kind == MapKind::Table) {
      TableShape shape = table_shape(map.max_entries, table_reserve(p_, m));
      map.ways = shape.ways, map.places = shape.places, map.row_bits = shape.row_bits;
      map.stash = shape.stash;
    }
  return p_;
}

Pipeline pass_all() {
  Builder b("pass_all", 1, 0);
  return b.finish(b.constant(32, 2));
}

Pipeline swap_and_drop() {
  Builder b("swap_and_drop", 2, 14);
  b.line(10, "if (eth->h_proto != bpf_htons(ETH_P_IP))");
  ValueId type = b.field(12, 2, "h_proto");
  ValueId is_ip = b.compare(Compare::Eq, type, b.constant(16, 0x0008), "is_ip");
  b.line(13, "__builtin_memcpy(eth->h_dest, eth->h_source, 6);");
  ValueId dest = b.field(0, 6, "h_dest"), source = b.field(6, 6, "h_source");
  b.stage(1);
  b.packet_write(0, is_ip, source);
  b.packet_write(6, is_ip, dest);
  b.line(16, "return XDP_TX;");
  ValueId verdict =
      b.op(OpKind::Select, 32, {is_ip, b.constant(32, 3), b.constant(32, 1)}, "verdict");
  return b.finish(verdict);
}

Pipeline count_protocols() {
  Builder b("count_protocols", 3, 24);
  unsigned map = b.array("counters", 256, 8, {{0, 8, 1, true, Memory::Distributed, 1}});
  ValueId one = b.constant(1, 1);
  ValueId key = b.op(OpKind::Zext, 32, {b.field(23, 1, "protocol")}, "key");
  ValueId entry = b.find(map, one, key, "entry");
  ValueId count = b.read(map, 0, one, entry, "count");
  b.stage(1);
  ValueId next = b.op(OpKind::Add, 64, {count, b.constant(64, 1)}, "next");
  b.write(map, 0, one, entry, next);
  b.trace(b.compare(Compare::Eq, b.extract(next, 0, 3), b.constant(3, 0)), next, b.constant(64, 0),
          b.constant(64, 7), "count %llu");
  b.stage(2);
  ValueId low = b.extract(
      next, 0, 2); // the verdict tells the count: 0 aborts, 1 drops, 2 passes, 3 transmits
  ValueId verdict = b.op(OpKind::Zext, 32, {low}, "verdict");
  return b.finish(verdict);
}

Pipeline count_with_interlock() {
  Builder b("count_with_interlock", 7, 24);
  b.regions({2}, 16);
  unsigned map = b.array("counters", 16, 8, {{4, 4, 1, true, Memory::Block, 2}});
  ValueId one = b.constant(1, 1);
  ValueId low = b.extract(b.field(23, 1, "protocol"), 0, 5);
  ValueId entry = b.find(map, one, b.op(OpKind::Zext, 32, {low}, "key"), "entry");
  ValueId hit = b.extract(entry, 0, 1);
  b.stage(2);
  ValueId count = b.read(map, 0, hit, entry, "count");
  b.stage(4);
  ValueId squared = b.op(OpKind::Mul, 32, {count, count}, "squared");
  b.pipeline().operations.back().latency = 1;
  b.pipeline().values[squared].defined = 5;
  b.stage(5);
  ValueId next = b.op(OpKind::Add, 32, {squared, b.constant(32, 1)}, "next");
  b.write(map, 0, hit, entry, next);
  b.stage(6);
  b.packet_write(18, hit, next);
  b.pipeline().regions[1].interlocks.push_back({map, 3, {entry}});
  return b.finish(b.constant(32, 2));
}

Pipeline hash_lookup() {
  Builder b("hash_lookup", 7, 40);
  unsigned map =
      b.hash("flows", 12, 4, 5, 8,
             {{0, 4, 1, false, Memory::Block, 2}, {4, 2, 2, true, Memory::Distributed, 1}});
  unsigned ports = b.present("ports", 5, {{0, 4, 1, false, Memory::Distributed, 1}}, 1);
  ValueId one = b.constant(1, 1);
  ValueId key = b.field(26, 12, "key");
  ValueId flow = b.find(map, one, key, "flow");
  ValueId index = b.op(OpKind::Zext, 32, {b.extract(b.field(38, 1), 0, 3)}, "port");
  ValueId port = b.find(ports, one, index, "port_entry");
  b.stage(3);
  ValueId hit = b.extract(flow, 0, 1);
  ValueId action = b.read(map, 0, hit, flow, "action");
  ValueId word = b.extract(index, 0, 1);
  ValueId uses = b.read(map, 1, hit, flow, "uses");
  b.pipeline().operations.back().operands.push_back(word);
  b.stage(4);
  ValueId more = b.op(OpKind::Add, 16, {uses, b.constant(16, 1)}, "more");
  b.write(map, 1, hit, flow, more);
  b.pipeline().operations.back().operands.push_back(word);
  ValueId there = b.extract(port, 0, 1);
  ValueId device = b.read(ports, 0, there, port, "device");
  b.stage(5);
  ValueId verdict = b.op(OpKind::Select, 32, {hit, action, b.constant(32, 1)}, "verdict");
  b.pipeline().result.redirect_ifindex = device;
  b.pipeline().result.redirect_key = index;
  b.pipeline().result.redirect_map = b.constant(8, 2);
  return b.finish(verdict);
}

Pipeline flow_table() {
  Builder b("flow_table", 8, 38);
  b.regions({1}, 16);
  unsigned map = b.table("flows", 13, 100, 8, false, {{0, 8, 1, true, Memory::Distributed, 1}});
  ValueId one = b.constant(1, 1), nothing = b.constant(1, 0);
  ValueId protocol = b.field(23, 1, "protocol");
  ValueId key = b.op(OpKind::Concat, 104, {b.field(26, 12), protocol}, "flow");
  ValueId ends = b.compare(Compare::Eq, protocol, b.constant(8, 5), "ends");
  b.stage(1);
  ValueId entry = b.access(map, one, key, b.op(OpKind::Xor, 1, {ends, one}), ends, "entry");
  b.stage(5);
  ValueId hit = b.extract(entry, 0, 1), found = b.extract(entry, 8, 1);
  ValueId handle = b.extract(entry, 0, 8);
  ValueId count = b.read(map, 0, found, handle, "count");
  b.stage(6);
  ValueId next = b.op(OpKind::Add, 64, {count, b.constant(64, 1)}, "next");
  b.write(map, 0, hit, handle, next);
  b.stage(7);
  b.packet_write(30, hit, next);
  b.trace(nothing, next, next, next, "%llu");
  return b.finish(b.op(OpKind::Select, 32, {hit, b.constant(32, 2), b.constant(32, 1)}, "verdict"));
}

Pipeline two_accesses() {
  Builder b("two_accesses", 12, 38);
  unsigned map = b.table("seen", 4, 1, 4, true, {{0, 4, 1, true, Memory::Distributed, 1}});
  unsigned wide = b.table("wide", 64, 1000, 4, true, {});
  ValueId one = b.constant(1, 1), nothing = b.constant(1, 0);
  ValueId key = b.field(26, 4, "source");
  ValueId first = b.access(map, one, key, nothing, nothing, "first");
  b.access(wide, one, b.op(OpKind::Zext, 512, {key}), one, nothing);
  b.stage(5);
  ValueId absent = b.op(OpKind::Xor, 1, {b.extract(first, 0, 1), one}, "absent");
  ValueId low = b.extract(b.field(30, 1), 0, 1);
  ValueId second =
      b.access(map, low, key, absent, b.op(OpKind::And, 1, {low, b.extract(key, 0, 1)}), "second");
  b.stage(9);
  ValueId hit = b.extract(second, 0, 1);
  b.write(map, 0, hit, b.extract(second, 0, b.pipeline().maps[map].handle_bits), key);
  b.pipeline().regions[0].interlocks.push_back({map, 5, {}});
  return b.finish(b.op(OpKind::Zext, 32, {hit}, "verdict"));
}

Pipeline few_heads() {
  Builder b("few_heads", 2, 20);
  ValueId what = b.field(14, 1, "what"), other = b.field(15, 1, "other");
  ValueId push = b.extract(what, 0, 1), pop = b.extract(what, 1, 1), both = b.extract(what, 2, 1);
  ValueId pulled = b.op(OpKind::Select, 16, {pop, b.constant(16, 14), b.constant(16, 0)});
  ValueId head = b.op(OpKind::Select, 16, {push, b.constant(16, 0xffec), pulled}, "head");
  ValueId sign =
      b.op(OpKind::Sext, 32, {b.op(OpKind::Select, 3, {both, b.constant(3, 5), b.constant(3, 2)})});
  b.stage(1);
  ValueId large = b.compare(Compare::Ult, b.constant(8, 99), other);
  ValueId small = b.compare(Compare::Ult, other, b.constant(8, 50));
  ValueId verdict =
      b.op(OpKind::Mux, 3, {large, b.constant(3, 2), small, b.constant(3, 3)}, "verdict");
  b.packet_write(-20, push, b.constant(64, 0x1122334455667788));
  b.packet_write(-12, push, b.constant(64, 0x99aabbccddeeff00));
  b.packet_write(
      -4, push,
      b.op(OpKind::Select, 32, {both, b.constant(32, 0xffff0000), b.constant(32, 0x00ff0000)}));
  auto& r = b.pipeline().result;
  r.head = head;
  r.redirect_key = sign;
  r.redirect_ifindex = b.op(OpKind::Select, 32, {both, b.constant(32, 7), b.constant(32, 7)});
  b.pipeline().moves_head = true;
  return b.finish(b.op(OpKind::Zext, 32, {verdict}, "retval"));
}

// A value laid into the packet at the place that a byte tells, then another one, then one at a
// fixed place.
Pipeline many_writers() {
  Builder b("many_writers", 2, 40);
  ValueId place = b.field(14, 1, "place"), data = b.field(20, 4, "data"),
          more = b.field(24, 2, "more");
  for (unsigned at = 0; at < 12; ++at)
    b.packet_write(static_cast<int>(26 + at),
                   b.compare(Compare::Eq, b.extract(place, 0, 4), b.constant(4, at)), data);
  b.stage(1);
  for (unsigned at = 0; at < 8; ++at)
    for (unsigned twice = 0; twice < 2; ++twice)
      b.packet_write(static_cast<int>(30 + at / 2),
                     b.compare(Compare::Eq, b.extract(place, 3 + twice, 4), b.constant(4, at)),
                     more);
  b.packet_write(32, b.extract(place, 7, 1), b.constant(8, 0x5a));
  ValueId verdict = b.op(OpKind::Zext, 32, {b.field(18, 1, "verdict")}, "retval");
  return b.finish(verdict);
}

Pipeline move_head() {
  Builder b("move_head", 3, 20);
  // Bytes 14 and 15: head; bytes 16 and 17: tail relative to the length; byte 18: verdict; all
  // little-endian.
  ValueId head = b.field(14, 2, "move"), change = b.field(16, 2, "change");
  ValueId length = b.input(Input::Length, 16);
  b.stage(1);
  ValueId tail = b.op(OpKind::Add, 16, {length, change}, "tail");
  ValueId shorter = b.compare(Compare::Slt, tail, length, "shorter");
  ValueId fill = b.op(OpKind::Select, 16, {shorter, tail, length}, "fill");
  b.stage(2);
  ValueId grown = b.compare(Compare::Slt, head, b.constant(16, 0), "grown");
  b.packet_write(-20, grown, b.constant(64, 0x1122334455667788));
  b.packet_write(-2, grown, b.constant(32, 0xaabbccdd));
  b.packet_write(62, b.compare(Compare::Slt, b.constant(16, 66), tail), b.constant(32, 0x01020304));
  ValueId verdict = b.op(OpKind::Zext, 32, {b.field(18, 1, "verdict")}, "retval");
  auto& r = b.pipeline().result;
  r.head = head;
  r.tail = tail;
  r.fill = fill;
  b.pipeline().moves_head = b.pipeline().moves_tail = true;
  return b.finish(verdict);
}

// Bytes 14 and 15 (little-endian) are a coordinate, the bytes found there the next one, in another
// region.
Pipeline read_anywhere() {
  Builder b("read_anywhere", 14, 18);
  ValueId first = b.field(14, 2, "first"), parity = b.extract(b.field(16, 1), 0, 1);
  ValueId always = b.constant(1, 1);
  b.stage(1);
  ValueId near = b.packet_read(always, first, 5, "near");
  ValueId odd = b.packet_read(parity, b.op(OpKind::Add, 16, {first, b.constant(16, 1)}), 1, "odd");
  b.stage(5);
  b.packet_write(0, always, near);
  b.packet_write(5, always, odd);
  b.stage(8);
  ValueId far = b.packet_read(always, b.extract(near, 0, 16), b.pipeline().bus_bytes, "far");
  b.stage(12);
  b.packet_write(18, b.compare(Compare::Ult, b.constant(16, 82), b.input(Input::Length, 16)), far);
  ValueId verdict = b.op(OpKind::And, 8, {b.extract(far, 0, 8), b.constant(8, 3)});
  b.regions({7}, 16);
  return b.finish(b.op(OpKind::Zext, 32, {verdict}, "retval"));
}

namespace {

// One result a slot, 8 bytes each, laid into the packet from byte 64 on.
void store(Builder& b, unsigned slot, ValueId v) {
  unsigned width = b.pipeline().values[v].width;
  ValueId wide = width < 64   ? b.op(OpKind::Zext, 64, {v})
                 : width > 64 ? b.extract(v, width - 64, 64)
                              : v;
  b.packet_write(static_cast<int>(64 + 8 * slot), b.constant(1, 1), wide);
}

} // namespace

Pipeline all_operations() {
  Builder b("all_operations", 4, 64);
  unsigned slot = 0;
  for (unsigned bytes : {1u, 3u, 8u, 20u}) {
    unsigned w = 8 * bytes;
    b.stage(slot % 4);
    ValueId x = b.field(0, bytes, "x"), y = b.field(20, bytes, "y");
    ValueId small = b.op(OpKind::And, w, {y, b.constant(w, 0x3f)}, "small");
    for (OpKind kind :
         {OpKind::Add, OpKind::Sub, OpKind::Mul, OpKind::And, OpKind::Or, OpKind::Xor})
      store(b, slot++, b.op(kind, w, {x, y}));
    for (OpKind kind : {OpKind::Shl, OpKind::Lshr, OpKind::Ashr}) {
      store(b, slot++, b.op(kind, w, {x, small}, "any"));
      store(b, slot++, b.op(kind, w, {x, y}, "far"));
      store(b, slot++, b.op(kind, w, {x, b.constant(w, 5)}, "five"));
      store(b, slot++, b.op(kind, w, {x, b.constant(w, w)}, "all"));
    }
    std::vector<ValueId> bits;
    for (Compare how :
         {Compare::Eq, Compare::Ne, Compare::Ult, Compare::Ule, Compare::Slt, Compare::Sle}) {
      bits.push_back(b.compare(how, x, y));
      bits.push_back(b.compare(how, x, b.constant(w, 0)));
      bits.push_back(b.compare(how, b.constant(w, 0), x));
    }
    ValueId less = bits[6], not_less = b.op(OpKind::Xor, 1, {less, b.constant(1, 1)}, "not_less");
    store(b, slot++, b.op(OpKind::Concat, static_cast<unsigned>(bits.size()), bits, "compared"));
    store(b, slot++, b.op(OpKind::Select, w, {less, x, y}));
    store(b, slot++, b.op(OpKind::Mux, w, {less, x, not_less, y}));
    store(b, slot++, b.op(OpKind::Sext, w + 13, {x}));
    store(b, slot++, b.op(OpKind::Trunc, w - 3, {x}));
  }
  return b.finish(b.constant(32, 2));
}

} // namespace pw::test
