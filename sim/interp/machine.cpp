#include "sim/interp/machine.h"

#include "sim/interp/alu.h"
#include "sim/interp/array_store.h"
#include "sim/interp/event_helpers.h"
#include "sim/interp/skb_context.h"
#include "sim/interp/skb_helpers.h"
#include "sim/maps/contents.h"

#include <linux/pkt_cls.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace pw::interp {

namespace {

constexpr unsigned returned = ~0u;               // "next instruction" of an exit
constexpr unsigned tail_called = ~0u - 1;        // of a tail call that went to another program
constexpr std::uint64_t most_loops = 8ull << 20; // BPF_MAX_LOOPS
constexpr unsigned most_tail_calls = 33;         // MAX_TAIL_CALL_CNT

} // namespace

Machine::Machine(const Object& object, const Program& program, const Environment& environment)
    : object_(object), program_(program), tc_(program_type(program) == ProgramType::Tc),
      environment_(environment), memory_(maps_), helpers_{memory_, maps_, environment_, packet_} {
  for (const MapDefinition& map : object.maps)
    maps_.push_back(make_map_store(map));
  for (std::size_t i = 0; i < maps_.size(); ++i)
    if (object.maps[i].inner)
      maps_[i]->replace(initial_contents(object, object.maps[i]));
  load(program_);
}

// Decodes a program and those that program arrays it names start with.
const isa::Code& Machine::load(const Program& program) {
  isa::Code& code = codes_[program.name] = isa::decode(program.insns);
  for (const auto& insn : code)
    if (const auto* array = insn ? std::get_if<isa::LoadMap>(&*insn) : nullptr)
      for (const auto& [slot, name] : object_.maps.at(array->map).initial_programs)
        code_of(name);
  return code;
}

const isa::Code& Machine::code_of(const std::string& name) {
  if (const auto known = codes_.find(name); known != codes_.end())
    return known->second;
  const auto program = std::ranges::find(object_.programs, name, &Program::name);
  if (program == object_.programs.end())
    throw Failure(diagnose("PW-ENG-004", "the object has no program '" + name + "' to tail-call"));
  return load(*program);
}

Helper Machine::helper_of(std::uint32_t id) const {
  const Helper own = tc_ ? find_tc_helper(id) : nullptr;
  return own ? own : find_helper(id);
}

// Where it is executed and not before: what no packet comes to may call anything, as in Linux,
// whose verifier removes it.
void Machine::refuse(const std::string& what, unsigned at) const {
  const auto running = std::ranges::find_if(
      codes_, [this](const auto& program) { return &program.second == code_; });
  const auto program = std::ranges::find(object_.programs, running->first, &Program::name);
  Diagnostic d = diagnose("PW-ENG-004", "the interpreter has not " + what);
  if (program != object_.programs.end())
    d.at(at, program->location(at));
  throw Failure(d);
}

PacketResult Machine::run(const Packet& packet, std::uint32_t index) {
  memory_.load_packet(packet.bytes);
  packet_ = {};
  packet_.index = index;
  for (const auto& map : maps_)
    map->begin_packet(index);
  packet_.time_ns =
      environment_.time == Environment::Time::Capture ? packet.time_ns : std::uint64_t{index} * 4;
  if (tc_) {
    packet_.skb = skb_at_start(environment_, index, packet.bytes);
    packet_.wire_length = static_cast<std::uint32_t>(packet.bytes.size());
    packet_.network = Frame::shortest;
  }
  PacketResult result;
  code_ = &codes_.at(program_.name);
  r_ = {};
  r_[1] = address_in(static_cast<unsigned>(Space::Context), 0);
  depth_ = 0;
  executed_ = 0;
  tail_calls_ = 0;
  try {
    result.retval = static_cast<std::uint32_t>(call(0));
  } catch (const MemoryFault&) {
    result.retval = tc_ ? TC_ACT_SHOT : XDP_ABORTED;
  }
  if (tc_)
    result.skb = packet_.skb;
  result.length = static_cast<std::uint32_t>(memory_.frame.tail - memory_.frame.head);
  if (leaves(result))
    result.bytes = memory_.packet();
  result.redirect =
      tc_ ? tc_redirect_target(result.retval, packet_.redirect_ifindex, packet_.redirect_flags)
          : redirect_target(object_, result.retval, packet_.redirect_map, packet_.redirect_key,
                            packet_.redirect_ifindex, packet_.redirect_flags);
  result.queue = packet_.queue;
  result.trace = std::move(packet_.trace);
  finish_events(packet_);
  result.events = std::move(packet_.events);
  return result;
}

// Runs the function at `target` in a frame of its own; r1 .. r5 are its arguments. A tail call in
// it puts another program into its place, which returns to the same caller.
std::uint64_t Machine::call(unsigned target) {
  if (depth_ >= Memory::max_frames)
    throw MemoryFault("too many frames");
  const auto saved = r_;
  const isa::Code* const caller = code_;
  enter_frame(depth_++);
  for (unsigned at = target; at != returned;) {
    at = step(at);
    if (at != tail_called)
      continue;
    r_ = {};
    r_[1] = address_in(static_cast<unsigned>(Space::Context), 0);
    enter_frame(depth_ - 1);
    at = 0;
  }
  --depth_;
  code_ = caller;
  const std::uint64_t result = r_[0];
  r_ = saved;
  r_[0] = result;
  return result;
}

void Machine::enter_frame(unsigned depth) {
  memory_.clear_frame(depth);
  r_[10] = Memory::stack_top(depth);
}

unsigned Machine::step(unsigned at) {
  if (at >= code_->size() || !(*code_)[at])
    throw MemoryFault("no instruction here");
  if (++executed_ > budget)
    throw Failure(diagnose("PW-ENG-004", "packet " + std::to_string(packet_.index) +
                                             " has not ended after " + std::to_string(budget) +
                                             " instructions"));
  const isa::Instruction& insn = *(*code_)[at];
  const bool wide = at + 1 < code_->size() && !(*code_)[at + 1];
  const unsigned next = at + (wide ? 2 : 1);
  return std::visit([&](const auto& kind) { return execute(kind, next); }, insn);
}

std::uint64_t Machine::operand(const isa::Operand& source) const {
  return source.reg ? r_[*source.reg] : static_cast<std::uint64_t>(source.imm);
}

unsigned Machine::execute(const isa::Alu& insn, unsigned next) {
  r_[insn.dst] = alu(insn, r_[insn.dst], operand(insn.src));
  return next;
}

unsigned Machine::execute(const isa::ByteSwap& insn, unsigned next) {
  r_[insn.dst] = byte_swap(insn, r_[insn.dst]);
  return next;
}

unsigned Machine::execute(const isa::LoadImmediate& insn, unsigned next) {
  r_[insn.dst] = insn.value;
  return next;
}

unsigned Machine::execute(const isa::LoadMap& insn, unsigned next) {
  r_[insn.dst] = address_in(static_cast<unsigned>(Space::Map), insn.map);
  return next;
}

unsigned Machine::execute(const isa::LoadMapValue& insn, unsigned next) {
  r_[insn.dst] = memory_.value_address(insn.map, 0) + insn.offset;
  return next;
}

unsigned Machine::execute(const isa::LoadFunction& insn, unsigned next) {
  r_[insn.dst] = address_in(static_cast<unsigned>(Space::Function), insn.target);
  return next;
}

// struct xdp_md: the kernel turns loads of the three 32-bit pointers into loads of real ones.
std::uint64_t Machine::load_context(const isa::Load& insn, std::int64_t offset) const {
  const auto packet = [](std::int64_t at) {
    return address_in(static_cast<unsigned>(Space::Packet), at);
  };
  if (insn.bytes != 4)
    throw MemoryFault("context fields are read in 4 bytes");
  switch (offset) {
  case offsetof(xdp_md, data):
    return packet(memory_.frame.head);
  case offsetof(xdp_md, data_end):
    return packet(memory_.frame.tail);
  case offsetof(xdp_md, data_meta):
    return packet(memory_.frame.meta);
  case offsetof(xdp_md, ingress_ifindex):
    return environment_.ifindex;
  case offsetof(xdp_md, rx_queue_index):
    return environment_.rx_queue;
  case offsetof(xdp_md, egress_ifindex):
    return environment_.egress;
  default:
    throw MemoryFault("no such context field");
  }
}

unsigned Machine::execute(const isa::Load& insn, unsigned next) {
  const std::uint64_t address = r_[insn.base] + static_cast<std::uint64_t>(insn.offset);
  if (space_of(address) == static_cast<unsigned>(Space::Context)) {
    r_[insn.dst] = tc_ ? load_skb(helpers_, offset_of(address), insn.bytes)
                       : load_context(insn, offset_of(address));
    if (!tc_ || !insn.sign_extend)
      return next;
  }
  const bool context = space_of(address) == static_cast<unsigned>(Space::Context);
  const std::uint64_t value = context ? r_[insn.dst] : memory_.load(address, insn.bytes);
  const unsigned up = 64 - insn.bytes * 8;
  r_[insn.dst] = insn.sign_extend
                     ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value << up) >> up)
                     : value;
  return next;
}

// Only programs for micro-engines do it (VerifyOptions::micro_engine).
void Machine::store_context(const isa::Store& insn, std::int64_t offset) {
  if (insn.bytes != 4 || offset != offsetof(xdp_md, rx_queue_index))
    throw MemoryFault("context fields are read-only");
  packet_.queue = static_cast<std::uint32_t>(operand(insn.src));
}

unsigned Machine::execute(const isa::Store& insn, unsigned next) {
  const std::uint64_t address = r_[insn.base] + static_cast<std::uint64_t>(insn.offset);
  if (space_of(address) == static_cast<unsigned>(Space::Context) && tc_)
    store_skb(helpers_, offset_of(address), insn.bytes, operand(insn.src));
  else if (space_of(address) == static_cast<unsigned>(Space::Context))
    store_context(insn, offset_of(address));
  else
    memory_.store(address, insn.bytes, operand(insn.src));
  return next;
}

unsigned Machine::execute(const isa::Atomic& insn, unsigned next) {
  const std::uint64_t address = r_[insn.base] + static_cast<std::uint64_t>(insn.offset);
  const std::uint64_t old = memory_.load(address, insn.bytes);
  if (insn.op == isa::AtomicOp::CmpXchg) {
    const std::uint64_t expected = insn.bytes == 4 ? static_cast<std::uint32_t>(r_[0]) : r_[0];
    memory_.store(address, insn.bytes, old == expected ? r_[insn.src] : old);
    r_[0] = old;
    return next;
  }
  memory_.store(address, insn.bytes, atomic_result(insn.op, old, r_[insn.src]));
  if (insn.fetch || insn.op == isa::AtomicOp::Xchg)
    r_[insn.src] = old;
  return next;
}

unsigned Machine::execute(const isa::Jump& insn, unsigned next) {
  const bool taken = insn.condition == isa::Condition::Always ||
                     holds(insn.condition, insn.is64, r_[insn.dst], operand(insn.src));
  return taken ? insn.target : next;
}

unsigned Machine::execute(const isa::CallHelper& insn, unsigned next) {
  return call_helper(insn.id, next);
}

unsigned Machine::execute(const isa::CallLocal& insn, unsigned next) {
  call(insn.target);
  return next;
}

// What came with the packet besides its bytes: nothing.
unsigned Machine::execute(const isa::CallKfunc& insn, unsigned next) {
  const auto name = object_.kernel_functions.find(insn.btf_id);
  if (name == object_.kernel_functions.end() || !name->second.starts_with("bpf_xdp_metadata_rx_"))
    refuse("kernel functions", next - 1);
  r_[0] = static_cast<std::uint32_t>(-EOPNOTSUPP);
  return next;
}

unsigned Machine::execute(const isa::Exit&, unsigned) { return returned; }

// Outside of the packet the function returns 0.
unsigned Machine::execute(const isa::LoadPacket& insn, unsigned next) {
  if (!tc_)
    refuse("LD_ABS and LD_IND", next - 1);
  const std::uint32_t index = insn.index ? static_cast<std::uint32_t>(r_[*insn.index]) : 0;
  const auto offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(insn.offset) + index);
  const auto value = load_from_packet(helpers_, offset, insn.bytes);
  r_[0] = value.value_or(0);
  return value ? next : returned;
}

unsigned Machine::call_helper(std::uint32_t id, unsigned next) {
  if (id == BPF_FUNC_loop) {
    r_[0] = loop();
  } else if (id == BPF_FUNC_for_each_map_elem) {
    r_[0] = for_each(next - 1);
  } else if (id == BPF_FUNC_tail_call) {
    if (tail_call())
      return tail_called;
    r_[0] = 0; // not looked at by programs that the kernel accepts
  } else {
    const Helper helper = helper_of(id);
    if (!helper)
      refuse("helper " + std::to_string(id), next - 1);
    r_[0] = helper(helpers_, {r_[1], r_[2], r_[3], r_[4], r_[5]});
  }
  return next;
}

// bpf_loop(count, function, context, flags): stops when the function returns other than 0.
std::uint64_t Machine::loop() {
  const auto count = static_cast<std::uint32_t>(r_[1]);
  const std::uint64_t function = r_[2], context = r_[3], flags = r_[4];
  if (flags != 0)
    return static_cast<std::uint64_t>(-EINVAL);
  if (count > most_loops)
    return static_cast<std::uint64_t>(-E2BIG);
  if (space_of(function) != static_cast<unsigned>(Space::Function))
    throw MemoryFault("not a function");
  for (std::uint32_t i = 0; i < count; ++i) {
    r_[1] = i;
    r_[2] = context;
    if (call(static_cast<unsigned>(offset_of(function))) != 0)
      return i + 1;
  }
  return count;
}

// bpf_for_each_map_elem(map, function, context, flags), likewise; the function is given map, key,
// value and context. A hash is walked in an order that only the kernel knows.
std::uint64_t Machine::for_each(unsigned at) {
  const std::uint64_t map = r_[1], function = r_[2], context = r_[3], flags = r_[4];
  auto* const elements = dynamic_cast<ArrayStore*>(&helpers_.map(map));
  if (elements == nullptr)
    refuse("bpf_for_each_map_elem over a map that is no array", at);
  if (flags != 0)
    return static_cast<std::uint64_t>(-EINVAL);
  if (space_of(function) != static_cast<unsigned>(Space::Function))
    throw MemoryFault("not a function");
  const std::uint64_t key = Memory::stack_top(Memory::max_frames - 1) - 8 * (depth_ + 1);
  for (std::uint32_t i = 0; i < elements->definition().max_entries; ++i) {
    memory_.store(key, 4, i);
    r_[1] = map;
    r_[2] = key;
    r_[3] = memory_.value_address(helpers_.map_number(map), i);
    r_[4] = context;
    if (call(static_cast<unsigned>(offset_of(function))) != 0)
      return i + 1;
  }
  return elements->definition().max_entries;
}

// bpf_tail_call(ctx, map, index): true if there is a program to go on in. What finds none doesn't
// count.
bool Machine::tail_call() {
  const auto* programs = dynamic_cast<const ProgramStore*>(&helpers_.map(r_[2]));
  if (programs == nullptr)
    throw MemoryFault("not a program array");
  const auto name = programs->program(static_cast<std::uint32_t>(r_[3]));
  if (!name || tail_calls_ >= most_tail_calls)
    return false;
  ++tail_calls_;
  code_ = &code_of(*name);
  return true;
}

} // namespace pw::interp
