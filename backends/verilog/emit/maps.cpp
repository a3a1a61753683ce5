// The memories of the maps: look-up units and columns, with their ports joined to the stages and to
// the host.
#include "backends/verilog/emit/context.h"
#include "ir/prefixes.h"
#include "ir/table_reserve.h"
#include "support/hash.h"
#include "support/lpm.h"

#include <algorithm>
#include <bit>

namespace pw::verilog {
using pipeline::Operation;
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

using Operations = std::vector<const Operation*>;
using Connections = std::vector<std::pair<std::string, Expression>>;

std::string text(std::uint64_t n) { return std::to_string(n); }

// Operands of one port each, highest port first.
template <class F> Expression per_port(const Operations& ops, F&& value) {
  std::vector<Expression> out;
  for (auto op = ops.rbegin(); op != ops.rend(); ++op)
    out.push_back(value(**op));
  return concat(std::move(out));
}

std::string map_name(const Context& c, unsigned number) {
  return "map" + text(number) + "_" + legal_name(c.p.maps[number].name);
}

class MapEmitter {
public:
  MapEmitter(Context& c, unsigned number)
      : c_(c), map_(c.p.maps[number]), number_(number), name_(map_name(c, number)) {}
  void emit();

private:
  Operations select(OpKind kind, unsigned column) const;
  Connections host_ports(const std::string& unit, unsigned table, unsigned row_bits,
                         unsigned width);
  void deliver(const Operations& ops, const std::string& from, unsigned width);
  Connections find_ports(const Operations& finds, const std::string& unit) const;
  void emit_hash(const Operations& finds);
  void emit_present(const Operations& finds);
  void emit_lpm(const Operations& finds);
  void emit_table(const Operations& all);
  void emit_prefixes(const Operations& all);
  void look_up_ports(const Operations& looks, const std::string& unit, Connections& ports);
  void deliver_access(const Operation&, const std::string& from, unsigned all, unsigned at);
  Expression joined(const Operations& accesses, unsigned operand) const;
  std::string masks() const;
  std::string secret() const;
  void emit_column(unsigned column);
  Expression address(const Operation&, ValueId handle, const ValueId* index, unsigned bits) const;
  Expression index_bits(const Operation&, ValueId index, unsigned bits) const;
  Expression read_addresses(const Operations&, unsigned bits) const;
  Expression write_addresses(const Operations&, unsigned bits) const;
  Expression write_enables(const Operations&) const;
  Expression write_bytes(const Operations&, unsigned bytes) const;
  Expression write_data(const Operations&) const;

  Context& c_;
  const pipeline::Map& map_;
  unsigned number_;
  std::string name_;
};

Operations MapEmitter::select(OpKind kind, unsigned column) const {
  Operations out;
  for (const Operation& op : c_.p.operations)
    if (op.kind == kind && op.map == number_ &&
        (kind == OpKind::MapFind || kind == OpKind::MapAccess || op.column == column))
      out.push_back(&op);
  // Of writes in one clock the older packet's, which is in the later stage, comes first; the last
  // one wins.
  if (kind == OpKind::MapWrite)
    std::ranges::stable_sort(out, [](auto* a, auto* b) { return a->stage > b->stage; });
  return out;
}

Connections MapEmitter::host_ports(const std::string& unit, unsigned table, unsigned row_bits,
                                   unsigned width) {
  c_.wire(1, unit + "_select",
          chain("&&", {atom("host_valid"), binary("==", atom("host_map"), literal(8, number_)),
                       binary("==", atom("host_table"), literal(8, table))}));
  c_.wire(width, unit + "_rdata");
  c_.wire(1, unit + "_clearing");
  Expression select = atom(unit + "_select");
  c_.wire(width, unit + "_answer",
          binary("&", atom(unit + "_rdata"), width == 1 ? select : repeat(width, select)));
  c_.host_answers.emplace_back(unit + "_answer", width);
  c_.clearing.push_back(atom(unit + "_clearing"));
  return {{"clk", atom("clk")},
          {"rst", atom("rst")},
          {"host_select", atom(unit + "_select")},
          {"host_write", atom("host_write_now")},
          {"host_address", slice("host_row", 32, 0, row_bits)},
          {"host_wdata", slice("host_wdata", c_.host_width, 0, width)},
          {"host_rdata", atom(unit + "_rdata")},
          {"clearing", atom(unit + "_clearing")}};
}

void MapEmitter::deliver(const Operations& ops, const std::string& from, unsigned width) {
  unsigned all = width * static_cast<unsigned>(std::max<std::size_t>(1, ops.size()));
  for (unsigned i = 0; i < ops.size(); ++i) {
    const Operation& op = *ops[i];
    if (c_.values.wanted(op.result))
      c_.assign(c_.values.name(op.result, op.stage + op.latency),
                slice(from, all, i * width, width));
  }
}

Connections MapEmitter::find_ports(const Operations& finds, const std::string& unit) const {
  unsigned key = 8 * (map_.key_bytes - (map_.kind == pipeline::MapKind::Lpm ? 4 : 0));
  if (finds.empty())
    return {{"find_enable", literal(1, 0)},
            {"find_key", literal(key, 0)},
            {"find_handle", atom(unit + "_handles")}};
  return {
      {"find_enable",
       per_port(finds,
                [&](const Operation& op) { return c_.values.in_stage(op.operands[0], op.stage); })},
      {"find_key",
       per_port(finds,
                [&](const Operation& op) { return c_.values.in_stage(op.operands[1], op.stage); })},
      {"find_handle", atom(unit + "_handles")}};
}

std::string MapEmitter::masks() const {
  std::string out;
  unsigned bits = 8 * map_.key_bytes;
  for (unsigned n = map_.ways * map_.row_bits; n-- > 0;) {
    pipeline::Bits mask{bits, std::vector<std::uint64_t>((bits + 63) / 64)};
    for (unsigned bit = 0; bit < bits; ++bit)
      if (h3_bit(n / map_.row_bits, n % map_.row_bits, bit))
        mask.words[bit / 64] |= std::uint64_t{1} << (bit % 64);
    out += (out.empty() ? "" : ",") + std::string("\n          ") + to_text(literal(mask));
  }
  return "{" + out + "}";
}

// What the hash functions of a table are after reset.
std::string MapEmitter::secret() const {
  const unsigned bits =
      unsigned(table_folded_bits(8 * map_.key_bytes, map_.row_bits)) + map_.row_bits;
  pipeline::Bits out{2 * bits, std::vector<std::uint64_t>((2 * bits + 63) / 64)};
  for (unsigned i = 0; i < 2 * bits; ++i)
    if (table_secret_bit(i / bits, i % bits))
      out.words[i / 64] |= std::uint64_t{1} << (i % 64);
  return to_text(literal(out));
}

void MapEmitter::emit_hash(const Operations& finds) {
  std::string unit = name_ + "_find";
  unsigned slot = map_.handle_bits - 1;
  unsigned ports = static_cast<unsigned>(std::max<std::size_t>(1, finds.size()));
  c_.wire(ports * map_.handle_bits, unit + "_handles");
  Connections ports_of = host_ports(unit, 0, slot, 8 * map_.key_bytes + 1);
  for (auto& port : find_ports(finds, unit))
    ports_of.push_back(port);
  c_.top.add(Instance{"pw_hash_find",
                      unit,
                      {{"KEY", text(8 * map_.key_bytes)},
                       {"WAYS", text(map_.ways)},
                       {"ROW_BITS", text(map_.row_bits)},
                       {"SLOT_BITS", text(slot)},
                       {"FINDS", text(ports)},
                       {"MASKS", masks()}},
                      std::move(ports_of)});
  deliver(finds, unit + "_handles", map_.handle_bits);
}

void MapEmitter::emit_present(const Operations& finds) {
  std::string unit = name_ + "_find";
  unsigned slot = bits_for(map_.slots);
  unsigned ports = static_cast<unsigned>(std::max<std::size_t>(1, finds.size()));
  unsigned width = slot + 1;
  c_.wire(ports * width, unit + "_handles");
  Connections ports_of = host_ports(unit, 0, slot, 1);
  for (auto& port : find_ports(finds, unit))
    ports_of.push_back(port);
  c_.top.add(Instance{"pw_present",
                      unit,
                      {{"DEPTH", text(map_.slots)},
                       {"SLOT_BITS", text(slot)},
                       {"KEY", text(8 * map_.key_bytes)},
                       {"FINDS", text(ports)},
                       {"LATENCY", text(map_.find_latency)}},
                      std::move(ports_of)});
  for (unsigned i = 0; i < finds.size(); ++i) // a map of one slot has handles of the hit bit only
    if (c_.values.wanted(finds[i]->result))
      c_.assign(c_.values.name(finds[i]->result, finds[i]->stage + finds[i]->latency),
                slice(unit + "_handles", ports * width, i * width, map_.handle_bits));
}

Expression masked(unsigned width, Expression enable, Expression value) {
  if (enable->text == "1'b1")
    return value;
  return width == 1 ? both(enable, value) : binary("&", repeat(width, enable), value);
}

// The operand of the one access that is enabled; there are never two.
Expression MapEmitter::joined(const Operations& accesses, unsigned operand) const {
  std::vector<Expression> terms;
  for (const Operation* op : accesses) {
    Expression enable =
        both(atom(valid_name(op->stage)), c_.values.in_stage(op->operands[0], op->stage));
    if (operand == 0)
      terms.push_back(enable);
    else if (accesses.size() == 1)
      return c_.values.in_stage(op->operands[operand], op->stage);
    else
      terms.push_back(masked(c_.values.width(op->operands[operand]), enable,
                             c_.values.in_stage(op->operands[operand], op->stage)));
  }
  return chain(operand == 0 ? "||" : "|", std::move(terms));
}

bool is_zero(const Operation& op) {
  return op.kind == OpKind::Constant &&
         std::ranges::all_of(op.constant.words, [](std::uint64_t word) { return word == 0; });
}

// The ports for look-ups, one operation each, lowest first; only the first one may remove.
void MapEmitter::look_up_ports(const Operations& looks, const std::string& unit,
                               Connections& ports) {
  const auto operand = [&](unsigned n) {
    return per_port(
        looks, [&](const Operation& op) { return c_.values.in_stage(op.operands[n], op.stage); });
  };
  const auto enable = [&](const Operation& op) {
    return both(atom(valid_name(op.stage)), c_.values.in_stage(op.operands[0], op.stage));
  };
  const unsigned key = 8 * map_.key_bytes;
  ports.emplace_back("find_enable", looks.empty() ? literal(1, 0) : per_port(looks, enable));
  ports.emplace_back("find_key", looks.empty() ? literal(key, 0) : operand(1));
  ports.emplace_back("find_remove",
                     looks.empty() ? literal(1, 0)
                                   : c_.values.in_stage(looks[0]->operands[3], looks[0]->stage));
  ports.emplace_back("find_result", atom(unit + "_found"));
  ports.emplace_back("crowded", atom(unit + "_crowded"));
}

// A map of one slot has handles of the hit bit only.
void MapEmitter::deliver_access(const Operation& op, const std::string& from, unsigned all,
                                unsigned at) {
  const unsigned slot = bits_for(map_.slots), width = slot + 2;
  if (!c_.values.wanted(op.result))
    return;
  c_.assign(c_.values.name(op.result, op.stage + op.latency),
            map_.handle_bits == slot + 1 ? slice(from, all, at, width)
                                         : concat({slice(from, all, at + slot + 1, 1),
                                                   slice(from, all, at, map_.handle_bits)}));
}

void MapEmitter::emit_table(const Operations& all) {
  std::string unit = table_name(c_, number_);
  unsigned key = 8 * map_.key_bytes, slot = bits_for(map_.slots), width = slot + 2;
  Operations accesses, looks;
  for (const Operation* op : all)
    (op->port == 0 ? accesses : looks).push_back(op);
  std::ranges::sort(looks, {}, &Operation::port);
  const bool used = !accesses.empty();
  const unsigned finds = static_cast<unsigned>(looks.size()), found = width * std::max(1u, finds);
  c_.wire(width, unit + "_result"), c_.wire(1, unit + "_done"), c_.wire(found, unit + "_found");
  Connections ports = host_ports(unit, 0, 32, table_row_bits(map_));
  std::erase_if(ports, [](const auto& port) {
    return port.first == "host_wdata" || port.first == "host_write";
  });
  ports.emplace_back("host_write", atom("host_write"));
  ports.emplace_back("host_wdata", slice("host_wdata", c_.host_width, 0, key + 2));
  ports.emplace_back("host_start", atom("host_start"));
  ports.emplace_back("host_done", atom(unit + "_done"));
  c_.slow_units.push_back(unit);
  ports.emplace_back("access_enable", used ? joined(accesses, 0) : literal(1, 0));
  ports.emplace_back("access_key", used ? joined(accesses, 1) : literal(key, 0));
  ports.emplace_back("access_insert", used ? joined(accesses, 2) : literal(1, 0));
  ports.emplace_back("access_remove", used ? joined(accesses, 3) : literal(1, 0));
  ports.emplace_back("access_stamp", used && map_.lru ? joined(accesses, 4) : literal(32, 0));
  ports.emplace_back("access_result", atom(unit + "_result"));
  ports.emplace_back("hold", atom(unit + "_hold"));
  look_up_ports(looks, unit, ports);
  const bool removes =
      finds > 0 && !is_zero(c_.values.maker(looks[0]->operands[3])); // also if it always does
  c_.top.add(Instance{"pw_table",
                      unit,
                      {{"KEY", text(key)},
                       {"WAYS", text(map_.ways)},
                       {"PLACES", text(map_.places)},
                       {"ROW_BITS", text(map_.row_bits)},
                       {"ENTRIES", text(map_.max_entries)},
                       {"SLOT_BITS", text(slot)},
                       {"STASH", text(map_.stash)},
                       {"RESERVE", text(pipeline::table_reserve(c_.p, number_))},
                       {"LAST", text(pipeline::table_last(c_.p, number_))},
                       {"MARGIN", text(pipeline::table_margin(c_.p, number_))},
                       {"LRU", map_.lru ? "1" : "0"},
                       {"FINDS", text(finds)},
                       {"REMOVES", removes ? "1" : "0"},
                       {"SECRET", secret()}},
                      std::move(ports)});
  for (const Operation* op : accesses)
    deliver_access(*op, unit + "_result", width, 0);
  for (unsigned i = 0; i < finds; ++i)
    deliver_access(*looks[i], unit + "_found", found, i * width);
}

// It never holds packets back.
void MapEmitter::emit_prefixes(const Operations& all) {
  std::string unit = table_name(c_, number_);
  unsigned key = access_key_bits(map_), slot = bits_for(map_.slots), width = slot + 2;
  Operations accesses, looks;
  for (const Operation* op : all)
    (op->port == 0 ? accesses : looks).push_back(op);
  std::ranges::sort(looks, {}, &Operation::port);
  const bool used = !accesses.empty();
  const unsigned finds = static_cast<unsigned>(looks.size()), found = width * std::max(1u, finds);
  c_.wire(width, unit + "_result"), c_.wire(1, unit + "_done"), c_.wire(found, unit + "_found");
  c_.assign(unit + "_hold", literal(1, 0)), c_.assign(unit + "_crowded", literal(1, 0));
  Connections ports = host_ports(unit, 0, 32, table_row_bits(map_));
  std::erase_if(ports, [](const auto& port) {
    return port.first == "host_wdata" || port.first == "host_write";
  });
  ports.emplace_back("host_write", atom("host_write"));
  ports.emplace_back("host_wdata", slice("host_wdata", c_.host_width, 0, key));
  ports.emplace_back("host_start", atom("host_start"));
  ports.emplace_back("host_done", atom(unit + "_done"));
  c_.slow_units.push_back(unit);
  ports.emplace_back("access_enable", used ? joined(accesses, 0) : literal(1, 0));
  ports.emplace_back("access_key", used ? joined(accesses, 1) : literal(key, 0));
  ports.emplace_back("access_insert", used ? joined(accesses, 2) : literal(1, 0));
  ports.emplace_back("access_remove", used ? joined(accesses, 3) : literal(1, 0));
  ports.emplace_back("access_result", atom(unit + "_result"));
  const auto operand = [&](const Operation& op, unsigned n) {
    return c_.values.in_stage(op.operands[n], op.stage);
  };
  ports.emplace_back("find_enable",
                     looks.empty() ? literal(1, 0) : per_port(looks, [&](const Operation& op) {
                       return both(atom(valid_name(op.stage)), operand(op, 0));
                     }));
  ports.emplace_back("find_key",
                     looks.empty() ? literal(key, 0) : per_port(looks, [&](const Operation& op) {
                       return operand(op, 1);
                     }));
  ports.emplace_back("find_result", atom(unit + "_found"));
  c_.top.add(Instance{"pw_prefixes",
                      unit,
                      {{"KEY", text(8 * map_.key_bytes)},
                       {"ENTRIES", text(map_.max_entries)},
                       {"SLOT_BITS", text(slot)},
                       {"FINDS", text(finds)}},
                      std::move(ports)});
  for (const Operation* op : accesses)
    deliver_access(*op, unit + "_result", width, 0);
  for (unsigned i = 0; i < finds; ++i)
    deliver_access(*looks[i], unit + "_found", found, i * width);
}

void MapEmitter::emit_lpm(const Operations& finds) {
  std::string unit = name_ + "_find";
  unsigned key = map_.key_bytes - 4;
  LpmShape shape = lpm_shape(map_.max_entries, key);
  unsigned ultra = shape.is_large(shape.intervals, map_.handle_bits) ? 1U << shape.levels : 0U;
  for (unsigned level = 1; level < shape.levels; ++level)
    ultra |= shape.is_large(shape.nodes(level), shape.keys(level) * 8 * key) ? 1U << level : 0U;
  unsigned ports = static_cast<unsigned>(std::max<std::size_t>(1, finds.size()));
  c_.wire(ports * map_.handle_bits, unit + "_handles");
  Connections ports_of = host_ports(unit, 0, shape.bits(), 8 * key + map_.handle_bits);
  for (auto& port : find_ports(finds, unit))
    ports_of.push_back(port);
  c_.top.add(Instance{"pw_lpm",
                      unit,
                      {{"KEY", text(8 * key)},
                       {"LEVELS", text(shape.levels)},
                       {"ROOT_BITS", text(shape.root_bits)},
                       {"FAN_BITS", text(std::max(1u, shape.fan_bits))},
                       {"ROWS", text(shape.intervals)},
                       {"ROW_BITS", text(shape.bits())},
                       {"HANDLE", text(map_.handle_bits)},
                       {"FINDS", text(ports)},
                       {"ULTRA", text(ultra)}},
                      std::move(ports_of)});
  deliver(finds, unit + "_handles", map_.handle_bits);
}

bool whole_words(const Operations& writes) {
  return std::ranges::all_of(
      writes, [](const Operation* op) { return std::ranges::count(op->byte_enables, false) == 0; });
}

Expression widen(Expression e, unsigned from, unsigned to) {
  return from == to ? e : concat({literal(to - from, 0), std::move(e)});
}

Expression MapEmitter::index_bits(const Operation& op, ValueId index, unsigned bits) const {
  unsigned have = std::min(bits, c_.values.width(index));
  return widen(c_.values.bits(index, op.stage, 0, have), have, bits);
}

// slot * count + index
Expression MapEmitter::address(const Operation& op, ValueId handle, const ValueId* index,
                               unsigned bits) const {
  unsigned count = map_.columns[op.column].count;
  unsigned slot_bits = map_.handle_bits - 1;
  if (slot_bits == 0 || map_.slots == 1)
    return index != nullptr && count > 1 ? index_bits(op, *index, bits) : literal(bits, 0);
  unsigned have = std::min(slot_bits, bits);
  Expression slot = c_.values.bits(handle, op.stage, 1, have);
  if (count == 1)
    return widen(slot, have, bits);
  if (std::has_single_bit(count) && index != nullptr) {
    unsigned low = static_cast<unsigned>(std::bit_width(count)) - 1;
    unsigned high = std::min(have, bits - low);
    return widen(concat({c_.values.bits(handle, op.stage, 1, high), index_bits(op, *index, low)}),
                 high + low, bits);
  }
  Expression base = binary("*", widen(slot, have, bits), literal(bits, count));
  return index != nullptr ? binary("+", base, index_bits(op, *index, bits)) : base;
}

Expression MapEmitter::read_addresses(const Operations& reads, unsigned bits) const {
  return per_port(reads, [&](const Operation& op) {
    return address(op, op.operands[1], op.operands.size() > 2 ? &op.operands[2] : nullptr, bits);
  });
}

Expression MapEmitter::write_addresses(const Operations& writes, unsigned bits) const {
  return per_port(writes, [&](const Operation& op) {
    return address(op, op.operands[1], op.operands.size() > 3 ? &op.operands[3] : nullptr, bits);
  });
}

Expression MapEmitter::write_enables(const Operations& writes) const {
  return per_port(writes, [&](const Operation& op) {
    return binary("&&", atom(valid_name(op.stage)), c_.values.in_stage(op.operands[0], op.stage));
  });
}

Expression MapEmitter::write_data(const Operations& writes) const {
  return per_port(
      writes, [&](const Operation& op) { return c_.values.in_stage(op.operands[2], op.stage); });
}

Expression MapEmitter::write_bytes(const Operations& writes, unsigned bytes) const {
  return per_port(writes, [&](const Operation& op) {
    pipeline::Bits bits{bytes, std::vector<std::uint64_t>((bytes + 63) / 64)};
    for (unsigned b = 0; b < bytes; ++b)
      if (op.byte_enables.empty() || op.byte_enables[b])
        bits.words[b / 64] |= std::uint64_t{1} << (b % 64);
    return literal(bits);
  });
}

void MapEmitter::emit_column(unsigned number) {
  const pipeline::Column& column = map_.columns[number];
  Operations reads = select(OpKind::MapRead, number), writes = select(OpKind::MapWrite, number);
  std::string unit =
      name_ + "_at" + text(column.offset) +
      (number > 0 && map_.columns[number - 1].offset == column.offset ? "_" + text(number) : "");
  unsigned width = 8 * column.bytes, depth = map_.slots * column.count, bits = bits_for(depth);
  unsigned read_ports = static_cast<unsigned>(std::max<std::size_t>(1, reads.size()));
  unsigned write_ports = static_cast<unsigned>(std::max<std::size_t>(1, writes.size()));
  c_.wire(read_ports * width, unit + "_words");
  Connections ports = host_ports(unit, 1 + number, bits, width);
  Expression none = literal(1, 0);
  ports.emplace_back("read_enable",
                     reads.empty() ? none : per_port(reads, [&](const Operation& op) {
                       return c_.values.in_stage(op.operands[0], op.stage);
                     }));
  ports.emplace_back("read_address",
                     reads.empty() ? literal(bits, 0) : read_addresses(reads, bits));
  ports.emplace_back("read_data", atom(unit + "_words"));
  ports.emplace_back("write_enable", writes.empty() ? none : write_enables(writes));
  ports.emplace_back("write_address",
                     writes.empty() ? literal(bits, 0) : write_addresses(writes, bits));
  ports.emplace_back("write_data", writes.empty() ? literal(width, 0) : write_data(writes));
  ports.emplace_back("write_bytes",
                     writes.empty() ? literal(column.bytes, 0) : write_bytes(writes, column.bytes));
  c_.top.add(
      Instance{"pw_column",
               unit,
               {{"WIDTH", text(width)},
                {"DEPTH", text(depth)},
                {"ADDRESS", text(bits)},
                {"READS", text(read_ports)},
                {"WRITES", text(write_ports)},
                {"LATENCY", text(column.read_latency)},
                {"WHOLE", whole_words(writes) ? "1" : "0"},
                {"STYLE", column.memory == pipeline::Memory::Ultra ? "\"ultra\"" : "\"block\""}},
               std::move(ports)});
  deliver(reads, unit + "_words", width);
}

void MapEmitter::emit() {
  c_.top.add(Banner{"map " + text(number_) + ": " + map_.name + ", " + text(map_.max_entries) +
                    " entries of " + text(map_.key_bytes) + " to " + text(map_.value_bytes) +
                    " bytes"});
  Operations finds = select(OpKind::MapFind, 0);
  if (map_.kind == pipeline::MapKind::Hash)
    emit_hash(finds);
  if (map_.kind == pipeline::MapKind::Present)
    emit_present(finds);
  if (map_.kind == pipeline::MapKind::Lpm)
    emit_lpm(finds);
  if (holds_prefixes(map_))
    emit_prefixes(select(OpKind::MapAccess, 0));
  else if (map_.kind == pipeline::MapKind::Table)
    emit_table(select(OpKind::MapAccess, 0));
  for (unsigned i = 0; i < map_.columns.size(); ++i) {
    const pipeline::Column& column = map_.columns[i];
    c_.top.add(Comment{"value bytes " + text(column.offset) + " to " +
                       text(column.offset + column.bytes * column.count - 1) +
                       (column.count > 1 ? ", " + text(column.count) + " words" : "")});
    emit_column(i);
  }
}

} // namespace

std::string table_name(const Context& c, unsigned map) { return map_name(c, map) + "_table"; }

void add_maps(Context& c) {
  for (unsigned i = 0; i < c.p.maps.size(); ++i)
    MapEmitter(c, i).emit();
}

} // namespace pw::verilog
