#include "sim/maps/contents.h"
#include "tests/sim/model/builder.h"
#include "tests/sim/model/cases.h"

namespace pw::test {

namespace {

class Generator {
public:
  explicit Generator(std::uint32_t seed) : random_(seed), b_("random_" + std::to_string(seed)) {}
  Case make();

private:
  unsigned below(unsigned n) { return unsigned(random_() % n); }
  unsigned any_width() {
    static constexpr unsigned widths[] = {1, 8, 13, 16, 24, 32, 48, 64, 96, 128};
    return widths[below(std::size(widths))];
  }
  ValueId any() { return values_[below(unsigned(values_.size()))]; }
  ValueId of_width(unsigned width);
  void keep(ValueId v) { values_.push_back(v); }
  void operation();
  void binary();
  void choose();
  void resize();
  void bits();
  void sources();
  void read_modify_write(unsigned first, unsigned last);
  ValueId key();
  ValueId access(unsigned stage);
  void modify_entry(unsigned first, unsigned last);
  void finish();

  std::mt19937 random_;
  PipelineBuilder b_;
  std::vector<ValueId> values_;
  unsigned map_ = 0;
};

// One of the values there are, made to fit.
ValueId Generator::of_width(unsigned width) {
  const ValueId v = any();
  if (b_.width(v) == width)
    return v;
  if (b_.width(v) > width)
    return b_.extract(v, below(b_.width(v) - width + 1), width);
  return b_.op(below(2) ? OpKind::Zext : OpKind::Sext, {v}, width);
}

void Generator::binary() {
  static constexpr OpKind kinds[] = {OpKind::Add, OpKind::Sub,  OpKind::Mul,
                                     OpKind::And, OpKind::Or,   OpKind::Xor,
                                     OpKind::Shl, OpKind::Lshr, OpKind::Ashr};
  const OpKind kind = kinds[below(std::size(kinds))];
  const unsigned width = any_width();
  ValueId right = of_width(width);
  const bool shifts = kind == OpKind::Shl || kind == OpKind::Lshr || kind == OpKind::Ashr;
  if (shifts && below(3))
    right = b_.constant(width, below(width < 8 ? 2 : width + 3));
  keep(b_.op(kind, {of_width(width), right}, width));
}

void Generator::choose() {
  const unsigned width = any_width();
  const ValueId a = of_width(width), b = of_width(width);
  const ValueId how = b_.compare(Compare(below(6)), a, b);
  keep(how);
  if (below(2)) {
    keep(b_.op(OpKind::Select, {how, of_width(width), of_width(width)}, width));
    return;
  }
  const ValueId other = b_.op(OpKind::Xor, {how, b_.constant(1, 1)}, 1);
  const ValueId also = b_.op(OpKind::And, {other, of_width(1)}, 1);
  keep(b_.op(OpKind::Mux, {how, of_width(width), also, of_width(width)}, width));
}

void Generator::bits() {
  const ValueId a = any(), b = any();
  const unsigned width = b_.width(a) + b_.width(b);
  if (width <= 200)
    keep(b_.op(OpKind::Concat, {a, b}, width));
  keep(of_width(any_width()));
}

void Generator::operation() {
  switch (below(4)) {
  case 0:
    choose();
    break;
  case 1:
    bits();
    break;
  default:
    binary();
  }
}

void Generator::sources() {
  for (unsigned i = 0; i < 4 + below(4); ++i)
    keep(b_.field(int(below(60)), 1 + below(8)));
  keep(b_.input(Input::Length));
  keep(b_.input(Input::PacketIndex));
  keep(b_.constant(32, random_()));
}

// An access within a region of its own whose interlock is exactly as long as needed.
void Generator::read_modify_write(unsigned first, unsigned last) {
  const unsigned latency = 1 + below(2);
  map_ = b_.array("state", 8, 8, {PipelineBuilder::column(below(2) ? 4 : 0, 4, 1, latency)});
  b_.at(first - 1);
  const ValueId enable = of_width(1);
  const ValueId key = b_.op(OpKind::And, {of_width(32), b_.constant(32, 7)});
  const ValueId handle = b_.find(map_, enable, key);
  b_.at(first);
  const ValueId old = b_.read(map_, 0, {enable, handle});
  const unsigned data = first + latency;
  const unsigned write = data + below(last - data + 1);
  b_.at(write);
  keep(old);
  b_.write(map_, 0, {enable, handle, b_.op(OpKind::Add, {old, of_width(32)})});
  if (write == data)
    b_.region(first, last);
  else
    b_.region(first, last, {Interlock{map_, write - data, {handle}}});
}

// Few keys, so that packets meet.
ValueId Generator::key() {
  const ValueId few = b_.op(OpKind::And, {of_width(16), b_.constant(16, 11)});
  return b_.op(OpKind::Zext, {few}, 32);
}

ValueId Generator::access(unsigned stage) {
  b_.at(stage);
  const ValueId one = b_.constant(1, 1);
  const ValueId enable = below(3) ? one : of_width(1), insert = below(3) ? one : of_width(1);
  const ValueId remove = below(2) ? b_.constant(1, 0) : of_width(1);
  return b_.access(map_, {enable, key(), insert, remove});
}

// One access of a table, or two that packets must not mix, and then a value that is changed.
void Generator::modify_entry(unsigned first, unsigned last) {
  const unsigned latency = 1 + below(2);
  map_ = b_.table("state", 4, 8, 1 + below(14), {PipelineBuilder::column(0, 8, 1, latency)},
                  below(2));
  const unsigned between = below(2) ? 1 + below(4) : 0;
  ValueId result = access(first);
  if (between != 0) {
    const ValueId other = access(first + between);
    b_.at(first + between + 4);
    keep(result);
    result = below(2) ? result : other;
  }
  const unsigned at = first + between + 4, data = at + latency;
  b_.at(at);
  const unsigned bits = b_.width(result) - 1;
  const ValueId handle = b_.extract(result, 0, bits), hit = b_.extract(result, 0, 1);
  const ValueId old = b_.read(map_, 0, {hit, handle});
  const unsigned write = data + below(last - data + 1);
  b_.at(write);
  keep(old);
  keep(result);
  const ValueId sum = b_.op(OpKind::Add, {old, of_width(64)});
  const ValueId fresh = b_.op(OpKind::Zext, {of_width(16)}, 64);
  b_.write(map_, 0, {hit, handle, b_.op(OpKind::Select, {b_.extract(result, bits, 1), sum, fresh})});
  if (const unsigned distance = std::max(between, write - data); distance != 0)
    b_.region(first, last, {Interlock{map_, distance, {}}});
  else
    b_.region(first, last);
}

void Generator::finish() {
  for (unsigned i = 0; i < 3 + below(5); ++i) {
    const ValueId data = of_width(8 * (1 + below(12)));
    b_.packet_write(of_width(1), int(below(90)) - 20, data);
  }
  b_.result().retval = b_.op(OpKind::Zext, {of_width(3)}, 32);
  if (below(2)) {
    const ValueId room = b_.compare(Compare::Ule, b_.constant(16, 16), b_.input(Input::Length));
    const ValueId head =
        b_.op(OpKind::Sub, {b_.op(OpKind::Zext, {of_width(4)}, 16), b_.constant(16, below(20))});
    b_.result().head = b_.op(OpKind::Select, {room, head, b_.constant(16, 0)}, 16);
  }
  if (below(3) == 0) {
    const ValueId grown = b_.op(OpKind::Add, {b_.input(Input::Length), b_.constant(16, 20)});
    b_.result().tail = b_.op(OpKind::Add, {grown, b_.op(OpKind::Zext, {of_width(5)}, 16)});
    b_.result().fill = b_.input(Input::Length);
  }
}

Case Generator::make() {
  sources();
  const bool table = below(2);
  const unsigned before = 1 + below(4), inside = (table ? 11 : 3) + below(5),
                 after = 1 + below(3);
  for (unsigned stage = 0; stage < before; ++stage) {
    b_.at(stage);
    for (unsigned i = below(6); i > 0; --i)
      operation();
  }
  b_.region(0, before - 1);
  if (table)
    modify_entry(before, before + inside - 1);
  else
    read_modify_write(before, before + inside - 1);
  const unsigned last = before + inside + after - 1;
  for (unsigned stage = before + inside; stage <= last; ++stage) {
    b_.at(stage);
    for (unsigned i = below(6); i > 0; --i)
      operation();
  }
  finish();
  b_.region(before + inside, last);
  Case c;
  c.pipeline = b_.finish();
  c.name = c.pipeline.name;
  MapDefinition definition;
  definition.name = "state";
  definition.type = c.pipeline.maps[0].type;
  definition.key_size = 4;
  definition.value_size = 8;
  definition.max_entries = c.pipeline.maps[0].max_entries;
  c.object.maps.push_back(definition);
  c.object.programs.emplace_back();
  c.maps["state"][index_key(3)] = {1, 2, 3, 4, 5, 6, 7, 8};
  return c;
}

} // namespace

Case random_case(std::uint32_t seed) { return Generator(seed).make(); }

} // namespace pw::test
