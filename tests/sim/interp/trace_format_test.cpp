#include "sim/trace_format.h"

#include <gtest/gtest.h>

namespace pw {
namespace {

std::string text(const std::string& format, std::vector<std::uint64_t> args) {
  return format_trace(format, args).value_or("(refused)");
}

TEST(TraceFormat, IntegersHaveTheSizeOfTheirConversion) {
  EXPECT_EQ(text("%d %u %x", {0xffffffffffull, 0x1fffffffeull, 0x1000000ffull}),
            "-1 4294967294 ff");
  EXPECT_EQ(text("%lld %llu %lx", {~0ull, ~0ull, 1ull << 40}),
            "-1 18446744073709551615 10000000000");
  EXPECT_EQ(text("%i|%X", {7, 0xab, 0}), "7|AB");
}

TEST(TraceFormat, WidthsAndFlags) {
  EXPECT_EQ(text("%5d|%-5d|%05u", {42, 42, 42}), "   42|42   |00042");
}

TEST(TraceFormat, PercentAndCharacters) { EXPECT_EQ(text("100%% %c", {'A'}), "100% A"); }

TEST(TraceFormat, StringsAndAddressesComeFromMemory) {
  const TraceMemory memory = [](std::uint64_t at, std::size_t size) {
    const std::string data = std::string("abc\0", 4) + "\x0a\x01\x02\x03";
    return at + size <= data.size() ? std::optional(std::vector<std::uint8_t>(
                                          data.begin() + static_cast<long>(at),
                                          data.begin() + static_cast<long>(at + size)))
                                    : std::nullopt;
  };
  const std::vector<std::uint64_t> args = {0, 4, 4};
  EXPECT_EQ(format_trace("%s %pI4 %pi4", args, memory), "abc 10.1.2.3 010.001.002.003");
}

TEST(TraceFormat, RefusesWhatTheKernelRefuses) {
  EXPECT_EQ(text("%d %d %d %d", {1, 2, 3}), "(refused)");
  EXPECT_EQ(text("%f", {1}), "(refused)");
  EXPECT_EQ(text("%hd", {1}), "(refused)");
  EXPECT_EQ(text("%.3d", {1}), "(refused)");
  EXPECT_EQ(text("%", {1}), "(refused)");
  EXPECT_EQ(text("\xc3\xa4", {}), "(refused)");
}

} // namespace
} // namespace pw
