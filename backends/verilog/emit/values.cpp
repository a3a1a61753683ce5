#include "backends/verilog/emit/values.h"

#include <algorithm>
#include <iterator>

namespace pw::verilog {
using pipeline::OpKind;
using pipeline::ValueId;

namespace {

// Memories deliver their result at the end of their latency; everything else is logic in the stage
// of its operands with registers behind it, which synthesis may move into it (DSP blocks take them
// up).
bool from_memory(const pipeline::Pipeline& p, const pipeline::Operation& op) {
  return op.kind == OpKind::MapRead || op.kind == OpKind::MapAccess ||
         op.kind == OpKind::PacketRead ||
         (op.kind == OpKind::MapFind && p.maps[op.map].kind != pipeline::MapKind::Array);
}

bool comes_with_packet(const pipeline::Operation& op) {
  return op.kind == OpKind::PacketField || op.kind == OpKind::Input;
}

// "packet12_to_13": the bytes of the field.
std::string field_name(const pipeline::Operation& op, unsigned width) {
  std::string name = "packet" + std::to_string(op.offset);
  return width <= 8 ? name
                    : name + "_to_" + std::to_string(op.offset + static_cast<int>(width / 8) - 1);
}

std::string compare_name(const pipeline::Operation& op) {
  switch (op.compare) {
  case pipeline::Compare::Eq:
    return "equal";
  case pipeline::Compare::Ne:
    return "unequal";
  case pipeline::Compare::Ult:
  case pipeline::Compare::Slt:
    return "less";
  case pipeline::Compare::Ule:
  case pipeline::Compare::Sle:
    return "at_most";
  }
  return "is";
}

// For values that came without a name of their own.
std::string default_name(const pipeline::Pipeline& p, const pipeline::Operation& op) {
  unsigned width = p.values[op.result].width;
  switch (op.kind) {
  case OpKind::Input: {
    static const char* const inputs[] = {"length", "ifindex", "rxq",  "cpu",
                                         "time",   "seed",    "index"};
    const auto number = static_cast<unsigned>(op.input);
    if (op.input == packet_place)
      return "place";
    return number < std::size(inputs) ? inputs[number] : skb_fields[number - std::size(inputs)].name;
  }
  case OpKind::PacketField:
    return field_name(op, width);
  case OpKind::PacketRead:
    return "packet_bytes";
  case OpKind::Add:
    return "sum";
  case OpKind::Sub:
    return "difference";
  case OpKind::Mul:
    return "product";
  case OpKind::And:
    return width == 1 ? "both" : "masked";
  case OpKind::Or:
    return width == 1 ? "either" : "joined";
  case OpKind::Xor:
    return width == 1 ? "differs" : "mixed";
  case OpKind::Shl:
  case OpKind::Lshr:
  case OpKind::Ashr:
    return "shifted";
  case OpKind::Compare:
    return compare_name(op);
  case OpKind::Select:
  case OpKind::Mux:
    return "choice";
  case OpKind::MapFind:
    return legal_name(p.maps[op.map].name) + "_entry";
  case OpKind::MapAccess:
    return legal_name(p.maps[op.map].name) + "_access";
  case OpKind::MapRead:
    return legal_name(p.maps[op.map].name) + "_at" +
           std::to_string(p.maps[op.map].columns[op.column].offset);
  default:
    return width == 1 ? "bit" : "bits";
  }
}

bool puts_together(const pipeline::Operation& op) {
  return op.kind == OpKind::Zext || op.kind == OpKind::Sext || op.kind == OpKind::Concat;
}

pipeline::Bits part(const pipeline::Bits& from, unsigned low, unsigned count) {
  pipeline::Bits out{count, std::vector<std::uint64_t>((count + 63) / 64)};
  for (unsigned i = 0; i < count; ++i) {
    unsigned at = low + i;
    if (at / 64 < from.words.size() && (from.words[at / 64] >> (at % 64) & 1) != 0)
      out.words[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  return out;
}

} // namespace

Values::Values(const pipeline::Pipeline& p) : p_(p) {
  region_of_.resize(p.stages);
  for (unsigned r = 0; r < p.regions.size(); ++r)
    for (unsigned s = p.regions[r].first_stage; s <= p.regions[r].last_stage; ++s)
      region_of_[s] = r;
  find_makers();
  find_uses();
  name_all();
}

void Values::find_makers() {
  makers_.resize(p_.values.size());
  made_.resize(p_.values.size());
  for (const pipeline::Operation& op : p_.operations) {
    if (op.result == pipeline::no_value)
      continue;
    makers_[op.result] = &op;
    made_[op.result] =
        comes_with_packet(op)
            ? entrance
            : static_cast<int>(from_memory(p_, op) ? op.stage + op.latency : op.stage);
  }
}

void Values::use(ValueId v, unsigned stage) {
  int s = static_cast<int>(stage);
  if (v >= makers_.size() || makers_[v] == nullptr || s < made_[v])
    throw Failure(diagnose("PW-INT-001", "stage " + std::to_string(stage) + " uses value " +
                                             std::to_string(v) + " before it is there"));
  if (s == made_[v])
    used_where_made_[v] = true;
  last_use_[v] = std::max(last_use_[v], s);
  if (s <= made_[v] || !rebuilds_[v])
    return;
  std::vector<const pipeline::Operation*>& here = rebuilt_[stage];
  if (std::ranges::find(here, makers_[v]) != here.end())
    return;
  here.push_back(makers_[v]);
  for (ValueId operand : makers_[v]->operands)
    use(operand, stage);
}

void Values::find_uses() {
  last_use_.assign(p_.values.size(), entrance);
  used_where_made_.resize(p_.values.size());
  rebuilt_.resize(p_.stages);
  rebuilds_.resize(p_.values.size());
  for (const pipeline::Operation& op : p_.operations)
    if (op.result != pipeline::no_value)
      rebuilds_[op.result] = puts_together(op);
  for (const pipeline::Region& r : p_.regions) // entrances look at registers
    for (const pipeline::Interlock& lock : r.interlocks)
      for (ValueId v : lock.handles)
        rebuilds_[v] = false;
  use_all();
  for (auto& here : rebuilt_) // program order is the order of the elements of p_.operations
    std::ranges::sort(here);
}

void Values::use_all() {
  unsigned last = p_.stages - 1;
  for (const pipeline::Operation& op : p_.operations) {
    // Written bytes are laid over the packet behind the last stage.
    unsigned stage = op.kind == OpKind::PacketWrite ? last : op.stage;
    for (ValueId v : op.operands)
      use(v, stage);
  }
  for (const pipeline::Region& r : p_.regions)
    for (const pipeline::Interlock& lock : r.interlocks)
      for (ValueId v : lock.handles)
        use(v, r.first_stage);
  const pipeline::Result& r = p_.result;
  for (ValueId v : {r.retval, r.head, r.tail, r.fill, r.trap, r.redirect_map, r.redirect_key,
                    r.redirect_ifindex, r.redirect_flags})
    use(narrow(v), last);
  for (const auto& [field, v] : r.skb)
    use(narrow(v), last);
}

ValueId Values::narrow(ValueId v) const {
  while (makers_[v]->kind == OpKind::Zext)
    v = makers_[v]->operands[0];
  return v;
}

bool Values::wanted(ValueId v) const {
  return used_where_made_[v] || (!rebuilds_[v] && last_use_[v] > made_[v]);
}

void Values::name_all() {
  NameScope scope;
  for (const char* taken : {"valid", "data"})
    scope.reserve(taken);
  names_.resize(p_.values.size());
  for (const pipeline::Operation& op : p_.operations)
    if (op.result != pipeline::no_value && !fixed(op.result)) {
      const std::string& hint = p_.values[op.result].hint;
      names_[op.result] = scope.unique(hint.empty() ? default_name(p_, op) : hint);
    }
}

bool Values::fixed(ValueId v) const {
  const pipeline::Operation& op = *makers_[v];
  if (op.kind == OpKind::Input)
    return op.input == pipeline::Input::Cpu || op.input == pipeline::Input::Seed;
  return op.kind == OpKind::Constant;
}

Expression Values::fixed_text(ValueId v) const {
  const pipeline::Operation& op = *makers_[v];
  if (op.kind == OpKind::Constant)
    return literal(op.constant);
  return atom(op.input == pipeline::Input::Cpu ? "cfg_cpu" : "cfg_seed");
}

std::string Values::name(ValueId v, unsigned stage) const {
  return "s" + std::to_string(stage) + "_" + names_[v];
}
std::string Values::entrance_name(ValueId v, unsigned region) const {
  return "e" + std::to_string(region) + "_" + names_[v];
}

Expression Values::in_stage(ValueId v, unsigned stage) const {
  return fixed(v) ? fixed_text(v) : atom(name(v, stage));
}
Expression Values::at_entrance(ValueId v, unsigned region) const {
  return fixed(v) ? fixed_text(v) : atom(entrance_name(v, region));
}

Expression Values::bits(ValueId v, unsigned stage, unsigned low, unsigned count) const {
  const pipeline::Operation& op = *makers_[v];
  if (op.kind == OpKind::Constant)
    return literal(part(op.constant, low, count));
  return slice(to_text(in_stage(v, stage)), width(v), low, count);
}

std::vector<ValueId> Values::held(unsigned stage) const {
  std::vector<ValueId> out;
  int s = static_cast<int>(stage);
  for (ValueId v = 0; v < p_.values.size(); ++v)
    if (makers_[v] != nullptr && !fixed(v) && !rebuilds_[v] && made_[v] < s && last_use_[v] >= s)
      out.push_back(v);
  return out;
}

std::vector<ValueId> Values::waiting(unsigned region) const {
  return held(p_.regions[region].first_stage);
}

bool Values::first_of_region(unsigned stage) const {
  return stage == p_.regions[region_of_[stage]].first_stage;
}

} // namespace pw::verilog
