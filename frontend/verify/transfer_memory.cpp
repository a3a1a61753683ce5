#include "frontend/verify/transfer.h"

#include <algorithm>
#include <limits>

namespace pw::verify {

using namespace isa;

PacketCheck packet_check(const Value& p, std::int64_t offset, std::int64_t bytes) {
  return {p.min_offset() + offset<0, p.offset + offset + bytes> p.range};
}

StackRange stack_range(const Value& p, std::int64_t offset, unsigned bytes) {
  const std::int64_t first = p.min_offset() + offset;
  return {int(first), unsigned(p.max_offset() - p.min_offset()) + bytes};
}

namespace {

constexpr std::int64_t lock_bytes = 4; // of struct bpf_spin_lock

Value unknown(unsigned bytes) {
  return bytes == 8 ? Value::of(Scalar{})
                    : Value::of(Scalar::unsigned_range(0, (std::uint64_t{1} << 8 * bytes) - 1));
}

std::string span_text(std::int64_t first, std::int64_t last) {
  return "bytes [" + std::to_string(first) + ", " + std::to_string(last) + ")";
}

} // namespace

void Transfer::refuse_access(unsigned insn, const Value& v) {
  switch (v.kind) {
  case Kind::Poison:
    return;
  case Kind::MapValueOrNull:
    report_.add(diagnose("PW-MAP-002",
                         "value of map '" + map(v).name + "' is used without a check for NULL")
                    .breaks("a lookup may return NULL")
                    .help("test the pointer, and leave or go on without it if it is NULL"),
                insn);
    return;
  case Kind::RecordOrNull:
    report_.add(diagnose("PW-EVT-002", "a ring buffer record is used without a check for NULL")
                    .breaks("bpf_ringbuf_reserve returns NULL where there is no room")
                    .help("test the pointer, and leave or go on without it if it is NULL"),
                insn);
    return;
  case Kind::Stale:
    report_.add(
        diagnose("PW-PKT-001", "a packet pointer is used after the packet was moved")
            .breaks(tc() ? "helpers that change the packet make all packet pointers invalid"
                         : "adjust_head, adjust_tail and adjust_meta make all packet pointers "
                           "invalid")
            .help("read ctx->data and ctx->data_end again after the call"),
        insn);
    return;
  default:
    report_.add(diagnose("PW-VER-013", std::string("memory access through ") + kind_name(v.kind))
                    .breaks("memory is the packet, the stack, a map value or the context"),
                insn);
  }
}

bool Transfer::access_stack(State& s, unsigned insn, const Value& v, std::int64_t offset,
                            unsigned bytes) {
  const std::int64_t first = v.min_offset() + offset, last = v.max_offset() + offset + bytes;
  if (first >= -stack_bytes && last <= 0 && v.frame < s.frames.size())
    return true;
  report_.add(diagnose("PW-STK-001", "access outside of the stack frame")
                  .limited("bytes [-512, 0) from r10", span_text(first, last))
                  .help("check the index against the size of the array"),
              insn);
  return false;
}

bool Transfer::access_map(unsigned insn, const Value& v, std::int64_t offset, unsigned bytes,
                          bool write) {
  const MapDefinition& m = map(v);
  const std::int64_t first = v.min_offset() + offset, last = v.max_offset() + offset + bytes;
  if (m.type == BPF_MAP_TYPE_XSKMAP) {
    report_.add(diagnose("PW-MAP-007", "the socket found in map '" + m.name + "' is looked into")
                    .breaks("an AF_XDP socket has no contents in hardware"),
                insn);
    return false;
  }
  if (first < 0 || last > std::int64_t(m.value_size)) {
    report_.add(diagnose("PW-MAP-001", "access outside of the value of map '" + m.name + "'")
                    .limited("value_size " + std::to_string(m.value_size), span_text(first, last))
                    .help("check the index against the size of the array"),
                insn);
    return false;
  }
  if (m.spin_lock && first < std::int64_t{*m.spin_lock} + lock_bytes && last > *m.spin_lock) {
    report_.add(diagnose("PW-MAP-009", "the spin lock in map '" + m.name + "' is accessed directly")
                    .limited("bpf_spin_lock and bpf_spin_unlock", span_text(first, last))
                    .help("copy the fields on both sides of the lock one by one"),
                insn);
    return false;
  }
  const bool read_only = m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig ||
                         (m.flags & BPF_F_RDONLY_PROG) || m.type == BPF_MAP_TYPE_DEVMAP ||
                         m.type == BPF_MAP_TYPE_DEVMAP_HASH;
  if (write && read_only)
    report_.add(diagnose("PW-MAP-005", "map '" + m.name + "' is written, but is read-only"), insn);
  if (!write && (m.flags & BPF_F_WRONLY_PROG))
    report_.add(diagnose("PW-MAP-005", "map '" + m.name + "' is read, but is write-only"), insn);
  return true;
}

bool Transfer::access_packet(State& s, unsigned insn, const Value& v, std::int64_t offset,
                             unsigned bytes, bool write) {
  if (!check_regrown(s, insn, !write))
    return false;
  s.packet_written |= write;
  const PacketCheck check = packet_check(v, offset, bytes);
  const std::int64_t reach = v.offset + offset + bytes;
  if (check.needed())
    report_.add(diagnose("PW-PKT-002", "packet access is not shown to be within bounds; it is "
                                       "checked for each packet and aborts it if it is outside")
                    .limited(std::to_string(std::max<std::int64_t>(v.range, 0)) +
                                 " bytes compared with data_end",
                             span_text(v.offset + offset, reach))
                    .help("compare the pointer behind the access with ctx->data_end before it")
                    .warning(),
                insn);
  s.show(v.kind, v.id, reach);
  return true;
}

bool Transfer::access(State& s, unsigned insn, const Value& v, std::int64_t offset, unsigned bytes,
                      bool write) {
  switch (v.kind) {
  case Kind::Stack:
    return access_stack(s, insn, v, offset, bytes);
  case Kind::MapValue:
    return access_map(insn, v, offset, bytes, write);
  case Kind::Record:
    return check_record(s, insn, v, offset, bytes);
  case Kind::Packet:
  case Kind::PacketMeta:
    return access_packet(s, insn, v, offset, bytes, write);
  default:
    refuse_access(insn, v);
    return false;
  }
}

Value Transfer::load_context(unsigned insn, std::int64_t offset, unsigned bytes) {
  if (tc())
    return load_skb(insn, offset, bytes);
  if (bytes != 4 || offset < 0 || offset % 4 != 0 || offset > 20) {
    report_.add(diagnose("PW-VER-010", "the context has no such field")
                    .limited("fields of struct xdp_md, 4 bytes each, up to byte 24",
                             std::to_string(bytes) + " bytes at " + std::to_string(offset)),
                insn);
    return Value::poison();
  }
  switch (offset) {
  case 0:
    return Value::pointer(Kind::Packet);
  case 4:
    return Value::pointer(Kind::PacketEnd);
  case 8:
    return Value::pointer(Kind::PacketMeta);
  case 20:
    report_.add(diagnose("PW-VER-015", "ctx->egress_ifindex is read: it is a constant")
                    .breaks("the program is taken for one of a devmap, in front of one interface")
                    .help("say which one with --egress N")
                    .warning(),
                insn);
    return unknown(4);
  default:
    return unknown(4);
  }
}

Value Transfer::load_map(unsigned insn, const Value& v, std::int64_t offset, unsigned bytes) {
  const MapDefinition& m = map(v);
  const bool frozen = m.global == GlobalData::Rodata || m.global == GlobalData::Kconfig;
  if (!frozen || !v.constant_offset())
    return unknown(bytes);
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i)
    value |= std::uint64_t(m.initial.at(std::size_t(v.offset + offset) + i)) << 8 * i;
  return Value::constant(value);
}

Value Transfer::load_stack(State& s, unsigned insn, const Value& v, std::int64_t offset,
                           unsigned bytes) {
  const StackRange r = stack_range(v, offset, bytes);
  const Frame& frame = s.frames[v.frame];
  const Piece* pointer = find_pointer(frame, r.first, r.bytes);
  const bool whole = pointer && v.constant_offset() && pointer->offset == r.first && bytes == 8;
  if (pointer && !whole) {
    report_.add(diagnose("PW-STK-002", "part of " + std::string(kind_name(pointer->value.kind)) +
                                           " is read from the stack as a number"),
                insn);
    return Value::poison();
  }
  return v.constant_offset() ? read_stack(frame, r.first, bytes) : unknown(bytes);
}

void Transfer::load(State& s, unsigned insn, const Load& l) {
  const Value base = use(s, insn, l.base);
  Value v = Value::poison();
  if (base.kind == Kind::Context) {
    v = load_context(insn, base.offset + l.offset, l.bytes);
  } else if (access(s, insn, base, l.offset, l.bytes, false)) {
    v = base.kind == Kind::Stack      ? load_stack(s, insn, base, l.offset, l.bytes)
        : base.kind == Kind::MapValue ? load_map(insn, base, l.offset, l.bytes)
                                      : unknown(l.bytes);
  }
  if (l.sign_extend && v.is_scalar())
    v = Value::of(sign_extend(v.scalar, 8 * l.bytes));
  if (l.dst == 10) {
    report_.add(diagnose("PW-VER-005", "r10 is written").breaks("the frame pointer is read-only"),
                insn);
    return;
  }
  s.reg(l.dst) = v;
}

void Transfer::store_stack(State& s, unsigned insn, const Value& base, std::int64_t offset,
                           unsigned bytes, const Value& v) {
  const StackRange r = stack_range(base, offset, bytes);
  Frame& frame = s.frames[base.frame];
  if (!base.constant_offset()) {
    if (v.is_pointer())
      report_.add(diagnose("PW-STK-004", "a pointer is stored at a variable place of the stack"),
                  insn);
    return forget_stack(frame, r.first, r.bytes);
  }
  if (v.is_pointer() && (bytes != 8 || r.first % 8 != 0)) {
    report_.add(diagnose("PW-STK-004", "a pointer is stored at an unaligned place of the stack, or "
                                       "only a part of it"),
                insn);
    return forget_stack(frame, r.first, r.bytes);
  }
  write_stack(frame, r.first, bytes, v);
}

// Micro-engines choose the receive queue so; Linux lets programs do it that are bound to a card.
void Transfer::store_context(unsigned insn, std::int64_t offset, unsigned bytes, const Value& v) {
  constexpr std::int64_t rx_queue_index = 16;
  if (v.kind == Kind::Poison)
    return;
  if (tc())
    return store_skb(insn, offset, bytes, v);
  if (!micro_engine_ || offset != rx_queue_index || bytes != 4 || !v.is_scalar())
    report_.add(diagnose("PW-VER-011", "the context is written")
                    .breaks("fields of struct xdp_md are read-only")
                    .limited(micro_engine_ ? "a number of 4 bytes in rx_queue_index" : "",
                             micro_engine_ ? span_text(offset, offset + bytes) : ""),
                insn);
}

void Transfer::store(State& s, unsigned insn, const Store& st) {
  const Value base = use(s, insn, st.base);
  if (st.src.reg && base.kind == Kind::Stack)
    name_number(s.reg(*st.src.reg));
  const Value v = use(s, insn, st.src);
  if (base.kind == Kind::Context)
    return store_context(insn, base.offset + st.offset, st.bytes, v);
  if (!access(s, insn, base, st.offset, st.bytes, true))
    return;
  if (base.kind == Kind::Stack)
    return store_stack(s, insn, base, st.offset, st.bytes, v);
  if (v.is_pointer())
    report_.add(diagnose("PW-VER-014", std::string(kind_name(v.kind)) + " is stored in " +
                                           (base.kind == Kind::MapValue ? "a map"
                                            : base.kind == Kind::Record ? "a ring buffer"
                                                                        : "the packet"))
                    .breaks("addresses have no numbers in hardware"),
                insn);
}

void Transfer::atomic(State& s, unsigned insn, const Atomic& a) {
  const Value base = use(s, insn, a.base);
  const Value v = use(s, insn, a.src);
  const Value expected = a.op == AtomicOp::CmpXchg ? use(s, insn, Register(0)) : Value::constant(0);
  const bool place =
      base.kind == Kind::Stack || base.kind == Kind::MapValue || base.kind == Kind::Record;
  if (!place && base.kind != Kind::Poison)
    base.kind == Kind::MapValueOrNull || base.kind == Kind::Stale
        ? refuse_access(insn, base)
        : report_.add(diagnose("PW-VER-017",
                               std::string("atomic operation through ") + kind_name(base.kind))
                          .breaks("atomic operations work on map values, records and the stack"),
                      insn);
  if (v.is_pointer() || expected.is_pointer())
    report_.add(diagnose("PW-VER-014", "an atomic operation stores a pointer"), insn);
  const bool good = place && access(s, insn, base, a.offset, a.bytes, true);
  if (good && base.kind == Kind::Stack) {
    const StackRange r = stack_range(base, a.offset, a.bytes);
    if (has_pointer(s.frames[base.frame], r.first, r.bytes))
      report_.add(diagnose("PW-STK-002", "an atomic operation changes a stored pointer"), insn);
    forget_stack(s.frames[base.frame], r.first, r.bytes);
  }
  if (a.fetch)
    s.reg(a.op == AtomicOp::CmpXchg ? 0 : a.src) = good ? unknown(a.bytes) : Value::poison();
}

std::optional<std::uint64_t> Transfer::constant_memory(const State& s, const Value& v,
                                                       std::int64_t offset, unsigned bytes) const {
  if (!v.constant_offset())
    return std::nullopt;
  if (v.kind == Kind::Stack) {
    const Value x = read_stack(s.frames[v.frame], int(v.offset + offset), bytes);
    return x.is_scalar() && x.scalar.is_constant() ? std::optional(x.scalar.value()) : std::nullopt;
  }
  if (v.kind != Kind::MapValue || map(v).global != GlobalData::Rodata)
    return std::nullopt;
  const auto& data = map(v).initial;
  std::uint64_t value = 0;
  for (unsigned i = 0; i < bytes; ++i) {
    const std::int64_t at = v.offset + offset + i;
    if (at < 0 || std::size_t(at) >= data.size())
      return std::nullopt;
    value |= std::uint64_t(data[std::size_t(at)]) << 8 * i;
  }
  return value;
}

} // namespace pw::verify
