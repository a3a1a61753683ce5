// Every way in which making or running a simulator can fail has its own code.
#include "backends/verilog/verilog.h"
#include "sim/engine.h"
#include "tests/sim/model/cases.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace pw::test {

namespace {

namespace fs = std::filesystem;

class Variable { // of the environment, for as long as it lives
public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name))
      before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_)
      setenv(name_, before_->c_str(), 1);
    else
      unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

private:
  const char* name_;
  std::optional<std::string> before_;
};

class RtlDiagnostics : public testing::Test {
protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("pw-rtl-diagnostics-" + std::to_string(getpid()));
    fs::create_directories(folder_ / "rtl");
    const VerilogOutput emitted = emit_verilog(case_.pipeline, {});
    top_ = emitted.top;
    for (const auto& [name, text] : emitted.files)
      write(name, text);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "rtl" / name) << text;
  }
  // In the core, not in the second top around it.
  void replace_in_core(const std::string& from, const std::string& to) const {
    std::ifstream in(folder_ / "rtl" / (top_ + ".sv"));
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << "no '" << from << "' in the Verilog";
    write(top_ + ".sv", text.replace(at, from.size(), to));
  }
  // Of making the engine and running a packet.
  Diagnostic diagnostic() const {
    EngineInput input = input_of(case_);
    input.verilog_dir = folder_ / "rtl";
    try {
      make_rtl_engine(input)->run(random_packets(1, 3));
    } catch (const Failure& failure) {
      return failure.diagnostics().front();
    }
    return {};
  }

  Case case_ = case_named(all_cases(), "verdicts");
  fs::path folder_;
  std::string top_;
};

} // namespace

TEST_F(RtlDiagnostics, ToolsAreMissing) {
  const Variable path("PATH", "/nonexistent");
  EXPECT_EQ(diagnostic().code, "PW-RTL-101");
  EXPECT_EQ(diagnostic().exit, Exit::EngineUnavailable);
}

TEST_F(RtlDiagnostics, VerilatorRefuses) {
  write("broken.sv", "module broken(input wire x; endmodule\n");
  EXPECT_EQ(diagnostic().code, "PW-RTL-102");
  EXPECT_NE(diagnostic().message.find("broken.sv"), std::string::npos); // from the log
}

TEST_F(RtlDiagnostics, DoesNotCompile) {
  for (const auto& item : fs::directory_iterator(folder_ / "rtl"))
    fs::remove(item.path());
  write("other.sv", "module " + top_ + "(input wire clk); endmodule\n"); // the ports are not there
  EXPECT_EQ(diagnostic().code, "PW-RTL-103");
}

TEST_F(RtlDiagnostics, CacheCanNotBeUsed) {
  const Variable cache("PIPEWRIGHT_CACHE", "/dev/null/cache");
  EXPECT_EQ(diagnostic().code, "PW-RTL-104");
}

TEST_F(RtlDiagnostics, StandsStill) {
  replace_in_core(".res_valid(res_valid)", ".res_valid()");
  EXPECT_EQ(diagnostic().code, "PW-RTL-105");
}

} // namespace pw::test
