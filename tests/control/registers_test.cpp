// The library over the registers of the emitted Verilog: operations come through AXI4-Lite while a
// packet is offered in every clock. The log of the hardware gives the order in which packets and
// operations went in; in that order the interpreter must say the same.
#include "control/pipewright/control.h"

#include "backends/verilog/verilog.h"
#include "frontend/control/description.h"
#include "sim/traffic/traffic.h"
#include "support/control_format.h"
#include "tests/control/live.h"

#include <gtest/gtest.h>

#include <cerrno>
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

struct Said {
  Packet operation;
  int result = 0;
  Bytes value; // of a look-up
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

  // As the library did it.
  Said ask(pipewright_control* control, const Packet& operation);
  void compare(const std::vector<Said>&);

  LiveProgram live_{PW_BINARY_DIR "/examples/firewall.bpf.o"};
  std::string directory_, signature_;
  std::vector<Packet> packets_;
};

Said Registers::ask(pipewright_control* control, const Packet& operation) {
  const int id = operation.bytes[control::map_at];
  const MapDefinition& map = live_.object.maps[std::size_t(id)];
  const std::uint8_t* key = &operation.bytes[control::key_at];
  Said said{operation, 0, Bytes(map.value_size)};
  switch (control::Operation(operation.bytes[control::operation_at])) {
  case control::Operation::Lookup:
    said.result = pipewright_map_lookup_elem(control, id, key, said.value.data());
    break;
  case control::Operation::Update:
    said.result = pipewright_map_update_elem(control, id, key, key + map.key_size,
                                             operation.bytes[control::flags_at]);
    break;
  default:
    said.result = pipewright_map_delete_elem(control, id, key);
  }
  return said;
}

// Every clock in which no packet was taken is one of an operation: packets lose nothing else.
void Registers::compare(const std::vector<Said>& said) {
  std::vector<Packet> order;
  std::vector<std::pair<unsigned, unsigned>> results;
  std::size_t packets = 0, operations = 0;
  std::ifstream log(directory_ + "/log");
  for (std::string what; log >> what;) {
    if (what == "R") {
      results.emplace_back();
      log >> results.back().first >> results.back().second;
    } else if (what == "P") {
      order.push_back(packets_[packets++ % packets_.size()]);
      order.back().time_ns = (packets - 1) * 100;
    } else {
      ASSERT_LT(operations, said.size()) << "a packet waited for nothing";
      order.push_back(said[operations++].operation);
    }
  }
  ASSERT_EQ(operations, said.size());
  ASSERT_EQ(results.size(), packets);
  const auto expected = live_.engine(EngineKind::Interp)->run(order);
  std::size_t packet = 0, operation = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!order[i].operation) {
      ASSERT_EQ(expected[i].retval, results[packet].first) << "packet " << packet;
      ASSERT_EQ(expected[i].length, results[packet++].second);
      continue;
    }
    const Said& one = said[operation++];
    std::int32_t result = 0;
    std::memcpy(&result, &expected[i].bytes[control::result_at], 4);
    ASSERT_EQ(result, one.result) << "operation " << operation;
    const MapDefinition& map = live_.object.maps[order[i].bytes[control::map_at]];
    if (result == 0 && order[i].bytes[0] == std::uint8_t(control::Operation::Lookup))
      ASSERT_TRUE(std::equal(one.value.begin(), one.value.end(),
                             expected[i].bytes.begin() + control::key_at + map.key_size));
  }
}

TEST_F(Registers, OperationsTakeTheirSlotsAmongPacketsAtLineRate) {
  Hardware hardware(directory_);
  const pipewright_registers registers = hardware.registers();
  pipewright_control* control = pipewright_open_functions(&registers, signature_.c_str());
  ASSERT_TRUE(control) << pipewright_error(nullptr);
  EXPECT_GE(pipewright_map_find(control, "flows"), 0);
  EXPECT_EQ(-ENOENT, pipewright_map_find(control, "flows.keys"));
  std::vector<Said> said;
  for (const Packet& p : with_operations(live_, packets_, {300, 50, 3}))
    if (p.operation)
      said.push_back(ask(control, p));
  pipewright_close(control);
  hardware.finish();
  compare(said);
}

} // namespace
} // namespace pw::test
