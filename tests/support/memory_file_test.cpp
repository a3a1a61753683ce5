#include "support/memory_file.h"

#include <gtest/gtest.h>

#include <unistd.h>

namespace pw {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(MemoryFile, HoldsWhatItWasGiven) {
  const Bytes bytes(100'000, 7);
  EXPECT_EQ(MemoryFile(bytes).contents(), bytes);
  EXPECT_TRUE(MemoryFile().contents().empty());
}

TEST(MemoryFile, ContentsAreTheWholeFileWhereverItStands) {
  const MemoryFile file(Bytes{1, 2});
  ASSERT_EQ(lseek(file.fd(), 1, SEEK_SET), 1);
  const std::uint8_t more[] = {3, 4};
  ASSERT_EQ(write(file.fd(), more, 2), 2);
  ASSERT_EQ(lseek(file.fd(), 0, SEEK_SET), 0);
  EXPECT_EQ(file.contents(), (Bytes{1, 3, 4}));
}

} // namespace
} // namespace pw
