#include "sim/capture/capture.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace pw {
namespace {

namespace fs = std::filesystem;

class CaptureFiles : public testing::Test {
protected:
  CaptureFiles() : folder_(fs::temp_directory_path() / ("pw_capture." + std::to_string(getpid()))) {
    fs::create_directories(folder_);
  }
  ~CaptureFiles() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) { return (folder_ / name).string(); }
  std::string write(const std::string& bytes) {
    std::ofstream(path("x.pcap"), std::ios::binary) << bytes;
    return path("x.pcap");
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static std::string code(const std::string& path) {
    try {
      read_capture(path);
    } catch (const Failure& failure) {
      return failure.diagnostics().front().code;
    }
    return "";
  }

  fs::path folder_;
};

std::vector<Packet> some_packets() {
  std::vector<Packet> packets;
  for (const std::size_t size : {0u, 1u, 13u, 14u, 60u, 1514u, 3520u, 9000u})
    packets.push_back({std::vector<std::uint8_t>(size, static_cast<std::uint8_t>(size)),
                       1'700'000'000'123'456'789ull + size});
  return packets;
}

void put(std::string& out, std::uint32_t value, unsigned bytes, bool big) {
  for (unsigned i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> 8 * (big ? bytes - 1 - i : i));
}

// A pcap file with one packet of `captured` bytes out of `original`.
std::string pcap(bool big, bool nanoseconds, std::uint32_t captured, std::uint32_t original,
                 std::uint32_t link = 1) {
  std::string out;
  put(out, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4, big);
  put(out, 2, 2, big);
  put(out, 4, 2, big);
  put(out, 0, 4, big);
  put(out, 0, 4, big);
  put(out, 65535, 4, big);
  put(out, link, 4, big);
  for (const std::uint32_t word : {5u, 7u, captured, original})
    put(out, word, 4, big);
  return out + std::string(captured, 'x');
}

TEST_F(CaptureFiles, WhatIsWrittenIsReadAgain) {
  const auto packets = some_packets();
  write_capture(path("x.pcap"), packets);
  const Capture capture = read_capture(path("x.pcap"));
  ASSERT_EQ(capture.packets.size(), packets.size());
  for (std::size_t i = 0; i < packets.size(); ++i) {
    EXPECT_EQ(capture.packets[i].bytes, packets[i].bytes);
    EXPECT_EQ(capture.packets[i].time_ns, packets[i].time_ns);
  }
  EXPECT_TRUE(capture.warnings.empty());
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1); // nothing half-written
}

TEST_F(CaptureFiles, NoPacketsAtAll) {
  write_capture(path("x.pcap"), {});
  EXPECT_TRUE(read_capture(path("x.pcap")).packets.empty());
}

TEST_F(CaptureFiles, BothByteOrdersAndTimeUnits) {
  for (const bool big : {false, true})
    for (const bool ns : {false, true}) {
      const Capture capture = read_capture(write(pcap(big, ns, 20, 20)));
      ASSERT_EQ(capture.packets.size(), 1u);
      EXPECT_EQ(capture.packets[0].bytes.size(), 20u);
      EXPECT_EQ(capture.packets[0].time_ns, 5'000'000'000ull + (ns ? 7 : 7000));
    }
}

TEST_F(CaptureFiles, ShortenedPacketsAreRunAsCapturedWithAWarning) {
  const Capture capture = read_capture(write(pcap(false, false, 20, 1500)));
  EXPECT_EQ(capture.packets.at(0).bytes.size(), 20u);
  ASSERT_EQ(capture.warnings.size(), 1u);
  EXPECT_EQ(capture.warnings[0].code, "PW-IN-005");
  EXPECT_EQ(capture.warnings[0].severity, Severity::Warning);
}

TEST_F(CaptureFiles, WhatIsNoCaptureIsRefused) {
  EXPECT_EQ(code(path("none.pcap")), "PW-IN-001");
  EXPECT_EQ(code(folder_.string()), "PW-IN-001");
  EXPECT_EQ(code(write("")), "PW-IN-002");
  EXPECT_EQ(code(write("hello, this is no capture at all")), "PW-IN-002");
  EXPECT_EQ(code(write(pcap(false, false, 20, 20, 113))), "PW-IN-003"); // Linux cooked
  EXPECT_EQ(code(write(pcap(false, false, 20, 20).substr(0, 50))), "PW-IN-002");
}

TEST_F(CaptureFiles, AnEndInMidPacketKeepsWhatCameBefore) {
  const auto packets = some_packets();
  write_capture(path("whole.pcap"), packets);
  const std::string whole = read(path("whole.pcap"));
  const Capture capture = read_capture(write(whole.substr(0, whole.size() - 1)));
  EXPECT_EQ(capture.packets.size(), packets.size() - 1);
  ASSERT_EQ(capture.warnings.size(), 1u);
  EXPECT_EQ(capture.warnings[0].code, "PW-IN-004");
}

// Cut anywhere, or with any byte changed: packets, warnings or a refusal, never worse.
TEST_F(CaptureFiles, CorruptFiles) {
  const auto packets = some_packets();
  write_capture(path("whole.pcap"), std::span(packets).first(5));
  const std::string whole = read(path("whole.pcap"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    EXPECT_NO_FATAL_FAILURE(code(write(whole.substr(0, at))));
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0xff);
    EXPECT_NO_FATAL_FAILURE(code(write(changed)));
  }
}

TEST_F(CaptureFiles, WhereNothingCanBeWritten) {
  try {
    write_capture(path("none/x.pcap"), {});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.diagnostics().front().code, "PW-IN-006");
  }
}

TEST_F(CaptureFiles, OnlyWhatLeavesIsWritten) {
  const std::vector<Packet> in = {{{1}, 10}, {{2}, 20}, {{3}, 30}, {{4}, 40}, {{5}, 50}};
  std::vector<PacketResult> out(5);
  const std::uint32_t verdicts[] = {1, 2, 0, 3, 9}; // drop, pass, aborted, tx, aborted
  for (std::size_t i = 0; i < 5; ++i) {
    out[i].retval = verdicts[i];
    out[i].bytes = {7, static_cast<std::uint8_t>(i)};
  }
  const auto left = leaving_packets(in, out);
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].bytes, (std::vector<std::uint8_t>{7, 1}));
  EXPECT_EQ(left[0].time_ns, 20u);
  EXPECT_EQ(left[1].time_ns, 40u);
}

TEST_F(CaptureFiles, RealCapturesAreReadWhole) {
  const fs::path folder = fs::path(PW_SOURCE_DIR) / ".." / "shared" / "captures";
  if (!fs::is_directory(folder))
    GTEST_SKIP() << "SKIPPED: no captures in " << folder;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".pcap") && !name.ends_with(".pcapng"))
      continue;
    const Capture capture = read_capture(entry.path());
    EXPECT_GT(capture.packets.size(), 0u) << name;
    for (const Diagnostic& warning : capture.warnings)
      EXPECT_NE(warning.code, "PW-IN-004") << name;
    ++files;
  }
  EXPECT_GT(files, 20u);
}

} // namespace
} // namespace pw
