#include "support/files.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pw {
namespace {

namespace fs = std::filesystem;

class WholeFile : public testing::Test {
protected:
  WholeFile() {
    std::string name = (fs::temp_directory_path() / "pw-files-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~WholeFile() override { fs::remove_all(folder_); }

  std::string content(const std::string& name) {
    std::ifstream in(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  std::ptrdiff_t entries() {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  fs::path folder_;
};

TEST_F(WholeFile, ReplacesWhatIsThere) {
  EXPECT_EQ(write_whole_file(folder_ / "a", "long before"), "");
  EXPECT_EQ(write_whole_file(folder_ / "a", std::string("x\0y", 3)), "");
  EXPECT_EQ(content("a"), std::string("x\0y", 3));
  EXPECT_EQ(entries(), 1);
}

TEST_F(WholeFile, LeavesNothingWhereItFails) {
  fs::create_directory(folder_ / "folder");
  EXPECT_NE(write_whole_file(folder_ / "folder", "x"), "");
  EXPECT_NE(write_whole_file(folder_ / "none" / "a", "x"), "");
  EXPECT_EQ(entries(), 1);
}

// A link to a device stands for it: as root, a rename would put a file in the device's place.
TEST_F(WholeFile, DevicesStayDevices) {
  fs::create_symlink("/dev/full", folder_ / "full");
  EXPECT_TRUE(is_special_file(folder_ / "full"));
  EXPECT_NE(write_whole_file(folder_ / "full", "x"), "");
  EXPECT_TRUE(fs::is_symlink(folder_ / "full"));
}

TEST(SignalsWait, UntilItsEnd) {
  static volatile std::sig_atomic_t seen = 0;
  auto* const before = std::signal(SIGTERM, [](int) { seen = 1; });
  {
    const SignalsWait wait;
    raise(SIGTERM);
    EXPECT_EQ(seen, 0);
  }
  EXPECT_EQ(seen, 1);
  std::signal(SIGTERM, before);
}

} // namespace
} // namespace pw
