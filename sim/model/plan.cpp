#include "sim/model/plan.h"

#include <algorithm>
#include <map>
#include <set>

namespace pw::model {

using pipeline::no_value;
using pipeline::Operation;
using pipeline::OpKind;
using pipeline::Pipeline;
using pipeline::ValueId;

bool is_source(const Operation& op) {
  return op.kind == OpKind::Constant || op.kind == OpKind::Input || op.kind == OpKind::PacketField;
}

std::size_t storage_bytes(unsigned width) {
  const std::size_t bytes = (width + 7) / 8;
  if (bytes <= 2)
    return bytes;
  return bytes <= 4 ? 4 : (bytes + 7) / 8 * 8;
}

namespace {

// Functions of more operations than that take LLVM more than linear time.
constexpr std::size_t chunk_limit = 400;

bool reads_memory(const Operation& op) {
  return op.kind == OpKind::MapRead || op.kind == OpKind::MapFind || op.kind == OpKind::MapAccess;
}

unsigned run_stage(const Operation& op) { return op.stage + (reads_memory(op) ? op.latency : 0); }

[[noreturn]] void illegal(const Operation& op, const std::string& what) {
  throw Failure(diagnose("PW-INT-001", "illegal schedule: an operation of stage " +
                                           std::to_string(op.stage) + " " + what)
                    .at(0, op.location));
}

class Planner {
public:
  explicit Planner(const Pipeline& pipeline) : pipeline_(pipeline) {}
  Plan make();

private:
  void define_values();
  void check_schedule() const;
  void check_operand(const Operation& op, ValueId operand) const;
  void check_extent(const Operation& op) const;
  unsigned region_of(unsigned stage) const;
  void make_chunks();
  void add(unsigned stage, Phase phase, const std::vector<unsigned>& operations);
  void add_handles();
  void add_finish();
  void place_values();
  std::vector<ValueId> uses(const Chunk&) const;
  std::vector<ValueId> result_values() const;

  const Pipeline& pipeline_;
  Plan plan_;
};

void Planner::define_values() {
  plan_.definition.assign(pipeline_.values.size(), nullptr);
  for (const auto& op : pipeline_.operations)
    if (op.result != no_value)
      plan_.definition[op.result] = &op;
}

unsigned Planner::region_of(unsigned stage) const {
  for (unsigned r = 0; r < pipeline_.regions.size(); ++r)
    if (stage <= pipeline_.regions[r].last_stage)
      return r;
  return unsigned(pipeline_.regions.size());
}

void Planner::check_operand(const Operation& op, ValueId operand) const {
  const Operation* def = operand < plan_.definition.size() ? plan_.definition[operand] : nullptr;
  if (!def)
    illegal(op, "uses a value that nothing defines");
  if (!is_source(*def) && def->stage + def->latency > op.stage)
    illegal(op, "uses a value that is there from stage " +
                    std::to_string(def->stage + def->latency) + " on");
}

// Bytes outside what the record, or the frame in which packets are put together, has room for.
void Planner::check_extent(const Operation& op) const {
  constexpr int farthest = 32'767;
  if (op.kind == OpKind::PacketField) {
    const unsigned bytes = (pipeline_.values[op.result].width + 7) / 8;
    if (op.offset < 0 || unsigned(op.offset) + bytes > pipeline_.window_bytes)
      illegal(op, "reads bytes outside the window");
  }
  if (op.kind == OpKind::PacketWrite && (op.offset < -farthest || op.offset > farthest))
    illegal(op, "writes bytes that no packet has");
}

void Planner::check_schedule() const {
  for (const auto& op : pipeline_.operations) {
    check_extent(op);
    for (const ValueId operand : op.operands)
      check_operand(op, operand);
    if (op.latency > 0 && region_of(op.stage) != region_of(op.stage + op.latency))
      illegal(op, "has a latency that crosses the border of its region");
  }
}

void Planner::add(unsigned stage, Phase phase, const std::vector<unsigned>& operations) {
  for (std::size_t first = 0; first < operations.size(); first += chunk_limit) {
    const auto last = std::min(operations.size(), first + chunk_limit);
    auto& chunk = plan_.chunks.emplace_back();
    chunk.stage = stage;
    chunk.phase = phase;
    chunk.operations.assign(operations.begin() + first, operations.begin() + last);
  }
}

void Planner::make_chunks() {
  std::set<unsigned> memory_stages = {0};
  for (const auto& op : pipeline_.operations)
    if (reads_memory(op))
      memory_stages.insert(run_stage(op));
  std::map<unsigned, std::vector<unsigned>> compute, access, write;
  for (unsigned i = 0; i < pipeline_.operations.size(); ++i) {
    const auto& op = pipeline_.operations[i];
    if (op.kind == OpKind::MapAccess)
      access[op.stage].push_back(i);
    if (op.kind == OpKind::MapWrite)
      write[op.stage].push_back(i);
    else if (op.kind != OpKind::PacketWrite && !is_source(op))
      compute[*std::prev(memory_stages.upper_bound(run_stage(op)))].push_back(i);
  }
  for (const auto& [stage, operations] : compute)
    add(stage, Phase::Compute, operations);
  for (const auto& [stage, operations] : access)
    add(stage, Phase::Access, operations);
  for (const auto& [stage, operations] : write)
    add(stage, Phase::Write, operations);
  add_handles();
  std::stable_sort(plan_.chunks.begin(), plan_.chunks.end(), [](const Chunk& a, const Chunk& b) {
    return std::pair(a.stage, a.phase) < std::pair(b.stage, b.phase);
  });
  add_finish();
}

void Planner::add_handles() {
  for (const auto& region : pipeline_.regions) {
    Chunk chunk;
    chunk.stage = region.first_stage;
    chunk.phase = Phase::Handles;
    for (const auto& interlock : region.interlocks)
      chunk.handles.insert(chunk.handles.end(), interlock.handles.begin(), interlock.handles.end());
    for (const ValueId handle : chunk.handles) {
      const Operation& def = *plan_.definition[handle];
      if (!is_source(def) && def.stage + def.latency >= region.first_stage)
        illegal(def, "makes a handle that the entrance of its own region needs");
    }
    if (!chunk.handles.empty())
      plan_.chunks.push_back(chunk);
  }
}

void Planner::add_finish() {
  std::vector<unsigned> writes;
  for (unsigned i = 0; i < pipeline_.operations.size(); ++i)
    if (pipeline_.operations[i].kind == OpKind::PacketWrite)
      writes.push_back(i);
  auto& results = plan_.chunks.emplace_back();
  results.stage = pipeline_.stages;
  results.phase = Phase::Finish;
  results.results = true;
  add(pipeline_.stages, Phase::Finish, writes);
}

std::vector<ValueId> Planner::result_values() const {
  const auto& r = pipeline_.result;
  std::vector<ValueId> values = {r.retval,        r.head,         r.tail,         r.fill,
                                 r.trap,          r.redirect_map, r.redirect_key, r.redirect_ifindex,
                                 r.redirect_flags};
  for (const auto& [field, v] : r.skb)
    values.push_back(v);
  return values;
}

std::vector<ValueId> Planner::uses(const Chunk& chunk) const {
  std::vector<ValueId> values = chunk.handles;
  for (const unsigned i : chunk.operations) {
    const Operation& op = pipeline_.operations[i];
    if (op.kind != OpKind::MapAccess || chunk.phase == Phase::Access)
      values.insert(values.end(), op.operands.begin(), op.operands.end());
  }
  if (chunk.results) {
    const auto results = result_values();
    values.insert(values.end(), results.begin(), results.end());
  }
  return values;
}

// Slots of the same size are used again once their value is dead.
void Planner::place_values() {
  constexpr unsigned none = ~0u;
  std::vector<unsigned> defined(pipeline_.values.size(), none), last(pipeline_.values.size(), none);
  for (unsigned c = 0; c < plan_.chunks.size(); ++c) {
    for (const unsigned i : plan_.chunks[c].operations)
      if (plan_.chunks[c].phase != Phase::Access && pipeline_.operations[i].result != no_value)
        defined[pipeline_.operations[i].result] = c;
    for (const ValueId value : uses(plan_.chunks[c]))
      if (!is_source(*plan_.definition[value]) && defined[value] != c)
        last[value] = c;
  }
  std::vector<std::vector<ValueId>> starts(plan_.chunks.size()), ends(plan_.chunks.size());
  for (ValueId value = 0; value < last.size(); ++value)
    if (last[value] != none) {
      starts[defined[value]].push_back(value);
      ends[last[value]].push_back(value);
    }
  plan_.slot_offset.assign(pipeline_.values.size(), no_slot);
  std::map<std::size_t, std::vector<std::size_t>> free;
  for (unsigned c = 0; c < plan_.chunks.size(); ++c) {
    for (const ValueId value : starts[c]) {
      const std::size_t bytes = storage_bytes(pipeline_.values[value].width);
      auto& slots = free[bytes];
      if (slots.empty()) {
        slots.push_back(plan_.record_bytes);
        plan_.record_bytes += (bytes + 7) / 8 * 8;
      }
      plan_.slot_offset[value] = slots.back();
      slots.pop_back();
    }
    for (const ValueId value : ends[c])
      free[storage_bytes(pipeline_.values[value].width)].push_back(plan_.slot_offset[value]);
  }
}

Plan Planner::make() {
  define_values();
  check_schedule();
  make_chunks();
  plan_.window_offset = sizeof(Record);
  plan_.record_bytes = (sizeof(Record) + pipeline_.window_bytes + 15) / 16 * 16;
  place_values();
  return std::move(plan_);
}

} // namespace

Plan make_plan(const Pipeline& pipeline) { return Planner(pipeline).make(); }

} // namespace pw::model
