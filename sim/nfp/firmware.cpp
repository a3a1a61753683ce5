#include "sim/nfp/firmware.h"

#include "sim/nfp/stop.h"

#include <linux/bpf.h>
#include <linux/pkt_cls.h>

#include <algorithm>

namespace pw::me {

namespace {

// The packet vector: bits that the program may change, and what stands in the others.
struct VectorWord {
  unsigned word;
  std::uint32_t mask, rest;
};
constexpr VectorWord length_word = {0, 0x3fff, 0x2a5d4000}, address_word = {2, 0x1fff, 0},
                     chosen_word = {4, 0x10, 0x00c0ffe3}, queue_word = {6, 0xff, 0x5a17be00};
constexpr unsigned stack_register = 22;
constexpr unsigned largest_context_stack = 4 * 240; // bytes of local memory
constexpr unsigned first_packet_number = 0x2b;

constexpr unsigned lookup = BPF_FUNC_map_lookup_elem, update = BPF_FUNC_map_update_elem,
                   remove = BPF_FUNC_map_delete_elem;
constexpr unsigned flags_register = 8; // low word; the high one behind it; the same in both banks

ValueAddress status(int result) {
  const auto wide = static_cast<std::uint64_t>(std::int64_t{result});
  return {.high = static_cast<std::uint32_t>(wide >> 32), .low = static_cast<std::uint32_t>(wide)};
}

[[noreturn]] void no_verdict(std::uint32_t a0) {
  throw Stop("PW-ME-011",
             "the program ends with " + std::to_string(a0) + " in A0, which is no verdict");
}

// Of a tc program. What passes may be TC_ACT_OK elsewhere, what is stolen TC_ACT_QUEUED.
std::uint32_t tc_verdict_of(std::uint32_t a0) {
  switch (a0) {
  case 0x110000:
    return std::uint32_t(TC_ACT_UNSPEC);
  case 0x220000:
    return TC_ACT_SHOT;
  case 0x020000:
    return TC_ACT_STOLEN;
  default:
    no_verdict(a0);
  }
}

// A0 at the exit. The card knows no numbers behind XDP_TX: all of them are aborted packets.
std::uint32_t verdict_of(std::uint32_t a0) {
  switch (a0) {
  case 0x110000:
    return XDP_PASS;
  case 0x220000:
    return XDP_DROP;
  case 0x440000:
    return XDP_TX;
  case 0x820000:
    return XDP_ABORTED;
  default:
    no_verdict(a0);
  }
}

void check_stack(const Code& code, const nfp::FirmwareProfile& profile) {
  const unsigned room = std::min(profile.stack_bytes, largest_context_stack);
  if (code.stack_bytes > room)
    throw Failure(diagnose("PW-ME-002", "the program needs more local memory than a context has")
                      .limited(std::to_string(room) + " bytes", std::to_string(code.stack_bytes)));
}

nfp::FirmwareProfile within_local_memory(nfp::FirmwareProfile profile) {
  profile.stack_bytes = std::min(profile.stack_bytes, largest_context_stack);
  return profile;
}

} // namespace

Firmware::Firmware(const Object& object, const Code& code, const CardProfile& card,
                   const nfp::FirmwareProfile& profile, const Environment& environment,
                   SharedParts shared)
    : code_(code), card_(card), profile_(within_local_memory(profile)), environment_(environment),
      shared_(std::move(shared)), engine_(code, card, profile_, *this) {
  if (!shared_.maps)
    shared_.maps = std::make_shared<MapMemory>(object, code.tables);
  check_stack(code, profile);
  for (unsigned i = 0; i < contexts_per_engine; ++i)
    buffers_.emplace_back(profile_, first_packet_number + i);
}

void Firmware::enter(Context& c, const Packet& packet, std::uint32_t index) {
  engine_.forget(c);
  events_.at(c.number).clear();
  buffers_.at(c.number).load(packet.bytes, index);
  maps().begin_packet(index);
  const LocalLayout l = engine_.layout(c);
  const auto set = [&](const VectorWord& w, std::uint32_t value) {
    engine_.local(l.vector + w.word) = Value::of(w.rest | value);
  };
  set(length_word, static_cast<std::uint32_t>(packet.bytes.size()));
  set(address_word, buffers_.at(c.number).address());
  set(chosen_word, 0);
  set(queue_word, 0);
  engine_.gpr(c, 0, stack_register) = Value::of(4 * l.stack);
  c.local[0].value = 4 * l.stack;
  c.local[1].value = 4 * l.vector;
  c.pc = code_.start;
  c.packet = index;
  c.begun = c.wake = engine_.clock();
  c.running = true;
}

void Firmware::read(const Context& c, bool ctm, std::uint64_t address, std::span<Byte> out) {
  if (!ctm)
    return maps().read(address, out);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = buffers_.at(c.number).read(static_cast<std::uint32_t>(address + i));
}

void Firmware::write(const Context& c, bool ctm, std::uint64_t address,
                     std::span<const std::uint8_t> bytes) {
  if (!ctm) {
    std::ranges::copy(bytes, maps().writable(address, bytes.size()).begin());
    return;
  }
  for (std::size_t i = 0; i < bytes.size(); ++i)
    buffers_.at(c.number).write(static_cast<std::uint32_t>(address + i), bytes[i]);
}

std::uint32_t Firmware::random(Context& c) {
  return random_u32(environment_.seed, c.packet, c.random_calls++);
}

std::uint32_t Firmware::vector_word(const Context& c, unsigned word) {
  return engine_.local(engine_.layout(c).vector + word).bits;
}

void Firmware::leave(Context& c) {
  for (const VectorWord& w : {length_word, chosen_word, queue_word})
    if ((vector_word(c, w.word) & ~w.mask) != w.rest)
      throw Stop("PW-ME-011", "the program has changed bits of word " + std::to_string(w.word) +
                                  " of the packet vector that are the firmware's");
  if (std::ranges::any_of(c.flights, [](const Flight& f) { return f.signal != 0; }))
    throw Stop("PW-ME-011", "the program ends before a command is done whose signal it asked for");
  PacketResult& r = results_.at(c.number);
  r = {};
  r.verdict_only = true;
  const std::uint32_t a0 = argument(c, 0, 0, "the verdict");
  r.retval = code_.tc ? tc_verdict_of(a0) : verdict_of(a0);
  if (code_.tc) { // metadata is the host's
    r.skb = SkbState{};
    r.skb_known = 0;
  }
  r.events = std::move(events_.at(c.number));
  events_.at(c.number).clear();
  r.length = vector_word(c, length_word.word) & length_word.mask;
  if (leaves(r))
    r.bytes = buffers_.at(c.number).take(vector_word(c, address_word.word), r.length);
  if ((vector_word(c, chosen_word.word) & chosen_word.mask) != 0)
    r.queue = vector_word(c, queue_word.word) & queue_word.mask;
  r.cycle_in = c.begun;
  r.cycle_out = engine_.clock();
  c.running = false;
}

bool Firmware::outside(Context& c) {
  if (c.pc == profile_.done) {
    leave(c);
    return true;
  }
  for (const auto& [id, address] : profile_.helpers)
    if (c.pc == address) {
      call(c, id);
      return true;
    }
  return false;
}

std::uint32_t Firmware::argument(Context& c, unsigned bank, unsigned n, const char* what) {
  const Value value = engine_.gpr(c, bank, n);
  if (!value.whole())
    throw Stop("PW-ME-005", std::string(what) + " belongs in register " + (bank == 0 ? "A" : "B") +
                                std::to_string(n) + ", which was never written");
  return value.bits;
}

std::vector<std::uint8_t> Firmware::from_local(Context& c, unsigned index, std::size_t bytes,
                                               const char* what) {
  const LocalAddress& a = c.local.at(index);
  if (!a.value || a.coming)
    throw Stop(a.coming ? "PW-ME-006" : "PW-ME-005", std::string("the address of ") + what +
                                                         " is not in ActLMAddr" +
                                                         std::to_string(index));
  return stack_bytes(c, *a.value, bytes, what);
}

// Words as they stand at an address in local memory, the lowest address in bits 7:0.
std::vector<std::uint8_t> Firmware::stack_bytes(Context& c, std::uint32_t address,
                                                std::size_t bytes, const char* what) {
  const LocalLayout l = engine_.layout(c);
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i < bytes; ++i) {
    const auto word = static_cast<unsigned>(address / 4 + i / 4);
    if (word < l.stack || word >= l.stack + l.stack_words)
      throw Stop("PW-ME-012", std::string(what) + " lies outside of the stack");
    const Value& value = engine_.local(word);
    if ((value.defined >> (8 * (i % 4)) & 0xff) != 0xff)
      throw Stop("PW-ME-005", "byte " + std::to_string(i) + " of " + what + " was never written");
    out.push_back(static_cast<std::uint8_t>(value.bits >> (8 * (i % 4))));
  }
  return out;
}

// The firmware may look into either bank.
std::uint64_t Firmware::update_flags(Context& c) {
  std::uint64_t flags = 0;
  for (unsigned word = 0; word < 2; ++word) {
    const std::uint32_t a = argument(c, 0, flags_register + word, "the update's flags");
    if (a != argument(c, 1, flags_register + word, "the update's flags"))
      throw Stop("PW-ME-012", "the update's flags are not the same in both banks");
    flags |= std::uint64_t{a} << (32 * word);
  }
  return flags;
}

ValueAddress Firmware::run_helper(Context& c, unsigned helper, std::uint32_t id,
                                  const std::vector<std::uint8_t>& key) {
  interp::MapStore& table = maps().table(id);
  maps().begin_packet(c.packet); // another engine's was the last to begin
  switch (helper) {
  case lookup: {
    const auto element = table.find(key);
    return element ? maps().address(id, *element) : ValueAddress{};
  }
  case update: {
    const auto value = from_local(c, 2, table.definition().value_size, "the value");
    return status(table.update(key, value, update_flags(c)));
  }
  case remove:
    return status(table.remove(key));
  default:
    throw Stop("PW-ME-014", "helper " + std::to_string(helper) + " is not simulated");
  }
}

std::uint64_t Firmware::memory_wait(const Access& access, std::uint64_t clock) {
  return shared_.memories ? shared_.memories->wait(shared_.engine, access, clock) : 0;
}

// The accesses of a helper, one behind another: a bucket's line each, wherever the key leads to.
std::uint64_t Firmware::helper_wait(std::uint32_t id, const std::vector<std::uint8_t>& key,
                                    Context& c) {
  constexpr unsigned line = 64; // bytes
  std::uint64_t hash = 0xcbf29ce484222325 ^ id;
  for (const std::uint8_t byte : key)
    hash = (hash ^ byte) * 0x100000001b3;
  std::uint64_t waiting = 0;
  for (unsigned read = 0; read < card_.helper_reads; ++read) {
    const Access access = {false, (hash >> 20) + std::uint64_t{read} * line, line, false};
    const std::uint64_t queued = memory_wait(access, engine_.clock() + waiting);
    waiting += queued + card_.emem_clocks;
    c.queued += queued;
  }
  return waiting;
}

void Firmware::call(Context& c, unsigned helper) {
  const std::uint32_t back = argument(c, 1, 0, "the return address");
  const LocalLayout l = engine_.layout(c);
  if (argument(c, 0, stack_register, "the stack's address") != 4 * l.stack)
    throw Stop("PW-ME-014", "A22 no longer has the stack's address when a helper is called");
  if (helper == BPF_FUNC_perf_event_output) {
    const std::size_t bytes = send_event(c);
    give_back(c, back, {});
    return wait(c, event_wait(c, bytes));
  }
  const std::uint32_t id = argument(c, 0, 0, "the table");
  const auto key = from_local(c, 0, maps().table(id).definition().key_size, "the key");
  const ValueAddress result = run_helper(c, helper, id, key);
  give_back(c, back, result);
  wait(c, helper_wait(id, key, c));
}

void Firmware::give_back(Context& c, std::uint32_t to, const ValueAddress& result) {
  engine_.forget_volatile(c);
  for (unsigned bank : {0U, 1U}) {
    engine_.gpr(c, bank, 0) = Value::of(result.low);
    engine_.gpr(c, bank, 1) = Value::of(result.high);
  }
  engine_.advance(engine_.clock() + card_.helper_instructions);
  c.instructions += card_.helper_instructions;
  c.pc = to;
}

void Firmware::wait(Context& c, std::uint64_t clocks) {
  c.wake = engine_.clock() + clocks;
  c.waited += clocks;
}

} // namespace pw::me
