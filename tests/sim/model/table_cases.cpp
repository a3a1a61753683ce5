// Pipelines with tables whose keys come and go with packets.
#include "tests/sim/model/table_cases.h"

#include "sim/tables/table_hash.h"
#include "tests/sim/model/builder.h"

namespace pw::test {

namespace {

using B = PipelineBuilder;

ValueId long_enough(B& b, unsigned bytes) {
  return b.compare(Compare::Ule, b.constant(16, bytes), b.input(Input::Length));
}

ValueId protocol_is(B& b, unsigned protocol) {
  return b.compare(Compare::Eq, b.field(23, 1), b.constant(8, protocol));
}

ValueId flow(B& b) { return b.op(OpKind::Concat, {b.field(26, 4), b.field(23, 1)}, 40); }

ValueId both(B& b, ValueId x, ValueId y) { return b.op(OpKind::And, {x, y}, 1); }
ValueId no(B& b, ValueId x) { return b.op(OpKind::Xor, {x, b.constant(1, 1)}, 1); }

struct Entry {
  ValueId handle, hit, found;
};

Entry entry_of(B& b, ValueId result) {
  const unsigned bits = b.width(result) - 1;
  return {b.extract(result, 0, bits), b.extract(result, 0, 1), b.extract(result, bits, 1)};
}

// Counts in column 0, from 1 for a new entry, in stage `at` and the one behind it.
void count(B& b, unsigned map, const Entry& entry, unsigned at) {
  b.at(at);
  const ValueId old = b.read(map, 0, {entry.hit, entry.handle});
  b.at(at + 1);
  const ValueId more = b.op(OpKind::Add, {old, b.constant(64, 1)});
  const ValueId next = b.op(OpKind::Select, {entry.found, more, b.constant(64, 1)}, 64);
  b.write(map, 0, {entry.hit, entry.handle, next});
  b.packet_write(entry.hit, 0, next);
  b.result().retval =
      b.op(OpKind::Select, {entry.hit, b.constant(32, XDP_PASS), b.constant(32, XDP_TX)}, 32);
}

MapState some_flows(const std::string& name, unsigned number, unsigned value_bytes = 8) {
  MapState maps;
  for (unsigned i = 0; i < number; ++i) {
    std::vector<std::uint8_t> value(value_bytes);
    value[0] = value.back() = std::uint8_t(i);
    maps[name][{std::uint8_t(i % 4), std::uint8_t(i / 4 % 2), 0, 10, 6}] = value;
  }
  return maps;
}

} // namespace

Case table_counter(const std::string& name, unsigned entries, bool lru, unsigned given) {
  B b(name);
  const unsigned map = b.table("flows", 5, 8, entries, {B::column(0, 8)}, lru);
  const ValueId whole = long_enough(b, 30);
  const ValueId result = b.access(map, {whole, flow(b), b.constant(1, 1), b.constant(1, 0)});
  b.at(4);
  const Entry entry = entry_of(b, result);
  count(b, map, entry, 4);
  return make_case(b, some_flows("flows", given));
}

// Packets remove entries, and others insert them; or nobody does, and the value has bytes that only
// the host sees.
Case table_delete(bool inserts) {
  B b(inserts ? "table_delete" : "table_forget");
  const unsigned value_bytes = inserts ? 8 : 12;
  const unsigned map = b.table("flows", 5, value_bytes, 16, {B::column(0, 8, 1, 1)});
  const ValueId whole = long_enough(b, 30);
  // The key without the protocol, so that one removes what another has inserted.
  const ValueId key = b.op(OpKind::Concat, {b.field(26, 4), b.constant(8, 6)}, 40);
  const ValueId remove = protocol_is(b, 17);
  const ValueId some = b.op(OpKind::Or, {protocol_is(b, 6), protocol_is(b, 5)}, 1);
  const ValueId insert = inserts ? some : b.constant(1, 0);
  b.region(0, 1);
  b.at(3);
  const ValueId result = b.access(map, {whole, key, insert, remove});
  b.at(7);
  const Entry entry = entry_of(b, result);
  count(b, map, entry, 7);
  b.region(2, 9);
  return make_case(b, some_flows("flows", 5, value_bytes));
}

// What the second access does depends on what the first one has found: packets keep their distance.
Case table_twice(unsigned entries, bool lru) {
  B b("table_twice_" + std::to_string(entries));
  const unsigned map = b.table("flows", 5, 8, entries, {B::column(0, 8)}, lru);
  const ValueId whole = long_enough(b, 30);
  const ValueId never = b.constant(1, 0);
  b.region(0, 0);
  b.at(1);
  const ValueId key = flow(b);
  const ValueId first = b.access(map, {whole, key, never, never});
  b.at(5);
  const Entry before = entry_of(b, first);
  b.at(6);
  const ValueId wants = both(b, no(b, before.hit), b.extract(b.field(13, 1), 0, 1));
  const ValueId goes = both(b, before.hit, protocol_is(b, 1));
  const ValueId second = b.access(map, {whole, key, wants, goes});
  b.at(10);
  count(b, map, entry_of(b, second), 10);
  b.region(1, 12, {Interlock{map, 5, {}}});
  return make_case(b, some_flows("flows", 3));
}

// Packets of the same key of more than 64 bits are kept apart while the entry's value is changed.
Case table_keyed() {
  B b("table_keyed");
  const unsigned map = b.table("flows", 13, 8, 30, {B::column(0, 8)});
  const ValueId never = b.constant(1, 0);
  const ValueId whole = long_enough(b, 30);
  const ValueId key = b.op(OpKind::Concat, {flow(b), b.constant(64, 0x0123456789abcdef)}, 104);
  const ValueId result = b.access(map, {whole, key, b.constant(1, 1), never});
  const ValueId guard = b.op(OpKind::Concat, {whole, key}, 105);
  b.region(0, 4);
  b.at(5);
  const Entry entry = entry_of(b, result);
  const ValueId old = b.read(map, 0, {entry.hit, entry.handle});
  b.at(9);
  const ValueId more = b.op(OpKind::Add, {old, b.constant(64, 1)});
  b.write(map, 0, {entry.hit, entry.handle, more});
  b.packet_write(entry.hit, 0, more);
  b.region(5, 10, {Interlock{map, 3, {guard}}});
  return make_case(b);
}

std::vector<Packet> colliding_packets(const Case& c, unsigned keys) {
  const Map& map = c.pipeline.maps[0];
  const TableHash hash(map.key_bytes, map.row_bits);
  std::vector<std::uint8_t> key(map.key_bytes);
  const auto first = hash(key.data());
  std::vector<Packet> packets;
  for (std::uint32_t n = 0; packets.size() < keys; ++n) {
    for (unsigned i = 0; i < 4; ++i)
      key[i] = std::uint8_t(n >> (8 * i));
    const auto value = hash(key.data());
    if (value.h0 != first.h0 || value.h1 != first.h1)
      continue;
    Packet& packet = packets.emplace_back();
    packet.bytes.resize(60);
    std::copy_n(key.begin(), 4, packet.bytes.begin() + 26);
  }
  return packets;
}

std::vector<Case> table_cases() {
  return {table_counter("table_roomy", 64, false, 6),
          table_counter("table_full", 10, false, 4),
          table_counter("table_one", 1, false, 0),
          table_counter("table_lru", 10, true, 4),
          table_counter("table_lru_odd", 7, true, 0),
          table_delete(true),
          table_delete(false),
          table_keyed(),
          table_twice(16, false),
          table_twice(6, true)};
}

} // namespace pw::test
