// Operations of the host in the shells (--control live): the C library over the shell's own bus,
// while frames flow. The order in which frames and operations went into the pipeline is looked at
// from outside; in that order the interpreter must say the same.
#include "frontend/control/description.h"
#include "sim/rtl/memories.h"
#include "tests/control/asked.h"
#include "tests/nway/shells/shell_bench.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace pw::nway {
namespace {

using test::LiveProgram;
using test::Said;

VerilogOptions options_of(const LiveProgram& live) {
  VerilogOptions options{live.object.sha256, "test"};
  options.control_bytes = control_bytes(live.maps);
  options.control = describe_control(live.object, *live.program, live.maps, 0);
  return options;
}

// The library on the bench's bus.
class Client {
public:
  Client(ShellBench& bench, const std::string& name) {
    const std::string file = std::string(PW_BINARY_DIR) + "/shells/" + name + ".sig.json";
    std::ofstream(file) << bench.signature();
    const pipewright_registers registers = {
        [](void* bench, std::uint32_t offset, std::uint32_t* value) {
          return static_cast<ShellBench*>(bench)->bus(false, offset, *value) == 0 ? 0 : -EIO;
        },
        [](void* bench, std::uint32_t offset, std::uint32_t value) {
          return static_cast<ShellBench*>(bench)->bus(true, offset, value) == 0 ? 0 : -EIO;
        },
        &bench};
    control_ = pipewright_open_functions(&registers, file.c_str());
    if (!control_)
      throw std::runtime_error(pipewright_error(nullptr));
  }
  ~Client() { pipewright_close(control_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  pipewright_control* get() const { return control_; }

private:
  pipewright_control* control_ = nullptr;
};

class LiveShells : public testing::TestWithParam<Shell> {
protected:
  void run(unsigned operations, const Pattern& pattern);
  void compare(const std::string& order, const std::vector<SeenFrame>& host);
  std::vector<Frame> frames(unsigned count) const;

  LiveProgram live_{PW_BINARY_DIR "/examples/firewall.bpf.o"};
  ShellBench bench_{GetParam(), live_.compiled.pipeline, 1, options_of(live_)};
  Client client_{bench_, GetParam() == Shell::OpenNic ? "live_opennic" : "live_corundum"};
  std::unique_ptr<Engine> serial_ = live_.engine(EngineKind::Interp);
  std::vector<Packet> packets_ =
      example_packets({"firewall", "", "", std::string(PW_SOURCE_DIR) + "/examples/firewall"});
  std::vector<Said> said_;
};

std::vector<Frame> LiveShells::frames(unsigned count) const {
  std::vector<Frame> out;
  for (unsigned i = 0; i < count; ++i)
    out.push_back({packets_[i % packets_.size()].bytes, 0, 0, false});
  return out;
}

// What went in, one after another.
void LiveShells::compare(const std::string& order, const std::vector<SeenFrame>& host) {
  std::vector<Packet> serial;
  std::size_t packets = 0, asked = 0, seen = 0;
  for (const char what : order) {
    ASSERT_LT(asked, said_.size() + (what == 'P'));
    serial.push_back(what == 'P' ? packets_[packets++ % packets_.size()]
                                 : said_[asked++].operation);
  }
  ASSERT_EQ(asked, said_.size()) << "an operation that never went in";
  asked = 0;
  const auto expected = serial_->run(serial);
  for (std::size_t i = 0; i < serial.size(); ++i) {
    if (serial[i].operation) {
      ASSERT_NO_FATAL_FAILURE(test::expect_answer(live_, expected[i], said_[asked++]));
    } else if (leaves(expected[i])) {
      ASSERT_LT(seen, host.size());
      ASSERT_EQ(expected[i].bytes, host[seen++].bytes) << "frame " << i;
    }
  }
  EXPECT_EQ(seen, host.size()) << "an answer went to the host's streams";
}

void LiveShells::run(unsigned operations, const Pattern& pattern) {
  said_.clear();
  std::vector<Packet> wanted = with_operations(live_, packets_, {operations, 50, pattern.seed});
  std::erase_if(wanted, [](const Packet& p) { return !p.operation; });
  Pattern busy = pattern;
  busy.host = [&] {
    said_.push_back(ask(client_.get(), live_, wanted[said_.size()]));
    return said_.size() < wanted.size();
  };
  // As many as one port brings while so many operations go over the shell's bus.
  const unsigned count = (GetParam() == Shell::OpenNic ? 600 : 100) * operations;
  const Seen seen = bench_.run(frames(count), {}, busy);
  ASSERT_EQ(operations, said_.size());
  EXPECT_EQ(count, std::ranges::count(seen.order, 'P'));
  EXPECT_TRUE(seen.wire[0].empty()); // answers are those of TX
  compare(seen.order, seen.host[0]);
}

TEST_P(LiveShells, OperationsAreAtomicAmongFrames) {
  EXPECT_EQ("", bench_.lint());
  ASSERT_NO_FATAL_FAILURE(run(100, {1}));
  ASSERT_NO_FATAL_FAILURE(run(50, {2, 20, 30, 0}));
  HostTables tables(live_.object, live_.compiled.pipeline);
  rtl::Memories(bench_, tables).dump();
  EXPECT_EQ(visible(live_, serial_->maps()), visible(live_, tables.state()));
}

INSTANTIATE_TEST_SUITE_P(Each, LiveShells, testing::Values(Shell::OpenNic, Shell::Corundum),
                         [](const auto& info) {
                           return info.param == Shell::OpenNic ? "opennic" : "corundum";
                         });

} // namespace
} // namespace pw::nway
