#include "tests/sim/model/cases.h"

#include "sim/maps/contents.h"
#include "tests/sim/model/builder.h"
#include "tests/sim/model/table_cases.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace pw::test {

Case make_case(PipelineBuilder& b, MapState maps) {
  Case c;
  c.pipeline = b.finish();
  c.name = c.pipeline.name;
  for (const Map& map : c.pipeline.maps) {
    MapDefinition definition;
    definition.name = map.name;
    definition.type = map.type;
    definition.key_size = map.key_bytes;
    definition.value_size = map.value_bytes;
    definition.max_entries = map.max_entries;
    c.object.maps.push_back(definition);
  }
  c.object.programs.emplace_back();
  c.maps = std::move(maps);
  return c;
}

namespace {

using B = PipelineBuilder;

std::vector<std::uint8_t> bytes_of(std::uint64_t x, std::size_t count) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < count; ++i)
    bytes.push_back(i < 8 ? std::uint8_t(x >> (8 * i)) : 0);
  return bytes;
}

ValueId long_enough(B& b, unsigned bytes) {
  return b.compare(Compare::Ule, b.constant(16, bytes), b.input(Input::Length));
}

Case mac_swap() {
  B b("mac_swap");
  const ValueId destination = b.field(0, 6), source = b.field(6, 6);
  const ValueId whole = long_enough(b, 14);
  b.at(2);
  b.packet_write(whole, 0, source);
  b.packet_write(whole, 6, destination);
  b.result().retval =
      b.op(OpKind::Select, {whole, b.constant(32, XDP_TX), b.constant(32, XDP_DROP)}, 32);
  return make_case(b);
}

// Read, addition and write within one stage: a packet a clock, all of one flow.
Case counter() {
  B b("counter");
  const unsigned map = b.array("counts", 16, 256, {B::column(0, 8)});
  const ValueId always = b.constant(1, 1);
  const ValueId key = b.op(OpKind::Zext, {b.field(23, 1)}, 32);
  const ValueId handle = b.find(map, always, key);
  const ValueId count = b.read(map, 0, {always, handle});
  b.at(1);
  b.write(map, 0, {always, handle, b.op(OpKind::Add, {count, b.constant(64, 1)})});
  return make_case(b, {{"counts", {{index_key(5), bytes_of(1ull << 32, 16)}}}});
}

// A longer read-modify-write behind a border with an interlock.
Case interlocked() {
  B b("interlocked");
  const unsigned map = b.array("state", 8, 16, {B::column(0, 8, 1, 2)});
  const ValueId always = b.constant(1, 1);
  const ValueId key =
      b.op(OpKind::And, {b.op(OpKind::Zext, {b.field(23, 1)}, 32), b.constant(32, 15)});
  const ValueId handle = b.find(map, always, key);
  b.region(0, 0);
  b.at(1);
  const ValueId old = b.read(map, 0, {always, handle}); // data in stage 3
  b.at(3);
  ValueId next = b.op(OpKind::Mul, {old, b.constant(64, 6364136223846793005ull)});
  b.at(5);
  next = b.op(OpKind::Add, {next, b.op(OpKind::Zext, {b.input(Input::Length)}, 64)});
  b.at(6);
  b.write(map, 0, {always, handle, next});
  b.packet_write(always, 0, old);
  b.region(1, 7, {Interlock{map, 3, {handle}}});
  return make_case(b);
}

// An interlock without a key: any two packets keep their distance.
Case exclusive() {
  B b("exclusive");
  const unsigned map = b.array("last", 4, 1, {B::column(0, 4)});
  const ValueId always = b.constant(1, 1);
  const ValueId handle = b.find(map, always, b.constant(32, 0));
  const ValueId old = b.read(map, 0, {always, handle});
  b.at(3);
  const ValueId sum = b.op(OpKind::Add, {old, b.field(0, 4)});
  b.write(map, 0, {always, handle, sum});
  b.packet_write(always, 4, sum);
  b.region(0, 4, {Interlock{map, 2, {}}});
  return make_case(b);
}

Case hash_lookup() {
  B b("hash_lookup");
  const unsigned map = b.hash("flows", 5, 12, 4, {B::column(0, 4), B::column(4, 4, 1, 2)});
  const ValueId whole = long_enough(b, 34);
  const ValueId key = b.op(OpKind::Concat, {b.field(26, 4), b.field(23, 1)}, 40);
  const ValueId handle = b.find(map, whole, key);
  b.at(3);
  const ValueId hit = b.extract(handle, 0, 1);
  b.region(0, 3);
  b.at(4);
  const ValueId verdict = b.read(map, 0, {hit, handle});
  const ValueId hits = b.read(map, 1, {hit, handle}); // data in stage 6
  b.at(6);
  const ValueId more = b.op(OpKind::Add, {hits, b.constant(32, 0x10001)});
  b.at(7);
  b.write(map, 1, {hit, handle, more}, {true, false, true, true});
  b.result().retval = b.op(OpKind::Select, {hit, verdict, b.constant(32, XDP_PASS)}, 32);
  b.region(4, 7, {Interlock{map, 1, {handle}}});
  MapState maps;
  for (unsigned i = 0; i < 48; ++i) {
    auto key_bytes = bytes_of(0x0a000000 + i / 3 * 0x101, 4);
    key_bytes.push_back(std::uint8_t(i % 3 == 0 ? 6 : i % 3 == 1 ? 17 : 1));
    maps["flows"][key_bytes] = bytes_of((std::uint64_t(i) << 40) | (i % 6), 12);
    maps["flows"][key_bytes][11] = std::uint8_t(i);
  }
  return make_case(b, maps);
}

Case tunnel() { // 20 bytes more in front
  B b("tunnel");
  const ValueId whole = long_enough(b, 14);
  const ValueId mac = b.field(0, 12);
  const ValueId kind = b.field(12, 2);
  b.at(1);
  b.packet_write(whole, -20, mac);
  b.packet_write(whole, -8, b.constant(16, 0x0008));
  const ValueId length = b.op(OpKind::Zext, {b.input(Input::Length)}, 32);
  b.packet_write(whole, -6, b.op(OpKind::Mul, {length, b.constant(32, 0x01010101)}));
  b.at(3);
  b.packet_write(b.compare(Compare::Eq, kind, b.constant(16, 0x0008)), -8, b.constant(8, 0xaa));
  b.result().head = b.op(OpKind::Select, {whole, b.constant(16, 0xffec), b.constant(16, 0)}, 16);
  b.result().retval =
      b.op(OpKind::Select, {whole, b.constant(32, XDP_TX), b.constant(32, XDP_ABORTED)}, 32);
  return make_case(b);
}

Case strip() { // a few bytes less in front, how many depends on the packet
  B b("strip");
  const ValueId whole = long_enough(b, 40);
  const ValueId few =
      b.op(OpKind::And, {b.op(OpKind::Zext, {b.field(14, 1)}, 16), b.constant(16, 31)});
  b.at(1);
  b.packet_write(whole, 30, b.field(2, 8));
  b.result().head = b.op(OpKind::Select, {whole, few, b.constant(16, 0)}, 16);
  return make_case(b);
}

Case resize() { // tail by -32 .. +31, growth shows zeros
  B b("resize");
  const ValueId whole = long_enough(b, 40);
  const ValueId length = b.input(Input::Length);
  const ValueId by =
      b.op(OpKind::Sub,
           {b.op(OpKind::And, {b.op(OpKind::Zext, {b.field(14, 1)}, 16), b.constant(16, 63)}),
            b.constant(16, 32)});
  b.at(1);
  const ValueId tail = b.op(OpKind::Add, {length, by});
  b.packet_write(whole, 36, b.field(0, 8));
  b.result().tail = b.op(OpKind::Select, {whole, tail, length}, 16);
  const ValueId shorter = b.compare(Compare::Slt, tail, length);
  const ValueId shrinks = b.op(OpKind::And, {whole, shorter}, 1);
  const ValueId grows = b.op(OpKind::And, {whole, b.compare(Compare::Slt, length, tail)}, 1);
  const ValueId from = b.op(OpKind::Select, {grows, length, b.constant(16, 65535)}, 16);
  b.result().fill = b.op(OpKind::Select, {shrinks, tail, from}, 16);
  return make_case(b);
}

Case verdicts() {
  B b("verdicts");
  const ValueId low = b.op(OpKind::And, {b.field(0, 1), b.constant(8, 7)});
  b.at(1);
  b.result().retval = b.op(OpKind::Zext, {low}, 32);
  b.result().trap = b.op(OpKind::And, {low, b.constant(8, 1)});
  return make_case(b);
}

Case redirect() {
  B b("redirect");
  const unsigned map = b.present("ports", 64);
  const ValueId always = b.constant(1, 1);
  const ValueId key = b.op(OpKind::Zext, {b.field(23, 1)}, 32);
  const ValueId handle = b.find(map, always, key);
  b.at(1);
  const ValueId there = b.extract(handle, 0, 1);
  b.result().retval =
      b.op(OpKind::Select, {there, b.constant(32, XDP_REDIRECT), b.constant(32, XDP_PASS)}, 32);
  b.result().redirect_map = b.op(OpKind::Zext, {there}, 8);
  b.result().redirect_key = b.op(OpKind::Select, {there, key, b.constant(32, 0)}, 32);
  b.result().redirect_flags = b.op(OpKind::Zext, {b.field(0, 2)}, 64);
  MapState maps;
  for (const unsigned slot : {1u, 6u, 63u})
    maps["ports"][index_key(slot)] = bytes_of(slot + 100, 4);
  return make_case(b, maps);
}

Case tracing() {
  B b("tracing");
  const ValueId length = b.op(OpKind::Zext, {b.input(Input::Length)}, 64);
  const ValueId odd = b.extract(length, 0, 1);
  const ValueId protocol = b.op(OpKind::Zext, {b.field(23, 1)}, 64);
  const ValueId zero = b.constant(64, 0);
  b.at(2);
  b.trace(odd, length, protocol, zero, "odd length %d, protocol %x");
  b.at(1);
  b.trace(b.constant(1, 1), protocol, b.input(Input::Time), zero, "protocol %u at %llu");
  b.region(0, 1);
  b.region(2, 3);
  return make_case(b);
}

// One word of four, chosen by the packet.
Case indexed() {
  B b("indexed");
  const unsigned map = b.array("table", 8, 8, {B::column(0, 2, 4)});
  const ValueId always = b.constant(1, 1);
  const ValueId slot =
      b.op(OpKind::And, {b.op(OpKind::Zext, {b.field(23, 1)}, 32), b.constant(32, 7)});
  const ValueId index = b.op(OpKind::And, {b.field(22, 1), b.constant(8, 3)});
  const ValueId handle = b.find(map, always, slot);
  const ValueId old = b.read(map, 0, {always, handle, index});
  b.at(1);
  b.write(map, 0, {always, handle, b.op(OpKind::Add, {old, b.constant(16, 300)}), index});
  b.packet_write(always, 0, old);
  return make_case(b);
}

// A chain of coordinates: each is read where the one before points at; the last read is far away or
// in front of the packet as often as not.
Case reads_anywhere() {
  B b("reads_anywhere");
  const ValueId always = b.constant(1, 1);
  ValueId at = b.op(OpKind::And, {b.field(16, 2), b.constant(16, 511)});
  for (unsigned step = 0; step < 3; ++step) {
    b.at(1 + 5 * step);
    const ValueId enable = b.extract(b.field(18, 1), step, 1);
    const ValueId word = b.packet_read(step == 1 ? always : enable, at, 4 + 9 * step);
    b.at(5 + 5 * step);
    b.packet_write(always, int(14 * step), word);
    at = step == 0 ? b.op(OpKind::And, {b.extract(word, 8, 16), b.constant(16, 0xc1ff)})
                   : b.extract(word, 3, 16);
  }
  b.result().retval = b.op(
      OpKind::Select, {b.extract(at, 0, 1), b.constant(32, XDP_DROP), b.constant(32, XDP_TX)}, 32);
  b.region(0, 10);
  b.region(11, 15);
  return make_case(b);
}

Case inputs() {
  B b("inputs");
  const ValueId always = b.constant(1, 1);
  b.at(1);
  int at = 0;
  for (const Input input : {Input::Length, Input::Ifindex, Input::RxQueue, Input::Cpu, Input::Time,
                            Input::Seed, Input::PacketIndex}) {
    const ValueId value = b.input(input);
    b.packet_write(always, at, value);
    at += int(b.width(value) / 8);
  }
  b.region(0, 0);
  b.region(1, 1);
  return make_case(b);
}

} // namespace

std::vector<Case> all_cases() {
  std::vector<Case> cases = {mac_swap(), counter(), interlocked(), exclusive(),     hash_lookup(),
                             tunnel(),   strip(),   resize(),      verdicts(),      redirect(),
                             tracing(),  indexed(), inputs(),      reads_anywhere()};
  std::ranges::move(table_cases(), std::back_inserter(cases));
  return cases;
}

const Case& case_named(const std::vector<Case>& cases, const std::string& name) {
  for (const Case& c : cases)
    if (c.name == name)
      return c;
  throw std::out_of_range(name);
}

EngineInput input_of(const Case& c) {
  EngineInput input;
  input.object = &c.object;
  input.program = &c.object.programs.front();
  input.pipeline = &c.pipeline;
  input.environment.ifindex = 7;
  input.environment.rx_queue = 3;
  input.environment.seed = 99;
  return input;
}

std::vector<Packet> random_packets(std::uint32_t seed, std::size_t count) {
  std::mt19937 random(seed);
  auto below = [&](unsigned n) { return unsigned(random() % n); };
  std::vector<Packet> packets(count);
  std::uint64_t time = 1'000'000;
  for (Packet& packet : packets) {
    static constexpr unsigned edges[] = {0,  1,  13, 14,  20,  34,  59,  60,  63,  64,  65,
                                         66, 84, 96, 127, 128, 129, 191, 192, 256, 1514};
    const unsigned length = below(2) ? edges[below(std::size(edges))] : below(400);
    for (unsigned i = 0; i < length; ++i)
      packet.bytes.push_back(std::uint8_t(random()));
    auto set = [&](unsigned at, unsigned byte) {
      if (at < length)
        packet.bytes[at] = std::uint8_t(byte);
    };
    static constexpr unsigned protocols[] = {6, 17, 1, 63, 5};
    set(12, 8), set(13, below(2));
    set(23, protocols[below(5)]);
    set(26, below(4)), set(27, below(2)), set(28, 0), set(29, 10);
    packet.time_ns = time += below(5) ? 4 : 3000;
  }
  return packets;
}

} // namespace pw::test
