// Calls that read memory wherever it is, compare strings, or ask for what came with the packet.
#include "frontend/verify/reasons.h"
#include "frontend/verify/transfer.h"

#include <algorithm>
#include <cerrno>
#include <span>

namespace pw::verify {

using namespace isa;

// ---- bpf_probe_read_kernel ----

// Linux reads any address: behind the packet there is something, too, but nobody knows what.
bool Transfer::check_probe_source(State& s, unsigned insn, const Value& v, unsigned bytes) {
  if (v.is_scalar() && v.scalar.all.umax < 4096) // -ERANGE
    return true;
  const bool memory = v.kind == Kind::Stack || v.kind == Kind::MapValue || v.is_packet();
  if (!memory) {
    report_.add(diagnose("PW-CALL-014",
                         std::string("bpf_probe_read_kernel reads through ") + kind_name(v.kind))
                    .breaks("memory of the host's kernel is not on the card")
                    .limited("the packet, the stack, a map value, NULL", kind_name(v.kind))
                    .help("let the host put what is needed into a map"),
                insn);
    return false;
  }
  if (v.is_packet() && packet_check(v, 0, bytes).needed()) {
    report_.add(diagnose("PW-CALL-014", "bpf_probe_read_kernel may read behind the packet")
                    .breaks("Linux gives what its memory holds there")
                    .limited(std::to_string(std::max<std::int64_t>(v.range, 0)) +
                                 " bytes compared with data_end",
                             std::to_string(v.offset + bytes) + " bytes")
                    .help("compare the pointer behind the bytes with ctx->data_end before it"),
                insn);
    return false;
  }
  return bytes == 0 || check_fixed_memory(s, insn, v, bytes);
}

// ---- bpf_strncmp ----

std::optional<std::string> Transfer::constant_string(const State& s, const Value& v) const {
  if (v.kind != Kind::MapValue || !v.constant_offset())
    return std::nullopt;
  std::string text;
  for (std::int64_t i = 0;; ++i) {
    const auto byte = constant_memory(s, v, i, 1);
    if (!byte)
      return std::nullopt;
    if (*byte == 0)
      return text;
    text += char(*byte);
  }
}

bool Transfer::check_string(const State& s, unsigned insn, const Value& v) {
  if (constant_string(s, v))
    return true;
  report_.add(diagnose("PW-CALL-004", "argument 3 of bpf_strncmp is no constant string")
                  .limited("a string in .rodata, with a zero behind it", kind_name(v.kind))
                  .help("compare with a const char array, or a literal"),
              insn);
  return false;
}

// ---- bpf_for_each_map_elem ----

std::uint64_t Transfer::rounds_of_walk(const State& s) const { return entries(map(s.reg(1))); }

Value Transfer::element_of_walk(const State& s) {
  Value v = Value::pointer(Kind::MapValue, 0, s.reg(1).index);
  if (map(v).spin_lock)
    v.id = next_id_++;
  return v;
}

// ---- kernel functions ----

namespace {
struct MetadataFunction {
  const char* name;
  unsigned sizes[2]; // of what r2 and r3 point to; 0: there is no r3
};
constexpr MetadataFunction metadata_functions[] = {
    {"bpf_xdp_metadata_rx_timestamp", {8, 0}},
    {"bpf_xdp_metadata_rx_hash", {4, 4}},
    {"bpf_xdp_metadata_rx_vlan_tag", {2, 2}},
};

const MetadataFunction* metadata_function(const std::string& name) {
  const auto* found = std::ranges::find_if(
      metadata_functions, [&](const MetadataFunction& f) { return name == f.name; });
  return found == std::end(metadata_functions) ? nullptr : found;
}
} // namespace

// Nothing comes with a packet: it is as with a card whose driver doesn't serve the call, which
// leaves the memory alone. Linux takes it for written.
bool Transfer::check_metadata_call(State& s, unsigned insn, const std::string& name) {
  bool good = use(s, insn, Register(1)).kind == Kind::Context;
  const MetadataFunction& f = *metadata_function(name);
  for (unsigned i = 0; good && i < 2 && f.sizes[i]; ++i) {
    const Value v = use(s, insn, Register(2 + i));
    good =
        v.is_pointer() && v.kind != Kind::Context && check_written_memory(s, insn, v, f.sizes[i]);
  }
  report_.add(
      good ? diagnose("PW-CALL-015", "kernel function " + name + " always returns -EOPNOTSUPP")
                 .breaks("nothing comes with a packet besides its bytes")
                 .warning()
           : diagnose("PW-CALL-004", "arguments of kernel function " + name)
                 .limited("the context, and pointers to memory", "others"),
      insn);
  return good;
}

void Transfer::call_kernel(State& s, unsigned insn, const CallKfunc& x) {
  const auto known = object_.kernel_functions.find(x.btf_id);
  const std::string name = known == object_.kernel_functions.end() ? "" : known->second;
  if (metadata_function(name) && !tc() && !micro_engine_) {
    const bool good =
        check_unlocked(s, insn, "call of " + name) && check_metadata_call(s, insn, name);
    return finish_call(s, good ? Value::constant(std::uint32_t(-EOPNOTSUPP)) : Value::poison());
  }
  const Reason reason = reason_against(name);
  report_.add(
      diagnose("PW-CALL-007", "kernel function " + (name.empty() ? "" : name + " ") + "is called")
          .breaks(*reason.why ? reason.why : "kernel functions have no hardware")
          .help(reason.remedy),
      insn);
  finish_call(s, Value::poison());
}

} // namespace pw::verify
