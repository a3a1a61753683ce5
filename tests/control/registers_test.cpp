// The library over the registers of the emitted Verilog: operations come through AXI4-Lite while a
// packet is offered in every clock. The log of the hardware gives the order in which packets and
// operations went in; in that order the interpreter must say the same.
#include "control/pipewright/control.h"

#include "backends/verilog/verilog.h"
#include "frontend/control/description.h"
#include "sim/traffic/traffic.h"
#include "tests/control/asked.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace pw::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

int shell(const std::string& command) { return std::system(command.c_str()); }

// The hardware as a process, and its registers as the library wants them.
class Hardware {
public:
  explicit Hardware(const std::string& directory) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0)
      throw std::runtime_error("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    for (const int end : {in[0], in[1], out[0], out[1]})
      posix_spawn_file_actions_addclose(&actions, end);
    const std::string program = directory + "/obj/Vdut", packets = directory + "/packets",
                      log = directory + "/log";
    const char* arguments[] = {program.c_str(), packets.c_str(), log.c_str(), nullptr};
    const int error = posix_spawn(&child_, program.c_str(), &actions, nullptr,
                                  const_cast<char**>(arguments), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]), close(out[1]);
    to_ = fdopen(in[1], "w"), from_ = fdopen(out[0], "r");
    if (error != 0)
      throw std::runtime_error(std::strerror(error));
  }
  ~Hardware() { finish(); }

  void finish() {
    if (!to_)
      return;
    fclose(to_);
    waitpid(child_, nullptr, 0);
    fclose(from_);
    to_ = nullptr;
  }

  pipewright_registers registers() {
    return {[](void* self, std::uint32_t offset, std::uint32_t* value) {
              return static_cast<Hardware*>(self)->access('r', offset, value);
            },
            [](void* self, std::uint32_t offset, std::uint32_t value) {
              return static_cast<Hardware*>(self)->access('w', offset, &value);
            },
            this};
  }

private:
  int access(char what, std::uint32_t offset, std::uint32_t* value) {
    std::fprintf(to_, "%c %u %u\n", what, offset, *value);
    std::fflush(to_);
    unsigned response = 9;
    const int got = what == 'r' ? std::fscanf(from_, "%u %u", &response, value) - 1
                                : std::fscanf(from_, "%u", &response);
    return got == 1 && response == 0 ? 0 : -EIO;
  }

  pid_t child_ = 0;
  FILE *to_ = nullptr, *from_ = nullptr;
};

class Registers : public testing::Test {
protected:
  void SetUp() override {
    directory_ = std::string(PW_BINARY_DIR) + "/control_registers";
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directories(directory_);
    VerilogOptions options{live_.object.sha256, "test"};
    options.control_bytes = control_bytes(live_.maps);
    options.control = describe_control(live_.object, *live_.program, live_.maps, 0);
    const VerilogOutput out = emit_verilog(live_.compiled.pipeline, options);
    for (const auto& [name, text] : out.files)
      std::ofstream(directory_ + "/" + name) << text;
    signature_ = directory_ + "/" + out.top + ".sig.json";
    write_packets();
    ASSERT_EQ(0, shell("cd " + directory_ +
                       " && OBJCACHE=ccache verilator --cc --exe --build -Wall -Wno-UNUSEDSIGNAL "
                       "-j 2 -O3 --prefix Vdut --Mdir obj -CFLAGS '-O1 -std=c++20 -DPW_BUS=64' "
                       "--top-module " +
                       out.top +
                       "_axil -f filelist.f " PW_SOURCE_DIR
                       "/tests/control/axil_server.cpp > build.log 2>&1"));
  }

  void write_packets() {
    TrafficSpec spec = parse_traffic("size=64,count=500");
    spec.flow_count = 20;
    packets_ = generate_traffic(spec);
    std::ofstream file(directory_ + "/packets");
    for (const Packet& p : packets_) {
      for (const std::uint8_t b : p.bytes)
        file << "0123456789abcdef"[b >> 4] << "0123456789abcdef"[b & 15];
      file << "\n";
    }
  }

  LiveProgram live_{PW_BINARY_DIR "/examples/firewall.bpf.o"};
  std::string directory_, signature_;
  std::vector<Packet> packets_;
};

// The hardware's log, read in two places: what went in, and the results of packets.
class Log {
public:
  explicit Log(const std::string& path) : in_(path), out_(path) {}
  // P or O of the next clock in which a packet was offered; 0 at the end.
  char next() {
    while (in_ >> word_)
      if (word_ != "R")
        return word_[0];
      else
        in_.ignore(64, '\n');
    return 0;
  }
  std::pair<unsigned, unsigned> result() { // verdict and length of the next packet
    std::pair<unsigned, unsigned> r = {~0u, ~0u};
    while (out_ >> word_)
      if (word_ == "R") {
        out_ >> r.first >> r.second;
        break;
      }
    return r;
  }

private:
  std::ifstream in_, out_;
  std::string word_;
};

// In the order in which the hardware took them, piece by piece. Every clock in which no packet was
// taken is one of an operation: packets lose nothing else.
class Referee {
public:
  Referee(const LiveProgram& live, const std::vector<Packet>& packets, const std::string& log,
          const std::vector<Said>& said)
      : live_(live), packets_(packets), said_(said), log_(log),
        serial_(live.engine(EngineKind::Interp)) {}

  void compare() {
    while (piece() && !testing::Test::HasFatalFailure())
      serve();
    EXPECT_EQ(operations_, said_.size()) << "clocks without a packet, and operations";
    EXPECT_EQ(std::make_pair(~0u, ~0u), log_.result()) << "a result of no packet";
    std::printf("%zu operations among %zu packets, one offered in each of %zu clocks: %zu clocks "
                "without a packet, %zu of them not an operation's; no packet and no operation "
                "lost\n",
                said_.size(), taken_, taken_ + operations_, operations_,
                operations_ - said_.size());
  }

private:
  bool piece() {
    constexpr std::size_t most = 65536;
    order_.clear();
    while (order_.size() < most) {
      const char what = log_.next();
      if (what == 0)
        break;
      if (what == 'O' && operations_ == said_.size()) {
        ADD_FAILURE() << "a packet waited for nothing, behind " << taken_;
        return false;
      }
      order_.push_back(what == 'P' ? packets_[taken_ % packets_.size()]
                                   : said_[operations_++].operation);
      if (what == 'P')
        order_.back().time_ns = taken_++ * 100;
    }
    return !order_.empty();
  }

  void serve() {
    const auto expected = serial_->run(order_);
    for (std::size_t i = 0; i < order_.size(); ++i)
      if (order_[i].operation)
        ASSERT_NO_FATAL_FAILURE(expect_answer(live_, expected[i], said_[answers_++]))
            << "operation " << answers_ - 1;
      else
        ASSERT_EQ(std::make_pair(expected[i].retval, expected[i].length), log_.result());
  }

  const LiveProgram& live_;
  const std::vector<Packet>& packets_;
  const std::vector<Said>& said_;
  Log log_;
  std::unique_ptr<Engine> serial_;
  std::vector<Packet> order_;
  std::size_t taken_ = 0, operations_ = 0, answers_ = 0;
};

// 5,000; `./bench control` asks for 100,000.
unsigned wanted() {
  const char* given = std::getenv("PW_OPERATIONS");
  return given ? unsigned(std::strtoul(given, nullptr, 10)) : 5000;
}

TEST_F(Registers, OperationsTakeTheirSlotsAmongPacketsAtLineRate) {
  Hardware hardware(directory_);
  const pipewright_registers registers = hardware.registers();
  pipewright_control* control = pipewright_open_functions(&registers, signature_.c_str());
  ASSERT_TRUE(control) << pipewright_error(nullptr);
  EXPECT_GE(pipewright_map_find(control, "flows"), 0);
  EXPECT_EQ(-ENOENT, pipewright_map_find(control, "flows.keys"));
  std::vector<Said> said;
  for (const Packet& p : with_operations(live_, packets_, {wanted(), 50, 3}))
    if (p.operation)
      said.push_back(ask(control, live_, p));
  pipewright_close(control);
  hardware.finish();
  Referee(live_, packets_, directory_ + "/log", said).compare();
}

} // namespace
} // namespace pw::test
