// Messages between an engine and its worker process: plain bytes, written and read in the same
// order.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace pw::kernel {

class Message {
public:
  Message() = default;
  explicit Message(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}

  template <typename T>
  requires std::is_arithmetic_v<T>
  void put(T value) {
    const auto* raw = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), raw, raw + sizeof value);
  }
  void put(std::span<const std::uint8_t> data) {
    put(static_cast<std::uint64_t>(data.size()));
    bytes_.insert(bytes_.end(), data.begin(), data.end());
  }
  void put(const std::string& text) {
    put(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }

  template <typename T> T get() {
    T value{};
    std::memcpy(&value, take(sizeof value), sizeof value);
    return value;
  }
  std::vector<std::uint8_t> get_bytes() {
    const auto size = get<std::uint64_t>();
    const std::uint8_t* data = take(size);
    return {data, data + size};
  }
  std::string get_text() {
    const auto data = get_bytes();
    return {data.begin(), data.end()};
  }

  const std::vector<std::uint8_t>& bytes() const { return bytes_; }

private:
  const std::uint8_t* take(std::uint64_t size) {
    if (size > bytes_.size() - at_)
      throw std::runtime_error("message from the worker is too short");
    const std::uint8_t* data = bytes_.data() + at_;
    at_ += size;
    return data;
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

// One end of a socket pair; a message is its length (8 bytes) and its bytes.
bool send_message(int socket, const Message&);      // false: the other side is gone
std::optional<Message> receive_message(int socket); // nullopt: the other side is gone

} // namespace pw::kernel
