#include "backends/nfp/rules/rules.h"

#include <cstddef>

namespace pw::nfp::rules {

using verify::Kind;
using verify::Value;

namespace {

bool known(const Value& v) { return v.constant_offset(); }

std::string bytes_text(std::int64_t first, std::int64_t bytes) {
  return "bytes [" + std::to_string(first) + ", " + std::to_string(first + bytes) + ")";
}

std::string range_text(const Value& base, std::int64_t offset, unsigned bytes) {
  return "somewhere in " +
         bytes_text(base.min_offset() + offset, base.max_offset() - base.min_offset() + bytes);
}

// Else the frontend has complained already, or it is metadata, whose address can't be had.
bool is_memory(Kind k) {
  return k == Kind::Context || k == Kind::Stack || k == Kind::MapValue || k == Kind::Packet;
}

} // namespace

void MemoryRules::visit(const Visit& v) {
  if (const auto* l = std::get_if<Load>(&v.instruction)) {
    load({v.insn, l->bytes, v.state.reg(l->base), l->offset, false});
  } else if (const auto* st = std::get_if<Store>(&v.instruction)) {
    store({v.insn, st->bytes, v.state.reg(st->base), st->offset, !st->src.reg});
  } else if (const auto* a = std::get_if<Atomic>(&v.instruction)) {
    atomic(v.insn, *a, v.state.reg(a->base));
  }
}

void MemoryRules::load(const Access& a) {
  if (!is_memory(a.base.kind))
    return;
  if (a.base.kind == Kind::Context)
    load_context(a);
  if (a.base.kind == Kind::MapValue)
    map_value(a);
  stack(a);
  check_boundary(s_, a.insn, a.base, a.offset, a.bytes);
  one_kind(a);
}

void MemoryRules::store(const Access& a) {
  if (!is_memory(a.base.kind))
    return;
  if (a.base.kind == Kind::Context)
    store_context(a);
  if (a.base.kind == Kind::MapValue && s_.map(a.base.index).global == GlobalData::None)
    s_.report.add(
        diagnose("PW-NFP-126", "value of map '" + s_.map(a.base.index).name + "' is written")
            .breaks("programs on the card read map values and add to them atomically")
            .limited("reads and __sync_fetch_and_add", "a store")
            .help("count with __sync_fetch_and_add, or call bpf_map_update_elem with a value on "
                  "the stack"),
        a.insn);
  if (a.base.kind == Kind::Stack && a.constant)
    s_.report.add(diagnose("PW-NFP-124", "a constant is stored to the stack")
                      .breaks("the driver translates stores of constants (BPF_ST) for the packet "
                              "only")
                      .limited("stores from registers", "BPF_ST")
                      .help(rewritten("compile with -mcpu=v3")),
                  a.insn);
  stack(a);
  check_boundary(s_, a.insn, a.base, a.offset, a.bytes);
  one_kind(a);
}

void MemoryRules::load_context(const Access& a) {
  const std::int64_t at = a.base.offset + a.offset;
  bool good = false;
  if (s_.is_tc())
    good = at == offsetof(__sk_buff, len) || at == offsetof(__sk_buff, data) ||
           at == offsetof(__sk_buff, data_end);
  else
    good = at == offsetof(xdp_md, data) || at == offsetof(xdp_md, data_end);
  if (good && a.bytes == 4)
    return;
  s_.report.add(diagnose("PW-NFP-131", "a field of the context that the card doesn't have")
                    .limited(s_.is_tc() ? "len, data and data_end, 4 bytes each"
                                        : "data and data_end, 4 bytes each",
                             bytes_text(at, a.bytes))
                    .help("take what is needed from the packet"),
                a.insn);
}

void MemoryRules::store_context(const Access& a) {
  const std::int64_t at = a.base.offset + a.offset;
  if (s_.is_tc() || at != offsetof(xdp_md, rx_queue_index) || a.bytes != 4) {
    s_.report.add(diagnose("PW-NFP-132", "the context is written")
                      .limited("rx_queue_index of XDP programs, 4 bytes", bytes_text(at, a.bytes))
                      .help("keep it in a local variable"),
                  a.insn);
    return;
  }
  if (!s_.firmware.queue_select)
    s_.report.add(diagnose("PW-NFP-133", "the receive queue is chosen")
                      .limited("firmware '" + s_.firmware.name + "' without queue selection",
                               "a store to rx_queue_index")
                      .help("use a firmware that has it, or leave the queue to the card"),
                  a.insn);
  if (a.constant)
    s_.report.add(diagnose("PW-NFP-134", "a constant is stored to the context")
                      .breaks("the driver translates stores of constants (BPF_ST) for the packet "
                              "only")
                      .limited("stores from registers", "BPF_ST")
                      .help(rewritten("compile with -mcpu=v3")),
                  a.insn);
}

void MemoryRules::stack(const Access& a) {
  if (a.base.kind != Kind::Stack || known(a.base))
    return;
  s_.report.add(diagnose("PW-NFP-122", "the stack is accessed at a variable place")
                    .breaks("the driver must know the place of each access to the stack")
                    .limited("a constant place", range_text(a.base, a.offset, a.bytes))
                    .help("unroll the loop (#pragma unroll), or use if or switch instead of an "
                          "index"),
                a.insn);
}

void MemoryRules::map_value(const Access& a) {
  if (known(a.base) || s_.map(a.base.index).global != GlobalData::None)
    return;
  s_.report.add(diagnose("PW-NFP-127", "value of map '" + s_.map(a.base.index).name +
                                           "' is accessed at a variable place")
                    .breaks("the driver must know which words of a value are counters")
                    .limited("a constant place", range_text(a.base, a.offset, a.bytes))
                    .help("use if or switch instead of an index, or make it part of the key"),
                a.insn);
}

// The last byte must lie in front of the boundary. Where it depends on the packet, a small MTU is
// enough: Linux looks at the smaller of both.
void check_boundary(const Subject& s, unsigned insn, const Value& base, std::int64_t offset,
                    std::int64_t bytes) {
  const std::int64_t limit = std::int64_t{s.firmware.split_bytes} - 32;
  const std::int64_t first = base.min_offset() + offset,
                     last = base.max_offset() + offset + bytes - 1;
  if (base.kind != Kind::Packet || last < limit)
    return;
  Diagnostic d =
      diagnose("PW-NFP-130", "the packet is accessed behind the split boundary")
          .breaks("programs reach the front of a packet only, where it is kept near")
          .limited("bytes [0, " + std::to_string(limit) + ")", bytes_text(first, last - first + 1))
          .help("access the front of the packet only");
  if (first + bytes - 1 < limit && s.options.mtu < limit)
    d.warning().help("keep the interface's MTU below " + std::to_string(limit) +
                     ", or check the distance against a smaller bound");
  s.report.add(d, insn);
}

void MemoryRules::one_kind(const Access& a) {
  const auto [at, fresh] = sites_.try_emplace(a.insn, Site{a.base.kind, a.base.offset});
  if (fresh)
    return;
  const Site& first = at->second;
  if (first.kind != a.base.kind)
    s_.report.add(diagnose("PW-NFP-121", "one instruction accesses several kinds of memory")
                      .breaks("each kind is reached by other commands of the micro-engine")
                      .limited(std::string("always ") + kind_name(first.kind),
                               std::string("also ") + kind_name(a.base.kind))
                      .help("keep the two accesses apart: asm volatile(\"\" : \"+r\"(pointer)) in "
                            "one of the branches"),
                  a.insn);
  else if (a.base.kind == Kind::Stack && known(a.base) && first.place % 4 != a.base.offset % 4)
    s_.report.add(
        diagnose("PW-NFP-123", "one instruction accesses stack places of different alignment")
            .limited("places that are equal modulo 4",
                     std::to_string(first.place) + " and " + std::to_string(a.base.offset))
            .help("align the variables: __attribute__((aligned(4)))"),
        a.insn);
}

void MemoryRules::atomic(unsigned insn, const Atomic& a, const Value& base) {
  if (a.op != AtomicOp::Add)
    s_.report.add(diagnose("PW-NFP-140", "an atomic operation other than addition")
                      .limited("atomic addition", to_string(Instruction(a)))
                      .help("use __sync_fetch_and_add, without its result"),
                  insn);
  else if (a.fetch)
    s_.report.add(diagnose("PW-NFP-141", "an atomic addition gives the old value back")
                      .breaks("additions are sent to the memory and not waited for")
                      .limited("atomic addition without its result", to_string(Instruction(a)))
                      .help("don't use the result; compile --target nfp writes NAME.offload.o "
                            "without it where nothing depends on it"),
                  insn);
  const Access access{insn, a.bytes, base, a.offset, false};
  if (base.kind == Kind::Stack)
    s_.report.add(diagnose("PW-NFP-142", "an atomic operation on the stack")
                      .limited("values of maps", kind_name(base.kind))
                      .help("nobody else sees the stack: add without atomicity"),
                  insn);
  if (base.kind != Kind::MapValue)
    return;
  map_value(access);
  one_kind(access);
  if (known(base) && (base.offset + a.offset) % a.bytes != 0)
    s_.report.add(diagnose("PW-NFP-143", "an atomic operation at an unaligned place")
                      .breaks("Linux refuses it, too")
                      .limited("a multiple of " + std::to_string(a.bytes),
                               bytes_text(base.offset + a.offset, a.bytes))
                      .help("order the fields so that the counter is aligned to its size"),
                  insn);
}

} // namespace pw::nfp::rules
