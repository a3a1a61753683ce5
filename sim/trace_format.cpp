#include "sim/trace_format.h"

#include <array>
#include <cctype>
#include <cstdio>

namespace pw {

namespace {

constexpr std::size_t max_string = 512; // the kernel's MAX_BPRINTF_BUF bounds %s

class Formatter {
public:
  Formatter(const std::string& format, std::span<const std::uint64_t> args,
            const TraceMemory& memory)
      : format_(format), args_(args), memory_(memory) {}

  std::optional<std::string> run() {
    while (at_ < format_.size()) {
      const auto c = static_cast<unsigned char>(format_[at_]);
      if (c >= 0x80 || (!std::isprint(c) && !std::isspace(c)))
        return std::nullopt;
      if (c != '%') {
        out_ += format_[at_++];
      } else if (peek(1) == '%') {
        out_ += '%';
        at_ += 2;
      } else if (!conversion()) {
        return std::nullopt;
      }
    }
    return out_;
  }

private:
  char peek(std::size_t ahead) const {
    return at_ + ahead < format_.size() ? format_[at_ + ahead] : '\0';
  }

  // One conversion, from its '%' on. false: refused.
  bool conversion() {
    if (used_ >= args_.size())
      return false;
    std::string field = "%";
    ++at_;
    while (peek(0) == '0' || peek(0) == '+' || peek(0) == '-' || peek(0) == ' ')
      field += format_[at_++];
    if (peek(0) >= '1' && peek(0) <= '9')
      while (std::isdigit(static_cast<unsigned char>(peek(0))))
        field += format_[at_++];
    const std::uint64_t value = args_[used_++];
    switch (peek(0)) {
    case 'p':
      ++at_;
      return pointer(field, value);
    case 's':
      ++at_;
      print(field + "s", string_at(value).c_str());
      return true;
    case 'c':
      ++at_;
      print(field + "c", static_cast<int>(static_cast<unsigned char>(value)));
      return true;
    default:
      return number(field, value);
    }
  }

  bool number(const std::string& field, std::uint64_t value) {
    const bool wide = peek(0) == 'l';
    while (peek(0) == 'l' && longs_ < 2) {
      ++at_;
      ++longs_;
    }
    longs_ = 0;
    const char kind = peek(0);
    ++at_;
    if (kind == 'd' || kind == 'i')
      print(field + "lld", wide ? static_cast<long long>(value)
                                : static_cast<long long>(static_cast<std::int32_t>(value)));
    else if (kind == 'u' || kind == 'x' || kind == 'X')
      print(field + "ll" + kind,
            wide ? static_cast<unsigned long long>(value)
                 : static_cast<unsigned long long>(static_cast<std::uint32_t>(value)));
    else
      return false;
    return true;
  }

  bool pointer(const std::string& field, std::uint64_t value) {
    const char kind = peek(0);
    if ((kind == 'k' || kind == 'u') && peek(1) == 's') {
      at_ += 2;
      print(field + "s", string_at(value).c_str());
      return true;
    }
    if ((kind == 'i' || kind == 'I') && (peek(1) == '4' || peek(1) == '6')) {
      const bool v6 = peek(1) == '6';
      at_ += 2;
      out_ += address(value, v6, kind == 'i');
      return true;
    }
    const auto c = static_cast<unsigned char>(kind);
    if (kind == 'K' || kind == 'x' || kind == 's' || kind == 'S' || kind == 'B')
      ++at_;
    else if (c != 0 && !std::isspace(c) && !std::ispunct(c))
      return false;
    print("%016llx", static_cast<unsigned long long>(value));
    return true;
  }

  std::string string_at(std::uint64_t at) const {
    std::string text;
    for (; memory_ && text.size() < max_string; ++at) {
      const auto byte = memory_(at, 1);
      if (!byte)
        return text;
      if (byte->front() == 0)
        return text;
      text += static_cast<char>(byte->front());
    }
    return memory_ ? text : "?";
  }

  // %pI4 1.2.3.4, %pi4 001.002.003.004, %pI6 and %pi6 in full (the latter without colons).
  std::string address(std::uint64_t at, bool v6, bool plain) const {
    const auto bytes =
        memory_ ? memory_(at, v6 ? 16 : 4) : std::optional<std::vector<std::uint8_t>>{};
    if (!bytes)
      return "?";
    std::string text;
    std::array<char, 8> piece{};
    for (std::size_t i = 0; i < bytes->size(); ++i) {
      if (i != 0 && (v6 ? !plain && i % 2 == 0 : true))
        text += v6 ? ':' : '.';
      std::snprintf(piece.data(), piece.size(), v6 ? "%02x" : (plain ? "%03u" : "%u"),
                    unsigned{(*bytes)[i]});
      text += piece.data();
    }
    return text;
  }

  template <typename T> void print(const std::string& field, T value) {
    std::array<char, 1024> buffer{};
    std::snprintf(buffer.data(), buffer.size(), field.c_str(), value);
    out_ += buffer.data();
  }

  const std::string& format_;
  std::span<const std::uint64_t> args_;
  const TraceMemory& memory_;
  std::size_t at_ = 0, used_ = 0;
  int longs_ = 0;
  std::string out_;
};

} // namespace

std::optional<std::string> format_trace(const std::string& format,
                                        std::span<const std::uint64_t> args,
                                        const TraceMemory& memory) {
  return Formatter(format, args, memory).run();
}

} // namespace pw
