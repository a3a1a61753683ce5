// Calls that change maps, take locks or ask for the MTU: which maps and which memory they take.
#include "frontend/verify/transfer.h"

#include <algorithm>
#include <initializer_list>

namespace pw::verify {

namespace {

bool in(bpf_map_type type, std::initializer_list<bpf_map_type> types) {
  return std::ranges::find(types, type) != types.end();
}

// Linux lets programs look values up in these, ...
bool can_look_up(bpf_map_type t) {
  return in(t, {BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_HASH,
                BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH,
                BPF_MAP_TYPE_LPM_TRIE, BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_DEVMAP_HASH,
                BPF_MAP_TYPE_XSKMAP, BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_HASH_OF_MAPS});
}

// ... update and delete in these, ...
bool can_change(bpf_map_type t) {
  return in(t, {BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_HASH,
                BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_HASH, BPF_MAP_TYPE_LRU_PERCPU_HASH,
                BPF_MAP_TYPE_LPM_TRIE});
}

// ... and redirect by these.
bool can_redirect(bpf_map_type t) {
  return in(
      t, {BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_DEVMAP_HASH, BPF_MAP_TYPE_CPUMAP, BPF_MAP_TYPE_XSKMAP});
}

// Linux refuses lookups in these, and changes of those and more.
bool never_looked_up(bpf_map_type t) {
  return in(t, {BPF_MAP_TYPE_CPUMAP, BPF_MAP_TYPE_PROG_ARRAY, BPF_MAP_TYPE_PERF_EVENT_ARRAY,
                BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_USER_RINGBUF, BPF_MAP_TYPE_QUEUE,
                BPF_MAP_TYPE_STACK, BPF_MAP_TYPE_BLOOM_FILTER, BPF_MAP_TYPE_STACK_TRACE,
                BPF_MAP_TYPE_CGROUP_ARRAY});
}
bool never_changed(bpf_map_type t) {
  return never_looked_up(t) ||
         in(t, {BPF_MAP_TYPE_DEVMAP, BPF_MAP_TYPE_DEVMAP_HASH, BPF_MAP_TYPE_XSKMAP,
                BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_HASH_OF_MAPS});
}

constexpr const char* supported_types = "array, hash (per-CPU, LRU), LPM trie, maps of these, "
                                        "queue, stack, Bloom filter, devmap, devmap hash, "
                                        "cpumap, xskmap, ring buffer, perf event array";

bool changes_map(std::uint32_t helper) {
  return helper == BPF_FUNC_map_update_elem || helper == BPF_FUNC_map_delete_elem;
}

bool takes_ring_buffer(std::uint32_t helper) {
  return helper == BPF_FUNC_ringbuf_output || helper == BPF_FUNC_ringbuf_reserve ||
         helper == BPF_FUNC_ringbuf_query;
}

bool takes_queue(std::uint32_t helper) {
  return helper == BPF_FUNC_map_push_elem || helper == BPF_FUNC_map_pop_elem ||
         helper == BPF_FUNC_map_peek_elem;
}

bool is_hash(bpf_map_type t) {
  return in(t, {BPF_MAP_TYPE_HASH, BPF_MAP_TYPE_PERCPU_HASH, BPF_MAP_TYPE_LRU_HASH,
                BPF_MAP_TYPE_LRU_PERCPU_HASH});
}

bool takes(std::uint32_t helper, bpf_map_type type) {
  if (helper == BPF_FUNC_for_each_map_elem)
    return in(type, {BPF_MAP_TYPE_ARRAY, BPF_MAP_TYPE_PERCPU_ARRAY});
  if (takes_queue(helper))
    return in(type, {BPF_MAP_TYPE_QUEUE, BPF_MAP_TYPE_STACK}) ||
           (type == BPF_MAP_TYPE_BLOOM_FILTER && helper != BPF_FUNC_map_pop_elem);
  if (helper == BPF_FUNC_redirect_map)
    return can_redirect(type);
  if (helper == BPF_FUNC_tail_call)
    return type == BPF_MAP_TYPE_PROG_ARRAY;
  if (helper == BPF_FUNC_perf_event_output)
    return type == BPF_MAP_TYPE_PERF_EVENT_ARRAY;
  if (takes_ring_buffer(helper))
    return type == BPF_MAP_TYPE_RINGBUF;
  return changes_map(helper) ? can_change(type) : can_look_up(type);
}

// Not only we, Linux refuses it, too.
bool never_takes(std::uint32_t helper, bpf_map_type type) {
  if (helper == BPF_FUNC_for_each_map_elem)
    return !is_hash(type);
  if (takes_queue(helper) || helper == BPF_FUNC_redirect_map || helper == BPF_FUNC_tail_call ||
      helper == BPF_FUNC_perf_event_output || takes_ring_buffer(helper))
    return true;
  return changes_map(helper) ? never_changed(type) : never_looked_up(type);
}

} // namespace

bool Transfer::check_map(unsigned insn, std::uint32_t helper, const Value& v) {
  const MapDefinition& m = map(v);
  const std::string type = "type " + std::to_string(m.type);
  if (takes(helper, m.type))
    return !changes_map(helper) || (check_changeable(insn, m) && check_inner_changes(insn, m));
  if (never_takes(helper, m.type))
    report_.add(diagnose("PW-MAP-004", helper_name(helper) + " can't take map '" + m.name + "'")
                    .limited("another type of map", type),
                insn);
  else if (helper == BPF_FUNC_for_each_map_elem)
    report_.add(diagnose("PW-MAP-003", helper_name(helper) + " on map '" + m.name +
                                           "': maps of this type are not supported")
                    .breaks("the order in which Linux walks over a hash is its own secret, and "
                            "hardware looks entries up")
                    .limited("array, per-CPU array", type)
                    .help("keep what is to be walked over in a small array"),
                insn);
  else
    report_.add(diagnose("PW-MAP-003", helper_name(helper) + " on map '" + m.name +
                                           "': maps of this type are not supported")
                    .limited(supported_types, type),
                insn);
  return false;
}

bool Transfer::check_changeable(unsigned insn, const MapDefinition& m) {
  const bool read_only = m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig ||
                         (m.flags & BPF_F_RDONLY_PROG);
  if (read_only)
    report_.add(diagnose("PW-MAP-005", "map '" + m.name + "' is changed, but is read-only"), insn);
  return !read_only;
}

// Memory of a known size that a helper reads: a key or a value.
bool Transfer::check_fixed_memory(State& s, unsigned insn, const Value& v, unsigned bytes) {
  if (!access(s, insn, v, 0, bytes, false))
    return false;
  if (v.kind != Kind::Stack)
    return true;
  const StackRange r = stack_range(v, 0, bytes);
  if (!has_pointer(s.frames[v.frame], r.first, r.bytes))
    return true;
  report_.add(diagnose("PW-CALL-004", "a helper is given stack memory that holds a pointer")
                  .limited("memory without pointers", "a pointer in it"),
              insn);
  return false;
}

// Memory that a helper fills whole, whatever it finds.
bool Transfer::check_written_memory(State& s, unsigned insn, const Value& v, unsigned bytes) {
  if (!access(s, insn, v, 0, bytes, true))
    return false;
  if (v.kind != Kind::Stack)
    return true;
  const StackRange r = stack_range(v, 0, bytes);
  if (has_pointer(s.frames[v.frame], r.first, r.bytes))
    report_.add(diagnose("PW-STK-002", "a helper is given stack memory that holds a pointer"),
                insn);
  forget_stack(s.frames[v.frame], r.first, r.bytes);
  return true;
}

// ---- locks ----

bool Transfer::check_lock_argument(State& s, unsigned insn, const Value& v) {
  if (v.kind != Kind::MapValue) {
    refuse_access(insn, v);
    return false;
  }
  const MapDefinition& m = map(v);
  if (m.spin_lock && v.constant_offset() && v.offset == std::int64_t{*m.spin_lock})
    return true;
  report_.add(
      diagnose("PW-MAP-009", "no struct bpf_spin_lock stands there in map '" + m.name + "'")
          .limited(m.spin_lock ? "offset " + std::to_string(*m.spin_lock) : "a map with a lock",
                   m.spin_lock ? "another offset" : "a map without one")
          .help("give the address of the lock that the map's value type declares"),
      insn);
  return false;
}

bool Transfer::check_spin_lock(State& s, unsigned insn, std::uint32_t helper) {
  const Value& v = s.reg(1);
  const State::Lock wanted{v.index, v.id};
  const auto refuse = [&](const std::string& what) {
    report_.add(diagnose("PW-CALL-013", what)
                    .breaks("one lock at a time, and no calls of helpers while it is held")
                    .help("call bpf_spin_unlock on every path before"),
                insn);
    return false;
  };
  if (helper == BPF_FUNC_spin_unlock && !s.lock)
    return refuse("bpf_spin_unlock without a lock that is held");
  if (helper == BPF_FUNC_spin_unlock && s.lock != wanted)
    return refuse("bpf_spin_unlock of another lock than the one that is held");
  s.lock = helper == BPF_FUNC_spin_lock ? std::optional(wanted) : std::nullopt;
  return true;
}

// Before any call but bpf_spin_unlock, and before the program ends.
bool Transfer::check_unlocked(const State& s, unsigned insn, const std::string& what) {
  if (!s.lock)
    return true;
  report_.add(diagnose("PW-CALL-013", what + " while the lock of map '" +
                                          object_.maps.at(s.lock->map).name + "' is held")
                  .breaks("one lock at a time, and no calls of helpers while it is held")
                  .help("call bpf_spin_unlock on every path before"),
              insn);
  return false;
}

// ---- bpf_check_mtu ----

// The length goes in and the MTU comes out through one u32.
bool Transfer::check_mtu_argument(State& s, unsigned insn, const Value& v) {
  constexpr unsigned bytes = 4;
  if (v.is_packet()) {
    report_.add(diagnose("PW-CALL-004", "argument 3 of bpf_check_mtu is a packet pointer")
                    .limited("a pointer to the stack or a map value", kind_name(v.kind)),
                insn);
    return false;
  }
  if (!access(s, insn, v, 0, bytes, true))
    return false;
  if (v.kind != Kind::Stack)
    return true;
  const StackRange r = stack_range(v, 0, bytes);
  if (has_pointer(s.frames[v.frame], r.first, r.bytes))
    report_.add(diagnose("PW-STK-002", "a helper is given stack memory that holds a pointer"),
                insn);
  forget_stack(s.frames[v.frame], r.first, r.bytes);
  return true;
}

} // namespace pw::verify
