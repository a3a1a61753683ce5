// The control socket of a running simulation (docs/control.md): a stream of messages, each {length
// (4 bytes, of what follows), kind (1 byte), body}; all numbers little-endian. The client asks, the
// server answers; one request at a time.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace pw::control {

using Bytes = std::vector<std::uint8_t>;

// Kinds of requests. Those of answers: 0, or the errno of a refusal with a sentence as body.
inline constexpr std::uint8_t describe = 'd'; // -> JSON as in .sig.json under "control"
// {number of operations, each {bytes (4), packet}} -> the same with answers
inline constexpr std::uint8_t operate = 'o';
// {map (4)} -> {number of entries, key, value, ...}: all of a map that is reached with the input
// held
inline constexpr std::uint8_t dump = 'l';

inline constexpr std::uint32_t longest_message = 1u << 26; // bytes behind the length
// Bytes of an operation's packet: alone in a message, with kind, number and length in front.
inline constexpr std::uint32_t longest_operation = longest_message - 9;

inline void put32(Bytes& to, std::uint32_t n) {
  for (unsigned i = 0; i < 4; ++i)
    to.push_back(std::uint8_t(n >> 8 * i));
}

inline std::uint32_t get32(const std::uint8_t* from) {
  return from[0] | from[1] << 8 | from[2] << 16 | std::uint32_t{from[3]} << 24;
}

inline Bytes message(std::uint8_t kind, std::span<const std::uint8_t> body) {
  Bytes out;
  put32(out, std::uint32_t(body.size() + 1));
  out.push_back(kind);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

inline Bytes pack(std::span<const Bytes> packets) {
  Bytes out;
  put32(out, std::uint32_t(packets.size()));
  for (const Bytes& packet : packets) {
    put32(out, std::uint32_t(packet.size()));
    out.insert(out.end(), packet.begin(), packet.end());
  }
  return out;
}

// Throws std::runtime_error where the body is cut or goes on behind its end.
inline std::vector<Bytes> unpack(std::span<const std::uint8_t> body) {
  std::size_t at = 0;
  const auto number = [&] {
    if (body.size() - at < 4)
      throw std::runtime_error("a message is cut");
    at += 4;
    return get32(&body[at - 4]);
  };
  std::vector<Bytes> out;
  for (std::uint32_t left = number(); left > 0; --left) {
    const std::uint32_t bytes = number();
    if (body.size() - at < bytes)
      throw std::runtime_error("a message is cut");
    out.emplace_back(body.begin() + std::ptrdiff_t(at), body.begin() + std::ptrdiff_t(at + bytes));
    at += bytes;
  }
  if (at != body.size())
    throw std::runtime_error("a message is too long");
  return out;
}

} // namespace pw::control
