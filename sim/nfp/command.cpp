// Memory commands: what they do to memory happens when they are issued, what they bring arrives
// after the memory's latency.
#include "sim/nfp/micro_engine.h"
#include "sim/nfp/stop.h"

namespace pw::me {

namespace {

// (target and action, token)
constexpr unsigned command_of(unsigned target, unsigned token) { return target << 2 | token; }
constexpr unsigned read8 = command_of(0x43, 1), write8_swap = command_of(0x42, 2),
                   write32_swap = command_of(0x5f, 2), read32 = command_of(0x5c, 0),
                   read32_swap = command_of(0x5c, 2), add = command_of(0x47, 0),
                   add_immediate = command_of(0x47, 2);

enum Mode : unsigned { a_high = 0, b_high = 1, sum = 4 };
constexpr unsigned wide_add = 4; // in the count of an addition

// An override of the previous result.
struct Override {
  bool length = false;
  unsigned count = 0; // as the field has it, + 1
  bool data = false;
  std::uint32_t immediate = 0;
};

Override override_of(const Context& c) {
  if (!c.trail.result || !c.trail.result->whole())
    throw Stop("PW-ME-013", "an indirect reference without a result before it");
  const std::uint32_t v = c.trail.result->bits;
  Override o;
  o.length = (v >> 7 & 1) != 0;
  o.count = (v >> 8 & 31) + 1;
  o.data = (v >> 3 & 7) == 2;
  o.immediate = v >> 16;
  if ((v >> 3 & 7) != 0 && !o.data)
    throw Stop("PW-ME-010", "an override of data that is not simulated");
  if ((v & 0x47) != 0 || (!o.data && (v >> 13) != 0))
    throw Stop("PW-ME-010", "an override that is not simulated");
  return o;
}

// Byte i of a word, counted from its lowest address.
unsigned shift_of(unsigned i, bool little) { return 8 * (little ? i : 3 - i); }

bool in_ctm(const Word& w) { return w.mode == sum; }

void check_transfers(const Word& w, unsigned words) {
  if (w.transfer + words > transfers)
    throw Stop("PW-ME-003", "a command that runs over the last transfer register");
}

std::uint32_t big_endian(std::span<const std::uint8_t> b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

std::array<std::uint8_t, 4> big_endian_bytes(std::uint32_t v) {
  return {static_cast<std::uint8_t>(v >> 24), static_cast<std::uint8_t>(v >> 16),
          static_cast<std::uint8_t>(v >> 8), static_cast<std::uint8_t>(v)};
}

} // namespace

std::uint64_t MicroEngine::command_address(Context& c, const Word& w) {
  const std::uint64_t a = need(c, w.left), b = need(c, w.right);
  constexpr std::uint64_t mask = (std::uint64_t{1} << 40) - 1;
  switch (w.mode) {
  case a_high:
    return ((a << 8) + b) & mask;
  case b_high:
    return ((b << 8) + a) & mask;
  case sum:
    return (a + b) & all_bits;
  default:
    throw Stop("PW-ME-010", "this address mode is not simulated");
  }
}

// Missing bytes of the last word stay unset.
void MicroEngine::memory_read(Context& c, const Word& w, Flight& flight, unsigned bytes,
                              bool little) {
  std::array<Byte, 128> data = {};
  check_transfers(w, (bytes + 3) / 4);
  const auto part = std::span(data).first(bytes);
  flight.access = {in_ctm(w), command_address(c, w), bytes, false};
  around_.read(c, in_ctm(w), flight.access.address, part);
  for (unsigned at = 0; at < bytes; at += 4) {
    Value value;
    for (unsigned i = 0; i < 4 && at + i < bytes; ++i) {
      value.bits |= std::uint32_t{part[at + i].value} << shift_of(i, little);
      value.defined |= (part[at + i].defined ? 0xffU : 0U) << shift_of(i, little);
    }
    const unsigned n = w.transfer + at / 4;
    flight.arriving.emplace_back(n, value);
    c.in.at(n) = {};
  }
}

void MicroEngine::memory_write(Context& c, const Word& w, Flight& flight, unsigned bytes) {
  std::array<std::uint8_t, 128> data = {};
  check_transfers(w, (bytes + 3) / 4);
  for (unsigned at = 0; at < bytes; ++at) {
    const Value& value = c.out.at(w.transfer + at / 4);
    const unsigned shift = shift_of(at % 4, true);
    if ((value.defined >> shift & 0xff) != 0xff)
      throw Stop("PW-ME-005",
                 "byte " + std::to_string(at) + " of what is written to memory was never set");
    data.at(at) = static_cast<std::uint8_t>(value.bits >> shift);
    flight.taking |= 1U << (w.transfer + at / 4);
  }
  flight.access = {in_ctm(w), command_address(c, w), bytes, false};
  around_.write(c, in_ctm(w), flight.access.address, std::span(data).first(bytes));
}

// What an addition adds: from an override or from transfer registers.
MicroEngine::Addend MicroEngine::addend(Context& c, const Word& w, Flight& flight) {
  const bool immediate = command_of(w.target, w.token) == add_immediate;
  const Override o = w.indirect ? override_of(c) : Override{};
  if (immediate != o.data)
    throw Stop("PW-ME-010", "an addition without its number");
  const unsigned count = o.length ? o.count - 1 : w.count - 1U;
  Addend out;
  out.words = (count & wide_add) != 0 ? 2 : 1;
  out.value = o.immediate;
  if (immediate)
    return out;
  check_transfers(w, out.words);
  out.value = 0;
  for (unsigned i = 0; i < out.words; ++i) {
    const Value& value = c.out.at(w.transfer + i);
    if (!value.whole())
      throw Stop("PW-ME-005", "a transfer register that is added was never set");
    out.value |= std::uint64_t{value.bits} << (32 * i);
    flight.taking |= 1U << (w.transfer + i);
  }
  return out;
}

// Words in memory are big-endian; of 64 bits the low word stands first, as the host's driver has
// it.
void MicroEngine::memory_add(Context& c, const Word& w, Flight& flight) {
  if (in_ctm(w))
    throw Stop("PW-ME-010", "additions to packet data are not simulated");
  const Addend add = addend(c, w, flight);
  const std::uint64_t address = command_address(c, w);
  if (address % (4 * add.words) != 0)
    throw Stop("PW-ME-009", "an addition to an address that is not aligned");
  std::array<Byte, 8> old = {};
  std::array<std::uint8_t, 8> bytes = {};
  around_.read(c, false, address, std::span(old).first(4 * add.words));
  std::ranges::transform(old, bytes.begin(), &Byte::value);
  const std::uint64_t high = add.words == 2 ? big_endian(std::span(bytes).subspan(4)) : 0;
  const std::uint64_t sum_of = (high << 32 | big_endian(bytes)) + add.value;
  for (unsigned i = 0; i < add.words; ++i)
    std::ranges::copy(big_endian_bytes(static_cast<std::uint32_t>(sum_of >> (32 * i))),
                      bytes.begin() + 4 * i);
  around_.write(c, false, address, std::span(bytes).first(4 * add.words));
  flight.access = {false, address, 4 * add.words, true};
}

void MicroEngine::command(Context& c, const Word& w) {
  Flight flight;
  flight.signal = w.signal;
  unsigned count = w.count;
  const unsigned which = command_of(w.target, w.token);
  if (w.indirect && which != add && which != add_immediate)
    if (const Override o = override_of(c); o.length)
      count = o.count;
  switch (which) {
  case read8:
    memory_read(c, w, flight, count, false);
    break;
  case read32:
  case read32_swap:
    memory_read(c, w, flight, 4 * count, which == read32_swap);
    break;
  case write8_swap:
    memory_write(c, w, flight, count);
    break;
  case write32_swap:
    memory_write(c, w, flight, 4 * count);
    break;
  case add:
  case add_immediate:
    memory_add(c, w, flight);
    break;
  default:
    throw Stop("PW-ME-010", "this command is not simulated");
  }
  const std::uint64_t wait = around_.memory_wait(flight.access, clock_);
  flight.done = clock_ + wait + (in_ctm(w) ? card_.ctm_clocks : card_.emem_clocks);
  c.queued += wait;
  c.trail = {};
  if (flight.signal != 0 || flight.taking != 0)
    c.flights.push_back(std::move(flight));
  if (w.swap_out)
    defer(c, {.pending = true, .wait = true, .lost = 2U - w.defer, .signals = 1U << w.signal},
          w.defer);
}

// The context sleeps until one or all of the commands with these signals are done; then has what
// they brought.
void MicroEngine::land(Context& c, std::uint32_t signals, bool any) {
  std::uint64_t wake = any ? ~std::uint64_t{0} : clock_;
  std::uint32_t given = 0;
  for (const Flight& f : c.flights)
    if ((signals >> f.signal & 1) != 0 && f.signal != 0) {
      wake = any ? std::min(wake, f.done) : std::max(wake, f.done);
      given |= 1U << f.signal;
    }
  if (any ? given == 0 : given != signals)
    throw Stop("PW-ME-008", "a wait for a signal that no command will give");
  c.wake = std::max(wake, clock_);
  c.waited += c.wake - clock_;
  std::erase_if(c.flights, [&](const Flight& f) {
    if (f.signal == 0 || (signals >> f.signal & 1) == 0 || f.done > c.wake)
      return false;
    for (const auto& [n, value] : f.arriving)
      c.in.at(n) = value;
    return true;
  });
}

} // namespace pw::me
